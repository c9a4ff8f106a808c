"""The names of a sweep's pictures, and the tables each is drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardsim.economics.objectives import measure as measure_named
from rewardsim.experiments.pictures import Picture, assumed_of, units_of

if TYPE_CHECKING:
    import pandas as pd

    from .sweep_run import SweepRun

SIDES = ("low", "high")
DRAWN = ["measure", "unit", "estimate", "low", "high", "replicates"]
"""Columns of an effect that a tornado is drawn from."""
LINES = 7
"""Scenarios whose course can be told apart in one picture."""


def _said(run: SweepRun) -> dict[str, Any]:
    """Return the units of a figure, and what it rests on."""
    return units_of(run.programme) | assumed_of(run.manifest["population"])


def swings(run: SweepRun, measure: str = "") -> dict[str, Any]:
    """Return what the scenarios that move one factor alone change, for the lowest and the highest move of each."""
    import pandas as pd

    measure = measure or run.measures[0]
    moved = run.scenarios.set_index("scenario")
    alone = moved[moved.notna().sum(axis=1) == 1]
    effects = run.effects[(run.effects["measure"] == measure) & (run.effects["against"] == run.base)]
    effects = effects.set_index("scenario")
    rows = []
    for factor in alone.columns[alone.notna().any()]:
        levels = {name: level for name, level in alone[factor].dropna().items() if name in effects.index}
        for side, name in zip(SIDES, _ends(levels), strict=False):
            row = effects.loc[name]
            rows.append({"factor": factor, "side": side, "level": levels[name], **row[DRAWN].to_dict()})
    columns = ["factor", "side", "level", *DRAWN]
    return {"swings": pd.DataFrame(rows, columns=columns), **_said(run)}


def _ends(levels: dict[str, Any]) -> list[str]:
    """Return the scenarios of a factor's lowest and highest level; none where it was moved to one level only."""
    tried = sorted(levels, key=lambda name: _size(levels[name]))
    return [tried[0], tried[-1]] if len(tried) > 1 else []


def _size(level: Any) -> float:
    """Return what orders levels; words without a number keep the order in which they were written."""
    try:
        return float(str(level).rstrip("%"))
    except ValueError:
        return 0.0


def _course(run: SweepRun, quantity: str = "revenue", every: str = "month", scenarios: Any = ()) -> dict[str, Any]:
    import pandas as pd

    named = list(scenarios) or [name for name in run.names if name != run.base][:LINES] or [run.base]
    table: pd.DataFrame = pd.concat([run.over_time(quantity, name, every) for name in named])
    return {"effects": table, **_said(run)}


def _varied(run: SweepRun, measures: Any = ()) -> dict[str, Any]:
    """Return every scenario's levels beside the values of measures."""
    named = list(measures) or run.measures[:3]
    values = run.effects[run.effects["against"] == ""].pivot(index="scenario", columns="measure", values="estimate")
    table = run.scenarios.join(values[named], on="scenario")
    paths = [column for column in run.scenarios.columns if column != "scenario"]
    units = {name: measure_named(name).unit for name in named}
    return {"table": table, "parameters": paths, "measures": units, **_said(run)}


PICTURES = {
    "effects": Picture(
        "scenario_effects",
        'each scenario against the base; measure="net" for another than the first',
        lambda run: {"effects": run.effects, **_said(run)},
    ),
    "over_time": Picture(
        "effect_over_time",
        'the change by period; quantity="revenue", every="month", scenarios=[...]',
        _course,
        ("quantity", "every", "scenarios"),
    ),
    "tornado": Picture("tornado", "what each factor does alone", swings, ("measure",)),
    "sensitivity": Picture(
        "sensitivity",
        "which factor drives the answer: Morris or Sobol indices",
        lambda run: {"indices": run.sensitivity, **_said(run)},
    ),
    "coordinates": Picture(
        "parallel_coordinates", "a line a scenario through what was varied and what came of it", _varied, ("measures",)
    ),
}
"""Name of a picture -> how it comes about."""
