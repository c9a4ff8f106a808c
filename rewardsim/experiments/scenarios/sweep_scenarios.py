"""From the rows of a sweep file to scenarios: what extends what, on which files, with which changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from rewardsim.programme.cross import duplicate_ids
from rewardsim.programme.faults import Fault, closest, listing, show
from rewardsim.programme.source import Key, Source
from rewardsim.programme.units import day_date

from .bases import Bases, beside
from .change import Change
from .faults import PREFIXES, ScenarioError
from .scenario import BASE, Scenario
from .sweep_model import ScenarioRow
from .toml_file import usable

SECTION = "scenarios"
LINE_MAX = 100
"""Most scenarios of which each extends the one before."""


@dataclass(frozen=True)
class Written:
    """A row of a sweep file with its place."""

    place: int
    row: ScenarioRow

    @property
    def path(self) -> Key:
        """Where the row stands."""
        return SECTION, self.place

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Its own changes: first what it takes away, then what it sets; only the programme's have days."""
        start, end = (None if day is None else day_date(day) for day in (self.row.starts, self.row.ends))
        changes = {path: value for path, value in self.row.changes.items() if path not in PREFIXES}
        said: dict[str, Any] = {**dict.fromkeys(self.row.remove), **changes}
        return tuple(
            Change(path, value, start, end) if path.startswith("programme.") else Change(path, value)
            for path, value in said.items()
        )


class Family:
    """The rows of a sweep file by name, and what each inherits."""

    def __init__(self, source: Source, faults: list[Fault]) -> None:
        self.source = source
        self.faults = faults
        rows = source.document.get(SECTION)
        raw = rows if isinstance(rows, list) else []
        found = [(place, usable(ScenarioRow, row)) for place, row in enumerate(raw)]
        self.rows = {row.id: Written(place, row) for place, row in reversed(found) if row is not None}
        self.rows = dict(reversed(self.rows.items()))
        ids = [row.get("id") for row in raw if isinstance(row, dict)]
        self.known = [BASE, *dict.fromkeys(name for name in ids if isinstance(name, str))]
        if all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in raw):
            faults += duplicate_ids(source, SECTION)
        for written in self.rows.values():
            faults += self._row_faults(written)

    def _row_faults(self, written: Written) -> Iterator[Fault]:
        """A name that is taken, paths without quotes, a scenario to extend that there is not."""
        row, path, told = written.row, written.path, self.source.fault
        if row.id == BASE:
            allowed = "a name of its own: `base` is the programme and population of [sweep]"
            yield told((*path, "id"), "duplicate-id", show(row.id), allowed, "rename it")
        for key in PREFIXES:
            if key in row.changes:
                todo = f'write the whole path in quotes: "{key}.<section>.<key>" = ...'
                yield told((*path, "changes", key), "unknown-path", f"`{key}` as a key of its own", "whole paths", todo)
        for key in dict.fromkeys([*row.changes, *row.remove]):
            if key in row.changes and key in row.remove:
                yield told((*path, "changes", key), "either-or", show(key), "a new value or none", "remove one")
        dated = [key for key in ("starts", "ends") if getattr(row, key) is not None]
        if dated and not any(change.prefix == "programme" for change in written.changes):
            allowed, todo = "days only for changes of the programme", "leave them out: populations have no days"
            yield told((*path, dated[0]), "not-dated", "days for no change of the programme", allowed, todo)
        if row.extends is not None and row.extends not in self.known:
            near = closest(row.extends, self.known)
            todo = f'did you mean "{near}"?' if near else "name one of them"
            yield told((*path, "extends"), "unknown-path", show(row.extends), listing(self.known), todo)

    def line_of(self, name: str) -> list[Written] | None:
        """A scenario and those it extends, eldest first; None where one of them is not there or extends itself."""
        found: dict[str, Written] = {}
        while name != BASE:
            written = self.rows.get(name)
            if written is None:
                return None
            if name in found:
                self._cycle(list(found.values())[list(found).index(name) :])
                return None
            if len(found) == LINE_MAX:
                allowed, todo = f"at most {LINE_MAX}, one extending the other", "extend an earlier one"
                path = (*next(iter(found.values())).path, "extends")
                self._add(self.source.fault(path, "too-deep", f"more than {LINE_MAX} scenarios", allowed, todo))
                return None
            found[name] = written
            name = written.row.extends or BASE
        return list(found.values())[::-1]

    def _cycle(self, cycle: list[Written]) -> None:
        """Add the fault of scenarios that extend themselves, once, at the first of them."""
        first = min(cycle, key=lambda one: one.place)
        turn = cycle.index(first)
        names = [one.row.id for one in (*cycle[turn:], *cycle[:turn], first)]
        todo = "leave out one `extends`"
        allowed = "a scenario that does not extend itself"
        self._add(self.source.fault((*first.path, "extends"), "inconsistent", " extends ".join(names), allowed, todo))

    def _add(self, fault: Fault) -> None:
        """Add a fault once."""
        if fault not in self.faults:
            self.faults.append(fault)


