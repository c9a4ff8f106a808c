"""How much a purchase is worth, and when it is made a little larger to reach something."""

from __future__ import annotations

import math

from rewardsim.rules.codes import BY_SPEND
from rewardsim.rules.records import NONE, Book, Law, Terms
from rewardsim.rules.standing import qualifying, tiers_run

from .choice import waning
from .philox import uniform
from .records import REFERRED, Person, World


def mean_basket(world: World, person: Person) -> float:
    """Return a person's mean basket in minor units: the table of sizes has mean 1."""
    return person.spend


def basket(world: World, person: Person, at: float, word: int, place: int, member: bool) -> int:
    """Return the value of a purchase in a category, by its place, in minor units."""
    habits = world.habits[0]
    size = person.spend * _quantile(world.baskets, uniform(word)) * world.category_factors[place]
    if member and habits.basket != 0.0:
        size *= math.exp(habits.basket)
    if person.kind == REFERRED and habits.friend_margin != 0.0:
        size *= 1.0 + habits.friend_margin * waning(person.arrival, at, habits.friend_margin_weeks)
    return max(1, math.floor(size + 0.5))


def topped_up(law: Law, terms: Terms, book: Book, world: World, m: int, day: int, amount: int, word: int) -> int:
    """Return what a purchase becomes where something close above it makes a larger one attractive."""
    habits = world.habits[0]
    if uniform(word) >= habits.top_up:
        return amount
    target = _threshold_above(law, terms, book, m, day, amount)
    if target == NONE or target > amount * (1.0 + habits.top_up_within):
        return amount
    return target


def _quantile(table: list[float], share: float) -> float:
    """Return a quantile of a table of quantiles at equal distances."""
    if len(table) == 1:
        return table[0]
    place = share * (len(table) - 1)
    low = min(int(place), len(table) - 2)
    return table[low] + (place - low) * (table[low + 1] - table[low])


def _threshold_above(law: Law, terms: Terms, book: Book, m: int, day: int, amount: int) -> int:
    """Return the least order value above ``amount`` from which more is earned or reached, NONE without."""
    best = _gap_to_tier(law, terms, book, m, day)
    if best <= amount:
        best = NONE
    if terms.earn_on == 0:
        return best
    if terms.minimum_order > amount and (best == NONE or terms.minimum_order < best):
        best = terms.minimum_order
    for row in range(terms.band_first, terms.band_first + terms.band_count):
        upper = law.bands[row].upper
        if upper > amount and (best == NONE or upper < best):
            best = upper
    return best


def _gap_to_tier(law: Law, terms: Terms, book: Book, m: int, day: int) -> int:
    """Return the spend that is missing to the next tier, NONE where spend brings none."""
    if len(book.standings) == 0 or terms.criterion != BY_SPEND or not tiers_run(terms, day):
        return NONE
    level = book.standings[m].tier + 1
    if level >= terms.level_count:
        return NONE
    return law.levels[terms.level_first + level].start - qualifying(terms, book, m, day)
