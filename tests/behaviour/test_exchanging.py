"""Exchanging: hoarding for the convex step, and nothing the law must refuse."""

from __future__ import annotations

import random

import pytest

from behaviour.made import ALWAYS_WORD, DAY, NEVER_WORD, Scene, random_scene, scene
from rewardsim.behaviour.exchanging import item_wish, value_of_waiting
from rewardsim.rules import codes
from rewardsim.rules.exchange import exchange_refusal
from rewardsim.rules.records import NONE, Counter, Event

CODE, SMALL, BIG = 0, 1, 2


def wish(made: Scene, word: int = ALWAYS_WORD, m: int = 0) -> int:
    return item_wish(made.law, made.terms, made.book, made.world, m, DAY, word)


def reward_mi(tokens: int, patience: float, rate: float = 0.05) -> Scene:
    """Reward Mi's table: a code for 1,000, a 100 rupee coupon for 2,500, a 1,000 rupee coupon for 10,000."""
    made = scene((1_000, 2_500, 10_000), (3_000, 10_000, 100_000)).give(tokens)
    made.person.patience = patience
    made.person.rate = rate  # a purchase of 1,000 rupees, 100 tokens, every 20 days: 5 tokens a day
    return made


class TestHoarding:
    @pytest.mark.parametrize(
        ("tokens", "patience", "item"),
        [
            (9_900, 120.0, NONE),  # 20 days to ten times the coupon: worth waiting
            (8_500, 365.0, NONE),
            (8_500, 30.0, SMALL),  # 300 days are ten half-lives
            (2_500, 365.0, SMALL),  # 1,500 days are too many for anybody
            (10_000, 5.0, BIG),
            (10_000, 1_000.0, BIG),
            (2_000, 0.5, CODE),
            (2_499, 0.5, NONE),  # even he waits for tomorrow
            (999, 0.5, NONE),
        ],
    )
    def test_the_patient_wait_for_the_convex_step(self, tokens: int, patience: float, item: int) -> None:
        assert wish(reward_mi(tokens, patience)) == item

    def test_waiting_is_worth_half_after_the_half_life(self) -> None:
        made = reward_mi(9_500, 100.0)
        assert value_of_waiting(made.law, made.terms, made.book, made.world, 0, DAY) == pytest.approx(5.0)

    def test_patience_only_ever_makes_wait(self) -> None:
        for tokens in range(2_500, 10_000, 100):
            waits = [wish(reward_mi(tokens, patience)) == NONE for patience in (0.0, 1.0, 10.0, 100.0, 1_000.0, 1e5)]
            assert waits == sorted(waits)
            assert waits[0] is False
            assert waits[-1] is True

    def test_whoever_earns_nothing_does_not_wait(self) -> None:
        assert wish(reward_mi(9_900, 1_000.0, rate=0.0)) == SMALL

    def test_what_is_on_its_way_shortens_the_wait(self) -> None:
        made = reward_mi(2_500, 10.0)
        assert wish(made) == SMALL
        made.member.pending = 7_500
        assert wish(made) == NONE

    def test_nobody_waits_beyond_expiry_and_nobody_foresees_the_end_of_an_offer(self) -> None:
        made = reward_mi(9_900, 365.0)
        assert wish(made) == NONE
        made.book.lots[0].expiry_day = DAY + 20
        assert wish(made) == SMALL
        made = reward_mi(9_900, 365.0)
        made.law.items[BIG].to_day = DAY + 20
        assert wish(made) == NONE

    def test_the_small_coupon_goes_if_the_table_is_linear(self) -> None:
        made = reward_mi(9_900, 1_000.0)
        made.world.worths[BIG] = 40_000
        assert wish(made) == SMALL


class TestChoice:
    def test_most_a_token_and_the_dearest_of_equals(self) -> None:
        made = scene((100, 200, 300, 400), (1_000, 2_000, 2_900, 100_000)).give(350)
        made.person.patience = 0.0
        assert wish(made) == 1

    def test_nothing_is_given_for_what_is_worth_nothing(self) -> None:
        assert wish(scene((100,), (0,)).give(500)) == NONE

    def test_only_what_the_law_lets_him(self) -> None:
        made = scene((100,), (1_000,)).give(500)
        made.member.debt = 1
        assert wish(made) == NONE
        made = scene((100,), (1_000,)).give(500)
        made.law.items[0].per_member_max = 1
        made.law.items[0].per_member_period = codes.PER_PROGRAMME
        assert wish(made) == 0
        made.book.counters[0] = Counter(period=0, used=1)
        assert wish(made) == NONE

    @pytest.mark.parametrize("seed", range(30))
    def test_the_law_refuses_nothing(self, seed: int) -> None:
        made = random_scene(seed, 60)
        for m in range(60):
            item = wish(made, ALWAYS_WORD, m)
            if item != NONE:
                event = Event(type=codes.EXCHANGE, member=m, day=DAY, item=item)
                assert exchange_refusal(made.law, made.book, event, DAY) == codes.APPLIED

    def test_the_frequency_is_the_probability(self) -> None:
        # -1.5 + .8 ln(1 + 100,000 / 100,000), and .7 more while tokens expire soon
        rng = random.Random(3)
        n = 20_000
        for expiry_day, expected in ((DAY + 31, 0.279810), (DAY + 30, 0.438920)):
            made = scene((100,), (100_000,)).give(500, expiry_day)
            made.person.reluctance = -1.5
            share = sum(wish(made, rng.getrandbits(32)) == 0 for _ in range(n)) / n
            assert abs(share - expected) <= 4 * (expected * (1 - expected) / n) ** 0.5

    def test_reluctance_can_keep_him_from_it(self) -> None:
        assert wish(scene((100,), (1_000,)).give(500), NEVER_WORD) == NONE
