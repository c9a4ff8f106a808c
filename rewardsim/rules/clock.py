"""The member's clock: releases and expiries that fall due are posted on their own day.

A member is advanced lazily, whenever something happens to him; the entries are the same whenever
that is. On one day releases come before expiries.
"""

from __future__ import annotations

from .award import due_order, release
from .lots import expire_first
from .records import NEVER, NONE, Book, Law


def advance(law: Law, book: Book, m: int, day: int) -> None:
    """Post everything of member ``m`` that is due up to and on ``day``."""
    head = book.head[0]
    cause, ordinal = head.cause, head.ordinal
    # What falls due is caused by time, whichever event uncovers it.
    head.cause = NONE
    head.ordinal = NONE
    member = book.members[m]
    while True:
        row = NONE
        release_day = NEVER
        if member.order_first != NONE:
            row = due_order(book, member)
            if row != NONE:
                release_day = book.orders[row].release_day
        expiry_day = NEVER
        if member.lot_first != NONE:
            # A lot put back, or released, after its expiry is due today.
            expiry_day = max(book.lots[member.lot_first].expiry_day, member.clock_day)
        due = min(release_day, expiry_day)
        if due > day or due == NEVER:
            break
        member.clock_day = max(member.clock_day, due)
        if release_day <= expiry_day:
            release(law, book, row, member.clock_day)
        else:
            expire_first(book, m, member.clock_day)
    member.clock_day = max(member.clock_day, day)
    head.cause = cause
    head.ordinal = ordinal
