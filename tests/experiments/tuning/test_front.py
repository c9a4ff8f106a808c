"""Fronts: by estimate against the definition, by interval against a world where all is known."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from rewardsim.experiments.tuning.front import crowding, dominates, not_surely_dominated, preferred

POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12)


@given(POINTS)
def test_those_nobody_beats_come_first(points: list[tuple[int, int]]) -> None:
    order = preferred(points)
    assert sorted(order) == list(range(len(points)))
    beaten = [any(dominates(other, one) for other in points) for one in points]
    ranked = [beaten[place] for place in order]
    assert ranked == sorted(ranked)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20))
def test_one_objective_is_an_order(values: list[int]) -> None:
    order = [values[place] for place in preferred([(value,) for value in values])]
    assert order == sorted(values, reverse=True)


def test_ends_of_a_front_come_before_what_is_crowded() -> None:
    line = [(0, 10), (5, 5), (5.1, 4.9), (5.2, 4.8), (10, 0)]
    assert set(preferred(line)[:2]) == {0, 4}
    assert crowding(line)[2] == min(crowding(line))


def test_who_is_surely_beaten_leaves_and_who_may_not_be_stays() -> None:
    luck = random.Random(1)
    noise = [luck.gauss(0, 100) for _ in range(8)]  # shared: it must not hide who is better
    own = [luck.gauss(0, 1) for _ in range(8)]
    seen = {
        "best": [[10 + common for common in noise], [5.0] * 8],
        "beaten": [[5 + common + mine for common, mine in zip(noise, own, strict=True)], [5.0] * 8],
        "close": [[9.9 + common + mine for common, mine in zip(noise, own, strict=True)], [5.0] * 8],
        "other": [[5 + common for common in noise], [6.0] * 8],
    }
    assert not_surely_dominated(seen, 0.95) == ["best", "close", "other"]


def test_equal_ones_both_stay() -> None:
    assert not_surely_dominated({"a": [[1.0, 2.0]], "b": [[1.0, 2.0]]}, 0.95) == ["a", "b"]
