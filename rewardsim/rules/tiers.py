"""Tiers: how a member begins, rises, is reviewed, falls, and is judged again after a return.

Time alone never takes a tier away before its review; a return does where the tier would not have
been gained without what came back.
"""

from __future__ import annotations

from .calendar import add_months, month_start, next_anniversary, year_of
from .codes import (
    ANNIVERSARY,
    CALENDAR_YEAR,
    IMMEDIATE,
    NEVER_DOWN,
    NOTE_GRACE,
    NOTE_KEPT,
    NOTE_TIER,
    ONE_STEP,
    WHY_BEGINS,
    WHY_DEMOTION_OFF,
    WHY_GRACE_OVER,
    WHY_RETURNED,
    WHY_REVIEW,
    WHY_ROSE,
)
from .journal import note
from .records import NEVER, NONE, Book, Law, Terms
from .standing import add_to_deed, contribution, level_of, open_deed, qualifying, tiers_run, window_start
from .stretch import stretch_at


def begin_day(law: Law, book: Book, m: int) -> int:
    """Return the day on which a member's standing begins, NEVER if it has or never will."""
    terms = law.terms[0]
    first = max(terms.tiers_from, book.members[m].enrolled_day)
    if book.standings[m].since_day != NEVER or first >= terms.tiers_to:
        return NEVER
    return first


def begin(law: Law, terms: Terms, book: Book, m: int, day: int) -> None:
    """Give a member the tier that earlier orders reach."""
    sum_of_deeds = qualifying(terms, book, m, day - 1)
    level = level_of(law, terms, sum_of_deeds)
    standing = book.standings[m]
    if level == NONE:
        _rest_on(book, m, day, sum_of_deeds, day - 1)
        standing.review_day = next_review(law, terms, book, m, day)
    else:
        _change(law, terms, book, m, day, level, WHY_BEGINS, sum_of_deeds)
        standing.granted_day = day - 1


def count_order(law: Law, book: Book, row: int, day: int) -> None:
    """Let an order just placed count."""
    order = book.orders[row]
    order.deed_day = day
    open_deed(law.terms[order.terms], book, order.member, day)
    keep_standing(law, book, row, day)


def keep_standing(law: Law, book: Book, row: int, day: int) -> None:
    """Bring what an order counts up to date, and the member's tier with it."""
    order = book.orders[row]
    if order.deed_day == NEVER:
        return
    change = contribution(law.terms[order.terms], order) - order.deed_value
    if change == 0:
        return
    order.deed_value += change
    m = order.member
    terms = law.terms[stretch_at(law, day)]
    add_to_deed(terms, book, m, order.deed_day, change)
    if book.standings[m].since_day == NEVER or not tiers_run(terms, day):
        return
    if change < 0:
        _judge_again(law, terms, book, m, day, order.deed_day, -change)
    elif terms.upgrade == IMMEDIATE:
        sum_of_deeds = qualifying(terms, book, m, day)
        level = level_of(law, terms, sum_of_deeds)
        if level > book.standings[m].tier:
            _change(law, terms, book, m, day, level, WHY_ROSE, sum_of_deeds)


def review(law: Law, terms: Terms, book: Book, m: int, day: int) -> None:
    """Judge a member by the window that ended yesterday."""
    standing = book.standings[m]
    standing.review_day = NEVER
    if not tiers_run(terms, day):
        return
    sum_of_deeds = qualifying(terms, book, m, day - 1)
    target = level_of(law, terms, sum_of_deeds)
    if target < standing.tier and terms.grace_days > 0 and terms.downgrade != NEVER_DOWN:
        standing.grace_day = day + terms.grace_days
        note(book, m, day, NOTE_GRACE, WHY_REVIEW, standing.tier, target, NONE, sum_of_deeds)
    else:
        _decide(law, terms, book, m, day, WHY_REVIEW, target, sum_of_deeds)


def end_grace(law: Law, terms: Terms, book: Book, m: int, day: int) -> None:
    """Judge a member again whose review failed."""
    book.standings[m].grace_day = NEVER
    if not tiers_run(terms, day):
        return
    sum_of_deeds = qualifying(terms, book, m, day - 1)
    _decide(law, terms, book, m, day, WHY_GRACE_OVER, level_of(law, terms, sum_of_deeds), sum_of_deeds)


