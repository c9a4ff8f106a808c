"""Parts of the members in the order of their names, to be kept apart from each other.

What is made of all members, a digest or a list of entrants, goes by the order of names. So a part
holds names that follow one another, its members' friends included: "M-0000001.1" comes before
"M-0000002". Beyond ten million, numbers and names are in two orders: "M-10000000" comes before
"M-1000001", and a part holds several ranges of numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from rewardsim.population.streams import DIGITS, NAME, Ids


@dataclass(frozen=True)
class Part:
    """Some of the members there are at first, as ranges of their numbers from 0."""

    ranges: tuple[range, ...]

    @property
    def count(self) -> int:
        """How many members it has."""
        return sum(map(len, self.ranges))

    def ids(self) -> PartIds:
        """Return their names, by their number within the part; others may be added."""
        return PartIds(self)

    def numbers(self) -> Any:
        """Return their numbers among all members, as an array."""
        rows = [np.arange(some.start, some.stop, dtype=np.int64) for some in self.ranges]
        return np.concatenate([np.zeros(0, dtype=np.int64), *rows])


class PartIds(Ids):
    """Names of a part's members, made when asked for."""

    def __init__(self, part: Part) -> None:
        super().__init__(part.count)
        self._ranges = part.ranges

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice) or not 0 <= at < self.first:
            return super().__getitem__(at)
        for some in self._ranges:
            if at < len(some):
                return NAME % (some[at] + 1)
            at -= len(some)
        raise IndexError(at)

    def numbers(self, rows: Any) -> Any:
        """Return the numbers in the names of some of the part's first, an array."""
        return Part(self._ranges).numbers()[rows] + 1


def parts(members: int, count: int, digits: int = DIGITS) -> list[Part]:
    """Split the first ``members`` into so many parts of about one size; the last ones may be empty."""
    heads = range(1, 10**digits + 1)  # names begin with so many digits: a part holds some of these beginnings
    wanted = [place * members / count for place in range(count + 1)]
    ends = [bisect_left(heads, before, key=lambda head: _before(head, members, digits)) + 1 for before in wanted]
    return [_between(first, last, members, digits) for first, last in pairwise(ends)]


def _before(head: int, members: int, digits: int) -> int:
    """Return how many names begin with less than ``head``."""
    return sum(map(len, _between(1, head, members, digits).ranges))


def _between(first: int, last: int, members: int, digits: int) -> Part:
    """Return the members whose names begin with a number from ``first`` on, below ``last``."""
    ranges, factor = [], 1
    while factor <= members:
        least = 10 ** (digits - 1) * factor if factor > 1 else 1
        some = range(max(first * factor, least) - 1, min(last * factor, members + 1) - 1)
        ranges += [some] if len(some) else []
        factor *= 10
    return Part(tuple(ranges))
