"""Looking around: it ends where no step leads on, and says how far around it looked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rewardsim.experiments.tuning.compass import NOT, PAIRS, SINGLES, looked_around, pairs, singles
from rewardsim.experiments.tuning.space import Dimension, Point, Space

PLANE = Space((Dimension("a", 200), Dimension("b", 200)))


def around(
    space: Space, start: Point, worth: Callable[[Point], float], room: int = 10_000
) -> tuple[Point, str, set[Point]]:
    """Look around, and return also what was tried."""
    known = {start}

    def evaluate(points: list[Point]) -> list[Point]:
        for point in points:
            if len(known) < room:
                known.add(point)
        return [point for point in points if point in known]

    best, settled = looked_around(space, start, evaluate, lambda one, other: worth(one) > worth(other))
    return best, settled, known


@pytest.mark.parametrize("start", [(0, 0), (199, 199), (12, 180), (60, 121)])
def test_a_hill_is_climbed(start: Point) -> None:
    best, settled, known = around(PLANE, start, lambda p: -abs(p[0] - 61) - abs(p[1] - 120))
    assert (best, settled) == ((61, 120), PAIRS)
    assert len(known) < 200


def test_a_ridge_that_no_single_step_climbs_is_climbed_by_pairs() -> None:
    """Only moves in both directions at once go up; along one alone all goes down."""

    def ridge(point: Point) -> float:
        return point[0] - 50 * abs(point[0] - point[1])

    best, settled, _ = around(Space((Dimension("a", 12), Dimension("b", 12))), (3, 3), ridge)
    assert (best, settled) == ((11, 11), PAIRS)


def test_without_room_it_says_how_far_it_looked() -> None:
    def worth(p: Point) -> float:
        return -abs(p[0] - 61) - abs(p[1] - 120)

    assert around(PLANE, (0, 0), worth, room=5)[1] == NOT
    needed = len(around(PLANE, (61, 120), worth)[2])
    assert around(PLANE, (61, 120), worth, room=needed - 1)[1] == SINGLES
    assert around(PLANE, (61, 120), worth, room=needed)[1] == PAIRS


def test_the_best_of_what_there_was_room_for_is_kept() -> None:
    best, settled, known = around(PLANE, (0, 0), lambda p: p[0] + p[1], room=2)
    assert (best, settled) == (max(known, key=sum), NOT)


def test_neighbours_stay_in_the_space_and_unordered_values_are_all_neighbours() -> None:
    space = Space((Dimension("a", 3), Dimension("b", 4, False), Dimension("c", 1)))
    assert sorted(singles(space, (0, 2, 0), [1, 0, 1])) == [(0, 0, 0), (0, 1, 0), (0, 3, 0), (1, 2, 0)]
    assert list(pairs(space, (1, 2, 0))) == []
    corner = list(pairs(PLANE, (0, 199)))
    assert corner == [(1, 198)]


def test_good_steps_are_taken_together() -> None:
    """Six parameters of 64 values, all off: one at a time it would take more than twice as many points."""
    space = Space(tuple(Dimension(f"{n}", 64) for n in range(6)))
    best, settled, known = around(space, (0,) * 6, lambda point: -sum(abs(value - 45) for value in point))
    assert (best, settled) == ((45,) * 6, PAIRS)
    assert len(known) < 250
