"""One event in, entries and an outcome code out: the law's front door.

Order of precedence, published and tested: seen before; account closed; late; out of bounds; not
enrolled; before the programme; then the refusals of the event's own rule in the order its module
lists them. A refused event changes nothing but the member's clock and count.
"""

from __future__ import annotations

from .account import (
    adjust,
    adjustment_refusal,
    close,
    enrol,
    open_balance,
    opening_refusal,
    share,
    welcome,
)
from .agenda import set_agenda
from .clock import advance
from .codes import (
    ADJUST,
    APPLIED,
    AUTOMATIC,
    BEFORE_START,
    BY_EVENT,
    CANCEL,
    CLOSE,
    CLOSED,
    CONFLICT,
    DELIVER,
    DRAW_ENTRY,
    DUPLICATE,
    ENROL,
    ENROLLED,
    EXCHANGE,
    INVITE,
    LATE,
    MEMBER_CLOSED,
    NEW,
    NOT_ENROLLED,
    OPENING,
    ORDER,
    OUT_OF_BOUNDS,
    PROPOSED,
    REDEEM,
    REJECT,
    RETURN,
    SAME_PAYLOAD,
    USE,
)
from .draws import enter, entry_refusal
from .effects import after_closing, after_delivery, after_enrolment, after_order, after_undoing
from .exchange import drop_stale, exchange, exchange_refusal, use_holding, use_refusal
from .orders import deliver, delivery_refusal, place, placing_refusal
from .privileges import learn_birthday
from .records import Book, Event, EventLine, Law, Terms
from .redemption import redeem, redemption_refusal
from .referral import invitation_refusal, invite
from .returns import cancel, cancel_refusal, is_unlinked, return_refusal, take_return, takes_unlinked
from .stretch import stretch_at


def apply(law: Law, book: Book, event: Event, lines: list[EventLine]) -> int:
    """Apply one event to the book; return its outcome (codes.OUTCOMES). Never raises on data.

    The caller has settled earlier days and has room in the book for what one event may write.
    """
    head = book.head[0]
    head.desired = 0
    head.applied = 0
    head.proposed = 0
    if event.prior != NEW:
        if event.prior == SAME_PAYLOAD:
            return DUPLICATE
        return CONFLICT
    _begin(book, event)
    member = book.members[event.member]
    terms = law.terms[stretch_at(law, event.day)]
    refusal = _general_refusal(terms, book, event)
    if refusal != APPLIED:
        return refusal
    day = event.day
    if day < member.clock_day:
        day = member.clock_day
    advance(law, book, event.member, day)
    hindrance = _admission(law, terms, book, event)
    if hindrance == APPLIED:
        refusal = _refusal(law, book, event, lines, day)
        if refusal != APPLIED:
            return refusal
    if terms.enrolment == AUTOMATIC and event.type != ENROL and enrol(book, event.member, day) == APPLIED:
        after_enrolment(law, terms, book, event, day)
    if event.type != ENROL and event.type != CLOSE:
        welcome(terms, book, event, day)
    if hindrance != APPLIED:
        return hindrance
    head.entry_mark = head.entry_count
    outcome = _perform(law, terms, book, event, lines, day)
    if outcome <= PROPOSED and event.type != ENROL and event.type != OPENING:
        member.active = 1
    advance(law, book, event.member, day)
    return outcome


def _begin(book: Book, event: Event) -> None:
    """Number the event within its member."""
    head = book.head[0]
    member = book.members[event.member]
    member.events += 1
    if head.day < event.day:
        head.day = event.day
    head.cause = event.number
    head.ordinal = member.events


def _general_refusal(terms: Terms, book: Book, event: Event) -> int:
    """Return what refuses an event whatever its type, APPLIED if nothing does."""
    member = book.members[event.member]
    if member.status == CLOSED:
        return MEMBER_CLOSED
    if event.day < member.clock_day and terms.late == REJECT:
        return LATE
    if event.amount < 0 or event.amount > terms.amount_max:
        return OUT_OF_BOUNDS
    if event.discount < 0 or event.discount > event.amount:
        return OUT_OF_BOUNDS
    if abs(event.tokens) > terms.tokens_max:
        return OUT_OF_BOUNDS
    return APPLIED


