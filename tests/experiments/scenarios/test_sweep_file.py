"""A sweep file becomes a plan: scenarios with what they extend, the setting, and what is asked of them."""

from __future__ import annotations

import os
import time
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rewardsim.economics.guards import Guard
from rewardsim.experiments.scenarios import (
    Best,
    Change,
    Factor,
    Precision,
    Scenarios,
    SensitivityPlan,
    Setting,
    load_sweep,
    parse_sweep,
)
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.experiments.scenarios.sweep_schema import schema_text, sweep_schema

from .conftest import DATA, GOAL, RATE, faults_of

HEAD = f"""schema = 1
[sweep]
name = "Small"
programme = "{DATA}/programmes/reward-mi.toml"
population = "{DATA}/populations/india-2017.toml"
members = 100
"""
MIN = "programme.redemption.checkout.tokens_min"
WORKED = sorted((DATA / "sweeps").glob("*.toml"))


def test_the_least_a_file_says(builder: Builder) -> None:
    plan = parse_sweep(HEAD)
    assert plan.scenarios == Scenarios(builder.scenario("base"))
    assert plan.setting == Setting(100, date(2017, 6, 15), date(2018, 12, 31), 0, True)
    assert (plan.name, plan.replicates, plan.measures, plan.text) == ("Small", 8, (), HEAD)
    assert (plan.precision, plan.best, plan.guards, plan.sensitivity) == (None, None, (), None)


def test_the_setting(builder: Builder) -> None:
    said = "starts = 2017-07-01\nuntil = 2017-07-31\nseed = 5\nreplicates = 3\ncounterfactual = false\n"
    plan = parse_sweep(HEAD + said + 'measures = ["cost"]\n')
    assert plan.setting == Setting(100, date(2017, 7, 1), date(2017, 7, 31), 5, False)
    assert (plan.setting.days, plan.setting.first_day, plan.replicates, plan.measures) == (31, 17_348, 3, ("cost",))
    without = parse_sweep(HEAD.replace("members = 100\n", ""))
    assert without.setting.members == builder.population.members


def test_scenarios_with_changes_days_and_removals() -> None:
    plan = parse_sweep(
        HEAD
        + f"""[[scenarios]]
id = "one"
starts = 2018-01-01
ends = 2018-04-01
changes = {{ "{RATE}" = "8%", "{GOAL}" = 0.3 }}
remove = ["programme.campaigns.accessory-week"]
"""
    )
    start, end = date(2018, 1, 1), date(2018, 4, 1)
    assert plan.scenarios["one"].changes == (
        Change("programme.campaigns.accessory-week", None, start, end),
        Change(RATE, "8%", start, end),
        Change(GOAL, Decimal("0.3")),
    )


EXTENDS = f"""[[scenarios]]
id = "c"
extends = "b"
changes = {{ "{RATE}" = "6%" }}
[[scenarios]]
id = "b"
extends = "a"
starts = 2018-01-01
changes = {{ "{MIN}" = 300, "{GOAL}" = 0.2 }}
[[scenarios]]
id = "a"
extends = "base"
changes = {{ "{RATE}" = "8%", "{MIN}" = 200 }}
[[scenarios]]
id = "d"
extends = "b"
starts = 2018-01-01
changes = {{ "{MIN}" = 400 }}
"""


def test_extends_makes_the_eldest_changes_first(builder: Builder) -> None:
    scenarios = parse_sweep(HEAD + EXTENDS).scenarios
    late = date(2018, 1, 1)
    assert scenarios.names == ["base", "c", "b", "a", "d"]
    goal = Change(GOAL, Decimal("0.2"))
    assert scenarios["b"].changes == (Change(RATE, "8%"), Change(MIN, 200), Change(MIN, 300, late), goal)
    # what a later change undoes is gone
    assert scenarios["c"].changes == (Change(MIN, 200), Change(MIN, 300, late), goal, Change(RATE, "6%"))
    assert scenarios["d"].changes == (Change(RATE, "8%"), Change(MIN, 200), goal, Change(MIN, 400, late))
    for one in scenarios:
        assert builder.scenario(one.name, one.changes).programme_key == one.programme_key


def test_extending_is_doing_everything_at_once(builder: Builder) -> None:
    scenarios = parse_sweep(HEAD + EXTENDS).scenarios
    programme = builder.programme
    assert programme is not None
    varied = programme.vary({"earning.purchase.rate": "8%", "redemption.checkout.tokens_min": 200})
    varied = varied.vary({"redemption.checkout.tokens_min": 300}, start="2018-01-01")
    assert scenarios["b"].programme_key == varied.key
    assert scenarios["c"].programme_key == varied.vary({"earning.purchase.rate": "6%"}).key


