"""Points as lives: every point of a design is a scenario, lived under the same luck as all others.

Under common luck a measure is a smooth enough answer to its factors: what differs between two points is
what the factors do, not who happened to buy. The value at a point is the mean over its replicates.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import TYPE_CHECKING

from rewardsim.economics.intervals import mean
from rewardsim.economics.objectives import Measure, measure
from rewardsim.experiments.scenarios import ScenarioError
from rewardsim.experiments.scenarios.designs import column_of, points_at, scenarios_of
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.experiments.sweeps.effects import Observations, sample_of

from .answer import Sensitivity, answered
from .design import MORRIS, Design, morris_design, sobol_design

if TYPE_CHECKING:
    from rewardsim.experiments.scenarios.plan import SensitivityPlan, SweepPlan
    from rewardsim.experiments.scenarios.scenario import Scenario
    from rewardsim.experiments.sweeps.runner import Runner


def design_of(asked: SensitivityPlan, seed: int = 0) -> Design:
    """Return the points a plan asks for; raise ScenarioError where they could say nothing."""
    names = [column_of(factor) for factor in asked.factors]
    make = morris_design if asked.method == MORRIS else sobol_design
    return make(names, asked.samples, seed)


def scenarios_at(design: Design, asked: SensitivityPlan, base: Scenario) -> list[Scenario]:
    """Return the base with each point's values; raise ScenarioError with every fault of factors and points."""
    builder = Builder(base.programme(), base.population())
    factors, faults = [], []
    for factor in asked.factors:
        try:
            factors.append(factor.fitted(builder))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return scenarios_of(points_at(factors, design.shares), factors, builder, design.method)


def sensitivity(plan: SweepPlan, runner: Runner) -> Sensitivity:
    """Live what the plan's sensitivity asks for, and return which factor drives which measure.

    Points are drawn by the setting's seed and lived in ``plan.replicates`` replicates each. Give a runner
    of its own: it observes a scenario for every point. Points that are alike are lived once. A point of
    which a life failed is left out, together with its sample, and told in the notes.
    """
    import pandas as pd

    asked = plan.sensitivity
    if asked is None:
        raise ValueError("the plan asks for no sensitivity")
    design = design_of(asked, plan.setting.seed)
    scenarios = scenarios_at(design, asked, plan.scenarios.base)
    observed = runner.outcomes(scenarios, range(plan.replicates))
    measures = [measure(name) for name in asked.measures or plan.measures]
    found = {one.name: values_at(observed, scenarios, one, plan.replicates) for one in measures}
    outputs = {name: [mean(values) for values in at_points] for name, at_points in found.items()}
    alone = {name: list(zip(*at_points, strict=True)) for name, at_points in found.items()}
    levels = [{"scenario": one.name, **one.levels} for one in scenarios]
    points = pd.DataFrame(levels).assign(**outputs)
    return answered(design, outputs, {one.name: one.unit for one in measures}, alone, points)


def values_at(
    observed: Observations, scenarios: Sequence[Scenario], asked: Measure, replicates: int
) -> list[list[float]]:
    """Return a measure at every point in every replicate; not-a-number throughout a point that lacks one."""
    found = []
    for scenario in scenarios:
        sample = sample_of(observed, scenario.name)
        whole = len(sample.own) == replicates and (sample.without is not None or not asked.counterfactual)
        found.append(sample.of(asked, sorted(sample.own)) if whole else [nan] * replicates)
    return found
