"""Orders: placed on record, awarded, delivered."""

from __future__ import annotations

from .award import award, first_release, release, release_on_delivery, void
from .campaigns import award_campaigns
from .codes import (
    AFTER_END,
    ALREADY_DELIVERED,
    APPLIED,
    APPLIED_IN_PART,
    AS_COMPUTED,
    BEFORE_START,
    BELOW_MINIMUM_ORDER,
    BY_LINE,
    CANCELLED,
    CHANNEL_EXCLUDED,
    CLAWED,
    COUNT_ON_DELIVERY,
    COUNT_ON_ORDER,
    CUT_BY_LIMIT,
    DAYS_AFTER_DELIVERY,
    LIMIT_REACHED,
    NO_ORDER,
    NOTHING_EARNED,
    ON_DELIVERY,
    ORDER_CANCELLED,
    ORDER_EXISTS,
    ORDER_NOT_PLACED,
    ORDERS_LIMIT,
    OTHER_MEMBERS_ORDER,
    PER_ORDER,
    PLACED,
    PROPOSED,
    RULE_OFF,
    RULE_PURCHASE,
    UNKNOWN_ORDER,
    VOID_BEFORE_COUNT,
    VOID_ORDERS_LIMIT,
)
from .counters import allowed, count, used
from .earning import in_channels, set_bases, tokens_of_lines
from .records import NEVER, NONE, Book, Event, EventLine, Law, Terms
from .stretch import stretch_at
from .tier_rate import added_by, extra_tokens, rate_level

ORDERS_SLOT = 0  # the member's counter of rewarded orders


def placing_refusal(book: Book, event: Event) -> int:
    """Return why an order cannot go on record, APPLIED if it can."""
    if event.order == NONE:
        return UNKNOWN_ORDER
    order = book.orders[event.order]
    if order.member != NONE and order.member != event.member:
        return OTHER_MEMBERS_ORDER
    if order.status == PLACED:
        return ORDER_EXISTS
    return APPLIED


def earning_terms(law: Law, day: int) -> int:
    """Return the row of the terms a purchase is awarded under; retroactive ones use the first day's."""
    row = stretch_at(law, day)
    terms = law.terms[row]
    if day < terms.starts_day:
        first = stretch_at(law, terms.starts_day)
        if law.terms[first].counts_from_day != NEVER:
            return first
    return row


def place(law: Law, book: Book, event: Event, lines: list[EventLine], day: int) -> int:
    """Put an order on record and award it. Refusals have been ruled out."""
    row = earning_terms(law, event.day)
    terms = law.terms[row]
    order = book.orders[event.order]
    order.member = event.member
    order.status = PLACED
    order.day = event.day
    order.placed_by = book.head[0].ordinal
    order.counted_day = NEVER
    order.delivered_day = NEVER
    order.amount = event.amount
    order.returned = 0
    order.terms = row
    order.earned = 0
    order.pending = 0
    order.clawed = 0
    order.lot = NONE
    order.asked = 0
    order.paid = max(0, event.amount - event.discount - order.spent_value)
    order.deed_day = NEVER
    order.deed_value = 0
    order.referral = 0
    forget_lines(book, event.order)
    if terms.clawback == BY_LINE:
        _keep_lines(book, event, lines)
    first_release(terms, order, day)
    basis = set_bases(law, terms, order.spent_value, event, lines)
    refusal = earning_refusal(law, terms, book, event, basis, day)
    if refusal != APPLIED:
        return refusal
    return _award_order(law, terms, book, event, lines, day)


def earning_refusal(law: Law, terms: Terms, book: Book, event: Event, basis: int, day: int) -> int:
    """Return why an order earns nothing, APPLIED if it may earn."""
    if terms.earn_on == 0:
        return RULE_OFF
    if event.day < terms.starts_day and not counts_before_start(terms, event.day):
        return BEFORE_START
    if event.day >= terms.ends_day:
        return AFTER_END
    if not in_channels(law, terms, terms.channel_set, event.channel):
        return CHANNEL_EXCLUDED
    if basis < terms.minimum_order:
        return BELOW_MINIMUM_ORDER
    if terms.orders_counted_on == COUNT_ON_ORDER and _orders_full(terms, book, event.member, day):
        return ORDERS_LIMIT
    return APPLIED


def counts_before_start(terms: Terms, day: int) -> bool:
    """Tell whether an order placed before the programme may earn; by delivery, delivery decides."""
    if terms.counts_from_day == NEVER:
        return False
    return _by_delivery(terms) or day >= terms.counts_from_day


def _by_delivery(terms: Terms) -> bool:
    return terms.release_kind == ON_DELIVERY or terms.release_kind == DAYS_AFTER_DELIVERY


def _orders_full(terms: Terms, book: Book, m: int, day: int) -> bool:
    if terms.orders_max == NONE:
        return False
    return used(book, terms, m, ORDERS_SLOT, terms.orders_period, day) >= terms.orders_max


def _award_order(law: Law, terms: Terms, book: Book, event: Event, lines: list[EventLine], day: int) -> int:
    """Award the purchase and its campaigns; count the order; say how it went."""
    head = book.head[0]
    base = _award_base(law, terms, book, event, lines, day)
    award_campaigns(law, terms, book, day, event, lines, base)
    if head.applied + head.proposed > 0 and terms.orders_max != NONE and terms.orders_counted_on == COUNT_ON_ORDER:
        count(book, terms, event.member, ORDERS_SLOT, terms.orders_period, day, 1)
        book.orders[event.order].counted_day = day
    return _award_outcome(head.desired, head.applied, head.proposed)


