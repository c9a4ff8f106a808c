"""What the programme does to leaving: one factor on a member's attrition in calendar time."""

from __future__ import annotations

import math

from rewardsim.rules.records import NONE, Book, Law, Terms

from .basket import mean_basket
from .choice import lately, weight_of
from .records import World
from .response import tiers_held
from .worth import token_value


def hazard_factor(law: Law, terms: Terms, book: Book, world: World, m: int, at: float) -> float:
    """Return the factor on a member's hazard at a moment; exactly 1 with all effects at 0."""
    habits = world.habits[0]
    person = world.persons[m]
    day = math.floor(at)
    urge = 0.0
    if book.members[m].lots_made > 0:
        urge -= habits.stay_member
    if habits.stay_tier_step != 0.0:
        urge -= habits.stay_tier_step * tiers_held(terms, book, m, day)
    if habits.stay_balance != 0.0:
        held = book.members[m].available * token_value(law, terms, world, day)
        urge -= habits.stay_balance * weight_of(held, mean_basket(world, person))
    if person.inviter != NONE and world.persons[person.inviter].left_day >= day:
        urge -= habits.stay_referrer
    if lately(person.demoted_at, at, habits.leave_weeks):
        urge += habits.leave_demoted
    if lately(person.missed_at, at, habits.leave_weeks):
        urge += habits.leave_missed
    if urge == 0.0:
        return 1.0
    return math.exp(urge)
