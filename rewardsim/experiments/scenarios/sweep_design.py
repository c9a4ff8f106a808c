"""From the design of a sweep file to scenarios: points of factors, or the rows of a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from rewardsim.programme.faults import Fault, Place, ProgrammeError, show
from rewardsim.programme.source import Key, Source

from .bases import Bases, beside
from .cells import Row
from .designs import (
    GRID,
    LATIN,
    ONE,
    SOBOL,
    TABLE,
    column_of,
    grid,
    latin_hypercube,
    one_at_a_time,
    scenarios_of,
    sobol_sequence,
)
from .factors import Factor
from .faults import ScenarioError
from .frames import NAME, built, column_faults
from .rows import factors_of
from .scenario import BASE, Builder, Scenario
from .sweep_model import DesignTable
from .sweep_scenarios import outside
from .toml_file import regular_text, usable

SECTION = "design"
FACTORS: Key = (SECTION, "factors")
Days = tuple[date | None, date | None]


def design_of(source: Source, bases: Bases, builder: Builder | None, days: Days) -> tuple[list[Factor], list[Scenario]]:
    """The factors of a design and its scenarios; adds to the faults of ``bases`` what is wrong with them."""
    raw = source.document.get(SECTION)
    before = len(bases.faults)
    factors = factors_of(source, FACTORS, builder, bases.faults)
    bases.faults += days_outside(source, FACTORS, factors, days)
    design = usable(DesignTable, raw)
    if design is None or builder is None or (len(bases.faults) > before and design.kind != TABLE):
        return factors, []
    if design.kind == TABLE:
        return factors, _table(source, bases, design, builder)
    try:
        points = {
            GRID: lambda: grid(factors),
            ONE: lambda: one_at_a_time(factors),
            LATIN: lambda: latin_hypercube(factors, design.samples or 0, design.seed),
            SOBOL: lambda: sobol_sequence(factors, design.samples or 0, design.seed),
        }[design.kind]()
        return factors, scenarios_of(points, factors, builder, design.kind)
    except ScenarioError as error:
        bases.faults += [_placed(source, fault, factors) for fault in error.faults]
        return factors, []


def days_outside(source: Source, path: Key, factors: list[Factor], days: Days) -> Iterator[Fault]:
    """Factors that change what no day of the sweep sees."""
    for number, factor in enumerate(factors):
        start, end = (None if day is None else (day - date(1970, 1, 1)).days for day in (factor.start, factor.end))
        yield from outside(source, (*path, number), start, end, days)


def _placed(source: Source, fault: Fault, factors: list[Factor]) -> Fault:
    """A fault at the factor it is about, or at the design's key."""
    known = {name: number for number, one in enumerate(factors) for name in (one.path, column_of(one))}
    path, name = fault.place.path, fault.place.file
    if path not in known:
        key = path if path in ("samples", "factors") else "kind"
        return source.fault((SECTION, key), fault.code, fault.found, fault.allowed, fault.todo)
    found = f"{fault.found} in {name}" if name != SECTION else fault.found
    return source.fault((*FACTORS, known[path], "path"), fault.code, found, fault.allowed, fault.todo)


def _table(source: Source, bases: Bases, design: DesignTable, builder: Builder) -> list[Scenario]:
    """The scenarios of a CSV file; its faults with the lines of that file."""
    path = beside(source, design.file or "")
    try:
        text = regular_text(path)
    except ProgrammeError as error:
        told = [replace(fault, found=f"{path}: {fault.found}") for fault in error.faults]
        bases.faults += [source.fault((SECTION, "file"), f.code, f.found, f.allowed, f.todo) for f in told]
        return []
    lines: dict[str, int] = {}
    before = len(bases.faults)
    names, rows = table_of(text, str(path), lines, bases.faults)
    try:
        found = built(names, rows, builder)
        return found if len(bases.faults) == before else []
    except ScenarioError as error:
        bases.faults += [_in_table(fault, str(path), lines) for fault in error.faults]
        return []


def table_of(text: str, file: str, lines: dict[str, int], faults: list[Fault]) -> tuple[list[str], list[Row]]:
    """Names and rows of a CSV text; notes the line of each name, and adds the faults of its form."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: list[str] = []
    rows: list[Row] = []
    try:
        head = [column.strip() for column in next(reader, [])]
        wrong = list(column_faults(head, file, 1))
        faults += wrong
        for cells in reader if not wrong else ():
            row = {column: cell.strip() for column, cell in zip(head, cells, strict=False)}
            name = row.pop(NAME, "")
            if cells and (told := _row_fault(Place(file, reader.line_num), name, len(cells), len(head))):
                faults.append(told)
            elif cells:
                lines.setdefault(name, reader.line_num)
                names.append(name)
                rows.append(row)
    except csv.Error as error:
        place, found = Place(file, reader.line_num), f"text that is no table ({error})"
        faults.append(Fault(place, "syntax", found, "CSV", "correct this line"))
    if not rows and not faults:
        faults.append(Fault(Place(file, 1), "missing", "no rows", "one row a scenario", "add one"))
    return names, rows


def _row_fault(place: Place, name: str, cells: int, columns: int) -> Fault | None:
    """What is wrong with the form of a row."""
    if cells != columns:
        allowed = f"{columns}, as many as columns"
        return Fault(place, "inconsistent", f"{cells} cells", allowed, "correct the row")
    if name == BASE:
        allowed = "a name of its own: `base` is that of [sweep]"
        return Fault(place, "duplicate-id", show(name), allowed, "rename it")
    return None


def _in_table(fault: Fault, file: str, lines: dict[str, int]) -> Fault:
    """A fault of a scenario at its line of a table."""
    if fault.place.file == file:
        return fault
    return replace(fault, place=Place(file, lines.get(fault.place.file, 0), fault.place.path))
