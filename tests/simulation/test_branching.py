"""Invitations as branching processes: G26 to G29, counted from who was brought by whom."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.altered import Altered
from simulation.family import extinct_by, generations, invited_at_random, invited_once
from simulation.living import within


def poisson(mean: float):
    return lambda s: math.exp(mean * (s - 1))


def binomial(friends: int, chance: float):
    return lambda s: (1 - chance + chance * s) ** friends


def negative_binomial(mean: float, shape: float):
    return lambda s: (1 + mean * (1 - s) / shape) ** -shape


def ever(offspring) -> float:
    """Probability of extinction."""
    return extinct_by(offspring, 500)


@pytest.mark.parametrize(
    ("mean", "golden", "upto"),
    [(1.2, 0.6863016690, 9), (1.5, 0.4171883561, 6), (2.0, 0.2031878700, 4), (3.0, 0.0595202093, 3)],
)
def test_extinction_with_poisson_offspring_g26(mean, golden, upto):
    assert ever(poisson(mean)) == pytest.approx(golden, abs=1e-9)
    wanted = extinct_by(poisson(mean), upto)
    assert golden - wanted < 0.04
    found = generations(invited_at_random(mean, 0.0, 70), 1_000, upto, seed=1)
    assert within(found[:, upto] == 0, wanted)


@pytest.fixture(scope="module")
def five():
    """Five generations of Poisson(1.5) offspring."""
    return generations(invited_at_random(1.5, 0.0, 40), 3_000, 5, seed=2)


def test_generations_die_out_g27(five):
    for generation, golden in enumerate([0.223130, 0.311828, 0.356202, 0.380717, 0.394979], 1):
        assert extinct_by(poisson(1.5), generation) == pytest.approx(golden, abs=1e-6)
        assert within(five[:, generation] == 0, golden)


def test_generations_grow_g27(five):
    for generation in range(1, 6):
        assert within(five[:, generation], 1.5**generation)
    assert within(five[:, 5], 7.59375)
    assert within((five[:, 5] - 7.59375) ** 2, 100.142578)


@pytest.mark.parametrize(
    ("friends", "chance", "golden", "upto"),
    [(3, 0.5, 0.2360679775, 5), (2, 0.6, 4 / 9, 8), (5, 0.3, 0.3189191486, 6), (10, 0.15, 0.3715105295, 6)],
)
def test_extinction_with_binomial_offspring_g28(friends, chance, golden, upto):
    assert ever(binomial(friends, chance)) == pytest.approx(golden, abs=1e-9)
    wanted = extinct_by(binomial(friends, chance), upto)
    assert golden - wanted < 0.04
    found = generations(invited_once(friends, chance, 70), 1_000, upto, seed=3)
    assert within(found[:, upto] == 0, wanted)


@pytest.fixture(scope="module")
def subcritical():
    """Five invitations each, of which 12 % succeed; thirty generations are everything there is."""
    return generations(invited_once(5, 0.12, 3), 10_000, 30, seed=4)


def test_a_subcritical_referral_g29(subcritical):
    size = subcritical.sum(axis=1)
    assert within(size, 2.5)
    assert within((size - 2.5) ** 2, 8.25)
    for people, golden in enumerate([0.527732, 0.189887, 0.095654, 0.056052], 1):
        assert within(size == people, golden)


def test_a_thousand_seeds_g29(subcritical):
    for first in range(0, 10_000, 1_000):
        some = subcritical[first : first + 1_000]
        assert abs(some.sum() - 2_500) <= 4 * 90.83
    for generation, golden in enumerate([600, 360, 216, 129.6], 1):
        assert within(1_000 * subcritical[:, generation], golden)
    assert within(1_000 * subcritical[:, :4].sum(axis=1), 2_176)


def test_few_who_invite_many_die_out_more_often():
    """Negative binomial offspring of the same mean."""
    uneven, even = negative_binomial(1.5, 0.5), poisson(1.5)
    assert extinct_by(uneven, 5) > extinct_by(even, 5) + 0.25
    found = generations(invited_at_random(1.5, 0.5, 40), 2_000, 5, seed=5)
    assert within(found[:, 5] == 0, extinct_by(uneven, 5))
    assert within(found[:, 1], 1.5)


def test_a_finite_pool_damps():
    """Acceptance falls with the share of those who were brought already, and nobody comes twice."""
    town = invited_once(5, 0.5, 1.0)
    damped = Altered(town, habits={"accept_pool": 1.0})
    found = generations(damped, 2_000, 6, seed=6)
    free = generations(invited_once(5, 0.5, 200), 200, 3, seed=6)
    assert found.sum() < 4_000
    assert found[:, 1].mean() < 2.5 < free[:, 2].mean()
    assert np.count_nonzero(found[:, 6]) < 2_000
