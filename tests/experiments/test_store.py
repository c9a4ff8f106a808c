"""A run is there whole or not at all, is found instead of computed, and its damage is seen."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from engine.made import BUSY, canonical

from rewardsim.engine import journal, writing
from rewardsim.experiments import store as store_module
from rewardsim.experiments.replays import replay as replay_module
from rewardsim.experiments.replays.replay import replay
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import RunError, find, key_of, publish, read_manifest, verify
from rewardsim.programme import Programme, parse_programme
from rewardsim.transactions import import_transactions, read_events

Busy = tuple[Programme, pa.Table]
SMALL = BUSY.partition("[earning.purchase]")[0]


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any computation of a run fail."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr("rewardsim.engine.replay.replay_events", refuse)


# ---------------------------------------------------------------- found again


def test_an_identical_run_is_found(
    base: Run, reward_mi: Programme, events: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch)
    for engine in ("interpreted", "compiled"):
        again = replay(reward_mi, events, out=store, engine=engine)
        assert (again.path, again.manifest) == (base.path, base.manifest)
    assert replay(reward_mi, [events], out=str(store)).path == base.path


def test_the_same_events_in_memory_are_the_same_run(
    base: Run, reward_mi: Programme, events: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = read_events(events)
    assert table.num_rows == 79
    forbid(monkeypatch)
    assert replay(reward_mi, table, out=store).path == base.path


@pytest.mark.parametrize("change", ["programme", "events", "until", "order"])
def test_any_other_input_is_another_run(
    base: Run, reward_mi: Programme, events: Path, tmp_path: Path, change: str
) -> None:
    more: dict[str, Any] = {"programme": reward_mi, "events": events}
    more["programme"] = reward_mi.vary({"earning.welcome.tokens": 51}) if change == "programme" else reward_mi
    more["events"] = read_events(events).slice(1) if change == "events" else events
    more |= {"until": date(2019, 1, 1)} if change == "until" else {}
    more |= {"order": "recorded"} if change == "order" else {}
    other = replay(**more, out=tmp_path, engine="interpreted")
    assert other.manifest["key"] != base.manifest["key"]
    assert other.path.name != base.path.name


def test_the_key_covers_every_input() -> None:
    one = {"a": 1, "b": "x"}
    assert key_of(one) == key_of({"b": "x", "a": 1})
    assert len({key_of(one), key_of(one | {"a": 2}), key_of(one | {"c": ""}), key_of({"a": "1", "b": "x"})}) == 4
    with pytest.raises(ValueError, match="Out of range float"):
        key_of({"a": float("nan")})


def test_the_folder_of_another_key_is_not_taken_for_this_one(base: Run, store: Path) -> None:
    key = base.manifest["key"]
    assert find(store, key) == base.path
    assert find(store, key[:16] + "0" * 48) is None


def test_the_manifest_says_what_it_was_made_of(base: Run) -> None:
    said = base.manifest
    assert said["format"] == "run/3"
    assert said["inputs"]["kind"] == "replay"
    assert said["events"]["files"] == ["sample.parquet"]
    tables = ("ledger", "journal", "events", "members", "daily")
    assert set(said["tables"]) == {f"{name}.parquet" for name in tables}
    assert parse_programme(said["programme"]["text"]).key == base.programme.key
    assert {"python", "numpy", "pyarrow", "numba", "tzdata"} <= set(said["versions"])
    assert sorted(path.name for path in base.path.iterdir()) == sorted([*said["tables"], "manifest.json"])


# ---------------------------------------------------------------- whole or not at all


def broken(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


FAILING: dict[str, tuple[Any, str]] = {
    "ledger": (writing.LedgerWriter, "write"),
    "journal": (journal.JournalWriter, "close"),
    "events": (writing.EventWriter, "write"),
    "closing": (writing.LedgerWriter, "close"),
    "daily": (replay_module, "daily_table"),
    "members": (replay_module, "members_table"),
    "summary": (replay_module, "summary"),
    "sync": (store_module, "sync"),
    "versions": (store_module, "versions"),
}


@pytest.mark.parametrize("where", FAILING)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_failure_in_the_middle_leaves_nothing(
    busy: Busy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(*FAILING[where], broken)
        with pytest.raises(OSError, match="No space left"):
            replay(*busy, out=tmp_path, engine="interpreted")
    assert list(tmp_path.iterdir()) == []
    assert replay(*busy, out=tmp_path, engine="interpreted").summary()["events"]["read"] == 4_000


def test_a_failure_keeps_earlier_runs(busy: Busy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programme, table = busy
    first = replay(programme, table, out=tmp_path, engine="interpreted")
    monkeypatch.setattr(store_module, "versions", broken)
    with pytest.raises(OSError, match="No space left"):
        replay(programme.vary({"earning.welcome.tokens": 1}), table, out=tmp_path, engine="interpreted")
    assert [path.name for path in tmp_path.iterdir()] == [first.path.name]
    first.verify()


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from engine.made import busy_programme, busy_table
from rewardsim.experiments import store as s
from rewardsim.experiments.replays import replay as r

def stop(*_, **__):
    print("here", flush=True)
    time.sleep(60)

module, name = {"tables": (r, "members_table"), "manifest": (s, "versions"), "rename": (Path, "rename")}[sys.argv[3]]
setattr(module, name, stop)
r.replay(busy_programme(), busy_table(4_000, 40, seed=7), out=sys.argv[2], engine="interpreted")
"""


