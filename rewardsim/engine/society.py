"""A society: everybody who lives under one law, day by day, in shards that may run side by side.

Within a day members do not meet, so each shard of them has a book and a world whose members' rows
are everybody's and whose scratch is its own. At the day's end what they asked for is put in one
order and settled, and friends who were won over become members. How members are split, and how
often room is made, cannot be seen in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from rewardsim.behaviour import measures
from rewardsim.behaviour.inviting import INVITATIONS_MAX
from rewardsim.behaviour.records import (
    COUNTS,
    FRIEND_COUNT,
    PARCEL_FREE,
    PARCEL_SPARE,
    SEEN_COUNT,
    SEEN_KEPT,
    Friend,
    Parcel,
    Person,
    Seen,
    World,
)
from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE, Book, Entry, Event, EventLine, Law, Note, Request

from . import living
from .batches import as_array, as_objects
from .living import LIVE
from .loop import DRAW, FINISH, SETTLE, SWEEP
from .machine import tickets_of
from .tables import FREE_LISTS, TABLES, blank, grown, law_tables, lengthened, open_book

OWN_BOOK = ("head", "requests", "entries", "notes")
OWN_WORLD = ("friends", "counts", "tally", "events", "lines", "seen", "due", "outcomes")
ENTRIES = 1 << 16  # rows of a shard's entries
FRIENDS = 4 * INVITATIONS_MAX
ROWS = 1 << 10  # free rows at first in each growing table
SEEN = 1 << 15  # events of a shard kept before they are handed on
DUE = 1 << 10  # members written down at a time
HANDED_ON = 1 << 16  # rows collected before they are handed on
KINDS_OF_REQUEST = 7


class Society:
    """People, their law, and the loop over their days; interpreted or compiled."""

    def __init__(
        self,
        law: Law | None,
        tables: dict[str, Any],
        habits: Any,
        persons: Any,
        capacity: int,
        *,
        compiled: bool,
        shards: int,
        block: int,
        recording: Any,
        rank: Callable[[int, list[tuple[int, int]]], list[int]],
        keep: bool,
    ) -> None:
        self.compiled = compiled
        self.members = len(persons)
        self.habits = habits
        self.capacity = capacity
        self._recording = recording
        self._rank = rank
        self._shards = shards
        self._block = block
        self._tables = tables
        self._under_law = law is not None
        self.law = law_tables(law, compiled) if law is not None else _no_law(compiled)
        self.books = self._open_books(law)
        self.worlds = self._open_worlds(tables, habits, persons, keep)
        self.settled = np.zeros((habits.last_day - habits.first_day + 1, KINDS_OF_REQUEST), dtype=np.int64)
        self._collected: dict[str, list[Any]] = {"entries": [], "notes": [], "seen": []}
        self._pool = ThreadPoolExecutor(shards) if compiled and shards > 1 else None
        self._addresses: dict[int, tuple[Any, Any]] = {}
        if compiled:
            from . import compiled_living

            compiled_living.load()
            self._step = compiled_living.step
            self._law_address = compiled_living.address_list(self.law)
        else:
            self._step = living.step
            self._law_address = self.law

    def close(self) -> None:
        """Let the threads go."""
        if self._pool:
            self._pool.shutdown()

    def live(self, day: int) -> None:
        """Let everybody live through a day."""
        waiting = dict.fromkeys(range(self._shards), 0)
        while waiting:
            reached = dict(zip(waiting, self._each(lambda shard: self._take(LIVE, shard, waiting[shard], day), waiting)))
            for shard, at in reached.items():
                if at < self.members:
                    self._make_room(shard, at == waiting[shard])
            waiting = {shard: at for shard, at in reached.items() if at < self.members}

    def live_one(self, m: int, day: int) -> None:
        """Let one member live through a day, interpreted."""
        book, world = self.books[0], self.worlds[0]
        book.head[0].day = max(book.head[0].day, day)
        while not living.live(self.law, book, world, m, day):
            self._make_room(0, True)
            book, world = self.books[0], self.worlds[0]

    def end_day(self, day: int) -> Any:
        """Settle what the day left open; return the friends it won, sorted, as an array."""
        self._collect()
        if self._under_law:
            # Each shard settles in turn, so that rows freed by one are not all taken from another.
            shard = day % self._shards
            self._gather_requests(shard, day)
            while self._take(SETTLE, shard, 0, day + 1) == 0:
                self._make_room(shard, True)
            self._share_head(shard)
            self._collect()
        return self._gather_friends()

    def welcome(self, persons: Any, wakes: Any, inviters: Iterable[int], day: int) -> None:
        """Add people behind those there are, and have their inviters record it on the next day."""
        first = self.members
        self._put_persons(first, persons, wakes)
        world = self.worlds[0]
        for place, inviter in enumerate(inviters):
            self._add_friend(world, inviter, first + place)
            world.wakes[inviter] = min(int(world.wakes[inviter]), day + 1)
        self.members += len(persons)
        self.habits.joined += len(persons)
        self.write_habits()

    def finish(self, day: int) -> None:
        """Advance every member to the last day and hand on the last rows."""
        at = 0
        while at < len(self.books[0].members):
            reached = self._take(FINISH, 0, at, day)
            if reached < len(self.books[0].members):
                self._make_room(0, reached == at)
            at = reached
        self._collect()
        self.hand_on()

    def hand_on(self) -> None:
        """Hand on everything collected."""
        self._hand_on(0)

    def table(self, name: str) -> Any:
        """Return the members' rows of a table of the book as a structured array."""
        return self._rows(getattr(self.books[0], name))

    def persons(self) -> Any:
        """Return everybody as a structured array."""
        return self._rows(self.worlds[0].persons)

    def people(self, rows: list[int]) -> Any:
        """Return some people as a structured array."""
        table = self.worlds[0].persons
        return table[rows] if self.compiled else as_array([table[row] for row in rows], Person)

    def tally(self) -> Any:
        """Return what was counted, by day, tier, cohort and measure."""
        habits = self.habits
        shape = (habits.last_day - habits.first_day + 1, habits.tiers, habits.cohorts, measures.WIDTH)
        return sum(np.asarray(world.tally, dtype=np.int64) for world in self.worlds).reshape(shape)

    def outcomes(self) -> dict[str, int]:
        """Return how many events had each outcome."""
        counts = sum(np.asarray(world.outcomes, dtype=np.int64) for world in self.worlds)
        return {name: int(counts[code]) for name, code in codes.OUTCOMES.items() if counts[code]}

    # Tables.

    def _open_books(self, law: Law | None) -> list[Book]:
        if law is None:
            book = _no_book(self.compiled)
            return [book._replace(head=blank(TABLES["head"], 1, self.compiled)) for _ in range(self._shards)]
        first = open_book(law, self.capacity, self.compiled, ENTRIES, ROWS)
        books = [first]
        for _ in range(1, self._shards):
            own = {name: blank(TABLES[name], len(getattr(first, name)), self.compiled) for name in OWN_BOOK}
            books.append(first._replace(**own))
        self.books = books
        for shard in range(1, self._shards):
            self._grow(shard, dict.fromkeys(FREE_LISTS, ROWS))
        return self.books

    def _open_worlds(self, tables: dict[str, Any], habits: Any, persons: Any, keep: bool) -> list[World]:
        compiled = self.compiled
        size = (habits.last_day - habits.first_day + 1) * habits.tiers * habits.cohorts * measures.WIDTH
        everybody = blank(Person, self.capacity, compiled)
        wakes = _numbers([NEVER] * self.capacity, compiled)
        shared = {name: _numbers(tables[name], compiled) for name in World._fields if name in tables}
        shared |= {"habits": _one(habits, compiled), "persons": everybody, "wakes": wakes}
        shared["parcels"] = blank(Parcel, 0, compiled)
        self.worlds = []
        for _ in range(self._shards):
            counts = [0] * COUNTS
            counts[PARCEL_FREE], counts[SEEN_KEPT] = NONE, int(keep)
            own = {
                "friends": blank(Friend, FRIENDS, compiled),
                "counts": _numbers(counts, compiled),
                "tally": _numbers(np.zeros(size, dtype=np.int64), compiled),
                "events": blank(Event, 1, compiled),
                "lines": blank(EventLine, 1, compiled),
                "seen": blank(Seen, SEEN if keep else 0, compiled),
                "due": _numbers([0] * DUE, compiled),
                "outcomes": _numbers([0] * (max(codes.OUTCOMES.values()) + 1), compiled),
            }
            self.worlds.append(World(**shared, **own))
        self._put_persons(0, persons, np.maximum(persons["arrival"].astype(np.int64), habits.first_day))
        for shard in range(self._shards):
            self._add_parcels(shard, ROWS)
        return self.worlds

    def _put_persons(self, first: int, persons: Any, wakes: Any) -> None:
        world, last = self.worlds[0], first + len(persons)
        world.persons[first:last] = persons if self.compiled else as_objects(persons, Person)
        world.wakes[first:last] = wakes if self.compiled else [int(day) for day in wakes]

    def write_habits(self) -> None:
        """Let everybody have the habits as they now are."""
        self.worlds[0].habits[0] = _one(self.habits, self.compiled)[0]

    def _add_friend(self, world: World, inviter: int, friend: int) -> None:
        """Put a friend at the end of those his inviter is to record."""
        last, field = inviter, "friend_first"
        while (following := self._get(world.persons, last, field)) != NONE:
            last, field = following, "friend_next"
        self._set(world.persons, last, field, friend)

    def _get(self, table: Any, row: int, field: str) -> int:
        return int(table[row][field] if self.compiled else getattr(table[row], field))

    def _set(self, table: Any, row: int, field: str, value: int) -> None:
        if self.compiled:
            table[field][row] = value
        else:
            setattr(table[row], field, value)

    def _rows(self, table: Any) -> Any:
        if not len(table):
            return table
        rows = table[: self.members]
        return rows if self.compiled else as_array(rows, type(rows[0]))

    def forget_free_rows(self, shard: int) -> None:
        """Begin a shard's free lists anew, after its tables were replaced."""
        for name, (free, spare) in FREE_LISTS.items():
            self._set(self.books[shard].head, 0, free, NONE)
            self._set(self.books[shard].head, 0, spare, 0)
            self._grow(shard, {name: ROWS})
        self._set(self.books[shard].head, 0, "draws_done", self._get(self.books[0].head, 0, "draws_done"))

    def forget_free_parcels(self, shard: int) -> None:
        """Begin a shard's list of free parcels anew, after the table was replaced."""
        self.worlds[shard].counts[PARCEL_FREE] = NONE
        self.worlds[shard].counts[PARCEL_SPARE] = 0
        self._add_parcels(shard, ROWS)

    # The loop.

    def _each(self, task: Callable[[int], int], shards: Iterable[int]) -> Iterable[int]:
        return self._pool.map(task, shards) if self._pool else map(task, shards)

    def _take(self, task: int, shard: int, start: int, day: int, numbers: Any = None) -> int:
        if numbers is None:
            numbers = _numbers([self.members, self._block], self.compiled)
        book, world = self._addressed(shard)
        return self._step(task, self._law_address, book, world, numbers, start, day, shard, self._shards)

    def _addressed(self, shard: int) -> tuple[Any, Any]:
        """Return a shard's tables as the engine takes them."""
        if not self.compiled:
            return self.books[shard], self.worlds[shard]
        if shard not in self._addresses:
            from .pointers import address_list

            self._addresses[shard] = address_list(self.books[shard]), address_list(self.worlds[shard])
        return self._addresses[shard]

    def _gather_requests(self, shard: int, day: int) -> None:
        """Put every shard's requests into one shard's table, by second, type, and the member's stream."""
        found = []
        for book in self.books:
            count = self._get(book.head, 0, "request_count")
            rows = book.requests[:count]
            found.append(rows.copy() if self.compiled else as_array(rows, Request))
            self._set(book.head, 0, "request_count", 0)
        asked = np.concatenate(found)
        if not len(asked):
            return
        self.settled[day - self.habits.first_day] = np.bincount(asked["kind"], minlength=KINDS_OF_REQUEST)
        low, high = (self._column("persons", field, asked["member"]) for field in ("low", "high"))
        asked = asked[np.lexsort((asked["ordinal"], low, high, asked["type"], asked["second"]))]
        missing = len(asked) + 1 - len(self.books[shard].requests)
        if missing > 0:
            self._grow(shard, {"requests": missing + len(asked)})
        self.books[shard].requests[: len(asked)] = asked if self.compiled else as_objects(asked, Request)
        self._set(self.books[shard].head, 0, "request_count", len(asked))

    def _gather_friends(self) -> Any:
        """Return the day's friends by second, inviter's stream and number; forget them here."""
        found = []
        for world in self.worlds:
            rows = world.friends[: int(world.counts[FRIEND_COUNT])]
            found.append(rows.copy() if self.compiled else as_array(rows, Friend))
            world.counts[FRIEND_COUNT] = 0
        friends = np.concatenate(found)
        low, high = (self._column("persons", field, friends["inviter"]) for field in ("low", "high"))
        return friends[np.lexsort((friends["ordinal"], low, high, friends["second"]))]

    def _column(self, name: str, field: str, rows: Any) -> Any:
        table = getattr(self.worlds[0], name)
        if self.compiled:
            return table[field][rows]
        return np.array([getattr(table[row], field) for row in rows.tolist()], dtype=np.int64)

    def _share_head(self, shard: int) -> None:
        """Let every shard know which draws were held."""
        done = self._get(self.books[shard].head, 0, "draws_done")
        for book in self.books:
            self._set(book.head, 0, "draws_done", done)

    # Room.

    def _make_room(self, shard: int, stuck: bool) -> None:
        """Hand on what a shard wrote and add to what it is short of; to everything, where nothing else helped."""
        self._collect_of(shard)
        head = self.books[shard].head
        if self._under_law and self._get(head, 0, "draw_due"):
            self._hold_draw(shard)
            return
        extra = self._short(shard, stuck) if self._under_law else {}
        world, more = self.worlds[shard], False
        if int(world.counts[PARCEL_SPARE]) < 8:
            self._add_parcels(shard, max(ROWS, len(world.parcels) // self._shards))
            more = True
        if len(world.friends) - int(world.counts[FRIEND_COUNT]) < INVITATIONS_MAX:
            longer = lengthened(Friend, world.friends, len(world.friends), self.compiled)
            self.worlds[shard] = world._replace(friends=longer)
            more = True
        if stuck and not extra and not more and self._under_law:
            extra = {name: len(getattr(self.books[shard], name)) for name in ("entries", "requests", "notes")}
            extra |= {name: len(getattr(self.books[shard], name)) // self._shards for name in FREE_LISTS}
        self._grow(shard, extra)

    def _short(self, shard: int, stuck: bool) -> dict[str, int]:
        """Return how many rows to add to which tables of a shard's book."""
        extra: dict[str, int] = {}
        if self._spare(shard, "orders") < len(self.books[shard].orders) // (8 * self._shards) + 1:
            self._take(SWEEP, shard, 0, 0)
        for name in FREE_LISTS:
            size = len(getattr(self.books[shard], name)) // self._shards
            spare = self._spare(shard, name)
            if spare < size // 8 + 1 or (stuck and spare < size // 2):
                extra[name] = size
        if self._get(self.books[shard].head, 0, "request_count") > len(self.books[shard].requests) // 2:
            extra["requests"] = len(self.books[shard].requests)
        return extra

    def _spare(self, shard: int, name: str) -> int:
        return self._get(self.books[shard].head, 0, FREE_LISTS[name][1])

    def _grow(self, shard: int, extra: dict[str, int]) -> None:
        if not extra:
            self._addresses = {}
            return
        book = grown(self.books[shard], self.compiled, extra)
        everybodys = {name: getattr(book, name) for name in extra if name not in OWN_BOOK}
        self.books = [other._replace(**everybodys) for other in self.books]
        self.books[shard] = book
        self._addresses = {}

    def _add_parcels(self, shard: int, rows: int) -> None:
        """Add free parcels to a shard's list."""
        first = len(self.worlds[shard].parcels)
        longer = lengthened(Parcel, self.worlds[shard].parcels, rows, self.compiled)
        counts = self.worlds[shard].counts
        following = [*range(first + 1, first + rows), int(counts[PARCEL_FREE])]
        if self.compiled:
            longer["next"][first:] = following
        else:
            for row, after in enumerate(following, first):
                longer[row].next = after
        counts[PARCEL_FREE] = first
        counts[PARCEL_SPARE] = int(counts[PARCEL_SPARE]) + rows
        self.worlds = [world._replace(parcels=longer) for world in self.worlds]
        self._addresses = {}

    def _hold_draw(self, shard: int) -> None:
        """Have the tickets of the draw that waits ranked, and hold it."""
        draw = self._get(self.books[shard].head, 0, "draws_done")
        found = tickets_of(self.books[shard].tickets, draw)
        best = [found[place][0] for place in self._rank(draw, [(member, entry) for _, member, entry in found])]
        wanted = self._get(self.books[shard].head, 0, "request_count") + len(best) + 1
        if wanted > len(self.books[shard].requests):
            self._grow(shard, {"requests": wanted})
        self._take(DRAW, shard, 0, 0, _numbers(best, self.compiled))

    # What was written.

    def _collect(self) -> None:
        """Take what all shards wrote; the order of shards within one part of a day is of no account."""
        for shard in range(self._shards):
            self._collect_of(shard)
        self._hand_on(HANDED_ON)

    def _collect_of(self, shard: int) -> None:
        book, world = self.books[shard], self.worlds[shard]
        for name, record, field in (("entries", Entry, "entry_count"), ("notes", Note, "note_count")):
            count = self._get(book.head, 0, field)
            if count:
                self._keep(name, getattr(book, name), count, record)
                self._set(book.head, 0, field, 0)
        if int(world.counts[SEEN_COUNT]):
            self._keep("seen", world.seen, int(world.counts[SEEN_COUNT]), Seen)
            world.counts[SEEN_COUNT] = 0

    def _keep(self, name: str, rows: Any, count: int, record: type) -> None:
        self._collected[name].append(rows[:count].copy() if self.compiled else as_array(rows[:count], record))

    def _hand_on(self, least: int) -> None:
        """Hand collected rows on, once there are enough of them to be worth it."""
        for name, parts in self._collected.items():
            if sum(len(part) for part in parts) > least:
                self._recording.take(name, np.concatenate(parts))
                parts.clear()


def _numbers(values: Any, compiled: bool) -> Any:
    if not compiled:
        return values.tolist() if hasattr(values, "tolist") else list(values)
    return np.ascontiguousarray(values, dtype=np.int64 if not _doubles(values) else np.float64)


def _doubles(values: Any) -> bool:
    return len(values) > 0 and np.asarray(values).dtype.kind == "f"


def _one(record: Any, compiled: bool) -> Any:
    return as_array([record], type(record)) if compiled else [record]


def _no_law(compiled: bool) -> Law:
    return Law(*[_numbers([], compiled) for _ in Law._fields])


def _no_book(compiled: bool) -> Book:
    return Book(**{name: blank(record, 0, compiled) for name, record in TABLES.items()})
