"""Many comparisons at once: with twenty scenarios and no effect, one in twenty looks like one.

Bonferroni's intervals hold all together with the probability stated, whatever the comparisons have to
do with each other (common luck makes them dependent); Holm's p-values are never larger than
Bonferroni's and control the same error. Sources: Law (2015), 9.4.2 and 10.3; Holm (1979).
"""

from __future__ import annotations

from collections.abc import Sequence

from .intervals import LEVEL, Interval, Numbers, mean_interval


def simultaneous_level(comparisons: int, level: float = LEVEL) -> float:
    """Return the level each of several intervals needs so that together they hold at ``level`` (Bonferroni)."""
    return 1 - (1 - level) / max(comparisons, 1)


def simultaneous(samples: Sequence[Numbers], level: float = LEVEL) -> list[Interval]:
    """Return the mean of each sample with intervals that all hold together with probability ``level``."""
    each = simultaneous_level(len(samples), level)
    return [mean_interval(sample, each) for sample in samples]


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return Holm's adjusted p-values in the order given; None stays None and counts as no test."""
    ranked = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, place) in enumerate(ranked):
        highest = max(highest, min(1.0, (len(ranked) - rank) * p))
        adjusted[place] = highest
    return adjusted
