"""The factor on attrition: each reason to stay or leave, and none."""

from __future__ import annotations

import math

import pytest

from behaviour.made import AT, DAY, Scene, random_scene, scene
from rewardsim.behaviour.attrition import hazard_factor
from rewardsim.behaviour.parameters import PRESETS
from rewardsim.rules.records import NEVER


def urge(made: Scene, at: float = AT, m: int = 0) -> float:
    return math.log(hazard_factor(made.law, made.terms, made.book, made.world, m, at))


@pytest.mark.parametrize("seed", range(6))
def test_without_effects_the_factor_is_exactly_one(seed: int) -> None:
    made = random_scene(seed, 50).set(**PRESETS["no_response"])
    found = {hazard_factor(made.law, made.terms, made.book, made.world, m, AT) for m in range(50)}
    assert found == {1.0}


def test_whoever_ever_had_tokens_stays_longer() -> None:
    made = scene().set(stay_member=0.1)
    assert urge(made) == 0.0
    made.give(5)
    made.member.available = 0
    assert urge(made) == pytest.approx(-0.1)


def test_each_tier_keeps() -> None:
    made = scene(levels=(0, 10)).set(stay_tier_step=0.05)
    made.book.standings[0].tier = 1
    assert urge(made) == pytest.approx(-0.1)


def test_a_balance_keeps_by_its_worth_beside_a_basket() -> None:
    made = scene(redeem_on=1).set(stay_balance=0.1, token_worth=0.5)
    assert urge(made) == 0.0
    made.give(10_000)  # at 10 minor units each, half believed: 50,000 beside baskets of 100,000
    assert urge(made) == pytest.approx(-0.1 * math.log(1.5))
    made.terms.redeem_on = 0
    assert urge(made) == 0.0


def test_a_friend_stays_while_his_referrer_does() -> None:
    made = scene(members=2).set(stay_referrer=0.2)
    assert urge(made) == 0.0
    made.person.inviter = 1
    made.world.persons[1].left_day = NEVER
    assert urge(made) == pytest.approx(-0.2)
    made.world.persons[1].left_day = DAY
    assert urge(made) == pytest.approx(-0.2)
    made.world.persons[1].left_day = DAY - 1
    assert urge(made) == 0.0


@pytest.mark.parametrize(("moment", "name"), [("demoted_at", "leave_demoted"), ("missed_at", "leave_missed")])
def test_a_disappointment_drives_away_for_a_while(moment: str, name: str) -> None:
    made = scene().set(leave_weeks=8.0, **{name: 0.3})
    assert urge(made) == 0.0
    setattr(made.person, moment, AT)
    assert [urge(made, AT + days) for days in (0.0, 55.9, 56.0)] == pytest.approx([0.3, 0.3, 0.0])


def test_reasons_add_up() -> None:
    made = scene(levels=(0,)).give(1).set(stay_member=0.1, stay_tier_step=0.05, leave_missed=0.2)
    made.book.standings[0].tier = 0
    made.person.missed_at = AT - 1.0
    assert urge(made) == pytest.approx(0.05)
