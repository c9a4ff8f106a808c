"""The names of a sweep's pictures, and the tables each is drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardsim.economics.objectives import measure as measure_named
from rewardsim.experiments.pictures import Picture

if TYPE_CHECKING:
    import pandas as pd

    from .sweep_run import SweepRun

SIDES = ("low", "high")
LINES = 7
"""Scenarios whose course can be told apart in one picture."""


def _money(run: SweepRun) -> dict[str, Any]:
    programme = run.programme
    return {
        "currency": programme.currency,
        "digits": programme.minor_digits,
        "token": programme.token,
        "decimals": programme.token_decimals,
    }


def _assumed(run: SweepRun) -> dict[str, str]:
    """Return what every figure of effects rests on."""
    said = run.manifest["population"]
    return {"assumed": f'behaviour "{said["preset"]}", phi = {said["phi"]:g}; population {said["id"]}'}


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
        tried = [name for name in alone.index[alone[factor].notna()] if name in effects.index]
        for side, name in zip(SIDES, _ends(tried), strict=False):
            row = effects.loc[name]
            rows.append({"factor": factor, "side": side, "level": moved.at[name, factor], **row[_DRAWN].to_dict()})
    columns = ["factor", "side", "level", *_DRAWN]
    return {"swings": pd.DataFrame(rows, columns=columns), **_money(run), **_assumed(run)}


_DRAWN = ["measure", "unit", "estimate", "low", "high", "replicates"]


def _ends(tried: list[str]) -> list[str]:
    """Return the first and the last of a factor's scenarios, which designs write from the lowest level up."""
    return [tried[0], tried[-1]] if len(tried) > 1 else tried


def _course(run: SweepRun, quantity: str = "revenue", every: str = "month", scenarios: Any = ()) -> dict[str, Any]:
    import pandas as pd

    named = list(scenarios) or [name for name in run.names if name != run.base][:LINES] or [run.base]
    table: pd.DataFrame = pd.concat([run.over_time(quantity, name, every) for name in named])
    return {"effects": table, **_money(run), **_assumed(run)}


def _varied(run: SweepRun, measures: Any = ()) -> dict[str, Any]:
    """Return every scenario's levels beside the values of measures."""
    named = list(measures) or run.measures[:3]
    values = run.effects[run.effects["against"] == ""].pivot(index="scenario", columns="measure", values="estimate")
    table = run.scenarios.join(values[named], on="scenario")
    paths = [column for column in run.scenarios.columns if column != "scenario"]
    units = {name: measure_named(name).unit for name in named}
    return {"table": table, "parameters": paths, "measures": units, **_money(run), **_assumed(run)}


PICTURES = {
    "effects": Picture(
        "scenario_effects",
        'each scenario against the base; measure="net" for another than the first',
        lambda run: {"effects": run.effects, **_money(run), **_assumed(run)},
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
        lambda run: {"indices": run.sensitivity, **_money(run), **_assumed(run)},
    ),
    "coordinates": Picture(
        "parallel_coordinates", "a line a scenario through what was varied and what came of it", _varied, ("measures",)
    ),
}
"""Name of a picture -> how it comes about."""
