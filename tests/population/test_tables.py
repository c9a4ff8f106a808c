"""What all members share: season, sizes of baskets, places of categories, what items are worth."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import special

from rewardsim.behaviour.moments import place_of
from rewardsim.population import Population, PopulationError
from rewardsim.population.tables import STEPS, basket_table, cumulative
from rewardsim.programme import Programme
from rewardsim.programme.units import day_date, day_number

from .conftest import FIRST, LAST, tiny

KEYS = {
    "seasons", "season_max", "baskets", "delays", "returns_after", "categories", "category_codes", "category_names",
    "category_factors", "channels", "channel_codes", "channel_names", "worths", "cuts", "cohort_names", "pool",
}  # fmt: skip


def test_the_keys(india: Population, reward_mi: Programme) -> None:
    first, last = day_number(india.starts), day_number(india.until)
    assert set(india.tables(reward_mi, first, last)) == set(india.tables(None, first, last)) == KEYS


# Baskets.


@pytest.mark.parametrize("shape", [0.5, 1.0, 6.25, 20.0, 500.0])
def test_baskets(shape: float) -> None:
    table = np.array(basket_table(shape))
    assert len(table) == STEPS + 1
    assert np.all(np.diff(table) > 0)
    assert table[0] >= 0
    low, high = table[:-1], table[1:]
    assert math.isclose(np.mean((low + high) / 2), 1.0, rel_tol=1e-6), "drawn between entries"
    square = np.mean((low * low + low * high + high * high) / 3)
    assert math.isclose(square - 1, 1 / shape, rel_tol=0.003)
    for level in (0.01, 0.1, 0.5, 0.9, 0.99):
        exact = special.gammaincinv(shape, level) / shape
        assert math.isclose(np.interp(level * STEPS, np.arange(STEPS + 1), table), exact, rel_tol=2e-3)


def test_baskets_that_are_all_alike() -> None:
    assert basket_table(None) == [1.0]
    assert tiny().vary({"basket": {"amount": "5.00"}}).tables(None, FIRST, LAST)["baskets"] == [1.0]


def test_spend_is_the_mean_over_all_categories(india: Population) -> None:
    found = india.tables(None, FIRST, LAST)
    ends = [0, *found["categories"]]
    weights = np.diff(ends) / 2**32
    assert math.isclose(np.dot(weights, found["category_factors"]), 1.0, rel_tol=1e-9)
    people, _ = india.people(None, 200_000, 1, 0, FIRST, LAST)
    mean = 100 * 20 * 9975 / 19 * (0.35 + 0.6 * 0.09 + 0.05 * 0.25)
    assert abs(people["spend"].mean() / mean - 1) < 4 / math.sqrt(18 * 200_000)
    assert math.isclose(found["category_factors"][1] / found["category_factors"][0], 0.09)


# Places.


def test_words_fall_to_places_by_weight() -> None:
    ends = cumulative([1, 0, 2, 1])
    assert ends == [2**30, 2**30, 3 * 2**30, 2**32]
    assert [place_of(ends, word) for word in (0, 2**30 - 1, 2**30, 3 * 2**30, 2**32 - 1)] == [0, 0, 2, 3, 3]
    assert cumulative([0.1] * 10)[-1] == 2**32
    assert cumulative([5]) == [2**32]


def test_codes_are_the_programmes(india: Population, reward_mi: Programme) -> None:
    found = india.tables(reward_mi, FIRST, LAST)
    assert found["category_names"] == ["phone", "accessory", "ecosystem"]
    assert found["category_codes"] == [0, reward_mi.names.category("accessory"), 0]
    assert found["channel_codes"] == [reward_mi.names.channel("mi.com"), reward_mi.names.channel("mi-store-app")]
    assert 0 not in found["channel_codes"]
    alone = india.tables(None, FIRST, LAST)
    assert (alone["category_codes"], alone["channel_codes"]) == ([0, 0, 0], [0, 0])
    assert (alone["worths"], alone["cuts"]) == ([], [])


def test_worths_by_row_of_the_law(india: Population, reward_mi: Programme) -> None:
    found = india.tables(reward_mi, FIRST, LAST)
    by_name = {
        item: (found["worths"][row], found["cuts"][row])
        for item, rows in reward_mi.names.items.items()
        for _, _, row in rows
    }
    assert by_name == {
        "coupon-100": (10_000, 10_000),
        "coupon-1000": (100_000, 100_000),
        "f-code-redmi-note-4": (30_000, 0),
    }
    assert len(found["worths"]) == len(reward_mi.law().items)
    none = india.vary({"worths": None}).tables(reward_mi, FIRST, LAST)
    assert sorted(none["worths"]) == [0, 10_000, 100_000]


def test_delays_are_sorted() -> None:
    text = '[delivery]\ndays = [5, 1, 3, 1]\n[returns]\nshare = "5%"\nafter_days = [9, 2]\n'
    found = tiny(text).tables(None, FIRST, LAST)
    assert (found["delays"], found["returns_after"]) == ([1, 1, 3, 5], [2, 9])


def test_the_pool_is_for_so_many_members(india: Population) -> None:
    assert india.tables(None, FIRST, LAST)["pool"] == 5000
    assert india.tables(None, FIRST, LAST, 1000)["pool"] == 250
    assert tiny("[referral]\npool = 0\n").tables(None, FIRST, LAST)["pool"] == 0


# Season.

SEASON = """
[season]
months = { feb = 2, dec = 0.5 }
weekdays = { sun = 0.25 }
[[season.windows]]
id = "sale"
starts = 2020-02-28
ends = 2020-03-02
factor = 3
[[season.windows]]
id = "feast"
starts = 2019-12-30
ends = 2020-01-03
factor = 10
yearly = true
"""


def test_season_by_month_weekday_and_window() -> None:
    found = tiny(SEASON).tables(None, FIRST, LAST)
    days = {date(2020, 1, 1) + timedelta(days=n): factor for n, factor in enumerate(found["seasons"])}
    assert len(days) == 366
    assert [days[date(2020, 1, day)] for day in (1, 2, 3, 4, 5)] == [10, 10, 1, 1, 0.25]
    assert [days[date(2020, 2, day)] for day in (1, 2, 27, 28, 29)] == [2, 0.5, 2, 6, 6]
    assert [days[date(2020, 3, day)] for day in (1, 2)] == [0.75, 1]
    assert [days[date(2020, 12, day)] for day in (1, 27, 29, 30, 31)] == [0.5, 0.125, 0.5, 5, 5]
    assert found["season_max"] == max(found["seasons"]) == 10


def test_a_shorter_simulation_begins_like_a_longer_one() -> None:
    short, whole = (tiny(SEASON).tables(None, FIRST + 5, last) for last in (FIRST + 20, LAST))
    assert short["seasons"] == whole["seasons"][:16]
    assert max(short["seasons"]) < short["season_max"] == whole["season_max"]


def test_without_season_all_days_are_alike(cdnow: Population) -> None:
    found = cdnow.tables(None, FIRST, LAST)
    assert (set(found["seasons"]), found["season_max"]) == ({1.0}, 1.0)


def test_festivals_of_the_reference(india: Population) -> None:
    first = day_number(india.starts)
    seasons = india.tables(None, first, day_number(india.until))["seasons"]
    best = [day_date(first + n) for n, factor in enumerate(seasons) if factor == max(seasons)]
    assert {f"{day:%Y-%m}" for day in best} == {"2017-10", "2018-10"}
    assert max(seasons) < 2, "candidate purchases are as many as the best day's"


# Cohorts.


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("month", ["existing", "2019-12", "2020-01", "2020-02"]),
        ("quarter", ["existing", "2019-Q4", "2020-Q1"]),
        ("year", ["existing", "2019", "2020"]),
        ("kind", ["existing", "organic", "referred"]),
    ],
)
def test_cohorts(by: str, names: list[str]) -> None:
    population = tiny(f'[cohorts]\nby = "{by}"\n[arrival]\nexisting = "20%"\n')
    first, last = (day_number(day) for day in (date(2019, 12, 15), date(2020, 2, 3)))
    assert population.tables(None, first, last)["cohort_names"] == names
    people, _ = population.people(None, 3000, 1, 0, first, last)
    assert people["cohort"].max() < len(names)
    there = people[people["arrival"] < last + 1]
    for person in there[:400]:
        day = day_date(int(person["arrival"]))
        period = {"month": f"{day:%Y-%m}", "quarter": f"{day.year}-Q{(day.month + 2) // 3}", "year": f"{day.year}"}
        expected = "existing" if person["kind"] == 0 else period.get(by, "organic")
        assert names[person["cohort"]] == expected
    assert set(there["cohort"]) == set(range(len(names) - (by == "kind")))


def test_another_currency_is_refused(cdnow: Population, reward_mi: Programme) -> None:
    for ask in (
        lambda: cdnow.tables(reward_mi, FIRST, LAST),
        lambda: cdnow.people(reward_mi, 10, 1, 0, FIRST, LAST),
    ):
        with pytest.raises(PopulationError) as caught:
            ask()
        assert str(caught.value).endswith(
            'population.currency: found "USD", allowed INR, the currency of programme reward-mi-in, '
            "do: choose another population, or vary its currency and amounts"
        )
