"""Cells of a table as values of a file: what a column varies, and what a cell says.

A column is a path, with the days of a change behind it where it has any:
``programme.earning.purchase.rate@2018-01-01..2018-04-01`` (the second is the first day after, and
may be left out). An empty cell changes nothing; ``(left out)`` takes the key or row away. A text
such as ``500`` or ``2018-01-01`` is a number, a date or a text, whichever the file takes there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .change import Change
from .scenario import Builder

LEFT_OUT = "(left out)"
"""The cell that takes a key or row away."""
Row = Mapping[str, Any]
"""Column -> cell; what is None is not changed."""
_DATED = re.compile(r"(.+)@([^@]*)\.\.([^@]*)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def column_change(column: str) -> Change:
    """The change of a column, without its value; raises ValueError for days that are none."""
    match = _DATED.fullmatch(column)
    if match is None:
        return Change(column, None)
    start, end = (_day(text) for text in match.groups()[1:])
    return Change(match.group(1), None, start, end)


def _day(text: str) -> date | None:
    if text and not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text) if text else None


def cell_of(value: Any) -> Any:
    """A value as a cell of a table."""
    if value is None:
        return LEFT_OUT
    return float(value) if isinstance(value, Decimal) else value


def plain(cell: Any) -> Any:
    """A cell without what tables of numbers add: their own kinds of numbers, days with a time, signs for nothing."""
    if hasattr(cell, "to_pydatetime"):
        cell = cell.to_pydatetime() if cell == cell else None
    if hasattr(cell, "item") and getattr(cell, "ndim", 0) == 0:
        cell = cell.item()
    if isinstance(cell, datetime) and cell == datetime.combine(cell.date(), datetime.min.time()):
        return cell.date()
    if cell is None or type(cell).__name__ == "NAType" or (isinstance(cell, float) and cell != cell):
        return None
    return cell.strip() or None if isinstance(cell, str) else cell


class Cells:
    """Reads cells; what a text means is found out once for each column."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self._read: dict[tuple[str, str], Any] = {}

    def changes(self, row: Row) -> list[Change]:
        """The changes of a row, in the order of its columns."""
        said = ((column, plain(cell)) for column, cell in row.items())
        return [self._change(column, cell) for column, cell in said if cell is not None]

    def _change(self, column: str, cell: Any) -> Change:
        change = column_change(column)
        if cell == LEFT_OUT:
            return change
        if not isinstance(cell, str):
            return replace(change, value=cell)
        if (column, cell) not in self._read:
            self._read[column, cell] = self._value(change, cell)
        return replace(change, value=self._read[column, cell])

    def _value(self, change: Change, text: str) -> Any:
        """What a text says: the first reading that the file takes, else the plainest."""
        readings = [text] if (parsed := toml_value(text)) is None else [parsed, text]
        if len(readings) == 1:
            return text
        taken = (one for one in readings if not self.builder.faults([replace(change, value=one)], ""))
        return next(taken, readings[0])


def toml_value(text: str) -> Any:
    """A text as the TOML value it is, None where it is none."""
    try:
        found = tomllib.loads(f"value = {text}", parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None
    return found["value"] if list(found) == ["value"] else None
