"""The parameters of a tuning as a space of points, and points as values of a programme."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.scenarios.designs import column_of
from rewardsim.experiments.scenarios.notation import number_of

from .space import Dimension, Point, Space

if TYPE_CHECKING:
    from rewardsim.experiments.scenarios.change import Change
    from rewardsim.experiments.scenarios.factors import Factor


class Parameters:
    """Factors with finitely many values each."""

    def __init__(self, factors: Sequence[Factor]) -> None:
        self.factors = tuple(factors)
        self.values = [one.levels() for one in factors]
        columns = [column_of(one) for one in factors]
        counts = [Dimension(name, len(some), in_order(some)) for name, some in zip(columns, self.values, strict=True)]
        self.space = Space(tuple(counts))

    def levels(self, point: Point) -> dict[str, Any]:
        """Return the values of a point by path, as a file has them."""
        names = [one.name for one in self.space.dimensions]
        return {name: some[place] for name, some, place in zip(names, self.values, point, strict=True)}

    def changes(self, point: Point) -> list[Change]:
        """Return the changes that make a point of the shipped programme."""
        pairs = zip(self.factors, self.levels(point).values(), strict=True)
        return [factor.change(value) for factor, value in pairs]


def in_order(values: Sequence[Any]) -> bool:
    """Tell whether values are numbers that rise, or fall, so that neighbours are alike."""
    numbers = [number_of(value) for value in values]
    known = [number for number in numbers if number is not None]
    steps = [other - one for one, other in pairwise(known)]
    return len(known) == len(values) and (all(step > 0 for step in steps) or all(step < 0 for step in steps))
