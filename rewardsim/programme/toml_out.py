"""Writing a raw document as TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_toml(document: dict[str, Any]) -> str:
    """TOML text of a document of plain values: texts, whole numbers, booleans, dates, lists, tables."""
    return "\n".join(lines(document, ())).strip("\n") + "\n"


def lines(table: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Values of a table first, then its tables and arrays of tables under headers."""
    headed = {key: part for key, part in table.items() if under_header(part, len(path))}
    for key, part in table.items():
        if key not in headed:
            yield f"{key_text(key)} = {value_text(part)}"
    for key, part in headed.items():
        name = ".".join(key_text(word) for word in (*path, key))
        for row in part if isinstance(part, list) else [part]:
            # a table that only holds tables needs no header of its own
            if (
                isinstance(part, list)
                or not row
                or not all(under_header(v, len(path) + 1) for v in row.values())
            ):
                yield ""
                yield f"[[{name}]]" if isinstance(part, list) else f"[{name}]"
            yield from lines(row, (*path, key))


def under_header(value: Any, depth: int) -> bool:
    """Whether a value gets a header: tables to depth two, arrays of tables at the top and in sections."""
    if isinstance(value, dict):
        return depth < 2 and any(isinstance(part, (dict, list)) or len(value) > 2 for part in value.values())
    return (
        isinstance(value, list) and depth == 0 and bool(value) and all(isinstance(row, dict) for row in value)
    )


def key_text(key: str) -> str:
    """A key, in quotes where it needs them."""
    return key if _BARE.fullmatch(key) else string_text(key)


def string_text(text: str) -> str:
    """A basic string."""
    return '"' + "".join(escaped(letter) for letter in text) + '"'


def escaped(letter: str) -> str:
    """One character of a basic string."""
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def value_text(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return string_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(value_text(part) for part in value)}]"
    if isinstance(value, dict):
        body = ", ".join(f"{key_text(key)} = {value_text(part)}" for key, part in value.items())
        return f"{{ {body} }}" if body else "{}"
    return str(value)
