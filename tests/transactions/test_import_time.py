"""Time: zones, gaps, overlaps, epochs, the ends of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsim.transactions import TransactionError
from rewardsim.transactions.zones import spans, to_local_sql, to_utc_sql

from .helpers import Importer

HEAD = "member,order,time,amount\n"
ZONES = [
    "America/Sao_Paulo",
    "Asia/Beirut",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Europe/London",
    "Asia/Kolkata",
    "UTC",
]


def stamps(result: object) -> list[str]:
    table = result.events  # type: ignore[attr-defined]
    pairs = zip(table.column("occurred_day").to_pylist(), table.column("second").to_pylist(), strict=True)
    return [f"{day} {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}" for day, second in pairs]


def one(*times: str) -> str:
    return HEAD + "".join(f"m,o{i},{time},1\n" for i, time in enumerate(times))


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Sao_Paulo", "2018-11-04"),
        ("Asia/Beirut", "2023-03-26"),
        ("America/Havana", "2024-03-10"),
        ("Africa/Cairo", "2024-04-26"),
    ],
)
def test_41_a_midnight_that_does_not_exist_is_the_first_instant_of_its_day(take: Importer, zone: str, day: str) -> None:
    for target in (zone, "UTC"):
        result = take(one(day), time={"source_zone": zone, "zone": target})
        start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(target))
        assert stamps(result) == [f"{start:%Y-%m-%d %H:%M:%S}"]
        assert "skipped" in result.assumptions[0]
    assert stamps(take(one(day), time={"source_zone": zone, "zone": zone}))[0].startswith(f"{day} 01:00")
    with pytest.raises(TransactionError, match="nonexistent_time"):
        take(one(day), time={"source_zone": zone, "zone": zone, "nonexistent": "reject"})


def test_42_both_folds_of_an_overlap_are_told_apart(take: Importer) -> None:
    zones = {"source_zone": "Europe/London", "zone": "UTC"}
    assert stamps(take(one("2024-10-27 01:30"), time=zones)) == ["2024-10-27 00:30:00"]
    assert stamps(take(one("2024-10-27 01:30"), time=zones | {"ambiguous": "second"})) == ["2024-10-27 01:30:00"]
    with pytest.raises(TransactionError, match="ambiguous_time"):
        take(one("2024-10-27 01:30"), time=zones | {"ambiguous": "reject"})
    offsets = take(
        one("2024-10-27T01:30+01:00", "2024-10-27T01:30Z"), time={"source_zone": "UTC", "zone": "Europe/London"}
    )
    assert stamps(offsets) == ["2024-10-27 01:30:00", "2024-10-27 01:30:00"]


def test_45_a_skipped_date_and_half_an_hour_of_summer(take: Importer) -> None:
    assert stamps(take(one("2011-12-30 12:00"), time={"source_zone": "Pacific/Apia", "zone": "Pacific/Apia"})) == [
        "2011-12-31 12:00:00"
    ]
    assert stamps(
        take(one("2024-10-06 02:15"), time={"source_zone": "Australia/Lord_Howe", "zone": "Australia/Lord_Howe"})
    ) == ["2024-10-06 02:45:00"]


def test_46_epochs_only_by_choice_and_within_a_plausible_window(take: Importer) -> None:
    with pytest.raises(TransactionError, match="bad_time"):
        take(one("1709251199"))
    assert stamps(take(one("1709251199"), time={"formats": ["epoch_s"]})) == ["2024-02-29 23:59:59"]
    assert stamps(take(one("1709251199000"), time={"formats": ["epoch_ms"]})) == ["2024-02-29 23:59:59"]
    for value, form in (("1709251199", "epoch_ms"), ("1709251199000", "epoch_s")):
        with pytest.raises(TransactionError, match=r"implausible_time.*10 digits are epoch_s, 13 digits epoch_ms"):
            take(one(value), time={"formats": [form]})
    with pytest.raises(TransactionError, match="implausible_time"):
        take(one("2031-01-01"), time={"latest": date(2030, 1, 1)})


def test_46_empty_one_row_and_the_ends_of_the_calendar(take: Importer) -> None:
    empty = take(HEAD)
    assert (
        empty.summary["rows"]["read"],
        empty.summary["members"],
        empty.summary["first"],
        empty.summary["amount"],
    ) == (0, 0, None, "0.00")
    assert empty.summary["digest"] == take(HEAD, name="other.csv").summary["digest"]
    wide = {"earliest": date(1, 1, 1), "latest": date(9999, 12, 31)}
    assert stamps(take(one("0001-01-03", "9999-12-30"), time=wide)) == ["0001-01-03 00:00:00", "9999-12-30 00:00:00"]
    assert stamps(take(one("1969-12-31 23:59:59.7"), time=wide)) == ["1969-12-31 23:59:59"]


SECONDS = st.integers(-2_000_000_000, 4_000_000_000)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    seconds=st.lists(SECONDS, min_size=1, max_size=20),
    fold=st.sampled_from(["first", "second"]),
)
def test_zones_agree_with_zoneinfo(zone: str, seconds: list[int], fold: str) -> None:
    stretches = spans({second // 86_400 for second in seconds})
    epoch = datetime(1970, 1, 1)
    values = ", ".join(f"({s})" for s in seconds)
    there, back = to_local_sql("s", zone, stretches), to_utc_sql("s", zone, stretches, fold)
    sql = f"SELECT {there}, {back} FROM (VALUES {values}) v(s)"
    with duckdb.connect() as connection:
        got = connection.sql(sql).fetchall()
    for second, (local, utc) in zip(seconds, got, strict=True):
        moment = epoch + timedelta(seconds=second)
        expected_local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert epoch + timedelta(seconds=local) == expected_local
        naive = moment.replace(tzinfo=ZoneInfo(zone))
        before, after = naive.replace(fold=0).utcoffset(), naive.replace(fold=1).utcoffset()
        assert before is not None
        assert after is not None
        # In a gap PEP 495's fold 0 is the offset before it, which is the rule here for either choice.
        expected = after if fold == "second" and after < before else before
        assert moment - expected == epoch + timedelta(seconds=utc)
