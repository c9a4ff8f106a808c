"""Lucky draws: who may enter, and what the winners get.

The law knows no chance. Whoever drives it ranks a draw's tickets by keyed hashes on the day of the
draw and hands the ranking in; the day's settlement pays the best ranks.
"""

from __future__ import annotations

from .codes import (
    APPLIED,
    AS_COMPUTED,
    ASK_PRIZE,
    BY_POST,
    BY_PURCHASE,
    CLOSED,
    DRAW_CLOSED,
    DRAW_ENTRY,
    DRAW_NOT_OPEN,
    ISSUE,
    LIMIT_REACHED,
    NO_CAUSE,
    NOT_BY_POST,
    NOTE_ENTERED,
    NOTE_LAPSED,
    NOTE_WITHDRAWN,
    NOTE_WON,
    POST_NOT_PUBLIC,
    TOO_FEW_TAGS,
    UNKNOWN_DRAW,
    WRONG_HASHTAG,
)
from .journal import note
from .lots import grant
from .records import NONE, Book, DrawTerms, Event, Law, Request
from .stretch import stretch_at


def entry_refusal(law: Law, book: Book, event: Event, day: int) -> int:
    """Return why a post does not enter a draw, APPLIED if it may."""
    if event.item == NONE:
        return UNKNOWN_DRAW
    draw = law.draws[event.item]
    if draw.entry != BY_POST:
        return NOT_BY_POST
    if event.day < draw.opens_day:
        return DRAW_NOT_OPEN
    if event.day >= draw.closes_day or _is_frozen(book, draw, day):
        return DRAW_CLOSED
    if draw.public == 1 and event.public == 0:
        return POST_NOT_PUBLIC
    if draw.hashtag != 0 and event.hashtag != draw.hashtag:
        return WRONG_HASHTAG
    if event.tags < draw.tags_min:
        return TOO_FEW_TAGS
    return APPLIED


def _is_frozen(book: Book, draw: DrawTerms, day: int) -> bool:
    """Tell whether a draw's entrants stand: on the member's day of posting, or the latest day anybody has seen."""
    return max(day, book.head[0].day) >= draw.closes_day


def enter(law: Law, book: Book, event: Event, day: int) -> int:
    """Give a post its ticket, unless the member has all that count."""
    if _give_ticket(law, book, event.item, event.member, NONE, day):
        return APPLIED
    return LIMIT_REACHED


def enter_otherwise(law: Law, book: Book, event: Event, kind: int, day: int) -> None:
    """Give tickets in the draws that are entered by an order or an enrolment on this day."""
    order = NONE
    if kind == BY_PURCHASE:
        order = book.orders[event.order].number
    for d in range(len(law.draws)):
        draw = law.draws[d]
        inside = draw.opens_day <= event.day < draw.closes_day
        if draw.entry == kind and inside and not _is_frozen(book, draw, day):
            _give_ticket(law, book, d, event.member, order, day)


def _give_ticket(law: Law, book: Book, d: int, m: int, order: int, day: int) -> bool:
    """Add a ticket to the member's; False where he has as many as count."""
    held = 0
    entry = 0
    last = NONE
    row = book.members[m].ticket_first
    while row != NONE:
        ticket = book.tickets[row]
        if ticket.draw == d:
            held += 1
            entry = max(entry, ticket.entry)
        last = row
        row = ticket.next
    if held >= law.draws[d].entries_max:
        return False
    head = book.head[0]
    row = head.ticket_free
    ticket = book.tickets[row]
    head.ticket_free = ticket.next
    head.ticket_spare -= 1
    ticket.draw = d
    ticket.member = m
    ticket.entry = entry + 1
    ticket.order = order
    ticket.event = head.cause
    ticket.ordinal = head.ordinal
    ticket.next = NONE
    if last == NONE:
        book.members[m].ticket_first = row
    else:
        book.tickets[last].next = row
    note(book, m, day, NOTE_ENTERED, NO_CAUSE, d, ticket.entry, NONE, 0, order)
    return True


