"""Intervals: textbook samples to the last digit, coverage, and what is said where nothing can be."""

from __future__ import annotations

import random
from math import sqrt

import pytest

from rewardsim.economics.intervals import (
    Interval,
    mean,
    mean_interval,
    paired_interval,
    ratio_interval,
    replicates_needed,
    unpaired_interval,
    variance,
    variance_reduction,
)

SAMPLE = (1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09)
A = (101.2, 98.4, 105.1, 99.9, 102.7)
B = (103.0, 100.1, 107.2, 101.5, 104.8)


def close(value: float, digits: int = 6) -> object:
    return pytest.approx(value, abs=0.6 * 10**-digits)


def test_the_textbook_sample() -> None:  # science.md G49
    assert mean(SAMPLE) == close(1.343)
    assert variance(SAMPLE) == close(0.167512)
    assert mean_interval(SAMPLE, 0.90).half_width == close(0.237253)
    assert mean_interval(SAMPLE).half_width == close(0.292783)


def test_replicates_for_a_precision() -> None:  # science.md G49
    def needed(**wanted: float) -> int | None:
        return replicates_needed(SAMPLE, level=0.90, **wanted)

    assert [needed(absolute=0.1), needed(absolute=0.2)] == [48, 14]
    assert [needed(relative=0.10), needed(relative=0.05)] == [33, 113]


def test_paired_differences() -> None:  # science.md G50
    found = paired_interval(B, A)
    assert found.estimate == close(1.86)
    assert sqrt(variance([b - a for a, b in zip(A, B, strict=True)])) == close(0.230217)
    assert (found.low, found.high) == (close(1.574147), close(2.145853))
    unpaired = unpaired_interval(B, A)
    assert (unpaired.low, unpaired.high) == (close(-2.060062), close(5.780062))
    assert variance_reduction(B, A) == pytest.approx(272.08, abs=0.005)


def test_a_ratio_by_the_delta_method() -> None:  # science.md G58
    found = ratio_interval((2, 3, 7, 8, 11), (1, 2, 3, 4, 5))
    assert found is not None
    assert found.estimate == close(2.066667)
    assert found.half_width == pytest.approx(0.116534 * 2.776445, abs=1e-5)


def test_one_replicate_has_no_interval() -> None:
    assert mean_interval([7]) == Interval(7, None, None, 1)
    assert mean_interval([7]).half_width is None
    assert not mean_interval([7]).sure
    assert unpaired_interval([7], [5]) == Interval(2, None, None, 1)
    assert ratio_interval([7], [2]) == Interval(3.5, None, None, 1)
    assert replicates_needed([7], relative=0.01) is None


def test_no_difference_at_all_is_exactly_zero() -> None:
    assert paired_interval([3, 5], [3, 5]) == Interval(0, 0, 0, 2)
    assert not paired_interval([3, 5], [3, 5]).sure
    assert variance_reduction([3, 5], [3, 5]) is None
    assert replicates_needed([0, 0], relative=0.01) == 2
    assert replicates_needed([-1, 1], relative=0.01) is None


def test_a_ratio_to_nothing_is_none() -> None:
    assert ratio_interval([1, 2], [-1, 1]) is None


def test_large_integers_keep_their_last_digit() -> None:
    values = [2**62 + 1, 2**62 + 3]
    assert mean_interval([b - a for a, b in zip(values, [2**62 + 4] * 2, strict=True)]).estimate == 2


def test_sure_means_zero_is_outside() -> None:
    assert mean_interval([1.0, 1.1, 0.9]).sure
    assert mean_interval([-1.0, -1.1, -0.9]).sure
    assert not mean_interval([1.0, -1.1, 0.9]).sure


def test_coverage() -> None:  # 1,000 nominal 95 % intervals cover between .926 and .971
    luck = random.Random(1)
    covered = 0
    for _ in range(1_000):
        shared = [luck.gauss(0, 5) for _ in range(8)]
        found = paired_interval([s + luck.gauss(3, 1) for s in shared], [s + luck.gauss(1, 1) for s in shared])
        covered += found.low <= 2 <= found.high  # type: ignore[operator]
    assert 926 <= covered <= 971


def test_needed_is_the_fewest() -> None:
    luck = random.Random(2)
    for _ in range(20):
        values = [luck.gauss(10, 4) for _ in range(6)]
        wanted = luck.uniform(0.3, 3)
        needed = replicates_needed(values, absolute=wanted)
        assert needed is not None

        def half(count: int, values: list[float] = values) -> float:
            from scipy.special import stdtrit

            return float(stdtrit(count - 1, 0.975)) * sqrt(variance(values) / count)

        assert half(needed) <= wanted
        assert needed == 2 or half(needed - 1) > wanted


def test_more_than_a_million_is_not_said() -> None:
    assert replicates_needed([-1e9, 1e9 + 1], relative=1e-6) is None
