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


def thirds(twin, joined, least) -> list[np.ndarray]:
    """Buyers in three parts of one size, by how often they buy without any programme.

    A buyer's rate lets him buy ``least`` times at least in the days simulated.
    """
    days = twin.last_day - twin.first_day + 1
    rows = np.flatnonzero(joined & (twin.persons["rate"] * days >= least))
    return np.array_split(rows[np.argsort(twin.persons["rate"][rows], kind="stable")], 3)


def shares_and_lifts(programme, population, least=0.0, **more):
    """Shares of tokens issued, and lifts of purchases with their errors, by third, light buyers first."""
    done, twin = (live(under, population, **more) for under in (programme, None))
    people = len(twin.persons)
    parts = thirds(twin, done.persons["enrol_day"][:people] != NEVER, least)
    given = -done.auditor.balances[:people, codes.ISSUE]
    lifts = [lift(done.persons["orders"][:people][part], twin.persons["orders"][part]) for part in parts]
    return [given[part].sum() / sum(given[one].sum() for one in parts) for part in parts], lifts


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
    """Of those who can be expected to buy at all in these days, the top third takes most and is moved least.

    By what they are, not by what they bought: nobody is chosen for his luck.
    """
    india = load_population(DATA / "populations" / "india-2017.toml")
    reward_mi = load_programme(DATA / "programmes" / "reward-mi.toml")
    shares, lifts = shares_and_lifts(reward_mi, india, members=40_000, last_day=day("2018-12-31"), least=1.0)
    (light, error), (middle, other), (top, last) = lifts
    assert shares[2] > 0.6
    assert top > 4 * last
    assert light - top > 4 * np.hypot(error, last)
    assert middle - top > 4 * np.hypot(other, last)
