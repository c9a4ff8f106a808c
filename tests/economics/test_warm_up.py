"""Warm-up: the handbook's series, a first-order autoregression, and a series that never settles."""

from __future__ import annotations

import random

import pytest

from rewardsim.economics.intervals import mean, variance
from rewardsim.economics.warm_up import WarmUp, batched, mser, steady_from

SERIES = (10, 8, 6, 4, 2, 1, 1.2, 0.8, 1.1, 0.9, 1.0, 1.05, 0.95, 1.1, 0.9)
PHI = 0.9


def test_the_series_of_the_handbook() -> None:  # science.md G55
    found = mser(SERIES, leave=6)
    assert (found.deleted, found.mean, found.steady) == (8, pytest.approx(1.0), True)


def test_leaving_half_stops_the_rule_at_its_edge() -> None:
    assert (mser(SERIES, leave=12).deleted, mser(SERIES, leave=12).steady) == (3, False)
    assert mser([5.0] * 9) == WarmUp(0, 5.0, True)


def expected(start: float, count: int) -> list[float]:
    """What an autoregression with mean 0 is expected to be at each step."""
    return [start * PHI**step for step in range(1, count + 1)]


def test_the_bias_that_deletion_removes() -> None:  # science.md G55
    series = expected(10, 200)
    assert mean(series) == pytest.approx(0.450000, abs=6e-7)
    assert mean(series[50:]) == pytest.approx(0.003092, abs=6e-7)


def autoregression(luck: random.Random, start: float, count: int) -> list[float]:
    values = [start]
    for _ in range(count):
        values.append(PHI * values[-1] + luck.gauss(0, 1))
    return values[1:]


def test_the_rule_finds_the_end_of_the_start() -> None:
    """200 steps, 50 repetitions averaged as replicates are: the bias of .45 is gone, within 4 standard errors."""
    luck = random.Random(1)
    runs = [autoregression(luck, 10, 200) for _ in range(50)]
    series = [mean(values) for values in zip(*runs, strict=True)]
    found = mser(series, batch=5)
    error = (19 * variance([0.0, 1.0]) * 2 / (1 - PHI**2) / (200 - found.deleted) / 50) ** 0.5
    assert found.steady
    assert 10 <= found.deleted <= 60
    assert abs(found.mean) <= 4 * error
    assert mean(series) > 0.3


def test_the_variance_of_batch_means() -> None:  # science.md G55: (1 + phi) / (1 - phi) = 19
    values = autoregression(random.Random(2), 0, 200_000)
    means = batched(values, 500)
    factor = variance(means) * 500 * (1 - PHI**2)
    assert factor == pytest.approx(19, abs=4 * 19 * (2 / len(means)) ** 0.5)


def test_weekdays_are_no_trend() -> None:
    week = [3, 1, 1, 1, 2, 5, 6]
    assert steady_from(week * 10) == 0
    start = [0] * 14 + week * 10
    assert steady_from(start) == 14


def test_a_trend_is_never_steady_and_a_short_series_says_nothing() -> None:
    assert steady_from([day**2 for day in range(200)]) is None
    assert steady_from([day**0.5 for day in range(200)]) is None
    assert steady_from([1] * 55) is None
    assert steady_from([1] * 56) == 0


def test_noise_without_a_trend_is_steady_nearly_always() -> None:
    luck = random.Random(3)
    found = [steady_from([luck.gauss(100, 10) for _ in range(180)]) for _ in range(200)]
    assert sum(day is None for day in found) <= 40
    assert sum(day == 0 for day in found) > 60


def test_too_short_a_series_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot leave"):
        mser([1, 2], batch=2)
    with pytest.raises(ValueError, match="cannot leave 9"):
        mser([1, 2, 3], leave=9)
