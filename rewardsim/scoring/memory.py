"""A store in memory: the whole book, for streams, tests and comparison. What it holds ends with the process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import RLock
from typing import Any

from ..rules.records import NEVER, NONE, Law, Member, Order, Pool, Reward, Standing, Tie
from .chain import id_hash
from .checks import Values
from .faults import Fault, StoreUnavailable
from .names import Names
from .reply import Reply, Row, entry_words, note_words
from .rows import Chained, open_book, open_head
from .store import OTHER, SAME, UNSEEN, About, Journal, Store, Transaction
from .told import Told, event_of, payload_of


class MemoryStore(Store, Transaction):
    """Keeps everything in one book. ``keep`` False forgets the ledger's lines, and keeps their chains.

    Nothing can be taken back in it: an exception in the midst of an event leaves the store closed.
    """

    def __init__(self, keep: bool = True) -> None:
        self._keep = keep
        self._lock = RLock()
        self._torn = False
        self._numbers: dict[str, int] = {}
        self._orders: dict[str, int] = {}
        self._journals: list[Journal] = []
        self._hashes: dict[int, int] = {}
        self._events: dict[str, tuple[Values, Reply]] = {}
        self._entries: list[tuple[int, int, list[Row]]] = []
        self._notes: list[tuple[int, int, list[Row]]] = []
        self._ids: tuple[list[str], list[str]] = ([], [])

    def open(self, law: Law, names: Names, about: About) -> None:
        """Make ready for a programme."""
        tiers, ties = len(law.levels) > 0, any(terms.referral_from != NEVER for terms in law.terms)
        self._tiers, self._ties = tiers, ties
        self._names, self._bundle = names, about.bundle
        self.book = open_book(
            open_head(-NEVER, 0), [Pool() for _ in law.pools], [], [], [], [], Chained(Reward)
        )  # fmt: skip

    def transaction(self, alone: bool = False) -> MemoryStore:
        """Begin a transaction: everybody else waits."""
        return self

    def __enter__(self) -> MemoryStore:
        self._lock.acquire()
        if self._torn:
            self._lock.release()
            todo = "open a new store and send every event again"
            raise StoreUnavailable([Fault("torn", "", "a store in memory that was interrupted", "a whole one", todo)])
        self._torn = True
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._torn = kind is not None
        self._lock.release()

    def claim(self, told: Told) -> tuple[str, Any]:
        """Look an event's id up."""
        seen = self._events.get(told.event_id)
        if seen is None:
            return UNSEEN, len(self._events)
        said, reply = seen
        return (SAME, reply.to_dict()) if said == told.said else (OTHER, None)

    def member(self, member_id: str) -> int:
        """Return a member's number; a new one is made."""
        number = self._numbers.get(member_id)
        return self._new_member(member_id) if number is None else number

    other = member

    def _new_member(self, member_id: str) -> int:
        number = self._numbers[member_id] = len(self._journals)
        self._journals.append(Journal(member_id))
        self.book.members.append(Member())
        if self._tiers:
            self.book.standings.append(Standing())
        if self._ties:
            self.book.ties.append(Tie())
        return number

    def order(self, order_id: str, opens: bool) -> int:
        """Return an order's row, which is its number."""
        row = self._orders.get(order_id, NONE)
        if row == NONE and opens:
            row = self._orders[order_id] = len(self._orders)
            self.book.orders.append(Order(number=row))
        return row

    def journal(self, member: int) -> Journal:
        """Return a member's journal."""
        return self._journals[member]

    def id_hash(self, member: int) -> int:
        """Return the hash of a member's id."""
        found = self._hashes.get(member)
        if found is None:
            found = self._hashes[member] = id_hash(self._journals[member].member_id)
        return found

    def entries(self, member: int, first: int, rows: list[Row]) -> None:
        """Keep entries of a member."""
        if self._keep:
            self._entries.append((member, first, rows))

    def notes(self, member: int, first: int, rows: list[Row]) -> None:
        """Keep notes of a member."""
        if self._keep:
            self._notes.append((member, first, rows))

    def answer(self, told: Told, number: int, member: int, reply: Reply) -> None:
        """Keep an event with its reply."""
        self._events[told.event_id] = (told.said, reply)

    def gather(self) -> None:
        """Nothing to bring: the requests stand in the book, in their order."""

    def settled(self, day: int) -> None:
        """Nothing to note: the book forgets what is settled."""

    def entrants(self, draw: int) -> None:
        """Nothing to bring: everybody is in the book."""

    def day(self) -> int:
        """Return the book's day."""
        return self.book.head[0].day

    def active(self, after: int, count: int) -> list[int]:
        """Return numbers of members who had events."""
        numbers = range(after, len(self._journals))
        return [m for m in numbers if self.book.members[m].events > 0][:count]

    def chains(self) -> Iterable[tuple[str, Any]]:
        """Yield (member id, chains) in order of the ids."""
        return ((name, self._journals[self._numbers[name]].chains) for name in sorted(self._numbers))

    def events(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield the events taken in with their outcome."""
        for number, (said, reply) in enumerate(self._events.values()):
            yield event_of(payload_of(said), number), reply.status

    def ledger(self) -> Iterator[dict[str, Any]]:
        """Yield entries, in the order in which they were written."""
        for m, first, rows in self._entries:
            for line, row in enumerate(rows, first):
                yield {"member_id": self._journals[m].member_id, **self._named(entry_words(row, line, self._names))}

    def journals(self) -> Iterator[dict[str, Any]]:
        """Yield notes, in the order in which they were written."""
        for m, first, rows in self._notes:
            for line, row in enumerate(rows, first):
                said = self._named(note_words(row, line, self._names))
                other = said.pop("counterpart")
                said["counterpart_id"] = None if other is None else self._journals[other].member_id
                yield {"member_id": self._journals[m].member_id, **said}

    def _named(self, said: dict[str, Any]) -> dict[str, Any]:
        """Put ids beside the number of an event, and instead of that of an order."""
        number, order = said["event"], said.pop("order")
        if len(self._ids[0]) != len(self._events) or len(self._ids[1]) != len(self._orders):
            self._ids = (list(self._events), list(self._orders))
        said["event_id"] = None if number is None else self._ids[0][number]
        said["order_id"] = None if order is None else self._ids[1][order]
        return {**said, "bundle": self._bundle}

    def find(self, member_id: str) -> int:
        """Return a member's number, NONE where there is none of that id."""
        return self._numbers.get(member_id, NONE)
