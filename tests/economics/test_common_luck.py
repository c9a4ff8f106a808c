"""What shared and opposite luck do to variances: closed forms, through the functions that reports use."""

from __future__ import annotations

from math import exp, log, pi

import pytest

from rewardsim.economics.covariates import cuped
from rewardsim.economics.intervals import differences, variance, variance_reduction

POINTS = 200_000
U = [(place + 0.5) / POINTS for place in range(POINTS)]
"""A uniform variable, evenly."""


def test_common_luck_by_inversion() -> None:  # science.md G51: X = -ln U, Y = -.8 ln U
    x = [-log(u) for u in U]
    y = [0.8 * one for one in x]
    assert variance(x) == pytest.approx(1, abs=2e-4)  # what the points leave out near 0
    assert variance(differences(x, y)) == pytest.approx(0.04, abs=1e-5)
    assert variance(x) + variance(y) == pytest.approx(1.64, abs=4e-4)
    assert variance_reduction(x, y) == pytest.approx(1.64 / 0.04)


def covariance(x: list[float], y: list[float]) -> float:
    return cuped(x, y).theta * variance(y)


def test_opposite_luck_of_a_waiting_time() -> None:  # science.md G51: correlation 1 - pi squared / 6
    x = [-log(u) for u in U]
    y = x[::-1]
    assert covariance(x, y) == pytest.approx(1 - pi**2 / 6, abs=1e-4)
    assert 1 - pi**2 / 6 == pytest.approx(-0.644934, abs=6e-7)
    assert variance([(a + b) / 2 for a, b in zip(x, y, strict=True)]) == pytest.approx(0.177533, abs=1e-4)


def test_opposite_luck_of_a_smooth_answer() -> None:  # science.md G51: e to the U
    x = [exp(u) for u in U]
    y = x[::-1]
    pairs = variance([(a + b) / 2 for a, b in zip(x, y, strict=True)])
    assert variance(x) == pytest.approx(0.242036, abs=3e-6)
    assert covariance(x, y) == pytest.approx(-0.234211, abs=3e-6)
    assert pairs == pytest.approx(0.003912, abs=6e-7)
    assert 1 - pairs / (variance(x) / 2) == pytest.approx(0.9677, abs=6e-5)
