"""Taking out of an outcome what was known beforehand: CUPED, the control variate of experiments.

What a member bought before an experiment began foretells part of what he buys during it, and no
treatment can have changed it. Subtracting that part leaves the mean and lowers the variance by the
squared correlation. Source: Deng, Xu, Kohavi & Walker (2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from .intervals import Numbers, mean, variance


@dataclass(frozen=True)
class Adjusted:
    """Outcomes less what their covariate foretells; ``explained`` is the squared correlation in the sample."""

    values: tuple[float, ...]
    theta: float
    explained: float

    @property
    def explained_fairly(self) -> float:
        """The squared correlation less what chance alone makes of it in a small sample (adjusted R squared)."""
        count = len(self.values)
        return max(0.0, 1 - (1 - self.explained) * (count - 1) / (count - 2)) if count > 2 else 0.0


def cuped(values: Numbers, covariate: Numbers) -> Adjusted:
    """Return outcomes adjusted by a covariate from before the treatment: y - theta (x - mean x).

    A covariate that does not vary explains nothing. Raises ValueError where the lengths differ.
    """
    spread, middle, ours = variance(covariate), mean(covariate), mean(values)
    products = [(y - ours) * (x - middle) for y, x in zip(values, covariate, strict=True)]
    together = fsum(products) / max(len(products) - 1, 1)
    theta = together / spread if spread else 0.0
    left = tuple(y - theta * (x - middle) for y, x in zip(values, covariate, strict=True))
    own = variance(values)
    return Adjusted(left, theta, together**2 / spread / own if spread and own else 0.0)
