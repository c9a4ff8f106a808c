"""What is recommended, and why: by fresh replicates alone.

A change is recommended only if it is surely better than the programme as it is, and surely within the
constraints. If the programme as it is breaks a constraint, or may, the best that holds them all is
recommended, better or not. If nothing holds them, nothing is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rewardsim.economics.guards import HELD, Guard

from .leaders import Leader
from .plan import TunePlan
from .trials import Trial

CHANGE, KEEP, UNKNOWN, INFEASIBLE = "change", "keep", "undecided", "infeasible"
"""Kinds of advice: a tuned programme; the shipped one; not known yet; no programme within the constraints."""
BETTER = "surely better than the shipped programme, and surely within every constraint"
NOTHING = "nothing that was tried is surely better than the shipped programme"
WITHIN = "the best of those that are surely within every constraint"


@dataclass(frozen=True)
class Strain:
    """How a constraint fared over all trials."""

    constraint: Guard
    broken: int  # trials in which it was, by estimate
    trials: int
    least: float  # smallest excess, as a share of the limit or of what was found; 0 or less: held
    nearest: int  # number of the trial that came nearest


@dataclass(frozen=True)
class Advice:
    """What to do, with the leader it is about, and reasons in words."""

    kind: str
    leader: Leader | None  # whose programme is recommended, None where none is
    reason: str
    strains: tuple[Strain, ...]
    best: Leader | None  # the one recommended, else the one that did best on fresh replicates
    winner: Leader | None  # the one that did best in the search, whose promise is held against it

    @property
    def found(self) -> bool:
        """Whether a tuned programme is recommended."""
        return self.kind == CHANGE


def advised(plan: TunePlan, trials: Sequence[Trial], leaders: Sequence[Leader], front: Sequence[int]) -> Advice:
    """Return what to do; ``leaders`` begin with the shipped programme."""
    sign = plan.objectives[0].sign
    shipped, *others = leaders
    others.sort(key=lambda one: -one.gains[0].fresh.estimate * sign)
    held = [one for one in others if one.trial.number in front]
    better = [one for one in held if one.gains[0].better]
    strains = tuple(strained(plan, trials))
    best = next(iter([*better, *held, *others]), None)
    winner = max(others, key=lambda one: one.gains[0].search.estimate * sign, default=None)
    if better:
        kind, leader, reason = CHANGE, best, BETTER
    elif shipped.status == HELD:
        kind, leader, reason = KEEP, shipped, NOTHING
    elif held:
        kind, leader, reason = CHANGE, best, f"{WITHIN}; the shipped programme: {shipped.status}"
    elif others:
        kind, leader, reason = UNKNOWN, None, _undecided(others)
    else:
        kind, leader, reason = INFEASIBLE, None, infeasible(strains)
    return Advice(kind, leader, reason, strains, best, winner)


def strained(plan: TunePlan, trials: Sequence[Trial]) -> list[Strain]:
    """Return how every constraint fared over the trials."""
    scored = [one for one in trials if one.score]
    found = []
    for place, constraint in enumerate(plan.constraints):
        over = [(one.score.excess[place], one.number) for one in scored if one.score]
        least, nearest = min(over)
        found.append(Strain(constraint, sum(excess > 0 for excess, _ in over), len(over), least, nearest))
    return found


def infeasible(strains: Sequence[Strain]) -> str:
    """Return which constraints stand in the way: the one broken least and the one broken most."""
    broken = [one for one in strains if one.broken]
    if not broken:
        return "no point that was tried makes a programme whose objectives have a value"
    order = sorted(broken, key=lambda one: (one.broken, one.least))
    least, most = order[0], order[-1]
    said = f"no point that was tried is within every constraint; broken most: {_strain(most)}"
    return said if least is most else f"{said}; broken least: {_strain(least)}"


def _undecided(leaders: Sequence[Leader]) -> str:
    needed = [one.needed for leader in leaders for one in leader.verdicts if one.needed]
    more = f"; {min(needed):,} fresh replicates would decide for one of them" if needed else ""
    return f"no leader is surely within every constraint on fresh replicates{more}"


def _strain(one: Strain) -> str:
    nearest = f"by {one.least:.1%} at its nearest, trial {one.nearest}" if one.least > 0 else "held in others"
    return f"{one.constraint} (in {one.broken} of {one.trials} trials, {nearest})"
