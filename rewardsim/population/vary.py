"""The same document, but: changes by dotted path; rows of lists go by their id."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from rewardsim.programme.faults import Fault, ProgrammeError, closest, listing, show
from rewardsim.programme.source import Source, parse_key
from rewardsim.programme.vary import refuse

ROWS = (("categories",), ("channels",), ("season", "windows"))
"""Lists of rows with ids; the first row may be added where there is no list yet."""


def vary_document(source: Source, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A changed copy of a document; what cannot be changed is a fault."""
    document = copy.deepcopy(source.document)
    faults: list[Fault] = []
    for path, value in changes.items():
        try:
            change(document, name, path, plain(name, path, value))
        except ProgrammeError as error:
            faults += error.faults
    if faults:
        raise ProgrammeError(faults)
    return document


def plain(name: str, path: str, value: Any) -> Any:
    """A value as a file would have it: tuples are lists, floats the decimals they are written as."""
    if isinstance(value, Mapping):
        return {str(key): plain(name, f"{path}.{key}", part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(name, path, part) for part in value]
    if isinstance(value, float):
        return Decimal(repr(float(value)))
    if value is None or isinstance(value, str | int | date | Decimal):
        return value
    allowed = "a text, number, date, list or mapping"
    raise refuse(name, path, "wrong-type", show(value), allowed, "write it as the file would")


def change(document: dict[str, Any], name: str, path: str, value: Any) -> None:
    """Give one path a value; None takes it away."""
    try:
        *before, last = parse_key(path)
    except ValueError:
        todo = "write words joined by points, odd ones in quotes"
        raise refuse(name, path, "unknown-path", show(path), "a dotted path", todo) from None
    table: Any = document
    for place, part in enumerate(before):
        table = inner(table, part, [] if tuple(before[: place + 1]) in ROWS else {}, name, path)
    if isinstance(table, list):
        set_row(table, last, value, name, path)
    elif value is None:
        table.pop(last, None)
    else:
        table[last] = value


def inner(table: Any, part: str, fresh: Any, name: str, path: str) -> Any:
    """The table or list below a key, a fresh one where there is none; or the row of an id."""
    if isinstance(table, list):
        return table[row_number(table, part, name, path)]
    found = table.setdefault(part, fresh)
    if isinstance(found, dict | list):
        return found
    todo = f'change "{part}" as a whole'
    raise refuse(name, path, "unknown-path", show(found), "a table with keys of its own", todo)


def set_row(rows: list[Any], word: str, value: Any, name: str, path: str) -> None:
    """Set, add or take away a whole row."""
    if value is not None and not isinstance(value, dict):
        todo = "write the whole row, or name one of its keys"
        raise refuse(name, path, "wrong-type", show(value), "a table", todo)
    if value is None:
        rows.pop(row_number(rows, word, name, path))
    elif word in ids_of(rows):
        rows[row_number(rows, word, name, path)] = {"id": word} | value
    else:
        rows.append({"id": word} | value)


def row_number(rows: list[Any], word: str, name: str, path: str) -> int:
    """Place of the row with an id."""
    known = ids_of(rows)
    if word in known:
        return known.index(word)
    near = closest(word, known)
    todo = f'did you mean "{near}"?' if near else "name a row by its id"
    raise refuse(name, path, "unknown-path", show(word), listing(known), todo)


def ids_of(rows: list[Any]) -> list[str]:
    """Ids of rows, in order."""
    return [str(row.get("id")) if isinstance(row, dict) else "" for row in rows]
