"""Wilson's interval of a proportion: the handbook's figure, its ends, its level."""

from __future__ import annotations

import pytest

from rewardsim.economics.proportions import wilson_interval


def test_ten_of_a_hundred() -> None:  # science.md G58
    found = wilson_interval(10, 100)
    assert (found.estimate, found.replicates) == (0.1, 100)
    assert (found.low, found.high) == (pytest.approx(0.055229, abs=6e-7), pytest.approx(0.174366, abs=6e-7))


def test_none_and_all_have_an_interval_within_bounds() -> None:
    none, all_of_them = wilson_interval(0, 20), wilson_interval(20, 20)
    assert none.low == pytest.approx(0, abs=1e-12)
    assert 0 < none.high < 0.2  # type: ignore[operator]
    assert 0.8 < all_of_them.low < 1  # type: ignore[operator]
    assert all_of_them.high == pytest.approx(1, abs=1e-12)


def test_coverage_of_a_rare_thing() -> None:
    """Exactly, by the binomial: 3 % of 200 members."""
    from scipy.stats import binom

    holds = [wilson_interval(k, 200).low <= 0.03 <= wilson_interval(k, 200).high for k in range(40)]  # type: ignore[operator]
    assert 0.926 <= sum(binom.pmf(k, 200, 0.03) for k, one in enumerate(holds) if one) <= 0.971


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be greater"):
        wilson_interval(3, 2)
