"""Presets give what the studies they are named after found: G20 and G21; G16 stands in test_goals."""

from __future__ import annotations

import numpy as np

from rewardsim.economics.decompose import FACTORS, Trade, revenue_parts
from rewardsim.experiments.simulations.lives import presence
from simulation.living import lift, live
from simulation.plain import WELCOME, club, pareto

CASH_BACK = '[earning.purchase]\nrate = "100%"\nbasis = "gross"\n[redemption.checkout]\nvalue_per_token = "0.01"\n'
# 1 % of the price: a token for each unit of currency, worth a hundredth of it


def trade(done) -> dict[str, Trade]:
    """What everybody did, as one group."""
    days = presence(done.persons, done.first_day, done.last_day).sum(dtype=np.int64)
    return {"all": Trade(int(days), int(done.persons["orders"].sum()), int(done.persons["revenue"].sum()))}


def compared(programme, population, **more):
    """The lift of revenue with its standard error, and its parts as shares."""
    done, twin = (live(under, population, **more) for under in (programme, None))
    parts = revenue_parts(trade(done), trade(twin))
    gained = int(done.persons["revenue"].sum() - twin.persons["revenue"].sum())
    assert sum(parts.values()) == gained  # A8
    found = lift(done.persons["revenue"], twin.persons["revenue"])
    return *found, {name: parts[name] / gained for name in FACTORS}


def test_a_hair_salon_over_five_years_g20():
    """+28 to 31 % of value, at least 80 % of it by attrition, at most 20 % by frequency, nothing by spend."""
    salon = pareto(behaviour={"preset": "salon"})
    gained, error, shares = compared(club(WELCOME), salon, members=40_000, weeks=260, seed=5)
    assert error < 0.006
    assert 0.28 - 4 * error <= gained <= 0.31 + 4 * error
    assert shares["attrition"] >= 0.8
    assert 0 < shares["frequency"] <= 0.2
    assert abs(shares["basket"]) < 0.01


def test_tokens_as_good_as_cash_g21():
    """1 to 4 % of sales, 1.74 % of them at once."""
    cash = pareto(behaviour={"preset": "cash_token"}, basket={"amount": "30.00"})
    gained, error, shares = compared(club(CASH_BACK), cash, members=60_000, weeks=52, seed=6)
    assert 4 * error < 0.01
    assert 0.01 < gained < 0.04
    assert abs(gained - 0.0174) < 0.01
    assert abs(shares["basket"]) < 0.01


def test_no_response_is_nothing_at_all():
    deaf = pareto(behaviour={"preset": "no_response"})
    done, twin = (live(under, deaf, members=2_000, weeks=52).persons for under in (club(CASH_BACK, WELCOME), None))
    for name in ("orders", "revenue", "left_day"):
        assert np.array_equal(done[name], twin[name])


def test_the_conservative_preset_lies_between_nothing_and_the_reference():
    gains = [
        lift(*(live(under, pareto(behaviour={"preset": preset}), members=8_000, weeks=104).persons["orders"]
               for under in (club(CASH_BACK, WELCOME), None)))
        for preset in ("conservative", "reference")
    ]  # fmt: skip
    assert gains[0][0] > 4 * gains[0][1]
    assert gains[1][0] - gains[0][0] > 4 * np.hypot(gains[0][1], gains[1][1])
