"""The values that may be tried: every parameter has finitely many, each known by its number.

A tuned programme is read by people, so its values are round: a parameter has a step or a list of
values. A point of the space is one number a parameter, which no rounding can blur.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

Point = tuple[int, ...]
"""The number of each parameter's value, from 0, in the order of the space."""


@dataclass(frozen=True)
class Dimension:
    """One parameter: how many values it has, and whether neighbouring numbers are alike."""

    name: str
    count: int
    ordered: bool = True


@dataclass(frozen=True)
class Space:
    """All points."""

    dimensions: tuple[Dimension, ...]

    @property
    def size(self) -> int:
        """How many points there are."""
        return prod(one.count for one in self.dimensions)

    def points(self) -> Iterator[Point]:
        """Every point, the last parameter changing fastest."""
        return product(*(range(one.count) for one in self.dimensions))

    def spread(self, count: int, seed: int) -> list[Point]:
        """Return points that are spread evenly over the space: a scrambled Sobol sequence, repeated ones left out."""
        from scipy.stats import qmc

        sampler = qmc.Sobol(len(self.dimensions), scramble=True, rng=seed)
        shares = sampler.random_base2((count - 1).bit_length()) if count else []
        counts = [one.count for one in self.dimensions]
        points = [tuple(int(share * many) for share, many in zip(row, counts, strict=True)) for row in shares]
        return list(dict.fromkeys(points))[:count]
