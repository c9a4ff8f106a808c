"""Which item tokens are exchanged for, and when it is better to wait for a dearer one.

What counts is the value a token buys. A table of prices that gives more a token at a higher price
makes patient members hoard and impatient ones take what they can have.
"""

from __future__ import annotations

import math

from rewardsim.rules.records import NONE, Book, Law, Terms

from .basket import mean_basket
from .choice import probability, weight_of
from .goals import earning_orders_left, expiry_of_first, tokens_a_purchase
from .philox import uniform
from .records import World
from .worth import lose_soon, may_take

LN_2 = math.log(2.0)


def item_wish(law: Law, terms: Terms, book: Book, world: World, m: int, day: int, word: int) -> int:
    """Return the row of the item to exchange tokens for now, NONE to wait or for lack of tokens."""
    if book.members[m].debt > 0:
        return NONE
    best = _best_now(law, terms, book, world, m, day)
    if best == NONE:
        return NONE
    if value_of_waiting(law, terms, book, world, m, day) > world.worths[best] / law.items[best].tokens:
        return NONE
    person = world.persons[m]
    habits = world.habits[0]
    log_odds = person.reluctance
    log_odds += habits.exchange_value * weight_of(float(world.worths[best]), mean_basket(world, person))
    if lose_soon(book, m, day):
        log_odds += habits.redeem_expiring
    if uniform(word) < probability(log_odds):
        return best
    return NONE


def value_of_waiting(law: Law, terms: Terms, book: Book, world: World, m: int, day: int) -> float:
    """Return the best present value, a token, of the items a member must wait for.

    It halves with every ``patience`` days of waiting; what takes until his tokens expire is worth nothing.
    """
    member = book.members[m]
    person = world.persons[m]
    a_purchase = tokens_a_purchase(law, terms, world, person)
    income = a_purchase * person.rate
    most = a_purchase * earning_orders_left(terms, book, m, day)
    expiry_day = expiry_of_first(book, m)
    best = 0.0
    for row in range(len(law.items)):
        item = law.items[row]
        if item.tokens <= member.available or not may_take(terms, book, m, item, day):
            continue
        missing = item.tokens - member.available - member.pending
        if missing > most:
            continue
        days = _days_until(missing, income)
        if day + days < expiry_day:
            best = max(best, world.worths[row] / item.tokens * _discount(days, person.patience))
    return best


def _best_now(law: Law, terms: Terms, book: Book, world: World, m: int, day: int) -> int:
    """Return the row of the item within reach that gives most a token, the dearest of equals; NONE without."""
    available = book.members[m].available
    best = NONE
    best_value = 0.0
    for row in range(len(law.items)):
        item = law.items[row]
        if item.tokens > available or item.tokens <= 0 or not may_take(terms, book, m, item, day):
            continue
        value = world.worths[row] / item.tokens
        if value > best_value or (best != NONE and value == best_value and item.tokens > law.items[best].tokens):
            best = row
            best_value = value
    return best


def _days_until(missing: int, income: float) -> float:
    """Return the days until so many tokens come in at so many a day."""
    if missing <= 0:
        return 0.0
    if income <= 0.0:
        return math.inf
    return missing / income


def _discount(days: float, patience: float) -> float:
    if days <= 0.0:
        return 1.0
    if patience <= 0.0:
        return 0.0
    return math.exp(-LN_2 * days / patience)
