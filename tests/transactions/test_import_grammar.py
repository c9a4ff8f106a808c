"""The grammars against plain Python: no number and no date is read otherwise than written."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rewardsim.transactions import grammar

from .helpers import plan

MONEY = plan().money
DECIMAL = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")


def evaluate(sql: str, values: pa.Array) -> list[object]:
    with duckdb.connect() as connection:
        connection.register("s", pa.table({"x": values}))
        return [value for (value,) in connection.sql(f"SELECT {sql} FROM s").fetchall()]


NUMBERS = st.one_of(
    st.text("0123456789.,+-eE_ \u0661", max_size=16),
    st.decimals(-(10**12), 10**12, places=6).map(str),
    st.from_regex(r"\A[+-]?[0-9]{1,14}(\.[0-9]{1,8})?\Z"),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=30))
@example(["-123456789012.123456", "999999999999.999999", "-0.00", "1e5", "", "."])
def test_decimals_are_read_exactly_or_not_at_all(texts: list[str]) -> None:
    expected = [int(Decimal(text.strip(" ")) * 10**6) if DECIMAL.fullmatch(text.strip(" ")) else None for text in texts]
    assert evaluate(grammar.micro("x", "text", MONEY), pa.array(texts, pa.string())) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.floats(), st.decimals(-(10**7), 10**7, places=2).map(float)), min_size=1, max_size=30))
@example([0.1, 1e-7, 2.0**53, float("nan"), float("inf"), -0.0, 0.1 + 0.2, 8e9, 1.776357e-15])
def test_floats_count_only_as_the_decimal_they_were_written_as(values: list[float]) -> None:
    got = evaluate(grammar.micro("x", "float", MONEY), pa.array(values, pa.float64()))
    for value, micro in zip(values, got, strict=True):
        if micro is not None:
            assert float(Decimal(micro) / 10**6) == value
        elif value == value and abs(value) < 8e9:
            assert Decimal(repr(value)).normalize().as_tuple().exponent < -6


def test_float_noise_is_taken_off_only_by_choice() -> None:
    values = pa.array([1.776357e-15, 0.1 + 0.2, 1.0000005])
    loose = plan(money={"float_noise": "round"}).money
    assert evaluate(grammar.micro("x", "float", MONEY), values) == [None, None, None]
    assert evaluate(grammar.micro("x", "float", loose), values) == [0, 300_000, None]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.datetimes(datetime(1, 1, 1)).map(str), st.dates().map(str), st.text("0123456789-T:Z+. ", max_size=20)
        ),
        min_size=1,
        max_size=20,
    )
)
@example(
    [
        "2024-02-29",
        "2023-02-29",
        "2024-02-29T23:59:59Z",
        "2024-02-29 23:59:60",
        "2024-02-29 23:59:59+0530",
        "2024-02-29T00:00-03:30",
    ]
)
def test_iso_times_are_read_as_python_reads_them_or_not_at_all(texts: list[str]) -> None:
    value, aware = grammar.seconds("x", "text", ["iso"])
    column = pa.array(texts, pa.string())
    for text, second, utc in zip(
        texts, evaluate(value, column), evaluate(f"coalesce({aware}, false)", column), strict=True
    ):
        try:
            expected = datetime.fromisoformat(text.strip(" ")) if re.fullmatch(grammar.ISO, text.strip(" ")) else None
        except ValueError:
            expected = None
        assert (second is None) == (expected is None), text
        if expected is not None and second is not None:
            offset = expected.utcoffset()
            assert utc == (offset is not None)
            local = expected.replace(tzinfo=None, microsecond=0) - datetime(1970, 1, 1)
            assert second == local.days * 86_400 + local.seconds - (int(offset.total_seconds()) if offset else 0)


def test_explicit_formats_match_in_full() -> None:
    value, _ = grammar.seconds("x", "text", ["%d.%m.%y %H:%M", "%-d/%-m/%Y"])
    texts = pa.array(["01.02.24 10:30", "1.2.24 10:30", "1/2/2024", "1/2/2024 ", "31/2/2024", "1/2/24"])
    assert [item is not None for item in evaluate(value, texts)] == [True, False, True, True, False, False]
