"""Lives that are made up, so that every effect is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Life = tuple[dict[str, int], dict[str, int]]
Draw = Callable[[str, int], Life]
BASE, SPREAD, OWN_SPREAD = 1_000_000, 50_000, 4_000


@dataclass
class Made:
    """Lives by scenario and replicate, as the runner would observe them; ``failing`` are those that came to nothing."""

    draw: Draw
    counts: dict[str, int] = field(default_factory=dict)
    failing: frozenset[tuple[str, int]] = frozenset()
    twins: bool = True
    known: dict[tuple[str, int], Life] = field(default_factory=dict)

    def give(self, wanted: Mapping[str, int]) -> Made:
        """Live replicates, as asked by a policy."""
        for name, count in wanted.items():
            self.counts[name] = max(self.counts.get(name, 0), count)
            for number in range(count):
                if (name, number) not in self.known:
                    self.known[name, number] = self.draw(name, number)
        return self

    def replicates(self, scenario: str) -> list[int]:
        return [n for n in range(self.counts.get(scenario, 0)) if (scenario, n) not in self.failing]

    def observations(self, scenario: str) -> tuple[list[Any], list[Any] | None]:
        lives = [self.known[scenario, number] for number in self.replicates(scenario)]
        return [own for own, _ in lives], [without for _, without in lives] if self.twins else None


def shared(gains: Mapping[str, float], seed: int = 0, own: int = OWN_SPREAD) -> Draw:
    """Draw lives of scenarios that add to margin: most luck is shared by all, a little is a scenario's own."""

    def draw(name: str, number: int) -> Life:
        luck, mine = random.Random(f"{seed}/{number}"), random.Random(f"{seed}/{number}/{name}")
        margin = round(luck.gauss(BASE, SPREAD))
        gained, cost = round(gains[name] + mine.gauss(0, own)), round(mine.gauss(30_000, 1_000))
        total = {"margin": margin + gained, "revenue": 4 * (margin + gained), "cost": cost}
        without = {"margin": margin, "revenue": 4 * margin, "cost": 0, "net": margin}
        return total | {"net": margin + gained - cost}, without

    return draw
