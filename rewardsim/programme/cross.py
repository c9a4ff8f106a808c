"""Checks across tables, on the raw document so that they run beside every other fault."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

from rewardsim.programme.dated import ALWAYS, window
from rewardsim.programme.faults import Fault, closest, listing, show
from rewardsim.programme.model import ProgrammeFile
from rewardsim.programme.sections import Campaign
from rewardsim.programme.source import Key, Source
from rewardsim.programme.units import day_date
from rewardsim.rules.records import NEVER


def rows(source: Source, section: str) -> list[tuple[int, dict[str, Any]]]:
    """The tables of an array that have an id, with their number in the file."""
    found = source.document.get(section)
    listed = enumerate(found) if isinstance(found, list) else ()
    return [(i, row) for i, row in listed if isinstance(row, dict) and isinstance(row.get("id"), str)]


def named_phases(value: Any, path: Key = ()) -> Iterator[tuple[Key, str]]:
    """Every ``phase = "..."`` of a document."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "phase" and isinstance(part, str):
                yield (*path, key), part
            else:
                yield from named_phases(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from named_phases(part, (*path, index))


def unknown_phases(source: Source) -> Iterator[Fault]:
    """Phases that sections name but the file does not have."""
    known = [row["id"] for _, row in rows(source, "phases")]
    for path, name in named_phases(source.document):
        if name not in known:
            near = closest(name, known)
            todo = f'did you mean "{near}"?' if near else "add it to [[phases]]"
            yield source.fault(path, "unknown-phase", show(name), listing(known), todo)


def duplicate_ids(source: Source, section: str) -> Iterator[Fault]:
    """Rows that share an id although they must not."""
    seen: set[str] = set()
    for index, row in rows(source, section):
        if row["id"] in seen:
            found, todo = f"{show(row['id'])} a second time", "rename or remove one"
            yield source.fault((section, index, "id"), "duplicate-id", found, "each id once", todo)
        seen.add(row["id"])


def overlapping_rows(source: Source, section: str) -> Iterator[Fault]:
    """Rows of one id whose windows overlap."""
    windows: dict[str, list[tuple[int, int, int]]] = {}
    phases = {row["id"]: window(row) for _, row in rows(source, "phases")}
    for index, row in rows(source, section):
        first, last = phases.get(str(row.get("phase")), (ALWAYS, NEVER))
        start, end = window(row)
        windows.setdefault(row["id"], []).append((max(first, start), min(last, end), index))
    for name, spans in windows.items():
        spans.sort()
        for (_, end, _), (start, _, index) in pairwise(spans):
            if start < end:
                until = "has no end" if end >= NEVER else f"ends on {day_date(end)}"
                found = f"{show(name)} again, while its other row {until}"
                allowed, todo = "rows of one id that do not overlap", "correct `starts` or `ends`, or the id"
                yield source.fault((section, index), "overlapping-windows", found, allowed, todo)


def exclusive_conflicts(source: Source, file: ProgrammeFile) -> Iterator[Fault]:
    """Exclusive campaigns that meet with equal priority: which one wins would be chance.

    Categories do not keep them apart: a mixed basket falls under both.
    """
    rivals = [(i, row) for i, row in enumerate(file.campaigns) if row.stacking == "exclusive"]
    for (_, one), (index, other) in combinations(rivals, 2):
        if one.priority == other.priority and meet(file, one, other):
            found = f"{one.priority}, as {show(one.id)} that it meets"
            yield source.fault(
                ("campaigns", index, "priority"),
                "exclusive-conflict",
                found,
                "a priority of its own for each exclusive campaign",
                "raise one of them",
            )


def meet(file: ProgrammeFile, one: Campaign, other: Campaign) -> bool:
    """Whether one order may fall under both campaigns."""
    first, last = file.window(one.phase, one.starts, one.ends)
    start, end = file.window(other.phase, other.starts, other.ends)
    return (
        max(first, start) < min(last, end)
        and bool(one.weekdays & other.weekdays)
        and share_words(one.channels, other.channels)
    )


def share_words(one: list[str], other: list[str]) -> bool:
    """Whether two lists meet; an empty list is everything."""
    return not one or not other or bool(set(one) & set(other))
