"""Chances, weights, waning."""

from __future__ import annotations

import math

import pytest

from rewardsim.behaviour.choice import lately, probability, waning, weight_of


@pytest.mark.parametrize(("log_odds", "expected"), [(0.0, 0.5), (math.log(3), 0.75), (-math.log(3), 0.25)])
def test_log_odds(log_odds: float, expected: float) -> None:
    assert probability(log_odds) == pytest.approx(expected)


def test_log_odds_of_any_size() -> None:
    found = [probability(x) for x in (-1e6, -800.0, -1.0, 0.0, 1.0, 800.0, 1e6)]
    assert found == sorted(found)
    assert found[0] == 0.0
    assert found[-1] == 1.0


def test_a_gain_weighs_beside_an_amount() -> None:
    assert weight_of(300.0, 100.0) == pytest.approx(math.log(4))
    assert weight_of(0.0, 100.0) == weight_of(5.0, 0.0) == weight_of(-5.0, 100.0) == 0.0


@pytest.mark.parametrize("spans", [0.0, 0.5, 3.0, 39.0])
def test_an_effect_wanes_by_e_in_its_time(spans: float) -> None:
    assert waning(100.0, 100.0 + 14.0 * spans, 2.0) == pytest.approx(math.exp(-spans))


def test_what_is_to_come_or_long_past_has_no_effect() -> None:
    assert waning(100.0, 99.9, 2.0) == 0.0
    assert waning(-1.0e7, 17_000.0, 104.0) == 0.0
    assert waning(100.0, 100.0, 0.0) == 0.0


def test_lately() -> None:
    assert [lately(100.0, at, 2.0) for at in (99.9, 100.0, 113.9, 114.0)] == [False, True, True, False]
