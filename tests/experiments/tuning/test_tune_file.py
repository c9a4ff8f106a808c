"""The file of a tuning: what it says, and every fault of it at once with its line."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rewardsim.economics.guards import Guard
from rewardsim.experiments.scenarios import ScenarioError
from rewardsim.experiments.tuning.plan import Objective, TunePlan
from rewardsim.experiments.tuning.tune import tune
from rewardsim.experiments.tuning.tune_file import load_tune, parse_tune, tune_schema

from .made import DATA

GOOD = """schema = 1
[tune]
name = "test"
programme = "../programmes/reward-mi.toml"
population = "../populations/india-2017.toml"
[[parameters]]
path = "programme.earning.purchase.rate"
low = "2%"
high = "10%"
step = "2%"
[[objectives]]
measure = "incremental_net"
goal = "maximise"
"""


def parsed(text: str) -> TunePlan:
    return parse_tune(text, str(DATA / "tunes" / "test.toml"))


def faults(text: str) -> list[tuple[int, str, str, str]]:
    """Line, path, code and what to do, of every fault of a text."""
    with pytest.raises(ScenarioError) as caught:
        parsed(text)
    return [(one.place.line, one.place.path, one.code, one.todo) for one in caught.value.faults]


def as_json(value: Any) -> Any:
    """A document as tools for JSON Schema have it."""
    if isinstance(value, dict):
        return {key: as_json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_json(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def test_a_small_file_and_what_it_leaves_out() -> None:
    plan = parsed(GOOD)
    assert (plan.replicates, plan.trials, plan.batch, plan.fresh_replicates, plan.leaders) == (4, 60, 8, 16, 5)
    assert (plan.setting.members, plan.setting.first, plan.setting.last) == (
        20_000,
        date(2017, 6, 15),
        date(2018, 12, 31),
    )
    assert plan.setting.counterfactual
    assert plan.objectives == (Objective("incremental_net", "maximise"),)
    assert plan.parameters[0].levels() == ("2%", "4%", "6%", "8%", "10%")
    assert (plan.constraints, plan.robustness, plan.sampler) == ((), None, "tpe")


def test_without_need_nobody_lives_without_the_programme() -> None:
    assert not parsed(GOOD.replace("incremental_net", "net")).setting.counterfactual
    limited = GOOD.replace("incremental_net", "net") + '[[constraints]]\nmeasure = "roi"\nat_least = "0%"\n'
    assert parsed(limited).setting.counterfactual


def test_limits_are_in_the_measures_unit() -> None:
    rows = [("liability", '"1234.50"'), ("roi", '"12.5%"'), ("active_members", "70"), ("issued", "5000")]
    text = GOOD + "".join(f'[[constraints]]\nmeasure = "{name}"\nat_most = {limit}\n' for name, limit in rows)
    limits = [Fraction(123_450), Fraction(1, 8), 70, 5000]
    assert parsed(text).constraints == tuple(
        Guard(name, at_most=limit) for (name, _), limit in zip(rows, limits, strict=True)
    )


@pytest.mark.parametrize("path", sorted((DATA / "tunes").glob("*.toml")), ids=lambda path: path.name)
def test_the_worked_files_load_and_follow_the_schema(path: Path) -> None:
    plan = load_tune(path)
    assert plan.text == path.read_text(encoding="utf-8")
    document = as_json(tomllib.loads(plan.text))
    assert list(Draft202012Validator(tune_schema()).iter_errors(document)) == []


def test_the_schema_is_closed_and_committed() -> None:
    validator = Draft202012Validator(tune_schema())
    document = tomllib.loads(GOOD)
    assert validator.is_valid(document)
    assert not validator.is_valid({**document, "nonsense": 1})
    assert not validator.is_valid({**document, "tune": {**document["tune"], "sampler": "luck"}})
    from rewardsim.experiments import tuning

    committed = Path(tuning.__file__).with_name("tune.schema.json")
    assert json.loads(committed.read_text(encoding="utf-8")) == tune_schema()


SINGLE = {
    "a path that is not there": (
        ("purchase.rate", "purchas.rate"), (7, "parameters[1].path", "unknown-key", 'did you mean "purchase"?'),
    ),
    "a bound the programme forbids": (
        ('high = "10%"', 'high = "20000%"'), (9, "parameters[1].high", "out-of-range", "correct the percentage"),
    ),
    "a number where a text belongs": (
        ('high = "10%"', "high = 10"), (7, "parameters[1].path", "wrong-unit", "write both in the same way"),
    ),
    "a continuous range": (
        ('step = "2%"\n', ""), (6, "parameters[1]", "missing", "add `step`, or list `values`"),
    ),
    "an assumption as a parameter": (
        ('programme.earning.purchase.rate"\nlow = "2%"\nhigh = "10%"\nstep = "2%"',
         'population.behaviour.goal"\nvalues = [0.1, 0.2]'),
        (7, "parameters[1].path", "wrong-choice",
         "tune what a programme says; what people do is an assumption, under [robustness]"),
    ),
    "an unknown measure": (
        ("incremental_net", "incremental_nett"), (12, "objectives[1].measure", "unknown-measure", None),
    ),
    "an unknown goal": (
        ('"maximise"', '"maximize"'), (13, "objectives[1].goal", "wrong-choice", 'did you mean "maximise"?'),
    ),
    "an unknown key": (
        ('name = "test"', 'name = "test"\ntrails = 5'), (4, "tune.trails", "unknown-key", 'did you mean "trials"?'),
    ),
    "one replicate": (
        ('name = "test"', 'name = "test"\nreplicates = 1'),
        (4, "tune.replicates", "out-of-range", "ask for more replicates"),
    ),
    "more leaders than trials": (
        ('name = "test"', 'name = "test"\ntrials = 3\nleaders = 4'),
        (5, "tune.leaders", "inconsistent", "judge fewer trials anew"),
    ),
    "days in the wrong order": (
        ('name = "test"', 'name = "test"\nuntil = 2017-01-01'), (4, "tune.until", "date-order", None),
    ),
    "no such file": (
        ("reward-mi.toml", "reward-me.toml"), (4, "tune.programme", "unreadable", "check the path"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SINGLE)
def test_a_fault_has_its_line_and_a_way_out(what: str) -> None:
    (old, new), (line, path, code, todo) = SINGLE[what]
    assert old in GOOD
    found = faults(GOOD.replace(old, new))
    wanted = [one for one in found if one[:2] == (line, path)]
    assert len(wanted) == 1, found
    assert wanted[0][2] == code
    assert todo is None or wanted[0][3] == todo


def test_contradictory_limits_are_refused_naming_both() -> None:
    text = GOOD + '[[constraints]]\nmeasure = "liability"\nat_most = "100.00"\n'
    text += '[[constraints]]\nmeasure = "liability"\nat_least = "100.01"\n'
    with pytest.raises(ScenarioError) as caught:
        parsed(text)
    (fault,) = caught.value.faults
    assert (fault.place.line, fault.code) == (19, "inconsistent")
    assert 'but liability at_most "100.00" in line 16' in fault.allowed


def test_an_objective_cannot_be_wanted_twice() -> None:
    found = faults(GOOD + '[[objectives]]\nmeasure = "incremental_net"\ngoal = "minimise"\n')
    assert [(line, code) for line, _, code, _ in found] == [(15, "repeated")]


def test_a_parameter_cannot_be_there_twice() -> None:
    rows = GOOD[GOOD.index("[[parameters]]") : GOOD.index("[[objectives]]")]
    assert "repeated" in [code for _, _, code, _ in faults(GOOD + rows)]


def test_assumptions_are_those_of_people_and_no_more_replicates_than_there_are() -> None:
    text = GOOD + "[robustness]\nreplicates = 17\n[[robustness.factors]]\n"
    found = faults(text + 'path = "programme.expiry.years_after"\nvalues = [0, 1]\n')
    assert {(line, code) for line, _, code, _ in found} >= {(15, "inconsistent"), (17, "wrong-choice")}


def test_all_faults_come_at_once() -> None:
    text = GOOD
    for what in ("a path that is not there", "an unknown goal", "an unknown key", "no such file"):
        text = text.replace(*SINGLE[what][0])
    codes = {code for _, _, code, _ in faults(text)}
    assert codes >= {"wrong-choice", "unknown-key", "unreadable"}


def test_a_call_cannot_ask_for_too_little() -> None:
    with pytest.raises(ScenarioError, match="trials: found 1, allowed a whole number, 2 or more"):
        tune(parsed(GOOD), trials=1)
    with pytest.raises(ValueError, match="members: found 0"):
        tune(parsed(GOOD), members=0)
