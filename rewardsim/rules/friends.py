"""Referral at the day's end: who brought whom, whether a friend qualified, and who is paid.

The graph stays acyclic, every friend has one referrer, and each of the two is rewarded at most
once for it.
"""

from __future__ import annotations

from .arithmetic import share_of
from .clock import advance
from .codes import (
    AS_COMPUTED,
    BY_ENROLMENT,
    BY_FIRST_DELIVERY,
    CLOSED,
    CUT_BY_LIMIT,
    FAILED,
    LIMIT_TOKENS,
    LINKED,
    NO_CAUSE,
    NOT_REFERRED,
    NOTE_INVITED,
    NOTE_LINKED,
    NOTE_QUALIFIED,
    NOTE_REFUSED,
    NOTE_REVOKED,
    QUALIFIED,
    REVOKED,
    UNKNOWN_MEMBER,
    WHY_CYCLE,
    WHY_EXISTING_MEMBER,
    WHY_INVITED_ALREADY,
    WHY_LAPSED,
    WHY_NOT_INVITED,
    WHY_ORDER_TOO_SMALL,
    WHY_OVER,
    WHY_REFERRER_CLOSED,
    WHY_REFERRER_LIMIT,
    WHY_REFERRER_UNKNOWN,
    WHY_SECOND_REFERRER,
)
from .counters import allowed, count
from .journal import note
from .paid import left_to_pay
from .records import NONE, Book, Law, Request, Terms, Tie
from .rewards import forget_rewards, new_reward, post_reward, schedule, take_back, unschedule
from .stretch import stretch_at


def settle_invitation(law: Law, book: Book, request: Request, day: int) -> None:
    """Let an invitation stand, or say why not. Who enrolled after it, the same day, has accepted."""
    if book.members[request.member].status == CLOSED:
        return
    friend = request.counterpart
    cause = _invitation_cause(book, request)
    if cause != NO_CAUSE:
        note(book, request.member, day, NOTE_REFUSED, cause, NONE, NONE, friend)
        return
    book.ties[friend].invited_by = request.member
    note(book, request.member, day, NOTE_INVITED, NO_CAUSE, NONE, NONE, friend)
    if book.members[friend].status != UNKNOWN_MEMBER and book.ties[friend].state == NOT_REFERRED:
        advance(law, book, friend, day)
        _bind(law, book, friend, request.member, request.day, day)
        advance(law, book, friend, day)


def _invitation_cause(book: Book, request: Request) -> int:
    """Return why a friend cannot be invited, NO_CAUSE if he can."""
    friend = book.members[request.counterpart]
    tie = book.ties[request.counterpart]
    if friend.status != UNKNOWN_MEMBER and not _enrolled_after(friend.enrolled_day, tie, request):
        return WHY_EXISTING_MEMBER
    if tie.invited_by == request.member or tie.referrer == request.member:
        return WHY_INVITED_ALREADY
    if tie.invited_by != NONE or tie.state in (LINKED, QUALIFIED, REVOKED):
        return WHY_SECOND_REFERRER
    if friend.status == CLOSED:
        return WHY_EXISTING_MEMBER
    return NO_CAUSE


def _enrolled_after(enrolled_day: int, tie: Tie, request: Request) -> bool:
    if enrolled_day != request.day:
        return enrolled_day > request.day
    return tie.enrolled_second > request.second


def settle_acceptance(law: Law, book: Book, request: Request, day: int) -> None:
    """Bind a friend to the member he named or was invited by."""
    if book.members[request.member].status != CLOSED:
        _bind(law, book, request.member, request.counterpart, request.day, day)


def _bind(law: Law, book: Book, friend: int, referrer: int, asked_day: int, day: int) -> None:
    """Make the bond, or note what forbids it."""
    terms = law.terms[stretch_at(law, asked_day)]
    tie = book.ties[friend]
    cause = _bond_cause(terms, book, friend, referrer)
    if cause != NO_CAUSE:
        tie.state = FAILED
        note(book, friend, day, NOTE_REFUSED, cause, NONE, NONE, referrer)
        return
    tie.state = LINKED
    tie.referrer = referrer
    tie.linked_day = asked_day
    book.ties[referrer].friends += 1
    note(book, friend, day, NOTE_LINKED, NO_CAUSE, NONE, NONE, referrer)
    if terms.qualifies_on == BY_ENROLMENT:
        _qualify(law, terms, book, friend, asked_day, day, NONE)


def _bond_cause(terms: Terms, book: Book, friend: int, referrer: int) -> int:
    if book.members[referrer].status == UNKNOWN_MEMBER:
        return WHY_REFERRER_UNKNOWN
    if book.members[referrer].status == CLOSED:
        return WHY_REFERRER_CLOSED
    if terms.invitation_required == 1 and book.ties[friend].invited_by != referrer:
        return WHY_NOT_INVITED
    above = referrer
    while above != NONE:
        if above == friend:
            return WHY_CYCLE
        above = book.ties[above].referrer
    return NO_CAUSE