@pytest.mark.parametrize("where", ["tables", "manifest", "rename"])
def test_a_killed_replay_leaves_no_run_and_the_next_one_succeeds(
    busy: Busy, busy_run: Run, tmp_path: Path, where: str
) -> None:
    tests = str(Path(__file__).resolve().parents[1])
    words = [sys.executable, "-c", KILLED, tests, str(tmp_path), where]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(tests).parent) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".writing-")] == []
    assert find(tmp_path, busy_run.manifest["key"]) is None
    again = replay(*busy, out=tmp_path, engine="interpreted")
    again.verify()
    assert again.digest == busy_run.digest
    assert [path.name for path in tmp_path.iterdir()] == [again.path.name], "what the killed one left is swept"


def test_a_run_being_written_by_another_process_is_not_swept(busy: Busy, tmp_path: Path) -> None:
    with store_module.writing(tmp_path) as theirs:
        (theirs / "ledger.parquet").write_bytes(b"half")
        replay(*busy, out=tmp_path, engine="interpreted")
        assert (theirs / "ledger.parquet").read_bytes() == b"half"


def test_losing_a_race_is_no_loss(base: Run, tmp_path: Path) -> None:
    manifest = {name: value for name, value in base.manifest.items() if name not in ("format", "versions", "tables")}
    paths = []
    for _ in range(2):
        with store_module.writing(tmp_path) as folder:
            shutil.copy(base.path / "daily.parquet", folder)
            paths.append(publish(folder, tmp_path, manifest))
    assert paths[0] == paths[1]
    assert [path.name for path in tmp_path.iterdir()] == [paths[0].name]
    verify(paths[0])


def test_the_rest_of_a_half_removed_run_is_replaced(busy: Busy, busy_run: Run, tmp_path: Path) -> None:
    shutil.copytree(busy_run.path, tmp_path / busy_run.path.name)
    (tmp_path / busy_run.path.name / "manifest.json").unlink()
    again = replay(*busy, out=tmp_path, engine="interpreted")
    assert again.digest == busy_run.digest
    again.verify()


# ---------------------------------------------------------------- damage


@pytest.fixture
def copy(base: Run, tmp_path: Path) -> Run:
    """A copy of a run to damage."""
    shutil.copytree(base.path, tmp_path / base.path.name)
    return Run(tmp_path / base.path.name)


@pytest.mark.parametrize("table", ["ledger", "journal", "events", "members", "daily"])
def test_a_flipped_bit_is_found(copy: Run, table: str) -> None:
    copy.verify()
    path = copy.path / f"{table}.parquet"
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    with pytest.raises(RunError, match=rf"{table}\.parquet"):
        copy.verify()


def test_a_missing_table_is_found(copy: Run) -> None:
    (copy.path / "daily.parquet").unlink()
    with pytest.raises(RunError, match="missing"):
        copy.verify()


def test_a_damaged_run_is_computed_again_not_found(copy: Run, reward_mi: Programme, events: Path) -> None:
    path = copy.path / "members.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    replay(reward_mi, events, out=copy.path.parent, engine="interpreted").verify()


MANIFESTS: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[:-20],
    "empty": lambda text: "",
    "list": lambda text: "[]",
    "other": lambda text: text.replace("run/3", "run/9"),
    "nothing": lambda text: "{}",
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_what_is_no_manifest_is_refused(copy: Run, kind: str) -> None:
    path = copy.path / "manifest.json"
    path.write_text(MANIFESTS[kind](path.read_text()))
    with pytest.raises(RunError, match="do: "):
        read_manifest(copy.path)


def test_a_run_shows_itself(base: Run) -> None:
    assert repr(base) == f"<Run {base.path.name} replay of reward-mi-in, digest {base.digest[:12]}>"
    assert "<td>20,777</td>" in base._repr_html_()
    hostile = parse_programme(
        SMALL.replace('id = "busy"', 'id = "b-b"').replace('"Busy"', '"<script>alert(1)</script>"')
    )
    assert "<script>" not in hostile._repr_html_()


def test_nothing_stored_is_pickled(base: Run) -> None:
    assert json.loads((base.path / "manifest.json").read_text()) == base.manifest
    assert all(path.read_bytes()[:4] == b"PAR1" for path in base.path.glob("*.parquet"))


# ---------------------------------------------------------------- what is replayed


def test_a_table_that_is_not_canonical_is_refused(reward_mi: Programme, events: Path, tmp_path: Path) -> None:
    table = read_events(events)
    with pytest.raises(ValueError, match="order"):
        replay(reward_mi, table.take(list(range(table.num_rows - 1, -1, -1))), out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_imports_result_and_a_frame_are_events(base: Run, reward_mi: Programme, tmp_path: Path) -> None:
    from engine.made import DATA

    made = import_transactions(DATA / "samples" / "reward-mi-events.csv", DATA / "mappings" / "generic.toml")
    assert replay(reward_mi, made, out=tmp_path, engine="interpreted").digest == base.digest
    assert replay(reward_mi, made.to_arrow(), out=tmp_path, engine="interpreted").digest == base.digest


def test_progress_is_told(busy: Busy, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    replay(*busy, out=tmp_path, engine="interpreted", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (4_000, 4_000)


def test_an_empty_table_is_a_run(busy: Busy, tmp_path: Path) -> None:
    run = replay(busy[0], canonical([]), out=tmp_path, engine="interpreted")
    assert set(run.summary()["events"].values()) == {0}
    assert set(run.summary()["tokens"].values()) == {0}
    assert run.summary()["members"] == 0
    assert [len(frame) for frame in (run.ledger, run.events, run.members)] == [0, 0, 0]
