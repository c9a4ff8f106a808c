"""A scenario says what it changes, keeps text, and is keyed by content; what cannot be is refused as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rewardsim.experiments.scenarios import Change, Scenario, Scenarios
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.experiments.simulations.plan import Arm
from rewardsim.population import Population, load_population, parse_population
from rewardsim.programme import Programme, parse_programme

from .conftest import DATA, GOAL, RATE, faults_of


def test_a_scenario_is_what_vary_makes(reward_mi: Programme, india: Population) -> None:
    changes = [
        Change(RATE, "8%"),
        Change("programme.redemption.checkout.value_per_token", "0.20", date(2018, 1, 1), date(2018, 4, 1)),
        Change(GOAL, 0.3),
        Change("programme.campaigns.accessory-week", None),
    ]
    made = Scenario.of("some", reward_mi, india, changes)
    varied = reward_mi.vary({"earning.purchase.rate": "8%", "campaigns.accessory-week": None}).vary(
        {"redemption.checkout.value_per_token": "0.20"}, start="2018-01-01", end="2018-04-01"
    )
    assert made.programme_key == varied.key
    assert made.population_key == india.vary({"behaviour.goal": 0.3}).key
    assert made.changes == tuple(changes)


def test_texts_load_again_as_what_the_keys_say(reward_mi: Programme, india: Population) -> None:
    made = Scenario.of("some", reward_mi, india, [Change(RATE, "8%"), Change(GOAL, 0.3)])
    programme, population = made.programme(), made.population()
    assert programme is not None
    assert (programme.key, population.key, population.nature) == (
        made.programme_key, made.population_key, made.population_nature,
    )  # fmt: skip
    assert list(made.words) == Arm("", programme, population).inputs()["words"]
    base = Scenario.of("base", reward_mi, india)
    assert base.programme_key == reward_mi.key
    assert base.population_key == india.key


def test_how_people_respond_leaves_their_nature(reward_mi: Programme, india: Population) -> None:
    base, other = (Scenario.of("x", reward_mi, india, changes) for changes in ([], [Change(GOAL, 0.3)]))
    assert other.population_nature == base.population_nature
    assert other.population_key != base.population_key
    assert other.programme_key == base.programme_key


def test_without_a_programme(reward_mi: Programme, india: Population) -> None:
    made = Scenario.of("nobody", None, india, [Change(GOAL, 0.3)])
    assert (made.programme_key, made.programme_text, made.words) == ("", "", ())
    assert made.programme() is None
    (fault,) = faults_of(lambda: Scenario.of("nobody", None, india, [Change(RATE, "8%")]))
    assert fault.place.path == RATE


def test_changes_are_made_in_their_order(reward_mi: Programme, india: Population) -> None:
    late = Change(RATE, "8%", date(2018, 1, 1))
    for_ever = Change(RATE, "9%")
    undone = Scenario.of("a", reward_mi, india, [late, for_ever])
    kept = Scenario.of("b", reward_mi, india, [for_ever, late])
    assert undone.programme_key == Scenario.of("c", reward_mi, india, [for_ever]).programme_key
    assert kept.programme_key != undone.programme_key


def test_only_the_end_of_several_changes_must_be_sound(reward_mi: Programme, india: Population) -> None:
    # youngest above oldest, until the second change is made
    changes = [Change("population.birthdays.youngest", 50), Change("population.birthdays.oldest", 60)]
    assert Scenario.of("older", reward_mi, india, changes)
    assert faults_of(lambda: Scenario.of("older", reward_mi, india, changes[:1]))


def test_an_end_alone_is_a_change_from_the_beginning(reward_mi: Programme, india: Population) -> None:
    made = Scenario.of("a", reward_mi, india, [Change(RATE, "8%", None, date(2018, 1, 1))])
    same = Scenario.of("b", reward_mi, india, [Change(RATE, "8%", reward_mi.starts, date(2018, 1, 1))])
    assert made.programme_key == same.programme_key


VALUES: list[tuple[Any, Any]] = [
    (np.float64(0.25), Decimal("0.25")),
    (np.int64(3), 3),
    (2.0, 2),
    ((1, 2.5), [1, Decimal("2.5")]),
    ({"mean": 0.5}, {"mean": Decimal("0.5")}),
    ("8%", "8%"),
    (None, None),
    (True, True),
]


@pytest.mark.parametrize(("given", "kept"), VALUES, ids=str)
def test_values_are_kept_as_a_file_would_have_them(given: Any, kept: Any) -> None:
    change = Change(GOAL, given)
    assert change.value == kept
    assert type(change.value) is type(kept)


WRONG: list[tuple[list[Change], str]] = [
    ([Change("earning.purchase.rate", "8%")], "unknown-path"),
    ([Change("programme.", "8%")], "unknown-path"),
    ([Change("programme", "8%")], "unknown-path"),
    ([Change("", 1)], "unknown-path"),
    ([Change("programme.earning..rate", "8%")], "unknown-path"),
    ([Change("programme.earning.purchase.rate.x", "8%")], "unknown-key"),
    ([Change("programme.programme.currency.x", "8%")], "unknown-path"),
    ([Change("programme.earning.purchase.rat", "8%")], "unknown-key"),
    ([Change("programme.campaigns.diwali.multiplier", "2")], "unknown-path"),
    ([Change("population.season.windows.x.factor", 2)], "unknown-path"),
    ([Change("programme.redemption.checkout.share_of_order_max", "101%")], "out-of-range"),
    ([Change(GOAL, 0.9)], "out-of-range"),
    ([Change(GOAL, float("nan"))], "out-of-range"),
    ([Change(RATE, {1, 2})], "wrong-type"),
    ([Change(RATE, 0.085)], "wrong-type"),
    ([Change(GOAL, 0.3, date(2018, 1, 1))], "not-dated"),
    ([Change("population.population.members", 5)], "unknown-path"),
    ([Change(RATE, "8%", date(2018, 1, 1), date(2018, 1, 1))], "date-order"),
    ([Change(RATE, "8%", None, date(2017, 6, 15))], "empty-window"),
    ([Change("programme.programme.ends", date(2018, 1, 1), date(2017, 9, 1))], "not-dated"),
]


@pytest.mark.parametrize(("changes", "code"), WRONG, ids=lambda value: str(value)[:60])
def test_what_cannot_be_is_refused_at_its_change(builder: Builder, changes: list[Change], code: str) -> None:
    found = faults_of(lambda: builder.scenario("odd", changes))
    assert {fault.code for fault in found} == {code}
    assert {(fault.place.file, fault.place.path) for fault in found} == {("odd", changes[0].path)}


def test_a_change_after_the_programmes_end(reward_mi: Programme, india: Population) -> None:
    short = reward_mi.vary({"programme.ends": date(2018, 1, 1)})
    (fault,) = faults_of(lambda: Scenario.of("a", short, india, [Change(RATE, "8%", date(2018, 1, 1))]))
    assert fault.code == "empty-window"
    assert "2018-01-01" in fault.allowed
    spent = Change("programme.redemption.checkout.tokens_min", 10, date(2018, 2, 1))
    assert Scenario.of("a", short, india, [spent])


def test_all_faults_of_all_changes_come_together(builder: Builder) -> None:
    changes = [
        Change("programm.expiry.at", "06-30"),
        Change("programme.campaigns.diwali.multiplier", "2"),
        Change(RATE, "8"),
        Change(GOAL, 5),
        Change("population.season.windows.x.factor", 2),
    ]
    found = faults_of(lambda: builder.scenario("a/b", changes))
    assert {fault.place.path for fault in found} == {"", *(change.path for change in changes)}
    assert 'did you mean "programme.expiry.at"?' in str(found)


def test_a_fault_elsewhere_tells_its_own_place(builder: Builder) -> None:
    changes = [Change("population.correlation.rate_spend", 0.9), Change("population.correlation.rate_enrolment", -0.9)]
    (fault,) = faults_of(lambda: builder.scenario("a", changes))
    assert fault.place.path in [change.path for change in changes]
    (fault,) = faults_of(lambda: builder.scenario("a", [Change("programme.phases.tiers", None)]))
    assert fault.place.path == "programme.phases.tiers"
    assert "at programme.tiers" in fault.found


def test_the_faults_of_both_files_come_together(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("schema = 2")
    found = faults_of(lambda: Scenario.of("a", tmp_path / "p.toml", tmp_path / "none.toml"))
    assert {Path(fault.place.file).name for fault in found} == {"p.toml", "none.toml"}


def test_another_currency(reward_mi: Programme) -> None:
    cdnow = load_population(DATA / "populations" / "cdnow.toml")
    (fault,) = faults_of(lambda: Scenario.of("a", reward_mi, cdnow))
    assert (fault.code, fault.allowed) == ("inconsistent", "the programme's INR")


def test_scenarios_are_a_sequence_with_names(builder: Builder) -> None:
    base, eight = builder.scenario("base"), builder.scenario("eight", [Change(RATE, "8%")])
    both = Scenarios(base, (eight,))
    assert (len(both), both[0], both["eight"], both[1:], both.names) == (2, base, eight, (eight,), ["base", "eight"])
    assert list(both) == [base, eight]
    assert eight in both
    (fault,) = faults_of(lambda: both["eigth"])
    assert fault.todo == 'did you mean "eight"?'
    (fault,) = faults_of(lambda: Scenarios(base, (eight, eight)))
    assert fault.code == "duplicate-id"


@pytest.mark.parametrize("name", ["without", "", " a", "a ", "a/b", "a\nb", "x" * 81, "-a", None, 3])
def test_names_that_cannot_be(builder: Builder, name: Any) -> None:
    assert faults_of(lambda: builder.scenario(name))[0].code == "out-of-range"


@pytest.mark.parametrize("name", ["8 percent, small steps", "rate=8%", "Größe_1", "x" * 80, "a", "v1.2+b"])
def test_names_that_can(builder: Builder, name: str) -> None:
    assert builder.scenario(name).name == name


def test_what_scenarios_share_is_kept_once(builder: Builder) -> None:
    many = [builder.scenario(f"s{number}", [Change(GOAL, 0.2 + number / 1000)]) for number in range(50)]
    assert len({id(one.programme_text) for one in many}) == 1
    assert len({one.population_key for one in many}) == 50
    assert parse_programme(many[0].programme_text).key == many[0].programme_key
    assert parse_population(many[9].population_text).key == many[9].population_key
