"""Values that change by date.

In any table with a name of its own a value may be a list of tables, each with ``from`` and
perhaps ``to`` (first day after), and beside them the value: its own keys, ``value = X``, or
``absent = true`` for "as if the key were not written". ``resolve`` gives the plain document of
one day; ``breakpoints`` gives the days on which it may change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from rewardsim.programme.faults import Fault, show
from rewardsim.programme.model import FIXED, ROWS
from rewardsim.programme.source import Key, Source
from rewardsim.programme.units import day_number
from rewardsim.rules.records import NEVER

FROM, TO, VALUE, ABSENT = "from", "to", "value", "absent"
STRETCHES_MAX = 500
ALWAYS = -NEVER
STEADY = (("tiers", "criterion"), ("tiers", "window"))
"""Values that hold for the whole life, though their section may be dated."""


def is_day(value: Any) -> bool:
    """Whether a value is a date without a time, in a range that days can count."""
    return isinstance(value, date) and not isinstance(value, datetime) and 1970 <= value.year <= 9000


def is_dated(value: Any) -> bool:
    """Whether a value is the dated form: some table of the list has a date, or is absent."""
    return isinstance(value, list) and any(
        isinstance(entry, dict)
        and (ABSENT in entry or any(isinstance(entry.get(key), date) for key in (FROM, TO)))
        for entry in value
    )


def content(entry: dict[str, Any]) -> Any:
    """What a dated entry says, without its dates."""
    return entry[VALUE] if VALUE in entry else {key: entry[key] for key in entry if key not in (FROM, TO)}


def walk(value: Any, path: Key = ()) -> Iterator[tuple[Key, list[Any]]]:
    """Every dated value of a document with its path; rows of arrays are not entered."""
    if is_dated(value):
        yield path, value
        for index, entry in enumerate(value):
            if isinstance(entry, dict) and ABSENT not in entry:
                inner = path + ((index, VALUE) if VALUE in entry else (index,))
                yield from walk(content(entry), inner)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from walk(part, (*path, key))


def plain(path: Key) -> Key:
    """A path in the file as the path in the document of one day."""
    return tuple(part for part in path if isinstance(part, str) and part != VALUE)


def leave_out(value: Any, paths: set[Key], path: Key = ()) -> Any:
    """A document without the values at some paths, so that the rest can still be checked."""
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if (*path, key) not in paths}
        return {key: leave_out(part, paths, (*path, key)) for key, part in kept.items()}
    if isinstance(value, list):
        return [leave_out(part, paths, (*path, index)) for index, part in enumerate(value)]
    return value


class Calendar:
    """Dates of the programme and of its phases, as far as the raw document has them."""

    def __init__(self, document: dict[str, Any]) -> None:
        head = document.get("programme")
        self.starts, self.ends = window(head if isinstance(head, dict) else {})
        rows = document.get("phases")
        self.phases = {
            row["id"]: window(row)
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict) and isinstance(row.get("id"), str)
        }
        self.document = document

    def needed(self, path: Key) -> tuple[int, int]:
        """First day and first day after on which a value must be there."""
        first, last = self.starts, self.ends
        table: Any = self.document
        for part in path:
            table = table.get(part) if isinstance(table, dict) else None
            phase = table.get("phase") if isinstance(table, dict) else None
            if isinstance(phase, str) and phase in self.phases:
                first, last = max(first, self.phases[phase][0]), min(last, self.phases[phase][1])
        return first, last


def window(row: dict[str, Any]) -> tuple[int, int]:
    """``starts`` and ``ends`` of a raw table as days; open where they are missing or wrong."""
    starts, ends = row.get("starts"), row.get("ends")
    return (
        day_number(starts) if is_day(starts) else ALWAYS,  # type: ignore[arg-type]
        day_number(ends) if is_day(ends) else NEVER,  # type: ignore[arg-type]
    )


class DatedCheck:
    """Collects what is wrong with the dated values of a document."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.calendar = Calendar(source.document)
        self.faults: list[Fault] = []
        self.unreadable: set[Key] = set()
        """Values by date that cannot be taken apart, or may not be dated at all."""
        for path, entries in walk(source.document):
            self.check(path, entries)

    def add(self, path: Key, code: str, found: str, allowed: str, todo: str) -> None:
        """One more fault."""
        self.faults.append(self.source.fault(path, code, found, allowed, todo))

    def check(self, path: Key, entries: list[Any]) -> None:
        """One dated value."""
        if path[:1] and (path[0] in (*FIXED, *ROWS) or plain(path)[:2] in STEADY):
            rows = path[0] in ROWS
            allowed = "one value; rows have dates of their own" if rows else "one value for the whole life"
            self.add(path, "not-dated", "values by date", allowed, "write a single value")
            self.unreadable.add(path)
            return
        known = len(self.faults)
        forms = [self.form((*path, index), entry) for index, entry in enumerate(entries)]
        if all(forms):
            self.order(path, entries)
        elif any(fault.code == "dated-form" for fault in self.faults[known:]):
            self.unreadable.add(path)

    def form(self, path: Key, entry: Any) -> bool:
        """Whether one entry has its dates and says one thing."""
        allowed = "{ from = 2017-06-15, value = ... } with an optional `to`"
        if not isinstance(entry, dict) or not is_day(entry.get(FROM)):
            found = (
                show(entry.get(FROM))
                if isinstance(entry, dict) and FROM in entry
                else "an entry without `from`"
            )
            self.add(path, "dated-form", found, allowed, "write the first day as a date without quotes")
            return False
        if TO in entry and not is_day(entry[TO]):
            self.add(
                (*path, TO),
                "dated-form",
                show(entry[TO]),
                "a date without quotes",
                "write the first day after",
            )
            return False
        if TO in entry and entry[TO] <= entry[FROM]:
            self.add((*path, TO), "date-order", show(entry[TO]), "a day after `from`", "correct a date")
            return False
        others = set(entry) - {FROM, TO, VALUE, ABSENT}
        ways = (VALUE in entry) + (ABSENT in entry) + bool(others)
        if ways != 1 or (ABSENT in entry and entry[ABSENT] is not True):
            found = "an entry that says nothing" if ways == 0 else "an entry that says two things"
            self.add(
                path, "dated-form", found, "`value`, or the value's own keys, or `absent = true`", "keep one"
            )
            return False
        return True

    def order(self, path: Key, entries: list[Any]) -> None:
        """Entries in order, without overlap, without a gap where the value is needed."""
        first, last = self.calendar.needed(path)
        reached = None
        for index, entry in enumerate(entries):
            self.follow((*path, index), entry, entries[index - 1] if index else None, first)
            reached = entry.get(TO)
        if reached is not None and last > day_number(reached):
            todo = "leave `to` out of the last entry, or add one"
            self.add(
                (*path, len(entries) - 1),
                "dated-gap",
                f"no value from {reached}",
                "a value for every day",
                todo,
            )

    def follow(self, path: Key, entry: dict[str, Any], before: dict[str, Any] | None, first: int) -> None:
        """One entry after the one before it."""
        start = entry[FROM]
        if before is None:
            if day_number(start) > first != ALWAYS:
                self.add(
                    path,
                    "dated-gap",
                    f"no value before {start}",
                    "a value for every day from the start",
                    "let the first entry begin on the first day",
                )
        elif start < before[FROM]:
            self.add(
                path,
                "dated-order",
                f"{start} after {before[FROM]}",
                "entries in order of `from`",
                "sort them",
            )
        elif start == before[FROM] or start < before.get(TO, start):
            end = before.get(TO)
            found = f"{start}, when the entry before " + (
                f"ends on {end}" if end else "begins on the same day"
            )
            self.add(path, "dated-overlap", found, "entries that do not overlap", "move `from` or `to`")
        elif start > before.get(TO, start):
            self.add(
                path,
                "dated-gap",
                f"no value from {before[TO]} to {start}",
                "a value for every day",
                "move `from` or `to`",
            )


