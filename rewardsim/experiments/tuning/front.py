"""Points that no other beats in every objective: by estimate for a search, by interval for an answer."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import inf

from rewardsim.economics.intervals import paired_interval

Values = Sequence[float]
"""One number an objective, of which more is better."""


def dominates(one: Values, other: Values) -> bool:
    """Tell whether one is nowhere worse and somewhere better."""
    pairs = list(zip(one, other, strict=True))
    return all(ours >= theirs for ours, theirs in pairs) and any(ours > theirs for ours, theirs in pairs)


def preferred(values: Sequence[Values]) -> list[int]:
    """Return places from the most to the least worth looking at again.

    With one objective that is the order of values. With several, those nobody dominates come first,
    then those dominated by these alone, and so on; within each, those with most room around them
    first, so that a few of them show the whole front. Source: Deb et al. (2002), NSGA-II.
    """
    left, order = list(range(len(values))), []
    if values and len(values[0]) == 1:
        return sorted(left, key=lambda place: -values[place][0])
    while left:
        front = [one for one in left if not any(dominates(values[other], values[one]) for other in left)]
        room = crowding([values[place] for place in front])
        order += [front[n] for n in sorted(range(len(front)), key=lambda n: -room[n])]
        left = [place for place in left if place not in front]
    return order


def crowding(values: Sequence[Values]) -> list[float]:
    """Return how much room is around each: the sides of the box its neighbours span, infinite at an end."""
    room = [0.0] * len(values)
    for objective in range(len(values[0]) if values else 0):
        order = sorted(range(len(values)), key=lambda place: values[place][objective])
        low, high = (values[order[end]][objective] for end in (0, -1))
        room[order[0]] = room[order[-1]] = inf
        for before, place, after in zip(order, order[1:], order[2:], strict=False):
            if high > low:
                room[place] += (values[after][objective] - values[before][objective]) / (high - low)
    return room


def not_surely_dominated(observed: Mapping[Hashable, Sequence[Values]], level: float) -> list[Hashable]:
    """Return the names of those that no other surely dominates.

    ``observed`` has for each name and objective one value a replicate, of which more is better, under luck
    that all share. One surely dominates another where every objective is surely better, or the same
    in every replicate, and one at least is better.
    """

    def surely(one: Sequence[Values], other: Sequence[Values]) -> bool:
        sure = []
        for ours, theirs in zip(one, other, strict=True):
            gain = paired_interval(ours, theirs, level)
            same = all(mine == yours for mine, yours in zip(ours, theirs, strict=True))
            if not same and not (gain.sure and gain.estimate > 0):
                return False
            sure.append(not same)
        return any(sure)

    return [
        name
        for name, mine in observed.items()
        if not any(surely(theirs, mine) for other, theirs in observed.items() if other != name)
    ]
