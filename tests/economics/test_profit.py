"""What a programme costs and brings, in integers; and what tokens are issued for."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rewardsim.economics.intervals import ratio_interval
from rewardsim.economics.profit import break_even, expected_cost, face_value, margin_of, owed, spent_value
from rewardsim.economics.purposes import OTHER, PURPOSES, by_purpose, purpose_of
from rewardsim.programme import Programme, load_programme

PROGRAMMES = Path(__file__).resolve().parents[2] / "data" / "programmes"
DAY = 17_400  # in August 2017


@pytest.fixture(scope="module")
def reward_mi() -> Programme:
    return load_programme(PROGRAMMES / "reward-mi.toml")


def roi(cost: int, fixed: int) -> float:
    gained = margin_of(5_250_000_00, 3000) - margin_of(5_000_000_00, 3000) - cost - fixed
    found = ratio_interval([gained], [cost + fixed])
    assert found is not None
    return found.estimate


def test_return_and_break_even() -> None:  # science.md G44
    assert margin_of(5_250_000_00, 3000) - margin_of(5_000_000_00, 3000) - 65_000_00 == 10_000_00
    assert roi(45_000_00, 20_000_00) == pytest.approx(0.153846, abs=5e-7)
    assert roi(31_500_00, 20_000_00) == pytest.approx(0.456311, abs=5e-7)
    share = break_even(65_000_00, 5_000_000_00, 3000)
    assert share is not None
    assert float(share) == pytest.approx(0.043333, abs=5e-7)
    subsidised = 5_000_000 / 5_250_000
    assert subsidised == pytest.approx(0.95238, abs=5e-6)


def test_nothing_breaks_even_on_no_revenue() -> None:
    assert break_even(1, 0, 3000) is None
    assert break_even(1, 100, 0) is None


def test_a_token_is_worth_the_most_it_can_bring(reward_mi: Programme) -> None:
    assert face_value(reward_mi, DAY) == 10  # paise: at checkout, and by the large coupon
    dear = reward_mi.vary({"redemption.checkout.value_per_token": "0.025"})
    assert face_value(dear, DAY) == 10  # the large coupon
    changes = {"redemption.checkout.enabled": False, "exchange.coupon-1000": None}
    off = reward_mi.vary(changes)
    assert face_value(off, DAY) == 4  # 100 rupees for 2,500 tokens
    none = reward_mi.vary(changes | {"exchange.coupon-100": None})
    assert face_value(none, DAY) == 0


def test_tokens_spent_are_valued_by_the_terms_of_their_day(reward_mi: Programme) -> None:
    first = DAY - 5
    dated = reward_mi.vary({"redemption.checkout.value_per_token": "0.005"}, start="2017-08-22")  # day 17,400
    spent = np.array([10, 0, 0, 0, 0, 7, 0], dtype=np.int64)
    assert spent_value(reward_mi, spent, first) == 170
    assert spent_value(dated, spent, first) == 100 + 3  # 7 tokens at half a paisa, rounded down once
    assert spent_value(dated, spent[:3], first) == 100
    assert spent_value(dated, spent, DAY + 400) == 8


def test_what_is_owed() -> None:
    assert owed(15, Fraction(1, 2)) == 7
    assert expected_cost(100, Fraction(10), cost=0, ended=0) == 1_000
    assert expected_cost(100, Fraction(10), cost=300, ended=60) == 500


def test_every_rule_has_a_purpose(reward_mi: Programme) -> None:
    names = set(reward_mi.names.rules.values())
    found = {name: purpose_of(name) for name in names}
    assert found["earning.purchase"] == "purchases"
    assert found["campaign:accessory-week"] == "campaigns"
    assert found["tiers.birthday"] == "birthdays"
    assert found["tiers.gold"] == "extra_by_tier"
    assert found["draws.rewardmi-launch"] == "draws"
    assert found["opening"] == OTHER
    assert set(by_purpose([])) == {*PURPOSES, OTHER}
    assert by_purpose([("referral", 3), ("referral", 4), ("adjustment", 1)])["referral"] == 7
