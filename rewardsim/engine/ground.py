"""What a society stands on: its members' rows, shared by all shards, and each shard's own scratch.

A shard has a book and a world. Their tables are the same arrays, or lists, but for a few that a
shard writes alone; free rows of the shared tables hang on a list of each shard's head. Nothing
here can be seen in the ledger.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rewardsim.behaviour import measures
from rewardsim.behaviour.inviting import INVITATIONS_MAX
from rewardsim.behaviour.records import (
    COUNTS,
    FRIEND_COUNT,
    PARCEL_FREE,
    PARCEL_SPARE,
    SEEN_KEPT,
    Friend,
    Hand,
    Parcel,
    Person,
    Seen,
    World,
)
from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE, Book, Event, EventLine, Law

from .batches import as_array, as_objects, copied
from .tables import FREE_LISTS, MEMBERS_TABLES, TABLES, blank, grown, lengthened, open_book, refresh, unwritten

OWN_BOOK = ("head", "requests", "entries", "notes")
ENTRIES = 1 << 16  # rows of a shard's entries
FRIENDS = 4 * INVITATIONS_MAX
ROWS = 1 << 10  # free rows at first in each growing table
SEEN = 1 << 15  # events of a shard kept before they are handed on
DUE = 1 << 10  # members written down at a time
FEW_PARCELS = 8


class Ground:
    """The tables of all shards."""

    def __init__(self, tables: dict[str, Any], habits: Any, capacity: int, compiled: bool, shards: int) -> None:
        self.compiled = compiled
        self.shards = shards
        self._addresses: dict[int, tuple[Any, Any]] = {}
        self.books: list[Book] = []
        self.worlds = self._open_worlds(tables, habits, capacity)
        for shard in range(shards):
            self.add_parcels(shard)

    def open_books(self, law: Law | None, here: int) -> None:
        """Open a book a shard; the rows of people who are not here yet stay untouched until they come."""
        if law is None:
            nothing = Book(**{name: blank(record, 0, self.compiled) for name, record in TABLES.items()})
            self.books = [nothing._replace(head=blank(TABLES["head"], 1, self.compiled)) for _ in range(self.shards)]
            return
        capacity = len(self.worlds[0].wakes)
        first = open_book(law, capacity, self.compiled, ENTRIES, ROWS, here)
        self.books = [first]
        for _ in range(1, self.shards):
            own = {name: blank(TABLES[name], len(getattr(first, name)), self.compiled) for name in OWN_BOOK}
            self.books.append(first._replace(**own))
        for shard in range(1, self.shards):
            self.grow(shard, dict.fromkeys(FREE_LISTS, ROWS))

    def come(self, first: int, last: int) -> None:
        """Make the book's rows of people fresh who come only now."""
        book, width = self.books[0], len(self.books[0].counters) // max(1, len(self.books[0].members))
        if self.compiled:
            for name in MEMBERS_TABLES:
                refresh(getattr(book, name)[first:last], TABLES[name])
            refresh(book.counters[first * width : last * width], TABLES["counters"])

    def close(self, members: int) -> None:
        """Take the rows nobody came to need away."""
        width = len(self.books[0].counters) // max(1, len(self.books[0].members))
        book = {name: getattr(self.books[0], name)[:members] for name in MEMBERS_TABLES}
        book["counters"] = self.books[0].counters[: members * width]
        self.books = [other._replace(**book) for other in self.books]
        world = {name: getattr(self.worlds[0], name)[:members] for name in ("persons", "wakes")}
        self.worlds = [other._replace(**world) for other in self.worlds]
        self._addresses = {}

    def keep_events(self) -> None:
        """From now on keep every event as the programme saw it."""
        for shard, world in enumerate(self.worlds):
            world.counts[SEEN_KEPT] = 1
            self.worlds[shard] = world._replace(seen=blank(Seen, SEEN, self.compiled))
        self._addresses = {}

    def addressed(self, shard: int) -> tuple[Any, Any]:
        """Return a shard's book and world as the engine takes them."""
        if not self.compiled:
            return self.books[shard], self.worlds[shard]
        if shard not in self._addresses:
            from .pointers import address_list

            self._addresses[shard] = address_list(self.books[shard]), address_list(self.worlds[shard])
        return self._addresses[shard]

    def get(self, table: Any, row: int, field: str) -> int:
        """Return one field of a row."""
        return int(table[field][row] if self.compiled else getattr(table[row], field))

    def set(self, table: Any, row: int, field: str, value: int) -> None:
        """Write one field of a row."""
        if self.compiled:
            table[field][row] = value
        else:
            setattr(table[row], field, value)

    def head(self, shard: int, field: str) -> int:
        """Return a field of a shard's head."""
        return self.get(self.books[shard].head, 0, field)

    def set_head(self, shard: int, field: str, value: int) -> None:
        """Write a field of a shard's head."""
        self.set(self.books[shard].head, 0, field, value)

    def rows(self, table: Any, count: int, record: type) -> Any:
        """Return a table's first rows as a structured array of their own."""
        return copied(table[:count]) if self.compiled else as_array(table[:count], record)

    def hand_over(self, shard: int, name: str, count: int) -> Any:
        """Return what a shard wrote into a table of its book that is its own: the table itself, where that is much."""
        table, record = getattr(self.books[shard], name), TABLES[name]
        if not self.compiled or count < len(table) // 2:
            return self.rows(table, count, record)
        self.books[shard] = self.books[shard]._replace(**{name: unwritten(record, len(table))})
        self._addresses.pop(shard, None)
        return table[:count]

    def people(self, rows: Any, *fields: str) -> list[Any]:
        """Return some fields of some people as arrays."""
        persons = self.worlds[0].persons
        if self.compiled:
            return [persons[field][rows] for field in fields]
        return [np.array([getattr(persons[m], field) for m in rows.tolist()], dtype=np.int64) for field in fields]

    def persons_at(self, rows: list[int]) -> Any:
        """Return some people as a structured array."""
        persons = self.worlds[0].persons
        return persons[rows] if self.compiled else as_array([persons[m] for m in rows], Person)

    def put_persons(self, first: int, persons: Any, wakes: Any) -> None:
        """Write people and the days they wake from a number on."""
        world, last = self.worlds[0], first + len(persons)
        world.persons[first:last] = persons if self.compiled else as_objects(persons, Person)
        world.wakes[first:last] = wakes if self.compiled else [int(day) for day in wakes]

    def put_habits(self, habits: Any) -> None:
        """Let everybody have the habits as they now are."""
        self.worlds[0].habits[0] = _one(habits, self.compiled)[0]

    def add_friend(self, inviter: int, friend: int, day: int) -> None:
        """Put a friend behind those his inviter is to record, and wake the inviter."""
        persons, wakes = self.worlds[0].persons, self.worlds[0].wakes
        last, field = inviter, "friend_first"
        while (following := self.get(persons, last, field)) != NONE:
            last, field = following, "friend_next"
        self.set(persons, last, field, friend)
        wakes[inviter] = min(int(wakes[inviter]), day)

    # Growth.

    def make_room(self, shard: int, stuck: bool) -> None:
        """Add to what a shard is short of; to everything, where nothing else helped."""
        extra = self._short_of(shard, stuck) if len(self.books[shard].members) else {}
        world, more = self.worlds[shard], False
        if int(world.counts[PARCEL_SPARE]) < FEW_PARCELS:
            self.add_parcels(shard)
            more = True
        if len(world.friends) - int(world.counts[FRIEND_COUNT]) < INVITATIONS_MAX:
            longer = lengthened(Friend, world.friends, len(world.friends), self.compiled)
            self.worlds[shard] = self.worlds[shard]._replace(friends=longer)
            more = True
        if stuck and not extra and not more and len(self.books[shard].members):
            extra = {name: len(getattr(self.books[shard], name)) for name in ("entries", "requests", "notes")}
            extra |= {name: len(getattr(self.books[shard], name)) // self.shards for name in FREE_LISTS}
        self.grow(shard, extra)

    def _short_of(self, shard: int, stuck: bool) -> dict[str, int]:
        """Return how many rows to add to which tables of a shard's book."""
        extra: dict[str, int] = {}
        for name in FREE_LISTS:
            if self.is_short(shard, name, 2 if stuck else 8):
                extra[name] = len(getattr(self.books[shard], name)) // self.shards
        if self.head(shard, "request_count") > len(self.books[shard].requests) // 2:
            extra["requests"] = len(self.books[shard].requests)
        return extra

    def is_short(self, shard: int, name: str, part: int = 8) -> bool:
        """Tell whether less than one in ``part`` of a shard's share of a table's rows is free."""
        share = len(getattr(self.books[shard], name)) // self.shards
        return self.head(shard, FREE_LISTS[name][1]) < share // part + 1

    def grow(self, shard: int, extra: dict[str, int]) -> None:
        """Add rows to tables of a shard's book; those shared are everybody's, but free for this shard alone."""
        book = grown(self.books[shard], self.compiled, extra)
        everybodys = {name: getattr(book, name) for name in extra if name not in OWN_BOOK}
        self.books = [other._replace(**everybodys) for other in self.books]
        self.books[shard] = book
        self._addresses = {}

    def add_parcels(self, shard: int) -> None:
        """Add free parcels to a shard's list."""
        first = len(self.worlds[shard].parcels)
        rows = max(ROWS, first // self.shards)
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

    def replace(self, book: dict[str, Any], head: Any, world: dict[str, Any], own: dict[str, Any]) -> None:
        """Put other tables in the place of the shared ones; whatever is free in them is the first shard's."""
        self.books = [other._replace(**book) for other in self.books]
        self.worlds = [other._replace(**world) for other in self.worlds]
        self.books[0] = self.books[0]._replace(head=head)
        for name, values in own.items():
            getattr(self.worlds[0], name)[:] = values if self.compiled else values.tolist()
        for shard in range(1, self.shards):
            for free, spare in FREE_LISTS.values():
                self.set_head(shard, free, NONE)
                self.set_head(shard, spare, 0)
            self.set_head(shard, "draws_done", self.head(0, "draws_done"))
            self.worlds[shard].counts[PARCEL_FREE] = NONE
            self.worlds[shard].counts[PARCEL_SPARE] = 0
            self.grow(shard, dict.fromkeys(FREE_LISTS, ROWS) if book else {})
            self.add_parcels(shard)
        self._addresses = {}

    def _open_worlds(self, tables: dict[str, Any], habits: Any, capacity: int) -> list[World]:
        compiled = self.compiled
        shared = {name: numbers(tables[name], compiled) for name in World._fields if name in tables}
        shared |= {"habits": _one(habits, compiled), "persons": blank(Person, capacity, compiled, 0)}
        shared |= {"wakes": numbers(np.full(capacity, NEVER), compiled), "parcels": blank(Parcel, 0, compiled)}
        return [World(**shared, **self._own_tables(habits)) for _ in range(self.shards)]

    def _own_tables(self, habits: Any) -> dict[str, Any]:
        """Return the tables of a world that one shard writes alone."""
        size = (habits.last_day - habits.first_day + 1) * habits.tiers * habits.cohorts * measures.WIDTH
        counts = [0] * COUNTS
        counts[PARCEL_FREE] = NONE
        return {
            "friends": blank(Friend, FRIENDS, self.compiled),
            "counts": numbers(counts, self.compiled),
            "tally": numbers(np.zeros(size, dtype=np.int64), self.compiled),
            "hands": blank(Hand, 1, self.compiled),
            "events": blank(Event, 1, self.compiled),
            "lines": blank(EventLine, 1, self.compiled),
            "seen": blank(Seen, 0, self.compiled),
            "due": numbers([0] * DUE, self.compiled),
            "outcomes": numbers([0] * (max(codes.OUTCOMES.values()) + 1), self.compiled),
        }


def numbers(values: Any, compiled: bool) -> Any:
    """Return whole numbers, or doubles, as the engine takes them."""
    if not compiled:
        return values.tolist() if hasattr(values, "tolist") else list(values)
    array = np.asarray(values)
    return np.ascontiguousarray(array, dtype=np.float64 if array.dtype.kind == "f" and len(array) else np.int64)


def _one(record: Any, compiled: bool) -> Any:
    return as_array([record], type(record)) if compiled else [record]
