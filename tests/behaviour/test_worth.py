"""What tokens are worth to a member."""

from __future__ import annotations

import pytest

from behaviour.made import DAY, Scene, scene
from rewardsim.behaviour.worth import lose_soon, may_take, token_value
from rewardsim.rules import codes
from rewardsim.rules.calendar import month_number
from rewardsim.rules.records import Counter


def value(made: Scene) -> float:
    return token_value(made.law, made.terms, made.world, DAY)


def test_the_best_use_counts() -> None:
    made = scene((2_500, 10_000, 1_000), (10_000, 100_000, 3_000), redeem_on=1).set(token_worth=1.0)
    assert value(made) == 10.0
    made.terms.redeem_value_num = 60
    made.terms.redeem_value_den = 5
    assert value(made) == 12.0
    made.terms.redeem_on = 0
    assert value(made) == 10.0
    made.law.items[1].to_day = DAY
    assert value(made) == 4.0
    made.law.items[0].from_day = DAY + 1
    assert value(made) == 3.0
    made.law.items[2].to_day = DAY
    assert value(made) == 0.0


def test_as_far_as_he_values_it() -> None:
    assert value(scene(redeem_on=1).set(token_worth=0.5)) == pytest.approx(5.0)


@pytest.mark.parametrize(("expiry_day", "soon"), [(DAY + 30, True), (DAY + 31, False)])
def test_thirty_days_are_soon(expiry_day: int, soon: bool) -> None:
    assert lose_soon(scene().give(1, expiry_day).book, 0, DAY) is soon
    assert lose_soon(scene().book, 0, DAY) is False


def test_a_limit_holds_for_its_period() -> None:
    made = scene((100,))
    item = made.law.items[0]
    item.per_member_max, item.per_member_period = 2, codes.PER_MONTH
    made.book.counters[0] = Counter(period=month_number(DAY), used=1)
    assert may_take(made.terms, made.book, 0, item, DAY)
    made.book.counters[0].used = 2
    assert not may_take(made.terms, made.book, 0, item, DAY)
    assert may_take(made.terms, made.book, 0, item, DAY + 31)
