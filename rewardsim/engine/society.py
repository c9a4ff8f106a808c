"""A society: everybody who lives under one law, day by day, in shards that may run side by side.

Within a day members do not meet. At the day's end what they asked for is put in one order and
settled, and friends who were won over become members. How members are split, and how often room
is made, cannot be seen in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from rewardsim.behaviour import measures
from rewardsim.behaviour.records import FRIEND_COUNT, SEEN_COUNT, SEEN_KEPT, Friend, Person
from rewardsim.rules.clock import advance
from rewardsim.rules.codes import ASK_PRIZE
from rewardsim.rules.records import NONE, Law, Request

from . import living
from .batches import as_array, as_objects, joined
from .collected import LEAST, Collected
from .ground import Ground, numbers
from .living import LIVE
from .loop import DRAW, FINISH, SETTLE, SWEEP
from .machine import tickets_of
from .room import has_room
from .tables import TABLES, law_tables

KINDS_OF_REQUEST = 7


class Society:
    """People on their ground, their law, and the loop over their days; interpreted or compiled.

    ``block`` members stand side by side in a shard. ``recording`` takes what is written; ``rank``
    ranks the tickets of a draw, as for a ``Machine``.
    """

    def __init__(
        self,
        law: Law | None,
        ground: Ground,
        habits: Any,
        members: int,
        block: int,
        recording: Any,
        rank: Callable[[int, list[tuple[int, int]]], list[int]] | None,
    ) -> None:
        self.ground = ground
        self.habits = habits
        self.members = members
        self.settled = np.zeros((habits.last_day - habits.first_day + 1, KINDS_OF_REQUEST), dtype=np.int64)
        self._under_law = law is not None
        self._law = law_tables(law, ground.compiled) if law is not None else _no_law(ground.compiled)
        self._block = block
        self._rank = rank
        self._collected = Collected(ground, recording)
        self._pool = ThreadPoolExecutor(ground.shards) if ground.compiled and ground.shards > 1 else None
        self._step: Callable[..., int] = living.step
        self._law_address = self._law
        if ground.compiled:
            from . import compiled_living

            compiled_living.load()
            self._step = compiled_living.step
            self._law_address = compiled_living.address_list(self._law)

    def close(self) -> None:
        """Let the threads go."""
        if self._pool:
            self._pool.shutdown()

    def live(self, day: int, last: int, first: int = 0, members: int | None = None) -> None:
        """Let members from ``first`` on live through days; shards short of room wait until all have stopped.

        More than one day only where nothing is shared.
        """
        end = self.members if members is None else members
        waiting = dict.fromkeys(range(self.ground.shards), first)
        given = numbers([end, self._block, last], self.ground.compiled)

        def go_on(shard: int) -> int:
            return self._take(LIVE, shard, waiting[shard], day, given)

        while waiting:
            each = self._pool.map(go_on, waiting) if self._pool else map(go_on, waiting)
            reached = dict(zip(waiting, each, strict=True))
            for shard, at in reached.items():
                if at < end:
                    self._make_room(shard, at == waiting[shard])
            waiting = {shard: at for shard, at in reached.items() if at < end}

    def live_one(self, m: int, day: int) -> None:
        """Let one member live through a day, interpreted."""
        self.ground.set_head(0, "day", max(self.ground.head(0, "day"), day))
        while not living.live(self._law, self.ground.books[0], self.ground.worlds[0], m, day):
            self._make_room(0, True)

    def happens(self, **fields: int) -> int:
        """Have one event happen, interpreted, to whom and as ``fields`` of the event say; return its outcome."""
        while True:
            world = self.ground.worlds[0]
            if world.counts[SEEN_KEPT] == 0 or world.counts[SEEN_COUNT] < len(world.seen):
                for name, value in fields.items():
                    setattr(world.events[0], name, value)
                outcome = living.happens(self._law, self.ground.books[0], world, world.events[0])
                if outcome != NONE:
                    return outcome
            self._make_room(0, True)

    def advance_one(self, m: int, day: int) -> None:
        """Post what is due to one member up to a day, interpreted."""
        while not has_room(self._law, self.ground.books[0], m, day, 0, NONE):
            self._make_room(0, True)
        advance(self._law, self.ground.books[0], m, day)

    def end_day(self, day: int) -> Any:
        """Settle what the day left open; return the friends it won, sorted, as an array."""
        self.gather(day)
        self.settle(day)
        return self.friends_won()

    def gather(self, day: int) -> None:
        """Put what a day's people asked for into the order of settlement."""
        self._collected.take_all()
        if self._under_law:
            self._gather_requests(day % self.ground.shards, day)

    def settle(self, day: int) -> None:
        """Settle what was gathered, and hold the draws that are due."""
        if not self._under_law:
            return
        # Each shard settles in turn, so that rows freed by one are not all taken from another.
        shard, settled = day % self.ground.shards, NONE
        while self._take(SETTLE, shard, 0, day + 1) == 0:
            before, settled = settled, self.ground.head(shard, "settled_count")
            self._make_room(shard, settled == before)
        for other in range(self.ground.shards):
            self.ground.set_head(other, "draws_done", self.ground.head(shard, "draws_done"))
        self._collected.take_all()

    def welcome(self, persons: Any, wakes: Any, inviters: Iterable[int], day: int) -> None:
        """Add people behind those there are, and have their inviters record it on the next day."""
        self.ground.put_persons(self.members, persons, wakes)
        if self._under_law:
            self.ground.come(self.members, self.members + len(persons))
        for friend, inviter in enumerate(inviters, self.members):
            self.ground.add_friend(inviter, friend, day + 1)
        self.members += len(persons)

    def joined(self, count: int) -> None:
        """Let everybody know how many were brought by invitation up to now."""
        self.habits.joined = count
        self.ground.put_habits(self.habits)

    def finish(self, day: int) -> None:
        """Advance every member to the last day and hand on the last rows."""
        self.ground.close(self.members)
        at = 0
        while self._under_law and at < self.members:
            reached = self._take(FINISH, 0, at, day)
            if reached < self.members:
                self._make_room(0, reached == at)
            at = reached
        self.hand_on()

    def hand_on(self) -> None:
        """Hand on everything written so far."""
        self._collected.take_all()
        self._collected.hand_on()

    def table(self, name: str) -> Any:
        """Return the members' rows of a table of the book as a structured array; after the end."""
        table = getattr(self.ground.books[0], name)
        return table if self.ground.compiled else as_array(table, TABLES[name])

    def persons(self) -> Any:
        """Return everybody as a structured array; after the end."""
        persons = self.ground.worlds[0].persons
        return persons if self.ground.compiled else as_array(persons, Person)

    def tally(self) -> Any:
        """Return what was counted, by day, tier, cohort and measure."""
        habits = self.habits
        shape = (habits.last_day - habits.first_day + 1, habits.tiers, habits.cohorts, measures.WIDTH)
        return sum(np.array(world.tally, dtype=np.int64) for world in self.ground.worlds).reshape(shape)

    def outcomes(self) -> Any:
        """Return how many events had each outcome code."""
        return sum(np.array(world.outcomes, dtype=np.int64) for world in self.ground.worlds)

    def _take(self, task: int, shard: int, start: int, day: int, given: Any = None) -> int:
        if given is None:
            given = numbers([], self.ground.compiled)
        book, world = self.ground.addressed(shard)
        return self._step(task, self._law_address, book, world, given, start, day, shard, self.ground.shards)

    def _make_room(self, shard: int, stuck: bool) -> None:
        """Take what a shard wrote and add to what it is short of; or hold the draw it waits for."""
        self._collected.take(shard)
        self._collected.hand_on(LEAST)
        if self._under_law:
            if self.ground.head(shard, "draw_due"):
                self._hold_draw(shard)
                return
            if self.ground.is_short(shard, "orders"):
                self._take(SWEEP, shard, 0, 0)
        self.ground.make_room(shard, stuck)

    def _gather_requests(self, shard: int, day: int) -> None:
        """Put every shard's requests into one shard's table, by second, type, and the member's stream."""
        ground, found = self.ground, []
        for other, book in enumerate(ground.books):
            found.append(ground.rows(book.requests, ground.head(other, "request_count"), Request))
            ground.set_head(other, "request_count", 0)
        asked = joined(found)
        if not len(asked):
            return
        self.settled[day - self.habits.first_day] = np.bincount(asked["kind"], minlength=KINDS_OF_REQUEST)
        self._put_requests(shard, asked, *ground.people(asked["member"], "low", "high"))

    def _put_requests(self, shard: int, asked: Any, low: Any, high: Any) -> None:
        """Write requests into a shard's table in the order of settlement; ``low`` and ``high`` are streams."""
        ground = self.ground
        asked = asked[np.lexsort((asked["ordinal"], low, high, asked["type"], asked["second"]))]
        if len(asked) >= len(ground.books[shard].requests):
            ground.grow(shard, {"requests": 2 * len(asked)})
        ground.books[shard].requests[: len(asked)] = asked if ground.compiled else as_objects(asked, Request)
        ground.set_head(shard, "request_count", len(asked))

    def friends_won(self) -> Any:
        """Return the day's friends by second, inviter's stream and number; forget them here."""
        found = []
        for world in self.ground.worlds:
            found.append(self.ground.rows(world.friends, int(world.counts[FRIEND_COUNT]), Friend))
            world.counts[FRIEND_COUNT] = 0
        friends = joined(found)
        low, high = self.ground.people(friends["inviter"], "low", "high")
        return friends[np.lexsort((friends["ordinal"], low, high, friends["second"]))]

    def _hold_draw(self, shard: int) -> None:
        """Have the tickets of the draw that waits ranked, and hold it."""
        if self._rank is None:
            raise LookupError("a draw is due, and nobody ranks its tickets")
        ground = self.ground
        draw = ground.head(shard, "draws_done")
        found = tickets_of(ground.books[shard].tickets, draw)
        places = self._rank(draw, [(member, entry) for _, member, entry in found])
        best = [NONE if place == NONE else found[place][0] for place in places]
        wanted = ground.head(shard, "request_count") + len(best) + 1
        if wanted > len(ground.books[shard].requests):
            ground.grow(shard, {"requests": wanted})
        asked = ground.head(shard, "request_count")
        self._take(DRAW, shard, 0, 0, numbers(best, ground.compiled))
        prizes = ground.head(shard, "request_count") - asked
        self.settled[ground.head(shard, "day") - self.habits.first_day, ASK_PRIZE] += prizes


def _no_law(compiled: bool) -> Law:
    return Law(*[numbers([], compiled) for _ in Law._fields])
