"""The events a simulation writes, replayed: the same ledger, journal and draws."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardsim.engine.prepare import PreparedEvents
from rewardsim.engine.replay import Replayed, replay_events
from rewardsim.programme.units import day_date
from rewardsim.transactions import event_schema
from simulation.everything import FIRST, LAST, SEED, programme, town
from simulation.living import Kept, live


def replayed(events: Any, programme: Any, last: int = LAST, **more: Any) -> Replayed:
    """Replay the canonical columns of a simulation's events."""
    prepared = PreparedEvents(events.select(event_schema().names))
    try:
        return replay_events(programme, prepared, None, until=last, **more)
    finally:
        prepared.close()


@pytest.fixture(scope="module")
def events(full: Kept) -> pa.Table:
    return pq.read_table(full.tables / "events.parquet")


def test_a_replay_gives_the_same_digest(full: Kept, events: pa.Table) -> None:
    found = replayed(events, programme())
    assert found.digest == full.done.digest
    assert found.outcomes == full.done.outcomes
    assert found.entries == full.done.auditor.entries
    assert np.array_equal(found.chains.counts, full.done.chains.counts)
    assert found.draws == full.done.draws


def test_members_have_the_same_accounts(full: Kept, events: pa.Table) -> None:
    found = replayed(events, programme())
    mine = {name: row for row, name in enumerate(full.done.member_ids)}
    rows = [mine[name] for name in found.member_ids.to_pylist()]
    for name in ("status", "pending", "available", "held", "debt", "shortfall", "enrolled_day"):
        assert np.array_equal(found.tables["members"][name], full.done.tables["members"][name][rows]), name
    for name in ("tier", "since_day", "review_day"):
        assert np.array_equal(found.tables["standings"][name], full.done.tables["standings"][name][rows]), name


def test_arrival_in_another_order_changes_nothing(full: Kept, events: pa.Table) -> None:
    order = np.random.default_rng(3).permutation(events.num_rows)
    assert replayed(events.take(pa.array(order)), programme()).digest == full.done.digest


def test_events_name_days_members_and_outcomes(full: Kept, events: pa.Table) -> None:
    days = events["occurred_day"].to_pylist()
    assert day_date(FIRST) <= min(days) <= max(days) <= day_date(LAST)
    assert set(events["member_id"].to_pylist()) <= set(full.done.member_ids)
    assert events.num_rows == sum(full.done.outcomes.values())
    assert len(set(events["event_id"].to_pylist())) == events.num_rows
    assert set(events["outcome"].to_pylist()) == set(full.done.outcomes)


def test_both_engines_write_the_same_events(full: Kept, full_by_simpy: Kept) -> None:
    names = [*event_schema().names, "outcome", "desired", "applied"]
    names.remove("recorded")  # order of arrival: day by day, but within a day as members stand in memory
    tables = [pq.read_table(kept.tables / "events.parquet").select(names) for kept in (full, full_by_simpy)]
    assert tables[0].sort_by("event_id").equals(tables[1].sort_by("event_id"))


@pytest.mark.parametrize("name", ["ledger", "journal"])
def test_both_engines_write_the_same_entries(full: Kept, full_by_simpy: Kept, name: str) -> None:
    found = [pq.read_table(kept.tables / f"{name}.parquet") for kept in (full, full_by_simpy)]
    frames = [table.drop_columns(["seq"]).to_pandas() for table in found]
    one, other = (frame.sort_values(frame.columns.tolist(), ignore_index=True) for frame in frames)
    assert len(one) > 1_000
    assert one.equals(other)


@pytest.mark.parametrize("engine", ["compiled", "interpreted"])
@pytest.mark.parametrize("seed", [21, 22])
def test_other_seeds_replay_as_well(tmp_path, seed: int, engine: str) -> None:
    done = live(programme(), town(), members=60, last_day=LAST, seed=seed, folder=tmp_path)
    assert replayed(pq.read_table(tmp_path / "events.parquet"), programme(), engine=engine).digest == done.digest


def test_a_run_that_ends_early_is_the_beginning_of_a_longer_one(full: Kept, tmp_path) -> None:
    """Events up to a day are the same, however long the simulation goes on."""
    last = LAST - 150
    live(programme(), town(), members=300, last_day=last, seed=SEED, folder=tmp_path)
    short, long = (pq.read_table(path / "events.parquet") for path in (tmp_path, full.tables))
    until = day_date(last) + timedelta(days=1)
    long = long.filter(pa.compute.less(long["occurred_day"], pa.scalar(until)))
    names = [name for name in event_schema().names if name != "recorded"]
    assert long.select(names).sort_by("event_id").equals(short.select(names).sort_by("event_id"))
