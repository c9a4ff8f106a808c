"""What a run kept of its events is replayed as it lies, and its programme exported: one digest everywhere."""

from __future__ import annotations

import json
from datetime import date
from importlib import import_module
from pathlib import Path
from shutil import copy, copytree

import pyarrow.parquet as pq
import pytest
from engine.made import DATA
from typer.testing import CliRunner

import rewardsim as rs
from rewardsim.cli import app
from rewardsim.experiments.replays.kept import kept_events
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import RunError
from rewardsim.programme import load_programme
from rewardsim.programme.units import day_number
from rewardsim.scoring.boot import open_bundle
from rewardsim.transactions import TransactionError, event_schema, validate_events
from rewardsim.transactions.exported import write_exported

PEOPLE = DATA / "populations" / "india-2017.toml"
REWARD_MI = DATA / "programmes" / "reward-mi.toml"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> rs.SimulationRun:
    """Some hundred events of half a year, with the ledger; two replicates, of which the first is kept."""
    asked = {"members": 250, "until": "2017-12-31", "replicates": 2, "counterfactual": False, "ledger": True}
    return rs.simulate(REWARD_MI, PEOPLE, out=tmp_path_factory.mktemp("runs"), **asked)


@pytest.fixture(scope="module")
def digest(simulated: rs.SimulationRun) -> str:
    """The digest of the replicate that was kept."""
    return str(simulated.manifest["digests"]["programme"][0])


@pytest.mark.parametrize("part", ["", "events.parquet"])
def test_a_simulation_is_replayed_by_its_folder_or_its_table(
    simulated: rs.SimulationRun, digest: str, part: str, tmp_path: Path
) -> None:
    said = ["replay", str(REWARD_MI), str(simulated.path / part), "--out", str(tmp_path), "--json"]
    done = CliRunner().invoke(app, said)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["digest"] == digest
    assert found["until"] == simulated.summary()["until"]
    assert found["events"]["read"] == len(simulated.events) > 300


def test_a_replay_is_replayed_and_found_again(simulated: rs.SimulationRun, digest: str, tmp_path: Path) -> None:
    one = rs.replay(REWARD_MI, simulated, out=tmp_path)
    other = rs.replay(REWARD_MI, one.path, out=tmp_path)
    assert one.digest == digest
    assert other.path == one.path  # the same events, to the same day: the same run, found and not computed
    assert rs.replay(REWARD_MI, one.path / "events.parquet", out=tmp_path / "anew").digest == digest


def test_its_last_day_is_that_of_the_run_not_of_its_last_event(simulated: rs.SimulationRun, tmp_path: Path) -> None:
    longer = rs.replay(REWARD_MI, simulated, out=tmp_path, until=date(2019, 6, 30))
    again = rs.replay(REWARD_MI, longer, out=tmp_path / "anew")
    assert again.summary()["until"] == "2019-06-30"
    assert again.digest == longer.digest != rs.replay(REWARD_MI, simulated, out=tmp_path).digest


@pytest.mark.parametrize("of_replay", [False, True])
def test_a_bundle_of_a_run_scores_its_events(
    simulated: rs.SimulationRun, digest: str, of_replay: bool, tmp_path: Path
) -> None:
    run: Run = rs.replay(REWARD_MI, simulated, out=tmp_path / "runs") if of_replay else simulated
    done = CliRunner().invoke(app, ["export", str(run.path), "--out", str(tmp_path / "b"), "--json"])
    assert done.exit_code == 0, done.output
    bundle = open_bundle(tmp_path / "b", vectors=False)
    said = bundle.manifest["provenance"]
    assert (said["kind"], said["key"]) == (run.manifest["kind"], run.manifest["key"])
    from_file = tmp_path / "from-file"
    rs.export(REWARD_MI, from_file)
    assert bundle.hash == open_bundle(from_file, vectors=False).hash  # the run's programme is that of the file
    kept = kept_events(run.path)
    assert kept is not None
    write_exported(kept.table, tmp_path / "events.jsonl")
    scorer = bundle.scorer(import_module(f"{bundle.package}.scoring").MemoryStore())
    for line in (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines():
        scorer.apply(json.loads(line))
    scorer.advance_to(day_number(kept.until))
    assert scorer.digest() == digest


def test_what_is_kept_is_a_canonical_table(simulated: rs.SimulationRun) -> None:
    kept = kept_events(simulated.path)
    assert kept is not None
    assert kept.table.schema.equals(event_schema())
    assert validate_events(kept.table) == []
    assert kept.table.schema.metadata == {b"rewardsim.currency": b"INR", b"rewardsim.timezone": b"Asia/Kolkata"}


def test_another_currency_is_refused(simulated: rs.SimulationRun, tmp_path: Path) -> None:
    with pytest.raises(TransactionError, match="other_currency") as caught:
        rs.replay(DATA / "programmes" / "tea-club.toml", simulated, out=tmp_path)
    assert {fault.code for fault in caught.value.faults} == {"other_currency", "other_timezone"}


def test_a_run_without_events_is_refused(tmp_path: Path) -> None:
    asked = {"members": 20, "until": "2017-07-31", "replicates": 1, "counterfactual": False}
    run = rs.simulate(REWARD_MI, PEOPLE, out=tmp_path, **asked)
    with pytest.raises(RunError, match=r"kept no events.*simulate with --ledger"):
        rs.replay(REWARD_MI, run, out=tmp_path)


def test_a_changed_run_is_refused(simulated: rs.SimulationRun, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    copytree(simulated.path, folder)
    table = pq.read_table(folder / "events.parquet")
    pq.write_table(table.slice(1), folder / "events.parquet")
    with pytest.raises(RunError, match="missing or changed table"):
        rs.replay(REWARD_MI, folder, out=tmp_path / "runs")


def test_a_table_that_lies_by_itself_is_no_event_table(simulated: rs.SimulationRun, tmp_path: Path) -> None:
    """Without its run, nobody knows its currency."""
    copy(simulated.path / "events.parquet", tmp_path / "events.parquet")
    with pytest.raises(TransactionError, match="not_events"):
        rs.replay(REWARD_MI, tmp_path / "events.parquet", out=tmp_path / "runs")


def test_an_imported_table_of_that_name_is_read_as_ever(events: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    copy(events, tmp_path / "events.parquet")
    law = load_programme(REWARD_MI)
    one, other = (rs.replay(law, path, out=tmp_path / "runs") for path in (events, tmp_path / "events.parquet"))
    assert one.path == other.path