def inherited(line: list[Written]) -> list[Change]:
    """All changes of a line, eldest first, without those that a later one undoes.

    A change without days undoes every earlier one of its path, one with days that of the same days.
    """
    changes: list[Change] = []
    for change in (one for written in line for one in written.changes):
        dated = change.column != change.path
        changes = [old for old in changes if old.path != change.path or (dated and old.column != change.column)]
        changes.append(change)
    return changes


def written_scenarios(source: Source, bases: Bases, days: tuple[date | None, date | None]) -> list[Scenario]:
    """The scenarios of a sweep file; adds to the faults of ``bases`` what is wrong, each at the change that is."""
    family = Family(source, bases.faults)
    found: list[Scenario] = []
    wrong: set[str] = set()
    for name, written in family.rows.items():
        line = family.line_of(name)
        bases.faults += outside(source, written.path, written.row.starts, written.row.ends, days)
        if line is None or name == BASE or wrong & {one.row.id for one in line}:
            continue
        try:
            scenario = _scenario(source, bases, name, line)
            found += [scenario] if scenario else []
        except ScenarioError as error:
            wrong.add(name)
            bases.faults += [_placed(source, fault, line) for fault in error.faults]
    return found


def _scenario(source: Source, bases: Bases, name: str, line: list[Written]) -> Scenario | None:
    """A scenario with all it inherits; None where its files cannot be used."""
    head = source.document.get("sweep")
    names: dict[str, Any] = {kind: head.get(kind) if isinstance(head, Mapping) else None for kind in PREFIXES}
    keys: dict[str, Key] = {kind: ("sweep", kind) for kind in PREFIXES}
    levels: dict[str, Any] = {}
    for written in line:
        for kind in PREFIXES:
            if (other := getattr(written.row, kind)) is not None:
                names[kind], keys[kind] = other, (*written.path, kind)
                levels[kind] = str(beside(source, other))
    builder = bases.builder((keys["programme"], keys["population"]), (names["programme"], names["population"]))
    if builder is None:
        return None
    changes = inherited(line)
    return builder.scenario(name, changes, levels | {change.column: change.value for change in changes})


def _placed(source: Source, fault: Fault, line: list[Written]) -> Fault:
    """A fault at the change that made it, where the youngest of a line says it."""
    path = fault.place.path
    for written in reversed(line):
        for key in ("changes", "remove"):
            said = getattr(written.row, key)
            if path in said:
                at: Key = (*written.path, key, path) if key == "changes" else (*written.path, key, said.index(path))
                return source.fault(at, fault.code, fault.found, fault.allowed, fault.todo)
    return source.fault(line[-1].path, fault.code, fault.found, fault.allowed, fault.todo)


def outside(
    source: Source, path: Key, starts: int | None, ends: int | None, days: tuple[date | None, date | None]
) -> Iterator[Fault]:
    """A change of which no day of the sweep sees anything."""
    first, last = days
    if starts is not None and last is not None and day_date(starts) > last:
        found, allowed = f"{day_date(starts)}", f"a day up to the sweep's last, {last}"
        yield source.fault((*path, "starts"), "empty-window", found, allowed, "give an earlier day")
    if ends is not None and first is not None and day_date(ends) <= first:
        found, allowed = f"{day_date(ends)}", f"a day after the sweep's first, {first}"
        yield source.fault((*path, "ends"), "empty-window", found, allowed, "give a later day")
