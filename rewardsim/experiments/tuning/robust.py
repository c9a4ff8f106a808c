"""Whether a recommendation still serves if people respond otherwise than assumed.

Parameters of the population, first of all how members respond, are assumptions. They are sampled
over their ranges by a Latin hypercube; in every sample the shipped and the tuned programme live
through the same luck. The share of samples in which the tuned one is better is told with its
interval, and so is the worst sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rewardsim.economics.intervals import Interval, paired_interval
from rewardsim.economics.proportions import wilson_interval
from rewardsim.experiments.scenarios.designs import column_of, latin_hypercube
from rewardsim.experiments.scenarios.faults import ScenarioError
from rewardsim.experiments.scenarios.scenario import Builder, Scenario
from rewardsim.experiments.sweeps.runner import Runner

from .parameters import Parameters
from .plan import Robustness, TunePlan
from .scoring import observed
from .trials import Trial, TuneError, failed, failures_of, refuse_dead_workers


@dataclass(frozen=True)
class Sample:
    """One set of assumptions, and what the recommendation changes under it, by objective."""

    number: int
    levels: dict[str, Any]
    gains: tuple[Interval, ...]


def robust(plan: TunePlan, asked: Robustness, tuned: Trial, runner: Runner) -> list[Sample]:
    """Return what a trial's programme changes against the shipped one, sample by sample."""
    builder, parameters = Builder(plan.programme, plan.population), Parameters(plan.parameters)
    changes = parameters.changes(tuned.point)
    points = latin_hypercube(asked.factors, asked.samples, seed=asked.seed)
    pairs: list[tuple[Scenario, Scenario]] = []
    for number, levels in enumerate(points):
        assumed = [one.change(levels[column_of(one)]) for one in asked.factors]
        try:
            shipped = builder.scenario(f"sample-{number}-shipped", assumed, levels)
            pairs.append((shipped, builder.scenario(f"sample-{number}-tuned", [*assumed, *changes], levels)))
        except ScenarioError as error:
            raise TuneError(error.faults) from error
    fresh = range(plan.fresh.start, plan.fresh.start + asked.replicates)
    seen = runner.outcomes([one for pair in pairs for one in pair], fresh)
    for one in (scenario for pair in pairs for scenario in pair):
        if failures := failures_of(seen, one.name):
            refuse_dead_workers(failures)
            raise TuneError([failed(one.name, failures[0].error)])
    lives = [[seen.observations(one.name) for one in pair] for pair in pairs]
    return [
        Sample(number, dict(points[number]), tuple(_gain(one, pair) for one in plan.objectives))
        for number, pair in enumerate(lives)
    ]


def _gain(objective: Any, pair: Sequence[Any]) -> Interval:
    shipped, tuned = (observed(objective, lives) for lives in pair)
    return paired_interval(tuned, shipped)


def better_in(samples: Sequence[Sample], objective: int, sign: int) -> Interval:
    """Return the share of the samples in which the recommendation is better in an objective, by estimate."""
    return wilson_interval(sum(one.gains[objective].estimate * sign > 0 for one in samples), len(samples))


def worst(samples: Sequence[Sample], objective: int, sign: int) -> Sample:
    """Return the sample in which the recommendation does least."""
    return min(samples, key=lambda one: one.gains[objective].estimate * sign)
