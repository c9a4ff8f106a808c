"""Exchange of tokens for coupons and codes, and their use.

What has a stock is asked for during the day, with the tokens held, and granted at its end.
"""

from __future__ import annotations

from .codes import (
    APPLIED,
    ASK_STOCK,
    CATEGORY_NOT_ELIGIBLE,
    HELD,
    IN_DEBT,
    INSUFFICIENT_TOKENS,
    ITEM_LIMIT,
    ITEM_NOT_OFFERED,
    NO_VALID_COUPON,
    NOT_TRANSFERABLE,
    PROPOSED,
    REDEEMED,
    UNKNOWN_ITEM,
)
from .counters import count, used
from .earning import in_categories
from .lots import slide_lots
from .pieces import drop_pieces, take_tokens
from .records import NEVER, NONE, Book, Event, EventLine, Item, Law
from .requests import new_request
from .stretch import stretch_at


def exchange_refusal(law: Law, book: Book, event: Event, day: int) -> int:
    """Return why an exchange cannot be made, APPLIED if it can."""
    if event.item == NONE:
        return UNKNOWN_ITEM
    item = law.items[event.item]
    if event.day < item.from_day or event.day >= item.to_day:
        return ITEM_NOT_OFFERED
    terms = law.terms[stretch_at(law, event.day)]
    if item.per_member_max != NONE:
        taken = used(book, terms, event.member, item.counter, item.per_member_period, day)
        if taken >= item.per_member_max:
            return ITEM_LIMIT
    if book.members[event.member].debt > 0:
        return IN_DEBT
    if book.members[event.member].available < item.tokens:
        return INSUFFICIENT_TOKENS
    return APPLIED


def exchange(law: Law, book: Book, event: Event, day: int) -> int:
    """Spend tokens on an item, or hold them until the stock is settled. Refusals have been ruled out."""
    terms = law.terms[stretch_at(law, event.day)]
    item = law.items[event.item]
    head = book.head[0]
    head.desired += item.tokens
    if item.per_member_max != NONE:
        count(book, terms, event.member, item.counter, item.per_member_period, day, 1)
    slide_lots(book, event.member, day)
    target = REDEEMED
    if item.pool != NONE:
        target = HELD
    pieces = take_tokens(
        book, event.member, day, item.tokens, terms.consumption, target, item.rule, NONE, NONE
    )
    if item.pool == NONE:
        drop_pieces(book, pieces, item.tokens)
        hold_item(book, event.member, event.item, item, day)
        head.applied += item.tokens
        return APPLIED
    request = new_request(book, day, event)
    request.kind = ASK_STOCK
    request.pool = item.pool
    request.item = event.item
    request.wanted = 1
    request.piece_first = pieces
    head.proposed += item.tokens
    return PROPOSED


def hold_item(book: Book, m: int, row: int, item: Item, day: int) -> None:
    """Put a coupon or code into a member's hands."""
    head = book.head[0]
    at = head.holding_free
    holding = book.holdings[at]
    head.holding_free = holding.next
    head.holding_spare -= 1
    holding.kind = item.kind
    holding.item = row
    holding.expiry_day = NEVER
    if item.valid_days != NONE:
        holding.expiry_day = day + item.valid_days
    holding.next = book.members[m].holding_first
    book.members[m].holding_first = at


def valid_holding(law: Law, book: Book, event: Event) -> int:
    """Return the valid holding of the item's kind that ends first, NONE without."""
    best = NONE
    row = book.members[event.member].holding_first
    while row != NONE:
        holding = book.holdings[row]
        if holding.kind == law.items[event.item].kind and event.day < holding.expiry_day:
            if best == NONE or holding.expiry_day <= book.holdings[best].expiry_day:
                best = row
        row = holding.next
    return best


def use_refusal(law: Law, book: Book, event: Event, lines: list[EventLine]) -> int:
    """Return why a coupon or code cannot be used, APPLIED if it can."""
    if event.item == NONE:
        return UNKNOWN_ITEM
    row = valid_holding(law, book, event)
    if row == NONE:
        return NO_VALID_COUPON
    item = law.items[book.holdings[row].item]
    if event.counterpart != NONE and event.counterpart != event.member and item.transferable == 0:
        return NOT_TRANSFERABLE
    terms = law.terms[stretch_at(law, event.day)]
    for k in range(event.line_first, event.line_first + event.line_count):
        if in_categories(law, terms, item.category_set, lines[k].category):
            return APPLIED
    return CATEGORY_NOT_ELIGIBLE


def use_holding(law: Law, book: Book, event: Event) -> int:
    """Take a used coupon or code out of the member's hands. Refusals have been ruled out."""
    release_holding(book, event.member, valid_holding(law, book, event))
    return APPLIED


def drop_stale(book: Book, m: int, day: int) -> None:
    """Forget holdings that can no longer be used."""
    row = book.members[m].holding_first
    while row != NONE:
        following = book.holdings[row].next
        if book.holdings[row].expiry_day <= day:
            release_holding(book, m, row)
        row = following


def release_holding(book: Book, m: int, row: int) -> None:
    """Unlink a holding and free its row."""
    head = book.head[0]
    member = book.members[m]
    following = book.holdings[row].next
    if member.holding_first == row:
        member.holding_first = following
    else:
        at = member.holding_first
        while book.holdings[at].next != row:
            at = book.holdings[at].next
        book.holdings[at].next = following
    book.holdings[row].next = head.holding_free
    head.holding_free = row
    head.holding_spare += 1
