"""The names of a tuning's pictures, and the tables each is drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardsim.economics.objectives import measure as measure_named
from rewardsim.experiments.pictures import Picture, assumed_of, units_of

if TYPE_CHECKING:
    from .tune_run import TuneRun

SAMPLE = ("sample", "measure", "goal", "gain", "gain_low", "gain_high", "replicates")
"""Columns of a sample of assumptions that are not what was assumed."""


def _said(run: TuneRun) -> dict[str, Any]:
    """Return the units of a figure, and what it rests on."""
    return units_of(run.shipped) | assumed_of(run.manifest["population"])


def _front(run: TuneRun, across: str = "", up: str = "") -> dict[str, Any]:
    """Return the trials by two measures: the first objective against the next measure asked for."""
    named = run.measures
    up = up or named[0]
    across = across or next((name for name in named if name != up), up)
    axes = {place: (name, measure_named(name).unit) for place, name in (("across", across), ("up", up))}
    done = run.trials[run.trials["state"] == "done"]
    return {"trials": done, **axes, "parameters": run.parameters, **_said(run)}


def _varied(run: TuneRun) -> dict[str, Any]:
    """Return the trials' parameters beside their measures, the first objective last, as it gives the colour."""
    first, *others = run.measures
    units = {name: measure_named(name).unit for name in (*others, first)}
    done = run.trials[run.trials["state"] == "done"]
    return {"table": done, "parameters": run.parameters, "measures": units, **_said(run)}


def _samples(run: TuneRun, measure: str = "") -> dict[str, Any]:
    """Return the samples of assumptions for one objective, the first unless another is named."""
    rows = run.robustness
    if rows.empty:
        return {"samples": rows, "unit": ""}
    measure = measure or str(rows["measure"].iloc[0])
    factors = [column for column in rows.columns if column not in SAMPLE]
    said = {"unit": measure_named(measure).unit, "factors": factors, **_said(run)}
    return {"samples": rows[rows["measure"] == measure], **said}


PICTURES = {
    "front": Picture("pareto_front", 'what was tried; across="liability", up="net"', _front, ("across", "up")),
    "coordinates": Picture("parallel_coordinates", "a line a trial through parameters and measures", _varied),
    "robustness": Picture("robustness", "the recommendation where assumptions are others", _samples, ("measure",)),
}
"""Name of a picture -> how it comes about."""
