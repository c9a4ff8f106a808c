"""How much more, or less, a member buys because of the programme: one factor on his purchase rate.

The effects add up on the log scale. An effect set to 0 costs nothing and changes nothing: with all
at 0 the factor is exactly 1.
"""

from __future__ import annotations

import math

from rewardsim.rules.records import NONE, Book, Law, Terms
from rewardsim.rules.standing import tiers_run

from .choice import waning
from .goals import pull
from .records import Habits, World
from .worth import lose_soon

NEVER_YET = -1.0e6  # moments before this one never were


def multiplier(law: Law, terms: Terms, book: Book, world: World, m: int, at: float) -> float:
    """Return the factor on a member's purchase rate at a moment."""
    habits = world.habits[0]
    person = world.persons[m]
    day = math.floor(at)
    pressure = habits.membership
    if person.goal > 0.0 and (habits.goal != 0.0 or habits.endowed != 0.0):
        pressure += _pressure_of_goal(law, terms, book, world, m, at)
    if habits.rewarded != 0.0:
        pressure += habits.rewarded * waning(person.redeemed_at, at, habits.rewarded_weeks)
    if habits.tier_step != 0.0:
        pressure += habits.tier_step * tiers_held(terms, book, m, day)
        loss = habits.loss_aversion * habits.tier_step
        pressure -= loss * waning(person.demoted_at, at, habits.demoted_weeks)
    if habits.coupon != 0.0 and _holds_coupon(book, m, day):
        pressure += habits.coupon
    if habits.expiring != 0.0 and lose_soon(book, m, day):
        pressure += habits.expiring
    return _bounded(habits, pressure)


def tiers_held(terms: Terms, book: Book, m: int, day: int) -> int:
    """Return how many tiers a member has reached: 0 below the first, or where there are none."""
    if len(book.standings) == 0 or not tiers_run(terms, day):
        return 0
    return book.standings[m].tier + 1


def _pressure_of_goal(law: Law, terms: Terms, book: Book, world: World, m: int, at: float) -> float:
    """Return what the nearest goal adds; tokens given for nothing press until the first reward."""
    habits = world.habits[0]
    person = world.persons[m]
    pulled = pull(law, terms, book, world, m, at)
    if pulled <= 0.0:
        return 0.0
    pressure = person.goal * habits.goal * pulled
    if person.redeemed_at < NEVER_YET:
        pressure += person.goal * habits.endowed
    return pressure


def _holds_coupon(book: Book, m: int, day: int) -> bool:
    """Tell whether a member holds a coupon or code that can still be used."""
    row = book.members[m].holding_first
    while row != NONE:
        holding = book.holdings[row]
        if day < holding.expiry_day:
            return True
        row = holding.next
    return False


def _bounded(habits: Habits, pressure: float) -> float:
    if pressure == 0.0:
        return 1.0
    return min(habits.multiplier_max, max(habits.multiplier_min, math.exp(pressure)))