def _award_base(law: Law, terms: Terms, book: Book, event: Event, lines: list[EventLine], day: int) -> int:
    """Award the purchase and what the member's tier adds to it; return both as they were before caps."""
    head = book.head[0]
    m = event.member
    purchase = tokens_of_lines(law, terms, event, lines, terms.category_set)
    extra = 0
    rule = RULE_PURCHASE
    if len(book.standings) > 0:
        adds = added_by(terms, book.orders[event.order].paid, purchase)
        top = rate_level(law, terms, book, m, adds, day)
        extra = extra_tokens(law, terms, book, m, purchase, adds, top, day)
        if extra > 0:
            rule = law.levels[terms.level_first + top].rule
    capped = _cap(law, terms, book, m, day, purchase + extra)
    head.desired += purchase + extra
    head.applied += capped
    granted = min(purchase, capped)
    _award_part(law, terms, book, event, lines, day, granted, purchase, RULE_PURCHASE)
    _award_part(law, terms, book, event, lines, day, capped - granted, extra, rule)
    return purchase + extra


def _award_part(
    law: Law,
    terms: Terms,
    book: Book,
    event: Event,
    lines: list[EventLine],
    day: int,
    tokens: int,
    computed: int,
    rule: int,
) -> None:
    """Award what the caps left of a part, if anything."""
    reason = AS_COMPUTED
    if tokens < computed:
        reason = CUT_BY_LIMIT
    if tokens > 0:
        award(law, terms, book, event.order, day, tokens, rule, reason, event, lines)


def _award_outcome(desired: int, applied: int, proposed: int) -> int:
    if desired == 0:
        return NOTHING_EARNED
    if applied + proposed == 0:
        return LIMIT_REACHED
    if applied == 0:
        return PROPOSED
    if applied + proposed < desired:
        return APPLIED_IN_PART
    return APPLIED


def _cap(law: Law, terms: Terms, book: Book, m: int, day: int, tokens: int) -> int:
    """Cut a purchase award by each limit in turn and count what is left against all of them."""
    first = terms.limit_first
    for k in range(first, first + terms.limit_count):
        limit = law.limits[k]
        tokens = allowed(
            book, terms, m, limit.counter, limit.period, day, limit.tokens, limit.excess, tokens
        )
    if tokens > 0:
        for k in range(first, first + terms.limit_count):
            limit = law.limits[k]
            if limit.period != PER_ORDER:
                count(book, terms, m, limit.counter, limit.period, day, tokens)
    return tokens


def _keep_lines(book: Book, event: Event, lines: list[EventLine]) -> None:
    """Put an order's lines on record, in their order."""
    head = book.head[0]
    order = book.orders[event.order]
    for k in range(event.line_first + event.line_count - 1, event.line_first - 1, -1):
        row = head.line_free
        kept = book.lines[row]
        head.line_free = kept.next
        head.line_spare -= 1
        kept.number = lines[k].number
        kept.category = lines[k].category
        kept.amount = lines[k].amount
        kept.returned = 0
        kept.earned = 0
        kept.next = order.line_first
        order.line_first = row


def forget_lines(book: Book, row: int) -> None:
    """Free the lines an order keeps on record."""
    head = book.head[0]
    order = book.orders[row]
    while order.line_first != NONE:
        line = order.line_first
        order.line_first = book.lines[line].next
        book.lines[line].next = head.line_free
        head.line_free = line
        head.line_spare += 1


def delivery_refusal(book: Book, event: Event) -> int:
    """Return why a delivery cannot be taken, APPLIED if it can."""
    if event.order == NONE:
        return UNKNOWN_ORDER
    order = book.orders[event.order]
    if order.member == NONE:
        return UNKNOWN_ORDER
    if order.member != event.member:
        return OTHER_MEMBERS_ORDER
    if order.status == NO_ORDER:
        return ORDER_NOT_PLACED
    if order.status == CANCELLED:
        return ORDER_CANCELLED
    return APPLIED


def deliver(law: Law, book: Book, event: Event, day: int) -> int:
    """Note a delivery and release, or void, what was waiting for it."""
    order = book.orders[event.order]
    if order.delivered_day != NEVER:
        return ALREADY_DELIVERED
    terms = law.terms[order.terms]
    order.delivered_day = event.day
    if not _by_delivery(terms):
        return APPLIED
    if order.pending > 0 or order.asked > 0:
        reason = _void_reason(terms, book, event, day)
        if reason != AS_COMPUTED:
            void(book, event.order, day, CLAWED, RULE_PURCHASE, reason)
        elif terms.orders_max != NONE and terms.orders_counted_on == COUNT_ON_DELIVERY:
            count(book, terms, order.member, ORDERS_SLOT, terms.orders_period, day, 1)
    release_on_delivery(terms, book, order, day)
    if order.release_day <= day:
        order.released = 1
        if order.pending > 0:
            book.head[0].desired += order.pending
            book.head[0].applied += order.pending
            release(law, book, event.order, day)
    return APPLIED


def _void_reason(terms: Terms, book: Book, event: Event, day: int) -> int:
    """Return why a delivered order's award is void, AS_COMPUTED if it stands."""
    if book.orders[event.order].day < terms.starts_day and event.day < terms.counts_from_day:
        return VOID_BEFORE_COUNT
    if terms.orders_counted_on == COUNT_ON_DELIVERY and _orders_full(terms, book, event.member, day):
        return VOID_ORDERS_LIMIT
    return AS_COMPUTED
