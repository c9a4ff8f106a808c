"""Tiers and privileges, worked by hand. One token a hundred; six rolling months, reviewed after a year, unless said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from oracle.dates import to_day
from oracle.engines import ENGINES, replay
from oracle.ledger import Result
from oracle.small import START, TIERS, history, journal, moves, on, programme
from oracle.world import Event
from rewardsim.rules import codes
from rewardsim.rules.records import NONE

every_engine = pytest.mark.parametrize("engine", ENGINES)
LEVELS = [{"start": 0}, {"start": 15_000, "factor_bp": 11_000}, {"start": 40_000, "factor_bp": 15_000}]


def told(engine: str, *events: Event, until: int = 100, levels: Any = None, **terms: int) -> Result:
    """What becomes of a few events under the usual tiers with changes."""
    law = programme(levels=levels or LEVELS, **{**TIERS, "tier_months": 6, **terms})
    return replay(law, history(*events), START + until, engine)


def order(day: int, name: str, amount: int, **more: int) -> Event:
    """An order of member 0."""
    return on(day, "order", order=name, amount=amount, **more)


def back(day: int, name: str, amount: int) -> Event:
    """A return."""
    return on(day, "return", order=name, amount=amount)


def at(year: int, month: int, dom: int) -> int:
    """A date as days after the start."""
    return to_day(date(year, month, dom)) - START


@every_engine
def test_exactly_the_threshold_qualifies(engine: str) -> None:
    """One minor unit below does not."""
    found = told(engine, order(1, "a", 14_999), order(2, "b", 1), order(3, "c", 24_999), order(4, "d", 1))
    assert journal(found) == [
        "1 m0 tier_changed begins -1>0",
        "2 m0 tier_changed threshold_reached 0>1 15000",
        "4 m0 tier_changed threshold_reached 1>2 40000",
    ]


@every_engine
def test_orders_before_the_tiers_count(engine: str) -> None:
    """Tiers begin by time, on their first day, with what the days before are worth."""
    found = told(engine, order(1, "a", 20_000), order(30, "b", 1), tiers_from=START + 10)
    assert journal(found) == ["10 m0 tier_changed begins -1>1 20000"]
    assert found.notes[0]["event"] == NONE


@every_engine
@pytest.mark.parametrize(
    ("applies", "extra"),
    [(codes.RATE_BEFORE, []), (codes.RATE_AFTER, [150]), (codes.RATE_MARGINAL, [100])],
)
def test_the_order_that_crosses(engine: str, applies: int, extra: list[int]) -> None:
    """300 tokens from 0 to 30,000 with 50 % from 10,000 on: none, on all, or on the upper two thirds."""
    levels = [{"start": 0}, {"start": 10_000, "factor_bp": 15_000}]
    found = told(engine, order(1, "a", 30_000), levels=levels, rate_applies=applies)
    assert [e["tokens"] for e in found.entries if e["rule"] == codes.RULE_LEVEL_BASE + 1] == extra


@every_engine
def test_the_margin_is_split_by_cumulative_floors(engine: str) -> None:
    """7 tokens over 700 at 300 and 500: 3, 2 and 2 at 0, 10 and 50 %: 1.2 rounds down to 1."""
    levels = [{"start": 0}, {"start": 300, "factor_bp": 11_000}, {"start": 500, "factor_bp": 15_000}]
    found = told(engine, order(1, "a", 700), levels=levels, rate_applies=codes.RATE_MARGINAL)
    assert moves(found) == ["1 m0 ISSUE>AVAILABLE 7 earning.purchase", "1 m0 ISSUE>AVAILABLE 1 3002"]


@every_engine
def test_a_review_demotes_one_step_and_then_another(engine: str) -> None:
    """Risen on day 5; a year later nothing qualifies: one step, and one more the year after."""
    found = told(engine, order(5, "a", 40_000), until=at(2023, 6, 1))
    assert journal(found) == [
        "5 m0 tier_changed begins -1>0",
        "5 m0 tier_changed threshold_reached 0>2 40000",
        f"{at(2021, 1, 6)} m0 tier_changed review 2>1",
        f"{at(2022, 1, 6)} m0 tier_changed review 1>0",
    ]


@every_engine
def test_the_window_as_of_the_day_before_the_review(engine: str) -> None:
    """As long as the review's period, the window still holds the day of the rise, and of no day before."""
    found = told(engine, order(4, "a", 1), order(5, "b", 40_000), until=at(2021, 2, 1), tier_months=12)
    assert journal(found)[2:] == [f"{at(2021, 1, 6)} m0 tier_kept review 2>2 40000"]


