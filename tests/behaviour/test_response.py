"""The multiplier: none without effects, the goal gradient of the literature, rewards, tiers, bounds."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest

from behaviour.made import AT, DAY, Scene, random_scene, scene
from rewardsim.behaviour.parameters import EFFECTS, PRESETS, ceiling
from rewardsim.behaviour.response import multiplier, tiers_held


def factor(made: Scene, at: float = AT, m: int = 0) -> float:
    return multiplier(made.law, made.terms, made.book, made.world, m, at)


def card(stamps: int, **habits: float) -> list[float]:
    """The multiplier before each purchase of a card that is full after so many, every purchase a stamp."""
    made = scene((stamps * 100,), (5_000,)).set(**({"goal_reach": 6.0} | habits))
    made.person.redeemed_at = AT - 5_000.0
    found = []
    for _ in range(stamps):
        found.append(factor(made))
        made.give(100)
    return found


def completion(factors: list[float]) -> float:
    """Expected time to fill a card, in intervals without any goal; the variance is that of a sum of exponentials."""
    return sum(1.0 / value for value in factors)


class TestNull:
    """A1: no effect, no difference."""

    @pytest.mark.parametrize("seed", range(6))
    def test_without_effects_the_factor_is_exactly_one(self, seed: int) -> None:
        made = random_scene(seed, 50).set(**PRESETS["no_response"])
        assert {factor(made, m=m) for m in range(50)} == {1.0}

    def test_whoever_does_not_pursue_goals_is_not_moved_by_them(self) -> None:
        made = scene((1000,)).give(900).set(goal=0.5, endowed=0.3)
        assert factor(made) > 1.5
        made.person.goal = 0.0
        assert factor(made) == 1.0


class TestGoalGradient:
    """G14 to G16 from the multiplier itself, over the states of a card."""

    @pytest.mark.parametrize(
        ("gamma", "mean", "variance"), [(0.25, 8.959029, 8.067761), (0.5, 8.067761, 6.642533)]
    )
    def test_g14_ten_stamps(self, gamma: float, mean: float, variance: float) -> None:
        factors = card(10, goal=gamma)
        assert completion(factors) == pytest.approx(mean, abs=5e-7)
        assert sum(1.0 / value**2 for value in factors) == pytest.approx(variance, abs=5e-7)

    def test_g14_twelve_stamps_with_two_for_nothing(self) -> None:
        factors = card(12, goal=0.25)[2:]
        assert completion(factors) == pytest.approx(8.749164, abs=5e-7)
        assert sum(1.0 / value**2 for value in factors) == pytest.approx(7.682176, abs=5e-7)
        assert completion(factors) / completion(card(10, goal=0.25)) == pytest.approx(0.976575, abs=5e-7)

    @pytest.mark.parametrize(
        ("gamma", "last_to_first", "saving"), [(0.247937, 0.8, 0.896697), (0.411616, 0.690421, 0.836735)]
    )
    def test_g15_one_parameter_cannot_fit_both(self, gamma: float, last_to_first: float, saving: float) -> None:
        factors = card(10, goal=gamma)
        assert factors[0] / factors[-1] == pytest.approx(last_to_first, abs=2e-6)
        assert completion(factors) / 10.0 == pytest.approx(saving, abs=2e-6)

    def test_g16_the_cafe_preset_fits_both(self) -> None:
        factors = card(10, **PRESETS["cafe"])
        assert factors[0] / factors[-1] == pytest.approx(0.8, abs=1e-5)
        assert completion(factors) / 10.0 * 29.4 == pytest.approx(24.6, abs=1e-3)

    def test_a3_the_pull_grows_towards_the_goal_and_is_gone_with_the_tokens(self) -> None:
        factors = card(10, goal=0.4)
        assert all(one < other for one, other in pairwise(factors))
        assert factors[0] == 1.0
        made = scene((1000,)).give(1000).set(goal=0.4, rewarded=0.05)
        made.member.available = 0
        made.person.redeemed_at = AT
        assert 1.0 < factor(made) < factors[-1]

    def test_tokens_for_nothing_press_only_until_the_first_reward(self) -> None:
        made = scene((1000,)).give(50).set(endowed=0.2)
        assert factor(made) == pytest.approx(math.exp(0.2))
        made.person.redeemed_at = AT - 1.0
        assert factor(made) == 1.0

    def test_without_a_goal_they_do_not_press(self) -> None:
        assert factor(scene().give(50).set(endowed=0.2)) == 1.0


class TestOtherEffects:
    def test_a_reward_lifts_and_wanes(self) -> None:
        made = scene().set(rewarded=0.1, rewarded_weeks=4.0)
        assert factor(made) == 1.0
        made.person.redeemed_at = AT
        assert factor(made) == pytest.approx(math.exp(0.1))
        assert factor(made, AT + 28.0) == pytest.approx(math.exp(0.1 / math.e))
        assert factor(made, AT + 2_000.0) == 1.0

    def test_each_tier_adds_a_step_while_tiers_run(self) -> None:
        made = scene(levels=(0, 100, 200)).set(tier_step=0.03)
        found = []
        for tier in range(-1, 3):
            made.book.standings[0].tier = tier
            found.append(math.log(factor(made)) / 0.03)
        assert found == pytest.approx([0, 1, 2, 3])
        made.terms.tiers_to = DAY
        assert factor(made) == 1.0
        assert tiers_held(made.terms, made.book, 0, DAY) == 0

    @pytest.mark.parametrize("tier", [0, 1, 2])
    def test_a6_a_tier_lost_hurts_more_than_it_helped(self, tier: int) -> None:
        made = scene(levels=(10, 100, 200)).set(tier_step=0.03, loss_aversion=1.5)
        standing = made.book.standings[0]
        standing.tier = tier - 1
        before = math.log(factor(made))
        standing.tier = tier
        gained = math.log(factor(made)) - before
        standing.tier = tier - 1
        made.person.demoted_at = AT
        lost = before + gained - math.log(factor(made))
        assert gained > 0.0
        assert lost == pytest.approx(2.5 * gained)
        made.person.demoted_at = AT - 10_000.0
        assert math.log(factor(made)) == pytest.approx(before)

    def test_a_coupon_presses_while_it_is_valid(self) -> None:
        made = scene((100,)).hold(0, DAY + 2).set(coupon=0.1)
        assert [factor(made, AT + days) for days in (0, 1, 2)] == pytest.approx([math.exp(0.1), math.exp(0.1), 1.0])

    def test_tokens_press_in_their_last_thirty_days(self) -> None:
        made = scene().give(10, DAY + 40).give(90).set(expiring=0.1)
        assert [factor(made, AT + days) > 1.0 for days in (0, 9, 10, 39)] == [False, False, True, True]

    def test_membership_is_a_plain_factor(self) -> None:
        assert factor(scene().set(membership=math.log(1.048))) == pytest.approx(1.048, rel=1e-12)

    def test_effects_multiply(self) -> None:
        made = scene((1000,), levels=(0, 10**6)).give(500, DAY + 5).hold(0, DAY + 9)
        made.book.standings[0].tier = 0
        made.person.redeemed_at = AT - 3.0
        alone = 1.0
        together = {"goal": 0.3, "rewarded": 0.1, "membership": 0.02, "tier_step": 0.05, "coupon": 0.1, "expiring": 0.2}
        for name, value in together.items():
            made.set(**(dict.fromkeys(together, 0.0) | {name: value}))
            alone *= factor(made)
        assert factor(made.set(**together)) == pytest.approx(alone)


class TestBounds:
    def test_the_factor_is_clipped(self) -> None:
        made = scene(levels=(0,)).set(tier_step=0.1, loss_aversion=2.5, multiplier_min=0.95)
        made.book.standings[0].tier = -1
        made.person.demoted_at = AT
        assert factor(made) == 0.95
        made = scene((1000,)).give(990).set(goal=0.6, multiplier_max=1.2)
        assert factor(made) == 1.2

    @pytest.mark.parametrize("seed", range(12))
    def test_no_factor_exceeds_the_ceiling(self, seed: int) -> None:
        made = random_scene(seed, 100)
        values = {name: getattr(made.habits, name) for name in PRESETS["reference"]}
        top = ceiling(values, len(made.law.levels))
        assert max(factor(made, m=m) for m in range(100)) <= top <= values["multiplier_max"]

    def test_the_ceiling_is_reached(self) -> None:
        rng = random.Random(5)
        values = PRESETS["reference"] | {name: rng.uniform(0.01, 0.1) for name in EFFECTS}
        made = scene((10**6,), levels=(0, 10)).set(**values).give(10**6 - 1, DAY + 1).hold(0, DAY + 1)
        made.book.standings[0].tier = 1
        made.person.rate = 10.0
        low = factor(made)
        made.person.redeemed_at = AT
        high = factor(made)
        assert max(low, high) <= ceiling(values, 2)
        either = min(values["endowed"], values["rewarded"])  # never both at once
        assert math.log(max(low, high)) == pytest.approx(math.log(ceiling(values, 2)) - either, abs=1e-5)
