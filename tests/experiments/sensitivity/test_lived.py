"""Sensitivity of real lives of a small town: under common luck, over programme and behaviour."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Any

import pytest

from rewardsim.economics.objectives import measure
from rewardsim.experiments.scenarios import Factor, ScenarioError, SensitivityPlan
from rewardsim.experiments.sensitivity import sensitivity
from rewardsim.experiments.sensitivity.lived import values_at
from rewardsim.experiments.sweeps.lives import Lives
from rewardsim.experiments.sweeps.runner import Runner
from rewardsim.experiments.sweeps.workers import workers

from ..sweeps.town_sweep import RATE, SETTING, plan

PHI, WELCOME = "population.behaviour.incremental", "programme.earning.welcome.tokens"
FACTORS = (Factor(RATE, "1%", "10%"), Factor(PHI, 0.2, 0.8), Factor(WELCOME, 10, 40))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sensitivity")


def asked(method: str = "morris", samples: int = 6, **changes: Any) -> Any:
    found = SensitivityPlan(method, samples, ("issued_purchases", "incremental_revenue"), FACTORS)  # type: ignore[arg-type]
    return plan(1, 2, **({"sensitivity": found} | changes))


def live(what: Any, store: Path) -> Any:
    with workers("serial", None) as crew:
        return sensitivity(what, Runner(what.setting, crew, Lives(store)))


@pytest.fixture(scope="module")
def answer(store: Path) -> Any:
    return live(asked(), store)


def test_the_rate_drives_what_purchases_earn(answer: Any) -> None:
    assert answer.drivers("issued_purchases")[0] == RATE
    table = answer.to_frame()
    mine = table[table["measure"] == "issued_purchases"].set_index(["factor", "index"])
    assert mine.loc[(RATE, "mu"), "estimate"] == mine.loc[(RATE, "mu_star"), "estimate"] > 0
    assert mine.loc[(RATE, "mu_star"), "low"] > 0
    assert answer.said()[0].startswith(f"issued_purchases: {RATE} drives it")
    assert "upwards" in answer.said()[0]
    assert answer.said()[0].endswith("; first in 2 of 2 replicates")


def test_points_are_those_of_the_design(answer: Any) -> None:
    points = answer.points
    assert len(points) == 6 * 4
    assert set(points[RATE]) <= {"1%", "4%", "7%", "10%"}
    assert set(points[WELCOME]) <= set(range(10, 41))
    assert points["issued_purchases"].notna().all()
    assert points.loc[points[RATE] == "10%", "issued_purchases"].mean() > points["issued_purchases"].mean()


def test_lives_are_found_again(answer: Any, store: Path) -> None:
    class Nobody:
        window = 1

        def submit(self, text: str) -> Any:
            raise AssertionError("lived again")

    again = sensitivity(asked(), Runner(SETTING, Nobody(), Lives(store)))  # type: ignore[arg-type]
    assert again.to_frame().equals(answer.to_frame())


def test_all_points_share_their_counterfactual() -> None:
    from rewardsim.experiments.sensitivity.lived import design_of, scenarios_at

    what = asked()
    scenarios = scenarios_at(design_of(what.sensitivity, SETTING.seed), what.sensitivity, what.scenarios.base)
    assert len({one.population_nature for one in scenarios}) == 1
    assert [one.name for one in scenarios[:2]] == ["morris-01", "morris-02"]


def test_sobol_over_lives(store: Path) -> None:
    found = live(plan(1, 1, sensitivity=SensitivityPlan("sobol", 32, ("issued_purchases",), FACTORS[:2])), store)
    table = found.to_frame().set_index(["factor", "index"])
    assert table.loc[(RATE, "total"), "estimate"] > 0.6
    assert len(found.points) == 32 * 4
    assert "drives it: with it comes" in found.said()[0]


def test_a_measure_nothing_changes_is_said_to_be_so(store: Path) -> None:
    found = live(asked(sensitivity=SensitivityPlan("morris", 6, ("issued_draws",), FACTORS)), store)
    assert "none of these factors changes it" in found.said()[0]


def test_failed_lives_are_left_out_with_their_sample() -> None:
    from ..sweeps.made import Made, shared

    class Point:
        def __init__(self, name: str) -> None:
            self.name = name

    seen = Made(shared({"a": 1.0, "b": 2.0}), failing=frozenset({("b", 1)})).give({"a": 2, "b": 2})
    first, second = values_at(seen, [Point("a"), Point("b")], measure("margin"), 2)  # type: ignore[list-item]
    assert min(first) > 0
    assert [isnan(value) for value in second] == [True, True]
    alone = Made(shared({"a": 1.0}), twins=False).give({"a": 2})
    (none,) = values_at(alone, [Point("a")], measure("incremental_margin"), 2)  # type: ignore[list-item]
    assert [isnan(value) for value in none] == [True, True]


def test_a_plan_without_the_question_is_refused(store: Path) -> None:
    with pytest.raises(ValueError, match="asks for no sensitivity"):
        live(plan(1, 1), store)


def test_a_range_the_programme_forbids_is_told(store: Path) -> None:
    wrong = SensitivityPlan("morris", 4, ("net",), (Factor(WELCOME, -5, 40), Factor(PHI, 0.2, 8)))
    with pytest.raises(ScenarioError) as caught:
        live(plan(1, 1, sensitivity=wrong), store)
    assert {WELCOME, PHI} <= {fault.place.path for fault in caught.value.faults}
