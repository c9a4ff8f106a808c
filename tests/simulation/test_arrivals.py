"""How members come: Bass's curve (G31) and his recursion (G32), counted by the running simulator."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.living import counted, live
from simulation.plain import club, crowd

PERIOD = 30
MARKET = 100_000


def bass(steps: str, periods: int, members: int) -> np.ndarray:
    """Arrivals by period, of so many who come within all of them."""
    curve = {"pattern": "bass", "innovation": 0.03, "imitation": 0.38, "period_days": PERIOD, "steps": steps}
    days = periods * PERIOD
    first = np.datetime64("2020-01-01")
    until = (first + np.timedelta64(days - 1, "D")).item()
    town = crowd(arrival=curve, population__until=until, purchases={"per_week": 0.001})
    start = int(first.astype("datetime64[D]").astype(int))
    done = live(None, town, members=members, first_day=start, last_day=start + days - 1)
    return counted(done, "arrived").reshape(periods, PERIOD).sum(axis=1)


def close(found: int, wanted: float) -> bool:
    """Tell whether a count of independent arrivals is what it should be."""
    away = (found - wanted) / math.sqrt(wanted * (1 - wanted / MARKET))
    assert abs(away) <= 4, f"{found} against {wanted:.1f}: {away:+.1f} standard errors"
    return True


@pytest.fixture(scope="module")
def curve():
    """Twenty periods along the curve, with as many people as come within them."""
    return bass("continuous", 20, round(MARKET * 0.996259))


@pytest.mark.parametrize(("period", "share"), [(1, 0.035758), (5, 0.331199), (10, 0.812803)])
def test_the_curve_g31(curve, period, share):
    assert curve.sum() == round(MARKET * 0.996259)
    assert close(int(curve[:period].sum()), MARKET * share)


def test_the_curve_peaks_where_it_should_g31(curve):
    """At ln(q/p)/(p+q) = 6.19 periods, with .4605 of the market there and .1106 coming a period."""
    assert int(curve.argmax()) in (5, 6)
    reached = curve[:6].sum() + 0.1926192 * curve[6]
    assert close(int(reached), MARKET * 0.4605263)
    assert close(int(curve[5]), MARKET * 0.1080365)  # F(6) - F(5)
    assert close(int(curve[6]), MARKET * 0.1097738)  # F(7) - F(6)


def test_the_recursion_g32():
    found = bass("discrete", 15, round(97_815.95))
    for period, wanted in enumerate([3000, 4015.8, 5268.49, 6726.07, 8280.33]):
        assert close(int(found[period]), wanted)
    assert int(found.argmax()) == 7
    assert close(int(found[7]), 11_048.12)


def test_nobody_enrols_before_he_comes_or_the_programme_does():
    late = club().vary({"programme.starts": np.datetime64("2020-03-01").item()})
    town = crowd(arrival={"pattern": "even", "over_weeks": 20}, enrolment__arriving={"share": "70%", "days": 10})
    done = live(late, town, members=5_000, weeks=52)
    people = done.persons[done.persons["enrol_day"] < 10**7]
    starts = int(np.datetime64("2020-03-01").astype("datetime64[D]").astype(int))
    assert (people["enrol_day"] >= np.maximum(starts, np.floor(people["arrival"]))).all()
    assert counted(done, "enrolled")[: starts - done.first_day].sum() == 0
    assert counted(done, "arrived").sum() == 5_000
    assert abs(len(people) - 3_500) <= 4 * math.sqrt(5_000 * 0.7 * 0.3)
    assert counted(done, "enrolled").sum() == len(people)
