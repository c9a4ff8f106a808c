"""Goals: the next price, the next tier, and whether they are within reach."""

from __future__ import annotations

import pytest

from behaviour.made import AT, DAY, Scene, scene
from rewardsim.behaviour.goals import pull, tokens_a_purchase
from rewardsim.rules import codes
from rewardsim.rules.calendar import day_of
from rewardsim.rules.records import NEVER, Counter

PRICES = (1_000, 2_500, 10_000)


def pulled(made: Scene, at: float = AT) -> float:
    return pull(made.law, made.terms, made.book, made.world, 0, at)


def rich(made: Scene) -> Scene:
    """Let a member buy so much that everything is within reach."""
    made.person.rate = 5.0
    return made


class TestItems:
    @pytest.mark.parametrize(
        ("have", "expected"),
        [(0, 0.0), (500, 0.5), (999, 0.999), (1_000, 0.0), (1_750, 0.5), (2_500, 0.0), (6_250, 0.5), (10_000, 0.0)],
    )
    def test_from_one_price_to_the_next(self, have: int, expected: float) -> None:
        made = rich(scene(PRICES))
        assert pulled(made.give(have) if have else made) == pytest.approx(expected)

    def test_what_is_on_its_way_counts(self) -> None:
        made = rich(scene(PRICES)).give(300)
        made.member.pending = 200
        assert pulled(made) == pytest.approx(0.5)

    def test_only_what_is_on_offer(self) -> None:
        made = rich(scene((1_000, 2_000))).give(500)
        made.law.items[0].to_day = DAY
        assert pulled(made) == pytest.approx(0.25)
        made.law.items[1].from_day = DAY + 1
        assert pulled(made) == 0.0
        assert pulled(made, AT + 1) == pytest.approx(0.25)

    def test_prices_stand_in_any_order(self) -> None:
        for prices in ((1_000, 2_500, 10_000), (10_000, 2_500, 1_000), (2_500, 10_000, 1_000)):
            assert pulled(rich(scene(prices)).give(1_750)) == pytest.approx(0.5)

    def test_what_he_can_have_no_more_of_is_no_goal(self) -> None:
        made = rich(scene((1_000, 2_000))).give(500)
        made.law.items[0].per_member_max = 1
        made.law.items[0].per_member_period = codes.PER_PROGRAMME
        assert pulled(made) == pytest.approx(0.5)
        made.book.counters[0] = Counter(period=0, used=1)
        assert pulled(made) == pytest.approx(0.25)

    def test_the_shape_bends_the_gradient(self) -> None:
        made = rich(scene(PRICES)).give(250).set(goal_shape=0.5)
        assert pulled(made) == pytest.approx(0.5)

    def test_the_pull_stays_between_nothing_and_all(self) -> None:
        made = rich(scene(PRICES))
        for have in range(0, 11_000, 70):
            made.member.available = have
            for shape in (0.1, 1.0, 3.0):
                assert 0.0 <= pulled(made.set(goal_shape=shape)) < 1.0


class TestReach:
    def test_infrequent_buyers_do_not_get_there(self) -> None:
        made = scene((1_000,)).give(500)
        made.person.rate = 0.002  # .73 purchases a year of 100 tokens; 500 are missing
        assert pulled(made) == 0.0
        made.person.rate = 0.02
        assert pulled(made) == pytest.approx(0.5)

    @pytest.mark.parametrize(("reach", "feasible"), [(0.0, False), (2.9, False), (3.1, True)])
    def test_reach_counts_standard_deviations(self, reach: float, feasible: bool) -> None:
        # 4 purchases expected in a year, sd 2: 400 tokens, and 200 for each unit of reach; 1,000 are missing.
        made = scene((2_000,)).give(1_000).set(goal_reach=reach)
        made.person.rate = 4 / 365
        assert (pulled(made) > 0.0) == feasible

    def test_expiry_is_a_deadline(self) -> None:
        made = scene((1_000,)).give(500, DAY + 20).set(goal_reach=0.0)
        made.person.rate = 0.1
        assert pulled(made) == 0.0
        made.book.lots[0].expiry_day = DAY + 60
        assert pulled(made) == pytest.approx(0.5)

    def test_the_end_of_an_offer_is_not_foreseen(self) -> None:
        made = scene((1_000,)).give(500).set(goal_reach=0.0)
        made.law.items[0].to_day = DAY + 20
        before = pulled(made)
        made.law.items[0].to_day = NEVER
        assert before == pulled(made) > 0.0

    def test_where_purchases_earn_nothing_no_item_pulls(self) -> None:
        made = rich(scene((1_000,), earn_on=0)).give(500)
        assert tokens_a_purchase(made.law, made.terms, made.world, made.person) == 0.0
        assert pulled(made) == 0.0

    def test_income_is_whole_tokens_at_the_first_rate(self) -> None:
        made = scene()
        made.person.spend = 12_999.9
        assert tokens_a_purchase(made.law, made.terms, made.world, made.person) == 12.0


