"""How many friends a member invites, and whether one accepts."""

from __future__ import annotations

import math

from rewardsim.rules.records import Law, Terms

from .choice import probability
from .philox import uniform, words
from .purposes import INVITING
from .records import REFERRED, Person, World
from .worth import token_value

INVITATIONS_MAX = 50  # on one visit
CERTAIN = 20.0  # log-odds from which on a friend accepts for sure, and below which he never does
HUNDRED_MAJOR = 10_000.0  # minor units: the reward whose weight counts as ln 2


def invitations(world: World, person: Person, step: int) -> int:
    """Return the friends a member invites on a visit, by its number.

    A negative binomial number: Poisson with a gamma-distributed mean. Shape 0 means plain Poisson.
    By inversion, so that whoever is more inclined invites no fewer under the same luck.
    """
    habits = world.habits[0]
    found = words(habits.key_0, habits.key_1, person.low, person.high, step, INVITING, 0)
    share = uniform(found[0])
    if habits.invite_once > 0.0:
        return _once(habits.invite_once, step, share)
    mean = person.invites
    if person.kind == REFERRED:
        mean *= habits.invite_referred
    if mean <= 0.0:
        return 0
    return _inverted(mean, habits.invite_shape, share)


def accepts(law: Law, terms: Terms, world: World, m: int, word: int) -> bool:
    """Tell whether a friend accepts the invitation that member ``m`` sends on his visit.

    Fewer accept the more of those who might have been brought already.
    """
    habits = world.habits[0]
    chance = acceptance(law, terms, world, math.floor(world.persons[m].visit_at))
    brought = 1.0
    if habits.pool > 0:
        brought = min(1.0, habits.joined / habits.pool)
    return uniform(word) < chance * (1.0 - habits.accept_pool * brought)


def acceptance(law: Law, terms: Terms, world: World, day: int) -> float:
    """Return the probability that a friend accepts an invitation while nobody has been brought yet."""
    habits = world.habits[0]
    if habits.accept <= -CERTAIN:
        return 0.0
    if habits.accept >= CERTAIN:
        return 1.0
    reward = terms.referee_tokens * token_value(law, terms, world, day)
    return probability(habits.accept + habits.accept_reward * math.log1p(reward / HUNDRED_MAJOR))


def _once(count: float, step: int, share: float) -> int:
    """Return a fixed number of invitations, all on the first visit; a fraction of one by chance."""
    if step > 0:
        return 0
    whole = math.floor(count)
    if share < count - whole:
        whole += 1
    return min(INVITATIONS_MAX, whole)


def _inverted(mean: float, shape: float, share: float) -> int:
    """Return the least number whose cumulative probability exceeds ``share``."""
    if shape > 0.0:
        ratio = mean / (shape + mean)
        chance = math.exp(-shape * math.log1p(mean / shape))
    else:
        ratio = mean
        chance = math.exp(-mean)
    count = 0
    below = chance
    while share >= below and count < INVITATIONS_MAX:
        if shape > 0.0:
            chance *= ratio * (shape + count) / (count + 1)
        else:
            chance *= ratio / (count + 1)
        count += 1
        below += chance
    return count
