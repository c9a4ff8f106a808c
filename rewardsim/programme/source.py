"""Reading a programme file, and finding the line on which each of its keys stands.

``tomllib`` gives values but no places. ``line_map`` walks the text a second time; it relies on
the text being correct TOML, so it only has to find where keys and values begin and end.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rewardsim.programme.faults import Fault, Place, ProgrammeError, path_text

SIZE_MAX = 1_000_000
"""Largest programme file in bytes."""

DEPTH_MAX = 16
"""Deepest nesting of tables and lists."""

Key = tuple[str | int, ...]

_AT = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_DUPLICATE = ("Cannot overwrite", "Cannot declare", "Duplicate inline table key", "Cannot mutate")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)


@dataclass(frozen=True)
class Source:
    """A raw document with its name and the lines of its keys (none for a variant)."""

    name: str
    document: dict[str, Any]
    lines: dict[Key, int]

    def place(self, path: Key) -> Place:
        """Where a path stands."""
        return Place(self.name, nearest(self.lines, path), path_text(self.with_ids(path)))

    def with_ids(self, path: Key) -> Key:
        """Rows named by their id instead of their number, where they have one."""
        named: Key = ()
        value: Any = self.document
        for part in path:
            value = below(value, part)
            name = value.get("id") if isinstance(part, int) and isinstance(value, dict) else None
            named += (name if isinstance(name, str) and name else part,)
        return named

    def fault(self, path: Key, code: str, found: str, allowed: str, todo: str) -> Fault:
        """A fault at a path."""
        return Fault(self.place(path), code, found, allowed, todo)


def below(value: Any, part: str | int) -> Any:
    """One step into a raw document, None where there is nothing."""
    if isinstance(part, int):
        return value[part] if isinstance(value, list) and part < len(value) else None
    return value.get(part) if isinstance(value, dict) else None


def nearest(lines: dict[Key, int], path: Key) -> int:
    """Line of a path, or of the closest table around it; 0 where no line is known."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1 if lines else 0


