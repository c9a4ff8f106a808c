"""A table goes in and comes out: what is read from one is written to the same one."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rewardsim.experiments.scenarios import Change, Scenarios
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.population import Population
from rewardsim.programme import Programme

from .conftest import DATA, GOAL, RATE, faults_of

CSV = """name,programme.earning.purchase.rate,programme.redemption.checkout.tokens_min,\
programme.redemption.checkout.value_per_token@2018-01-01..,population.behaviour.goal,\
programme.campaigns.accessory-week,programme.tiers.review
a,8%,200,0.20,,,
b,"{ tokens = 1, per = ""12.00"" }",,,0.3,(left out),
c,8%,100,,0.1,,(left out)
"""


def keys(scenarios: Scenarios) -> list[tuple[str, str, str]]:
    return [(one.name, one.programme_key, one.population_key) for one in scenarios]


def test_a_table_of_texts(reward_mi: Programme, india: Population, builder: Builder) -> None:
    frame = pd.read_csv(io.StringIO(CSV), dtype=str).drop(columns="programme.tiers.review")
    made = Scenarios.from_frame(frame, reward_mi, india)
    late = Change("programme.redemption.checkout.value_per_token", "0.20", date(2018, 1, 1))
    few = Change("programme.redemption.checkout.tokens_min", 200)
    assert made["a"].changes == (Change(RATE, "8%"), few, late)
    assert made["b"].changes[0].value == {"tokens": 1, "per": "12.00"}
    assert made["b"].changes[1:] == (Change(GOAL, 0.3), Change("programme.campaigns.accessory-week", None))
    assert made.names == ["base", "a", "b", "c"]
    assert made.base == builder.scenario("base")


def test_a_table_of_numbers_and_dates(reward_mi: Programme, india: Population) -> None:
    frame = pd.DataFrame(
        {
            "name": ["a", "b"],
            "programme.redemption.checkout.tokens_min": [200, None],
            GOAL: [None, 0.3],
            "population.birthdays.youngest": [None, 20],
            "programme.campaigns.accessory-week.starts": [None, pd.Timestamp("2017-07-11")],
        }
    )
    made = Scenarios.from_frame(frame, reward_mi, india)
    assert [change.value for change in made["a"].changes] == [200]
    assert [change.value for change in made["b"].changes] == [Decimal("0.3"), 20, date(2017, 7, 11)]


def test_there_and_back(reward_mi: Programme, india: Population) -> None:
    made = Scenarios.from_frame(pd.read_csv(io.StringIO(CSV), dtype=str).iloc[:2], reward_mi, india)
    frame = made.to_frame()
    assert Scenarios.from_frame(frame, reward_mi, india) == made
    assert keys(Scenarios.from_frame(frame, reward_mi, india)) == keys(made)
    text = io.StringIO(frame.drop(index=2).to_csv(index=False))
    assert keys(Scenarios.from_frame(pd.read_csv(text, dtype=str), reward_mi, india)) == keys(made)[:2]


def test_a_required_key_left_out(reward_mi: Programme, india: Population) -> None:
    (fault,) = faults_of(lambda: Scenarios.from_frame(pd.read_csv(io.StringIO(CSV), dtype=str), reward_mi, india))
    assert (fault.place.file, fault.place.path, fault.code) == ("c", "programme.tiers.review", "missing")


def test_columns_stand_in_the_order_of_changes(builder: Builder) -> None:
    first, second, third = Change(RATE, "8%"), Change(GOAL, 0.3), Change("programme.expiry.years_after", 2)
    made = Scenarios(
        builder.scenario("base"), (builder.scenario("a", [second, third]), builder.scenario("b", [first, second]))
    )
    columns = list(made.to_frame().columns)
    assert columns.index(RATE) < columns.index(GOAL) < columns.index("programme.expiry.years_after")
    crossed = Scenarios(
        builder.scenario("base"), (builder.scenario("a", [second, first]), builder.scenario("b", [first, second]))
    )
    (fault,) = faults_of(crossed.to_frame)
    assert fault.code == "inconsistent"
    assert RATE in fault.found


def test_the_base_may_have_a_row(reward_mi: Programme, india: Population) -> None:
    frame = pd.DataFrame({"name": ["a", "today"], RATE: ["8%", "9%"]})
    made = Scenarios.from_frame(frame, reward_mi, india, base="today")
    assert made.names == ["today", "a"]
    assert made.base.changes == (Change(RATE, "9%"),)


def test_files_of_their_own(reward_mi: Programme, india: Population) -> None:
    tea = str(DATA / "programmes" / "tea-club.toml")
    frame = pd.DataFrame({"name": ["a", "b"], "programme": [None, tea], GOAL: [0.3, 0.2]})
    (fault,) = faults_of(lambda: Scenarios.from_frame(frame, reward_mi, india))
    assert "INR" in fault.found
    other = reward_mi.vary({"earning.welcome.tokens": 0})
    path = str(DATA / "programmes" / "reward-mi.toml")
    made = Scenarios.from_frame(frame.assign(programme=[None, path]), other, india)
    assert made["b"].programme_key == reward_mi.key
    assert made["a"].programme_key == other.key
    assert Scenarios.from_frame(made.to_frame(), other, india) == made
    varied = Scenarios.from_frame(frame.assign(programme=[None, reward_mi]), other, india)
    assert keys(varied) == keys(made)


def test_no_rows_and_no_columns(reward_mi: Programme, india: Population) -> None:
    assert Scenarios.from_frame(pd.DataFrame({"name": []}), reward_mi, india).names == ["base"]
    (fault,) = faults_of(lambda: Scenarios.from_frame(pd.DataFrame(), reward_mi, india))
    assert fault.allowed == "a column `name`"


BAD: list[tuple[dict[str, Any], set[tuple[str, str]]]] = [
    ({"nam": ["a"], RATE: ["8%"]}, {("table", "missing")}),
    ({"name": ["a"], "rate": ["8%"]}, {("table", "unknown-path")}),
    ({"name": ["a"], f"{RATE}@2018-13-01..": ["8%"]}, {("table", "bad-date")}),
    ({"name": ["a"], f"{RATE}@20180101..": ["8%"]}, {("table", "bad-date")}),
    ({"name": ["a"], f"{GOAL}@2018-01-01..": [0.3]}, {("table", "not-dated")}),
    ({"name": ["a", "a"], RATE: ["8%", "9"]}, {("a", "duplicate-id"), ("a", "wrong-unit")}),
    ({"name": ["a", "b"], RATE: [0.085, "x"], GOAL: [5, None]},
     {("a", "wrong-type"), ("a", "out-of-range"), ("b", "wrong-unit")}),
    ({"name": ["a", ""], GOAL: [[1], 0.2]}, {("a", "wrong-type"), ("", "out-of-range")}),
    ({"name": ["a"], "programme": ["nowhere.toml"]}, {("nowhere.toml", "unreadable")}),
    ({"name": ["a", "b"], "programme": [3, [1]], "population": [True, {}]}, {("a", "wrong-type"), ("b", "wrong-type")}),
    ({"name": ["a"], RATE: [pd.Timestamp("2018-01-01 10:00")]}, {("a", "wrong-unit")}),
    ({"name": [None, 3.5], RATE: ["8%", "8%"]}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "wanted"), BAD, ids=range(len(BAD)))
def test_tables_that_cannot_be(reward_mi: Programme, india: Population, columns: Any, wanted: Any) -> None:
    frame = pd.DataFrame(columns)
    if not wanted:
        assert Scenarios.from_frame(frame, reward_mi, india).names == ["base", "nan", "3.5"]
        return
    found = faults_of(lambda: Scenarios.from_frame(frame, reward_mi, india))
    assert {(Path(fault.place.file).name, fault.code) for fault in found} == wanted


def test_a_column_twice(reward_mi: Programme, india: Population) -> None:
    frame = pd.DataFrame([["a", "8%", "9%"]], columns=["name", RATE, RATE])
    assert [fault.code for fault in faults_of(lambda: Scenarios.from_frame(frame, reward_mi, india))] == ["repeated"]


def test_too_many_rows(reward_mi: Programme, india: Population) -> None:
    frame = pd.DataFrame({"name": [f"s{number}" for number in range(10_001)]})
    (fault,) = faults_of(lambda: Scenarios.from_frame(frame, reward_mi, india))
    assert (fault.code, fault.found) == ("too-many", "10,001 scenarios")


def test_not_every_fault_of_a_large_table_is_told(reward_mi: Programme, india: Population) -> None:
    frame = pd.DataFrame({"name": [f"s{number}" for number in range(500)], RATE: ["8"] * 500})
    assert len(faults_of(lambda: Scenarios.from_frame(frame, reward_mi, india))) == 20
