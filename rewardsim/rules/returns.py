"""Returns and cancellations: what was awarded is taken back, what was spent is given back.

Both refer to the award on record. The claw-back is cumulative, so that any split of a return
into parts takes the same tokens, and a full return takes exactly what was earned.
"""

from __future__ import annotations

from .arithmetic import divide
from .award import unqueue
from .codes import (
    APPLIED,
    APPLIED_IN_PART,
    AS_COMPUTED,
    AT_CURRENT_RATE,
    AVAILABLE,
    BECAME_DEBT,
    BY_LINE,
    CANCELLED,
    CLAWED,
    DEBT,
    FLOOR,
    GIVEN_BACK,
    KEEP_SPENT,
    NOTHING_TO_TAKE,
    ORDER_CANCELLED,
    ORDER_DELIVERED,
    OTHER_MEMBERS_ORDER,
    PENDING,
    PENDING_ONLY,
    PLACED,
    REDEEMED,
    REISSUE,
    RETURN_EXCEEDS_ORDER,
    RETURN_TOO_LATE,
    RULE_CANCEL,
    RULE_RETURN,
    TO_DEBT,
    UNKNOWN_LINE,
    UNKNOWN_ORDER,
)
from .counters import count
from .earning import set_bases, tokens_of_lines
from .ledger import post, post_lot
from .lots import absorb, grant, lot_of_serial, next_lot, take
from .orders import ORDERS_SLOT, delivery_refusal
from .pieces import drop_pieces, return_pieces
from .records import NEVER, NONE, Book, Event, EventLine, Law, Order, Terms
from .stretch import stretch_at


def is_unlinked(book: Book, event: Event) -> bool:
    """Tell whether a return names no order on record."""
    return event.order == NONE or book.orders[event.order].status not in (PLACED, CANCELLED)


def takes_unlinked(law: Law, book: Book, event: Event) -> bool:
    """Tell whether an event is an unlinked return that the programme takes at its current rate."""
    terms = law.terms[stretch_at(law, event.day)]
    return terms.unlinked == AT_CURRENT_RATE and is_unlinked(book, event)


def return_refusal(law: Law, book: Book, event: Event, lines: list[EventLine]) -> int:
    """Return why a return cannot be taken, APPLIED if it can."""
    if takes_unlinked(law, book, event):
        return APPLIED
    if is_unlinked(book, event):
        return UNKNOWN_ORDER
    order = book.orders[event.order]
    if order.member != event.member:
        return OTHER_MEMBERS_ORDER
    if order.status == CANCELLED:
        return ORDER_CANCELLED
    terms = law.terms[order.terms]
    if _too_late(terms, order, event.day):
        return RETURN_TOO_LATE
    if event.amount > order.amount - order.returned:
        return RETURN_EXCEEDS_ORDER
    if terms.clawback == BY_LINE:
        return _line_refusal(book, order, event, lines)
    return APPLIED


def _too_late(terms: Terms, order: Order, day: int) -> bool:
    if terms.window_days == NONE:
        return False
    since = order.day
    if order.delivered_day != NEVER:
        since = order.delivered_day
    return day > since + terms.window_days


def _line_refusal(book: Book, order: Order, event: Event, lines: list[EventLine]) -> int:
    """Check every returned line against the order's; repeated lines are judged together."""
    exceeds = False
    for k in range(event.line_first, event.line_first + event.line_count):
        row = _kept_line(book, order, lines[k].number)
        if row == NONE:
            return UNKNOWN_LINE
        wanted = 0
        for other in range(event.line_first, event.line_first + event.line_count):
            if lines[other].number == lines[k].number:
                wanted += lines[other].amount
        if wanted > book.lines[row].amount - book.lines[row].returned:
            exceeds = True
    if exceeds:
        return RETURN_EXCEEDS_ORDER
    return APPLIED


def _kept_line(book: Book, order: Order, number: int) -> int:
    row = order.line_first
    while row != NONE and book.lines[row].number != number:
        row = book.lines[row].next
    return row


def take_return(law: Law, book: Book, event: Event, lines: list[EventLine], day: int) -> int:
    """Take back what a return costs. Refusals have been ruled out."""
    if is_unlinked(book, event):
        return _take_unlinked(law, book, event, lines, day)
    order = book.orders[event.order]
    terms = law.terms[order.terms]
    order.returned += event.amount
    if terms.clawback == BY_LINE:
        for k in range(event.line_first, event.line_first + event.line_count):
            book.lines[_kept_line(book, order, lines[k].number)].returned += lines[k].amount
    short = settle_claw(law, book, event.order, day, RULE_RETURN)
    _give_back(law, book, event, day, RULE_RETURN)
    return _outcome(book, short)


def _take_unlinked(law: Law, book: Book, event: Event, lines: list[EventLine], day: int) -> int:
    """Take back what a purchase of the returned lines would earn today, campaigns aside."""
    terms = law.terms[stretch_at(law, event.day)]
    set_bases(law, terms, 0, event, lines)
    tokens = tokens_of_lines(law, terms, event, lines, terms.category_set)
    book.head[0].desired += tokens
    short = claw_available(book, terms, event.member, day, tokens, NONE, RULE_RETURN, NONE)
    return _outcome(book, short)


def _outcome(book: Book, short: int) -> int:
    if short > 0:
        return APPLIED_IN_PART
    if book.head[0].entry_count == book.head[0].entry_mark:
        return NOTHING_TO_TAKE
    return APPLIED