def read_text(path: Path) -> str:
    """The text of a file; a file that cannot be one is a fault."""
    name = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(SIZE_MAX + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refuse(name, 0, "unreadable", reason, "a readable file", "check the path") from error
    return decode(data, name)


def decode(data: bytes, name: str) -> str:
    """Bytes as text: UTF-8, with or without a byte order mark."""
    if len(data) > SIZE_MAX:
        found = f"more than {SIZE_MAX} bytes"
        allowed, todo = f"at most {SIZE_MAX} bytes", "check that this is a programme file"
        raise _refuse(name, 0, "too-large", found, allowed, todo)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{data[error.start]:02x} that is not UTF-8"
        raise _refuse(name, line, "not-utf8", found, "UTF-8 text", "save the file as UTF-8") from error


def parse(text: str, name: str) -> dict[str, Any]:
    """TOML text as plain values; whatever is wrong with it is a fault with a line."""
    try:
        # a number with a point is refused later; it must not become a float before that
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(str(error), text, name) from error
    except RecursionError as error:
        raise _too_deep(name) from error
    except ValueError as error:
        # tomllib lets a number of thousands of digits fail in int() itself
        raise _refuse(name, 0, "syntax", str(error).split(";")[0], "TOML 1.0", "correct the value") from error
    if deep(document):
        raise _too_deep(name)
    return document


def deep(document: Any) -> bool:
    """Whether values are nested deeper than any programme needs."""
    layer = [document]
    for _ in range(DEPTH_MAX):
        layer = [part for value in layer for part in _parts(value)]
        if not layer:
            return False
    return True


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _too_deep(name: str) -> ProgrammeError:
    found, allowed = "values nested too deeply", f"at most {DEPTH_MAX} levels of tables and lists"
    return _refuse(name, 0, "too-deep", found, allowed, "flatten the tables")


def _refuse(name: str, line: int, code: str, found: str, allowed: str, todo: str) -> ProgrammeError:
    return ProgrammeError([Fault(Place(name, line), code, found, allowed, todo)])


def _syntax(message: str, text: str, name: str) -> ProgrammeError:
    at = _AT.search(message)
    last = text.count("\n") + 1
    line = int(at.group(1)) if at and at.group(1) else last
    what = _AT.sub("", message)
    if what.startswith(_DUPLICATE):
        found = f"a key or table given twice ({what})"
        return _refuse(name, line, "duplicate-key", found, "each key once", "remove one")
    todo = "correct this line or the one before it"
    return _refuse(name, line, "syntax", f"text that is not TOML ({what})", "TOML 1.0", todo)


def line_map(text: str) -> dict[Key, int]:
    """Key path (rows by index) -> line of the key, for every key, row and list element."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    try:
        scanner.scan()
    except (AttributeError, IndexError, RecursionError):
        # a place is a help, never a reason to refuse a file that tomllib could read
        return scanner.lines
    return scanner.lines


def parse_key(text: str) -> tuple[str, ...]:
    """A dotted key as its parts; parts may be quoted. Raises ValueError when it is none."""
    scanner = _Scanner(text)
    try:
        parts = scanner.key()
    except (AttributeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(text) from error
    if scanner.at != len(text):
        raise ValueError(text)
    return parts


class _Scanner:
    """A cursor over correct TOML text that notes the line of every key."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted = 0
        self.number = 1
        self.lines: dict[Key, int] = {}
        self.rows: dict[Key, int] = {}

    def scan(self) -> None:
        """Walk the whole text."""
        table: Key = ()
        self.blank()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.blank()

    def line(self) -> int:
        """Line of the cursor; counted onwards from the last call."""
        self.number += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.number

    def note(self, path: Key) -> None:
        """Remember the line of a path the first time it is met."""
        self.lines.setdefault(path, self.line())

    def blank(self) -> None:
        """Skip spaces, line ends and comments."""
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]

    def spaces(self) -> None:
        """Skip spaces within a line."""
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1

    def key(self) -> tuple[str, ...]:
        """A dotted key, quoted or bare."""
        parts = []
        while True:
            self.spaces()
            parts.append(self.part())
            self.spaces()
            if self.text[self.at : self.at + 1] != ".":
                return tuple(parts)
            self.at += 1

    def part(self) -> str:
        """One part of a key."""
        quoted = self.text[self.at : self.at + 1] in ('"', "'")
        match = (_STRING if quoted else _BARE).match(self.text, self.at)
        word = match.group()  # type: ignore[union-attr]
        self.at += len(word)
        return str(tomllib.loads(f"k = {word}")["k"]) if quoted else word

    def header(self) -> Key:
        """``[table]`` or ``[[row]]``; returns its full path, rows by index."""
        row = self.text.startswith("[[", self.at)
        self.at += 2 if row else 1
        path: Key = ()
        parts = self.key()
        for number, part in enumerate(parts):
            path += (part,)
            if row and number == len(parts) - 1:
                self.rows[path] = self.rows.get(path, -1) + 1
                self.note(path)
            if path in self.rows:
                path += (self.rows[path],)
            self.note(path)
        self.at += 2 if row else 1
        return path

    def pair(self, table: Key) -> None:
        """``key = value``."""
        path = table
        start = self.at
        parts = self.key()
        end, self.at = self.at, start
        for part in parts:
            path += (part,)
            self.note(path)
        self.at = end + 1
        self.spaces()
        self.value(path)

    def value(self, path: Key) -> None:
        """Any value; lists and inline tables note what is inside."""
        first = self.text[self.at]
        if first == "[":
            self.array(path)
        elif first == "{":
            self.inline(path)
        else:
            pattern = _STRING if first in ('"', "'") else _SCALAR
            self.at = pattern.match(self.text, self.at).end()  # type: ignore[union-attr]

    def array(self, path: Key) -> None:
        """``[a, b]``: elements by index."""
        self.at += 1
        index = 0
        self.blank()
        while self.text[self.at] != "]":
            self.note((*path, index))
            self.value((*path, index))
            index += 1
            self.separator()
        self.at += 1

    def inline(self, path: Key) -> None:
        """``{ key = value }``."""
        self.at += 1
        self.blank()
        while self.text[self.at] != "}":
            self.pair(path)
            self.separator()
        self.at += 1

    def separator(self) -> None:
        """Skip to the next element or the closing bracket."""
        self.blank()
        if self.text[self.at] == ",":
            self.at += 1
            self.blank()