def test_files_of_a_scenario_are_inherited(tmp_path: Path, builder: Builder) -> None:
    programme, population = builder.programme, builder.population
    assert programme is not None
    (tmp_path / "other.toml").write_text(programme.vary({"earning.welcome.tokens": 0}).to_toml())
    (tmp_path / "people.toml").write_text(population.vary({"behaviour.goal": 0.1}).text)
    (tmp_path / "sweep.toml").write_text(
        HEAD
        + f"""[[scenarios]]
id = "other"
programme = "other.toml"
[[scenarios]]
id = "both"
extends = "other"
population = "people.toml"
changes = {{ "{RATE}" = "8%" }}
"""
    )
    plan = load_sweep(tmp_path / "sweep.toml")
    other, both = plan.scenarios["other"], plan.scenarios["both"]
    assert other.programme_key == programme.vary({"earning.welcome.tokens": 0}).key
    assert both.programme_key == programme.vary({"earning.welcome.tokens": 0, "earning.purchase.rate": "8%"}).key
    assert both.population_key == population.vary({"behaviour.goal": 0.1}).key
    again = Scenarios.from_frame(plan.scenarios.to_frame(), programme, population)
    assert again == plan.scenarios


def test_tiers_of_every_programme_may_be_measured(tmp_path: Path, builder: Builder) -> None:
    assert builder.programme is not None
    (tmp_path / "other.toml").write_text(builder.programme.to_toml().replace('"gold"', '"golden"'))
    scenario = '[[scenarios]]\nid = "other"\nprogramme = "other.toml"\n'
    text = HEAD + 'measures = ["tier_share:gold", "tier_share:golden"]\n'
    assert parse_sweep(text + scenario, str(tmp_path / "s.toml")).measures == ("tier_share:gold", "tier_share:golden")
    (fault,) = faults_of(lambda: parse_sweep(text))
    assert fault.found == '"tier_share:golden"'


def test_a_long_line_of_scenarios_is_refused_quickly() -> None:
    rows = [f'[[scenarios]]\nid = "s{number}"\nextends = "s{number + 1}"\n' for number in range(3000)]
    started = time.process_time()
    found = faults_of(lambda: parse_sweep(HEAD + "".join(rows) + '[[scenarios]]\nid = "s3000"\n'))
    assert {fault.code for fault in found} == {"too-deep"}
    assert time.process_time() - started < 30


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_sweep(os.path.relpath(DATA / "sweeps" / "rates.toml")).name == "Rates of Reward Mi"


FACTORS = f"""[[design.factors]]
path = "{RATE}"
low = "8%"
high = "12%"
step = "2%"
[[design.factors]]
path = "{GOAL}"
values = [0.1, 0.2]
"""
DESIGNS = {"grid": 6, "one-at-a-time": 5, "latin-hypercube": 12, "sobol": 16}


@pytest.mark.parametrize("kind", DESIGNS)
def test_designs(kind: str) -> None:
    samples = f"samples = {DESIGNS[kind]}\nseed = 3\n" if kind in ("latin-hypercube", "sobol") else ""
    text = HEAD + f'[[scenarios]]\nid = "a"\n[design]\nkind = "{kind}"\n{samples}{FACTORS}'
    plan = parse_sweep(text)
    assert len(plan.scenarios) == DESIGNS[kind] + 2
    assert plan.scenarios == parse_sweep(text).scenarios
    levels = [one.levels for one in plan.scenarios[2:]]
    assert {point[RATE] for point in levels if RATE in point} == {"8%", "10%", "12%"}
    assert {point[GOAL] for point in levels if GOAL in point} == {Decimal("0.1"), Decimal("0.2")}


def test_a_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        f'name,{RATE},{GOAL},{MIN}@2018-01-01..\n"a, b",8%,,\nc,,0.3,300\n\n', newline="\r\n"
    )
    (tmp_path / "s.toml").write_text(HEAD + '[design]\nkind = "table"\nfile = "t.csv"\n')
    scenarios = load_sweep(tmp_path / "s.toml").scenarios
    assert scenarios.names == ["base", "a, b", "c"]
    assert scenarios["c"].changes == (Change(GOAL, Decimal("0.3")), Change(MIN, 300, date(2018, 1, 1)))


