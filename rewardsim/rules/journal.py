"""Notes: the one place where the journal grows. A note says what happened where no token moved."""

from __future__ import annotations

from .records import NONE, Book


def note(
    book: Book,
    m: int,
    day: int,
    kind: int,
    cause: int,
    before: int = NONE,
    after: int = NONE,
    counterpart: int = NONE,
    amount: int = 0,
    order: int = NONE,
) -> None:
    """Write one line of the journal, caused by whatever causes entries now."""
    head = book.head[0]
    line = book.notes[head.note_count]
    head.note_count += 1
    line.event = head.cause
    line.ordinal = head.ordinal
    line.member = m
    line.day = day
    line.kind = kind
    line.cause = cause
    line.before = before
    line.after = after
    line.counterpart = counterpart
    line.amount = amount
    line.order = order
