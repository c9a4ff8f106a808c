"""The same document, but: changes by dotted path, for ever or for a stretch of days."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from rewardsim.programme.dated import ABSENT, FROM, TO, VALUE, content, is_dated
from rewardsim.programme.faults import Fault, Place, ProgrammeError, closest, listing, show
from rewardsim.programme.model import ROWS
from rewardsim.programme.source import Source, parse_key

MISSING = object()
"""The value of a key that is not there."""

Piece = tuple[date, date | None, Any]
"""First day, first day after, value."""


def vary_document(
    source: Source, starts: date, changes: Mapping[str, Any], start: str | date | None, end: str | date | None
) -> dict[str, Any]:
    """A changed copy of a document; what cannot be changed is a fault."""
    name = f"{source.name.removesuffix(' (varied)')} (varied)"
    document = copy.deepcopy(source.document)
    faults: list[Fault] = []
    first, last = change_day(name, "start", start), change_day(name, "end", end)
    if last is not None and (first is None or last <= first):
        raise refuse(name, "end", "date-order", show(last), "a day after `start`", "give both, in order")
    if last is not None and last <= starts:
        return document
    if first is not None and first <= starts:
        first = None if last is None else starts
    for path, value in changes.items():
        try:
            Change(name, document, starts, first, last).apply(path, plain(name, path, value))
        except ProgrammeError as error:
            faults += error.faults
    if faults:
        raise ProgrammeError(faults)
    return document


def refuse(name: str, path: str, code: str, found: str, allowed: str, todo: str) -> ProgrammeError:
    """A fault in the change itself."""
    return ProgrammeError([Fault(Place(name, 0, path), code, found, allowed, todo)])


def change_day(name: str, word: str, day: str | date | None) -> date | None:
    """A date or its ISO text."""
    if day is None or (isinstance(day, date) and not isinstance(day, datetime)):
        return day
    try:
        if isinstance(day, str):
            return date.fromisoformat(day)
    except ValueError:
        pass
    raise refuse(name, word, "bad-date", show(day), 'a date such as "2017-09-01"', "correct the date")


def plain(name: str, path: str, value: Any) -> Any:
    """A value as a file would have it; tuples are lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(name, f"{path}.{key}", part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(name, path, part) for part in value]
    if value is None or isinstance(value, (str, int, date)):
        return value
    allowed = "a text, whole number, date, list or mapping"
    raise refuse(
        name, path, "wrong-type", show(value), allowed, f'write amounts and factors as text: "{value}"'
    )