def withdraw(law: Law, book: Book, m: int, order: int, day: int) -> None:
    """Take back the tickets an order brought in draws still open; for order NONE all tickets."""
    row = book.members[m].ticket_first
    while row != NONE:
        ticket = book.tickets[row]
        following = ticket.next
        chosen = order == NONE or ticket.order == order
        if chosen and not _is_frozen(book, law.draws[ticket.draw], day):
            note(book, m, day, NOTE_WITHDRAWN, NO_CAUSE, ticket.draw, ticket.entry, NONE, 0, ticket.order)
            _drop(book, row)
        row = following


def _drop(book: Book, row: int) -> None:
    """Take a ticket from its member and free it."""
    head = book.head[0]
    ticket = book.tickets[row]
    member = book.members[ticket.member]
    if member.ticket_first == row:
        member.ticket_first = ticket.next
    else:
        before = member.ticket_first
        while book.tickets[before].next != row:
            before = book.tickets[before].next
        book.tickets[before].next = ticket.next
    ticket.draw = NONE
    ticket.next = head.ticket_free
    head.ticket_free = row
    head.ticket_spare += 1


def next_draw(law: Law, book: Book) -> int:
    """Return the row of the draw held next, NONE when all have been."""
    if book.head[0].draws_done < len(law.draws):
        return book.head[0].draws_done
    return NONE


def hold_draw(law: Law, book: Book, ranked: list[int]) -> None:
    """Hold the next draw: propose a prize for each of the best ranks, and free all its tickets.

    ``ranked`` holds rows of tickets, best first, one a member; NONE for a ticket kept in another
    book. What is proposed is settled like everything else of the day.
    """
    head = book.head[0]
    d = head.draws_done
    draw = law.draws[d]
    head.day = max(head.day, draw.draws_day)
    for rank in range(min(len(ranked), draw.winners)):
        if ranked[rank] != NONE:
            _propose_prize(law, book, draw, d, ranked[rank], rank)
    for row in range(len(book.tickets)):
        if book.tickets[row].draw == d:
            _drop(book, row)
    head.draws_done += 1
    head.draw_due = 0


def _propose_prize(law: Law, book: Book, draw: DrawTerms, d: int, ticket_row: int, rank: int) -> None:
    head = book.head[0]
    ticket = book.tickets[ticket_row]
    request = book.requests[head.request_count]
    head.request_count += 1
    request.kind = ASK_PRIZE
    request.day = draw.draws_day
    request.second = 0
    request.type = DRAW_ENTRY
    request.number = ticket.event
    request.ordinal = ticket.ordinal
    request.member = ticket.member
    request.counterpart = NONE
    request.pool = NONE
    request.order = NONE
    request.campaign = NONE
    request.item = d
    request.rank = rank
    request.wanted = prize_of(law, draw, rank)
    request.piece_first = NONE


def prize_of(law: Law, draw: DrawTerms, rank: int) -> int:
    """Return the tokens of a rank, 0 beyond the prizes."""
    for row in range(draw.prize_first, draw.prize_first + draw.prize_count):
        if rank < law.prizes[row].upto:
            return law.prizes[row].tokens
    return 0


def settle_prize(law: Law, book: Book, request: Request, day: int) -> None:
    """Pay a winner. The prize of an account closed since lapses; nobody else moves up."""
    m = request.member
    draw = law.draws[request.item]
    if book.members[m].status == CLOSED:
        note(book, m, day, NOTE_LAPSED, NO_CAUSE, request.item, request.rank)
        return
    terms = law.terms[stretch_at(law, day)]
    grant(book, terms, m, day, day, ISSUE, request.wanted, draw.rule, AS_COMPUTED, NONE)
    note(book, m, day, NOTE_WON, NO_CAUSE, request.item, request.rank, NONE, request.wanted)
