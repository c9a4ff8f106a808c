"""What is wrong with what came in, and why a store is not opened, as values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

SHOWN_MAX = 60


@dataclass(frozen=True)
class Fault:
    """One thing that must change; ``place`` is a JSON pointer into what was sent, empty for the whole."""

    code: str
    place: str
    found: str
    allowed: str
    todo: str

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{self.code}: {where}found {self.found}, allowed {self.allowed}, do: {self.todo}"

    def to_dict(self) -> dict[str, str]:
        """Return the fault as plain values."""
        return asdict(self)


class ScoringError(ValueError):
    """What was asked cannot be done, with every reason; nothing was applied."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class InvalidEvent(ScoringError):
    """What was sent is no event."""


class StoreRefused(ScoringError):
    """A store that this programme, or this version of it, must not touch."""


class StoreUnavailable(ScoringError):
    """A store that cannot be reached now; the same event may be sent again."""


class Again(StoreUnavailable):
    """Another transaction stood in the way; nothing was applied, and the same may be tried at once."""


def shown(value: Any) -> str:
    """Return a short text for a value, in characters that print."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**SHOWN_MAX:
        return "an integer of too many digits"
    if isinstance(value, dict):
        return f"an object of {len(value)} members"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    try:
        text = json.dumps(value, ensure_ascii=True)
    except (TypeError, ValueError):
        text = type(value).__name__
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 3] + "..."


def pointer(*parts: str | int) -> str:
    """Return a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part)[:SHOWN_MAX].replace("~", "~0").replace("/", "~1") for part in parts)


def did_you_mean(word: str, words: Sequence[str], otherwise: str) -> str:
    """Return advice on an unknown word."""
    near = get_close_matches(word[:SHOWN_MAX].lower(), words, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else otherwise
