"""A society that is part of a larger one, whose other members are kept elsewhere.

Within a day nobody minds. At its end all parts settle the same order of requests, each its own, and
of the others' what they take from pools: so every part's pools are the whole society's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rewardsim.rules.codes import ASK_BUDGET
from rewardsim.rules.records import NONE, Request

from .batches import joined
from .ground import numbers
from .living import ASK
from .machine import tickets_of
from .society import Society
from .tables import blank

WISH = ("second", "type", "high", "low", "ordinal", "pool", "wanted")
"""What is told of a request that takes from a pool: its place in the order, and what it takes."""
KEY = ("second", "high", "low", "ordinal")
"""What is told of a friend: his place in the order of those the day won."""


class PartSociety(Society):
    """A society in one shard, which tells others what it asks of all, and is told the same of them."""

    def wishes(self) -> Any:
        """Return what the gathered requests take from pools, a row each; columns are those of ``WISH``."""
        count = self.ground.head(0, "request_count") if self._under_law else 0
        takes = numbers([0] * count, self.ground.compiled)
        if not count or not self._take(ASK, 0, 0, 0, takes):
            return np.zeros((0, len(WISH)), dtype=np.int64)
        rows = self._requests()[np.asarray(takes) == 1]
        return self._columns(rows, rows["member"], WISH)

    def put_wishes(self, day: int, wishes: Any) -> None:
        """Put what members kept elsewhere take from pools among the gathered requests."""
        if not len(wishes):
            return
        own, others = self._requests(), blank(Request, len(wishes), True)
        columns = dict(zip(WISH, wishes.T, strict=True))
        for name in ("second", "type", "ordinal", "pool", "wanted"):
            others[name] = columns[name]
        others["day"], others["member"], others["kind"] = day, NONE, ASK_BUDGET
        low, high = self.ground.people(own["member"], "low", "high")
        low, high = np.append(low, columns["low"]), np.append(high, columns["high"])
        self._put_requests(0, joined([own, others]), low, high)

    def places(self, friends: Any) -> Any:
        """Return the places of the day's friends in the order of all parts' friends; columns are those of ``KEY``."""
        return self._columns(friends, friends["inviter"], KEY)

    def tickets_due(self, day: int) -> dict[int, list[tuple[int, int]]]:
        """Return the tickets (member, entry) of the draws held at the end of a day; entrants stand by then."""
        if not self._under_law:
            return {}
        days = [self.ground.get(self._law.draws, row, "draws_day") for row in range(len(self._law.draws))]
        first = self.ground.head(0, "draws_done")
        due = range(first, next((row for row in range(first, len(days)) if days[row] > day), len(days)))
        found = {row: tickets_of(self.ground.books[0].tickets, row) for row in due}
        return {row: [(member, entry) for _, member, entry in tickets] for row, tickets in found.items()}

    def _requests(self) -> Any:
        return self.ground.rows(self.ground.books[0].requests, self.ground.head(0, "request_count"), Request)

    def _columns(self, rows: Any, people: Any, names: tuple[str, ...]) -> Any:
        """Return fields of rows side by side; the streams are those of the people the rows are about."""
        low, high = self.ground.people(people, "low", "high")
        streams = {"low": low, "high": high}
        return np.column_stack([streams[name] if name in streams else rows[name] for name in names])
