"""A life lived by a worker is the life that a simulation lives."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardsim.experiments.scenarios import Scenario
from rewardsim.experiments.simulations.run import SimulationRun
from rewardsim.experiments.simulations.simulate import simulate
from rewardsim.experiments.sweeps.jobs import Job, job_of
from rewardsim.experiments.sweeps.living import live
from rewardsim.experiments.sweeps.outcome import Failure, Outcome, result_of

from ..simulated import town
from .town_sweep import SETTING, programme

TIERED = {"last": SETTING.last.replace(year=2019)}  # tiers begin in the second phase


def lived(job: Job) -> tuple[Outcome, pa.Table]:
    said, days = live(job.to_json())
    found = result_of(job.key, said)
    assert isinstance(found, Outcome), found
    return found, pq.read_table(io.BytesIO(days))


@pytest.fixture(scope="module")
def long() -> Scenario:
    return Scenario.of("base", programme(), town())


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> SimulationRun:
    days = {"start": SETTING.first, "until": TIERED["last"]}
    out = tmp_path_factory.mktemp("simulated")
    return simulate(programme(), town(), members=60, seed=5, replicates=2, out=out, **days)


@pytest.mark.parametrize("replicate", [0, 1])
@pytest.mark.parametrize("without", [False, True])
def test_totals_and_digest_are_those_of_a_simulation(
    long: Scenario, simulated: SimulationRun, replicate: int, without: bool
) -> None:
    found, _ = lived(job_of(long, replace(SETTING, **TIERED), replicate, without))
    arm = "without" if without else "programme"
    assert found.totals == {
        name: values[replicate] for name, values in simulated.totals(arm).items() if name not in ("arm", "replicate")
    }
    assert found.digest == simulated.manifest["digests"][arm][replicate]
    assert found.totals["purchases"] > 0


def test_tiers_are_those_of_a_simulation(long: Scenario, simulated: SimulationRun) -> None:
    found, _ = lived(job_of(long, replace(SETTING, **TIERED), 0))
    assert found.tiers == simulated.manifest["summary"]["tiers"]
    assert sum(found.tiers.values()) > 0
    assert found.counted["tier:member"] == found.tiers["member"]
    assert lived(job_of(long, replace(SETTING, **TIERED), 0, without=True))[0].tiers == {}


def test_days_are_those_of_a_simulation(long: Scenario, simulated: SimulationRun) -> None:
    found, days = lived(job_of(long, replace(SETTING, **TIERED), 1))
    tokens = simulated.tokens.query("replicate == 1")
    for name in ("issued", "redeemed", "exchanged", "expired", "outstanding"):
        assert days.column(name).to_pylist() == tokens[name].tolist()
    mine = simulated.daily.query("replicate == 1 and arm == 'programme'")
    measured = mine.groupby("day")[["revenue", "enrolled"]].sum()
    ours = days.to_pandas().set_index("day")
    assert ours["revenue"][ours["revenue"] > 0].to_dict() == {
        day.date(): amount for day, amount in measured["revenue"].items() if amount
    }
    assert ours["enrolled"].sum() == found.totals["enrolled"]
    assert ours["outstanding"].iloc[-1] == found.totals["outstanding"]


def test_a_life_without_programme_has_days_and_no_tokens(long: Scenario) -> None:
    found, days = lived(job_of(long, SETTING, 0, without=True))
    assert days.column("purchases").to_pylist() != [0] * SETTING.days
    assert sum(days.column("purchases").to_pylist()) == found.totals["purchases"]
    assert set(days.column("issued").to_pylist()) == {0}
    assert len(days) == SETTING.days


def test_the_answer_depends_on_the_job_alone(long: Scenario) -> None:
    job = job_of(long, SETTING, 0).to_json()
    (said, days), (again, same) = live(job), live(job)
    assert days == same
    assert json.loads(said) | {"seconds": 0} == json.loads(again) | {"seconds": 0}


def failed(job: Job) -> Failure:
    said, days = live(job.to_json())
    found = result_of(job.key, said)
    assert isinstance(found, Failure)
    assert days == b""
    return found


def test_a_programme_that_cannot_be_read_is_an_outcome(long: Scenario) -> None:
    found = failed(replace(job_of(long, SETTING, 4), programme="schema = 0"))
    assert (found.stage, found.seed, found.replicate) == ("load", 5, 4)
    assert "ProgrammeError" in found.error
    assert "parse_programme" in found.traceback


def test_a_worker_of_another_version_refuses(long: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(long, SETTING, 0)
    monkeypatch.setattr("rewardsim.experiments.sweeps.jobs.sources", lambda: "other sources")
    assert "install the same version" in failed(job).error


@pytest.mark.parametrize(
    ("broken", "stage"),
    [
        ("rewardsim.engine.simulation.simulate_population", "simulate"),
        ("rewardsim.experiments.simulations.totals.totals_of", "count"),
    ],
)
def test_the_stage_of_a_failure_is_told(
    long: Scenario, monkeypatch: pytest.MonkeyPatch, broken: str, stage: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ArithmeticError("out of luck")

    monkeypatch.setattr(broken, fail)
    found = failed(job_of(long, SETTING, 2))
    assert (found.stage, found.error) == (stage, "ArithmeticError: out of luck")
    assert 'raise ArithmeticError("out of luck")' in found.traceback


def test_something_that_is_no_job_is_an_outcome_too() -> None:
    said = json.loads(live("nonsense")[0])
    assert said["failed"]["stage"] == "load"


def test_a_text_is_parsed_once(long: Scenario, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from rewardsim import population

    asked = []
    real = population.parse_population
    monkeypatch.setattr("rewardsim.population.parse_population", lambda *a: asked.append(1) or real(*a))
    job = replace(job_of(long, SETTING, 0), population=long.population_text + "\n# never seen before\n")
    for _ in range(2):
        live(job.to_json())
    assert len(asked) == 1
