"""The effects of a sweep in words: a block a measure, and in it a line a scenario."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from rewardsim.economics.intervals import Interval
from rewardsim.economics.objectives import measure
from rewardsim.experiments.simulations.effects import Effect
from rewardsim.experiments.simulations.text import amount
from rewardsim.programme import Programme

if TYPE_CHECKING:
    from .sweep_run import SweepRun

HEADS = ("scenario", "value", "change", "95 % interval", "share", "needed", "")
SHOWN_MAX = 12
"""Scenarios of a block: those that change most. The frame has them all."""
DIGITS = 2


class Row(NamedTuple):
    """A measure of one scenario in words; "" where there is nothing to say."""

    scenario: str
    value: str
    change: str
    between: str
    share: str
    needed: str
    together: str  # said where the interval for all scenarios together decides otherwise
    sure: bool


class Block(NamedTuple):
    """A measure: the base's value, and what scenarios change in it."""

    measure: str
    meaning: str
    rows: list[Row]
    left_out: int


def blocks_of(run: SweepRun) -> Iterator[Block]:
    """Return the blocks of a sweep, in the order of its measures."""
    rows = run.effects.to_dict("records")
    for name in run.measures:
        mine = [row for row in rows if row["measure"] == name]
        compared = {row["scenario"] for row in mine if row["against"]}
        levels = [row for row in mine if row["scenario"] not in compared]  # the base, and who cannot be compared
        changes = [row for row in mine if row["against"]]
        if len(changes) > SHOWN_MAX:
            changes.sort(key=lambda row: -abs(row["estimate"]))
        # A share of what may be nothing says nothing.
        stands = bool(levels) and leaves_out_zero(levels[0]["low"], levels[0]["high"])
        shown = [_row(row, run.programme, stands) for row in [*levels, *changes[:SHOWN_MAX]]]
        if shown:
            asked = measure(name)
            yield Block(name.replace("_", " "), asked.meaning, shown, max(len(changes) - SHOWN_MAX, 0))


def _row(row: dict[str, Any], programme: Programme, stands: bool) -> Row:
    """Return a row in words; of a plain value nobody asks how many replicates would tell it better.

    ``stands`` says whether the base's value is surely not 0.
    """
    unit, change = row["unit"], bool(row["against"])
    effect = change or measure(row["measure"]).counterfactual
    around = between(row["low"], row["high"], unit, programme)
    alone, together = (leaves_out_zero(row[f"{which}low"], row[f"{which}high"]) for which in ("", "simultaneous_"))
    other = between(row["simultaneous_low"], row["simultaneous_high"], unit, programme)
    return Row(
        scenario=row["scenario"],
        value=said(row["value"], unit, programme).removeprefix("+"),
        change=said(row["estimate"], unit, programme) if change else "",
        between=around if effect else around.replace("+", ""),
        share=f"{row['relative']:+.2%}" if change and stands and not none(row["relative"]) else "",
        needed=f"{_rounded_up(row['needed']):,}" if effect and stands and not none(row["needed"]) else "",
        together=f"of all together {other}" if change and alone and not together else "",
        sure=change and together,
    )


def leaves_out_zero(low: Any, high: Any) -> bool:
    """Tell whether an interval is on one side of zero."""
    return not none(low) and not none(high) and (low > 0 or high < 0)


def _rounded_up(count: int) -> int:
    """Return a number with two digits that count, as good as it is known."""
    step = 10 ** max(len(str(count)) - DIGITS, 0)
    return -(-count // step) * step


def said(value: Any, unit: str, programme: Programme) -> str:
    """Return a figure in its unit, with its sign; "" for none."""
    if none(value):
        return ""
    nowhere = Interval(float(value), None, None, 0)
    return amount(float(value), Effect("", unit, "all", "", None, None, nowhere, None), programme)


def between(low: Any, high: Any, unit: str, programme: Programme) -> str:
    """Return an interval in the unit of its measure; "" for none."""
    if none(low) or none(high):
        return ""
    return f"{said(low, unit, programme)} to {said(high, unit, programme)}"


def none(value: Any) -> bool:
    """Tell whether a frame's cell is empty."""
    import pandas as pd

    return value is None or value is pd.NA or (isinstance(value, float) and isnan(value))
