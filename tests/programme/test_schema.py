"""The published JSON Schema is the one the models give, and takes the shipped programmes."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import rewardsim.programme
from rewardsim.programme import programme_schema, schema_text

from .conftest import PROGRAMMES

PUBLISHED = Path(rewardsim.programme.__file__).with_name("programme.schema.json")
VALIDATOR = Draft202012Validator(programme_schema())


def plain(value: Any) -> Any:
    """TOML values as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def valid(text: str) -> bool:
    return VALIDATOR.is_valid(plain(tomllib.loads(text)))


def test_the_published_schema_is_in_step() -> None:
    # to renew it: python -c "from rewardsim.programme import schema_text; print(schema_text(), end='')"
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()
    assert json.loads(schema_text())["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(programme_schema())


@pytest.mark.parametrize("name", ["reward-mi", "tea-club"])
def test_it_takes_the_shipped_programmes(name: str) -> None:
    assert valid((PROGRAMMES / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "name", ["unknown-key", "wrong-choice", "wrong-unit", "bare-number", "not-dated", "repeated"]
)
def test_it_refuses_what_a_schema_can_refuse(name: str) -> None:
    assert not valid((Path(__file__).parent / "errors" / f"{name}.toml").read_text(encoding="utf-8"))


def test_every_key_is_described() -> None:
    schema = programme_schema()
    tables = [schema, *schema["$defs"].values()]
    # a key that says the same as its table leaves the words to the table
    missing = [
        key
        for table in tables
        for key, part in table.get("properties", {}).items()
        if "description" not in part and "$ref" not in part and "$ref" not in part["anyOf"][0]
    ]
    assert missing == []


def test_dated_values_and_percentages() -> None:
    head = (
        "schema = 1\n"
        "[programme]\n"
        'id = "a"\n'
        'name = "a"\n'
        'currency = "EUR"\n'
        'timezone = "UTC"\n'
        'token = { name = "t" }\n'
        "starts = 2020-01-01\n"
    )
    good = head + (
        "[earning.purchase]\n"
        'rate = [{ from = 2020-01-01, value = "8%" }, { from = 2021-01-01, tokens = 1, per = "5.00" }]\n'
    )
    assert valid(good)
    assert valid(
        good + 'rounding = [{ from = 2020-01-01, value = "ceil" }, { from = 2021-01-01, absent = true }]\n'
    )
    assert not valid(good + 'rounding = [{ from = 2020-01-01, value = "up" }]\n')
    assert not valid(good + 'rounding = [{ from = 2020-01-01, valve = "ceil" }]\n')
    assert not valid(head + '[[campaigns]]\nid = "a"\ntokens = [{ from = 2020-01-01, value = 5 }]\n')
