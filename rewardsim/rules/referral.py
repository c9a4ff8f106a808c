"""Referral, as far as it concerns one member alone: inviting, enrolling by invitation, qualifying.

What concerns two members is only asked for here; the day's end decides (``friends``).
"""

from __future__ import annotations

from .codes import (
    APPLIED,
    ASK_ACCEPT,
    ASK_INVITE,
    ASK_QUALIFY,
    ASK_REVOKE,
    ASKED,
    BY_ENROLMENT,
    ENROL,
    FAILED,
    LINKED,
    NO_CAUSE,
    NO_FRIEND,
    NOT_REFERRED,
    NOTE_REFUSED,
    PROPOSED,
    REFERRAL_NOT_STARTED,
    REFERRAL_OVER,
    RULE_OFF,
    SELF_REFERRAL,
    WHY_NOT_STARTED,
    WHY_OVER,
    WHY_SELF,
)
from .journal import note
from .paid import left_to_pay
from .records import NEVER, NONE, Book, Event, Law, Terms
from .requests import new_request
from .stretch import stretch_at


def invitation_refusal(law: Law, event: Event) -> int:
    """Return why nobody can be invited by this event, APPLIED if somebody can."""
    terms = law.terms[stretch_at(law, event.day)]
    if terms.referral_from == NEVER:
        return APPLIED
    if event.day < terms.referral_from:
        return REFERRAL_NOT_STARTED
    if event.day >= terms.referral_to:
        return REFERRAL_OVER
    if event.counterpart == NONE:
        return NO_FRIEND
    if event.counterpart == event.member:
        return SELF_REFERRAL
    return APPLIED


def invite(terms: Terms, book: Book, event: Event, day: int) -> int:
    """Ask for an invitation. Refusals have been ruled out."""
    if terms.referral_from == NEVER:
        return RULE_OFF
    _ask(book, event, day, ASK_INVITE, event.counterpart)
    return PROPOSED


def enrol_by_invitation(terms: Terms, book: Book, event: Event, day: int) -> None:
    """Ask for the bond between a member just enrolled and who brought him: named, or inviting."""
    if terms.referral_from == NEVER:
        return
    m = event.member
    tie = book.ties[m]
    tie.enrolled_second = event.second
    referrer = tie.invited_by
    if event.type == ENROL and event.counterpart != NONE:
        referrer = event.counterpart
    if referrer == NONE:
        return
    cause = NO_CAUSE
    if referrer == m:
        cause = WHY_SELF
    elif event.day < terms.referral_from:
        cause = WHY_NOT_STARTED
    elif event.day >= terms.referral_to:
        cause = WHY_OVER
    if cause != NO_CAUSE:
        tie.state = FAILED
        note(book, m, day, NOTE_REFUSED, cause, NONE, NONE, referrer)
        return
    tie.state = ASKED
    _ask(book, event, day, ASK_ACCEPT, referrer)


def ask_to_qualify(terms: Terms, book: Book, event: Event, day: int) -> None:
    """Ask whether a delivery qualifies the friend who ordered; his bond may be a day's old or less."""
    if terms.referral_from == NEVER or terms.qualifies_on == BY_ENROLMENT:
        return
    state = book.ties[event.member].state
    new = state == NOT_REFERRED and book.members[event.member].enrolled_day == day
    if state != ASKED and state != LINKED and not new:
        return
    book.orders[event.order].requests += 1
    _ask(book, event, day, ASK_QUALIFY, NONE)


def ask_to_revoke(law: Law, book: Book, event: Event, day: int) -> None:
    """Ask to take a referral's rewards back, where its order no longer qualifies."""
    order = book.orders[event.order]
    if order.referral == 0 or law.terms[order.terms].referral_revoke == 0:
        return
    left = left_to_pay(order)
    if left > 0 and left >= law.terms[stretch_at(law, event.day)].referral_minimum:
        return
    order.referral = 0
    _ask(book, event, day, ASK_REVOKE, NONE)


def _ask(book: Book, event: Event, day: int, kind: int, counterpart: int) -> None:
    request = new_request(book, day, event)
    request.kind = kind
    request.counterpart = counterpart
    if kind == ASK_QUALIFY:
        request.order = event.order
