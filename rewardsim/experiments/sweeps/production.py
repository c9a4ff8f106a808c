"""From a sweep to production: how large an A/B test would be, and from which day a programme runs steadily."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rewardsim.economics.covariates import cuped
from rewardsim.economics.intervals import LEVEL, mean
from rewardsim.economics.objectives import SHARE, MeasureError, measure
from rewardsim.economics.power import POWER, TrialSize, trial_size
from rewardsim.economics.warm_up import steady_from
from rewardsim.experiments.simulations.plan import PROGRAMME, WITHOUT
from rewardsim.programme.faults import Fault, Place

from .effects import paired, sample_of
from .over_time import QUANTITIES, PeriodError, unknown

if TYPE_CHECKING:
    from .sweep_run import SweepRun

COVARIATE = "revenue"
"""What members bought before a test foretells what they buy during it."""


def trial(
    run: SweepRun,
    name: str,
    scenario: str,
    against: str | None = None,
    *,
    power: float = POWER,
    level: float = LEVEL,
) -> TrialSize:
    """Return the members an A/B test of a scenario against the base needs to see the change of a measure.

    ``explained`` is what a member's purchases in the first half of the days say of those in the second,
    without any programme: the share of variance that adjusting by them saves (CUPED). It is 0
    where the sweep has no counterfactual. Raises MeasureError for a ratio, which no member has.
    """
    asked, other = measure(name), against or run.base
    if asked.unit == SHARE or asked.below is not None:
        fault = Fault(Place(name), "wrong-type", "a ratio of totals", "a total", "name what is counted of each member")
        raise MeasureError([fault])
    faults = [*unknown("scenario", scenario, run.names), *unknown("against", other, run.names)]
    if faults:
        raise PeriodError(faults)
    own, base = paired(sample_of(run.observed, scenario), sample_of(run.observed, other), asked)
    members = int(run.manifest["inputs"]["members"])
    return trial_size(own, base, members, explained=_foretold(run, other), power=power, level=level)


def steady(run: SweepRun, quantity: str, scenario: str) -> date | None:
    """Return the day from which on a scenario's quantity by day is steady, None where it is not in these days.

    Judged by MSER over weeks of the mean of all replicates. Before that day a programme starts; sums over all
    days are of its start too, and no forecast of a year.
    """
    faults = [*unknown("measure", quantity, QUANTITIES), *unknown("scenario", scenario, run.names)]
    if faults:
        raise PeriodError(faults)
    by_replicate = _by_day(run, quantity, scenario, PROGRAMME)
    found = steady_from([mean(day) for day in zip(*by_replicate, strict=True)])
    return None if found is None else date.fromisoformat(run.manifest["inputs"]["from"]) + timedelta(days=found)


def _foretold(run: SweepRun, scenario: str) -> float:
    """Return the share of the second half's variance that the first half explains, without a programme."""
    by_replicate = _by_day(run, COVARIATE, scenario, WITHOUT)
    if len(by_replicate) < 3:
        return 0.0
    half = len(by_replicate[0]) // 2
    before, during = ([sum(days[part]) for days in by_replicate] for part in (slice(half), slice(half, None)))
    return cuped(during, before).explained_fairly


def _by_day(run: SweepRun, quantity: str, scenario: str, arm: str) -> list[Sequence[int]]:
    """Return a quantity by replicate and day; nothing where there is no such arm."""
    table = run.daily
    mine = table[(table["scenario"] == scenario) & (table["arm"] == arm)].sort_values("day")
    return [part[quantity].tolist() for _, part in mine.groupby("replicate")]
