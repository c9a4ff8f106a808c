"""Compass search: from the best point found so far, look around in ever smaller steps.

Under common luck the result of a point is a fixed number, so that looking around ends: at a point none of
whose neighbours, one step away in one parameter, is better, then none one step away in two. Two
matter where a limit binds: along it one parameter can only give when another takes. Source: Kolda,
Lewis and Torczon (2003), "Optimization by direct search".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

from .space import Point, Space

FIRST = 0.125
"""First step, as a share of a parameter's values."""
NOT = "the trials ended before every step around the best was tried"
SINGLES = "no single step from the best is better"
PAIRS = "no step from the best in one or two parameters is better"
"""How sure it is that a point cannot be improved nearby."""
Evaluate = Callable[[list[Point]], list[Point]]
"""Makes the results of points known, as far as there is room; returns those that are."""
Better = Callable[[Point, Point], bool]
"""Whether the first point beats the second, by results that are known."""


def looked_around(space: Space, start: Point, evaluate: Evaluate, better: Better) -> tuple[Point, str]:
    """Return the best point that steps from a start lead to, and how far around it was looked."""
    best, share, settled = start, FIRST, NOT
    while True:
        steps = [max(1, round((one.count - 1) * share)) if one.ordered else 0 for one in space.dimensions]
        fine = all(step <= 1 for step in steps)
        found, room = _best_of(best, list(singles(space, best, steps)), evaluate, better)
        if found == best and room and fine:
            settled = SINGLES
            found, room = _best_of(best, list(pairs(space, best)), evaluate, better)
            if found == best:
                return best, PAIRS if room else SINGLES
        if found != best:
            best, settled = found, NOT
        elif not fine:
            share /= 2
        if not room:
            return best, settled


def singles(space: Space, point: Point, steps: Sequence[int]) -> Iterator[Point]:
    """Points one step away in one parameter; of one without order, all its other values."""
    for place, one in enumerate(space.dimensions):
        here = point[place]
        values = (here + steps[place], here - steps[place]) if one.ordered else range(one.count)
        for value in values:
            if value != here and 0 <= value < one.count:
                yield (*point[:place], value, *point[place + 1 :])


def pairs(space: Space, point: Point) -> Iterator[Point]:
    """Points one step away in two ordered parameters."""
    ordered = [place for place, one in enumerate(space.dimensions) if one.ordered and one.count > 1]
    for (one, other), (up, over) in product(combinations(ordered, 2), product((1, -1), repeat=2)):
        moved = list(point)
        moved[one] += up
        moved[other] += over
        if all(0 <= value < dimension.count for value, dimension in zip(moved, space.dimensions, strict=True)):
            yield tuple(moved)


def _best_of(best: Point, points: list[Point], evaluate: Evaluate, better: Better) -> tuple[Point, bool]:
    """Return the best of a point, those around it, and all good steps together; and whether there was room."""
    known = evaluate(points)
    gains = [point for point in known if better(point, best)]
    if len(gains) > 1:
        known = [*known, *evaluate([_together(best, gains, better)])]
    found = best
    for point in known:
        found = point if better(point, found) else found
    return found, set(points) <= set(known)


def _together(start: Point, points: list[Point], better: Better) -> Point:
    """Return the point that takes from each parameter's best step what it changes."""
    took: dict[int, Point] = {}
    for point in points:
        for place, value in enumerate(point):
            if value != start[place] and (place not in took or better(point, took[place])):
                took[place] = point
    return tuple(took[place][place] if place in took else value for place, value in enumerate(start))
