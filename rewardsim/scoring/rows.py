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


def open_book(head: Head, pools: Any, members: Any, orders: Any, standings: Any, ties: Any, rewards: Any) -> Book:
    """Return a book over the given tables; what belongs to one member alone gets fresh ones."""
    return Book(
        head=[head],
        members=members,
        lots=Chained(Lot),
        orders=orders,
        lines=Chained(OrderLine),
        pieces=Chained(Piece),
        holdings=Chained(Holding),
        counters=Rows(Counter),
        pools=pools,
        requests=Rows(Request),
        entries=Rows(Entry),
        standings=standings,
        deeds=Chained(Deed),
        ties=ties,
        rewards=rewards,
        tickets=Chained(Ticket),
        notes=Rows(Note),
    )  # type: ignore[arg-type]
