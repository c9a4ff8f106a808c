"""Guards: what must not be exceeded or fallen short of, judged with its uncertainty.

A guard is *held* only if the whole interval is inside its limit, *broken* only if the whole interval
is outside, and else *undecided*: more replicates would tell. A limit on a ratio is judged as
``above - limit x below``, which is linear: a cost without any gain then breaks a limit on the cost per
unit gained, where the ratio itself would be negative and look like a bargain (Fieller, 1954).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .intervals import LEVEL, Interval, mean, mean_interval, replicates_needed
from .objectives import Measure, Totals, above_and_below, measure, values

HELD, BROKEN, UNDECIDED = "held", "broken", "undecided"
Limit = int | float | Fraction
Observations = Mapping[str, tuple[Sequence[Totals], Sequence[Totals] | None]]
"""Scenario -> its totals by replicate, and those of its counterfactual, None where it has none."""


@dataclass(frozen=True)
class Guard:
    """A limit on a measure, in its unit (money in minor units), for one scenario, or with "" for every one."""

    measure: str
    at_most: Limit | None = None
    at_least: Limit | None = None
    scenario: str = ""

    def __str__(self) -> str:
        limits = (("at least", self.at_least), ("at most", self.at_most))
        said = " and ".join(f"{word} {float(limit):,.10g}" for word, limit in limits if limit is not None)
        return f"{self.measure} {said}" + (f" in {self.scenario}" if self.scenario else "")


@dataclass(frozen=True)
class Verdict:
    """How a scenario stands to a guard: held, broken or undecided, and how many replicates would decide it."""

    guard: Guard
    scenario: str
    status: str
    interval: Interval  # of the measure
    needed: int | None  # replicates in all; None where nothing says, or none is needed

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        limits = {name: getattr(self.guard, name) for name in ("at_most", "at_least")}
        return {
            "measure": self.guard.measure,
            **{name: None if limit is None else float(limit) for name, limit in limits.items()},
            "scenario": self.scenario,
            "status": self.status,
            "estimate": self.interval.estimate,
            "low": self.interval.low,
            "high": self.interval.high,
            "replicates": self.interval.replicates,
            "needed": self.needed,
        }


def verdicts(guards: Sequence[Guard], observed: Observations, level: float = LEVEL) -> list[Verdict]:
    """Return the verdict of every guard on every scenario it is for."""
    return [
        verdict(guard, name, *found, level=level)
        for guard in guards
        for name, found in observed.items()
        if guard.scenario in ("", name)
    ]


def verdict(
    guard: Guard,
    scenario: str,
    own: Sequence[Totals],
    without: Sequence[Totals] | None = None,
    level: float = LEVEL,
) -> Verdict:
    """Return how a scenario's replicates stand to a guard."""
    asked = measure(guard.measure)
    found = [_judged(over, level) for over in excess(guard, asked, own, without)]
    status = next((one for one in (BROKEN, UNDECIDED) if one in [status for status, _ in found]), HELD)
    needed = max((count for status, count in found if status == UNDECIDED and count), default=None)
    interval = mean_interval(values(asked, own, without), level)
    return Verdict(guard, scenario, status, interval, needed if status == UNDECIDED else None)


def excess(
    guard: Guard, asked: Measure, own: Sequence[Totals], without: Sequence[Totals] | None = None
) -> list[list[float]]:
    """Return, for each limit of a guard, by how much each replicate is beyond it: negative inside.

    Of a ratio the excess is ``above - limit x below`` (or its opposite), in the unit of ``above``. The mean of
    an excess is what an optimiser may take as violation of a constraint.
    """
    above, below = above_and_below(asked, own, without)
    under = below if below is not None else [1] * len(above)
    limits = ((guard.at_most, 1), (guard.at_least, -1))
    return [
        [float(sign * (one - Fraction(limit) * other)) for one, other in zip(above, under, strict=True)]
        for limit, sign in limits
        if limit is not None
    ]


def contradictions(guards: Sequence[Guard]) -> list[tuple[int, int]]:
    """Return the places of guards no run can meet together: at least more than the other's at most.

    The first of a pair states ``at_least``, the second ``at_most``; both are the same guard's where it
    contradicts itself. A guard for every scenario meets those for one.
    """
    return [
        (i, j)
        for i, one in enumerate(guards)
        for j, other in enumerate(guards)
        if one.measure == other.measure
        and (one.scenario == other.scenario or "" in (one.scenario, other.scenario))
        and one.at_least is not None
        and other.at_most is not None
        and one.at_least > other.at_most
    ]


def _judged(over: Sequence[float], level: float) -> tuple[str, int | None]:
    """Return the status of an excess, and the replicates at which its interval would leave out zero."""
    interval = mean_interval(over, level)
    if interval.low is None or interval.high is None:
        return UNDECIDED, None
    if interval.high <= 0:
        return HELD, None
    if interval.low > 0:
        return BROKEN, None
    # An interval may touch the limit from inside, so that the distance itself is narrow enough.
    distance = abs(mean(over))
    return UNDECIDED, replicates_needed(over, absolute=distance, level=level) if distance else None
