"""How many members an A/B test in production needs, to see an effect that a simulation found.

Sizes are per arm, for two arms of equal size and a two-sided test, as exact numbers: round them up.
Sources: Cohen (1988), 2.4; Fleiss, Levin & Paik (2003), 4.2, for proportions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil, inf, isnan, sqrt
from typing import Any, Literal

from .intervals import LEVEL, Numbers, differences, mean, quantile, variance

POWER = 0.8
"""Probability of finding an effect that is there."""
SMALLEST = 2.0
"""Members per arm from which a spread can be estimated."""
SURE = 0.02
"""Members by the z test below which a difference is so large that the smallest t test finds it."""
LARGE = 1_000
"""Members from which the t test takes z squared / 4 more than the z test (Guenther, 1981), to within .001."""
Way = Literal["unpooled", "pooled", "corrected"]


def members_for_means(
    difference: float, deviation: float, *, power: float = POWER, level: float = LEVEL, known: bool = False
) -> float:
    """Return members per arm that find a difference of means, given the standard deviation of a member.

    With ``known`` the deviation is taken as known (z test); else it is estimated from the same members
    (t test, by the noncentral t; two members at least). Infinite where there is no difference.
    """
    if difference == 0:
        return inf
    by_z = 2 * ((_z((1 + level) / 2) + _z(power)) * deviation / difference) ** 2
    if known:
        return by_z
    from scipy.optimize import brentq

    def missing(count: float) -> float:
        return _power_of_t(count, abs(difference) / deviation, level) - power

    if by_z > LARGE:
        return by_z + _z((1 + level) / 2) ** 2 / 4
    if by_z < SURE or missing(SMALLEST) >= 0:
        return SMALLEST
    return float(brentq(missing, SMALLEST, by_z + 10.0))


def members_for_proportions(
    first: float, second: float, *, power: float = POWER, level: float = LEVEL, way: Way = "pooled"
) -> float:
    """Return members per arm that tell two proportions apart.

    ``way``: the test's variance "unpooled", "pooled", or pooled with "corrected" continuity (near the exact
    test). Infinite where the proportions are equal.
    """
    if first == second:
        return inf
    apart, both = abs(first - second), (first + second) / 2
    own = sqrt(first * (1 - first) + second * (1 - second))
    shared = own if way == "unpooled" else sqrt(2 * both * (1 - both))
    count = ((_z((1 + level) / 2) * shared + _z(power) * own) / apart) ** 2
    return count if way != "corrected" else count / 4 * (1 + sqrt(1 + 4 / (count * apart))) ** 2


@dataclass(frozen=True)
class TrialSize:
    """An A/B test in production that would find, with probability ``power``, what a simulation found.

    ``members`` are per arm; between ``low`` and ``high`` for what replicates leave open about the spread
    of members. ``with_covariate`` is how many remain where outcomes are adjusted by what each member did
    before. None where nothing can be said: fewer than two replicates, or no effect.
    """

    difference: float  # a member
    deviation: float | None  # of a member
    members: int | None
    low: int | None
    high: int | None
    explained: float
    with_covariate: int | None
    power: float
    level: float
    replicates: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        if self.members is None:
            return "no test size can be given: it takes two replicates and an effect"
        said = f"{self.members:,} members per arm find it with probability {self.power:.0%}"
        if self.low is not None and self.high is not None:
            said += f" ({self.low:,} to {self.high:,}, judged by {self.replicates} replicates)"
        if self.explained:
            said += f"; adjusted by what members did before, {self.with_covariate:,}"
        return said


def trial_size(
    values: Numbers,
    against: Numbers,
    members: int,
    *,
    explained: float = 0.0,
    power: float = POWER,
    level: float = LEVEL,
) -> TrialSize:
    """Return the size of an A/B test that would find the difference of two arms' totals.

    ``values`` and ``against`` are a total (margin, say, in minor units) in every replicate of
    ``members`` simulated members each. Replicates of a sum over independent members vary by the
    members' variance times their number, which gives the spread of one member without a table of
    members; members who invite each other count as they vary together.
    ``explained`` is the squared correlation with a covariate from before the test:
    ``covariates.cuped(during, before).explained_fairly``, both totals by replicate of lives without the
    programme, in days before and after a date on which a test could begin. A test with
    members assigned one by one sees no effect that one arm's members have on the other's.
    """
    count, gained = len(values), mean(differences(values, against)) / members
    if count < 2 or gained == 0:
        return TrialSize(gained, None, None, None, None, explained, None, power, level, count)
    spread = sqrt((variance(values) + variance(against)) / 2 / members)

    def size(deviation: float) -> int:
        return ceil(members_for_means(gained, deviation, power=power, level=level))

    # The arms share their luck, so that both together tell no more of the spread than one.
    least, most = (spread * sqrt((count - 1) / chance) for chance in _chi_square(count - 1, level))
    remaining = size(spread * sqrt(1 - explained))
    return TrialSize(gained, spread, size(spread), size(least), size(most), explained, remaining, power, level, count)


def _power_of_t(count: float, effect: float, level: float) -> float:
    """Return the power of a two-sided t test with ``count`` members per arm, which need not be whole."""
    from scipy.special import nctdtr

    freedom, shift = 2 * count - 2, effect * sqrt(count / 2)
    limit = quantile(freedom, level)
    missed, astray = (float(nctdtr(freedom, shift, edge)) for edge in (limit, -limit))
    # Probabilities too small to be told come as not-a-number.
    return 1 - (0.0 if isnan(missed) else missed) + (0.0 if isnan(astray) else astray)


def _chi_square(freedom: int, level: float) -> tuple[float, float]:
    """Return the upper and the lower quantile of chi-square."""
    from scipy.special import chdtri

    return float(chdtri(freedom, (1 - level) / 2)), float(chdtri(freedom, (1 + level) / 2))


def _z(probability: float) -> float:
    """Return the quantile of the normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(probability))