class TestTiers:
    LEVELS = (0, 1_000_000, 3_000_000)

    def made(self, spent: int, tier: int = 0, **terms: int) -> Scene:
        made = rich(scene(levels=self.LEVELS, **terms))
        made.book.standings[0].tier = tier
        return made.spend(DAY - 5, spent)

    def test_from_one_tier_to_the_next(self) -> None:
        assert pulled(self.made(250_000)) == pytest.approx(0.25)
        assert pulled(self.made(1_500_000, tier=1)) == pytest.approx(0.25)

    def test_at_the_top_there_is_nothing_to_reach(self) -> None:
        assert pulled(self.made(5_000_000, tier=2)) == 0.0

    def test_what_left_the_window_does_not_count(self) -> None:
        made = self.made(250_000)
        assert pulled(made, AT + 350) == pytest.approx(0.25)
        assert pulled(made, AT + 365) == 0.0

    def test_before_and_after_tiers_there_is_no_such_goal(self) -> None:
        assert pulled(self.made(250_000, tiers_from=DAY + 1)) == 0.0
        assert pulled(self.made(250_000, tiers_to=DAY)) == 0.0

    def test_whoever_fell_behind_the_start_of_his_tier_starts_anew(self) -> None:
        assert pulled(self.made(250_000, tier=1)) == 0.0

    @pytest.mark.parametrize(
        ("criterion", "have", "income"),
        [(codes.BY_SPEND, 500_000, 100_000), (codes.BY_TOKENS_EARNED, 500_000, 100), (codes.BY_ORDERS, 500_000, 1)],
    )
    def test_income_is_in_the_criterion(self, criterion: int, have: int, income: int) -> None:
        made = self.made(have, criterion=criterion).set(goal_reach=0.0)
        made.person.rate = 500_000 / income / 365 * 1.01
        assert pulled(made) == pytest.approx(0.5)
        made.person.rate *= 0.98
        assert pulled(made) == 0.0

    @pytest.mark.parametrize(
        ("window", "months", "days"),
        [
            (codes.ROLLING_MONTHS, 12, 365),
            (codes.ROLLING_MONTHS, 6, 182),
            (codes.CALENDAR_YEAR, 0, day_of(2019, 1, 1) - DAY),
            (codes.ANNIVERSARY, 0, 165),
            (codes.LIFETIME, 0, 365),
        ],
    )
    def test_the_window_is_the_deadline(self, window: int, months: int, days: int) -> None:
        made = self.made(500_000, tier_window=window, tier_months=months).set(goal_reach=0.0)
        made.person.rate = 5 / days * 1.001
        assert pulled(made) == pytest.approx(0.5)
        made.person.rate = 5 / (days + 1) * 1.001
        assert pulled(made) == 0.0

    def test_a_new_year_begins_on_the_anniversary(self) -> None:
        made = self.made(0, tier_window=codes.ANNIVERSARY).spend(DAY, 500_000).set(goal_reach=0.0)
        made.member.enrolled_day = day_of(2017, 3, 1)
        made.person.rate = 5 / 365 * 1.001
        assert pulled(made) == pytest.approx(0.5)

    def test_so_is_the_end_of_tiers(self) -> None:
        made = self.made(500_000, tiers_to=DAY + 90).set(goal_reach=0.0)
        made.person.rate = 5 / 100
        assert pulled(made) == 0.0

    def test_so_is_the_review_where_one_rises_at_reviews(self) -> None:
        made = self.made(500_000, upgrade=codes.AT_REVIEW).set(goal_reach=0.0)
        made.person.rate = 5 / 100
        assert pulled(made) == pytest.approx(0.5)
        made.book.standings[0].review_day = DAY + 90
        assert pulled(made) == 0.0

    def test_the_nearer_goal_pulls(self) -> None:
        made = rich(scene((1_000,), levels=self.LEVELS)).give(600)
        made.book.standings[0].tier = 0
        assert pulled(made) == pytest.approx(0.6)
        assert pulled(made.spend(DAY, 900_000)) == pytest.approx(0.9)

    def test_a_goal_out_of_reach_leaves_the_other(self) -> None:
        made = scene((1_000,), levels=self.LEVELS).give(600).spend(DAY, 900_000).set(goal_reach=0.0)
        made.book.standings[0].tier = 0
        made.person.rate = 2 / 365  # 200 tokens and 200,000 of spend a year
        assert pulled(made) == pytest.approx(0.9)
