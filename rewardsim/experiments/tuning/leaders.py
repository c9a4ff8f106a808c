"""The leaders of a search, judged anew on luck the search has not seen.

The best of many noisy results is best also because it was lucky: the *winner's curse*. So a few leaders
and the shipped programme live through fresh replicates, and only these decide. What the search
promised beyond them is told. As the best of several leaders is chosen, intervals hold for all of them together
(Bonferroni).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rewardsim.economics.guards import BROKEN, HELD, UNDECIDED, Verdict, verdict
from rewardsim.economics.intervals import (
    LEVEL,
    Interval,
    differences,
    mean_interval,
    replicates_needed,
    unpaired_interval,
)
from rewardsim.experiments.sweeps.runner import Observed, Runner

from .front import not_surely_dominated, preferred
from .plan import Objective, TunePlan
from .scoring import observed
from .trials import SHIPPED, Trial, TuneError, failed, failures_of, refuse_dead_workers


@dataclass(frozen=True)
class Gain:
    """What a leader changes in one objective against the shipped programme, and what the search had promised."""

    objective: Objective
    fresh: Interval
    together: Interval  # for all leaders together
    search: Interval
    curse: Interval  # search less fresh
    needed: int | None  # fresh replicates at which it would surely be better; None where it is, or seems worse

    @property
    def better(self) -> bool:
        """Whether it is surely better than the shipped programme, all leaders considered."""
        return self.together.sure and self.together.estimate * self.objective.sign > 0


@dataclass(frozen=True)
class Leader:
    """One leader, or the shipped programme, on fresh replicates."""

    trial: Trial
    gains: tuple[Gain, ...]  # none for the shipped programme
    verdicts: tuple[Verdict, ...]
    values: tuple[tuple[float, ...], ...]  # of each objective, one a replicate

    @property
    def status(self) -> str:
        """Whether all constraints are held, one is broken, or it is not known."""
        found = [one.status for one in self.verdicts]
        return next((status for status in (BROKEN, UNDECIDED) if status in found), HELD)


def chosen(plan: TunePlan, trials: Sequence[Trial], seen: Observed) -> list[Trial]:
    """Return the trials worth judging anew.

    Half are the best of those that seem to be within the constraints; the others the best of those
    that are surely within: at a limit luck may have helped. Points that make one programme count once,
    and none that make the shipped one.
    """
    distinct: dict[str, Trial] = {}
    for one in trials:
        if one.scenario is not None and (one.number == 0 or (one.score and not one.score.violation)):
            distinct.setdefault(one.scenario.programme_key, one)
    fair = [one for one in distinct.values() if one.number]
    sure = [one for one in fair if _status(plan, one, seen, LEVEL) == HELD]
    best, safe = _in_order(plan, fair), _in_order(plan, sure)
    picked = dict.fromkeys(one.number for one in (*best[: (plan.leaders + 1) // 2], *safe, *best))
    by_number = {one.number: one for one in fair}
    return [by_number[number] for number in picked][: plan.leaders]


def judged(plan: TunePlan, trials: Sequence[Trial], search: Observed, runner: Runner) -> list[Leader]:
    """Return the shipped programme and leaders on fresh replicates, the shipped one first."""
    picked = chosen(plan, trials, search)
    asked = [trials[0], *picked]
    fresh = runner.outcomes([one.scenario for one in asked], plan.fresh)
    for one in asked:
        if failures := failures_of(fresh, one.name):
            refuse_dead_workers(failures)
            raise TuneError([failed(one.name, failures[0].error)])
    level = together(len(picked))
    return [_leader(plan, one, trials[0], search, fresh, level) for one in asked]


def front_of(plan: TunePlan, leaders: Sequence[Leader]) -> list[int]:
    """Return the numbers of leaders within the constraints that no other of them surely dominates."""
    fair = [one for one in leaders if one.status == HELD]
    signs = [one.sign for one in plan.objectives]
    values = {
        one.trial.number: [[sign * value for value in some] for sign, some in zip(signs, one.values, strict=True)]
        for one in fair
    }
    return [int(number) for number in not_surely_dominated(values, LEVEL)]


def together(count: int) -> float:
    """Return the level of one interval so that so many hold together at the usual level."""
    return 1 - (1 - LEVEL) / max(count, 1)


def _in_order(plan: TunePlan, trials: Sequence[Trial]) -> list[Trial]:
    signs = [one.sign for one in plan.objectives]
    return [
        trials[place]
        for place in preferred(
            [[sign * value for sign, value in zip(signs, one.score.values, strict=True)] for one in trials if one.score]
        )
    ]


def _leader(plan: TunePlan, trial: Trial, shipped: Trial, search: Observed, fresh: Observed, level: float) -> Leader:
    lives = fresh.observations(trial.name)
    values = tuple(tuple(observed(one, lives)) for one in plan.objectives)
    gains = [] if trial is shipped else [_gain(one, trial.name, search, fresh, level) for one in plan.objectives]
    return Leader(trial, tuple(gains), tuple(_verdicts(plan, trial, fresh, level)), values)


def _gain(objective: Objective, name: str, search: Observed, fresh: Observed, level: float) -> Gain:
    """Return what a leader changes, each time under the luck it shares with the shipped programme."""
    promised, found = (
        differences(observed(objective, seen.observations(name)), observed(objective, seen.observations(SHIPPED)))
        for seen in (search, fresh)
    )
    curse = unpaired_interval(promised, found)
    alone, all_together = mean_interval(found), mean_interval(found, level)
    open_yet = not all_together.sure and alone.estimate * objective.sign > 0
    needed = replicates_needed(found, absolute=abs(alone.estimate), level=level) if open_yet else None
    return Gain(objective, alone, all_together, mean_interval(promised), curse, needed)


def _verdicts(plan: TunePlan, trial: Trial, seen: Observed, level: float) -> list[Verdict]:
    lives = seen.observations(trial.name)
    return [verdict(one, trial.name, *lives, level=level) for one in plan.constraints]


def _status(plan: TunePlan, trial: Trial, seen: Observed, level: float) -> str:
    return Leader(trial, (), tuple(_verdicts(plan, trial, seen, level)), ()).status
