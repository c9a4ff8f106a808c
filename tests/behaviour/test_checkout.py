"""The checkout: G22, A10, nothing the law must refuse, the right coupon."""

from __future__ import annotations

import random

import pytest

from behaviour.made import ALWAYS_WORD, DAY, NEVER_WORD, Scene, random_scene, scene
from rewardsim.behaviour.checkout import coupon_for, redemption_probability, redemption_wish
from rewardsim.rules import codes
from rewardsim.rules.exchange import use_refusal
from rewardsim.rules.records import NONE, Event, EventLine, Order
from rewardsim.rules.redemption import redemption_refusal


def wish(made: Scene, amount: int, *words: int, m: int = 0) -> int:
    return redemption_wish(made.law, made.terms, made.book, made.world, m, DAY, amount, *words)


class TestProbability:
    @pytest.mark.parametrize(
        ("held", "soon", "expected"),
        [
            (0, False, 0.099750),
            (50, False, 0.132892),
            (100, False, 0.161720),
            (100, True, 0.279794),
            (400, False, 0.286499),
        ],
    )
    def test_g22(self, held: int, soon: bool, expected: float) -> None:
        made = scene()
        made.person.reluctance = -2.2
        found = redemption_probability(made.world, made.person, float(held), 100, soon)
        assert found == pytest.approx(expected, abs=5e-7)

    def test_it_stays_a_probability(self) -> None:
        made = scene()
        for reluctance in (-1e4, -40.0, 0.0, 40.0, 1e4):
            made.person.reluctance = reluctance
            assert 0.0 <= redemption_probability(made.world, made.person, 1e12, 1, True) <= 1.0
            assert 0.0 <= redemption_probability(made.world, made.person, 0.0, 0, False) <= 1.0

    def test_the_frequency_is_the_probability(self) -> None:
        made = scene(redeem_on=1).give(1_000)
        made.person.reluctance = -1.0
        expected = redemption_probability(made.world, made.person, 1_000 * 0.8 * 10, 20_000, False)
        rng = random.Random(2)
        n = 20_000
        share = sum(wish(made, 20_000, rng.getrandbits(32), 0, 0) > 0 for _ in range(n)) / n
        assert abs(share - expected) <= 4 * (expected * (1 - expected) / n) ** 0.5


