"""Many comparisons: the family's error is kept, and Holm's values are those of the textbook."""

from __future__ import annotations

import random

import pytest
from scipy import stats

from rewardsim.economics.intervals import mean_interval, p_value
from rewardsim.economics.multiplicity import holm, simultaneous, simultaneous_level


def test_holm_by_hand() -> None:  # Holm (1979): p sorted, times how many are left, never falling
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.4, 0.9]) == pytest.approx([0.8, 0.9])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([0.02, None, 0.03]) == [0.04, None, 0.04]
    assert holm([]) == []


def test_holm_is_between_the_p_value_and_bonferroni_s() -> None:
    luck = random.Random(1)
    for _ in range(100):
        ps = [luck.random() ** 3 for _ in range(luck.randint(1, 9))]
        for p, adjusted in zip(ps, holm(ps), strict=True):
            assert p <= adjusted <= min(1.0, p * len(ps)) + 1e-15  # type: ignore[operator]


def test_the_p_value_is_that_of_a_t_test() -> None:
    luck = random.Random(2)
    for _ in range(20):
        values = [luck.gauss(0.5, 1) for _ in range(luck.randint(2, 12))]
        assert p_value(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue)


def test_the_p_value_where_there_is_no_luck() -> None:
    assert p_value([3]) is None
    assert p_value([3, 3]) == 0.0
    assert p_value([0, 0]) == 1.0


def test_one_comparison_needs_no_correction() -> None:
    assert simultaneous_level(1) == simultaneous_level(0) == pytest.approx(0.95)
    assert simultaneous_level(20) == pytest.approx(0.9975)
    assert simultaneous([[1.0, 2.0, 4.0]]) == [mean_interval([1.0, 2.0, 4.0], simultaneous_level(1))]


def family(luck: random.Random, comparisons: int) -> list[list[float]]:
    """Differences to one base, which all share, without any effect."""
    base = [luck.gauss(0, 1) for _ in range(8)]
    return [[luck.gauss(0, 1) - one for one in base] for _ in range(comparisons)]


def test_intervals_hold_together() -> None:
    luck, single, together, rejected = random.Random(3), 0, 0, 0
    for _ in range(1_000):
        samples = family(luck, 10)
        single += all(not mean_interval(sample).sure for sample in samples)
        together += all(not interval.sure for interval in simultaneous(samples))
        rejected += min(holm([p_value(sample) for sample in samples])) < 0.05  # type: ignore[type-var]
    assert single < 850  # what happens without a correction
    assert together >= 926
    assert rejected == 1_000 - together  # the smallest of Holm's values is Bonferroni's
