"""Baskets: their distribution, what friends add, and topping up."""

from __future__ import annotations

import math
import random

import pytest

from behaviour.made import ALWAYS_WORD, AT, DAY, NEVER_WORD, Scene, scene
from rewardsim.behaviour.basket import basket, mean_basket, topped_up
from rewardsim.behaviour.records import REFERRED
from rewardsim.rules import codes
from rewardsim.rules.records import NONE, Band

HALF = 1 << 31


def size(made: Scene, word: int, at: float = AT, place: int = 0, member: bool = True) -> int:
    return basket(made.world, made.person, at, word, place, member)


class TestSize:
    def test_quantiles_are_joined_by_straight_lines(self) -> None:
        made = scene()
        made.world.baskets[:] = [0.0, 1.0, 4.0]
        made.person.spend = 1_000.0
        assert [size(made, word) for word in (0, HALF // 2, HALF, HALF + HALF // 2, NEVER_WORD)] == [
            1, 500, 1_000, 2_500, 4_000,
        ]  # fmt: skip

    def test_a_table_of_one_is_a_price(self) -> None:
        made = scene()
        made.world.baskets[:] = [1.0]
        made.person.spend = 999.5
        assert {size(made, word) for word in (0, HALF, NEVER_WORD)} == {1_000}

    def test_nothing_is_free(self) -> None:
        made = scene()
        made.person.spend = 0.2
        assert size(made, 0) == 1

    def test_the_category_and_the_person_scale_it(self) -> None:
        made = scene()
        made.world.category_factors[:] = [1.0, 0.5, 3.0]
        assert [size(made, HALF, place=place) for place in range(3)] == [100_000, 50_000, 300_000]
        made.person.spend *= 2
        assert size(made, HALF) == 200_000

    def test_the_mean_is_what_members_expect(self) -> None:
        made = scene()
        rng = random.Random(11)
        found = [size(made, rng.getrandbits(32)) for _ in range(20_000)]
        mean = sum(found) / len(found)
        error = math.sqrt(sum((x - mean) ** 2 for x in found)) / len(found)
        assert abs(mean - mean_basket(made.world, made.person)) <= 4 * error

    def test_a_price_effect_touches_members_only(self) -> None:
        made = scene().set(basket=math.log(1.02))
        assert size(made, HALF) == 102_000
        assert size(made, HALF, member=False) == 100_000

    @pytest.mark.parametrize("margin", [0.25, -0.1])
    def test_friends_differ_at_first(self, margin: float) -> None:
        made = scene().set(friend_margin=margin, friend_margin_weeks=52.0)
        made.person.arrival = AT
        assert size(made, HALF) == 100_000
        made.person.kind = REFERRED
        assert size(made, HALF) == round(100_000 * (1 + margin))
        assert size(made, HALF, AT + 364.0) == round(100_000 * (1 + margin / math.e))
        assert size(made, HALF, AT + 364.0 * 50) == 100_000


class TestTopUp:
    def raised(self, made: Scene, amount: int, word: int = ALWAYS_WORD) -> int:
        return topped_up(made.law, made.terms, made.book, made.world, 0, DAY, amount, word)

    def test_to_the_least_order_that_earns(self) -> None:
        made = scene(minimum_order=10_000).set(top_up=0.3, top_up_within=0.1)
        assert [self.raised(made, amount) for amount in (9_000, 9_091, 9_999, 10_000, 10_001)] == [
            9_000, 10_000, 10_000, 10_000, 10_001,
        ]  # fmt: skip
        assert self.raised(made, 9_999, int(0.31 * 2**32)) == 9_999
        assert self.raised(made, 9_999, int(0.29 * 2**32)) == 10_000

    def test_as_far_above_as_is_seen_and_no_farther(self) -> None:
        made = scene(minimum_order=15_000).set(top_up=1.0, top_up_within=0.5)
        assert [self.raised(made, amount) for amount in (9_999, 10_000)] == [9_999, 15_000]

    def test_what_is_reached_exactly_hides_nothing(self) -> None:
        made = scene(levels=(0, 50_000), minimum_order=10_000).spend(DAY, 41_000).set(top_up=1.0, top_up_within=0.2)
        made.book.standings[0].tier = 0
        assert self.raised(made, 9_000) == 10_000

    def test_never_with_probability_nothing(self) -> None:
        made = scene(minimum_order=10_000).set(top_up=0.0, top_up_within=0.5)
        assert self.raised(made, 9_999) == 9_999

    def test_not_where_purchases_earn_nothing(self) -> None:
        made = scene(minimum_order=10_000, earn_on=0).set(top_up=1.0, top_up_within=0.5)
        assert self.raised(made, 9_999) == 9_999

    def test_to_the_next_tier_by_spend(self) -> None:
        made = scene(levels=(0, 50_000)).spend(DAY, 41_000).set(top_up=1.0, top_up_within=0.2)
        made.book.standings[0].tier = 0
        assert [self.raised(made, amount) for amount in (7_000, 8_000, 9_000, 10_000)] == [7_000, 9_000, 9_000, 10_000]
        made.terms.criterion = codes.BY_ORDERS
        assert self.raised(made, 8_000) == 8_000

    def test_to_the_end_of_a_band_and_the_nearest_comes_first(self) -> None:
        made = scene(minimum_order=5_300, band_count=2).set(top_up=1.0, top_up_within=0.2)
        made.law.bands[:] = [Band(upper=5_500, tokens=1, per=1000), Band(upper=NONE, tokens=2, per=1000)]
        assert [self.raised(made, amount) for amount in (5_000, 5_300, 5_400, 5_500)] == [5_300, 5_500, 5_500, 5_500]
