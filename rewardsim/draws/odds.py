"""What a ticket is really worth: the chance of a member with so many entries to be among the winners.

The smallest keys win and a member counts with the best of his entries, so members are drawn one
after the other, each time with weights like their numbers of entries, and taken out once drawn
(successive sampling; Efraimidis and Spirakis 2006). Chances are then *not* proportional to
entries. With equal weights they are winners / members.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

TOLERANCE = 1e-6
"""Largest error of a chance that was integrated instead of counted."""
STATES_MAX = 3_000
"""Most states followed by exact counting, over all winners."""
SHOWN_DENOMINATOR_MAX = 10**9
NODES = 16
PANELS_MAX = 512
STEPS = 60


class Odds(NamedTuple):
    """The chance of each member with so many entries."""

    entries: int
    members: int
    chance: float
    exact: Fraction | None
    """The same as a fraction, None where it was integrated."""

    def to_dict(self) -> dict[str, Any]:
        """The chance with six digits, and as a fraction where that is readable."""
        short = self.exact is not None and self.exact.denominator <= SHOWN_DENOMINATOR_MAX
        exact = f"{self.exact.numerator}/{self.exact.denominator}" if self.exact is not None and short else None
        return {"entries": self.entries, "members": self.members, "odds": f"{self.chance:.6f}", "exact": exact}


def odds(tickets: Iterable[tuple[str, int]], winners: int) -> list[Odds]:
    """The chances in a draw, by number of entries: exact where that is cheap, else within TOLERANCE."""
    sizes = Counter(Counter(member for member, _ in tickets).values())
    exact = exact_chances(sizes, winners) if _states(sizes, winners) <= STATES_MAX else None
    chances = exact if exact is not None else integrated_chances(sizes, winners)
    return [
        Odds(entries, sizes[entries], float(chances[entries]), exact[entries] if exact is not None else None)
        for entries in sorted(sizes)
    ]


def _states(sizes: Mapping[int, int], winners: int) -> int:
    if len(sizes) == 1 or winners >= sum(sizes.values()):
        return 0
    return winners * math.prod(min(count, winners) + 1 for count in sizes.values())


def exact_chances(sizes: Mapping[int, int], winners: int) -> dict[int, Fraction]:
    """The chance by number of entries, for ``sizes[entries]`` members each, counted exactly.

    Follows how many winners each size has after each draw; what is expected of a size is shared
    by its members alike.
    """
    field = sum(sizes.values())
    if len(sizes) == 1 or winners >= field:
        return {entries: Fraction(min(winners, field), field) for entries in sizes}
    weights = list(sizes)
    states = {(0,) * len(weights): Fraction(1)}
    for _ in range(winners):
        after: dict[tuple[int, ...], Fraction] = {}
        for drawn, chance in states.items():
            left = [weight * (sizes[weight] - count) for weight, count in zip(weights, drawn, strict=True)]
            for place, weight in enumerate(left):
                if weight:
                    state = (*drawn[:place], drawn[place] + 1, *drawn[place + 1 :])
                    after[state] = after.get(state, Fraction(0)) + chance * Fraction(weight, sum(left))
        states = after
    return {
        weight: sum((chance * drawn[place] for drawn, chance in states.items()), Fraction(0)) / sizes[weight]
        for place, weight in enumerate(weights)
    }


def integrated_chances(sizes: Mapping[int, int], winners: int) -> dict[int, float]:
    """The same for fields of any size, within TOLERANCE.

    A member's best key is the first arrival of a clock that ticks at the rate of his entries;
    he wins if fewer than ``winners`` others arrived before him. The number of others is a sum
    of binomials, one a size.
    """
    if winners >= sum(sizes.values()):
        return dict.fromkeys(sizes, 1.0)
    return {entries: _chance(Race(sizes, winners, entries), entries) for entries in sizes}


class Race(NamedTuple):
    """All members but one with so many entries; the prizes they race for."""

    sizes: Mapping[int, int]
    winners: int
    without: int

    def open(self, time: float) -> float:
        """The chance that fewer than ``winners`` of the others have arrived by ``time``."""
        import numpy as np

        rates = np.array(list(self.sizes), float)
        counts = np.array([self.sizes[rate] - (rate == self.without) for rate in self.sizes])
        arrived = -np.expm1(-rates * time)
        mean = float(counts @ arrived)
        spread = math.sqrt(float(counts @ (arrived * (1 - arrived))))
        # beyond twelve deviations and forty arrivals there is less than 1e-20
        reach = math.ceil(12 * spread) + 40
        first, last = max(0, math.floor(mean) - reach), min(int(counts.sum()), math.ceil(mean) + reach)
        if not first < self.winners <= last:
            return float(self.winners > last)
        chances = _sum_of_binomials(counts, arrived, first, last)
        return float(min(1.0, max(0.0, chances[: self.winners - first].sum())))


def _sum_of_binomials(counts: np.ndarray, chances: np.ndarray, first: int, last: int) -> np.ndarray:
    """Probabilities of the values ``first`` to ``last`` of a sum of binomials, by its characteristic function."""
    import numpy as np

    length = last - first + 1
    turn = np.exp(2j * np.pi * np.arange(length) / length)
    wave = np.ones(length, complex)
    for count, chance in zip(counts.tolist(), chances.tolist(), strict=True):
        wave *= (1 - chance + chance * turn) ** count
    # the transform knows values modulo its length only; the window holds all that matter
    return np.roll(np.fft.fft(wave).real / length, -(first % length))


def _chance(race: Race, rate: int) -> float:
    """Integral over the arrival of the one member left out, panels halved until nothing changes."""
    start, end = _edge(race, rate, 1 - 1e-12), _edge(race, rate, 1e-12)
    sure, before, panels = -math.expm1(-rate * start), math.inf, 4
    while True:
        found = sure + _integral(race, rate, math.log(start), math.log(end), panels)
        if abs(found - before) < TOLERANCE / 100 or panels >= PANELS_MAX:
            return min(1.0, found)
        before, panels = found, 2 * panels


def _edge(race: Race, rate: int, level: float) -> float:
    """A time before which (level near 1) or after which (near 0) the prizes are surely open or gone."""
    low, high = math.log(1e-15 / max(race.sizes) / sum(race.sizes.values())), math.log(40 / min(race.sizes))
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if race.open(math.exp(middle)) > level else (low, middle)
    return math.exp(low if level > 0.5 else high)


def _integral(race: Race, rate: int, start: float, end: float, panels: int) -> float:
    """Gauss-Legendre over the logarithm of time."""
    import numpy as np

    points, weights = np.polynomial.legendre.leggauss(NODES)
    half = (end - start) / panels / 2
    total = 0.0
    for panel in range(panels):
        centre = start + (2 * panel + 1) * half
        for point, weight in zip(points.tolist(), weights.tolist(), strict=True):
            time = math.exp(centre + half * point)
            density = rate * time * math.exp(-rate * time)
            if density > TOLERANCE**3:
                total += half * weight * density * race.open(time)
    return total
