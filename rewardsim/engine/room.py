"""Room: whether the book has rows for the most that one event, or one request, can write.

The loop asks before it acts, so that rules never have to. What is counted here is generous, never short.
As looking at every table takes as long as a small rule, one look does for many events, each of which
takes away the most it can need of any table.
"""

from __future__ import annotations

from rewardsim.rules.codes import ASK_ACCEPT, ASK_INVITE, ASK_QUALIFY, ASK_REVOKE, ASK_STOCK
from rewardsim.rules.records import NONE, Book, Event, Law, Request
from rewardsim.rules.terms import REFERRAL_LEVELS_MAX


def has_room(law: Law, book: Book, m: int, day: int, line_count: int, row: int) -> bool:
    """Tell whether one event of a member has room; ``row`` is the order it may undo, else NONE."""
    head = book.head[0]
    pieces = 0
    if row != NONE:
        pieces = _length(book, book.orders[row].piece_first)
    asked = len(law.campaigns) + 3
    steps = _agenda_steps(book, m, day)
    return (
        _rows_left(book, _lots(book, m) + asked + pieces, book.members[m].order_count, steps)
        and head.line_spare >= line_count
        and head.order_spare >= 1
        and head.holding_spare >= 1
        and head.deed_spare >= 1
        and head.ticket_spare >= len(law.draws)
        and len(book.notes) - head.note_count > steps + 2 * len(law.draws) + _tickets_held(book, m) + 6
        and len(book.requests) - head.request_count > asked
    )


def left_after(law: Law, book: Book, event: Event, row: int, free: int) -> int:
    """Return how many of the rows known to be ``free`` are left after one event; negative where it has no room.

    ``row`` is the order it may undo, else NONE. Every table is looked at only where ``free`` does not do.
    """
    member = book.members[event.member]
    lots = member.lot_count + member.order_count + len(law.campaigns) + 7
    needed = 4 * lots + 2 * member.order_count + 2 * len(law.draws) + event.line_count + 8
    plain = member.agenda_day > event.day and member.ticket_first == NONE and row == NONE
    if plain and needed <= free:
        return free - needed
    if not has_room(law, book, event.member, event.day, event.line_count, row):
        return -1
    if not plain:
        return 0
    return max(0, rows_free(law, book) - needed)


def rows_free(law: Law, book: Book) -> int:
    """Return how many rows every table has at least that an event may write into."""
    head = book.head[0]
    free = min(head.lot_spare, head.piece_spare, head.line_spare, head.order_spare, head.holding_spare)
    free = min(free, len(book.entries) - head.entry_count, len(book.requests) - head.request_count)
    draws, tiers = len(law.draws) > 0, len(book.standings) > 0
    if draws:
        free = min(free, head.ticket_spare)
    if tiers:
        free = min(free, head.deed_spare)
    if draws or tiers or len(book.ties) > 0:
        free = min(free, len(book.notes) - head.note_count)
    return free


def room_to_settle(law: Law, book: Book, request: Request) -> bool:
    """Tell whether one request has room; a referral touches the friend and those above him."""
    if request.member == NONE:
        return True
    day = book.head[0].day + 1
    if not has_room(law, book, request.member, day, 0, request.order):
        return False
    if request.kind == ASK_STOCK:
        return _room_for_pieces(book, request.piece_first)
    if request.kind in (ASK_INVITE, ASK_ACCEPT, ASK_QUALIFY, ASK_REVOKE):
        return _room_for_friends(book, request, day)
    return True


def _room_for_friends(book: Book, request: Request, day: int) -> bool:
    """Look at the friend, the member he names or is named by, and the referrers above."""
    friend = request.member
    above = book.ties[friend].referrer
    if request.counterpart != NONE:
        above = request.counterpart
    if request.kind == ASK_INVITE:
        friend, above = request.counterpart, request.member
    lots = _lots(book, friend)
    orders = book.members[friend].order_count
    steps = _agenda_steps(book, friend, day)
    for _ in range(REFERRAL_LEVELS_MAX):
        if above != NONE:
            lots += _lots(book, above)
            orders += book.members[above].order_count
            steps += _agenda_steps(book, above, day)
            above = book.ties[above].referrer
    head = book.head[0]
    return (
        _rows_left(book, lots, orders, steps)
        and head.reward_spare > REFERRAL_LEVELS_MAX
        and len(book.notes) - head.note_count > steps + 2 * REFERRAL_LEVELS_MAX + 2
    )


def _rows_left(book: Book, lots: int, orders: int, steps: int) -> bool:
    """Tell whether so many lots may open, close and be posted, and as many pieces be made."""
    head = book.head[0]
    lots += steps
    return (
        len(book.entries) - head.entry_count > 4 * lots + 2 * orders
        and head.lot_spare >= lots
        and head.piece_spare >= lots
    )


def _lots(book: Book, m: int) -> int:
    """Return how many lots of a member one event may touch: those open, those his orders become."""
    member = book.members[m]
    return member.lot_count + member.order_count + 4


def _agenda_steps(book: Book, m: int, day: int) -> int:
    """Return how many things of a member's agenda may fall due up to a day.

    Reviews are a month apart at least, and each may begin a grace that ends before the next.
    """
    due_day = book.members[m].agenda_day
    if due_day > day:
        return 0
    waiting = 0
    if len(book.ties) > 0:
        waiting = book.ties[m].due_count
    return (day - due_day) // 7 + 4 + waiting


def _tickets_held(book: Book, m: int) -> int:
    """Return how many tickets a member holds; a closing account notes that it withdraws them."""
    count = 0
    row = book.members[m].ticket_first
    while row != NONE:
        count += 1
        row = book.tickets[row].next
    return count


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
