"""What a scenario's lives are worth: its objectives and constraints, as a search weighs them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isnan

from rewardsim.economics.guards import Guard, excess
from rewardsim.economics.intervals import mean
from rewardsim.economics.objectives import Totals, above_and_below, measure, values

from .plan import Objective
from .study import Score

Lives = tuple[Sequence[Totals], Sequence[Totals] | None]
"""Totals by replicate of a scenario, and of its counterfactual where it has one."""


def score(objectives: Sequence[Objective], constraints: Sequence[Guard], lives: Lives) -> Score | None:
    """Return the score of a scenario; None where an objective has no value, as a price for what was not gained."""
    found = tuple(mean(observed(one, lives)) for one in objectives)
    if any(isnan(value) for value in found):
        return None
    return Score(found, tuple(broken_by(one, lives) for one in constraints))


def observed(objective: Objective, lives: Lives) -> list[float]:
    """Return an objective's value in every replicate."""
    return values(measure(objective.measure), *lives)


def broken_by(guard: Guard, lives: Lives) -> float:
    """Return by how much a guard is broken, at most 0 where it is not, as a share of the larger side.

    Shares are alike for every measure, so that constraints in money and in shares weigh the same.
    """
    asked = measure(guard.measure)
    above, below = above_and_below(asked, *lives)
    limits = [limit for limit in (guard.at_most, guard.at_least) if limit is not None]
    under = abs(mean(below)) if below is not None else 1.0
    sides = (max(abs(mean(above)), abs(float(Fraction(limit))) * under, 1e-9) for limit in limits)
    return max(mean(over) / side for over, side in zip(excess(guard, asked, *lives), sides, strict=True))
