"""Each choice of a mapping, on a source small enough to work out by hand."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsim.transactions import TransactionError, import_transactions

from .helpers import Importer, plan

HEAD = "member,order,time,amount\n"
PRICED = {"columns": {"amount": None, "price": "price", "quantity": "quantity"}}


def rows(result: Any, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(result.events.column(name).to_pylist() for name in names), strict=True))


def test_lines_of_an_invoice_are_one_event_at_its_first_time(take: Importer) -> None:
    body = HEAD + "m,o1,2024-01-02 10:05,2.00\nm,o2,2024-01-02 10:00,5\nm,o1,2024-01-02 10:01,3.50\n"
    result = take(body)
    assert rows(result, "event_id", "second", "amount_minor", "recorded", "source_row") == [
        ("o2", 36_000, 500, 2, 2),
        ("o1", 36_060, 550, 1, 1),
    ]
    assert [line["amount_minor"] for line in result.events.column("lines")[1].as_py()] == [200, 350]
    assert rows(take(body, events={"lines": False}), "lines") == [(None,), (None,)]
    by_row = take(body, events={"grain": "order"})
    assert rows(by_row, "event_id", "amount_minor") == [("o2", 500), ("o1", 350), ("o1", 200)]


def test_ties_within_a_second_follow_ids_or_the_file(take: Importer) -> None:
    body = HEAD + "m,b,2024-01-02,1\nm,a,2024-01-02,1\n"
    assert rows(take(body), "event_id") == [("a",), ("b",)]
    assert rows(take(body, events={"tie": "file"}), "event_id", "order_id") == [
        ("000000001:b", "b"),
        ("000000002:a", "a"),
    ]


def test_cancellation_by_prefix_and_by_sign(take: Importer) -> None:
    body = HEAD + "m,o1,2024-01-02,5\nm,Co1,2024-01-03,-2\nm,o1,2024-01-04,-1\n"
    result = take(body, cancellation={"prefix": "C", "negative": "return", "link": "without_prefix"})
    assert rows(result, "event_id", "type", "order_id", "amount_minor") == [
        ("o1", "order", "o1", 500), ("Co1", "return", "o1", 200), ("o1/return", "return", "o1", 100),
    ]  # fmt: skip
    assert rows(take(body, cancellation={"negative": "return"}), "order_id") == [("o1",), (None,), (None,)]
    assert take(body, cancellation={"negative": "drop"}).summary["rows"]["dropped"] == {"negative_amount": 2}
    with pytest.raises(TransactionError, match="negative_amount"):
        take(body)
    with pytest.raises(TransactionError, match="wrong_sign"):
        take(HEAD + "m,C1,2024-01-03,2\n", cancellation={"prefix": "C"})


@pytest.mark.parametrize("policy", ["keep", "drop", "reject"])
def test_odd_rows_by_policy(take: Importer, tmp_path: Path, policy: str) -> None:
    lines = ("o1,2024-01-02,1.00,0,1", "o2,2024-01-02,0,1,1", "o3,2024-01-02,2,1,POST", "o4,2024-01-02,1,1,1")
    body = "member,order,time,price,quantity,code\n" + "".join(f"m,{line}\n" for line in lines)
    odd = {"zero_quantity": policy, "zero_price": policy}
    products = {"column": "code", "pattern": "^[0-9]", "others": policy}
    said = take(body, rejects=tmp_path / "r.csv", **PRICED, rows=odd, products=products).summary["rows"]
    reasons = {"zero_quantity": 1, "zero_price": 1, "non_product": 1}
    assert said["dropped"] == (reasons if policy == "drop" else {})
    assert (said["kept"], said["rejected"]) == ((4, 0) if policy == "keep" else (1, 3 if policy == "reject" else 0))


def test_members_orders_and_amounts_that_cannot_be(take: Importer) -> None:
    for body, code in (
        ("m1,o1,2024-01-02,1\nm2,o1,2024-01-02,1\n", "two_members"),
        ("m1,,2024-01-02,1\n", "null_order"),
        ("m1,o1,2024-01-02,1000000000.01\n", "amount_out_of_range"),
        ("m1,o1,2024-01-02,0.005\n", "sub_minor"),
    ):
        with pytest.raises(TransactionError, match=code):
            take(HEAD + body)
    assert take(HEAD + ",o1,2024-01-02,1\n", rows={"null_member": "drop"}).summary["rows"]["dropped"] == {
        "null_member": 1
    }
    assert take(HEAD + "m,o1,2024-01-02,1000000000.00\n").summary["amount"] == "1000000000.00"


def test_exact_duplicates_are_kept_unless_told(take: Importer) -> None:
    body = "member,order,time,amount,note\nm,o1,2024-01-02,1,a\nm,o1,2024-01-02,1,a\nm,o1,2024-01-02,1,b\n"
    assert take(body).summary["amount"] == "3.00"
    dropped = take(body, rows={"duplicates": "drop_exact"})
    assert (dropped.summary["amount"], dropped.summary["rows"]["dropped"]) == ("2.00", {"exact_duplicate": 1})


NAMED = {"floor": ROUND_FLOOR, "ceil": ROUND_CEILING, "half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


@settings(max_examples=40, deadline=None)
@given(
    lines=st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=8),
    rounding=st.sampled_from(sorted(NAMED)),
    rate=st.sampled_from([None, "65.00", "0.333333"]),
)
def test_a_total_is_rounded_once_and_its_lines_sum_to_it(lines: list[Decimal], rounding: str, rate: str | None) -> None:
    money = {"sub_minor": rounding} | ({"exchange_rate": rate, "source_currency": "USD"} if rate else {})
    table = pa.table(
        {
            "member": ["m"] * len(lines),
            "order": ["o"] * len(lines),
            "time": ["2024-01-02"] * len(lines),
            "amount": [str(x) for x in lines],
        }
    )
    event = import_transactions(table, plan(money=money)).events.to_pylist()[0]
    exact = sum(lines) * Decimal(rate or 1) * 100
    assert event["amount_minor"] == int(exact.to_integral_value(NAMED[rounding]))
    assert sum(line["amount_minor"] for line in event["lines"]) == event["amount_minor"]
    for line, given_line in zip(event["lines"], lines, strict=True):
        assert 0 <= line["amount_minor"] - int(given_line * Decimal(rate or 1) * 100) <= 1


def test_deliveries_constants_and_rates_are_stated_as_assumed(take: Importer) -> None:
    result = take(
        HEAD + "m,o1,2024-01-30,1.50\n",
        money={"exchange_rate": "2", "source_currency": "USD"},
        constants={"channel": "mi.com", "category": "misc"},
        delivery={"after_days": 3},
    )
    assert rows(result, "event_id", "type", "amount_minor", "channel", "order_id") == [
        ("o1", "order", 300, "mi.com", "o1"), ("o1/deliver", "deliver", 0, None, "o1"),
    ]  # fmt: skip
    assert [str(day) for (day,) in rows(result, "occurred_day")] == ["2024-01-30", "2024-02-02"]
    assert result.events.column("lines")[0].as_py()[0]["category"] == "misc"
    assert len(result.assumptions) == 4


def test_frames_tables_streams_and_relations_give_the_same_events() -> None:
    times = pd.to_datetime(["2024-01-02 10:00", "2024-01-03 00:00"])
    frame = pd.DataFrame({"member": ["007", "NA"], "order": ["a", "b"], "time": times, "amount": [1.25, 2.0]})
    table = pa.Table.from_pandas(frame)
    with duckdb.connect() as connection:
        connection.register("given", table)
        sources = [
            frame,
            table,
            pa.RecordBatchReader.from_batches(table.schema, table.to_batches()),
            connection.sql("SELECT * FROM given"),
        ]
        digests = {import_transactions(source, plan()).summary["digest"] for source in sources}
    assert len(digests) == 1
    with pytest.raises(TransactionError, match="unknown_source"):
        import_transactions(42, plan())
    with pytest.raises(TransactionError, match="mixed_column"):
        import_transactions(
            pd.DataFrame({"member": ["a", 1], "order": ["a", "b"], "time": ["x", "y"], "amount": [1, 2]}, dtype=object),
            plan(),
        )


def test_events_spread_over_sources_are_put_together_and_said(tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(HEAD + "m,o1,2024-01-02,1\n")
    result = import_transactions([tmp_path / "one.csv", tmp_path / "two.csv"], plan())
    assert rows(result, "amount_minor") == [(200,)]
    assert "do the exports overlap?" in result.assumptions[0]


def test_a_source_is_never_written_over(take: Importer, tmp_path: Path) -> None:
    for target in ({"out": tmp_path / "given.csv"}, {"rejects": tmp_path / "x" / ".." / "given.csv"}):
        with pytest.raises(TransactionError, match="own_source"):
            take(HEAD, **target)
    assert (tmp_path / "given.csv").read_text() == HEAD


def test_several_sources_and_their_order_change_nothing_but_arrival(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(HEAD + "m,o1,2024-01-02,1\nn,o2,2024-01-03,2\n")
    two.write_text(HEAD + "m,o3,2024-01-02,4\n")
    first, second = import_transactions([one, two], plan()), import_transactions([two, one], plan())
    assert first.summary == second.summary
    assert rows(first, "event_id", "source", "source_row", "recorded") == [
        ("o1", "one.csv", 1, 1),
        ("o3", "two.csv", 1, 3),
        ("o2", "one.csv", 2, 2),
    ]


TYPED = {
    "columns": {"type": "type", "event": "id", "order": "order", "line": "line", "tokens": "tokens"},
}
TYPED_HEAD = "id,type,member,time,order,line,amount,tokens\n"


def test_runs_of_line_numbers_are_events_and_repeats_stay(take: Importer) -> None:
    body = TYPED_HEAD + (
        "e1,order,m,2024-01-02,o1,1,1.00,\ne1,order,m,2024-01-02,o1,2,2.00,\n"
        "e1,order,m,2024-01-02,o1,1,1.00,\ne1,order,m,2024-01-02,o1,2,2.00,\n"
        "e2,adjust,m,2024-01-02,,,,-5\ne2,adjust,m,2024-01-02,,,,-5\n"
    )
    result = take(body, **TYPED)
    assert rows(result, "event_id", "type", "amount_minor", "tokens", "recorded") == [
        ("e2", "adjust", 0, -5, 5), ("e2", "adjust", 0, -5, 6), ("e1", "order", 300, 0, 1), ("e1", "order", 300, 0, 3),
    ]  # fmt: skip


def test_typed_rows_are_checked(take: Importer) -> None:
    body = TYPED_HEAD + (
        "e1,buy,m,2024-01-02,o1,,1.00,\n,order,m,2024-01-02,o1,,1.00,\ne3,order,m,2024-01-02,,,1.00,\ne4,return,m,2024-01-02,,,-1.00,\ne5,adjust,m,2024-01-02,,,,1.5\n"
    )
    with pytest.raises(TransactionError) as error:
        take(body, **TYPED)
    assert [(fault.code, fault.place.line) for fault in error.value.faults] == [
        ("unknown_type", 1), ("missing", 2), ("null_order", 3), ("negative_amount", 4), ("bad_number", 5),
    ]  # fmt: skip