class TestAmount:
    def made(self, **terms: int) -> Scene:
        return scene(**({"redeem_on": 1, "redeem_min": 100, "redeem_step": 10, "redeem_share_bp": 2_000} | terms))

    def test_all_that_the_rules_allow(self) -> None:
        made = self.made().give(537).set(redeem_all=1.0)
        assert wish(made, 100_000, ALWAYS_WORD, 0, 0) == 530
        assert wish(made, 15_000, ALWAYS_WORD, 0, 0) == 300
        assert wish(made, 4_999, ALWAYS_WORD, 0, 0) == 0
        assert wish(made, 5_000, ALWAYS_WORD, 0, 0) == 100

    def test_else_any_permitted_part_of_it_equally_likely(self) -> None:
        made = self.made().give(130).set(redeem_all=0.0)
        found = [wish(made, 100_000, ALWAYS_WORD, 0, word) for word in range(0, 2**32, 2**26)]
        assert sorted(set(found)) == [100, 110, 120, 130]
        assert {found.count(tokens) for tokens in set(found)} == {16}

    def test_a_part_is_never_nothing(self) -> None:
        made = self.made(redeem_min=0).give(40).set(redeem_all=0.0)
        found = [wish(made, 100_000, ALWAYS_WORD, 0, word) for word in range(0, 2**32, 2**26)]
        assert sorted(set(found)) == [10, 20, 30, 40]

    def test_not_unless_the_rules_let_him(self) -> None:
        assert wish(self.made(redeem_on=0).give(500), 100_000, ALWAYS_WORD, 0, 0) == 0
        assert wish(self.made().give(99), 100_000, ALWAYS_WORD, 0, 0) == 0
        made = self.made().give(500)
        made.member.debt = 1
        assert wish(made, 100_000, ALWAYS_WORD, 0, 0) == 0

    def test_not_if_he_does_not_want_to(self) -> None:
        assert wish(self.made().give(500), 100_000, NEVER_WORD, 0, 0) == 0

    @pytest.mark.parametrize("seed", range(30))
    def test_the_law_refuses_nothing_and_cuts_nothing(self, seed: int) -> None:
        made = random_scene(seed, 60)
        made.book.orders.append(Order())
        rng = random.Random(seed)
        for m in range(60):
            amount = rng.randrange(1, 300_000)
            tokens = wish(made, amount, rng.getrandbits(32) // 4, rng.getrandbits(32), rng.getrandbits(32), m=m)
            event = Event(type=codes.REDEEM, member=m, day=DAY, amount=amount, tokens=tokens, order=0)
            if tokens:
                assert redemption_refusal(made.law, made.book, event) == codes.APPLIED
                assert tokens <= made.book.members[m].available
                assert tokens % made.terms.redeem_step == 0


class TestValueOfTokens:
    """A10: tokens worth more are redeemed no less, under the same luck."""

    @pytest.mark.parametrize("seed", range(20))
    def test_a_higher_belief_never_stops_a_redemption(self, seed: int) -> None:
        made = random_scene(seed, 40)
        rng = random.Random(seed)
        for m in range(40):
            amount, words = rng.randrange(1, 300_000), [rng.getrandbits(32) for _ in range(3)]
            asked = [wish(made.set(token_worth=worth), amount, *words, m=m) for worth in (0.5, 0.8, 1.0, 1.3)]
            assert asked == sorted(asked)

    def test_nor_does_a_higher_value_at_the_checkout(self) -> None:
        rng = random.Random(7)
        raised = 0
        for _ in range(2_000):
            made = scene(redeem_on=1, redeem_share_bp=rng.choice((500, 2_000, 10_000))).give(rng.randrange(1, 9_000))
            made.person.reluctance = rng.gauss(-2.2, 1.2)
            amount, words = rng.randrange(100_000, 500_000), [rng.getrandbits(32) for _ in range(3)]
            redeems = []
            for value in (1, 5, 10, 40, 100):
                made.terms.redeem_value_num = value
                redeems.append(wish(made, amount, *words) > 0)
            assert redeems == sorted(redeems)
            raised += redeems[0] != redeems[-1]
        assert raised > 100

    def test_nor_does_a_dearer_item_on_offer(self) -> None:
        rng = random.Random(8)
        for _ in range(500):
            made = scene((500,), (1_000,), redeem_on=1).give(rng.randrange(1, 9_000))
            made.person.reluctance = rng.gauss(-2.2, 1.2)
            amount, words = rng.randrange(1_000, 500_000), [rng.getrandbits(32) for _ in range(3)]
            asked = []
            for worth in (1_000, 20_000, 80_000):
                made.world.worths[0] = worth
                asked.append(wish(made, amount, *words))
            assert asked == sorted(asked)


class TestCoupon:
    def chosen(self, made: Scene, category: int = 0, m: int = 0) -> int:
        return coupon_for(made.law, made.terms, made.book, made.world, m, DAY, category)

    def test_none_without_one(self) -> None:
        assert self.chosen(scene((100,))) == NONE
        assert self.chosen(scene((100,)).hold(0, DAY)) == NONE

    def test_the_largest_cut_first_then_the_one_that_ends_first(self) -> None:
        made = scene((100, 200, 300), (1_000, 5_000, 5_000))
        assert self.chosen(made.hold(0, DAY + 1)) == 0
        assert self.chosen(made.hold(1, DAY + 9)) == 1
        assert self.chosen(made.hold(2, DAY + 5)) == 2
        made.law.items[2].category_set = 1
        assert self.chosen(made) == 1
        assert self.chosen(made, category=1) == 2

    def test_a_code_counts_where_there_is_nothing_better(self) -> None:
        made = scene((100,), (0,)).hold(0, DAY + 1)
        assert self.chosen(made) == 0

    @pytest.mark.parametrize("seed", range(30))
    def test_the_law_takes_the_one_that_was_meant(self, seed: int) -> None:
        made = random_scene(seed, 60)
        for m in range(60):
            item = self.chosen(made, m % 3, m)
            if item != NONE:
                event = Event(type=codes.USE, member=m, day=DAY, item=item, line_count=1)
                assert use_refusal(made.law, made.book, event, [EventLine(category=m % 3)]) == codes.APPLIED


