"""How much people buy: closed forms of Pareto/NBD, NBD and Poisson, met by the running simulator."""

from __future__ import annotations

import math

import numpy as np
import pyarrow.parquet as pq
import pytest

from simulation.altered import Altered
from simulation.living import counted, lift, live, total, within
from simulation.plain import PARETO, STAMPS, WELCOME, cdnow, club, crowd, expected_purchases, pareto

MANY = 50_000


def orders(programme, population, members=MANY, **more):
    """Purchases of everybody."""
    return live(programme, population, members=members, **more).persons["orders"]


def test_expected_purchases_of_the_shipped_population():
    """E[X(52)] of data/populations/cdnow.toml, whose parameters are the published ones."""
    wanted = expected_purchases(52, 0.553, 10.58, 0.606, 11.67)
    assert wanted == pytest.approx(1.4735, abs=2e-3)
    assert within(orders(None, cdnow(), weeks=52), wanted)


@pytest.mark.parametrize(("weeks", "golden"), [(52, 1.473527), (260, 3.803589)])
def test_expected_purchases_g18(weeks, golden):
    assert expected_purchases(weeks, **PARETO) == pytest.approx(golden, abs=1e-6)
    assert within(orders(None, pareto(), members=40_000, weeks=weeks, seed=1), golden)


def test_a_tenth_more_often_is_a_tenth_more_g18():
    """Attrition runs in calendar time: buying faster does not mean leaving sooner."""
    often = Altered(pareto(), habits={"membership": math.log(1.1), "multiplier_max": 1.2, "incremental": 1.0})
    member, twin = (orders(programme, often, weeks=52) for programme in (club(WELCOME), None))
    assert within(member - 1.1 * twin, 0.0)
    assert within(member, 1.1 * 1.473527)


def test_days_with_a_purchase_are_fewer_than_purchases_g23(tmp_path):
    """Whoever lets people buy once a day at most loses volume: 1 - (1 - exp(-rate)) / rate of it."""
    members, weeks = 1_000, 78
    done = live(club(STAMPS), crowd(), members=members, weeks=weeks, folder=tmp_path)
    table = pq.read_table(tmp_path / "events.parquet", columns=["type", "member_id", "occurred_day"])
    bought = table.filter(table["type"].to_numpy(zero_copy_only=False) == "order").to_pandas()
    bought["week"] = (bought["occurred_day"].astype("datetime64[s]") - np.datetime64("2020-01-01")).dt.days // 7
    assert len(bought) == total(done, "purchases")
    assert within([len(bought) / (members * weeks)], 1.0, spread=1 / math.sqrt(members * weeks))
    days = len(bought.drop_duplicates(["member_id", "occurred_day"])) / (members * weeks)
    assert within(days, 0.931855, spread=math.sqrt(0.931855 / (members * weeks)))
    active = len(bought.drop_duplicates(["member_id", "week"])) / (members * weeks)
    assert within(active, 0.632121, spread=math.sqrt(0.632121 * 0.367879 / (members * weeks)))


@pytest.fixture(scope="module")
def two_years():
    """Purchases of an NBD with r = .8 and alpha a fifth of a year, in the first year and in the second."""
    steady = crowd(purchases={"r": 0.8, "alpha_weeks": 10.4})
    year, both = (orders(None, steady, weeks=weeks) for weeks in (52, 104))
    return year, both - year


@pytest.mark.parametrize(("first", "golden"), [(0, 2 / 3), (5, 4.833333), (10, 9.0)])
def test_next_year_given_this_year_g25(two_years, first, golden):
    """E[N2 | N1] = (r + N1) / 1.2."""
    year, following = two_years
    assert within(following[year == first], golden)


def test_purchases_of_one_person_are_poisson():
    found = orders(None, crowd(), members=40_000, weeks=8)
    assert within(found, 8.0)
    assert within((found - 8.0) ** 2, 8.0)
    assert within(found == 0, math.exp(-8.0))


def test_seasons_move_purchases_and_nothing_else():
    lively = crowd(season__weekdays={"sat": 3, "sun": 0})
    done = live(None, lively, members=20_000, weeks=10)
    by_day = counted(done, "purchases").reshape(10, 7).sum(axis=0)  # from Wednesday 2020-01-01
    a_day = 20_000 * 10 / 7
    for place, factor in enumerate([1, 1, 1, 3, 0, 1, 1]):
        assert abs(by_day[place] - factor * a_day) <= 4 * math.sqrt(factor * a_day)


def test_a_pull_lifts_every_season_alike():
    """A quarter more on quiet days and on lively ones."""
    lively = crowd(season__weekdays={"sat": 3, "sun": 0.5})
    pulled = Altered(lively, habits={"membership": math.log(1.25), "multiplier_max": 1.5, "incremental": 1.0})
    done, twin = (live(programme, pulled, members=12_000, weeks=10) for programme in (club(WELCOME), None))
    days = np.arange(70) % 7  # from Wednesday
    for weekday in (0, 3, 4):
        mine, others = (counted(one, "purchases")[days == weekday].sum() for one in (done, twin))
        assert within([mine / others - 1], 0.25, spread=math.sqrt(mine - others) / others)
        assert mine - others == counted(done, "extra")[days == weekday].sum()


def test_baskets_have_their_mean():
    spent = cdnow()
    done = live(None, spent, members=MANY, weeks=52)
    own = done.persons["revenue"] - done.persons["orders"] * done.persons["spend"]
    assert within(own, 0.0)
    assert within(done.persons["spend"], 100 * 6.25 * 15.44 / (3.74 - 1))


@pytest.mark.parametrize("share", [0.0, 0.6, 1.0])
def test_what_is_borrowed_is_repaid(share):
    """Of the extra purchases exactly 1 - incremental are repaid by purchases left out."""
    pulled = Altered(crowd(), habits={"membership": math.log(1.2), "multiplier_max": 1.25, "incremental": share})
    done = live(club(WELCOME), pulled, members=2_500, weeks=104)
    owed = done.persons["borrowed"].sum()
    extra, forgone = total(done, "extra"), total(done, "forgone")
    assert extra > 0.15 * 2_500 * 104
    noise = math.sqrt(max(1.0, forgone))
    assert abs((1 - share) * extra - owed - forgone) <= 4 * noise


@pytest.mark.parametrize("share", [0.0, 0.6, 1.0])
def test_the_incremental_share_is_what_remains(share):
    """A pull of 20 % brings 20 % times the incremental share, and with nothing incremental it brings nothing."""
    pulled = Altered(crowd(), habits={"membership": math.log(1.2), "multiplier_max": 1.25, "incremental": share})
    done, twin = (live(programme, pulled, members=4_000, weeks=104) for programme in (club(WELCOME), None))
    owed = done.persons["borrowed"].sum() / twin.persons["orders"].sum()
    gained, error = lift(done.persons["orders"], twin.persons["orders"])
    assert within([gained - owed], 0.2 * share, spread=error)