@every_engine
def test_grace(engine: str) -> None:
    """A failed review takes effect thirty days later, unless the tier is earned back meanwhile."""
    lost = told(engine, order(5, "a", 40_000), until=at(2021, 4, 1), grace_days=30, downgrade=codes.REASSESS)
    review = at(2021, 1, 6)
    assert journal(lost)[2:] == [
        f"{review} m0 tier_in_grace review 2>0",
        f"{review + 30} m0 tier_changed grace_over 2>0",
    ]
    rescue = order(review + 29, "b", 40_000)
    kept = told(engine, order(5, "a", 40_000), rescue, until=at(2021, 4, 1), grace_days=30)
    assert journal(kept)[3:] == [f"{review + 30} m0 tier_kept grace_over 2>2 40000"]
    too_late = told(engine, order(5, "a", 40_000), order(review + 30, "b", 1), until=at(2021, 4, 1), grace_days=30)
    assert journal(too_late)[3:] == [f"{review + 30} m0 tier_changed grace_over 2>1"]


@every_engine
def test_never_down(engine: str) -> None:
    """Reviewed, failed, kept."""
    found = told(engine, order(5, "a", 40_000), until=at(2021, 4, 1), downgrade=codes.NEVER_DOWN)
    assert journal(found)[2:] == [f"{at(2021, 1, 6)} m0 tier_kept never_downgraded 2>2"]


@every_engine
def test_up_at_review_only(engine: str) -> None:
    """A review every month raises; the rate of the crossing order is the old one."""
    found = told(
        engine,
        order(5, "a", 40_000),
        until=70,
        upgrade=codes.AT_REVIEW,
        review_months=1,
        rate_applies=codes.RATE_AFTER,
    )
    assert moves(found) == ["5 m0 ISSUE>AVAILABLE 400 earning.purchase"]
    assert journal(found) == [
        "5 m0 tier_changed begins -1>0",
        f"{at(2020, 2, 6)} m0 tier_changed review 0>2 40000",
        f"{at(2020, 3, 6)} m0 tier_kept review 2>2 40000",
    ]


@every_engine
@pytest.mark.parametrize(("requalify", "after"), [(1, [("order_returned", 0)]), (0, [])])
def test_a_return_takes_the_tier_it_gave(engine: str, requalify: int, after: list[tuple[str, int]]) -> None:
    """By both policies."""
    found = told(engine, order(5, "a", 15_000), back(8, "a", 1), requalify=requalify)
    expected = ["8 m0 tier_changed order_returned 1>0 14999"] if after else []
    assert journal(found)[2:] == expected


@every_engine
def test_a_return_of_what_the_tier_does_not_rest_on(engine: str) -> None:
    """Ordered after the rise, returned: the tier stands on its own order. A cancellation counts as a return."""
    found = told(
        engine,
        order(5, "a", 15_000),
        order(6, "b", 20_000),
        back(8, "b", 20_000),
        on(9, "cancel", order="a"),
    )
    assert journal(found)[2:] == ["9 m0 tier_changed order_returned 1>0"]


@every_engine
def test_today_may_bear_what_the_grant_no_longer_does(engine: str) -> None:
    """The order that gave the tier comes back, a later one bears it by now."""
    found = told(engine, order(5, "a", 15_000), order(6, "b", 16_000), back(8, "a", 15_000))
    assert journal(found)[2:] == []


@every_engine
def test_calendar_years_and_anniversaries(engine: str) -> None:
    """Calendar: the 1 January on or after the year. Anniversary of 29 February: 28 February."""
    year = {"tier_window": codes.CALENDAR_YEAR, "downgrade": codes.REASSESS}
    found = told(engine, order(at(2020, 3, 1), "a", 15_000), until=at(2023, 1, 1), **year)
    assert journal(found)[2:] == [f"{at(2022, 1, 1)} m0 tier_changed review 1>0"]
    leap = at(2020, 2, 29)
    anniversary = {"tier_window": codes.ANNIVERSARY, "downgrade": codes.REASSESS}
    found = told(engine, order(leap, "a", 15_000), until=at(2024, 3, 1), **anniversary)
    assert journal(found)[2:] == [
        f"{at(2021, 2, 28)} m0 tier_kept review 1>1 15000",
        f"{at(2022, 2, 28)} m0 tier_changed review 1>0",
    ]


