"""When members come: Bass's curve and recursion, and plainer patterns."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from rewardsim.behaviour.records import EXISTING, ORGANIC

from .conftest import FIRST, LAST, drawn, tiny

MEMBERS = 100_000
YEAR = 365


def years(count: int, text: str) -> Any:
    until = date(2020, 1, 1) + timedelta(days=count * YEAR - 1)
    return drawn(tiny("[arrival]\n" + text).vary({"population.until": until}), MEMBERS)


def share_within(hits: Any, expected: float) -> None:
    error = math.sqrt(expected * (1 - expected) / len(hits))
    assert abs(np.mean(hits) - expected) <= 4 * error, (np.mean(hits), expected)


BASS = 'pattern = "bass"\ninnovation = 0.03\nimitation = 0.38\n'


def test_g31_the_curve() -> None:
    came = (years(20, BASS)["arrival"] - FIRST) / YEAR
    # F(1, 5, 10, 20) = .035758, .331199, .812803, .996259; half the growth rate's peak at 6.1926192 years
    for year, share in ((1, 0.035758), (5, 0.331199), (6.1926192, 0.4605263), (10, 0.812803)):
        share_within(came < year, share / 0.996259)
    width = 0.1
    share_within(np.abs(came - 6.1926192) < width / 2, 0.1105921 * width / 0.996259)


def test_g32_the_recursion() -> None:
    came = np.floor((years(15, BASS + 'steps = "discrete"\n')["arrival"] - FIRST) / YEAR)
    adopters = (3000, 4015.8, 5268.49, 6726.07, 8280.33)
    for year, count in enumerate(adopters):
        share_within(came == year, count / 97_815.95)
    share_within(came == 7, 11_048.12 / 97_815.95)
    counts = np.bincount(came.astype(int))
    assert counts.argmax() == 7


def test_a_market_that_was_reached_goes_on_from_there() -> None:
    came = (years(4, BASS + 'reached = "30%"\n')["arrival"] - FIRST) / YEAR

    def curve(t: float) -> float:
        x = math.exp(-0.41 * t)
        return (1 - x) / (1 + 0.38 / 0.03 * x)

    start = next(t / 1e4 for t in range(100_000) if curve(t / 1e4) >= 0.3)
    for t in (0.5, 1, 2, 3):
        share_within(came < t, (curve(start + t) - 0.3) / (curve(start + 4) - 0.3))


def test_imitation_alone_is_logistic() -> None:
    text = 'pattern = "bass"\ninnovation = 0\nimitation = 1.5\nreached = "10%"\nperiod_days = 100\n'
    came = (years(1, text)["arrival"] - FIRST) / 100
    grown = [1 / (1 + 9 * math.exp(-1.5 * t)) - 0.1 for t in (1, 2, 3.65)]
    for t, share in ((1, grown[0]), (2, grown[1])):
        share_within(came < t, share / grown[2])


def test_a_period_that_is_not_over() -> None:
    text = BASS + 'steps = "discrete"\nperiod_days = 300\n'
    came = years(1, text)["arrival"] - FIRST
    second = (0.03 + 0.38 * 0.03) * 0.97 * 65 / 300
    share_within(came < 300, 0.03 / (0.03 + second))
    assert came.max() < YEAR


def test_evenly() -> None:
    came = drawn(tiny(), MEMBERS)["arrival"] - FIRST
    for day in (1, 50, 200, 300):
        share_within(came < day, day / 366)
    assert 0 <= came.min() < came.max() < 366
    quick = drawn(tiny("[arrival]\nover_weeks = 12\n"), MEMBERS)["arrival"] - FIRST
    assert quick.max() < 84
    share_within(quick < 21, 0.25)


def test_at_once() -> None:
    people = drawn(tiny('[arrival]\npattern = "at_once"\n'), 1000)
    assert set(people["arrival"]) == {float(FIRST)}
    assert set(people["kind"]) == {ORGANIC}


@pytest.mark.parametrize("share", ["0%", "35%", "99.99%", "100%"])
def test_existing_members_are_there_at_first(share: str) -> None:
    people = drawn(tiny(f'[arrival]\nexisting = "{share}"\n'), MEMBERS)
    there = people["kind"] == EXISTING
    expected = float(share[:-1]) / 100
    assert abs(there.mean() - expected) <= 4 * math.sqrt(expected * (1 - expected) / MEMBERS)
    assert np.all(people["arrival"][there] == FIRST)
    others = people["arrival"][~there] - FIRST
    if expected == 0.35:
        share_within(others < 183, 0.5)


def test_the_clock_starts_on_the_first_day_of_the_simulation() -> None:
    population = tiny(BASS.join(["[arrival]\n", ""]))
    one, _ = population.people(None, 1000, 1, 0, FIRST, LAST)
    other, _ = population.people(None, 1000, 1, 0, FIRST + 100, LAST + 100)
    assert np.allclose(other["arrival"], one["arrival"] + 100, rtol=0, atol=1e-9)
    assert np.array_equal(other["rate"], one["rate"])
