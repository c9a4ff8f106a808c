"""A life's key: what its outcome depends on, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rewardsim.experiments.scenarios import Change, Scenario
from rewardsim.experiments.sweeps.jobs import Job, job_of

from ..simulated import town
from .town_sweep import SETTING, programme, scenarios


def test_a_job_survives_its_text() -> None:
    job = job_of(scenarios(1).base, SETTING, 3)
    assert Job.from_json(job.to_json()) == job
    assert job.replicate == 3


def test_the_key_is_the_same_whoever_asks() -> None:
    one, other = (Scenario.of(name, programme(), town()) for name in ("one", "other"))
    assert job_of(one, SETTING, 0).key == job_of(other, SETTING, 0).key


@pytest.mark.parametrize(
    "changed",
    [
        {"members": 61},
        {"first": date(2017, 6, 16)},
        {"last": date(2017, 9, 11)},
        {"seed": 6},
    ],
)
def test_every_number_counts(changed: dict[str, object]) -> None:
    base = scenarios(1).base
    assert job_of(base, replace(SETTING, **changed), 0).key != job_of(base, SETTING, 0).key


def test_replicate_programme_and_population_count() -> None:
    base, other = scenarios(2)
    people = Scenario.of("people", programme(), town(purchases__r=0.9))
    jobs = [job_of(base, SETTING, 0), job_of(base, SETTING, 1), job_of(other, SETTING, 0), job_of(people, SETTING, 0)]
    assert len({job.key for job in jobs}) == len(jobs)


def test_words_count_since_tables_are_told_in_them() -> None:
    base = scenarios(1).base
    assert job_of(replace(base, words=("bronze",)), SETTING, 0).key != job_of(base, SETTING, 0).key


def test_one_counterfactual_serves_all_programmes_and_responses() -> None:
    base, other = scenarios(2)
    responsive = Scenario.of("responsive", programme(), town(), [Change("population.behaviour.goal", 0.5)])
    others = Scenario.of("others", programme(), town(purchases__r=0.9))
    none = job_of(base, SETTING, 0, without=True)
    assert none.programme == ""
    assert {job_of(one, SETTING, 0, without=True).key for one in (other, responsive)} == {none.key}
    assert job_of(responsive, SETTING, 0).key != job_of(base, SETTING, 0).key
    assert job_of(others, SETTING, 0, without=True).key != none.key


def test_a_scenario_without_a_programme_is_its_own_counterfactual() -> None:
    none = Scenario.of("none", None, town())
    assert job_of(none, SETTING, 0).key == job_of(none, SETTING, 0, without=True).key
