"""How many replicates next: a number that is given, until it is known well enough, or until the best is found.

A policy is asked again and again with what has been observed, and answers from that alone: a sweep that was
interrupted asks the same again, and any number of workers get the same questions. It is done when
it asks for nothing more. Rules that stop by what they see make intervals a little too narrow (a lucky calm
ends a sweep early); at the precisions asked for here by less than a percentage point of their level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rewardsim.economics.intervals import differences, mean, mean_interval, replicates_needed
from rewardsim.economics.objectives import Measure, measure

from .effects import Observations, Sample, paired, sample_of

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.experiments.scenarios.plan import Precision, SweepPlan

FIRST_MIN = 5
"""First replicates of a question that stops by what it sees: fewer say too little of the spread."""
KN_FIRST_MIN = 10
"""First replicates of KN, as its authors advise: from fewer its allowance for what is not known grows fast."""
Wanted = dict[str, int]


class Policy(Protocol):
    """Says how many replicates each scenario should have in all."""

    def ask(self, observed: Observations) -> Wanted:
        """Return replicates wanted in all, by scenario; nothing where no more are."""
        ...

    def ranking(self, observed: Observations) -> pd.DataFrame | None:
        """Return how scenarios rank, where that was the question."""
        ...


def policy_of(plan: SweepPlan) -> Policy:
    """Return the policy of a sweep: fixed, to a precision, or to find the best."""
    from .selection import KN, Selection

    names = tuple(plan.scenarios.names)
    if plan.best is not None:
        least = KN_FIRST_MIN if plan.best.method == KN else FIRST_MIN
        return Selection(names, max(plan.replicates, least), plan.best)
    if plan.precision is not None:
        return Precise(names, plan.replicates, plan.precision)
    return Fixed(names, plan.replicates)


@dataclass(frozen=True)
class Fixed:
    """The same number for every scenario."""

    names: tuple[str, ...]
    replicates: int

    def ask(self, observed: Observations) -> Wanted:
        """Return that number, whatever was observed."""
        return dict.fromkeys(self.names, self.replicates)

    def ranking(self, observed: Observations) -> None:
        """Return nothing: this policy compares, it does not choose."""


@dataclass(frozen=True)
class Precise:
    """Until the effect of every scenario on a measure is known to +- a share of the base's value, or an amount.

    A lone scenario has no other to be compared with: its value itself is then made so precise. The
    base gets as many replicates as the scenario that needs most.
    """

    names: tuple[str, ...]
    replicates: int
    goal: Precision

    def ask(self, observed: Observations) -> Wanted:
        """Return what the spread seen so far says is needed, at most twice what there is."""
        first = max(self.replicates, FIRST_MIN)
        if _begun(observed, self.names) < min(first, self.goal.replicates_max):
            return dict.fromkeys(self.names, min(first, self.goal.replicates_max))
        base, asked = sample_of(observed, self.names[0]), measure(self.goal.measure)
        wanted = {name: self._needed(observed, base, name, asked) for name in self.names[1:] or self.names}
        more = {name: count for name, count in wanted.items() if count > _count(observed, name)}
        return more | {self.names[0]: max(more.values())} if more else {}

    def ranking(self, observed: Observations) -> None:
        """Return nothing: this policy measures, it does not choose."""

    def _needed(self, observed: Observations, base: Sample, name: str, asked: Measure) -> int:
        """Return replicates wanted of a scenario, those it has where they suffice or nothing says."""
        found = sample_of(observed, name)
        if name == self.names[0]:
            gained = before = found.of(asked, sorted(found.own))
        else:
            own, before = paired(found, base, asked)
            gained = differences(own, before)
        there = _count(observed, name)
        if len(gained) < 2:
            return there
        half = mean_interval(gained).half_width
        width = self.goal.absolute if self.goal.relative is None else _share(self.goal.relative, mean(before))
        if half is None or not width > 0 or half <= width:
            return there
        needed = replicates_needed(gained, absolute=width) or 2 * there
        # What failed is missing in the interval: as many more are asked for.
        return min(max(needed + there - len(gained), there + 1), 2 * there, self.goal.replicates_max)


def _begun(observed: Observations, names: tuple[str, ...]) -> int:
    """Return how many replicates were asked of all at first; a scenario whose lives failed shows fewer."""
    return max(_count(observed, name) for name in names)


def _count(observed: Observations, name: str) -> int:
    """Return how many replicates a scenario was given, failed ones before the last included."""
    return max(observed.replicates(name), default=-1) + 1


def _share(share: float, value: float) -> float:
    """Return a share of the true value, told from an estimate that is as uncertain as it is."""
    return abs(value) * share / (1 + share)
