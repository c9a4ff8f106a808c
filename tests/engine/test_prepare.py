"""Numbers instead of names: independent of row order, repeats told apart, arrival kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from engine.made import START, canonical, run
from rewardsim.engine.prepare import PreparedEvents
from rewardsim.programme import Programme
from rewardsim.rules.codes import EVENT_TYPES, NEW, OTHER_PAYLOAD, SAME_PAYLOAD
from rewardsim.transactions import write_events

Busy = tuple[Programme, pa.Table]


def prepared(source: Any, order: str = "occurred", **more: Any) -> tuple[PreparedEvents, pa.Table]:
    """A preparation and everything it yields."""
    found = PreparedEvents(source, order, **more)
    table = pa.Table.from_batches(list(found.batches()))
    found.close()
    return found, table


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    return table.take(np.random.default_rng(seed).permutation(table.num_rows))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_numbering_does_not_depend_on_row_order(busy: Busy, seed: int) -> None:
    _, table = busy
    one, plain = prepared(table)
    other, mixed = prepared(shuffled(table, seed))
    assert (one.members, one.orders, one.events) == (other.members, other.orders, other.events)
    assert plain.equals(mixed)


@pytest.mark.parametrize("order", ["occurred", "recorded"])
def test_the_digest_does_not_depend_on_row_order(busy: Busy, order: str) -> None:
    programme, table = busy
    plain = run(programme, table, order=order)
    mixed = run(programme, shuffled(table, 5), order=order)
    assert plain.entries == mixed.entries
    assert plain.digest == mixed.digest


def test_members_go_by_id_and_orders_by_first_mention(busy: Busy) -> None:
    _, table = busy
    source = PreparedEvents(table)
    assert source.member_ids().to_pylist() == sorted(set(table["member_id"].to_pylist()))
    rows = [row for part in source.batches() for row in part.to_pylist()]
    source.close()
    assert [row["number"] for row in rows] == list(range(table.num_rows))
    first: dict[str, int] = {}
    for row in rows:
        if row["order_id"] is None:
            assert row["order_number"] == -1
        else:
            assert first.setdefault(row["order_id"], len(first)) == row["order_number"]


def test_events_come_in_canonical_order(busy: Busy) -> None:
    _, table = busy
    _, found = prepared(shuffled(table, 9))
    keys = [
        (row["occurred_day"], row["second"], EVENT_TYPES[row["type"]], row["event_id"], row["recorded"])
        for row in found.to_pylist()
    ]
    assert keys == sorted(keys)


def test_recorded_order_is_the_order_of_arrival(busy: Busy) -> None:
    _, table = busy
    _, found = prepared(table, "recorded")
    assert found["recorded"].to_pylist() == sorted(table["recorded"].to_pylist())
    assert pc.any(pc.less(pc.pairwise_diff(found["day"].combine_chunks()), 0)).as_py() is False
    late = table.set_column(5, "recorded", pa.array(range(table.num_rows, 0, -1)))
    _, back = prepared(late, "recorded")
    assert back["event_id"].to_pylist() == table["event_id"].to_pylist()[::-1]


def test_an_unknown_order_is_refused(busy: Busy) -> None:
    with pytest.raises(ValueError, match="allowed are occurred, recorded"):
        PreparedEvents(busy[1], "newest")


def adjust(name: str, tokens: int, day: int = 0, **more: Any) -> dict[str, Any]:
    more = {"member_id": "m", "tokens": tokens, **more}
    return {"event_id": name, "type": "adjust", "occurred_day": START + timedelta(days=day), **more}


def priors(*rows: dict[str, Any]) -> list[tuple[str, int, int]]:
    """(event id, order of arrival, what is known of it) in canonical order."""
    _, found = prepared(canonical(rows))
    return [(row["event_id"], row["recorded"], row["prior"]) for row in found.to_pylist()]


def test_repeats_and_conflicts_are_told_apart() -> None:
    found = priors(adjust("a", 5), adjust("a", 5), adjust("a", 6), adjust("a", 5), adjust("b", 5))
    assert found == [
        ("a", 0, NEW),
        ("a", 1, SAME_PAYLOAD),
        ("a", 2, OTHER_PAYLOAD),
        ("a", 3, SAME_PAYLOAD),
        ("b", 4, NEW),
    ]


def test_the_first_to_arrive_is_the_event_even_if_another_is_dated_before() -> None:
    found = priors(adjust("a", 5, day=9), adjust("a", 5, day=2))
    assert found == [("a", 1, OTHER_PAYLOAD), ("a", 0, NEW)]


@pytest.mark.parametrize(
    "change",
    [{"member_id": "n"}, {"second": 1}, {"channel": "web"}, {"category": "tea"}, {"order_id": "o"}, {"item": "x"},
     {"counterpart_id": "n"}, {"expiry_day": START}, {"amount_minor": 1}, {"day": 1},
     {"lines": [{"number": 1, "category": None, "amount_minor": 0, "discount_minor": 0}]}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_any_other_content_is_a_conflict(change: dict[str, Any]) -> None:
    known = {name: prior for name, at, prior in priors(adjust("a", 5), adjust("a", 5, **change)) if at == 1}
    assert known == {"a": OTHER_PAYLOAD}


def test_where_it_came_from_is_no_content() -> None:
    found = priors(adjust("a", 5, source="x.csv", source_row=1), adjust("a", 5, source="y.csv", source_row=8))
    assert [prior for _, _, prior in found] == [NEW, SAME_PAYLOAD]


def test_the_last_mention_of_each_order_is_marked_once(busy: Busy) -> None:
    _, table = busy
    _, found = prepared(table)
    marked = [row["order_id"] for row in found.to_pylist() if row["last_mention"]]
    assert sorted(marked) == sorted({name for name in table["order_id"].to_pylist() if name is not None})


def test_a_counterpart_is_a_member(busy: Busy) -> None:
    found, table = prepared(
        canonical([adjust("a", 5), adjust("b", 5, counterpart_id="zz"), adjust("c", 1, counterpart_id="m")])
    )
    assert found.members == 2
    assert table["counterpart"].to_pylist() == [-1, 1, 0]


def test_several_files_are_one_table(busy: Busy, tmp_path: Path) -> None:
    programme, table = busy
    head = {"currency": "EUR", "timezone": "Europe/Berlin", "digest": "", "mapping": ""}
    names = [tmp_path / "it's one.parquet", tmp_path / "two.parquet"]
    write_events(table.slice(0, 1_500), names[0], head)
    write_events(table.slice(1_500), names[1], head)
    whole = run(programme, table)
    assert run(programme, names).digest == whole.digest
    assert run(programme, names[::-1]).digest == whole.digest


def test_a_sorted_file_may_be_read_as_it_lies(busy: Busy, tmp_path: Path) -> None:
    _, table = busy
    path = tmp_path / "sorted.parquet"
    write_events(table, path, {"currency": "EUR", "timezone": "Europe/Berlin", "digest": "", "mapping": ""})
    _, copied = prepared([path])
    _, as_it_lies = prepared([path], sorted=True)
    assert as_it_lies.equals(copied)


def test_no_events_at_all() -> None:
    found, table = prepared(canonical([]))
    assert (found.members, found.orders, found.events, table.num_rows) == (0, 0, 0, 0)
    assert "member_id" in table.column_names


def test_nothing_is_left_in_the_temporary_folder(busy: Busy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = PreparedEvents(busy[1])
    assert len(list(tmp_path.iterdir())) == 1
    found.close()
    assert list(tmp_path.iterdir()) == []


POST = {"hashtag": "#a", "tags": 5, "public": True}


@pytest.mark.parametrize(
    ("base", "change"),
    [({"birthday": START}, {"birthday": None}), ({"birthday": START}, {"birthday": START - timedelta(days=1)}),
     ({"post": POST}, {"post": None}), *(({"post": POST}, {"post": {**POST, **part}}) for part in (
         {"hashtag": "#A"}, {"hashtag": None}, {"tags": 6}, {"public": False}))],
    ids=str,
)  # fmt: skip
def test_birthdays_and_posts_are_content(base: dict[str, Any], change: dict[str, Any]) -> None:
    rows = [adjust("a", 0, **base), adjust("a", 0, **base), adjust("a", 0, **change)]
    assert [prior for _, _, prior in priors(*rows)] == [NEW, SAME_PAYLOAD, OTHER_PAYLOAD]


def test_the_friend_who_never_acts_is_a_member() -> None:
    invite = {"event_id": "i", "type": "invite", "member_id": "m", "occurred_day": START, "counterpart_id": "never"}
    found, table = prepared(canonical([invite]))
    assert (found.members, table["member"].to_pylist(), table["counterpart"].to_pylist()) == (2, [0], [1])


def test_tables_older_than_birthdays_and_posts_are_read(busy: Busy, tmp_path: Path) -> None:
    table = busy[1]
    before = table.drop_columns(["birthday", "post"])
    paths = [tmp_path / "old.parquet", tmp_path / "new.parquet"]
    pq.write_table(before, paths[0])
    pq.write_table(table.slice(0, 0), paths[1])
    _, whole = prepared(table)
    for source in (before, paths[:1], paths, paths[::-1]):
        _, found = prepared(source)
        assert found.equals(whole.select(found.column_names))
        assert set(found.column_names) == set(whole.column_names)
    _, lying = prepared(paths[:1], sorted=True)
    assert lying.column("post").null_count == table.num_rows
