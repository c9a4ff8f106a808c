"""The book's tables where they need not be whole: rows come into being when they are first named.

A fresh row points to the one after it, so that what the rules take for a list of free rows never
ends, and nobody has to ask for room.
"""

from __future__ import annotations

from typing import Any

from ..rules.records import (
    Book,
    Counter,
    Deed,
    Entry,
    Head,
    Holding,
    Law,
    Lot,
    Note,
    OrderLine,
    Piece,
    Request,
    Ticket,
)

FREE = {name + "_free": 0 for name in ("lot", "order", "line", "piece", "holding", "deed", "reward", "ticket")}


class Rows(dict[int, Any]):
    """Records by row, made on first use."""

    __slots__ = ("record",)

    def __init__(self, record: type) -> None:
        super().__init__()
        self.record = record

    def __missing__(self, row: int) -> Any:
        made = self[row] = self.record()
        return made


class Chained(Rows):
    """Records whose unused rows hang on a list: each fresh one names the next."""

    __slots__ = ()

    def __missing__(self, row: int) -> Any:
        made = self[row] = self.record()
        made.next = row + 1
        return made


def open_head(day: int, draws_done: int) -> Head:
    """Return the head of a book whose every free list begins with row 0."""
    return Head(day=day, draws_done=draws_done, **FREE)


class Tables:
    """The tables of ``Book`` under their names. The rules name them a hundred times an event: a slot is read sooner."""

    __slots__ = Book._fields


class Terms:
    """The tables of ``Law`` under their names, for the same reason."""

    __slots__ = Law._fields


def swift(law: Law) -> Law:
    """Return a law in slots."""
    made = Terms()
    for name, rows in law._asdict().items():
        setattr(made, name, rows)
    return made  # type: ignore[return-value]


def open_book(head: Head, pools: Any, members: Any, orders: Any, standings: Any, ties: Any, rewards: Any) -> Book:
    """Return a book over the given tables; what belongs to one member alone gets fresh ones."""
    book = Tables()
    book.head, book.members, book.orders, book.pools = [head], members, orders, pools
    book.standings, book.ties, book.rewards = standings, ties, rewards
    book.lots, book.pieces, book.holdings = Chained(Lot), Chained(Piece), Chained(Holding)
    book.lines, book.deeds, book.tickets = Chained(OrderLine), Chained(Deed), Chained(Ticket)
    book.counters, book.requests = Rows(Counter), Rows(Request)
    book.entries, book.notes = Rows(Entry), Rows(Note)
    return book  # type: ignore[return-value]
