"""Tables written before birthdays and posts: read as they are, and their digests stay true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardsim.transactions import (
    ImportResult,
    TransactionError,
    event_batches,
    event_schema,
    events_digest,
    import_transactions,
    read_events,
    validate_events,
)
from rewardsim.transactions.canonical import check_files, check_table
from rewardsim.transactions.events import ADDED, complete

from .helpers import MAPPINGS, ROOT

SAMPLES = ROOT / "data" / "samples"
# Digest of the sample as it was published before the two columns were.
PUBLISHED = "135ed0da48343c98a5c1a909db0d0cc8a5fee9dcba1ab4f8f657e805697754d6"
SHAPE = ("INR", "Asia/Kolkata")


@pytest.fixture(scope="module")
def sample() -> ImportResult:
    return import_transactions(SAMPLES / "reward-mi-events.csv", MAPPINGS / "generic.toml")


@pytest.fixture(scope="module")
def phases() -> pa.Table:
    return import_transactions(SAMPLES / "three-phases.csv", MAPPINGS / "generic.toml").events


@pytest.fixture
def old(sample: ImportResult, tmp_path: Path) -> Path:
    """The sample as the version before wrote it."""
    head = {"format": "events/1", "currency": "INR", "timezone": "Asia/Kolkata", "digest": PUBLISHED, "mapping": "x"}
    table = sample.events.drop_columns(list(ADDED))
    path = tmp_path / "old.parquet"
    marked = table.replace_schema_metadata({f"rewardsim.{key}": value for key, value in head.items()})
    pq.write_table(marked, path, write_page_checksum=True)
    return path


def test_a_published_digest_stays_true(sample: ImportResult) -> None:
    assert sample.summary["digest"] == PUBLISHED
    assert events_digest(sample.events.drop_columns(list(ADDED)), *SHAPE) == PUBLISHED


def test_an_older_table_is_read_with_nothing_in_the_new_columns(old: Path, sample: ImportResult) -> None:
    assert read_events(old).equals(sample.events)
    assert all(batch.schema.equals(event_schema()) for batch in event_batches(old, 10))
    assert check_files([old])["digest"] == PUBLISHED
    assert validate_events(sample.events.drop_columns(list(ADDED))) == []


def test_an_older_and_a_newer_table_go_together(old: Path, phases: pa.Table, tmp_path: Path) -> None:
    new = tmp_path / "new.parquet"
    import_transactions(SAMPLES / "three-phases.csv", MAPPINGS / "generic.toml", out=new)
    for paths in ([old, new], [new, old]):
        both = read_events(paths, check=False)
        assert both.num_rows == pq.read_metadata(old).num_rows + phases.num_rows
        assert both.column("post").null_count == both.num_rows - (phases.num_rows - phases.column("post").null_count)


def test_other_columns_are_no_older_version(old: Path) -> None:
    table = pq.read_table(old)
    wrong: list[Callable[[pa.Table], pa.Table]] = [
        lambda t: t.drop_columns(["source_row"]),
        lambda t: t.append_column("birthday", pa.nulls(len(t), pa.string())),
        lambda t: t.append_column("post", pa.nulls(len(t), pa.struct([("hashtag", pa.string())]))),
        lambda t: t.append_column("more", pa.nulls(len(t), pa.string())),
        lambda t: t.add_column(0, event_schema().field("birthday"), pa.nulls(len(t), pa.date32())),
    ]
    for change in wrong:
        pq.write_table(change(table).replace_schema_metadata(table.schema.metadata), old)
        with pytest.raises(TransactionError, match="not_events"):
            read_events(old)


def test_only_what_is_missing_is_completed(phases: pa.Table) -> None:
    assert complete(phases).equals(phases)
    half = complete(phases.drop_columns(["post"]))
    assert half.schema.equals(event_schema())
    assert half.column("birthday").equals(phases.column("birthday"))
    assert complete(event_schema().empty_table()).num_rows == 0


def test_what_other_libraries_make_of_it_is_the_same_table(phases: pa.Table) -> None:
    import duckdb

    for other in (duckdb.sql("FROM phases").to_arrow_table(), pa.table(phases.to_pandas())):
        again = other.cast(event_schema())
        assert validate_events(again) == []
        assert events_digest(again, *SHAPE) == events_digest(phases, *SHAPE)


def digest(rows: list[dict[str, object]], size: int | None = None) -> str:
    table = pa.Table.from_pylist(rows, event_schema())
    return events_digest(table if size is None else table.to_batches(size), *SHAPE)


def test_new_columns_are_digested_however_the_table_is_cut(phases: pa.Table) -> None:
    rows = phases.to_pylist()
    whole = digest(rows)
    assert {digest(rows, size) for size in (1, 7, 64, 1000)} == {whole}
    assert check_table(phases, *SHAPE)["digest"] == whole
    at = next(n for n, row in enumerate(rows) if row["birthday"])
    entry = next(n for n, row in enumerate(rows) if row["post"])
    changes = [
        (at, "birthday", None), (at, "birthday", date(1900, 1, 1)), (at + 1, "birthday", rows[at]["birthday"]),
        (entry, "post", None), *((entry, "post", {**rows[entry]["post"], **part}) for part in (
            {"hashtag": None}, {"hashtag": "#other"}, {"tags": 77}, {"public": False})),
    ]  # fmt: skip
    found = [
        digest([{**row, name: value} if n == place else row for n, row in enumerate(rows)])
        for place, name, value in changes
    ]
    assert len({whole, *found}) == len(changes) + 1


def test_a_post_of_nothing_is_not_no_post(sample: ImportResult) -> None:
    rows = sample.events.to_pylist()
    empty = [{**rows[0], "post": {"hashtag": None, "tags": 0, "public": False}}, *rows[1:]]
    moved = [rows[0], {**rows[1], "post": {"hashtag": None, "tags": 0, "public": False}}, *rows[2:]]
    assert len({digest(rows), digest(empty), digest(moved)}) == 3
