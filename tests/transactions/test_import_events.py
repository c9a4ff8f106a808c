"""The canonical table: schema, files, digest; and the sample in the project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rewardsim.transactions as transactions
from rewardsim.rules.codes import EVENT_TYPES
from rewardsim.transactions import (
    ImportResult,
    TransactionError,
    event_batches,
    event_schema,
    events_digest,
    import_transactions,
    read_events,
    schema_json,
    validate_events,
    write_events,
)
from rewardsim.transactions.events import FIELDS

from .helpers import MAPPINGS, ROOT, plan

SAMPLE = ROOT / "data" / "samples" / "reward-mi-events.csv"


@pytest.fixture(scope="module")
def sample() -> ImportResult:
    return import_transactions(SAMPLE, MAPPINGS / "generic.toml")


def test_the_sample_holds_every_kind_of_event_that_phase_one_knows(sample: ImportResult) -> None:
    assert sample.summary["rows"]["rejected"] == 0
    assert set(sample.summary["events"]) == set(EVENT_TYPES) - {"invite", "draw_entry"}
    ids = sample.events.column("event_id").to_pylist()
    assert len(ids) - len(set(ids)) == 2
    assert "NA" in sample.events.column("member_id").to_pylist()
    assert validate_events(sample.events) == []
    assert "members" in str(sample)


def test_schema_in_arrow_and_in_json_name_the_same_columns(sample: ImportResult) -> None:
    assert sample.events.schema.equals(event_schema())
    schema = schema_json()
    assert list(schema["properties"]) == list(FIELDS) == event_schema().names
    assert schema["properties"]["type"]["enum"] == list(EVENT_TYPES)
    assert schema["required"] == [field.name for field in event_schema() if not field.nullable]


def test_digest_does_not_depend_on_how_the_table_is_cut(sample: ImportResult, tmp_path: Path) -> None:
    table, digest = sample.events, sample.summary["digest"]
    for size in (1, 7, 1000):
        assert events_digest(table.to_batches(size), "INR", "Asia/Kolkata") == digest
    write_events(table.slice(0, 30), tmp_path / "a.parquet", {"currency": "INR", "timezone": "Asia/Kolkata"})
    write_events(table.slice(30), tmp_path / "b.parquet", {"currency": "INR", "timezone": "Asia/Kolkata"})
    both = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    assert events_digest(event_batches(both, 11), "INR", "Asia/Kolkata") == digest
    assert read_events(both).equals(table)
    changed = table.set_column(
        table.schema.get_field_index("second"),
        table.schema.field("second"),
        pa.array([1, *table.column("second").to_pylist()[1:]], pa.int32()),
    )
    assert events_digest(changed, "INR", "Asia/Kolkata") != digest


def test_a_written_file_says_what_it_is(sample: ImportResult, tmp_path: Path) -> None:
    out = tmp_path / "events.parquet"
    again = import_transactions(SAMPLE, MAPPINGS / "generic.toml", out=out)
    meta = {
        key.decode(): value.decode()
        for key, value in pq.read_schema(out).metadata.items()
        if key.startswith(b"rewardsim.")
    }
    assert meta["rewardsim.format"] == "events/1"
    assert (meta["rewardsim.currency"], meta["rewardsim.timezone"]) == ("INR", "Asia/Kolkata")
    assert meta["rewardsim.digest"] == again.summary["digest"] == sample.summary["digest"]
    assert read_events(out).equals(sample.events)
    assert [path.name for path in tmp_path.iterdir()] == ["events.parquet"]


def test_leftovers_of_a_killed_writer_are_swept(sample: ImportResult, tmp_path: Path) -> None:
    (tmp_path / ".e.parquet.999999999.tmp").write_bytes(b"half")
    write_events(sample.events, tmp_path / "e.parquet", {"currency": "INR", "timezone": "UTC"})
    assert [path.name for path in tmp_path.iterdir()] == ["e.parquet"]


def test_what_is_no_event_table_is_refused(sample: ImportResult, tmp_path: Path) -> None:
    (tmp_path / "text.parquet").write_text("no")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    write_events(sample.events, tmp_path / "inr.parquet", {"currency": "INR", "timezone": "UTC"})
    write_events(sample.events, tmp_path / "usd.parquet", {"currency": "USD", "timezone": "UTC"})
    for names, code in (
        (["none.parquet"], "no_file"),
        (["text.parquet"], "not_parquet"),
        (["other.parquet"], "not_events"),
        (["inr.parquet", "usd.parquet"], "mixed_tables"),
    ):
        with pytest.raises(TransactionError, match=code):
            read_events([tmp_path / name for name in names])
    body = bytearray((tmp_path / "inr.parquet").read_bytes())
    body[200] ^= 1
    (tmp_path / "inr.parquet").write_bytes(body)
    with pytest.raises(TransactionError, match="damaged"):
        read_events(tmp_path / "inr.parquet")


def test_rows_that_break_the_canonical_form_are_named(sample: ImportResult) -> None:
    table = sample.events
    backwards = table.take(list(range(len(table)))[::-1])
    assert {fault.code for fault in validate_events(backwards)} == {"order"}

    def changed(name: str, value: object) -> set[str]:
        column = [value, *table.column(name).to_pylist()[1:]]
        index = table.schema.get_field_index(name)
        return {
            fault.code
            for fault in validate_events(
                table.set_column(index, table.schema.field(name), pa.array(column, table.schema.field(name).type))
            )
        }

    assert "unknown_type" in changed("type", "buy")
    assert "second" in changed("second", 86_400)
    assert "empty_id" in changed("member_id", "")
    assert "negative" in changed("amount_minor", -1)
    assert "lines_sum" in changed("lines", [{"number": 1, "category": None, "amount_minor": 3, "discount_minor": 0}])
    assert validate_events(table.drop_columns(["lines"]))[0].code == "schema"


def test_permuting_the_rows_of_a_source_changes_nothing_but_arrival(tmp_path: Path) -> None:
    rows = [f"m{i % 3},o{i},2024-01-0{1 + i % 4},{i}.50" for i in range(9)]
    digests = set()
    for turn in range(3):
        path = tmp_path / f"{turn}.csv"
        path.write_text("member,order,time,amount\n" + "\n".join(rows[turn:] + rows[:turn]) + "\n")
        digests.add(import_transactions(path, plan()).summary["digest"])
    assert len(digests) == 1


def test_importing_the_room_is_light_and_its_list_is_honest() -> None:
    heavy = ("pandas", "pyarrow", "duckdb", "pydantic", "numpy")
    code = f"import sys, rewardsim.transactions; print([name for name in {heavy} if name in sys.modules])"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        ).stdout.strip()
        == "[]"
    )
    assert set(transactions.__all__) == set(transactions._HOME)
    assert all(getattr(transactions, name) is not None for name in transactions.__all__)
    with pytest.raises(AttributeError):
        transactions.nothing  # noqa: B018
