"""Posting: the one place where an entry is written and a balance changes.

A balance can therefore never differ from the sum of its entries. Lots and orders keep their own
remainders; whoever posts against them adjusts them.
"""

from __future__ import annotations

from .codes import AVAILABLE, DEBT, HELD, PENDING
from .records import NONE, Book, Member


def post(
    book: Book, m: int, day: int, source: int, target: int, tokens: int, rule: int, reason: int, order: int
) -> None:
    """Write one entry without a lot; ``tokens`` of 0 or less write nothing."""
    post_lot(book, m, day, source, target, tokens, rule, reason, order, NONE, NONE)


def post_lot(
    book: Book,
    m: int,
    day: int,
    source: int,
    target: int,
    tokens: int,
    rule: int,
    reason: int,
    order: int,
    serial: int,
    expiry_day: int,
) -> None:
    """Write one entry that touches a lot and move the member's balances."""
    if tokens <= 0:
        return
    head = book.head[0]
    entry = book.entries[head.entry_count]
    head.entry_count += 1
    entry.event = head.cause
    entry.ordinal = head.ordinal
    entry.member = m
    entry.day = day
    entry.source = source
    entry.target = target
    entry.tokens = tokens
    entry.lot = serial
    entry.expiry_day = expiry_day
    entry.rule = rule
    entry.reason = reason
    entry.order = order
    member = book.members[m]
    _move(member, source, -tokens)
    _move(member, target, tokens)


def _move(member: Member, account: int, tokens: int) -> None:
    """Add to the balance behind an account. What leaves DEBT is owed, so its sign turns."""
    if account == AVAILABLE:
        member.available += tokens
    elif account == PENDING:
        member.pending += tokens
    elif account == HELD:
        member.held += tokens
    elif account == DEBT:
        member.debt -= tokens
