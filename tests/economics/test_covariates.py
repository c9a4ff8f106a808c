"""CUPED: the handbook's figures, the variance it saves, and the mean it leaves alone."""

from __future__ import annotations

import random

import pytest

from rewardsim.economics.covariates import cuped
from rewardsim.economics.intervals import mean, variance
from rewardsim.economics.power import members_for_means


def test_five_members() -> None:  # science.md G57
    found = cuped((2, 4, 5, 4, 5), (1, 2, 3, 4, 5))
    assert found.theta == pytest.approx(0.6)
    assert found.explained == pytest.approx(0.6)
    assert (variance((2, 4, 5, 4, 5)), variance(found.values)) == (pytest.approx(1.5), pytest.approx(0.6))
    assert found.values == pytest.approx((3.2, 4.6, 5.0, 3.4, 3.8))


def test_what_a_correlation_of_seven_tenths_saves() -> None:  # science.md G57
    full = members_for_means(0.2, 1, known=True)
    assert full * (1 - 0.7**2) == pytest.approx(200.15, abs=0.005)


def test_the_mean_stays_and_the_variance_falls_by_the_squared_correlation() -> None:
    luck = random.Random(1)
    x = [luck.gauss(5, 2) for _ in range(4_000)]
    y = [0.8 * one + luck.gauss(0, 1) for one in x]
    found = cuped(y, x)
    assert mean(found.values) == pytest.approx(mean(y))
    assert variance(found.values) / variance(y) == pytest.approx(1 - found.explained)
    assert found.explained == pytest.approx(2.56 / 3.56, abs=0.03)  # 4 standard errors


def test_a_small_sample_explains_by_chance_and_that_is_taken_off() -> None:
    luck = random.Random(2)
    found = [cuped([luck.gauss(0, 1) for _ in range(8)], [luck.gauss(0, 1) for _ in range(8)]) for _ in range(500)]
    assert mean([one.explained for one in found]) == pytest.approx(1 / 7, abs=0.03)
    assert mean([one.explained_fairly for one in found]) < 0.09
    assert cuped([1, 2], [1, 2]).explained_fairly == 0.0


def test_a_covariate_that_says_nothing() -> None:
    found = cuped([1.0, 2.0, 4.0], [7, 7, 7])
    assert (found.theta, found.explained, found.values) == (0.0, 0.0, (1.0, 2.0, 4.0))
    assert cuped([3, 3], [1, 2]).explained == 0.0


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="shorter"):
        cuped([1, 2, 3], [1, 2])
