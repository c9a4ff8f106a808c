"""Every function of behaviour asked about every member: one text, interpreted and compiled."""

from __future__ import annotations

import math

from rewardsim.behaviour.attrition import hazard_factor
from rewardsim.behaviour.basket import basket, topped_up
from rewardsim.behaviour.checkout import coupon_for, redemption_probability, redemption_wish
from rewardsim.behaviour.exchanging import item_wish, value_of_waiting
from rewardsim.behaviour.goals import pull
from rewardsim.behaviour.inviting import accepts, invitations
from rewardsim.behaviour.records import World
from rewardsim.behaviour.response import multiplier
from rewardsim.behaviour.worth import token_value
from rewardsim.rules.records import Book, Law
from rewardsim.rules.stretch import stretch_at

QUESTIONS = (
    "multiplier", "hazard_factor", "pull", "basket", "topped_up", "redemption_wish", "redemption_probability",
    "coupon_for", "item_wish", "value_of_waiting", "token_value", "invitations", "accepts",
)  # fmt: skip


def answer(law: Law, book: Book, world: World, moments: list[float], words: list[int], answers: list[float]) -> None:
    """Write thirteen numbers a member into ``answers``; each has three words of luck."""
    for m in range(len(moments)):
        at = moments[m]
        day = math.floor(at)
        terms = law.terms[stretch_at(law, day)]
        person = world.persons[m]
        first, second, third = words[3 * m], words[3 * m + 1], words[3 * m + 2]
        size = basket(world, person, at, first, m % 3, m % 2 == 0)
        to = 13 * m
        answers[to] = multiplier(law, terms, book, world, m, at)
        answers[to + 1] = hazard_factor(law, terms, book, world, m, at)
        answers[to + 2] = pull(law, terms, book, world, m, at)
        answers[to + 3] = size
        answers[to + 4] = topped_up(law, terms, book, world, m, day, size, second)
        answers[to + 5] = redemption_wish(law, terms, book, world, m, day, size, first, second, third)
        answers[to + 6] = redemption_probability(world, person, 5_000.0, size, m % 2 == 0)
        answers[to + 7] = coupon_for(law, terms, book, world, m, day, m % 3)
        answers[to + 8] = item_wish(law, terms, book, world, m, day, third)
        answers[to + 9] = value_of_waiting(law, terms, book, world, m, day)
        answers[to + 10] = token_value(law, terms, world, day)
        answers[to + 11] = invitations(world, person, m % 4)
        answers[to + 12] = int(accepts(law, terms, world, m, first))


def press(law: Law, book: Book, world: World, moments: list[float], words: list[int], answers: list[float]) -> None:
    """Ask every member's multiplier only; for the clock."""
    terms = law.terms[0]
    for m in range(len(moments)):
        answers[m] = multiplier(law, terms, book, world, m, moments[m])