def breakpoints(document: dict[str, Any]) -> list[int]:
    """Days, beginning with the programme's first, on which the document may change."""
    calendar = Calendar(document)
    days = {day for bounds in calendar.phases.values() for day in bounds}
    for _, entries in walk(document):
        days |= {day_number(entry[key]) for entry in entries for key in (FROM, TO) if key in entry}
    first = calendar.starts if calendar.starts != ALWAYS else 0
    return [first, *sorted(day for day in days if first < day < min(calendar.ends, NEVER))]


def resolve(value: Any, day: int, origin: dict[Key, Key], path: Key = (), source: Key = ()) -> Any:
    """The plain value on one day. ``origin`` gets, for each resolved path, where it was written."""
    if is_dated(value):
        starts = [day_number(entry[FROM]) for entry in value]
        index = max(bisect_right(starts, day) - 1, 0)
        entry = value[index]
        if ABSENT in entry:
            return ABSENT_VALUE
        source = (*source, index, VALUE) if VALUE in entry else (*source, index)
        origin[path] = source
        return resolve(content(entry), day, origin, path, source)
    if not isinstance(value, dict):
        return value
    plain = {key: resolve(part, day, origin, (*path, key), (*source, key)) for key, part in value.items()}
    return {key: part for key, part in plain.items() if part is not ABSENT_VALUE}


ABSENT_VALUE = object()
"""Stands for a key that is not there on a day."""


def written_at(origin: dict[Key, Key], path: Key) -> Key:
    """Where the value at a resolved path stands in the file."""
    for length in range(len(path), 0, -1):
        if path[:length] in origin:
            return origin[path[:length]] + path[length:]
    return path
