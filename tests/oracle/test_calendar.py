"""The law's calendar against ``datetime``, and beyond its years by the calendar's own period."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from numba import njit

from rewardsim.rules.calendar import add_months, day_of, month_and_dom, month_start, weekday, year_of
from rewardsim.rules.records import NEVER

from . import dates

FIRST, LAST = dates.to_day(dates.date.min), dates.to_day(dates.date.max)
ERA_DAYS, ERA_MONTHS = 146_097, 4800  # in 400 years, after which everything is as before
CONVERT: Callable[[int], tuple[int, int]] = month_and_dom.__wrapped__
START: Callable[[int], int] = month_start
ENGINES = [(CONVERT, START), (njit(CONVERT), njit(START))]


@pytest.mark.parametrize(("convert", "start"), ENGINES, ids=["interpreted", "compiled"])
def test_every_day_of_two_eras(convert: Callable[[int], tuple[int, int]], start: Callable[[int], int]) -> None:
    began = dates.to_day(dates.date(1600, 1, 1))
    for day in range(began, began + 2 * ERA_DAYS):
        moment = dates.to_date(day)
        month = moment.year * 12 + moment.month - 1
        assert convert(day) == (month, moment.day - 1)
        assert start(month) == day - moment.day + 1


@pytest.mark.parametrize(("convert", "start"), ENGINES, ids=["interpreted", "compiled"])
def test_every_day_that_can_be_named(convert: Callable[[int], tuple[int, int]], start: Callable[[int], int]) -> None:
    luck = random.Random(7)
    for day in [-NEVER, NEVER, FIRST, LAST, *(luck.randrange(-NEVER, NEVER) for _ in range(20_000))]:
        eras, within = divmod(day, ERA_DAYS)
        month, dom = convert(within)
        assert convert(day) == (month + eras * ERA_MONTHS, dom)
        assert start(month + eras * ERA_MONTHS) == day - dom


def test_civil_dates_and_months_later() -> None:
    luck = random.Random(8)
    for _ in range(5_000):
        day = luck.randrange(FIRST + 800_000, LAST - 800_000)
        moment = dates.to_date(day)
        assert day_of(moment.year, moment.month, moment.day) == day
        assert (year_of(day), weekday(day)) == (moment.year, moment.weekday())
        months = luck.randrange(-1200, 1200)
        assert add_months(day, months) == dates.add_months(day, months)
