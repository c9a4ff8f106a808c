"""Tuning by real lives: against the whole space, lived; wherever it is run; and out into production."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rewardsim as rs
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.experiments.sweeps.lives import Lives
from rewardsim.experiments.sweeps.runner import Runner
from rewardsim.experiments.sweeps.workers import workers
from rewardsim.experiments.tuning.parameters import Parameters
from rewardsim.experiments.tuning.plan import Objective
from rewardsim.experiments.tuning.scoring import score
from rewardsim.experiments.tuning.tune import tune
from rewardsim.experiments.tuning.tune_run import TuneRun
from rewardsim.programme import load_programme

from .made import at_most, robustness
from .real import LIMIT, plan


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lives")


@pytest.fixture(scope="module")
def tuned(out: Path) -> TuneRun:
    return tune(plan(), workers="serial", out=out)


@pytest.fixture(scope="module")
def whole(out: Path) -> dict[tuple[Any, ...], Any]:
    """The score of every point of the space, by lives."""
    asked = plan()
    parameters, builder = Parameters(asked.parameters), Builder(asked.programme, asked.population)
    points = list(parameters.space.points())
    scenarios = [builder.scenario(f"point {n}", parameters.changes(point)) for n, point in enumerate(points)]
    with workers("serial") as crew:
        seen = Runner(asked.setting, crew, Lives(out)).outcomes(scenarios, asked.search_replicates)
    return {
        tuple(parameters.levels(point).values()): score(
            asked.objectives, asked.constraints, seen.observations(one.name)
        )
        for point, one in zip(points, scenarios, strict=True)
    }


def test_the_best_of_the_whole_space_is_found_with_two_thirds_of_it(
    tuned: TuneRun, whole: dict[tuple[Any, ...], Any]
) -> None:
    fair = {point: one.values[0] for point, one in whole.items() if not one.violation}
    assert 0 < len(fair) < len(whole)
    trials = tuned.trials[tuned.trials["feasible"] & (tuned.trials["trial"] > 0)]
    assert len(tuned.trials) - 1 <= 20 < len(whole)
    best = trials.sort_values("issued").iloc[-1]
    assert best["issued"] == max(fair.values())
    assert tuple(best[name] for name in tuned.parameters) == max(fair, key=lambda point: fair[point])


def test_every_trial_is_what_the_lives_say(tuned: TuneRun, whole: dict[tuple[Any, ...], Any]) -> None:
    for _, row in tuned.trials[tuned.trials["trial"] > 0].iterrows():
        one = whole[tuple(row[name] for name in tuned.parameters)]
        assert (row["issued"], row["feasible"]) == (one.values[0], not one.violation)


def test_the_limit_holds_on_fresh_luck(tuned: TuneRun) -> None:
    assert tuned.found
    row = tuned.constraints.query("role == 'recommended'").iloc[0]
    assert row["status"] == "held"
    assert row["high"] <= LIMIT
    assert tuned.constraints.query("trial == 0").iloc[0]["status"] in ("held", "broken", "undecided")


def test_processes_give_the_same(tuned: TuneRun, tmp_path: Path) -> None:
    assert tune(plan(), workers="processes", jobs=2, out=tmp_path).digest == tuned.digest


def test_the_recommendation_goes_into_production(tuned: TuneRun, tmp_path: Path) -> None:
    bundle = rs.export(tuned, tmp_path / "bundle")
    assert bundle.hash
    said = json.loads((tmp_path / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    origin = next(value for value in said.values() if isinstance(value, dict) and value.get("kind") == "tune")
    assert (origin["digest"], origin["key"]) == (tuned.digest, tuned.manifest["key"])
    assert load_programme(tmp_path / "bundle" / "programme.toml") == tuned.recommended


def test_without_a_recommendation_nothing_goes_there(out: Path, tmp_path: Path) -> None:
    none = tune(plan(constraints=(at_most("liability", 1),), trials=4, batch=2), workers="serial", out=out)
    assert none.advice["kind"] == "infeasible"
    with pytest.raises(ValueError, match="no manifest of a run"):
        rs.export(none.path, tmp_path / "bundle")


def test_a_life_behind_it_can_be_lived_again(tuned: TuneRun) -> None:
    """The recommended programme, simulated by itself, is what the tuning says of it."""
    asked = plan()
    programme = load_programme(tuned.path / "recommended.toml")
    run = rs.simulate(
        programme, asked.population, members=60, start=asked.setting.first, until=asked.setting.last, seed=3,
        replicates=3, counterfactual=False, out=tuned.path.parent,
    )  # fmt: skip
    rows = tuned.sql("SELECT * FROM fresh ORDER BY replicate").query(f"scenario == 'trial-{tuned.advice['trial']}'")
    assert run.replicates.query("replicate == 2")["issued"].tolist() == rows.query("replicate == 2")["issued"].tolist()
    assert run.manifest["digests"]["programme"][2] == rows.set_index("replicate").loc[2, "digest"]


def test_tuned_reward_mi_is_better_on_fresh_luck(out: Path) -> None:
    """Less cost for what the programme adds; few members, so that only a large difference shows."""
    asked = plan(
        objectives=(Objective("incremental_net", "maximise"),), constraints=(), robustness=robustness(4), trials=10
    )
    run = tune(asked, workers="serial", out=out)
    assert run.advice["kind"] in ("change", "keep")
    if run.found:
        row = run.leaders.query(f"trial == {run.advice['trial']}").iloc[0]
        assert row["together_low"] > 0
        assert len(run.robustness) == 4
