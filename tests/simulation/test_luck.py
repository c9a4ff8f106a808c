"""Common random numbers: the difference between two programmes under the same luck hardly varies (W11's kind)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rewardsim.experiments.simulations.growth import ReproductionWarning
from rewardsim.experiments.simulations.simulate import simulate
from simulation.altered import Altered
from simulation.everything import programme, town
from simulation.living import live, total
from simulation.plain import club, crowd

MEMBERS, WEEKS, REPLICATES = 1_000, 52, 24
EARN = '[earning.purchase]\nrate = { tokens = 1, per = "1.00" }\nbasis = "gross"\n'
BONUS = """
[tiers]
criterion = "tokens_earned"
window = { kind = "lifetime" }
downgrade = "never"
[[tiers.levels]]
id = "regular"
from = 200
earn_multiplier = "1.1"
"""


def buyers():
    """Purchases of 20.00 on average, exponential, one in five weeks; 2 % leave a week."""
    return crowd(purchases={"per_week": 0.2}, lifetime={"weeks": 50}, basket={"p": 1, "q": 1_000, "v": "19980.00"})


@pytest.fixture(scope="module")
def worlds():
    """Tokens issued and revenue without and with a bonus above 200 points that also makes people stay, by replicate."""
    crew = buyers()
    habits = {"stay_tier_step": -math.log(0.95)}
    found = np.zeros((2, REPLICATES, 2))
    for arm, under in enumerate((club(EARN), club(EARN, BONUS))):
        for replicate in range(REPLICATES):
            done = live(under, Altered(crew, habits=habits), members=MEMBERS, weeks=WEEKS, replicate=replicate)
            found[arm, replicate] = done.auditor.issued.sum(), total(done, "revenue")
    return found


@pytest.mark.parametrize(("measure", "least"), [(0, 100), (1, 100)], ids=["tokens", "revenue"])
def test_differences_vary_a_hundred_times_less(worlds, measure, least):
    base, other = worlds[:, :, measure]
    paired = other - base
    apart = np.concatenate([other - np.roll(base, shift) for shift in range(1, REPLICATES)])
    assert paired.mean() > 4 * paired.std(ddof=1) / math.sqrt(REPLICATES)
    assert apart.var() / paired.var(ddof=1) >= least


def test_few_replicates_are_enough_for_a_hundredth(worlds):
    """Replicates for a standard error of 1 % of the effect, paired, against those with independent seeds."""
    base, other = worlds[:, :, 0]
    wanted = 0.01 * (other - base).mean()
    paired = (other - base).var(ddof=1) / wanted**2
    apart = (base.var(ddof=1) + other.var(ddof=1)) / wanted**2
    assert paired < 500
    assert apart > 100 * paired


def test_people_whom_the_bonus_never_reached_are_the_same():
    crew = Altered(buyers(), habits={"stay_tier_step": 0.05})
    one, other = (live(under, crew, members=2_000, weeks=WEEKS) for under in (club(EARN), club(EARN, BONUS)))
    below = other.persons["tier"] < 0
    assert 200 < below.sum() < 1_900
    for name in ("orders", "revenue", "left_day", "next_at", "worn"):
        assert np.array_equal(one.persons[name][below], other.persons[name][below]), name


def test_the_parts_of_an_effect_sum_to_it_exactly_a8(tmp_path):
    """In whole minor units, in every replicate and for every pair of arms."""
    dearer = programme().vary({"exchange.coupon.tokens": 40})
    asked = {"members": 80, "until": "2020-08-31", "replicates": 3, "variants": {"dear": dearer}}
    with pytest.warns(ReproductionWarning):  # a town of eager inviters, so that there is a part of referral
        run = simulate(programme(), town(), out=tmp_path, **asked)
    parts = run.parts
    assert len(parts) == 3 * 3
    assert (parts[["attrition", "frequency", "basket", "mix", "referral"]].sum(axis=1) == parts["total"]).all()
    for (arm, against), rows in parts.groupby(["arm", "against"]):
        mine, others = (run.totals(name)["revenue"] for name in (arm, against))
        assert rows["total"].tolist() == [one - other for one, other in zip(mine, others, strict=True)]
    assert (parts[["attrition", "frequency", "basket", "referral"]] != 0).any().all()
