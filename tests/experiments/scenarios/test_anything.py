"""Any change of any path is made or refused with a fault; any scenarios go through a table and back."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rewardsim.experiments.scenarios import Change, Factor, Scenario, ScenarioError, Scenarios
from rewardsim.experiments.scenarios.scenario import Builder

ODD: list[Any] = [
    None, 0, 1, -1, 10**18, 0.5, -0.5, 1e300, float("nan"), float("inf"), Decimal("0.25"), Decimal("1e400"), True, "",
    "8%", "120%", "0.10", "1e5", "x" * 500, "\x00\n", [], [1], {}, {"tokens": 1, "per": "9.00"}, {"id": "x"}, [{}],
    date(2018, 1, 1), date(1, 1, 1), ("a", 2), {1: {2: 3}}, [[[[1]]]], object(), b"bytes", range(3),
]  # fmt: skip
DAYS = [None, date(1, 1, 1), date(2017, 6, 15), date(2018, 1, 1), date(9999, 12, 31)]


def paths_of(document: dict[str, Any], prefix: str) -> list[str]:
    """Every path of a document, rows by id."""
    found: list[str] = []
    for key, value in document.items():
        rows = value if isinstance(value, list) and value and isinstance(value[0], dict) and "id" in value[0] else []
        below = value if isinstance(value, dict) else {row["id"]: row for row in rows}
        found += [f"{prefix}.{key}", *paths_of(below, f"{prefix}.{key}")]
    return found


def test_any_change_is_made_or_refused(builder: Builder) -> None:
    assert builder.programme is not None
    paths = paths_of(builder.programme.source.document, "programme")
    paths += paths_of(builder.population.source.document, "population")
    assert len(paths) > 200
    lucky = random.Random(1)
    made = refused = 0
    for number in range(600):
        path = lucky.choice(paths) + lucky.choice(["", "", "", ".x", "s"])
        start, end = (lucky.choice(DAYS) if number % 3 == 0 else None for _ in range(2))
        try:
            scenario = builder.scenario("any", [Change(path, lucky.choice(ODD), start, end)])
        except ScenarioError as error:
            refused += 1
            assert all(fault.place.path == path for fault in error.faults), error
            continue
        made += 1
        programme, population = scenario.programme(), scenario.population()
        assert programme is not None
        assert (programme.key, population.key) == (scenario.programme_key, scenario.population_key)
    assert made > 10
    assert refused > 200


def test_any_factor_is_fitted_or_refused(builder: Builder) -> None:
    likely: dict[str, list[Any]] = {
        "programme.earning.purchase.rate": ["0%", "1%", "5%", "9.5%", "500%", "99999%"],
        "population.behaviour.goal": [0, 0.2, Decimal("0.45"), 0.6, 1, 0.05],
        "programme.referral.within_days": [0, 3, 7, 40, 90, 10**7],
        "x": [1, 2],
    }
    lucky = random.Random(2)
    kept = 0
    for _ in range(500):
        path = lucky.choice(list(likely))
        low, high, step = (lucky.choice(likely[path] if lucky.random() < 0.9 else ODD) for _ in range(3))
        values = lucky.choice([(), ("8%", 3), tuple(ODD[:4])]) if lucky.random() < 0.1 else None
        asked = Factor(path, low, high, lucky.choice([None, None, step]), values, lucky.random() < 0.2)
        try:
            fitted = asked.fitted(builder)
        except ScenarioError as error:
            assert error.faults
            continue
        kept += 1
        assert not builder.faults([fitted.change(fitted.at(0.5))], "")
    assert kept > 20


def test_any_scenarios_go_through_a_table(builder: Builder) -> None:
    lucky = random.Random(3)
    values: dict[str, list[Any]] = {
        "programme.earning.purchase.rate": ["8%", {"tokens": 1, "per": "12.00"}],
        "programme.redemption.checkout.tokens_min": [20, 200],
        "programme.redemption.checkout.value_per_token": ["0.05", "0.20"],
        "programme.campaigns.accessory-week": [None],
        "population.behaviour.goal": [0.1, 0.3],
        "population.delivery.days": [[1, 2, 3], [2]],
        "population.behaviour.preset": ["cafe", "salon"],
    }
    for _ in range(10):
        made = tuple(some(builder, lucky, values, f"s{number}") for number in range(5))
        scenarios = Scenarios(builder.scenario("base"), made)
        frame = scenarios.to_frame()
        assert Scenarios.from_frame(frame, builder.programme, builder.population) == scenarios
        assert Scenarios.from_frame(frame[::-1], builder.programme, builder.population).base == scenarios.base


def some(builder: Builder, lucky: random.Random, values: dict[str, list[Any]], name: str) -> Scenario:
    """A scenario with some of the changes, some of them from some day on."""
    changes = []
    for path in lucky.sample(sorted(values), lucky.randint(0, 5)):
        dated = path.startswith("programme.") and lucky.random() < 0.5
        start = date(2018, 1, 1) + timedelta(lucky.randint(0, 2)) if dated else None
        changes.append(Change(path, lucky.choice(values[path]), start))
    return builder.scenario(name, sorted(changes, key=lambda change: change.column))