def settle_qualification(law: Law, book: Book, request: Request, day: int) -> None:
    """Decide whether a delivered order qualifies the friend."""
    m = request.member
    order = book.orders[request.order]
    order.requests -= 1
    tie = book.ties[m]
    if tie.state != LINKED or book.members[m].status == CLOSED:
        return
    terms = law.terms[stretch_at(law, request.day)]
    cause = NO_CAUSE
    if request.day >= terms.referral_to:
        cause = WHY_OVER
    elif terms.referral_days != NONE and request.day > tie.linked_day + terms.referral_days:
        cause = WHY_LAPSED
    elif left_to_pay(order) <= 0 or left_to_pay(order) < terms.referral_minimum:
        cause = WHY_ORDER_TOO_SMALL
    if cause == NO_CAUSE:
        order.referral = 1
        _qualify(law, terms, book, m, request.day, day, order.number)
        return
    if cause != WHY_ORDER_TOO_SMALL or terms.qualifies_on == BY_FIRST_DELIVERY:
        tie.state = FAILED
    note(book, m, day, NOTE_REFUSED, cause, NONE, NONE, tie.referrer, 0, order.number)


def _qualify(law: Law, terms: Terms, book: Book, friend: int, asked_day: int, day: int, order: int) -> None:
    """Reward the friend, then those above him, as far as the levels go."""
    tie = book.ties[friend]
    tie.state = QUALIFIED
    note(book, friend, day, NOTE_QUALIFIED, NO_CAUSE, NONE, NONE, tie.referrer, 0, order)
    _pay(law, terms, book, friend, friend, terms.referee_tokens, AS_COMPUTED, asked_day, day)
    payee = tie.referrer
    level = 1
    while level <= terms.referral_levels and payee != NONE:
        _reward_referrer(law, terms, book, payee, friend, level, asked_day, day)
        payee = book.ties[payee].referrer
        level += 1


def _reward_referrer(
    law: Law, terms: Terms, book: Book, payee: int, friend: int, level: int, asked_day: int, day: int
) -> None:
    """Reward one of those above a friend, within his limit."""
    tokens = share_of(terms.referrer_tokens, _share_bp(terms, level))
    if tokens == 0:
        return
    if book.members[payee].status == CLOSED:
        note(book, payee, day, NOTE_REFUSED, WHY_REFERRER_CLOSED, NONE, NONE, friend)
        return
    slot, period, limit = terms.referral_counter, terms.referral_period, terms.referral_limit
    units = 1
    if terms.referral_limit_unit == LIMIT_TOKENS:
        units = tokens
    granted = allowed(book, terms, payee, slot, period, asked_day, limit, terms.referral_excess, units)
    if granted == 0:
        advance(law, book, payee, day)
        note(book, payee, day, NOTE_REFUSED, WHY_REFERRER_LIMIT, NONE, NONE, friend)
        return
    if limit != NONE:
        count(book, terms, payee, slot, period, asked_day, granted)
    reason = AS_COMPUTED
    if granted < units:
        tokens = granted
        reason = CUT_BY_LIMIT
    _pay(law, terms, book, payee, friend, tokens, reason, asked_day, day)


def _share_bp(terms: Terms, level: int) -> int:
    if level == 1:
        return terms.level_share_1
    if level == 2:
        return terms.level_share_2
    return terms.level_share_3


def _pay(
    law: Law,
    terms: Terms,
    book: Book,
    payee: int,
    friend: int,
    tokens: int,
    reason: int,
    asked_day: int,
    day: int,
) -> None:
    """Post a reward at once where it is due, else let its payee wait for it."""
    if tokens == 0:
        return
    row = new_reward(book, payee, friend, tokens, reason, asked_day + terms.referral_delay)
    if book.rewards[row].due_day > day:
        schedule(book, row)
        member = book.members[payee]
        member.agenda_day = min(member.agenda_day, book.rewards[row].due_day)
        return
    advance(law, book, payee, day)
    post_reward(law, book, row, day)
    advance(law, book, payee, day)


def settle_revocation(law: Law, book: Book, request: Request, day: int) -> None:
    """Take back what a referral brought: from whoever was paid for it, in the order of payment."""
    tie = book.ties[request.member]
    if tie.state != QUALIFIED:
        return
    tie.state = REVOKED
    note(book, request.member, day, NOTE_REVOKED, NO_CAUSE, NONE, NONE, tie.referrer)
    row = tie.reward_first
    while row != NONE:
        reward = book.rewards[row]
        if book.members[reward.member].status != CLOSED:
            advance(law, book, reward.member, day)
            if reward.posted == 0:
                unschedule(book, row)
            else:
                take_back(law, book, row, day, request.day)
            advance(law, book, reward.member, day)
        row = reward.next
    forget_rewards(book, request.member)
