"""Redemption at checkout: tokens as part of the price of the next order.

Clamps in order: request, balance, share of the order, whole steps, minimum.
"""

from __future__ import annotations

from .arithmetic import share_of
from .codes import (
    APPLIED,
    APPLIED_IN_PART,
    BELOW_REDEMPTION_MINIMUM,
    BEYOND_ORDER_SHARE,
    IN_DEBT,
    INSUFFICIENT_TOKENS,
    ORDER_EXISTS,
    OTHER_MEMBERS_ORDER,
    PLACED,
    REDEEMED,
    REDEMPTION_OFF,
    REJECT,
    RULE_REDEMPTION,
    UNKNOWN_ORDER,
)
from .lots import slide_lots
from .pieces import take_tokens
from .records import NONE, Book, Event, Law, Terms
from .stretch import stretch_at


def redemption_refusal(law: Law, book: Book, event: Event) -> int:
    """Return why nothing can be redeemed, APPLIED if something can."""
    terms = law.terms[stretch_at(law, event.day)]
    if terms.redeem_on == 0:
        return REDEMPTION_OFF
    if event.order == NONE:
        return UNKNOWN_ORDER
    order = book.orders[event.order]
    if order.member != NONE and order.member != event.member:
        return OTHER_MEMBERS_ORDER
    if order.status == PLACED:
        return ORDER_EXISTS
    member = book.members[event.member]
    if member.debt > 0:
        return IN_DEBT
    if member.available < terms.redeem_min or member.available == 0:
        return INSUFFICIENT_TOKENS
    if terms.redeem_excess == REJECT:
        if event.tokens > member.available:
            return INSUFFICIENT_TOKENS
        if event.tokens > tokens_that_fit(terms, event.amount, order.spent_value):
            return BEYOND_ORDER_SHARE
    tokens = redeemable(terms, event.tokens, member.available, event.amount, order.spent_value)
    if tokens < terms.redeem_min or tokens == 0:
        return BELOW_REDEMPTION_MINIMUM
    return APPLIED


def tokens_that_fit(terms: Terms, amount: int, spent_value: int) -> int:
    """Return how many tokens the rest of an order's redeemable share can take."""
    room = max(0, share_of(amount, terms.redeem_share_bp) - spent_value)
    return room * terms.redeem_value_den // terms.redeem_value_num


def redeemable(terms: Terms, wanted: int, available: int, amount: int, spent_value: int) -> int:
    """Return the tokens applied to a request, before the minimum is asked."""
    tokens = min(max(0, wanted), available)
    tokens = min(tokens, tokens_that_fit(terms, amount, spent_value))
    return tokens // terms.redeem_step * terms.redeem_step


def redeem(law: Law, book: Book, event: Event, day: int) -> int:
    """Redeem tokens on an order still to be placed. Refusals have been ruled out."""
    terms = law.terms[stretch_at(law, event.day)]
    order = book.orders[event.order]
    member = book.members[event.member]
    tokens = redeemable(terms, event.tokens, member.available, event.amount, order.spent_value)
    order.member = event.member
    slide_lots(book, event.member, day)
    order.piece_first = take_tokens(
        book, event.member, day, tokens, terms.consumption, REDEEMED, RULE_REDEMPTION, order.number, order.piece_first
    )
    order.spent += tokens
    order.spent_value += tokens * terms.redeem_value_num // terms.redeem_value_den
    book.head[0].desired += event.tokens
    book.head[0].applied += tokens
    if tokens < event.tokens:
        return APPLIED_IN_PART
    return APPLIED
