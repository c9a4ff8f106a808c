"""Committed JSON Schemas are those the code publishes; all published ones are schemas."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rewardsim.experiments.scenarios.sweep_schema import sweep_schema
from rewardsim.experiments.tuning.tune_file import tune_schema
from rewardsim.population import population_schema
from rewardsim.programme import programme_schema
from rewardsim.transactions import import_transactions, mapping_schema_json, schema_json

from .sources import PACKAGE, ROOT

MAKERS: dict[str, Callable[[], Any]] = {
    "programme": programme_schema,
    "event": schema_json,
    "mapping": mapping_schema_json,
    "population": population_schema,
    "sweep": sweep_schema,
    "tune": tune_schema,
}
COMMITTED = sorted(PACKAGE.rglob("*.schema.json"))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_a_committed_schema_is_in_step(path: Any) -> None:
    assert json.loads(path.read_text(encoding="utf-8")) == MAKERS[path.name.split(".")[0]]()


def test_the_programme_schema_is_committed() -> None:
    assert "programme.schema.json" in {path.name for path in COMMITTED}


@pytest.mark.parametrize("what", MAKERS)
def test_every_schema_is_one_and_closed(what: str) -> None:
    schema = MAKERS[what]()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert not Draft202012Validator(schema).is_valid({"nonsense": 1})


def plain(value: Any) -> Any:
    """A row of a table as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def test_events_of_the_sample_follow_the_event_schema() -> None:
    sample = ROOT / "data" / "samples" / "reward-mi-events.csv"
    events = import_transactions(sample, ROOT / "data" / "mappings" / "generic.toml").events
    validator = Draft202012Validator(schema_json())
    rows = [plain(row) for row in events.to_pylist()]
    assert len(rows) == 79
    assert [row["event_id"] for row in rows if not validator.is_valid(row)] == []
    assert not validator.is_valid({**rows[0], "type": "steal"})
    assert not validator.is_valid({**rows[0], "second": 86_400})
    assert not validator.is_valid({key: value for key, value in rows[0].items() if key != "member_id"})
