"""The account itself: enrolment and welcome, shares, adjustments, opening balances, closing."""

from __future__ import annotations

from .award import void
from .codes import (
    ADJUSTED,
    AFTER_END,
    ALREADY_ENROLLED,
    APPLIED,
    AS_COMPUTED,
    AVAILABLE,
    CLOSED,
    DEBT,
    ENROLLED,
    EXPIRED,
    INSUFFICIENT_TOKENS,
    ISSUE,
    LIMIT_REACHED,
    NOTHING_EARNED,
    ON_CLOSE,
    OPENING_NOT_FIRST,
    RULE_ADJUST,
    RULE_CLOSE,
    RULE_OFF,
    RULE_OPENING,
    RULE_SHARE,
    RULE_WELCOME,
)
from .counters import count, used
from .exchange import release_holding
from .ledger import post, post_lot
from .lots import credit, grant, slide_lots, take
from .pieces import drop_pieces, take_tokens
from .records import NONE, Book, Event, Terms

SHARE_SLOT = 1  # the member's counter of rewarded shares


def enrol(book: Book, m: int, day: int) -> int:
    """Enrol a member; ALREADY_ENROLLED is no effect."""
    member = book.members[m]
    if member.status == ENROLLED:
        return ALREADY_ENROLLED
    member.status = ENROLLED
    member.enrolled_day = day
    return APPLIED


def welcome(terms: Terms, book: Book, event: Event, day: int) -> None:
    """Pay the welcome reward once, at the first event of an enrolled member within the programme."""
    member = book.members[event.member]
    if member.welcomed == 1 or member.status != ENROLLED or event.day < terms.starts_day:
        return
    member.welcomed = 1
    if terms.welcome_tokens > 0 and event.day < terms.ends_day:
        grant(book, terms, event.member, day, day, ISSUE, terms.welcome_tokens, RULE_WELCOME, AS_COMPUTED, NONE)


def share(terms: Terms, book: Book, event: Event, day: int) -> int:
    """Reward a share within its limit."""
    if terms.share_tokens == 0:
        return RULE_OFF
    if event.day >= terms.ends_day:
        return AFTER_END
    head = book.head[0]
    head.desired += terms.share_tokens
    if terms.share_limit != NONE:
        if used(book, terms, event.member, SHARE_SLOT, terms.share_period, day) >= terms.share_limit:
            return LIMIT_REACHED
        count(book, terms, event.member, SHARE_SLOT, terms.share_period, day, 1)
    grant(book, terms, event.member, day, day, ISSUE, terms.share_tokens, RULE_SHARE, AS_COMPUTED, NONE)
    head.applied += terms.share_tokens
    return APPLIED


def adjustment_refusal(book: Book, event: Event) -> int:
    """Return why an adjustment cannot be made, APPLIED if it can."""
    if event.tokens < 0 and book.members[event.member].available < -event.tokens:
        return INSUFFICIENT_TOKENS
    return APPLIED


def adjust(terms: Terms, book: Book, event: Event, day: int) -> int:
    """Credit or debit tokens by hand. Refusals have been ruled out."""
    if event.tokens == 0:
        return NOTHING_EARNED
    head = book.head[0]
    head.desired += abs(event.tokens)
    head.applied += abs(event.tokens)
    if event.tokens > 0:
        grant(book, terms, event.member, day, day, ADJUSTED, event.tokens, RULE_ADJUST, AS_COMPUTED, NONE)
        return APPLIED
    slide_lots(book, event.member, day)
    pieces = take_tokens(
        book, event.member, day, -event.tokens, terms.consumption, ADJUSTED, RULE_ADJUST, NONE, NONE
    )
    drop_pieces(book, pieces, -event.tokens)
    return APPLIED


def opening_refusal(book: Book, event: Event) -> int:
    """Return why an opening balance cannot be taken, APPLIED if it can."""
    if book.members[event.member].active == 1:
        return OPENING_NOT_FIRST
    return APPLIED


def open_balance(terms: Terms, book: Book, event: Event, day: int) -> int:
    """Bring in a balance from elsewhere, with its own expiry where one is given."""
    if event.tokens <= 0:
        return NOTHING_EARNED
    head = book.head[0]
    head.desired += event.tokens
    head.applied += event.tokens
    m = event.member
    if event.expiry_day != NONE:
        credit(book, m, day, ADJUSTED, event.tokens, event.expiry_day, 0, RULE_OPENING, AS_COMPUTED, NONE)
    else:
        grant(book, terms, m, day, day, ADJUSTED, event.tokens, RULE_OPENING, AS_COMPUTED, NONE)
    return APPLIED


def close(book: Book, m: int, day: int) -> int:
    """Close an account: everything it holds is forfeited, what it owes is written off.

    Held tokens follow when the day's requests are settled.
    """
    member = book.members[m]
    while member.lot_first != NONE:
        lot = book.lots[member.lot_first]
        serial, expiry_day, tokens = lot.serial, lot.expiry_day, lot.tokens
        take(book, m, member.lot_first, tokens)
        post_lot(book, m, day, AVAILABLE, EXPIRED, tokens, RULE_CLOSE, ON_CLOSE, NONE, serial, expiry_day)
    while member.order_first != NONE:
        void(book, member.order_first, day, EXPIRED, RULE_CLOSE, ON_CLOSE)
    post(book, m, day, ADJUSTED, DEBT, member.debt, RULE_CLOSE, ON_CLOSE, NONE)
    while member.holding_first != NONE:
        release_holding(book, m, member.holding_first)
    member.status = CLOSED
    return APPLIED
