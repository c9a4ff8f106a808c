"""Tails of distributions in exact or closed form, and the test of a draw that is judged by them.

The project does not depend on scipy; whole degrees of freedom need nothing but ``math``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction


def chi_square_tail(x: float, df: int) -> float:
    """P(chi-square > x) for a whole number of degrees of freedom (Abramowitz and Stegun 26.4.4-5)."""
    half = x / 2
    if df % 2 == 0:
        terms = (math.exp(i * math.log(half) - half - math.lgamma(i + 1)) for i in range(df // 2))
        return math.fsum(terms) if half else 1.0
    steps = (math.exp((i + 0.5) * math.log(half) - half - math.lgamma(i + 1.5)) for i in range((df - 1) // 2))
    return math.erfc(math.sqrt(half)) + (math.fsum(steps) if half else 0.0)


def chi_square(observed: Sequence[float], expected: Sequence[float]) -> float:
    """Pearson's statistic."""
    return math.fsum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))


def corrected(observed: Sequence[float], sizes: Sequence[int], winners: int, draws: int = 1) -> tuple[float, float]:
    """Statistic and p-value for winners by group, drawn without replacement: times (N - 1) / (N - n)."""
    field = sum(sizes)
    expected = [draws * winners * size / field for size in sizes]
    statistic = chi_square(observed, expected) * (field - 1) / (field - winners)
    return statistic, chi_square_tail(statistic, len(sizes) - 1)


def hypergeometric(field: int, marked: int, drawn: int) -> list[Fraction]:
    """Probabilities of 0, 1, ... marked ones among those drawn."""
    ways = math.comb(field, drawn)
    top = min(marked, drawn)
    return [Fraction(math.comb(marked, i) * math.comb(field - marked, drawn - i), ways) for i in range(top + 1)]


def binomial_upper(tries: int, hits: int) -> Fraction:
    """P(at least so many hits) with an even chance."""
    return Fraction(sum(math.comb(tries, i) for i in range(hits, tries + 1)), 2**tries)


def interval(chance: float, tries: int, deviations: float = 4.0) -> tuple[float, float]:
    """Where a share of hits lies, but for one case in some 16,000."""
    half = deviations * math.sqrt(chance * (1 - chance) / tries)
    return chance - half, chance + half
