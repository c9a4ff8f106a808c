"""How long people stay: attrition in calendar time, and what a factor on it brings (G19)."""

from __future__ import annotations

import math

import pytest

from rewardsim.rules.records import NEVER
from simulation.altered import Altered
from simulation.living import live, within
from simulation.plain import PARETO, WELCOME, club, crowd, expected_purchases, pareto

MANY = 60_000
LIFTS = {0.95: 0.01746, 0.9: 0.03589, 0.8: 0.07605, 0.7: 0.12145, 0.5: 0.23373}  # at 52 weeks


def test_lifetimes_are_exponential():
    done = live(None, crowd(lifetime={"weeks": 20}), members=50_000, weeks=20)
    assert within(done.persons["left_day"] != NEVER, 1 - math.exp(-1))
    assert abs(done.tally.sum(axis=(0, 1, 2))[2] - (done.persons["left_day"] != NEVER).sum()) == 0


@pytest.mark.parametrize("weeks", [13, 52])
def test_survival_of_the_pareto_nbd(weeks):
    done = live(None, pareto(), members=50_000, weeks=weeks, seed=2)
    s, beta = PARETO["s"], PARETO["beta_weeks"]
    assert within(done.persons["left_day"] == NEVER, (beta / (beta + weeks)) ** s)


@pytest.fixture(scope="module")
def twin():
    """How often each buys without the programme."""
    return live(None, pareto(), members=MANY, weeks=52, seed=3).persons["orders"]


@pytest.mark.parametrize("factor", LIFTS)
def test_lower_attrition_lifts_purchases_g19(twin, factor):
    """Tokens to begin with, and from that moment on attrition times ``factor``."""
    wanted = expected_purchases(52, **{**PARETO, "beta_weeks": PARETO["beta_weeks"] / factor})
    assert wanted / 1.473527 - 1 == pytest.approx(LIFTS[factor], abs=2e-5)
    stay = Altered(pareto(), habits={"stay_member": -math.log(factor)})
    member = live(club(WELCOME), stay, members=MANY, weeks=52, seed=3).persons["orders"]
    assert within(member - twin, wanted - 1.473527)


def test_whoever_stays_longer_loses_nothing():
    """Under the same luck a lower hazard takes no purchase from anybody."""
    stay = Altered(pareto(), habits={"stay_member": -math.log(0.5)})
    member, twin = (live(programme, stay, members=20_000, weeks=52).persons for programme in (club(WELCOME), None))
    assert (member["orders"] >= twin["orders"]).all()
    assert (member["left_day"] >= twin["left_day"]).all()
