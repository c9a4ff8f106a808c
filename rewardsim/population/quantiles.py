"""From a normal score to a trait: quantile functions of the distributions members are drawn from.

Inverse incomplete gamma and beta functions cost a microsecond; drawn for millions they are kept as
cubic pieces over normal scores instead, on a scale on which they are nearly straight. The pieces
follow the exact functions to 1e-8, less than single precision, in which traits are kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

EDGE = 11
"""Scores lie within: three words of 32 bits cannot make a larger one."""
PIECES = 64
"""Pieces a unit of score."""
TINY = 1e-300

Trait = Callable[[Any], Any]
"""Normal scores to values, array to array."""


class Curve:
    """A smooth function of a normal score: in each piece the cubic through the four knots around it."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        knots = np.arange(-EDGE * PIECES - 1, EDGE * PIECES + 2) / PIECES
        at = function(knots)
        before, start, end, after = at[:-3], at[1:-2], at[2:-1], at[3:]
        self._cube = (after - before) / 6 + (start - end) / 2
        self._square = (before + end) / 2 - start
        self._slope = end - start / 2 - before / 3 - after / 6
        self._start = np.ascontiguousarray(start)

    def __call__(self, score: Any) -> Any:
        """Return the function's values."""
        at = (score + EDGE) * PIECES
        place = at.astype(np.int64)
        step = at - place
        found = self._cube[place] * step + self._square[place]
        found = found * step + self._slope[place]
        return found * step + self._start[place]


def constant(value: float) -> Trait:
    """The same for everybody."""
    return lambda score: np.full(len(score), value)


def normal(mean: float, sd: float) -> Trait:
    """A normal distribution."""
    return lambda score: mean + sd * score


def lognormal(median: float, spread: float) -> Trait:
    """A lognormal distribution; ``spread`` is the standard deviation of the logarithm."""
    return lambda score: median * np.exp(spread * score)


def gamma(shape: float, scale: float = 1.0) -> Trait:
    """A gamma distribution of mean ``shape * scale``."""
    curve = Curve(lambda score: np.log(np.maximum(gamma_quantile(shape, score), TINY)) + math.log(scale))
    return lambda score: np.exp(curve(score))


def gamma_quantile(shape: float, score: Any) -> Any:
    """Quantile of the standard gamma distribution at a normal score, from the nearer tail."""
    from scipy.special import gammainccinv, gammaincinv, ndtr

    return np.where(score < 0, gammaincinv(shape, ndtr(score)), gammainccinv(shape, ndtr(-score)))


def beta(mean: float, concentration: float | None) -> Trait:
    """A beta distribution by mean and a + b; the mean for everybody where that is not given."""
    if concentration is None or mean in (0.0, 1.0):
        return constant(mean)
    curve = Curve(lambda score: beta_log_odds(mean * concentration, (1 - mean) * concentration, score))
    return lambda score: 1.0 / (1.0 + np.exp(-curve(score)))


def beta_log_odds(a: float, b: float, score: Any) -> Any:
    """Log-odds of the quantile of a beta distribution at a normal score."""
    from scipy.special import betaincinv, ndtr

    share = np.maximum(betaincinv(a, b, ndtr(score)), TINY)
    rest = np.maximum(betaincinv(b, a, ndtr(-score)), TINY)
    return np.log(share) - np.log(rest)