ASKED = f"""replicates = 6
[[scenarios]]
id = "eight"
changes = {{ "{RATE}" = "8%" }}
[[guards]]
measure = "liability"
at_most = "2500000.50"
[[guards]]
measure = "roi"
at_least = "-12.5%"
scenario = "eight"
[[guards]]
measure = "active_members"
at_least = 10
at_most = 90
[[guards]]
measure = "tier_share:gold"
at_most = "5%"
scenario = "base"
[sensitivity]
method = "sobol"
samples = 64
measures = ["cost", "incremental_net"]
[[sensitivity.factors]]
path = "{RATE}"
low = "5%"
high = "12%"
[[sensitivity.factors]]
path = "{GOAL}"
low = 0
high = 0.6
"""


def test_what_is_asked() -> None:
    plan = parse_sweep(HEAD + ASKED + '[precision]\nmeasure = "margin"\nrelative = "1%"\n')
    assert plan.guards == (
        Guard("liability", at_most=Fraction(250_000_050)),
        Guard("roi", at_least=Fraction(-1, 8), scenario="eight"),
        Guard("active_members", at_most=Fraction(90), at_least=Fraction(10)),
        Guard("tier_share:gold", at_most=Fraction(1, 20), scenario="base"),
    )
    factors = (Factor(RATE, "5%", "12%"), Factor(GOAL, 0, Decimal("0.6")))
    assert plan.sensitivity == SensitivityPlan("sobol", 64, ("cost", "incremental_net"), factors)
    assert plan.precision == Precision("margin", 0.01, None, 200)
    assert plan.replicates == 6


def test_the_best() -> None:
    plan = parse_sweep(HEAD + ASKED + '[best]\nmeasure = "net"\nindifference = "100.00"\nlevel = "90%"\n')
    assert plan.best == Best("net", "kn", 10_000.0, 0.9, 1000)
    plan = parse_sweep(HEAD + ASKED + '[best]\nmeasure = "net"\nmethod = "ocba"\n')
    assert plan.best == Best("net", "ocba", None, 0.95, 1000)


def test_absolute_precision() -> None:
    plan = parse_sweep(HEAD + ASKED + '[precision]\nmeasure = "active_members"\nabsolute = 5\nreplicates_max = 50\n')
    assert plan.precision == Precision("active_members", None, 5.0, 50)


def test_the_designs_factors_are_those_of_the_sensitivity() -> None:
    plan = parse_sweep(
        HEAD + f'[sensitivity]\nmethod = "morris"\nsamples = 4\nmeasures = ["cost"]\n[design]\nkind = "grid"\n{FACTORS}'
    )
    assert plan.sensitivity is not None
    assert [factor.path for factor in plan.sensitivity.factors] == [RATE, GOAL]


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
def test_worked_files(path: Path) -> None:
    plan = load_sweep(path)
    assert plan.text == path.read_text(encoding="utf-8")
    assert len(plan.scenarios) >= 2
    assert plan.measures
    assert [one.name for one in plan.scenarios if one.programme() is None] == []


def test_the_worked_files_are_there() -> None:
    assert {path.stem for path in WORKED} >= {"rates", "grid", "sensitivity", "nightly"}
    assert load_sweep(DATA / "sweeps" / "nightly.toml").guards
    assert load_sweep(DATA / "sweeps" / "grid.toml").best
    assert load_sweep(DATA / "sweeps" / "sensitivity.toml").sensitivity


def plain(value: Any) -> Any:
    """A document as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def test_the_schema_takes_what_the_reader_takes() -> None:
    validator = Draft202012Validator(sweep_schema())
    for text in [*(path.read_text(encoding="utf-8") for path in WORKED), HEAD + ASKED, HEAD + EXTENDS]:
        document = plain(tomllib.loads(text))
        assert list(validator.iter_errors(document)) == []
        assert not validator.is_valid({**document, "scenarios": [{"id": "a/b"}]})
        assert not validator.is_valid({**document, "sweep": {**document["sweep"], "members": 0}})
        assert not validator.is_valid({**document, "design": {"kind": "grit"}})
    assert schema_text() == schema_text()


def test_a_thousand_scenarios_are_built_in_seconds(builder: Builder) -> None:
    text = HEAD + f'[design]\nkind = "sobol"\nsamples = 1024\n{FACTORS}'.replace('step = "2%"', "")
    started = time.process_time()
    plan = parse_sweep(text)
    assert time.process_time() - started < 30  # about 6 s on an idle machine
    assert len(plan.scenarios) == 1025
    said = {id(text): len(text) for one in plan.scenarios for text in (one.programme_text, one.population_text)}
    assert sum(said.values()) < 5_000_000


def test_faults_of_a_text_name_its_file() -> None:
    (fault,) = faults_of(lambda: parse_sweep(HEAD.replace("members = 100", "members = 0"), "x/y.toml"))
    assert (fault.place.file, fault.place.line) == ("x/y.toml", 6)
