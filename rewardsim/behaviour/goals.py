"""Goals: how strongly the next reward within reach pulls, the nearer the stronger.

A goal is the price of the next item on offer, or the next tier. It pulls only where the member can
expect to get there in time: few infrequent buyers do (Hartmann & Viard 2008). That an offer will end
or change he does not foresee: else a rule's later date would reach back before it.
"""

from __future__ import annotations

import math

from rewardsim.rules.calendar import month_start, next_anniversary, year_of
from rewardsim.rules.codes import (
    ANNIVERSARY,
    AT_REVIEW,
    BY_ORDERS,
    BY_TOKENS_EARNED,
    CALENDAR_YEAR,
    PER_PROGRAMME,
    ROLLING_MONTHS,
)
from rewardsim.rules.counters import used
from rewardsim.rules.orders import ORDERS_SLOT
from rewardsim.rules.records import NEVER, NONE, Book, Law, Terms
from rewardsim.rules.standing import qualifying, tiers_run

from .basket import mean_basket
from .records import Person, World
from .worth import may_take

UNLIMITED = 1.0e9
HORIZON = 365  # days a member looks ahead where nothing ends earlier


def pull(law: Law, terms: Terms, book: Book, world: World, m: int, at: float) -> float:
    """Return the pull of the nearest feasible goal: 0 at its start or without one, towards 1 at its end."""
    day = math.floor(at)
    progress = max(
        _towards_item(law, terms, book, world, m, day), _towards_tier(law, terms, book, world, m, day)
    )
    shape = world.habits[0].goal_shape
    if progress <= 0.0 or shape == 1.0:
        return max(0.0, progress)
    return math.pow(progress, shape)


def tokens_a_purchase(law: Law, terms: Terms, world: World, person: Person) -> float:
    """Return the tokens a member expects of a purchase: his mean basket at the first rate."""
    if terms.earn_on == 0 or terms.band_count == 0:
        return 0.0
    band = law.bands[terms.band_first]
    return float(math.floor(mean_basket(world, person) * band.tokens / band.per))


def earning_orders_left(terms: Terms, book: Book, m: int, day: int) -> float:
    """Return how many of a member's purchases will still earn, as far as the programme's own limit goes."""
    if terms.orders_max == NONE or terms.orders_period != PER_PROGRAMME:
        return UNLIMITED
    return float(max(0, terms.orders_max - used(book, terms, m, ORDERS_SLOT, PER_PROGRAMME, day)))


def expiry_of_first(book: Book, m: int) -> int:
    """Return the day on which a member's tokens begin to be lost, NEVER without any."""
    row = book.members[m].lot_first
    if row == NONE:
        return NEVER
    return book.lots[row].expiry_day


def _towards_item(law: Law, terms: Terms, book: Book, world: World, m: int, day: int) -> float:
    """Return how far a member has come from the dearest price he reaches to the next."""
    member = book.members[m]
    have = member.available + member.pending
    start = 0
    end = NONE
    for row in range(len(law.items)):
        item = law.items[row]
        if item.tokens <= have:
            if item.tokens > start and may_take(terms, book, m, item, day):
                start = item.tokens
        elif (end == NONE or item.tokens < end) and may_take(terms, book, m, item, day):
            end = item.tokens
    if end == NONE or have <= start:
        return 0.0
    person = world.persons[m]
    days = expiry_of_first(book, m) - day
    income = tokens_a_purchase(law, terms, world, person)
    if end - have > income * earning_orders_left(terms, book, m, day):
        return 0.0
    if not _feasible(world, person, end - have, income, days):
        return 0.0
    return (have - start) / (end - start)


def _towards_tier(law: Law, terms: Terms, book: Book, world: World, m: int, day: int) -> float:
    """Return how far a member has come from the start of his tier to that of the next."""
    if len(book.standings) == 0 or not tiers_run(terms, day):
        return 0.0
    level = book.standings[m].tier + 1
    if level >= terms.level_count:
        return 0.0
    start = 0
    if level > 0:
        start = law.levels[terms.level_first + level - 1].start
    end = law.levels[terms.level_first + level].start
    have = qualifying(terms, book, m, day)
    if have <= start or have >= end:
        return 0.0
    person = world.persons[m]
    income = mean_basket(world, person)
    if terms.criterion == BY_TOKENS_EARNED:
        income = tokens_a_purchase(law, terms, world, person)
    elif terms.criterion == BY_ORDERS:
        income = 1.0
    if not _feasible(world, person, end - have, income, _days_to_rise(terms, book, m, day)):
        return 0.0
    return (have - start) / (end - start)


def _days_to_rise(terms: Terms, book: Book, m: int, day: int) -> int:
    """Return the days in which the next tier must be reached before the window or the review closes."""
    days = HORIZON
    if terms.tier_window == ROLLING_MONTHS:
        days = terms.tier_months * HORIZON // 12
    elif terms.tier_window == CALENDAR_YEAR:
        days = month_start((year_of(day) + 1) * 12) - day
    elif terms.tier_window == ANNIVERSARY:
        days = next_anniversary(book.members[m].enrolled_day, day + 1) - day
    if terms.upgrade == AT_REVIEW:
        days = min(days, book.standings[m].review_day - day)
    return min(days, terms.tiers_to - day)


def _feasible(world: World, person: Person, missing: int, income: float, days: int) -> bool:
    """Tell whether purchases can be expected to bring in what is missing, luck within reach included."""
    purchases = person.rate * max(0, min(days, HORIZON))
    return missing <= income * (purchases + world.habits[0].goal_reach * math.sqrt(purchases))
