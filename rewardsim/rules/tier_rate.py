"""What a tier adds to an order's base award; how the order that crosses a threshold is treated."""

from __future__ import annotations

from .arithmetic import divide
from .codes import AT_REVIEW, BY_ORDERS, BY_TOKENS_EARNED, RATE_AFTER, RATE_BEFORE
from .records import BP, NEVER, NONE, Book, Law, Terms
from .standing import level_of, qualifying, tiers_run


def added_by(terms: Terms, paid: int, tokens: int) -> int:
    """Return what an order is about to add to what qualifies; of its award, the base tokens."""
    if terms.criterion == BY_TOKENS_EARNED:
        return tokens
    if terms.criterion == BY_ORDERS:
        return 1
    return paid


def rate_level(law: Law, terms: Terms, book: Book, m: int, adds: int, day: int) -> int:
    """Return the highest tier whose rate any part of the order gets, NONE if none."""
    standing = book.standings[m]
    if standing.since_day == NEVER or not tiers_run(terms, day):
        return NONE
    if terms.rate_applies == RATE_BEFORE or terms.upgrade == AT_REVIEW or adds == 0:
        return standing.tier
    sum_of_deeds = qualifying(terms, book, m, day) + adds
    if terms.rate_applies != RATE_AFTER:
        # At the margin the last unit counts from the place it starts at.
        sum_of_deeds -= 1
    return max(standing.tier, level_of(law, terms, sum_of_deeds))


def extra_tokens(law: Law, terms: Terms, book: Book, m: int, tokens: int, adds: int, top: int, day: int) -> int:
    """Return what tiers up to ``top`` add to a base award of ``tokens``; rounded once."""
    if top == NONE or tokens == 0:
        return 0
    tier = book.standings[m].tier
    total = 0
    given = 0
    if terms.rate_applies != RATE_AFTER and top > tier:
        sum_of_deeds = qualifying(terms, book, m, day)
        for level in range(tier, top):
            cut = max(0, law.levels[terms.level_first + level + 1].start - sum_of_deeds)
            part = tokens * cut // adds - given
            given += part
            if level != NONE:
                total += part * (law.levels[terms.level_first + level].factor_bp - BP)
    total += (tokens - given) * (law.levels[terms.level_first + top].factor_bp - BP)
    return divide(total, BP, terms.rounding)
