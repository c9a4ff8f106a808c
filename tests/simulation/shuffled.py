"""A population whose members come in another order, under the same names."""

from __future__ import annotations

from typing import Any

import numpy as np


class Shuffled:
    """Stands in for a population; what it does not say itself it asks of the one it was made of."""

    def __init__(self, population: Any, seed: int) -> None:
        self._population = population
        self._seed = seed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._population, name)

    def people(self, programme: Any, members: int, *rest: Any, **more: Any) -> tuple[Any, list[str]]:
        """Return the same people and names in another order."""
        people, names = self._population.people(programme, members, *rest, **more)
        order = np.random.default_rng(self._seed).permutation(members)
        return people[order], [names[row] for row in order]
