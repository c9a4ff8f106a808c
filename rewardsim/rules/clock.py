"""The member's clock: releases and expiries that fall due are posted on their own day.

A member is advanced lazily, whenever something happens to him; the entries are the same whenever
that is. On one day releases come before expiries, and both before the rest of the ``agenda``.
"""

from __future__ import annotations

from .agenda import keep_agenda
from .award import due_order, release
from .lots import expire_first
from .records import NEVER, NONE, Book, Law, Member


def advance(law: Law, book: Book, m: int, day: int) -> None:
    """Post everything of member ``m`` that is due up to and on ``day``."""
    member = book.members[m]
    due = next_due(book, member)
    if due <= day:
        _post_due(law, book, m, day, due)
    if member.clock_day < day:
        member.clock_day = day


def next_due(book: Book, member: Member) -> int:
    """Return the day on which something of a member falls due next, NEVER if nothing does.

    A lot put back, or released, after its expiry is due on the day reached.
    """
    due = member.release_day
    if member.agenda_day < due:
        due = member.agenda_day
    if member.lot_first != NONE:
        expiry_day = book.lots[member.lot_first].expiry_day
        if expiry_day < member.clock_day:
            expiry_day = member.clock_day
        if expiry_day < due:
            due = expiry_day
    return due


def _post_due(law: Law, book: Book, m: int, day: int, due: int) -> None:
    """Post what is due, day by day. It is caused by time, whichever event uncovers it."""
    member = book.members[m]
    head = book.head[0]
    cause, ordinal = head.cause, head.ordinal
    head.cause = NONE
    head.ordinal = NONE
    while due <= day and due != NEVER:
        if member.clock_day < due:
            member.clock_day = due
        if member.release_day <= due:
            release(law, book, due_order(book, member), member.clock_day)
        elif member.lot_first != NONE and book.lots[member.lot_first].expiry_day <= member.clock_day:
            expire_first(book, m, member.clock_day)
        else:
            keep_agenda(law, book, m, member.clock_day)
        due = next_due(book, member)
    head.cause = cause
    head.ordinal = ordinal
