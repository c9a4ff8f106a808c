"""Curves follow the exact quantile functions to single precision."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from rewardsim.population.quantiles import beta, gamma

WORDS = np.concatenate([np.random.default_rng(1).integers(0, 2**32, 50_000), [0, 1, 2**31, 2**32 - 2, 2**32 - 1]])
LEVELS = (WORDS + 0.5) / 2**32
SCORES = special.ndtri(LEVELS)
SINGLE = 2.0**-24


@pytest.mark.parametrize("shape", [0.05, 0.2, 0.553, 1.0, 3.74, 50.0, 10_000.0])
def test_gamma(shape: float) -> None:
    exact = special.gammaincinv(shape, LEVELS)
    assert np.max(np.abs(gamma(shape, 3.0)(SCORES) / (3 * exact) - 1)) < SINGLE / 2


@pytest.mark.parametrize(("mean", "alike"), [(0.04, 20.0), (0.5, 1.0), (0.99, 50.0), (0.3, 9000.0), (0.1, 2.0)])
def test_beta(mean: float, alike: float) -> None:
    exact = special.betaincinv(mean * alike, (1 - mean) * alike, LEVELS)
    assert np.max(np.abs(beta(mean, alike)(SCORES) / exact - 1)) < SINGLE / 2


def test_very_different_members_are_followed_where_it_matters() -> None:
    exact = special.betaincinv(0.001, 0.999, LEVELS)
    assert np.max(np.abs(beta(0.001, 1.0)(SCORES) - exact)) < SINGLE
    rare = special.gammaincinv(0.01, LEVELS)
    assert np.max(np.abs(gamma(0.01)(SCORES) - rare)) < 1e-6


def test_quantiles_rise() -> None:
    scores = np.linspace(-8, 8, 100_001)
    for trait in (gamma(0.553), gamma(20.0), beta(0.04, 20.0)):
        assert np.all(np.diff(trait(scores)) >= 0)


def test_certain_shares() -> None:
    assert beta(0.0, 5.0)(SCORES).max() == 0
    assert beta(1.0, 5.0)(SCORES).min() == 1
