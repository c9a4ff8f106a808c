"""Designs have the points they promise: all combinations, one in each share, an even spread, one at a time."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest

from rewardsim.experiments.scenarios import Factor
from rewardsim.experiments.scenarios.designs import (
    GRID,
    ONE,
    SOBOL,
    column_of,
    grid,
    latin_hypercube,
    names_of,
    one_at_a_time,
    scenarios_of,
    short_names,
    sobol_sequence,
)
from rewardsim.experiments.scenarios.scenario import Builder

from .conftest import GOAL, RATE, faults_of

MIN = "programme.redemption.checkout.tokens_min"
FREE = (Factor(RATE, "5%", "12%"), Factor(GOAL, 0, 0.6), Factor("population.behaviour.repay", 0, 1))
STEPS = (Factor(RATE, "8%", "12%", step="2%"), Factor(MIN, values=(20, 100)))


def test_a_grid_is_every_combination() -> None:
    points = grid(STEPS)
    assert [tuple(point.values()) for point in points] == list(itertools.product(("8%", "10%", "12%"), (20, 100)))
    assert {tuple(point) for point in points} == {(RATE, MIN)}


@pytest.mark.parametrize("samples", [1, 7, 100])
def test_a_latin_hypercube_has_one_point_in_each_share(samples: int) -> None:
    factors = [Factor(GOAL, 0, 0.5), Factor("population.behaviour.repay", 0, 1)]
    points = latin_hypercube(factors, samples, seed=3)
    for factor in factors:
        shares = [float(point[factor.path]) / float(factor.high) for point in points]
        assert sorted(int(share * samples) for share in shares) == list(range(samples))


def test_a_sobol_sequence_is_even_in_each_factor_and_each_pair() -> None:
    points = sobol_sequence(FREE, 64, seed=1)
    for factor in FREE[1:]:  # a rate is rounded to whole basis points, over the edges of shares
        low, high = (factor.number(value) for value in factor.levels())
        shares = [(factor.number(point[factor.path]) - low) / (high - low) for point in points]
        assert [sum(int(share * 8) == part for share in shares) for part in range(8)] == [8] * 8
    halves = [(float(point[GOAL]) >= 0.3, float(point["population.behaviour.repay"]) >= 0.5) for point in points]
    assert {half: halves.count(half) for half in set(halves)} == dict.fromkeys(
        itertools.product((False, True), repeat=2), 16
    )


@pytest.mark.parametrize("made", [latin_hypercube, sobol_sequence])
def test_luck_is_the_seeds(made: Any) -> None:
    assert made(FREE, 8, 5) == made(FREE, 8, 5)
    assert made(FREE, 8, 5) != made(FREE, 8, 6)
    assert made(FREE, 8) == made(FREE, 8, 0)


def test_one_factor_at_a_time() -> None:
    points = one_at_a_time((*STEPS, FREE[1]))
    assert [list(point.values()) for point in points[:5]] == [["8%"], ["10%"], ["12%"], [20], [100]]
    assert [float(*point.values()) for point in points[5:]] == [0, 0.6]


def test_names_say_the_point_where_one_value_does() -> None:
    points = one_at_a_time((*STEPS, FREE[1]))
    assert names_of(points, (*STEPS, FREE[1]), ONE) == [
        "rate=8%", "rate=10%", "rate=12%", "tokens_min=20", "tokens_min=100", "goal=0", "goal=0.6",
    ]  # fmt: skip
    assert names_of(grid(STEPS)[:2], STEPS, GRID) == ["rate=8%, tokens_min=20", "rate=8%, tokens_min=100"]
    long = [Factor(f"programme.{'x' * 60}", values=(1, 2))]
    assert names_of(grid(long), long, GRID) == ["grid-01", "grid-02"]
    assert names_of([{}] * 120, STEPS, SOBOL)[0] == "sobol-001"
    tables = (Factor(RATE, values=({"tokens": 1, "per": "9.00"}, "8%")),)
    assert names_of(one_at_a_time(tables), tables, ONE) == ["one-at-a-time-01", "one-at-a-time-02"]


def test_short_names_tell_paths_apart() -> None:
    paths = ["programme.earning.welcome.tokens", "programme.earning.share.tokens", "population.behaviour.goal"]
    assert list(short_names(paths).values()) == ["welcome.tokens", "share.tokens", "behaviour.goal"]


def test_points_become_scenarios(builder: Builder) -> None:
    factors = [factor.fitted(builder) for factor in STEPS]
    made = scenarios_of(grid(factors), factors, builder, GRID)
    assert made[0].name == "rate=8%, tokens_min=20"
    assert made[0].levels == {RATE: "8%", MIN: 20}
    assert (
        made[0].programme_key
        == builder.programme.vary(  # type: ignore[union-attr]
            {"earning.purchase.rate": "8%", "redemption.checkout.tokens_min": 20}
        ).key
    )
    assert len({one.programme_key for one in made}) == 6


def test_one_path_on_different_days(builder: Builder) -> None:
    factors = [Factor(RATE, values=("8%",)), Factor(RATE, values=("6%", "7%"), start=date(2018, 1, 1))]
    points = grid(factors)
    assert [list(point) for point in points] == [[RATE, f"{RATE}@2018-01-01.."]] * 2
    assert column_of(factors[1]) == f"{RATE}@2018-01-01.."
    made = scenarios_of(points, factors, builder, GRID)
    assert made[0].programme_key != made[1].programme_key


def test_points_that_cannot_be_are_told_with_their_names(builder: Builder) -> None:
    factors = [
        Factor("population.birthdays.youngest", values=(18, 40)),
        Factor("population.birthdays.oldest", values=(45, 30)),
    ]
    (fault,) = faults_of(lambda: scenarios_of(grid(factors), factors, builder, GRID))
    assert fault.place.file == "youngest=40, oldest=30"


WRONG: list[tuple[Any, str, str]] = [
    (lambda: grid([]), "missing", "factors"),
    (lambda: one_at_a_time([]), "missing", "factors"),
    (lambda: latin_hypercube([], 4), "missing", "factors"),
    (lambda: sobol_sequence([], 4), "missing", "factors"),
    (lambda: grid(FREE), "missing", RATE),
    (lambda: grid([STEPS[0], STEPS[0]]), "repeated", RATE),
    (lambda: sobol_sequence(FREE, 10), "out-of-range", "samples"),
    (lambda: sobol_sequence(FREE, 0), "out-of-range", "samples"),
    (lambda: sobol_sequence(FREE, -4), "out-of-range", "samples"),
    (lambda: latin_hypercube(FREE, 0), "too-many", "samples"),
    (lambda: latin_hypercube(FREE, 10_001), "too-many", "samples"),
    (lambda: sobol_sequence(FREE, 1 << 20), "too-many", "samples"),
    (lambda: grid([Factor(f"population.behaviour.{name}", 0, 1, step=0.01) for name in ("goal", "repay", "coupon")]),
     "too-many", "factors"),
]  # fmt: skip


@pytest.mark.parametrize(("action", "code", "path"), WRONG, ids=range(len(WRONG)))
def test_designs_that_cannot_be(action: Any, code: str, path: str) -> None:
    found = faults_of(action)
    assert {(fault.code, fault.place.path) for fault in found} >= {(code, path)}


def test_a_grid_of_a_million_says_so() -> None:
    million = [Factor(f"population.behaviour.{name}", 0, 0.99, step=0.01) for name in ("goal", "repay", "coupon")]
    (fault,) = faults_of(lambda: grid(million))
    assert (fault.found, fault.allowed) == ("1,000,000 scenarios", "at most 10,000")
