"""What the scorer asks of a store, and nothing else does.

A transaction shows a book whose rows are all there, or come when they are named, and keeps what
was written in it: all of it or nothing. ``memory`` keeps the whole book, ``sql`` loads what an
event needs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from ..rules.records import Book, Law
from .names import Names
from .reply import Reply, Row
from .told import Told

UNSEEN, SAME, OTHER = "unseen", "same", "other"
Chains = list[int]  # of entries and of notes, two words each


class About(NamedTuple):
    """What a store must agree with before it is touched."""

    programme: str  # id
    currency: str
    timezone: str
    bundle: str  # hash of what serves now
    version: str  # its version
    shape: dict[str, Any]  # what the rows named in a state mean; see ``shape``


class Journal:
    """How many lines a member's ledger and journal have, and their chains."""

    __slots__ = ("chains", "entries", "member_id", "notes")

    def __init__(self, member_id: str, entries: int = 0, notes: int = 0, chains: Chains | None = None) -> None:
        self.member_id, self.entries, self.notes = member_id, entries, notes
        self.chains = chains or [0, 0, 0, 0]


class Transaction(ABC):
    """One event, one settled day, or some members carried on; all of it or nothing."""

    book: Book

    @abstractmethod
    def claim(self, told: Told) -> tuple[str, Any]:
        """Take in an event's id: (UNSEEN, its number), (SAME, what was answered), or (OTHER, None)."""

    @abstractmethod
    def member(self, member_id: str) -> int:
        """Return a member's number, his rows in the book, nobody else at them; a new one is made."""

    @abstractmethod
    def other(self, member_id: str) -> int:
        """Return the number of a member who is only named; a new one is made."""

    @abstractmethod
    def order(self, order_id: str, opens: bool) -> int:
        """Return an order's row in the book, NONE where it is unknown and the event ``opens`` none."""

    @abstractmethod
    def journal(self, member: int) -> Journal:
        """Return a member's journal, to be written on."""

    @abstractmethod
    def id_hash(self, member: int) -> int:
        """Return the hash of a member's id."""

    @abstractmethod
    def entries(self, member: int, first: int, rows: list[Row]) -> None:
        """Keep entries of a member, numbered from ``first`` on."""

    @abstractmethod
    def notes(self, member: int, first: int, rows: list[Row]) -> None:
        """Keep notes of a member, numbered from ``first`` on."""

    @abstractmethod
    def answer(self, told: Told, number: int, member: int, reply: Reply) -> None:
        """Keep an event with its reply."""

    @abstractmethod
    def settled(self, day: int) -> None:
        """Say that the requests of a day are settled."""

    @abstractmethod
    def gather(self) -> None:
        """Bring the day's requests into the book, in the order in which they came."""

    @abstractmethod
    def entrants(self, draw: int) -> None:
        """Bring the rows of everybody with a ticket in a draw into the book."""


class Store(ABC):
    """Where members are kept."""

    @abstractmethod
    def open(self, law: Law, names: Names, about: About) -> None:
        """Make ready for a programme; raise StoreRefused where the store is another's or newer."""

    @abstractmethod
    def transaction(self, alone: bool = False) -> AbstractContextManager[Transaction]:
        """Begin a transaction; ``alone`` while nobody else is at the book, as the day changes."""

    @abstractmethod
    def day(self) -> int:
        """Return the book's day."""

    @abstractmethod
    def active(self, after: int, count: int) -> list[int]:
        """Return numbers of members who had events, from ``after`` on, in order."""

    @abstractmethod
    def chains(self) -> Iterable[tuple[str, Any]]:
        """Yield (member id, chains) in order of the ids, as bytes."""

    @abstractmethod
    def events(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield the events taken in with their outcome, canonical, ``recorded`` being the order of arrival."""

    @abstractmethod
    def ledger(self) -> Iterator[dict[str, Any]]:
        """Yield entries in words, each member's in order."""

    @abstractmethod
    def journals(self) -> Iterator[dict[str, Any]]:
        """Yield notes in words, each member's in order."""

    @abstractmethod
    def find(self, member_id: str) -> int:
        """Return a member's number, NONE where there is none of that id."""

    def close(self) -> None:  # noqa: B027 - a store without anything to close says nothing
        """Let go of what the store holds open."""

