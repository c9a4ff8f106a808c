"""Which values to try: a grid, a Latin hypercube, a Sobol sequence, or one factor at a time.

A design is a list of points: column of a factor -> value. The same factors and seed give the same
points everywhere. Latin hypercube: McKay, Beckman & Conover (1979). Sobol sequence: scrambled
(Owen 1998), with a power of two of points, which its balance needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

from rewardsim.programme.faults import Fault, Place

from .factors import Factor
from .faults import ScenarioError
from .frames import FAULTY_MAX, SCENARIOS_MAX, too_many
from .scenario import NAME, Builder, Scenario

Point = dict[str, Any]
"""Column of a factor -> value."""
READABLE = 60
"""Longest name made of values."""
GRID, LATIN, SOBOL, ONE, TABLE = "grid", "latin-hypercube", "sobol", "one-at-a-time", "table"


def grid(factors: Sequence[Factor]) -> list[Point]:
    """Every combination of the factors' values, the last factor changing fastest; each needs a step or values."""
    _refuse([*_none(factors), *(_continuous(one) for one in factors if one.count is None)])
    _capped(prod(one.count or 1 for one in factors), "factors")
    columns = [column_of(one) for one in factors]
    return [dict(zip(columns, values, strict=True)) for values in product(*(one.levels() for one in factors))]


def latin_hypercube(factors: Sequence[Factor], samples: int, seed: int = 0) -> list[Point]:
    """Points of which each factor takes each of ``samples`` equal shares of its range once, in random order."""
    from scipy.stats import qmc

    _refuse(_none(factors))
    _capped(samples)
    return points_at(factors, qmc.LatinHypercube(len(factors), rng=seed).random(samples))


def sobol_sequence(factors: Sequence[Factor], samples: int, seed: int = 0) -> list[Point]:
    """Points that fill the space evenly in all factors together; ``samples`` is a power of two."""
    from scipy.stats import qmc

    _refuse([*_none(factors), *power_of_two(samples, "samples")])
    _capped(samples)
    sequence = qmc.Sobol(len(factors), scramble=True, rng=seed)
    return points_at(factors, sequence.random_base2(samples.bit_length() - 1))


def one_at_a_time(factors: Sequence[Factor]) -> list[Point]:
    """Each value of each factor alone, the others as in the base; of a continuous range both ends."""
    _refuse(_none(factors))
    _capped(sum(one.count or 2 for one in factors), "factors")
    return [{column_of(one): value} for one in factors for value in one.levels()]


def points_at(factors: Sequence[Factor], shares: Any) -> list[Point]:
    """Points at shares (0 to 1) of the factors' ranges: one row a point, one column a factor."""
    columns = [column_of(one) for one in factors]
    return [
        {column: one.at(float(share)) for column, one, share in zip(columns, factors, row, strict=True)}
        for row in shares
    ]


def scenarios_of(points: Sequence[Point], factors: Sequence[Factor], builder: Builder, kind: str) -> list[Scenario]:
    """A scenario for each point; raises ScenarioError with the faults of the first that cannot be."""
    by_column = {column_of(one): one for one in factors}
    found: list[Scenario] = []
    faults: list[Fault] = []
    wrong = 0
    for name, point in zip(names_of(points, factors, kind), points, strict=True):
        try:
            changes = [by_column[column].change(value) for column, value in point.items()]
            found.append(builder.scenario(name, changes, point))
        except ScenarioError as error:
            faults += error.faults
            wrong += 1
        if wrong == FAULTY_MAX:
            break
    _refuse(faults)
    return found


def names_of(points: Sequence[Point], factors: Sequence[Factor], kind: str) -> list[str]:
    """What each point says, "rate=8%, goal=0.3", where values are few and that is short; else numbers."""
    short = short_names([column_of(one) for one in factors])
    said = [", ".join(f"{short[column]}={value}" for column, value in point.items()) for point in points]
    fit = all(len(name) <= READABLE and NAME.fullmatch(name) for name in said)
    if kind in (GRID, ONE) and fit and len(set(said)) == len(said):
        return said
    width = max(2, len(str(len(points))))
    return [f"{kind}-{number:0{width}}" for number in range(1, len(points) + 1)]


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """Paths by as many of their last parts as tell them apart."""
    for parts in range(1, 12):
        short = {path: ".".join(path.split(".")[-parts:]) for path in paths}
        if len(set(short.values())) == len(short):
            return short
    return {path: path for path in paths}


def column_of(factor: Factor) -> str:
    """The column of a factor: its path with its days."""
    return factor.change(None).column


def power_of_two(samples: int, path: str) -> list[Fault]:
    """A fault where a number is no power of two, with the nearest two that are."""
    if samples >= 1 and not samples & (samples - 1):
        return []
    lower = 1 << max(samples.bit_length() - 1, 0)
    return [Fault(Place("", 0, path), "out-of-range", f"{samples}", "a power of two", f"take {lower} or {2 * lower}")]


def twice(factors: Sequence[Factor]) -> list[Fault]:
    """A fault for each column that two factors share."""
    columns = [column_of(one) for one in factors]
    allowed, todo = "each path once", "remove one, or give them other days"
    return [
        Fault(Place("design", 0, one), "repeated", "a path twice", allowed, todo)
        for one in dict.fromkeys(columns)
        if columns.count(one) > 1
    ]


def _none(factors: Sequence[Factor]) -> list[Fault]:
    if factors:
        return twice(factors)
    return [Fault(Place("design", 0, "factors"), "missing", "no factors", "one or more", "say what varies")]


def _continuous(factor: Factor) -> Fault:
    place, found = Place("design", 0, factor.path), "a continuous range"
    return Fault(place, "missing", found, "a `step`, or `values`, in a grid", "add a `step`")


def _capped(count: int, key: str = "samples") -> None:
    if not 1 <= count <= SCENARIOS_MAX:
        _refuse([too_many(Place("design", 0, key), count)])


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise ScenarioError(faults)
