"""Bad input leaves nothing behind and says everything; bombs are refused fast and with little memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from . import bombs
from .conftest import GENERIC, LATER, REWARD_MI, ROOT, SAMPLE, Call

MEMORY = 3 << 30
SECONDS = 15
MAPPING = ROOT / "tests" / "cli" / "errors" / "bomb" / "mapping.toml"


def limited() -> None:
    """Let a process have little memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def refused(*words: object) -> dict[str, object]:
    """What a command says that must refuse its input in a small and short-lived process."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "rewardsim.cli", *map(str, words), "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=limited, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr[-500:]
    assert time.monotonic() - began < SECONDS
    return dict(json.loads(done.stdout))


def test_a_bomb_of_sales_is_refused_fast_and_small(tmp_path: Path) -> None:
    bomb = bombs.build("sales", tmp_path / "bomb.parquet")
    assert bomb.stat().st_size < 4_000
    told = refused("import", bomb, "--mapping", MAPPING, "--out", tmp_path / "e.parquet")
    assert [fault["code"] for fault in told["faults"]] == ["bomb"]  # type: ignore[attr-defined]
    assert [path.name for path in tmp_path.iterdir()] == ["bomb.parquet"]


def test_a_bomb_of_events_is_refused_fast_and_small(tmp_path: Path) -> None:
    bomb = bombs.build("events", tmp_path / "bomb.parquet")
    assert bomb.stat().st_size < 100_000
    told = refused("replay", REWARD_MI, bomb, "--without", LATER, "--out", tmp_path / "runs")
    assert told["count"] >= 1  # type: ignore[operator]
    assert not list((tmp_path / "runs").glob("*"))


def test_a_refused_import_keeps_the_old_file(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "e.parquet"
    out.write_bytes(b"what was there before")
    bad = tmp_path / "bad.csv"
    bad.write_text(SAMPLE.read_text().replace("2017-06-20", "2017-06-31"))
    assert call("import", bad, "--mapping", GENERIC, "--out", out).exit_code == 2
    assert out.read_bytes() == b"what was there before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "e.parquet"]


def test_a_refused_replay_leaves_the_store_as_it_was(call: Call, events: Path, tmp_path: Path) -> None:
    store = tmp_path / "runs"
    damaged = tmp_path / "damaged.parquet"
    body = bytearray(events.read_bytes())
    body[40] ^= 1
    damaged.write_bytes(body)
    done = call("replay", REWARD_MI, damaged, "--without", LATER, "--out", store, "--engine", "interpreted")
    assert done.exit_code == 2
    assert not store.exists()


def test_a_store_that_is_a_file_is_bad_input(call: Call, events: Path, tmp_path: Path) -> None:
    store = tmp_path / "runs"
    store.write_text("a file")
    done = call("replay", REWARD_MI, events, "--without", LATER, "--out", store, "--engine", "interpreted")
    assert done.exit_code == 2
    assert str(store) in done.stderr
    assert store.read_text() == "a file"


def test_an_output_in_a_folder_that_is_a_file_is_bad_input(call: Call, tmp_path: Path) -> None:
    (tmp_path / "none").write_text("a file", encoding="utf-8")
    done = call("import", SAMPLE, "--mapping", GENERIC, "--out", tmp_path / "none" / "e.parquet")
    assert done.exit_code == 2
    assert str(tmp_path / "none") in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["none"]
    assert (tmp_path / "none").read_text(encoding="utf-8") == "a file"


def test_an_output_in_no_folder_makes_the_folder(call: Call, tmp_path: Path) -> None:
    done = call("import", SAMPLE, "--mapping", GENERIC, "--out", tmp_path / "new" / "e.parquet")
    assert done.exit_code == 0
    assert (tmp_path / "new" / "e.parquet").is_file()


def test_an_end_before_the_last_event_is_refused_not_ignored(call: Call, events: Path, tmp_path: Path) -> None:
    words = ["--without", LATER, "--out", tmp_path / "runs", "--engine", "interpreted", "--until", "2017-07-01"]
    done = call("replay", REWARD_MI, events, *words)
    assert done.exit_code == 2
    assert "until: found 2017-07-01, allowed 2018-12-31 or later" in done.stderr


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "M-003' OR '1'='1", "M-00?", "\u202eM-003"])
def test_odd_member_ids_are_just_unknown(call: Call, replayed: dict[str, object], name: str) -> None:
    done = call("explain", replayed["run"], "--member", name)
    assert done.exit_code == 2
    assert "found no event of " in done.stderr
