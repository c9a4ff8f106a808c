"""The search alone, on formulas: it finds what is best, tries nothing twice, and depends on nothing but results."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from rewardsim.experiments.tuning.compass import PAIRS
from rewardsim.experiments.tuning.space import Dimension, Point, Space
from rewardsim.experiments.tuning.study import MAXIMISE, MINIMISE, SAMPLERS, WHOLE, Score, Searched, search

SPACE = Space((Dimension("a", 101), Dimension("b", 51), Dimension("c", 4, False)))
BEST = (37, 13, 1)


def bowl(point: Point) -> float:
    """Best at BEST; c has no order."""
    a, b, c = point
    return float(-((a - 37) ** 2) - 2 * (b - 13) ** 2 - [300, 0, 500, 900][c])


class Bowl:
    """Evaluates points, and notes them."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.batches: list[list[Point]] = []

    def __call__(self, points: Sequence[Point]) -> list[Score | None]:
        self.batches.append(list(points))
        over = [() if self.limit is None else (float(point[0] + point[1] - self.limit),) for point in points]
        return [Score((bowl(point),), excess) for point, excess in zip(points, over, strict=True)]


def found(searched: Searched) -> Point:
    """The best point within the constraints."""
    fair = [
        (score.values[0], point)
        for point, score in zip(searched.points, searched.scores, strict=True)
        if score and not score.violation
    ]
    return max(fair)[1]


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_best_of_twenty_thousand_points_is_found(sampler: str, seed: int) -> None:
    searched = search(SPACE, Bowl(), [MAXIMISE], trials=120, batch=8, sampler=sampler, seed=seed)
    assert found(searched) == BEST
    assert searched.settled == PAIRS
    assert len(searched.points) <= 120


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_best_on_a_limit_is_found(sampler: str, seed: int) -> None:
    within = [point for point in product(range(101), range(51), range(4)) if point[0] + point[1] <= 40]
    best = max(bowl(point) for point in within)
    searched = search(SPACE, Bowl(40), [MAXIMISE], trials=200, batch=8, sampler=sampler, seed=seed)
    assert searched.settled == PAIRS
    assert bowl(found(searched)) == best


def test_a_small_space_is_tried_as_a_whole() -> None:
    space = Space((Dimension("a", 5), Dimension("b", 4), Dimension("c", 4, False)))
    searched = search(space, Bowl(), [MAXIMISE], trials=80, batch=7, start=(2, 2, 2))
    assert searched.settled == WHOLE
    assert searched.points[0] == (2, 2, 2)
    assert sorted(searched.points) == list(space.points())


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_no_point_is_tried_twice_and_batches_are_full(sampler: str) -> None:
    space = Space((Dimension("a", 6), Dimension("b", 6), Dimension("c", 3, False)))
    asked = Bowl()
    search(space, asked, [MAXIMISE, MINIMISE][:1], trials=100, batch=8, sampler=sampler, seed=4)
    points = [point for batch in asked.batches for point in batch]
    assert len(points) == len(set(points))
    assert max(len(batch) for batch in asked.batches) == 8
    start = asked.batches[: 60 // 8]
    assert {len(batch) for batch in start} == {8}


def test_points_that_cannot_be_scored_do_not_stop_it() -> None:
    def broken(points: Sequence[Point]) -> list[Score | None]:
        return [None if point[0] > 50 else Score((bowl(point),)) for point in points]

    searched = search(SPACE, broken, [MAXIMISE], trials=120, batch=8, seed=3)
    assert None in searched.scores
    assert found(searched) == BEST


def test_where_nothing_can_be_scored_it_ends() -> None:
    searched = search(SPACE, lambda points: [None] * len(points), [MAXIMISE], trials=30, batch=8, seed=3)
    assert len(searched.points) == 30
    assert set(searched.scores) == {None}


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_two_goals_spread_along_their_front(sampler: str) -> None:
    """More of a and less of b, which grows with a: every point with c = 0 is on the front."""

    def both(points: Sequence[Point]) -> list[Score | None]:
        return [Score((float(a), float(a * a + 10 * b + 50 * c))) for a, b, c in points]

    searched = search(SPACE, both, [MAXIMISE, MINIMISE], trials=80, batch=8, sampler=sampler, seed=1)
    assert len(searched.points) == 80
    if sampler != "random":  # of random points a ninth has so little of b and c
        late = searched.points[40:]
        assert sum(b <= 10 and c <= 1 for _, b, c in late) > len(late) / 6
        assert max(a for a, b, _ in late) - min(a for a, b, _ in late) > 50


SCRIPT = """
import sys
sys.path[:0] = sys.argv[1:]
from experiments.tuning.test_study import *
for sampler in SAMPLERS:
    print(search(SPACE, Bowl(60), [MAXIMISE], trials=50, batch=6, sampler=sampler, seed=7).points)
"""


def test_the_points_depend_on_the_results_alone() -> None:
    root = Path(__file__).resolve().parents[3]
    said = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(root), str(root / "tests")],
            env={"PYTHONHASHSEED": seed, "PATH": ""}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1
    here = search(SPACE, Bowl(60), [MAXIMISE], trials=50, batch=6, sampler="tpe", seed=7).points
    assert said.pop().splitlines()[0] == str(here)


def test_seeds_differ() -> None:
    one, other = (search(SPACE, Bowl(), [MAXIMISE], trials=20, batch=5, seed=seed).points for seed in (1, 2))
    assert one != other


def test_nothing_of_the_samplers_workings_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    import optuna

    before = optuna.logging.get_verbosity()
    for sampler in SAMPLERS:
        search(SPACE, Bowl(60), [MAXIMISE], trials=20, batch=5, sampler=sampler)
    assert capfd.readouterr() == ("", "")
    assert optuna.logging.get_verbosity() == before
