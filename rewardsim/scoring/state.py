"""A state as text: what belongs to one member, one order, one request or one reward, in JSON of integers.

Fields that stand at their default are left out. Rows that belong to nobody else (lots, lines,
pieces, coupons, deeds, tickets) are lists of their values; their places in the book are not kept.
Version 1; a later version comes with a migration.
"""

from __future__ import annotations

import json
from dataclasses import fields
from operator import attrgetter
from typing import Any

from ..rules import records as r
from ..rules.records import NONE, Book

VERSION = 1
encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
decode = json.loads


class Form:
    """How one kind of record is written: by name what is not at its default, or by place."""

    def __init__(self, record: type, *left_out: str) -> None:
        self.record = record
        kept = [field for field in fields(record) if field.name not in left_out]
        self.names = tuple(field.name for field in kept)
        self._defaults = tuple(field.default for field in kept)
        self.values = attrgetter(*self.names)

    def write(self, row: Any) -> dict[str, int]:
        """Return by name what is not at its default."""
        values = self.values(row)
        return {
            name: value
            for name, value, usual in zip(self.names, values, self._defaults, strict=True)
            if value != usual
        }


class Listed(Form):
    """How rows of a linked list are written: one list of values a row, in their order."""

    def __init__(self, record: type, free: str, *left_out: str) -> None:
        super().__init__(record, "next", *left_out)
        self._free = free

    def collect(self, table: Any, row: int) -> list[tuple[int, ...]]:
        """Return the values of the rows from ``row`` on."""
        found = []
        while row != NONE:
            at = table[row]
            found.append(self.values(at))
            row = at.next
        return found

    def spread(self, head: Any, table: Any, listed: list[list[int]]) -> tuple[int, int]:
        """Put rows into the book's free rows, linked; return the first and the last, NONE without."""
        first = last = NONE
        for values in listed:
            row = getattr(head, self._free)
            at = table[row]
            setattr(head, self._free, at.next)
            for name, value in zip(self.names, values, strict=True):
                setattr(at, name, value)
            at.next = NONE
            if last == NONE:
                first = row
            else:
                table[last].next = row
            last = row
        return first, last


MEMBER = Form(r.Member, "lot_first", "lot_last", "holding_first", "ticket_first")
STANDING = Form(r.Standing, "deed_first", "deed_last")
TIE = Form(r.Tie)
ORDER = Form(r.Order, "number", "piece_first", "line_first")
REQUEST = Form(r.Request, "piece_first")
REWARD = Form(r.Reward)
LOT, LINE, PIECE = Listed(r.Lot, "lot_free"), Listed(r.OrderLine, "line_free"), Listed(r.Piece, "piece_free")
HOLDING, DEED = Listed(r.Holding, "holding_free"), Listed(r.Deed, "deed_free")
TICKET = Listed(r.Ticket, "ticket_free", "member")


def member_text(book: Book, m: int, width: int) -> str:
    """Return everything that belongs to one member as text."""
    member = book.members[m]
    said: dict[str, Any] = {"member": MEMBER.write(member)}
    if book.standings:
        said["standing"] = STANDING.write(book.standings[m])
        said["deeds"] = DEED.collect(book.deeds, book.standings[m].deed_first)
    if book.ties:
        said["tie"] = TIE.write(book.ties[m])
    said["counters"] = _counters(book, m, width)
    said["lots"] = LOT.collect(book.lots, member.lot_first)
    said["holdings"] = HOLDING.collect(book.holdings, member.holding_first)
    said["tickets"] = TICKET.collect(book.tickets, member.ticket_first)
    return encode({name: value for name, value in said.items() if value})


def _counters(book: Book, m: int, width: int) -> list[tuple[int, int, int]]:
    first = m * width
    found = ((slot, book.counters[first + slot]) for slot in range(width))
    return [(slot, counter.period, counter.used) for slot, counter in found if counter.period != -r.NEVER]


def load_member(book: Book, m: int, text: str, width: int, tiers: bool, referral: bool) -> None:
    """Put everything that belongs to one member into the book."""
    said = decode(text)
    head = book.head[0]
    member = r.Member(**said.get("member", {}))
    member.lot_first, member.lot_last = LOT.spread(head, book.lots, said.get("lots", []))
    member.holding_first, _ = HOLDING.spread(head, book.holdings, said.get("holdings", []))
    member.ticket_first, _ = TICKET.spread(head, book.tickets, said.get("tickets", []))
    row = member.ticket_first
    while row != NONE:
        book.tickets[row].member = m
        row = book.tickets[row].next
    book.members[m] = member
    for slot in range(width):
        book.counters[m * width + slot] = r.Counter()
    for slot, period, used in said.get("counters", []):
        book.counters[m * width + slot] = r.Counter(period, used)
    if tiers:
        standing = r.Standing(**said.get("standing", {}))
        standing.deed_first, standing.deed_last = DEED.spread(head, book.deeds, said.get("deeds", []))
        book.standings[m] = standing
    if referral:
        book.ties[m] = r.Tie(**said.get("tie", {}))


def order_text(book: Book, row: int) -> str:
    """Return an order with its lines and the pieces spent on it as text."""
    order = book.orders[row]
    said: dict[str, Any] = {"order": ORDER.write(order), "lines": LINE.collect(book.lines, order.line_first)}
    said["pieces"] = PIECE.collect(book.pieces, order.piece_first)
    return encode({name: value for name, value in said.items() if value})


def load_order(book: Book, row: int, text: str) -> None:
    """Put an order into the book under its number."""
    said = decode(text)
    head = book.head[0]
    order = r.Order(number=row, **said.get("order", {}))
    order.line_first, _ = LINE.spread(head, book.lines, said.get("lines", []))
    order.piece_first, _ = PIECE.spread(head, book.pieces, said.get("pieces", []))
    book.orders[row] = order


def request_text(book: Book, row: int) -> str:
    """Return a request with the pieces held for it as text."""
    request = book.requests[row]
    said: dict[str, Any] = {"request": REQUEST.write(request)}
    said["pieces"] = PIECE.collect(book.pieces, request.piece_first)
    return encode({name: value for name, value in said.items() if value})


def load_request(book: Book, text: str) -> None:
    """Put a request after those that are in the book."""
    said = decode(text)
    head = book.head[0]
    request = r.Request(**said.get("request", {}))
    request.piece_first, _ = PIECE.spread(head, book.pieces, said.get("pieces", []))
    book.requests[head.request_count] = request
    head.request_count += 1


def reward_text(reward: r.Reward) -> str:
    """Return a reward as text."""
    return encode(REWARD.write(reward))


def reward_of(text: str) -> r.Reward:
    """Return the reward a text speaks of."""
    return r.Reward(**decode(text))


def draws_of(book: Book, m: int) -> set[int]:
    """Return the draws in which a member holds tickets."""
    found = set()
    row = book.members[m].ticket_first
    while row != NONE:
        found.add(book.tickets[row].draw)
        row = book.tickets[row].next
    return found
