"""Mapping files: those in the project hold, and a wrong one names every fault with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rewardsim.transactions import TransactionError, load_mapping, mapping_schema_json

from .helpers import MAPPINGS

BASE = """schema = 1
name = "x"
[columns]
member = "m"
order = "o"
time = "t"
amount = "a"
[time]
source_zone = "UTC"
zone = "UTC"
[money]
currency = "EUR"
"""


def faults(tmp_path: Path, text: str) -> list[tuple[str, int, str, str]]:
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(TransactionError) as error:
        load_mapping(path)
    return [(fault.code, fault.place.line, fault.place.path, fault.todo) for fault in error.value.faults]


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_ready_mappings_load_under_their_own_name(path: Path) -> None:
    assert load_mapping(path).name == path.stem


def test_all_faults_at_once_with_their_lines(tmp_path: Path) -> None:
    text = (
        BASE.replace('member = "m"', 'membr = "m"').replace('"EUR"', '"euro"')
        + "[rows]\nnull_member = 'keep'\n[row]\nx = 1\n"
    )
    found = faults(tmp_path, text)
    assert ("unknown_key", 4, "columns.membr", "did you mean 'member'?") in found
    assert ("unknown_key", 15, "row", "did you mean 'rows'?") in found
    assert ("missing", 3, "columns.member", "correct the mapping") in found
    assert {("literal_error", 14, "rows.null_member"), ("wrong_form", 12, "money.currency")} <= {
        fault[:3] for fault in found
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('amount = "a"\n', "either amount, or price and quantity"),
        ('order = "o"\n', "name columns.order"),
        ('zone = "UTC"', "a time zone"),
    ],
)
def test_what_belongs_together(tmp_path: Path, change: str, words: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(BASE.replace(change, 'zone = "Mars/Base"' if "zone" in change else "", 1))
    with pytest.raises(TransactionError, match=words):
        load_mapping(path)


@pytest.mark.parametrize(
    ("body", "code"), [(b"a = ", "not_toml"), (b"\xff\xfe", "not_toml"), (b"a = 1\na = 2\n", "not_toml")]
)
def test_what_is_not_toml(tmp_path: Path, body: bytes, code: str) -> None:
    path = tmp_path / "m.toml"
    path.write_bytes(body)
    with pytest.raises(TransactionError, match=code):
        load_mapping(path)
    with pytest.raises(TransactionError, match="no_file"):
        load_mapping(tmp_path / "none.toml")


def test_the_digest_of_a_mapping_ignores_words_and_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text(BASE)
    head, tables = BASE.split("[columns]")
    two.write_text(
        head.replace('"x"', '"y"')
        + "# said otherwise\n[money]\ncurrency = 'EUR'\n[columns]"
        + tables.split("[money]")[0]
    )
    assert load_mapping(one).digest() == load_mapping(two).digest()
    two.write_text(BASE.replace("EUR", "USD"))
    assert load_mapping(one).digest() != load_mapping(two).digest()


def test_the_schema_of_a_mapping_is_json() -> None:
    schema = json.loads(json.dumps(mapping_schema_json()))
    assert schema["additionalProperties"] is False
    assert {"schema", "name", "columns", "time", "money"} <= set(schema["required"])
