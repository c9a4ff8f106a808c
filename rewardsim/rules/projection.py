"""Projected tier: what a member keeps if nothing changes, and what is missing to stay or to rise."""

from __future__ import annotations

from .codes import NEVER_DOWN, ONE_STEP
from .records import NEVER, NONE, Book, Law, Terms
from .standing import level_of, qualifying, tiers_run, window_start
from .stretch import stretch_at


def project(law: Law, book: Book, m: int, day: int) -> None:
    """Write a member's projection as of ``day`` into his standing. A grace counts to its end."""
    standing = book.standings[m]
    terms = law.terms[stretch_at(law, day)]
    standing.projected = standing.tier
    standing.to_keep = 0
    standing.to_rise = NONE
    if standing.since_day == NEVER or not tiers_run(terms, day):
        return
    now = qualifying(terms, book, m, day)
    if standing.tier + 1 < terms.level_count:
        standing.to_rise = max(0, law.levels[terms.level_first + standing.tier + 1].start - now)
    judged_day = min(standing.review_day, standing.grace_day)
    if judged_day == NEVER:
        return
    terms = law.terms[stretch_at(law, judged_day)]
    if not tiers_run(terms, judged_day):
        return
    then = _still_counting(terms, book, m, judged_day - 1)
    standing.projected = _outcome(terms, standing.tier, level_of(law, terms, then))
    if standing.tier != NONE:
        standing.to_keep = max(0, law.levels[terms.level_first + standing.tier].start - then)


def _still_counting(terms: Terms, book: Book, m: int, day: int) -> int:
    """Return what of today's deeds will still count on a later day."""
    standing = book.standings[m]
    start = window_start(terms, book, m, day)
    total = standing.qualifying
    row = standing.deed_first
    while row != NONE and book.deeds[row].day < start:
        total -= book.deeds[row].value
        row = book.deeds[row].next
    return total


def _outcome(terms: Terms, tier: int, target: int) -> int:
    """Return the tier a review makes of one that would deserve ``target``."""
    if target >= tier:
        return target
    if terms.downgrade == NEVER_DOWN:
        return tier
    if terms.downgrade == ONE_STEP:
        return tier - 1
    return target