class Change:
    """Changes one document for one stretch of days."""

    def __init__(
        self, name: str, document: dict[str, Any], starts: date, first: date | None, last: date | None
    ) -> None:
        self.name = name
        self.document = document
        self.starts = starts
        self.first = first
        self.last = last

    def apply(self, path: str, value: Any) -> None:
        """One path gets one value; None takes it away."""
        try:
            first, *rest = parse_key(path)
        except ValueError:
            todo = "write words joined by points, odd ones in quotes"
            raise refuse(self.name, path, "unknown-path", show(path), "a dotted path", todo) from None
        parts = (first, *rest)
        if first in ROWS:
            self.rows(path, parts, value)
        else:
            self.tables(self.document, parts, value, path)

    def tables(self, table: dict[str, Any], parts: tuple[str, ...], value: Any, path: str) -> None:
        """Walk into tables; a dated section is changed in each of its parts."""
        key = parts[0]
        if len(parts) == 1:
            self.assign(table, key, value)
            return
        inner = table.setdefault(key, {})
        if any(is_list_of_rows(old) for _, _, old in self.pieces(inner)):
            table[key] = self.rows_within(inner, parts[1:], value, path)
        elif is_dated(inner):
            for entry in inner:
                if isinstance(entry, dict) and ABSENT not in entry:
                    self.tables(entry.get(VALUE, entry), parts[1:], value, path)
        elif isinstance(inner, dict):
            self.tables(inner, parts[1:], value, path)
        else:
            todo = f'change "{key}" as a whole'
            raise refuse(self.name, path, "unknown-path", show(inner), "a table with keys of its own", todo)

    def rows_within(self, value: Any, parts: tuple[str, ...], new: Any, path: str) -> list[Any]:
        """A list of rows in a section, such as tiers.levels, with one row changed; by date it changes as a whole."""
        pieces: list[Piece] = []
        for start, end, old in self.pieces(value):
            first = max(start, self.first or start)
            last = min((day for day in (end, self.last) if day is not None), default=None)
            if not is_list_of_rows(old) or (last is not None and last <= first):
                pieces.append((start, end, old))
                continue
            pieces += [(start, first, old)] if start < first else []
            pieces.append((first, last, self.row_within(old, parts, new, path)))
            pieces += [(last, end, old)] if last is not None and last != end else []
        return pieces[0][2] if len(pieces) == 1 and not is_dated(value) else [entry(piece) for piece in pieces]

    def row_within(self, rows: list[Any], parts: tuple[str, ...], new: Any, path: str) -> list[Any]:
        """A copy of rows in which the one of an id is changed, added or taken away."""
        known = [str(row["id"]) for row in rows]
        whole = len(parts) == 1
        if whole and new is not None and not isinstance(new, dict):
            todo = "write the whole row, or name one of its keys"
            raise refuse(self.name, path, "wrong-type", show(new), "a table", todo)
        if parts[0] not in known:
            if whole and new is not None:
                return [*rows, {"id": parts[0]} | new]
            near = closest(parts[0], known)
            todo = f'did you mean "{near}"?' if near else "name a row by its id"
            raise refuse(self.name, path, "unknown-path", show(parts[0]), listing(known), todo)
        changed = [self.changed(row, ("", *parts), new, path) if row["id"] == parts[0] else row for row in rows]
        return [row for row in changed if row is not None]

    def assign(self, table: dict[str, Any], key: str, value: Any) -> None:
        """Set, or date, one key."""
        new = MISSING if value is None else value
        if self.first is None:
            if new is MISSING:
                table.pop(key, None)
            else:
                table[key] = new
            return
        pieces = list(replaced(self.pieces(table.get(key, MISSING)), self.first, self.last, new))
        table[key] = [entry(piece) for piece in pieces]

    def pieces(self, value: Any) -> list[Piece]:
        """A value by date, as it is now."""
        if not is_dated(value):
            return [(self.starts, None, value)]
        ends = [part.get(TO) for part in value]
        # without `to` an entry holds until the next one begins
        ends[:-1] = [end or following[FROM] for end, following in zip(ends, value[1:], strict=False)]
        said = [MISSING if ABSENT in part else content(part) for part in value]
        return [(part[FROM], end, old) for part, end, old in zip(value, ends, said, strict=True)]

    def rows(self, path: str, parts: tuple[str, ...], value: Any) -> None:
        """Rows of an array go by id; with a start they are split in time."""
        section = parts[0]
        if section == "draws" and self.first is not None:
            allowed, todo = "a change for the whole life: draws have days of their own", "leave out `start`"
            raise refuse(self.name, path, "not-dated", f"a change from {self.first}", allowed, todo)
        if len(parts) == 2 and value is not None and not isinstance(value, dict):
            todo = "write the whole row, or name one of its keys"
            raise refuse(self.name, path, "wrong-type", show(value), "a table", todo)
        rows = self.document.setdefault(section, [])
        known = list(dict.fromkeys(str(row.get("id")) for row in rows))
        word = parts[1] if len(parts) > 1 else ""
        new_row = len(parts) == 2 and isinstance(value, dict)
        if word not in known and not new_row:
            near = closest(word, known)
            todo = f'did you mean "{section}.{near}"?' if near else f'write "{section}.<id>"'
            raise refuse(self.name, path, "unknown-path", show(word), listing(known), todo)
        if word not in known:
            rows.append({"id": word} | window_of(value, self.first, self.last) | value)
            return
        self.document[section] = [new for row in rows for new in self.row(row, parts, value, path)]

    def row(
        self, row: dict[str, Any], parts: tuple[str, ...], value: Any, path: str
    ) -> Iterator[dict[str, Any]]:
        """A row as the one to three rows it becomes."""
        if row.get("id") != parts[1]:
            yield row
            return
        starts, ends = row.get("starts", self.starts), row.get("ends")
        first = max(self.first or starts, starts)
        last = min((day for day in (self.last, ends) if day is not None), default=None)
        if last is not None and last <= first:
            yield row
            return
        if first > starts:
            yield row | {"ends": first}
        changed = self.changed(row, parts, value, path)
        if changed is not None:
            yield changed | cut(first if first > starts else None, last if last != ends else None)
        if last is not None and last != ends:
            yield row | {"starts": last}

    def changed(
        self, row: dict[str, Any], parts: tuple[str, ...], value: Any, path: str
    ) -> dict[str, Any] | None:
        """A row with the new value, None if it is taken away."""
        if len(parts) == 2:
            return None if value is None else {"id": parts[1]} | value
        new = copy.deepcopy(row)
        Change(self.name, self.document, self.starts, None, None).tables(new, parts[2:], value, path)
        return new


def is_list_of_rows(value: Any) -> bool:
    """Whether a value is a list of tables that have ids."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) and "id" in row for row in value)


def cut(first: date | None, last: date | None) -> dict[str, date]:
    """Ends of a window that a split makes."""
    return {key: day for key, day in (("starts", first), ("ends", last)) if day is not None}


def window_of(value: dict[str, Any], first: date | None, last: date | None) -> dict[str, date]:
    """Window of a new row."""
    return {key: day for key, day in cut(first, last).items() if key not in value}


def replaced(pieces: list[Piece], first: date, last: date | None, value: Any) -> Iterator[Piece]:
    """Pieces in order of time with a new value between two days."""
    new: Piece = (first, last, value)
    before = [
        (start, first if end is None else min(end, first), old) for start, end, old in pieces if start < first
    ]
    yield from before
    yield new
    if last is not None:
        for start, end, old in pieces:
            if end is None or end > last:
                yield max(start, last), end, old


def entry(piece: Piece) -> dict[str, Any]:
    """A piece as a dated entry."""
    start, end, value = piece
    dates = {FROM: start} | ({TO: end} if end is not None else {})
    if value is MISSING:
        return dates | {ABSENT: True}
    if isinstance(value, dict) and value and not {FROM, TO, VALUE, ABSENT} & set(value):
        return dates | value
    return dates | {VALUE: value}
