"""Lots: available tokens by expiry, as a list sorted by (expiry day, serial).

Grants of equal expiry share a lot, and so do sliding grants of equal slide; what an undone
redemption puts back returns under its old serial.
"""

from __future__ import annotations

from .calendar import expiry_of, slid, slide_of
from .codes import (
    ABSORBED_BY_DEBT,
    AS_COMPUTED,
    AVAILABLE,
    DEBT,
    EXPIRED,
    OLDEST_FIRST,
    RULE_EXPIRY,
)
from .ledger import post, post_lot
from .records import NONE, Book, Member, Terms


def grant(
    book: Book,
    terms: Terms,
    m: int,
    day: int,
    counted_from: int,
    source: int,
    tokens: int,
    rule: int,
    reason: int,
    order: int,
) -> int:
    """Credit tokens whose expiry the terms decide; return the lot's serial, NONE if debt took all.

    A grant is an activity: it moves the member's sliding lots.
    """
    slide_lots(book, m, day)
    return credit(
        book, m, day, source, tokens, expiry_of(terms, counted_from), slide_of(terms), rule, reason, order
    )


def credit(
    book: Book,
    m: int,
    day: int,
    source: int,
    tokens: int,
    expiry_day: int,
    slide: int,
    rule: int,
    reason: int,
    order: int,
) -> int:
    """Credit tokens of a given expiry; debt is absorbed first."""
    member = book.members[m]
    rest = tokens - absorb(book, m, day, source, tokens, rule, order)
    if rest <= 0:
        return NONE
    if slide != 0:
        expiry_day = slid(day, slide)
    row = _shared_lot(book, member, expiry_day, slide)
    if row == NONE:
        row = _open_lot(book, member, member.lots_made, expiry_day, slide)
        member.lots_made += 1
    book.lots[row].tokens += rest
    post_lot(book, m, day, source, AVAILABLE, rest, rule, reason, order, book.lots[row].serial, expiry_day)
    return book.lots[row].serial


def absorb(book: Book, m: int, day: int, source: int, tokens: int, rule: int, order: int) -> int:
    """Let a credit pay the member's debt first; return how much of it went there."""
    if book.members[m].debt == 0:
        return 0
    absorbed = min(book.members[m].debt, tokens)
    post(book, m, day, source, DEBT, absorbed, rule, ABSORBED_BY_DEBT, order)
    return absorbed


def put_back(book: Book, m: int, serial: int, expiry_day: int, slide: int, tokens: int) -> int:
    """Return tokens to the lot they came from, reopening it where it had closed; return its row."""
    member = book.members[m]
    row = lot_of_serial(book, member, serial)
    if row == NONE:
        row = _open_lot(book, member, serial, expiry_day, slide)
    book.lots[row].tokens += tokens
    return row


def next_lot(book: Book, member: Member, consumption: int) -> int:
    """Return the row of the lot to consume next, NONE where none is open."""
    row = member.lot_first
    if consumption != OLDEST_FIRST:
        return row
    best = row
    while row != NONE:
        if book.lots[row].serial < book.lots[best].serial:
            best = row
        row = book.lots[row].next
    return best


def take(book: Book, m: int, row: int, tokens: int) -> int:
    """Take up to ``tokens`` from one lot, closing it at 0; return how many were taken."""
    lot = book.lots[row]
    taken = min(tokens, lot.tokens)
    lot.tokens -= taken
    if lot.tokens == 0:
        _unlink(book, book.members[m], row)
        _free(book, row)
    return taken


def lot_of_serial(book: Book, member: Member, serial: int) -> int:
    """Return the row of an open lot by its serial, NONE where it has closed."""
    row = member.lot_first
    while row != NONE and book.lots[row].serial != serial:
        row = book.lots[row].next
    return row


def expire_first(book: Book, m: int, day: int) -> None:
    """Post what remains in the first lot as expired and close it."""
    row = book.members[m].lot_first
    lot = book.lots[row]
    serial, expiry_day, tokens = lot.serial, lot.expiry_day, lot.tokens
    take(book, m, row, tokens)
    post_lot(book, m, day, AVAILABLE, EXPIRED, tokens, RULE_EXPIRY, AS_COMPUTED, NONE, serial, expiry_day)


def slide_lots(book: Book, m: int, day: int) -> None:
    """An activity moves the expiry of every sliding lot."""
    member = book.members[m]
    if member.sliding_count == 0:
        return
    # Moved lots are set aside first, so that each is met once.
    moved = NONE
    row = member.lot_first
    while row != NONE:
        following = book.lots[row].next
        if book.lots[row].slide != 0:
            _unlink(book, member, row)
            book.lots[row].next = moved
            moved = row
        row = following
    while moved != NONE:
        following = book.lots[moved].next
        book.lots[moved].expiry_day = slid(day, book.lots[moved].slide)
        _link(book, member, moved)
        moved = following


def _shared_lot(book: Book, member: Member, expiry_day: int, slide: int) -> int:
    """Return the youngest open lot a grant joins: of equal fixed expiry, or of equal slide."""
    row = member.lot_last
    if row != NONE and slide == 0:
        last = book.lots[row]
        if expiry_day > last.expiry_day:
            return NONE
        if expiry_day == last.expiry_day and last.slide == 0:
            return row
    found = NONE
    row = member.lot_first
    while row != NONE:
        lot = book.lots[row]
        if lot.slide == slide and (slide != 0 or lot.expiry_day == expiry_day):
            if found == NONE or lot.serial > book.lots[found].serial:
                found = row
        row = lot.next
    return found


def _open_lot(book: Book, member: Member, serial: int, expiry_day: int, slide: int) -> int:
    """Take a free row, fill it with an empty lot and link it in."""
    head = book.head[0]
    row = head.lot_free
    lot = book.lots[row]
    head.lot_free = lot.next
    head.lot_spare -= 1
    lot.serial = serial
    lot.tokens = 0
    lot.expiry_day = expiry_day
    lot.slide = slide
    _link(book, member, row)
    return row


def _free(book: Book, row: int) -> None:
    head = book.head[0]
    book.lots[row].next = head.lot_free
    head.lot_free = row
    head.lot_spare += 1


def _link(book: Book, member: Member, row: int) -> None:
    """Insert a lot in order of (expiry day, serial); most belong at the end."""
    lots = book.lots
    lot = lots[row]
    member.lot_count += 1
    if lot.slide != 0:
        member.sliding_count += 1
    before = NONE
    after = member.lot_first
    if member.lot_last != NONE and not _precedes(book, row, member.lot_last):
        before = member.lot_last
        after = NONE
    while after != NONE and not _precedes(book, row, after):
        before = after
        after = lots[after].next
    lot.next = after
    if before == NONE:
        member.lot_first = row
    else:
        lots[before].next = row
    if after == NONE:
        member.lot_last = row


def _precedes(book: Book, a: int, b: int) -> bool:
    x = book.lots[a]
    y = book.lots[b]
    return x.expiry_day < y.expiry_day or (x.expiry_day == y.expiry_day and x.serial < y.serial)


def _unlink(book: Book, member: Member, row: int) -> None:
    lots = book.lots
    before = NONE
    at = member.lot_first
    while at != row:
        before = at
        at = lots[at].next
    after = lots[row].next
    if before == NONE:
        member.lot_first = after
    else:
        lots[before].next = after
    if after == NONE:
        member.lot_last = before
    member.lot_count -= 1
    if lots[row].slide != 0:
        member.sliding_count -= 1
