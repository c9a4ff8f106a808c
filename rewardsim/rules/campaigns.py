"""Campaigns: extra tokens on orders within a window, how they stack, and their caps.

Adding campaigns add to the base, multiplying ones multiply what stands before them, and one
exclusive campaign beats all others. Rows stand in canonical order, so file order cannot matter.
"""

from __future__ import annotations

from .arithmetic import divide
from .award import award
from .calendar import weekday
from .codes import (
    AS_COMPUTED,
    BEATEN_BY_EXCLUSIVE,
    BELOW_CAMPAIGN_MINIMUM,
    CUT_BY_LIMIT,
    EXCLUSIVE,
    FIRES,
    MULTIPLY,
    NO_ELIGIBLE_LINE,
    NOT_IN_WINDOW,
    WRONG_CHANNEL,
    WRONG_WEEKDAY,
)
from .counters import allowed, count
from .earning import in_categories, in_channels, tokens_of_lines
from .records import BP, NONE, Book, Campaign, Event, EventLine, Law, Terms
from .requests import new_request


def condition(law: Law, terms: Terms, campaign: Campaign, event: Event, lines: list[EventLine]) -> int:
    """Return FIRES, or the first condition (codes.VERDICTS) the order fails. Bases must be set."""
    if event.day < campaign.from_day or event.day >= campaign.to_day:
        return NOT_IN_WINDOW
    if campaign.weekdays >> weekday(event.day) & 1 == 0:
        return WRONG_WEEKDAY
    if not in_channels(law, terms, campaign.channel_set, event.channel):
        return WRONG_CHANNEL
    basis = 0
    for k in range(event.line_first, event.line_first + event.line_count):
        if in_categories(law, terms, campaign.category_set, lines[k].category):
            basis += lines[k].basis
    if basis == 0:
        return NO_ELIGIBLE_LINE
    if basis < campaign.minimum_order:
        return BELOW_CAMPAIGN_MINIMUM
    return FIRES


def exclusive_winner(law: Law, terms: Terms, event: Event, lines: list[EventLine]) -> int:
    """Return the exclusive campaign that silences the others, NONE if none fires."""
    for c in range(len(law.campaigns)):
        campaign = law.campaigns[c]
        if campaign.stacking == EXCLUSIVE and condition(law, terms, campaign, event, lines) == FIRES:
            return c
    return NONE


def verdict(law: Law, terms: Terms, c: int, winner: int, event: Event, lines: list[EventLine]) -> int:
    """Return FIRES or why campaign ``c`` gives nothing for the order."""
    found = condition(law, terms, law.campaigns[c], event, lines)
    if found == FIRES and winner != NONE and winner != c:
        return BEATEN_BY_EXCLUSIVE
    return found


def award_campaigns(
    law: Law, terms: Terms, book: Book, day: int, event: Event, lines: list[EventLine], purchase: int
) -> None:
    """Award every campaign that fires; ``purchase`` is the base award before its caps."""
    winner = exclusive_winner(law, terms, event, lines)
    standing = purchase
    for multiplying in range(2):
        for c in range(len(law.campaigns)):
            campaign = law.campaigns[c]
            if (campaign.stacking == MULTIPLY) != (multiplying == 1):
                continue
            if verdict(law, terms, c, winner, event, lines) != FIRES:
                continue
            base = tokens_of_lines(law, terms, event, lines, campaign.category_set)
            if multiplying == 1:
                base = standing
            extra = added_to(terms, campaign, base)
            standing += extra
            _award_one(law, terms, book, day, event, lines, c, extra)


def added_to(terms: Terms, campaign: Campaign, base: int) -> int:
    """Return what a campaign that fires adds to ``base`` tokens, before its limit and budget."""
    return divide(base * (campaign.factor_bp - BP), BP, terms.rounding) + campaign.bonus_tokens


def _award_one(
    law: Law, terms: Terms, book: Book, day: int, event: Event, lines: list[EventLine], c: int, extra: int
) -> None:
    """Cut one campaign's extra by the member's limit; award it, or ask the shared budget for it."""
    campaign = law.campaigns[c]
    m = event.member
    head = book.head[0]
    head.desired += extra
    slot, period = campaign.limit_counter, campaign.limit_period
    wanted = allowed(
        book, terms, m, slot, period, day, campaign.limit_tokens, campaign.limit_excess, extra
    )
    if wanted <= 0:
        return
    if campaign.limit_tokens != NONE:
        count(book, terms, m, slot, period, day, wanted)
    if campaign.pool != NONE:
        _propose(book, day, event, c, campaign.pool, wanted)
        return
    reason = AS_COMPUTED
    if wanted < extra:
        reason = CUT_BY_LIMIT
    head.applied += wanted
    award(law, terms, book, event.order, day, wanted, campaign.rule, reason, event, lines)


def _propose(book: Book, day: int, event: Event, c: int, pool: int, wanted: int) -> None:
    """Ask a shared budget; the day's settlement answers."""
    request = new_request(book, day, event)
    request.pool = pool
    request.order = event.order
    request.campaign = c
    request.wanted = wanted
    book.orders[event.order].requests += 1
    book.orders[event.order].asked += 1
    book.head[0].proposed += wanted