def _admission(law: Law, terms: Terms, book: Book, event: Event) -> int:
    """Return why an event has no effect yet: not enrolled, or before the programme."""
    kind = event.type
    if terms.enrolment == BY_EVENT and kind != ENROL and kind != OPENING:
        if book.members[event.member].status != ENROLLED:
            return NOT_ENROLLED
    if event.day >= terms.starts_day or kind == ENROL or kind == OPENING:
        return APPLIED
    if kind == RETURN and not takes_unlinked(law, book, event):
        return APPLIED
    if kind == ORDER or kind == DELIVER or kind == CANCEL:
        return APPLIED
    return BEFORE_START


def _refusal(law: Law, book: Book, event: Event, lines: list[EventLine], day: int) -> int:
    """Ask the event's own rule whether it refuses."""
    kind = event.type
    if kind == ORDER:
        return placing_refusal(book, event)
    if kind == DELIVER:
        return delivery_refusal(book, event)
    if kind == RETURN:
        return return_refusal(law, book, event, lines)
    if kind == REDEEM:
        return redemption_refusal(law, book, event)
    if kind == EXCHANGE:
        return exchange_refusal(law, book, event, day)
    if kind == USE:
        return use_refusal(law, book, event, lines)
    if kind == CANCEL:
        return cancel_refusal(book, event)
    if kind == ADJUST:
        return adjustment_refusal(book, event)
    if kind == OPENING:
        return opening_refusal(book, event)
    if kind == INVITE:
        return invitation_refusal(law, event)
    if kind == DRAW_ENTRY:
        return entry_refusal(law, book, event, day)
    return APPLIED


def _perform(law: Law, terms: Terms, book: Book, event: Event, lines: list[EventLine], day: int) -> int:
    """Carry out an event that nothing refuses."""
    kind = event.type
    if kind == ORDER or kind == DELIVER or kind == RETURN or kind == CANCEL:
        return _perform_on_order(law, terms, book, event, lines, day)
    if kind == REDEEM:
        return redeem(law, book, event, day)
    if kind == EXCHANGE:
        drop_stale(book, event.member, day)
        return exchange(law, book, event, day)
    if kind == USE:
        return use_holding(law, book, event)
    if kind == INVITE:
        return invite(terms, book, event, day)
    if kind == DRAW_ENTRY:
        return enter(law, book, event, day)
    return _perform_on_account(law, terms, book, event, day)


def _perform_on_order(
    law: Law, terms: Terms, book: Book, event: Event, lines: list[EventLine], day: int
) -> int:
    """Carry out what befalls an order, then what that means beyond its tokens."""
    kind = event.type
    if kind == ORDER:
        outcome = place(law, book, event, lines, day)
        after_order(law, book, event, day)
        return outcome
    if kind == DELIVER:
        outcome = deliver(law, book, event, day)
        if outcome == APPLIED:
            after_delivery(law, terms, book, event, day)
        return outcome
    if kind == CANCEL:
        outcome = cancel(law, book, event, day)
        after_undoing(law, book, event, day)
        return outcome
    outcome = take_return(law, book, event, lines, day)
    if not is_unlinked(book, event):
        after_undoing(law, book, event, day)
    return outcome


def _perform_on_account(law: Law, terms: Terms, book: Book, event: Event, day: int) -> int:
    """Carry out what concerns the account itself."""
    kind = event.type
    if kind == ADJUST:
        return adjust(terms, book, event, day)
    if kind == OPENING:
        return open_balance(terms, book, event, day)
    if kind == CLOSE:
        outcome = close(book, event.member, day)
        after_closing(law, book, event.member, day)
        return outcome
    if kind == ENROL:
        return _perform_enrolment(law, terms, book, event, day)
    return share(terms, book, event, day)


def _perform_enrolment(law: Law, terms: Terms, book: Book, event: Event, day: int) -> int:
    """Enrol a member, or learn what an enrolment tells of one who already is."""
    outcome = enrol(book, event.member, day)
    if outcome == APPLIED:
        after_enrolment(law, terms, book, event, day)
    elif len(book.standings) > 0:
        learn_birthday(book, event, day)
        set_agenda(law, book, event.member)
    welcome(terms, book, event, day)
    return outcome
