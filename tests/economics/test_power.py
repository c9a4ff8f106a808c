"""Sizes of A/B tests: the handbook's figures, tests that keep their promise, and sizes from replicates."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, inf

import numpy as np
import pytest
from scipy import stats

from rewardsim.economics.power import members_for_means, members_for_proportions, trial_size


def test_means() -> None:  # science.md G56
    assert members_for_means(0.2, 1, known=True) == pytest.approx(392.444, abs=6e-4)
    assert members_for_means(0.2, 1) == pytest.approx(393.406, abs=6e-4)
    assert members_for_means(0.5, 1) == pytest.approx(63.766, abs=6e-4)
    assert members_for_means(0.5, 1, power=0.9) == pytest.approx(85.031, abs=6e-4)
    assert members_for_means(0.05, 1, known=True) == pytest.approx(6279.1, abs=0.06)
    assert [ceil(members_for_means(*given)) for given in ((0.2, 1), (1, 2))] == [394, 64]


def test_proportions() -> None:  # science.md G56
    found = [members_for_proportions(0.10, 0.12, way=way) for way in ("unpooled", "pooled", "corrected")]  # type: ignore[arg-type]
    assert found == pytest.approx([3838.1, 3840.8, 3940.2], abs=0.06)
    assert [ceil(one) for one in found[:2]] == [3_839, 3_841]
    assert members_for_proportions(0.05, 0.055, way="unpooled") == pytest.approx(31230.7, abs=0.06)


def test_a_large_t_test_takes_one_member_more_than_a_z_test() -> None:
    for effect in (0.12, 0.13, 0.001):  # on both sides of where the formula changes
        more = members_for_means(effect, 1) - members_for_means(effect, 1, known=True)
        assert more == pytest.approx(1.959964**2 / 4, abs=0.003)


def test_the_sign_of_a_difference_does_not_matter() -> None:
    assert members_for_means(-0.2, 1) == members_for_means(0.2, 1)
    assert members_for_proportions(0.12, 0.10) == pytest.approx(members_for_proportions(0.10, 0.12))


def test_no_difference_is_never_found_and_a_sure_one_at_once() -> None:
    assert members_for_means(0, 1) == members_for_proportions(0.1, 0.1) == inf
    assert members_for_means(100, 1) == 2
    assert members_for_means(1, 0) == 2


def test_a_test_of_that_size_finds_it_as_often_as_promised() -> None:
    luck = np.random.default_rng(1)
    each = ceil(members_for_means(0.5, 1))
    a, b = luck.normal(0, 1, (2_000, each)), luck.normal(0.5, 1, (2_000, each))
    found = (stats.ttest_ind(b, a, axis=1).pvalue < 0.05).mean()
    assert found == pytest.approx(0.80, abs=4 * (0.8 * 0.2 / 2_000) ** 0.5)


def replicated(replicates: int, members: int, gain: float, seed: int) -> tuple[list[int], list[int], list[int]]:
    """Totals of members with a spread of 1,000 each under shared luck: with, without, and before (correlation .7)."""
    luck = np.random.default_rng(seed)
    before = luck.normal(0, 1_000, (replicates, members))
    without = 0.7 * before + luck.normal(0, 1_000 * (1 - 0.49) ** 0.5, (replicates, members))
    totals = [(without + gain).sum(axis=1), without.sum(axis=1), before.sum(axis=1)]
    return tuple([round(float(one)) for one in total] for total in totals)  # type: ignore[return-value]


def test_the_spread_of_a_member_is_told_from_totals_of_replicates() -> None:
    own, without, _ = replicated(400, 200, 100, seed=2)
    found = trial_size(own, without, 200)
    assert found.difference == pytest.approx(100, abs=0.003)
    assert found.deviation == pytest.approx(1_000, rel=4 / (2 * 400) ** 0.5)
    assert found.low < ceil(members_for_means(100, 1_000)) < found.high  # type: ignore[operator]


def test_the_range_of_a_size_covers_the_true_one() -> None:
    true, hits = ceil(members_for_means(100, 1_000)), 0
    for seed in range(300):
        own, without, _ = replicated(8, 20, 100, seed)
        found = trial_size([one + 100 * 20 for one in without], without, 20)
        hits += found.low <= true <= found.high  # type: ignore[operator]
        assert own
    assert hits / 300 == pytest.approx(0.95, abs=4 * (0.95 * 0.05 / 300) ** 0.5)


def test_what_a_covariate_saves() -> None:
    from rewardsim.economics.covariates import cuped

    own, without, before = replicated(400, 200, 100, seed=3)
    explained = cuped(without, before).explained_fairly
    found = trial_size(own, without, 200, explained=explained)
    assert explained == pytest.approx(0.49, abs=4 * 2 * 0.7 * 0.51 / 400**0.5)
    assert found.with_covariate / found.members == pytest.approx(1 - explained, abs=0.01)  # type: ignore[operator]
    assert f"{found.members:,} members per arm" in str(found)
    assert f"by what members did before, {found.with_covariate:,}" in str(found)


def test_nothing_is_made_up() -> None:
    for found in (trial_size([5], [3], 10), trial_size([5, 6], [5, 6], 10)):
        assert (found.members, found.with_covariate) == (None, None)
        assert "no test size can be given" in str(found)
        assert found.to_dict()["members"] is None


def test_any_size_of_effect_has_an_answer() -> None:
    effects = [10 ** (place / 20 - 3) for place in range(140)]
    found = [members_for_means(effect, 1) for effect in effects]
    assert all(a >= b >= 2 for a, b in pairwise(found))
    assert members_for_means(350, 5) == 2
