"""How far invitations would carry by themselves: what the settings imply, before anybody has lived."""

from __future__ import annotations

import math
import warnings

from rewardsim.behaviour.inviting import acceptance
from rewardsim.behaviour.records import Habits, World
from rewardsim.behaviour.visiting import DAYS_BETWEEN
from rewardsim.population import Population
from rewardsim.programme import Programme
from rewardsim.rules.stretch import stretch_at

from .plan import Plan

REPRODUCTION_MAX = 0.6
"""Friends who buy, for one member, beyond which invitations are warned of: real programmes stay far below."""
DAYS_A_WEEK = 7


class ReproductionWarning(UserWarning):
    """Invitations that would nearly, or really, go on by themselves without end."""


def implied_reproduction(programme: Programme | None, population: Population, first_day: int, last_day: int) -> float:
    """Return the friends who buy that a friend is expected to bring by the last day, as the settings say.

    At its most: he joins on the first day, nobody has been brought yet, and he stays as long as he would
    without any programme. 0 without referral.
    """
    if programme is None:
        return 0.0
    law, habits = programme.law(), Habits(**population.habits_values())
    known = {"habits": [habits], "worths": population.tables(programme, first_day, last_day)["worths"]}
    world = World(**{**dict.fromkeys(World._fields, ()), **known})
    mean = population.file.response.invites.mean * habits.invite_referred
    brought = 0.0
    for visit in range(math.ceil((last_day + 1 - first_day) / DAYS_BETWEEN)):
        after = DAYS_BETWEEN * (visit + 0.5)
        day = first_day + math.floor(after)
        terms = law.terms[stretch_at(law, day)]
        if day > last_day or not terms.referral_from <= day < terms.referral_to:
            continue
        if habits.invite_once > 0.0:
            mean = habits.invite_once if visit == 0 else 0.0
        brought += mean * staying(population, after) * acceptance(law, terms, world, day)
    return brought * habits.convert


def staying(population: Population, days: float) -> float:
    """Return the share of members who are still there after so many days without any programme."""
    said, weeks = population.file.lifetime, days / DAYS_A_WEEK
    if said is None:
        return 1.0
    if said.weeks is not None:
        return math.exp(-weeks / said.weeks)
    return (said.beta_weeks / (said.beta_weeks + weeks)) ** said.s


def implied(plan: Plan) -> dict[str, float]:
    """Return the implied reproduction number of each arm; warn of those above the limit."""
    days = plan.first_day, plan.last_day
    found = {arm.name: implied_reproduction(arm.programme, arm.population, *days) for arm in plan.arms}
    for name, number in found.items():
        if number > REPRODUCTION_MAX:
            warnings.warn(f"arm {name!r}: {described(number)}", ReproductionWarning, stacklevel=4)
    return found


def described(number: float) -> str:
    """Return the warning in words."""
    return (
        f"the settings imply that a member brings {number:.2f} friends who buy, more than {REPRODUCTION_MAX}: real"
        " programmes stay far below (0.04 to 0.05 a campaign); look at invitations and acceptance in the population"
    )