def cancel_refusal(book: Book, event: Event) -> int:
    """Return why an order cannot be cancelled, APPLIED if it can."""
    refusal = delivery_refusal(book, event)
    if refusal == APPLIED and book.orders[event.order].delivered_day != NEVER:
        return ORDER_DELIVERED
    return refusal


def cancel(law: Law, book: Book, event: Event, day: int) -> int:
    """Undo an order before its delivery: a return of everything, without a window."""
    order = book.orders[event.order]
    terms = law.terms[order.terms]
    order.status = CANCELLED
    order.returned = order.amount
    row = order.line_first
    while row != NONE:
        book.lines[row].returned = book.lines[row].amount
        row = book.lines[row].next
    short = settle_claw(law, book, event.order, day, RULE_CANCEL)
    _give_back(law, book, event, day, RULE_CANCEL)
    if order.counted_day != NEVER:
        count(book, terms, order.member, ORDERS_SLOT, terms.orders_period, order.counted_day, -1)
    order.piece_first = drop_pieces(book, order.piece_first, order.spent)
    order.spent = 0
    order.spent_value = 0
    order.given_back = 0
    return _outcome(book, short)


def settle_claw(law: Law, book: Book, row: int, day: int, rule: int) -> int:
    """Bring an order's claw-back up to what its returns ask for; return the shortfall."""
    order = book.orders[row]
    terms = law.terms[order.terms]
    if terms.clawback == BY_LINE:
        wanted = _line_target(book, terms, order) - order.clawed
    else:
        wanted = _target(terms, order.earned, order.returned, order.amount, order.status) - order.clawed
    if wanted <= 0:
        return 0
    book.head[0].desired += wanted
    order.clawed += wanted
    left = wanted - _claw_pending(book, row, day, wanted, rule)
    return claw_available(book, terms, order.member, day, left, order.lot, rule, order.number)


def _target(terms: Terms, earned: int, returned: int, amount: int, status: int) -> int:
    """Return what returns of ``returned`` out of ``amount`` take of ``earned``."""
    if status == CANCELLED or returned >= amount:
        return earned
    return divide(earned * returned, amount, terms.claw_rounding)


def _line_target(book: Book, terms: Terms, order: Order) -> int:
    total = 0
    row = order.line_first
    while row != NONE:
        line = book.lines[row]
        if line.returned > 0 or order.status == CANCELLED:
            total += _target(terms, line.earned, line.returned, line.amount, order.status)
        row = line.next
    return total


def _claw_pending(book: Book, row: int, day: int, tokens: int, rule: int) -> int:
    """Claw from what the order has pending; return how much that was."""
    order = book.orders[row]
    taken = min(order.pending, tokens)
    if taken == 0:
        return 0
    if taken == order.pending:
        unqueue(book, row)
    order.pending -= taken
    post(book, order.member, day, PENDING, CLAWED, taken, rule, AS_COMPUTED, order.number)
    book.head[0].applied += taken
    return taken


def claw_available(
    book: Book, terms: Terms, m: int, day: int, tokens: int, lot: int, rule: int, order: int
) -> int:
    """Claw from lots, the award's own first, then from debt as allowed; return the shortfall."""
    member = book.members[m]
    left = tokens
    if terms.when_spent != PENDING_ONLY:
        while left > 0 and member.available > 0:
            row = lot_of_serial(book, member, lot)
            if row == NONE:
                row = next_lot(book, member, terms.consumption)
            serial, expiry_day = book.lots[row].serial, book.lots[row].expiry_day
            taken = take(book, m, row, left)
            post_lot(book, m, day, AVAILABLE, CLAWED, taken, rule, AS_COMPUTED, order, serial, expiry_day)
            left -= taken
    if terms.when_spent == TO_DEBT:
        owed = left
        if terms.debt_limit != NONE:
            owed = min(left, max(0, terms.debt_limit - member.debt))
        post(book, m, day, DEBT, CLAWED, owed, rule, BECAME_DEBT, order)
        left -= owed
    member.shortfall += left
    book.head[0].applied += tokens - left
    return left


def _give_back(law: Law, book: Book, event: Event, day: int, rule: int) -> None:
    """Give back tokens spent on a returned order, in proportion to the value returned."""
    order = book.orders[event.order]
    terms = law.terms[order.terms]
    if terms.spent_tokens == KEEP_SPENT or order.spent == 0:
        return
    back = _target_spent(order) - order.given_back
    if back <= 0:
        return
    order.given_back += back
    if terms.spent_tokens == REISSUE:
        order.piece_first = drop_pieces(book, order.piece_first, back)
        today = law.terms[stretch_at(law, event.day)]
        grant(book, today, event.member, day, day, REDEEMED, back, rule, GIVEN_BACK, order.number)
        return
    absorbed = absorb(book, event.member, day, REDEEMED, back, rule, order.number)
    order.piece_first = drop_pieces(book, order.piece_first, absorbed)
    order.piece_first = return_pieces(
        book, event.member, day, back - absorbed, REDEEMED, rule, GIVEN_BACK, order.number, order.piece_first
    )


def _target_spent(order: Order) -> int:
    if order.returned >= order.amount:
        return order.spent
    return divide(order.spent * order.returned, order.amount, FLOOR)