def next_review(law: Law, terms: Terms, book: Book, m: int, day: int) -> int:
    """Return the review that follows a change or review on ``day``, NEVER where none can matter."""
    if terms.review_months == NONE or not _reviewable(law, terms, book.standings[m].tier):
        return NEVER
    return review_after(terms, book.members[m].enrolled_day, day)


def review_after(terms: Terms, enrolled_day: int, day: int) -> int:
    """Return the day of the review that follows a change on ``day``: at the window's turn, where it has one."""
    base = add_months(day, terms.review_months)
    if terms.tier_window == CALENDAR_YEAR:
        if base == month_start(year_of(base) * 12):
            return base
        return month_start((year_of(base) + 1) * 12)
    if terms.tier_window == ANNIVERSARY:
        return next_anniversary(enrolled_day, base)
    return base


def _reviewable(law: Law, terms: Terms, tier: int) -> bool:
    """Tell whether a review may move a member: not from the bottom where one rises at once."""
    if terms.upgrade != IMMEDIATE:
        return True
    return tier != NONE and law.levels[terms.level_first + tier].start > 0


def _decide(
    law: Law, terms: Terms, book: Book, m: int, day: int, cause: int, target: int, sum_of_deeds: int
) -> None:
    """Raise, keep or lower a member's tier as a review or the end of a grace finds it."""
    standing = book.standings[m]
    if target == standing.tier:
        _keep(law, terms, book, m, day, cause, sum_of_deeds)
        return
    if target < standing.tier and terms.downgrade == NEVER_DOWN:
        _keep(law, terms, book, m, day, WHY_DEMOTION_OFF, sum_of_deeds)
        standing.granted = NONE
        return
    level = target
    if target < standing.tier and terms.downgrade == ONE_STEP:
        level = standing.tier - 1
    _change(law, terms, book, m, day, level, cause, sum_of_deeds)
    standing.granted_day = day - 1
    if level != target:
        standing.granted = NONE


def _keep(law: Law, terms: Terms, book: Book, m: int, day: int, cause: int, sum_of_deeds: int) -> None:
    standing = book.standings[m]
    standing.granted = sum_of_deeds
    standing.granted_day = day - 1
    standing.review_day = next_review(law, terms, book, m, day)
    note(book, m, day, NOTE_KEPT, cause, standing.tier, standing.tier, NONE, sum_of_deeds)


def _change(
    law: Law, terms: Terms, book: Book, m: int, day: int, level: int, cause: int, sum_of_deeds: int
) -> None:
    """Give a member another tier, which rests on what qualifies now."""
    standing = book.standings[m]
    note(book, m, day, NOTE_TIER, cause, standing.tier, level, NONE, sum_of_deeds)
    standing.tier = level
    standing.grace_day = NEVER
    _rest_on(book, m, day, sum_of_deeds, day)
    standing.review_day = next_review(law, terms, book, m, day)


def _rest_on(book: Book, m: int, day: int, granted: int, granted_day: int) -> None:
    standing = book.standings[m]
    standing.since_day = day
    standing.granted = granted
    standing.granted_day = granted_day


def _judge_again(law: Law, terms: Terms, book: Book, m: int, day: int, deed_day: int, fall: int) -> None:
    """Lower a tier that rested on what a return has taken away."""
    standing = book.standings[m]
    if standing.granted == NONE or deed_day > standing.granted_day:
        return
    if deed_day < window_start(terms, book, m, standing.granted_day):
        return
    standing.granted -= fall
    sum_of_deeds = qualifying(terms, book, m, day)
    by_grant = level_of(law, terms, standing.granted)
    supported = max(by_grant, level_of(law, terms, sum_of_deeds))
    if supported >= standing.tier:
        return
    if by_grant < supported:
        standing.granted = sum_of_deeds
        standing.granted_day = day
    note(book, m, day, NOTE_TIER, WHY_RETURNED, standing.tier, supported, NONE, standing.granted)
    standing.tier = supported
    if not _reviewable(law, terms, supported):
        standing.review_day = NEVER
