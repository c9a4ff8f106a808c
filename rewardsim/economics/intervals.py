"""Intervals over replicates: of a mean, of a paired difference, of a ratio, and how many replicates suffice.

The replicate is the unit of inference: everything here takes one number a replicate, never one a
member. One replicate has no interval, and none is made up. Sources: Law (2015), "Simulation
modeling and analysis", 9.4 and 10.2; the ratio by the delta method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, sqrt

LEVEL = 0.95
REPLICATES_MAX = 1_000_000
Numbers = Sequence[int | float]


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval; without one where there is a single replicate."""

    estimate: float
    low: float | None
    high: float | None
    replicates: int
    level: float = LEVEL

    @property
    def half_width(self) -> float | None:
        """Half the length of the interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def mean_interval(values: Numbers, level: float = LEVEL) -> Interval:
    """Return the mean of independent replicates with its t-interval."""
    count = len(values)
    middle = mean(values)
    if count < 2:
        return Interval(middle, None, None, count, level)
    half = quantile(count - 1, level) * sqrt(variance(values) / count)
    return Interval(middle, middle - half, middle + half, count, level)


def paired_interval(values: Numbers, against: Numbers, level: float = LEVEL) -> Interval:
    """Return the mean of ``values - against``, replicate by replicate, with its t-interval."""
    return mean_interval(differences(values, against), level)


def unpaired_interval(values: Numbers, against: Numbers, level: float = LEVEL) -> Interval:
    """Return the difference of means as if the replicates were not paired (Welch)."""
    estimate = mean(values) - mean(against)
    one, other = (variance(part) / len(part) if len(part) > 1 else 0.0 for part in (values, against))
    count = min(len(values), len(against))
    if count < 2:
        return Interval(estimate, None, None, count, level)
    if one + other == 0:
        return Interval(estimate, estimate, estimate, count, level)
    freedom = (one + other) ** 2 / (one**2 / (len(values) - 1) + other**2 / (len(against) - 1))
    half = quantile(freedom, level) * sqrt(one + other)
    return Interval(estimate, estimate - half, estimate + half, count, level)


def ratio_interval(numerators: Numbers, denominators: Numbers, level: float = LEVEL) -> Interval | None:
    """Return the ratio of two means, replicates paired, by the delta method; None where the lower mean is 0."""
    below, count = mean(denominators), len(numerators)
    if below == 0:
        return None
    ratio = mean(numerators) / below
    if count < 2:
        return Interval(ratio, None, None, count, level)
    left = [above - ratio * under for above, under in zip(numerators, denominators, strict=True)]
    half = quantile(count - 1, level) * sqrt(fsum(part**2 for part in left) / (count - 1) / count) / abs(below)
    return Interval(ratio, ratio - half, ratio + half, count, level)


def replicates_needed(
    values: Numbers, *, absolute: float | None = None, relative: float | None = None, level: float = LEVEL
) -> int | None:
    """Return the fewest replicates whose interval would be so narrow, judged by the variance of these.

    ``absolute`` is the half-width wanted; ``relative`` a share of the true mean, for which the
    half-width must be within relative / (1 + relative) of the estimate. None where nothing says: fewer
    than two replicates, or a mean of 0, or more than a million needed.
    """
    if len(values) < 2:
        return None
    wanted = absolute if relative is None else abs(mean(values)) * relative / (1 + relative)
    spread = sqrt(variance(values))
    if not wanted:
        return 2 if spread == 0 else None

    def enough(count: int) -> bool:
        return quantile(count - 1, level) * spread / sqrt(count) <= wanted

    high = 2
    while not enough(high):
        high *= 2
        if high > REPLICATES_MAX:
            return None
    low = high // 2  # not enough, or 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def p_value(values: Numbers) -> float | None:
    """Return the two-sided probability of a mean so far from 0 by luck alone (t test); None for one replicate.

    Of a difference that is the same in every replicate it is 0, or 1 where it is none.
    """
    count, middle = len(values), mean(values)
    if count < 2:
        return None
    error = sqrt(variance(values) / count)
    if error == 0:
        return 1.0 if middle == 0 else 0.0
    from scipy.special import stdtr

    return float(2 * stdtr(count - 1, -abs(middle) / error))


def variance_reduction(values: Numbers, against: Numbers) -> float | None:
    """Return how many times smaller the variance of the difference is for being paired; None where it is 0."""
    paired = variance(differences(values, against))
    return (variance(values) + variance(against)) / paired if paired else None


def differences(values: Numbers, against: Numbers) -> list[int | float]:
    """Return ``values - against``, replicate by replicate."""
    return [one - other for one, other in zip(values, against, strict=True)]


def mean(values: Numbers) -> float:
    """Return the mean; integers are summed exactly."""
    total = sum(values) if all(isinstance(value, int) for value in values) else fsum(values)
    return total / len(values)


def variance(values: Numbers) -> float:
    """Return the sample variance, 0 for a single value."""
    middle = mean(values)
    return fsum((value - middle) ** 2 for value in values) / max(len(values) - 1, 1)


@lru_cache(maxsize=65_536)
def quantile(freedom: float, level: float) -> float:
    """Return the two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))
