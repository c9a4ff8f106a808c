"""The loop over events, one text for both engines: interpreted as it stands, compiled from outside.

It knows days, room and rows; what an event means is the law's business. Where the book lacks room
for what the next event may write, the loop stops and says so, and its driver makes room.
"""

from __future__ import annotations

from dataclasses import dataclass

from rewardsim.rules.apply import apply
from rewardsim.rules.clock import advance
from rewardsim.rules.codes import CANCEL, NEW, ORDER, REDEEM, RETURN
from rewardsim.rules.orders import forget_lines
from rewardsim.rules.pieces import drop_pieces
from rewardsim.rules.records import NEVER, NONE, Book, Event, EventLine, Law
from rewardsim.rules.settlement import settle_next

RUN, FINISH, SETTLE, SWEEP = 0, 1, 2, 3


@dataclass(slots=True)
class Outcome:
    """What became of one event."""

    code: int = 0  # outcome code
    desired: int = 0  # tokens it would have moved without caps, stock or balance
    applied: int = 0  # tokens it moved


def step(
    task: int,
    law: Law,
    book: Book,
    rows_of_orders: list[int],
    events: list[Event],
    lines: list[EventLine],
    last_mention: list[int],
    outcomes: list[Outcome],
    start: int,
    day: int,
) -> int:
    """Do one of the loop's four tasks; the single entry, so that the rules are compiled once.

    RUN applies events, FINISH advances every member to ``day``; both return how far they came.
    SETTLE returns 1 when the book's day is settled; SWEEP frees orders nothing needs any more.
    """
    if task == RUN:
        return run_events(law, book, rows_of_orders, events, lines, last_mention, outcomes, start)
    if task == FINISH:
        return finish(law, book, day, start)
    if task == SETTLE:
        if settle_day(law, book):
            return 1
        return 0
    sweep(book)
    return 0


def run_events(
    law: Law,
    book: Book,
    rows_of_orders: list[int],
    events: list[Event],
    lines: list[EventLine],
    last_mention: list[int],
    outcomes: list[Outcome],
    start: int,
) -> int:
    """Apply events from ``start`` on; return the first one not applied for lack of room."""
    head = book.head[0]
    for i in range(start, len(events)):
        event = events[i]
        if event.day > head.day and not settle_day(law, book):
            return i
        look_ahead(law, book, rows_of_orders, events, i)
        row = NONE
        if event.order != NONE:
            row = rows_of_orders[event.order]
        if not has_room(book, event.member, event.line_count, _undone_row(event, row), len(law.campaigns)):
            return i
        if row == NONE and _opens_order(event):
            row = _open_order(book, event.order)
            rows_of_orders[event.order] = row
        number = event.order
        event.order = row
        outcome = outcomes[i]
        outcome.code = apply(law, book, event, lines)
        outcome.desired = head.desired
        outcome.applied = head.applied
        if last_mention[i] == 1 and row != NONE:
            book.orders[row].final = 1
            rows_of_orders[number] = NONE
    return len(events)


def look_ahead(law: Law, book: Book, rows_of_orders: list[int], events: list[Event], i: int) -> None:
    """Before event ``i``, ask memory for what later events will touch; see ``ahead`` for the compiled form."""


def settle_day(law: Law, book: Book) -> bool:
    """Settle what the book's day left open; False where room ran out on the way."""
    head = book.head[0]
    while head.settled_count < head.request_count:
        request = book.requests[head.settled_count]
        if not has_room(book, request.member, 0, request.order, 0):
            return False
        if request.order == NONE and not _room_for_pieces(book, request.piece_first):
            return False
        settle_next(law, book)
    return True


def finish(law: Law, book: Book, day: int, start: int) -> int:
    """Advance members from ``start`` on to ``day``; return the first not advanced for lack of room."""
    for m in range(start, len(book.members)):
        if not has_room(book, m, 0, NONE, 0):
            return m
        if book.members[m].events > 0:
            advance(law, book, m, day)
    return len(book.members)


def _opens_order(event: Event) -> bool:
    return event.order != NONE and event.prior == NEW and (event.type == ORDER or event.type == REDEEM)


def _undone_row(event: Event, row: int) -> int:
    """Return the order an event may undo; its pieces come back as entries and lots."""
    if event.type == RETURN or event.type == CANCEL:
        return row
    return NONE


def has_room(book: Book, m: int, line_count: int, row: int, campaigns: int) -> bool:
    """Tell whether the book has room for the most that one event of a member can write."""
    head = book.head[0]
    member = book.members[m]
    pieces = 0
    if row != NONE:
        pieces = _length(book, book.orders[row].piece_first)
    lots = member.lot_count + member.order_count + campaigns + pieces + 4
    return (
        len(book.entries) - head.entry_count > 4 * lots + 2 * member.order_count
        and head.lot_spare >= lots
        and head.piece_spare >= lots
        and head.line_spare >= line_count
        and head.order_spare >= 1
        and head.holding_spare >= 1
        and len(book.requests) - head.request_count > campaigns
    )


def _room_for_pieces(book: Book, piece: int) -> bool:
    head = book.head[0]
    pieces = _length(book, piece)
    return len(book.entries) - head.entry_count > 8 + 4 * pieces and head.lot_spare > pieces


def _length(book: Book, piece: int) -> int:
    count = 0
    while piece != NONE:
        count += 1
        piece = book.pieces[piece].next
    return count


def _open_order(book: Book, number: int) -> int:
    """Take a free order row and make it fresh."""
    head = book.head[0]
    row = head.order_free
    order = book.orders[row]
    head.order_free = order.next
    head.order_spare -= 1
    order.number = number
    order.member = NONE
    order.status = 0
    order.delivered_day = NEVER
    order.release_day = NEVER
    order.counted_day = NEVER
    order.pending = 0
    order.spent = 0
    order.spent_value = 0
    order.given_back = 0
    order.piece_first = NONE
    order.line_first = NONE
    order.requests = 0
    order.final = 0
    order.next = NONE
    return row


def sweep(book: Book) -> None:
    """Free orders that no later event names and nothing waits for, with their lines and pieces."""
    head = book.head[0]
    for row in range(len(book.orders)):
        order = book.orders[row]
        if order.final == 1 and order.pending == 0 and order.requests == 0:
            forget_lines(book, row)
            order.piece_first = drop_pieces(book, order.piece_first, order.spent)
            order.final = 0
            order.next = head.order_free
            head.order_free = row
            head.order_spare += 1
