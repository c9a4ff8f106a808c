"""How far a tuning has come: one count from the first life of the search to the last of its proof."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING

from rewardsim.experiments.sweeps.progress import Meter, Progress

if TYPE_CHECKING:
    from .plan import TunePlan


class Planned(Meter):
    """Counts the lives of all stages against what they may come to in all; a search that ends early takes fewer."""

    def __init__(self, plan: TunePlan, tell: Callable[[Progress], None] | None) -> None:
        super().__init__(tell)
        super().expect(most_lives(plan))

    def expect(self, lives: int) -> None:
        """Take no note of lives that are asked for: they are among those planned."""

    def end(self) -> None:
        """Tell that all is done, though it took fewer lives than it might have."""
        self._of = self._lived + self._found
        self._told()


def most_lives(plan: TunePlan) -> int:
    """Return how many lives a tuning may ask for, those asked for again and found at once included."""
    twin = plan.setting.counterfactual
    search = plan.replicates * (1 + plan.trials + (1 + ceil(plan.trials / plan.batch) if twin else 0))
    proof = plan.fresh_replicates * (1 + plan.leaders + twin)
    assumed = plan.robustness.samples * plan.robustness.replicates * (2 + twin) if plan.robustness else 0
    return search + proof + assumed