@every_engine
def test_lifetime_never_forgets(engine: str) -> None:
    """Reviewed every year, kept every year."""
    found = told(engine, order(5, "a", 15_000), until=at(2023, 2, 1), tier_window=codes.LIFETIME)
    assert [line.split(" ", 1)[1] for line in journal(found)[2:]] == ["m0 tier_kept review 1>1 15000"] * 3


@every_engine
def test_criteria(engine: str) -> None:
    """By tokens earned, what tiers added included; by orders, full returns not."""
    levels = [{"start": 0}, {"start": 10, "factor_bp": 20_000}, {"start": 30}]
    found = told(engine, order(1, "a", 1000), order(2, "b", 1000), levels=levels, criterion=codes.BY_TOKENS_EARNED)
    assert journal(found)[1:] == [
        "1 m0 tier_changed threshold_reached 0>1 10",
        "2 m0 tier_changed threshold_reached 1>2 30",
    ]
    levels = [{"start": 0}, {"start": 2}]
    events = (order(1, "a", 10), back(2, "a", 10), order(3, "b", 10), back(4, "b", 9), order(5, "c", 10))
    found = told(engine, *events, levels=levels, criterion=codes.BY_ORDERS)
    assert journal(found)[1:] == ["5 m0 tier_changed threshold_reached 0>1 2"]


@every_engine
def test_birthday(engine: str) -> None:
    """Born on 29 February: 28 February in other years; never on the day it is told."""
    levels = [{"start": 0, "birthday_tokens": 5}]
    born = to_day(date(1996, 2, 29))
    found = told(engine, on(at(2020, 2, 29), "enrol", birthday=born), until=at(2024, 12, 31), levels=levels)
    days = [at(2021, 2, 28), at(2022, 2, 28), at(2023, 2, 28), at(2024, 2, 29)]
    assert moves(found) == [f"{day} m0 ISSUE>AVAILABLE 5 tiers.birthday" for day in days]
    assert {entry["event"] for entry in found.entries} == {NONE}


@every_engine
def test_express(engine: str) -> None:
    """Two a month by the tier; the third goes as usual; a delivery is told once."""
    levels = [{"start": 0, "express_orders": 2, "express_cost": 99}]
    events = []
    for k in range(4):
        events += [order(k, f"o{k}", 10), on(k if k < 3 else 31, "deliver", order=f"o{k}")]
    events.sort(key=lambda event: event["day"])
    found = told(engine, *events, on(31, "deliver", order="o3"), levels=levels)
    assert journal(found, "express_delivery") == [
        "0 m0 express_delivery 0>1 99 o0",
        "1 m0 express_delivery 0>2 99 o1",
        "31 m0 express_delivery 0>1 99 o3",
    ]


@every_engine
def test_projection(engine: str) -> None:
    """What is missing to keep the tier at its review, and what to the next."""
    found = told(engine, order(5, "a", 15_000), order(6, "b", 2_000), until=50)
    assert {name: found.facts[0][name] for name in ("tier", "projected", "to_keep", "to_rise")} == {
        "tier": 1,
        "projected": 0,
        "to_keep": 15_000,
        "to_rise": 23_000,
    }


@every_engine
@pytest.mark.parametrize(("downgrade", "tier"), [(codes.NEVER_DOWN, 2), (codes.ONE_STEP, 1)])
def test_a_return_does_not_judge_leniency(engine: str, downgrade: int, tier: int) -> None:
    """A tier above what the review found rests on no order, so that no return can take it."""
    events = (order(5, "a", 40_000), order(300, "b", 1_000), back(400, "b", 1_000))
    found = told(engine, *events, until=420, downgrade=downgrade)
    assert len(journal(found)) == 3
    assert found.facts[0]["tier"] == tier
