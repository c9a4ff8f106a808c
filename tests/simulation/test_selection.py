"""Who earns rewards, and whom they move (A4): heavy buyers take most of what is given, and change least."""

from __future__ import annotations

import numpy as np

from rewardsim.population import load_population
from rewardsim.programme import load_programme
from rewardsim.rules import codes
from rewardsim.rules.records import NEVER
from simulation.altered import Altered
from simulation.living import day, lift, live
from simulation.plain import DATA, STAMPS, club, crowd


def thirds(twin, joined) -> list[np.ndarray]:
    """Members in three parts of one size, by how often they buy without any programme."""
    rows = np.flatnonzero(joined)
    return np.array_split(rows[np.argsort(twin.persons["rate"][rows], kind="stable")], 3)


def shares_and_lifts(programme, population, **more):
    """Shares of tokens issued, and lifts of purchases with their errors, by third, light buyers first."""
    done, twin = (live(under, population, **more) for under in (programme, None))
    people = len(twin.persons)
    parts = thirds(twin, done.persons["enrol_day"][:people] != NEVER)
    given = -done.auditor.balances[:people, codes.ISSUE]
    lifts = [lift(done.persons["orders"][:people][part], twin.persons["orders"][part]) for part in parts]
    return [given[part].sum() / given.sum() for part in parts], lifts


def test_a_reward_to_be_had_once_a4():
    """Everybody pursues it; whoever buys often gets it anyway, and soon has no goal any more."""
    once = club(STAMPS, '[[exchange]]\nid = "gift"\nkind = "code"\ntokens = 5\nper_member_max = 1\n')
    mixed = crowd(purchases={"r": 0.553, "alpha_weeks": 0.553}, worths={"gift": "5.00"})
    shares, lifts = shares_and_lifts(
        once, Altered(mixed, habits={"goal": 0.4, "incremental": 1.0, "multiplier_max": 1.6}), members=12_000, weeks=52
    )
    assert shares[2] > 0.6
    (_, _), (middle, error), (top, other) = lifts
    assert lifts[0][0] > 0
    assert middle - top > 4 * np.hypot(error, other)
    assert lifts[0][0] - top > 4 * np.hypot(lifts[0][1], other)


def test_the_reference_programme_a4():
    """The top third takes most of it and is moved less than the middle third.

    The lowest third buys one thing in nine years: what moves it at all cannot be told from here.
    """
    india = load_population(DATA / "populations" / "india-2017.toml")
    reward_mi = load_programme(DATA / "programmes" / "reward-mi.toml")
    shares, (_, middle, top) = shares_and_lifts(reward_mi, india, members=24_000, last_day=day("2018-12-31"))
    assert shares[2] > 0.6
    assert top[0] > 0
    assert middle[0] - top[0] > 4 * np.hypot(middle[1], top[1])
