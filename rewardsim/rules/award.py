"""Award and release: tokens of an order are pending until the programme lets them go."""

from __future__ import annotations

from .arithmetic import apportion
from .codes import (
    AS_COMPUTED,
    BY_LINE,
    DAYS_AFTER_DELIVERY,
    DAYS_AFTER_PURCHASE,
    FROM_EARN,
    ISSUE,
    ON_DATE,
    ON_DELIVERY,
    ON_PURCHASE,
    PENDING,
    RULE_RELEASE,
)
from .ledger import post
from .lots import grant, slide_lots
from .records import NEVER, NONE, Book, Event, EventLine, Law, Member, Order, Terms


def award(
    law: Law,
    terms: Terms,
    book: Book,
    row: int,
    day: int,
    tokens: int,
    rule: int,
    reason: int,
    event: Event,
    lines: list[EventLine],
) -> None:
    """Award tokens on an order; by line, split them over the lines by the weights just computed."""
    award_on_order(law, book, row, day, tokens, rule, reason)
    if terms.clawback != BY_LINE:
        return
    apportion(lines, event.line_first, event.line_count, tokens)
    kept = book.orders[row].line_first
    for k in range(event.line_first, event.line_first + event.line_count):
        book.lines[kept].earned += lines[k].share
        kept = book.lines[kept].next


def award_on_order(law: Law, book: Book, row: int, day: int, tokens: int, rule: int, reason: int) -> None:
    """Post an award: available where the order is already released, else pending."""
    order = book.orders[row]
    order.earned += tokens
    if order.released == 1:
        terms = law.terms[order.terms]
        counted = counted_day(terms, order, day)
        serial = grant(book, terms, order.member, day, counted, ISSUE, tokens, rule, reason, order.number)
        keep_lot(order, serial)
        return
    slide_lots(book, order.member, day)
    post(book, order.member, day, ISSUE, PENDING, tokens, rule, reason, order.number)
    if order.pending == 0:
        _queue(book, row)
    order.pending += tokens


def first_release(terms: Terms, order: Order, day: int) -> None:
    """Set when an order just placed is released: at once, on a known day, or not yet known."""
    order.release_day = NEVER
    if terms.release_kind == ON_PURCHASE:
        order.release_day = day
    elif terms.release_kind == DAYS_AFTER_PURCHASE:
        order.release_day = order.day + terms.release_days
    elif terms.release_kind == ON_DATE:
        order.release_day = max(day, terms.release_day)
    _not_before_start(terms, order)
    order.released = 0
    if order.release_day <= day:
        order.released = 1


def release_on_delivery(terms: Terms, book: Book, order: Order, day: int) -> None:
    """Set when a delivered order is released; what is due today the caller releases."""
    if terms.release_kind == ON_DELIVERY:
        order.release_day = day
    elif terms.release_kind == DAYS_AFTER_DELIVERY:
        order.release_day = order.delivered_day + terms.release_days
    _not_before_start(terms, order)
    member = book.members[order.member]
    if order.pending > 0 and day < order.release_day < member.release_day:
        member.release_day = order.release_day


def _not_before_start(terms: Terms, order: Order) -> None:
    if order.release_day < terms.starts_day:
        order.release_day = terms.starts_day


def due_order(book: Book, member: Member) -> int:
    """Return the pending order that is released first, NONE if none has a day."""
    best = NONE
    best_day = NEVER
    row = member.order_first
    while row != NONE:
        if book.orders[row].release_day < best_day:
            best = row
            best_day = book.orders[row].release_day
        row = book.orders[row].next
    return best


def release(law: Law, book: Book, row: int, day: int) -> None:
    """Make the pending tokens of an order available."""
    order = book.orders[row]
    terms = law.terms[order.terms]
    tokens = order.pending
    unqueue(book, row)
    order.pending = 0
    order.released = 1
    counted = counted_day(terms, order, day)
    serial = grant(
        book, terms, order.member, day, counted, PENDING, tokens, RULE_RELEASE, AS_COMPUTED, order.number
    )
    keep_lot(order, serial)


def counted_day(terms: Terms, order: Order, day: int) -> int:
    """Return the day from which the expiry of an order's tokens is counted."""
    if terms.expiry_from == FROM_EARN:
        return order.day
    return day


def keep_lot(order: Order, serial: int) -> None:
    """Remember the first lot an order's tokens went to; a claw-back looks there first."""
    if order.lot == NONE:
        order.lot = serial


def void(book: Book, row: int, day: int, target: int, rule: int, reason: int) -> None:
    """Take an order's pending tokens back as if never awarded; what it still asks of a pool fails."""
    order = book.orders[row]
    order.placed_by = NONE
    line = order.line_first
    while line != NONE:
        book.lines[line].earned = 0
        line = book.lines[line].next
    tokens = order.pending
    if tokens == 0:
        return
    unqueue(book, row)
    order.pending = 0
    order.earned -= tokens
    post(book, order.member, day, PENDING, target, tokens, rule, reason, order.number)


def _queue(book: Book, row: int) -> None:
    """Enter an order among those pending, by purchase day, after equals; most belong at the end."""
    orders = book.orders
    order = orders[row]
    member = book.members[order.member]
    before = member.order_last
    while before != NONE and orders[before].day > order.day:
        before = orders[before].previous
    after = member.order_first
    if before != NONE:
        after = orders[before].next
    order.previous = before
    order.next = after
    if before == NONE:
        member.order_first = row
    else:
        orders[before].next = row
    if after == NONE:
        member.order_last = row
    else:
        orders[after].previous = row
    member.order_count += 1
    if order.release_day < member.release_day:
        member.release_day = order.release_day


def unqueue(book: Book, row: int) -> None:
    """Take an order out of those pending."""
    orders = book.orders
    order = orders[row]
    member = book.members[order.member]
    if order.previous == NONE:
        member.order_first = order.next
    else:
        orders[order.previous].next = order.next
    if order.next == NONE:
        member.order_last = order.previous
    else:
        orders[order.next].previous = order.previous
    member.order_count -= 1
    if order.release_day != NEVER and order.release_day == member.release_day:
        member.release_day = NEVER
        first = due_order(book, member)
        if first != NONE:
            member.release_day = orders[first].release_day
