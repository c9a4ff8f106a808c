"""Traits follow the distributions they are drawn from: means, quantiles, correlations, within four standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

from rewardsim.behaviour.records import EXISTING, ORGANIC, Person
from rewardsim.engine.tables import dtype_of
from rewardsim.population import Population
from rewardsim.population.traits import person_type
from rewardsim.rules.records import NEVER, NONE

from .conftest import FIRST, drawn, tiny

MEMBERS = 200_000
DECILES = np.arange(1, 10) / 10

RICH = """
[response]
goal_share = "40%"
reluctance = { mean = -2.2, sd = 1.2 }
patience = { median_days = 60, spread = 0.7 }
invites = { mean = 0.4, shape = 0.5 }
shares = { share = "20%", concentration = 4 }
posts = { share = "7%" }
[returns]
share = "4%"
concentration = 20
[birthdays]
known = "30%"
youngest = 20
oldest = 50
"""


@pytest.fixture(scope="module")
def rich() -> Any:
    return drawn(tiny(RICH), MEMBERS)


def within(found: float, expected: float, error: float) -> None:
    assert abs(found - expected) <= 4 * error, (found, expected, (found - expected) / error)


def share_within(hits: Any, expected: float) -> None:
    within(float(np.mean(hits)), expected, math.sqrt(expected * (1 - expected) / len(hits)))


QUANTILES: dict[str, Callable[[Any], Any]] = {
    "rate": lambda u: special.gammaincinv(0.553, u) / (7 * 10.58),
    "hazard": lambda u: special.gammaincinv(0.606, u) / (7 * 11.67),
    "lifetime": lambda u: -np.log1p(-u),
    "spend": lambda u: 100 * 6.25 * 15.44 / special.gammaincinv(3.74, 1 - u),
    "reluctance": lambda u: -2.2 + 1.2 * special.ndtri(u),
    "patience": lambda u: 60 * np.exp(0.7 * special.ndtri(u)),
    "invites": lambda u: special.gammaincinv(0.5, u) * 0.4 / 0.5,
    "shares": lambda u: special.betaincinv(0.8, 3.2, u),
    "returns": lambda u: special.betaincinv(0.8, 19.2, u),
}


@pytest.mark.parametrize("trait", QUANTILES)
def test_quantiles(rich: Any, trait: str) -> None:
    for level in [*DECILES, 0.001, 0.01, 0.99, 0.999]:
        share_within(rich[trait] < QUANTILES[trait](level), level)


MEANS = {
    "rate": (0.553 / (7 * 10.58), math.sqrt(0.553) / (7 * 10.58)),
    "hazard": (0.606 / (7 * 11.67), math.sqrt(0.606) / (7 * 11.67)),
    "lifetime": (1.0, 1.0),
    # G8: the mean and standard deviation of mean spend
    "spend": (3521.90, 2669.9),
    "reluctance": (-2.2, 1.2),
    "patience": (60 * math.exp(0.245), 60 * math.exp(0.245) * math.sqrt(math.exp(0.49) - 1)),
    "invites": (0.4, 0.4 / math.sqrt(0.5)),
    "shares": (0.2, math.sqrt(0.2 * 0.8 / 5)),
    "returns": (0.04, math.sqrt(0.04 * 0.96 / 21)),
    "goal": (0.4, math.sqrt(0.24)),
}


@pytest.mark.parametrize("trait", MEANS)
def test_means(rich: Any, trait: str) -> None:
    mean, sd = MEANS[trait]
    within(float(rich[trait].mean()), mean, sd / math.sqrt(MEMBERS))


def test_traits_are_independent_of_each_other(rich: Any) -> None:
    scores = [special.ndtri((np.argsort(np.argsort(rich[trait])) + 0.5) / MEMBERS) for trait in QUANTILES]
    off = np.corrcoef(scores) - np.eye(len(scores))
    assert np.abs(off).max() < 4.5 / math.sqrt(MEMBERS), "36 pairs, so a little more than four"


def test_what_is_the_same_for_everybody(rich: Any) -> None:
    assert set(np.unique(rich["goal"])) == {0.0, 1.0}
    assert np.unique(rich["posts"]).tolist() == [float(np.float32(0.07))]
    alike = drawn(tiny().vary({"purchases": {"per_week": 1}, "lifetime": {"weeks": 50}, "basket": {"amount": "12.50"}}))
    for trait, value in (("rate", 1 / 7), ("hazard", 1 / 350), ("spend", 1250), ("goal", 1), ("returns", 0)):
        assert np.unique(alike[trait]).tolist() == [float(np.float32(value))]
    assert np.unique(drawn(tiny().vary({"lifetime": None}), 100)["hazard"]).tolist() == [0.0]


def test_birthdays(rich: Any) -> None:
    known = rich["birthday"] != NONE
    share_within(known, 0.3)
    ages = (FIRST - rich["birthday"][known]) / 365.25
    assert ages.min() >= 19.99
    assert ages.max() <= 50.0
    within(float(ages.mean()), 35.0, 30 / math.sqrt(12 * known.sum()))
    assert np.all(drawn(tiny(), 50)["birthday"] == NONE)


def test_survival_is_that_of_the_pareto_model(cdnow: Population) -> None:
    people = drawn(cdnow, MEMBERS)
    for weeks in (4, 26, 52, 260):
        share_within(people["lifetime"] / people["hazard"] > 7 * weeks, (11.67 / (11.67 + weeks)) ** 0.606)


def test_who_has_stayed_is_likelier_to_stay() -> None:
    people = drawn(tiny('[arrival]\nexisting = "100%"\ntenure_weeks = 30\n'), MEMBERS)
    assert np.all(people["kind"] == EXISTING)
    # a hazard of Gamma(s, beta + age), ages even from 0 to 60 weeks
    mean = 0.606 / 60 * math.log((11.67 + 60) / 11.67) / 7
    square = 0.606 * 1.606 / 60 * (1 / 11.67 - 1 / 71.67) / 49
    within(float(people["hazard"].mean()), mean, math.sqrt((square - mean**2) / MEMBERS))
    new = drawn(tiny(), MEMBERS)
    assert people["hazard"].mean() < 0.6 * new["hazard"].mean()
    assert np.array_equal(people["rate"], new["rate"]), "his purchases are his own"


# Correlation.


def score(values: Any) -> Any:
    return special.ndtri((np.argsort(np.argsort(values)) + 0.5) / len(values))


def test_the_copula() -> None:
    text = "[correlation]\nrate_spend = 0.5\nrate_enrolment = 0.3\nspend_enrolment = -0.2\n"
    people = drawn(tiny(text + "[enrolment]\narriving = { days = 1000 }\n[arrival]\npattern = 'at_once'\n"), MEMBERS)
    soon = -(people["enrol_day"] + people["enrol_second"] / 86_400)
    scores = [score(people["rate"]), score(people["spend"]), score(soon)]
    found = np.corrcoef(scores)
    for (row, column), rho in (((0, 1), 0.5), ((0, 2), 0.3), ((1, 2), -0.2)):
        within(float(found[row, column]), rho, (1 - rho**2) / math.sqrt(MEMBERS))
    for trait in ("rate", "spend"):
        for level in DECILES:
            share_within(people[trait] < QUANTILES[trait](level), level)


def test_heavier_buyers_enrol_first() -> None:
    text = '[correlation]\nrate_enrolment = 0.4\n[enrolment]\narriving = { share = "50%", days = 30 }\n'
    people = drawn(tiny(text), MEMBERS)
    joins = people["enrol_day"] < NEVER
    share_within(joins, 0.5)
    members, others = people["rate"][joins].mean(), people["rate"][~joins].mean()
    assert members > 1.3 * others
    lag = people["enrol_day"][joins] - np.floor(people["arrival"][joins])
    assert people["rate"][joins][lag < 10].mean() > people["rate"][joins][lag > 60].mean()


# Enrolment.


def test_lags_are_exponential_in_each_group() -> None:
    text = (
        '[arrival]\nexisting = "60%"\n'
        '[enrolment]\nexisting = { share = "70%", days = 20 }\narriving = { share = "90%", days = 5 }\n'
    )
    people = drawn(tiny(text), MEMBERS)
    for kind, share, days in ((EXISTING, 0.7, 20), (ORGANIC, 0.9, 5)):
        group = people[people["kind"] == kind]
        joins = group["enrol_day"] < NEVER
        share_within(joins, share)
        lag = (group["enrol_day"] + group["enrol_second"] / 86_400 - group["arrival"])[joins]
        assert lag.min() >= 0
        for weeks in (0.25, 1, 2):
            share_within(lag < weeks * days, 1 - math.exp(-weeks))


def test_enrolment_waits_for_the_programme(india: Population, reward_mi: Any) -> None:
    early = FIRST - 2000
    people, _ = india.people(reward_mi, 20_000, 1, 0, early, early + 3000)
    starts = 17_332
    assert people["arrival"].min() == early < starts
    assert people["enrol_day"].min() == starts
    assert np.all(people["enrol_second"] < 86_400)
    alone, _ = india.people(None, 20_000, 1, 0, early, early + 3000)
    assert np.all(alone["enrol_day"] <= people["enrol_day"])
    different = [name for name in people.dtype.names if not np.array_equal(alone[name], people[name])]
    assert different == ["enrol_day", "enrol_second"], "the same persons with and without a programme"


def test_people_without_delay_enrol_as_they_come() -> None:
    people = drawn(tiny(), 1000)
    assert np.array_equal(people["enrol_day"], np.floor(people["arrival"]).astype(int))
    assert np.allclose(people["enrol_day"] + people["enrol_second"] / 86_400, people["arrival"], rtol=0, atol=1e-9)


def test_nobody_enrols_where_the_share_is_none() -> None:
    assert np.all(drawn(tiny('[enrolment]\narriving = { share = "0%" }\n'), 1000)["enrol_day"] == NEVER)


# Rows.


def test_the_type_is_that_of_the_engine() -> None:
    assert person_type() == dtype_of(Person)


def test_what_is_not_drawn_is_fresh(rich: Any) -> None:
    drawn_fields = {
        "low", "high", "kind", "cohort", "arrival", "enrol_day", "enrol_second", "birthday", "rate", "hazard",
        "lifetime", "spend", "goal", "reluctance", "patience", "invites", "returns", "shares", "posts", "wearing",
    }  # fmt: skip
    fresh = Person()
    for name in set(rich.dtype.names) - drawn_fields:
        assert np.all(rich[name] == getattr(fresh, name)), name
    assert np.array_equal(rich["wearing"], rich["arrival"])


def test_traits_have_single_precision(rich: Any) -> None:
    for trait in [*QUANTILES, "goal", "posts"]:
        assert np.array_equal(rich[trait], rich[trait].astype(np.float32)), trait
    seconds = rich["arrival"] * 86_400
    assert np.abs(seconds - np.rint(seconds)).max() < 1e-4
