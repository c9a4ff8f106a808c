"""Day-end settlement: whatever members share is granted once a day, in the order of the requests.

Requests stand in (second, type, number) order. What they bring is posted on the following day.

Members may be kept in several books, each with a copy of the pools. What those kept elsewhere ask
of a pool then stands among the requests, with no member: it is taken from the copy, and all is said.
"""

from __future__ import annotations

from .agenda import set_agenda
from .award import award_on_order
from .calendar import period_of
from .clock import advance
from .codes import (
    AS_COMPUTED,
    ASK_ACCEPT,
    ASK_BUDGET,
    ASK_INVITE,
    ASK_QUALIFY,
    ASK_REVOKE,
    ASK_STOCK,
    BY_LINE,
    CLOSED,
    CUT_BY_BUDGET,
    EXPIRED,
    HELD,
    ON_CLOSE,
    PLACED,
    REDEEMED,
    REDUCE,
    REFUSED_BY_STOCK,
    RULE_RETURN,
)
from .counters import count
from .draws import settle_prize
from .earning import in_categories
from .exchange import hold_item
from .friends import settle_acceptance, settle_invitation, settle_qualification, settle_revocation
from .pieces import post_pieces, return_pieces
from .records import NONE, Book, Law, Request
from .returns import settle_claw
from .stretch import stretch_at
from .tiers import keep_standing


def settle(law: Law, book: Book) -> None:
    """Settle every request of the book's day and forget them."""
    head = book.head[0]
    while head.settled_count < head.request_count:
        settle_next(law, book)


def settle_next(law: Law, book: Book) -> None:
    """Settle the next request; a driver short of room calls this and makes room in between."""
    head = book.head[0]
    settle_request(law, book, book.requests[head.settled_count], head.day + 1)
    head.settled_count += 1
    if head.settled_count == head.request_count:
        head.settled_count = 0
        head.request_count = 0


def settle_request(law: Law, book: Book, request: Request, day: int) -> None:
    """Grant or refuse one request, with effect on ``day``."""
    if request.member == NONE:
        from_pool(law, book, request.pool, request.day, request.wanted)
        return
    head = book.head[0]
    head.cause = request.number
    head.ordinal = request.ordinal
    member = book.members[request.member]
    if member.status != CLOSED:
        advance(law, book, request.member, day)
    _settle_by_kind(law, book, request, day)
    if member.status != CLOSED:
        advance(law, book, request.member, day)


def _settle_by_kind(law: Law, book: Book, request: Request, day: int) -> None:
    kind = request.kind
    if kind == ASK_BUDGET:
        _settle_budget(law, book, request, day)
    elif kind == ASK_STOCK:
        _settle_stock(law, book, request, day)
    elif kind == ASK_INVITE:
        settle_invitation(law, book, request, day)
    elif kind == ASK_ACCEPT:
        settle_acceptance(law, book, request, day)
    elif kind == ASK_QUALIFY:
        settle_qualification(law, book, request, day)
    elif kind == ASK_REVOKE:
        settle_revocation(law, book, request, day)
    else:
        settle_prize(law, book, request, day)


def from_pool(law: Law, book: Book, pool: int, day: int, wanted: int) -> int:
    """Take from a shared pool in the period of ``day``; return what it gave."""
    limits = law.pools[pool]
    state = book.pools[pool]
    number = period_of(limits.period, day)
    if state.period != number:
        state.period = number
        state.used = 0
    left = limits.size - state.used
    granted = wanted
    if wanted > left:
        granted = 0
        if limits.excess == REDUCE:
            granted = left
    state.used += granted
    return granted


def takes_from_pool(book: Book, request: Request) -> bool:
    """Tell whether a request asks its pool at the day's end: its order stands, its account is open.

    Only events change that, so it is known before the day is settled.
    """
    if request.pool == NONE or book.members[request.member].status == CLOSED:
        return False
    return request.kind != ASK_BUDGET or _stands(book, request)


def _stands(book: Book, request: Request) -> bool:
    """Tell whether the order a budget was asked for is still the one that was placed."""
    order = book.orders[request.order]
    return order.status == PLACED and order.placed_by == request.ordinal


def _settle_budget(law: Law, book: Book, request: Request, day: int) -> None:
    """Award a campaign's extra as far as its budget goes. An order undone meanwhile gets none."""
    order = book.orders[request.order]
    order.requests -= 1
    campaign = law.campaigns[request.campaign]
    if order.placed_by == request.ordinal:
        order.asked -= 1
    granted = 0
    if takes_from_pool(book, request):
        granted = from_pool(law, book, request.pool, request.day, request.wanted)
    if campaign.limit_tokens != NONE and granted < request.wanted:
        terms = law.terms[order.terms]
        unused = granted - request.wanted
        count(
            book, terms, request.member, campaign.limit_counter, campaign.limit_period, request.day, unused
        )
    if granted == 0:
        return
    reason = AS_COMPUTED
    if granted < request.wanted:
        reason = CUT_BY_BUDGET
    award_on_order(law, book, request.order, day, granted, campaign.rule, reason)
    if law.terms[order.terms].clawback == BY_LINE:
        _spread(law, book, request, granted)
    settle_claw(law, book, request.order, day, RULE_RETURN)
    if len(book.standings) > 0:
        keep_standing(law, book, request.order, day)
        set_agenda(law, book, request.member)


def _spread(law: Law, book: Book, request: Request, tokens: int) -> None:
    """Split a granted extra over the order's lines on record, by cumulative value, exact in sum."""
    order = book.orders[request.order]
    terms = law.terms[order.terms]
    chosen = law.campaigns[request.campaign].category_set
    total = 0
    row = order.line_first
    while row != NONE:
        if in_categories(law, terms, chosen, book.lines[row].category):
            total += book.lines[row].amount
        row = book.lines[row].next
    seen = 0
    given = 0
    row = order.line_first
    while row != NONE and total > 0:
        line = book.lines[row]
        if in_categories(law, terms, chosen, line.category):
            seen += line.amount
            line.earned += tokens * seen // total - given
            given = tokens * seen // total
        row = line.next


def _settle_stock(law: Law, book: Book, request: Request, day: int) -> None:
    """Hand out an item while stock lasts; else the held tokens go back to their lots."""
    m = request.member
    item = law.items[request.item]
    if not takes_from_pool(book, request):
        post_pieces(book, m, day, HELD, EXPIRED, item.rule, ON_CLOSE, request.piece_first)
        return
    if from_pool(law, book, request.pool, request.day, 1) == 1:
        post_pieces(book, m, day, HELD, REDEEMED, item.rule, AS_COMPUTED, request.piece_first)
        hold_item(book, m, request.item, item, day)
        return
    return_pieces(
        book, m, day, item.tokens, HELD, item.rule, REFUSED_BY_STOCK, NONE, request.piece_first
    )
    if item.per_member_max != NONE:
        terms = law.terms[stretch_at(law, request.day)]
        count(book, terms, m, item.counter, item.per_member_period, request.day, -1)
