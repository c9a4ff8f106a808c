"""The loop over events, one text for both engines: interpreted as it stands, compiled from outside.

It knows days, room and rows; what an event means is the law's business. Where the book lacks room
for what the next event may write, the loop stops and says so, and its driver makes room.
"""

from __future__ import annotations

from dataclasses import dataclass

from rewardsim.rules.apply import apply
from rewardsim.rules.clock import advance
from rewardsim.rules.codes import CANCEL, NEW, ORDER, REDEEM, RETURN
from rewardsim.rules.draws import hold_draw, next_draw
from rewardsim.rules.orders import forget_lines
from rewardsim.rules.pieces import drop_pieces
from rewardsim.rules.projection import project
from rewardsim.rules.records import NEVER, NONE, Book, Event, EventLine, Law
from rewardsim.rules.settlement import settle_next

from .room import has_room, left_after, room_to_settle

RUN, FINISH, SETTLE, SWEEP, DRAW = 0, 1, 2, 3, 4


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
    numbers: list[int],
    outcomes: list[Outcome],
    start: int,
    day: int,
) -> int:
    """Do one of the loop's tasks; the single entry, so that the rules are compiled once.

    RUN applies events (``numbers``: 1 at an order's last mention), FINISH advances every member to
    ``day``; both return how far they came. SETTLE returns 1 when everything before ``day`` is
    settled. DRAW holds the draw that waits (``numbers``: its tickets' rows, best rank first). SWEEP
    frees orders nothing needs any more.
    """
    if task == RUN:
        return run_events(law, book, rows_of_orders, events, lines, numbers, outcomes, start)
    if task == FINISH:
        return finish(law, book, day, start)
    if task == SETTLE:
        if settle_day(law, book) and not draw_waits(law, book, day):
            return 1
        return 0
    if task == DRAW:
        hold_draw(law, book, numbers)
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
    free = 0
    for i in range(start, len(events)):
        event = events[i]
        # A duplicate or conflict changes nothing, not even the day.
        if event.prior == NEW and event.day > head.day:
            if not settle_day(law, book) or draw_waits(law, book, event.day):
                return i
            free = 0
        look_ahead(law, book, rows_of_orders, events, i)
        row = NONE
        if event.order != NONE:
            row = rows_of_orders[event.order]
        free = left_after(law, book, event, undone_row(event, row), free)
        if free < 0:
            return i
        if row == NONE and _opens_order(event):
            row = open_order(book, event.order)
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
        if not room_to_settle(law, book, book.requests[head.settled_count]):
            return False
        settle_next(law, book)
    return True


def draw_waits(law: Law, book: Book, day: int) -> bool:
    """Tell whether a draw must be held before ``day`` begins; the driver then ranks its tickets."""
    head = book.head[0]
    row = next_draw(law, book)
    if row == NONE or law.draws[row].draws_day >= day:
        return False
    head.draw_due = 1
    return True


def finish(law: Law, book: Book, day: int, start: int) -> int:
    """Advance members from ``start`` on to ``day``; return the first not advanced for lack of room."""
    for m in range(start, len(book.members)):
        if not has_room(law, book, m, day, 0, NONE):
            return m
        if book.members[m].events > 0:
            advance(law, book, m, day)
            if len(book.standings) > 0:
                project(law, book, m, day)
    return len(book.members)


def _opens_order(event: Event) -> bool:
    return event.order != NONE and event.prior == NEW and (event.type == ORDER or event.type == REDEEM)


def undone_row(event: Event, row: int) -> int:
    """Return the order an event may undo; its pieces come back as entries and lots."""
    if event.type == RETURN or event.type == CANCEL:
        return row
    return NONE


def open_order(book: Book, number: int) -> int:
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
    order.deed_day = NEVER
    order.referral = 0
    order.final = 0
    order.next = NONE
    return row


def sweep(book: Book) -> None:
    """Free orders that no later event names and nothing waits for, with their lines and pieces."""
    for row in range(len(book.orders)):
        retire(book, row)


def retire(book: Book, row: int) -> None:
    """Free an order with its lines and pieces, if no later event names it and nothing waits for it."""
    order = book.orders[row]
    if order.final == 0 or order.pending > 0 or order.requests > 0:
        return
    head = book.head[0]
    forget_lines(book, row)
    order.piece_first = drop_pieces(book, order.piece_first, order.spent)
    order.final = 0
    order.next = head.order_free
    head.order_free = row
    head.order_spare += 1
