"""Families: who was brought by whom, over generations, in a simulation in which nobody buys anything."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from rewardsim.rules.records import NEVER
from simulation.altered import Altered
from simulation.living import live
from simulation.plain import club, crowd

MONTH = 32  # days in which everybody of a generation has come and made his first visit
CERTAIN = 20.0
REFERRAL = '[referral]\nreferrer_tokens = 0\nreferee_tokens = 1\nqualifies_on = "enrol"\n'


def log_odds(chance: float) -> float:
    """Return the log-odds of a probability."""
    return math.log(chance / (1 - chance))


def invited_once(friends: int, chance: float, pool: float) -> Altered:
    """A crowd that invites so many friends on the first visit; each accepts with the same probability."""
    town = crowd(referral={"pool": pool}, purchases={"per_week": 0.0001})
    once = {"invite_once": float(friends), "accept": log_odds(chance), "accept_reward": 0.0, "accept_pool": 0.0}
    return Altered(town, habits=once)


def invited_at_random(mean: float, shape: float, pool: float) -> Altered:
    """A crowd whose first visit brings a Poisson (shape 0) or negative binomial number, and who then leave."""
    town = crowd(referral={"pool": pool}, purchases={"per_week": 0.0001})
    habits = {"invite_shape": shape, "invite_referred": 1.0, "accept": CERTAIN, "accept_pool": 0.0}
    # the first visit is in the first thirty days, the second is not
    return Altered(town, habits=habits, traits={"invites": mean, "hazard": 1 / 30, "lifetime": 1.0})


class Childless(Altered):
    """A population whose newcomers of the last generation asked for do not enrol, and so bring nobody."""

    def __init__(self, population: Any, last: int):
        super().__init__(population)
        self._last = last

    def newcomers(self, *given: Any, **more: Any) -> Any:
        """Return friends; those of the last generation stay away from the programme."""
        people = super().newcomers(*given, **more)
        people["enrol_day"][people["generation"] >= self._last] = NEVER
        return people


def generations(population: Any, members: int, upto: int, seed: int = 0) -> np.ndarray:
    """Return how many descendants each of the first members has in each generation, itself in generation 0."""
    done = live(club(REFERRAL), Childless(population, upto), members=members, last_day=day_of(upto), seed=seed)
    assert done.members < members + population.tables(None, 0, 1, members)["pool"]  # nobody was turned away
    people = done.persons
    root = np.arange(done.members)
    for row in range(members, done.members):  # a friend stands behind his inviter
        root[row] = root[people["inviter"][row]]
    table = np.zeros((members, upto + 1), dtype=np.int64)
    np.add.at(table, (root, people["generation"]), 1)
    return table


def day_of(upto: int) -> int:
    """Return a day by which so many generations are complete."""
    first = int(np.datetime64("2020-01-01").astype("datetime64[D]").astype(int))
    return first + MONTH * upto


def extinct_by(offspring: Any, upto: int) -> float:
    """Return the probability that generation ``upto`` is empty, by iterating the generating function."""
    chance = 0.0
    for _ in range(upto):
        chance = offspring(chance)
    return chance
