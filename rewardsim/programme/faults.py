"""What is wrong with a programme file, as values: every fault has a place and a way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

SHOWN_MAX = 60
"""Longest piece of a file repeated in a message."""

CODES: dict[str, str] = {
    "unreadable": "the file cannot be opened",
    "too-large": "the file is larger than a programme can be",
    "not-utf8": "the file is not text in UTF-8",
    "syntax": "the text is not TOML",
    "too-deep": "values are nested too deeply",
    "duplicate-key": "a key or table is given twice",
    "unknown-key": "the format has no such key",
    "missing": "something required is not there",
    "wrong-type": "a value of another kind",
    "wrong-choice": "a word that is not among the choices",
    "wrong-unit": "a factor where a share belongs, or the reverse, or neither",
    "bare-number": "a number where a text with its unit belongs",
    "bad-amount": "a text that is no amount",
    "amount-digits": "an amount finer than the currency's minor unit",
    "bad-tokens": "something that is no number of tokens",
    "bad-date": "something that is no date",
    "date-order": "dates in the wrong order",
    "out-of-range": "too small, too large or of the wrong form",
    "repeated": "a name twice in a list",
    "either-or": "both or neither of two alternatives",
    "inconsistent": "values that contradict each other",
    "not-increasing": "thresholds that do not rise",
    "not-applied": "a choice no rule applies yet",
    "unknown-currency": "no code of ISO 4217",
    "unknown-timezone": "no zone of the IANA database",
    "unknown-phase": "a phase the file does not have",
    "duplicate-id": "an id twice",
    "overlapping-windows": "rows of one id that overlap in time",
    "exclusive-conflict": "exclusive campaigns of equal priority that meet",
    "dated-form": "a value by date without its dates or its value",
    "dated-order": "values by date that are not in order",
    "dated-overlap": "values by date that overlap",
    "dated-gap": "days without a value",
    "not-dated": "a value by date where none is possible",
    "too-many": "too many days of change",
    "overflow": "bounds under which numbers would leave 63 bits",
    "unknown-area": "no section that can be left out",
    "unknown-path": "no path that can be varied",
    "empty-window": "a section or draw of which programme and phase leave no day",
    "interrupted": "a section that stands, ends and stands again",
    "above-bound": "a number beyond the programme's bounds",
    "unreachable": "a tier that nobody can reach",
}
"""Every code a fault may carry, with its meaning. Append, never rename."""


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: file, line (0 where there is none) and dotted path."""

    file: str
    line: int = 0
    path: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.path}" if self.path else where


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that must change before a file is accepted; ``code`` never changes its meaning."""

    place: Place
    code: str
    found: str
    allowed: str
    todo: str

    def __str__(self) -> str:
        return one_line(f"{self.place}: found {self.found}, allowed {self.allowed}, do: {self.todo}")

    def to_dict(self) -> dict[str, str | int]:
        """The fault as plain values, for machine-readable reports."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "path": self.place.path,
            "code": self.code,
            "found": self.found,
            "allowed": self.allowed,
            "todo": self.todo,
        }


@dataclass(frozen=True, order=True)
class Hint:
    """Something legal that is probably not meant."""

    place: Place
    message: str

    def __str__(self) -> str:
        return one_line(f"{self.place}: {self.message}")


class ProgrammeError(ValueError):
    """A programme that cannot be used, with every fault found in it, in order of place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def one_line(text: str) -> str:
    """Text whose characters all print: names in a file may contain line ends and worse."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def show(value: Any) -> str:
    """A short text for a value, written the way the file writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value if len(value) <= SHOWN_MAX else value[: SHOWN_MAX - 3] + "..."
        return f'"{one_line(text)}"'
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        keys = ", ".join(str(key) for key in list(value)[:6])
        return f"a table with {keys}" if keys else "an empty table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = "too many digits" if isinstance(value, int) and abs(value) >= 10**SHOWN_MAX else str(value)
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 3] + "..."


def closest(word: str, words: Sequence[str]) -> str:
    """The known word nearest to an unknown one, or an empty text."""
    lower = {known.lower(): known for known in words}
    match = get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)
    return lower[match[0]] if match else ""


def listing(words: Sequence[str], limit: int = 24) -> str:
    """Words in a sentence; a long list is cut."""
    shown = ", ".join(words[:limit])
    return shown + (", ..." if len(words) > limit else "") if words else "none"


def path_text(path: Sequence[str | int]) -> str:
    """``("a", 0, "b")`` as ``a[1].b``: rows are counted from one."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text
