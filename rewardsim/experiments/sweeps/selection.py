"""Which scenario is best: replicates go on until it is known, by KN's elimination or OCBA's budget."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, isnan, nan
from typing import TYPE_CHECKING

from rewardsim.economics.intervals import differences, mean, mean_interval
from rewardsim.economics.objectives import LESS, Measure, measure
from rewardsim.economics.ranking import kn_survivors, ocba_next, probability_correct
from rewardsim.experiments.simulations.effects import PRECISION

from .effects import Observations, Sample, paired, sample_of

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.experiments.scenarios.plan import Best

KN, OCBA = "kn", "ocba"
BEST, UNDECIDED, WORSE, ELIMINATED, NO_VALUE = "best", "undecided", "worse", "eliminated", "no value"
ROUND = 4
"""Replicates that KN asks for at a time, so that workers are not idle; it judges after each one."""
SHARE_MORE = 0.1
"""Replicates that OCBA asks for at a time, as a share of those there are."""
COLUMNS = (
    "place", "scenario", "measure", "unit", "value", "behind", "low", "high", "replicates", "status", "stage",
    "probability",
)  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """Until the best scenario is found; ``first`` replicates of each come first.

    KN gives all that survive the same replicates, eliminates who is surely worse, and keeps its promise
    under common luck; a needlessly small indifference zone costs it many replicates, however clear the
    best is. OCBA goes where the doubt is, until the probability of a correct selection, as if scenarios
    had no luck in common, reaches the level. A scenario of which a life failed, or that has no value of
    the measure, is not among the candidates.
    """

    names: tuple[str, ...]
    first: int
    goal: Best

    def ask(self, observed: Observations) -> dict[str, int]:
        """Return the first stage, then what the method asks for next."""
        most = self.goal.replicates_max
        if all(len(observed.replicates(name)) < self.stage for name in self.names):
            return dict.fromkeys(self.names, self.stage)
        seen = Seen.of(observed, self)
        if not seen.zone > 0 or not seen.values:
            return {}
        if self.goal.method == KN:
            there = max(len(seen.values[name]) for name in seen.alive)
            more = len(seen.alive) > 1 and there < most
            return dict.fromkeys(seen.alive, min(there + ROUND, most)) if more else {}
        if seen.probability >= self.goal.level:
            return {}
        counts = {name: len(values) for name, values in seen.values.items()}
        given = ocba_next(seen.values, max(len(counts), ceil(SHARE_MORE * sum(counts.values()))))
        wanted = {name: min(counts[name] + more, most) for name, more in given.items()}
        return {name: count for name, count in wanted.items() if count > counts[name]}

    def ranking(self, observed: Observations) -> pd.DataFrame:
        """Return scenarios from best to worst: value, distance to the best, and what became of each.

        ``behind`` is how much worse a scenario is than the best one, with a paired interval. The status is "best"
        (found as the method promises), "worse", "eliminated" (by KN, after replicate ``stage``), "undecided"
        or "no value". ``probability`` is OCBA's, of the best being best.
        """
        import pandas as pd

        seen = Seen.of(observed, self)
        rows = [self._row(observed, seen, place, name) for place, name in enumerate(seen.order)]
        table = pd.DataFrame(rows, columns=list(COLUMNS))
        figures = dict.fromkeys((*COLUMNS[4:8], "probability"), "float64")
        return table.astype(figures | {"place": "int64", "replicates": "int64", "stage": "Int64"})

    def _row(self, observed: Observations, seen: Seen, place: int, name: str) -> tuple[object, ...]:
        head = (place + 1, name, self.measure.name, self.measure.unit)
        own = sample_of(observed, name)
        if name not in seen.values:
            return (*head, nan, nan, nan, nan, len(own.own), NO_VALUE, None, None)
        mine, best = paired(own, sample_of(observed, seen.order[0]), self.measure)
        behind = mean_interval([self.sign * one for one in differences(best, mine)])
        value = self.sign * mean(seen.values[name])
        figures = (value, behind.estimate, behind.low, behind.high, len(own.own))
        chance = seen.probability if self.goal.method == OCBA else None
        return (*head, *figures, seen.status(name), seen.gone[name], chance)

    @property
    def stage(self) -> int:
        """Replicates of the first stage: two at least, and no more than there may be."""
        return max(2, min(self.first, self.goal.replicates_max))

    @cached_property
    def measure(self) -> Measure:
        """The measure by which they are ranked."""
        return measure(self.goal.measure)

    @property
    def sign(self) -> int:
        """1 where more of the measure is better, -1 where less is."""
        return -1 if self.measure.wanted == LESS else 1

    def candidate(self, sample: Sample) -> list[float] | None:
        """Return a scenario's values so that more is better; None where lives failed or there is no value."""
        numbers = sorted(sample.own)
        if len(numbers) < self.stage or numbers != list(range(len(numbers))):
            return None
        if self.measure.counterfactual and sample.without is None:
            return None
        found = [self.sign * value for value in sample.of(self.measure, numbers)]
        return None if any(isnan(value) for value in found) else found


@dataclass(frozen=True)
class Seen:
    """What a selection makes of the lives so far."""

    names: tuple[str, ...]
    values: dict[str, list[float]]
    gone: dict[str, int | None]  # by KN, after which replicate
    zone: float
    probability: float
    level: float | None  # of OCBA's probability; None for KN

    @classmethod
    def of(cls, observed: Observations, asked: Selection) -> Seen:
        """Return what is seen of the candidates."""
        goal = asked.goal
        found = {name: asked.candidate(sample_of(observed, name)) for name in asked.names}
        values = {name: one for name, one in found.items() if one is not None}
        firsts = [abs(mean(one[: asked.stage])) for one in values.values()]
        zone = PRECISION * max(firsts, default=0.0) if goal.indifference is None else float(goal.indifference)
        gone: dict[str, int | None] = dict.fromkeys(values)
        if goal.method == KN and zone > 0:
            gone = _caught_up(values, kn_survivors(values, asked.stage, zone, goal.level))
        chance = probability_correct(values, zone) if values else 0.0
        return cls(asked.names, values, gone, zone, chance, goal.level if goal.method == OCBA else None)

    @cached_property
    def alive(self) -> list[str]:
        """Candidates that are not eliminated."""
        return [name for name, when in self.gone.items() if when is None]

    @cached_property
    def order(self) -> list[str]:
        """All scenarios: survivors by value, the eliminated by when they were, those without a value."""
        known = sorted(self.values, key=lambda name: (-(self.gone[name] or 10**9), -mean(self.values[name])))
        return [*known, *(name for name in self.names if name not in self.values)]

    def status(self, name: str) -> str:
        """What became of a candidate."""
        if self.gone[name] is not None:
            return ELIMINATED
        found = len(self.alive) == 1 if self.level is None else self.probability >= self.level
        return (BEST if name == self.order[0] else WORSE) if found else UNDECIDED


def _caught_up(values: dict[str, list[float]], gone: dict[str, int | None]) -> dict[str, int | None]:
    """Count survivors with fewer replicates than others as gone: they were eliminated on fewer values.

    Values of a ratio change a little with every replicate, so that going through them again may find otherwise.
    """
    there = max((len(values[name]) for name, when in gone.items() if when is None), default=0)
    return {
        name: len(values[name]) if when is None and len(values[name]) < there else when for name, when in gone.items()
    }
