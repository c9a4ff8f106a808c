"""Scenarios as a table, and back: a row a scenario, its name and a column for each path (see ``cells``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.programme import Programme
from rewardsim.programme.faults import Fault, Place, closest, show

from .cells import Cells, Row, cell_of, column_change, plain
from .change import faults_of
from .faults import PREFIXES, ScenarioError
from .scenario import BASE, Builder, Scenario, Scenarios, loaded

if TYPE_CHECKING:
    import pandas as pd

NAME = "name"
SCENARIOS_MAX = 10_000
"""Most scenarios of a sweep."""
FAULTY_MAX = 20
"""Most scenarios whose faults are told at once."""


def frame_of(scenarios: Scenarios) -> pd.DataFrame:
    """One row a scenario, the base first; columns stand in the order in which changes were made.

    Where scenarios have files of their own, the columns ``programme`` and ``population`` name them.
    """
    import pandas as pd

    files = [key for key in PREFIXES if any(key in one.levels for one in scenarios)]
    rows = [
        {NAME: one.name, **{key: one.levels.get(key) for key in files}}
        | {change.column: cell_of(change.value) for change in one.changes}
        for one in scenarios
    ]
    columns = [NAME, *files, *columns_of(scenarios)]
    cells = {column: pd.Series([row.get(column) for row in rows], dtype=object) for column in columns}
    return pd.DataFrame(cells, columns=columns)


def columns_of(scenarios: Sequence[Scenario]) -> list[str]:
    """Every changed path with its days, in an order that is that of each scenario's changes."""
    order: TopologicalSorter[str] = TopologicalSorter()
    for one in scenarios:
        previous: list[str] = []
        for change in one.changes:
            order.add(change.column, *previous)
            previous = [change.column]
    try:
        return list(order.static_order())
    except CycleError as error:
        found = f"scenarios that change the same in another order: {', '.join(dict.fromkeys(error.args[1]))}"
        allowed, todo = "changes of one order, that of the columns", "make the changes in one order"
        raise ScenarioError([Fault(Place("scenarios"), "inconsistent", found, allowed, todo)]) from None


def scenarios_of_frame(frame: pd.DataFrame, builder: Builder, base: str = BASE) -> Scenarios:
    """Scenarios of a table; raises ScenarioError with the faults of columns, names and cells."""
    columns = [str(column) for column in frame.columns]
    faults = list(column_faults(columns, "table"))
    if faults:
        raise ScenarioError(faults)
    names = [str(name) for name in frame[NAME]]
    cells = [dict(zip(columns, row, strict=True)) for row in frame.astype(object).itertuples(index=False, name=None)]
    found = built(names, [{key: cell for key, cell in row.items() if key != NAME} for row in cells], builder)
    first = next((one for one in found if one.name == base), None) or builder.scenario(base)
    return Scenarios(first, tuple(one for one in found if one is not first))


def column_faults(columns: Sequence[str], file: str, line: int = 0) -> Iterator[Fault]:
    """What is wrong with the head of a table."""
    near = closest(NAME, columns) if NAME not in columns else NAME
    if NAME not in columns:
        todo = f'rename "{near}"' if near else "add it"
        yield Fault(Place(file, line), "missing", "no such column", f"a column `{NAME}`", todo)
    for column in dict.fromkeys(columns):
        place = Place(file, line, column)
        if columns.count(column) > 1:
            yield Fault(place, "repeated", "a column twice", "each column once", "remove one")
        if column in (near, *PREFIXES):
            continue
        try:
            yield from (replace(fault, place=place) for fault in faults_of([column_change(column)], file))
        except ValueError:
            allowed = "days such as @2018-01-01..2018-04-01"
            yield Fault(place, "bad-date", show(column), allowed, "correct the days")


def built(names: Sequence[str], rows: Sequence[Row], builder: Builder) -> list[Scenario]:
    """A scenario for each row; raises ScenarioError with the faults of the first that cannot be, placed by name."""
    if len(rows) > SCENARIOS_MAX:
        raise ScenarioError([too_many(Place("table"), len(rows))])
    files, faults, found = Files(builder), list(repeated(names)), list[Scenario]()
    wrong = 0
    for name, row in zip(names, rows, strict=True):
        try:
            found.append(files.scenario(name, row))
        except ScenarioError as error:
            faults += error.faults
            wrong += 1
        if wrong == FAULTY_MAX:
            break
    if faults:
        raise ScenarioError(faults)
    return found


class Files:
    """Builds the scenarios of rows, some of which may name a programme or a population of their own."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self._cells: dict[tuple[Any, ...], Cells] = {}

    def scenario(self, name: str, row: Row) -> Scenario:
        """The scenario of a row; raises ScenarioError with the faults of its files and cells."""
        own = {key: said for key in PREFIXES if (said := plain(row.get(key))) is not None}
        faults = list(_no_files(name, own))
        if faults:
            raise ScenarioError(faults)
        key = tuple(own.items())
        if key not in self._cells:
            pair = [own.get(kind, getattr(self.builder, kind)) for kind in PREFIXES]
            self._cells[key] = Cells(Builder(*loaded(*pair)) if own else self.builder)
        cells = self._cells[key]
        changes = cells.changes({column: cell for column, cell in row.items() if column not in PREFIXES})
        return cells.builder.scenario(name, changes, own | {change.column: change.value for change in changes})


def _no_files(name: str, own: Mapping[str, Any]) -> Iterator[Fault]:
    """Cells that should name a file and are neither its path nor what is in it."""
    from rewardsim.population import Population

    kinds = {"programme": Programme, "population": Population}
    for key, cell in own.items():
        if not isinstance(cell, str | Path | kinds[key]):
            allowed, todo = f"the path of a {key} file, or a {key}", "write its path"
            yield Fault(Place(name, 0, key), "wrong-type", show(cell), allowed, todo)


def repeated(names: Sequence[str]) -> list[Fault]:
    """A fault for each name that stands twice."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    return [Fault(Place(name), "duplicate-id", show(name), "each name once", "rename one of them") for name in twice]


def too_many(place: Place, count: int) -> Fault:
    """More scenarios than a sweep may have."""
    found, allowed = f"{count:,} scenarios", f"at most {SCENARIOS_MAX:,}"
    todo = "take fewer values, larger steps, or a design of so many samples"
    return Fault(place, "too-many", found, allowed, todo)
