"""A bundle in an interpreter without anything installed does what a replay does: entries and digest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from oracle.stepper import flat
from scoring.made import WHO, Made, digest_of, make

import rewardsim as rs
from export.conftest import MI, PROGRAMMES
from rewardsim.export.exporting import make_files
from rewardsim.export.origin import read_origin
from rewardsim.export.tree import Origin, complete, content_of
from rewardsim.export.writing import write_bundle

SAMPLES = PROGRAMMES.parent
ALONE = [sys.executable, "-I", "-S"]
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
STORY = b'{"story":"nothing"}\n{"digest":"%s","end":"2018-01-01"}\n' % NOTHING.encode()


def score(bundle: Path, events: list[dict[str, Any]], until: str, store: Path) -> tuple[list[dict[str, Any]], str]:
    """Let a bundle score events on a store; return its replies and the digest at the end."""
    text = "".join(json.dumps(event) + "\n" for event in events)
    at = ["--store", f"sqlite:{store}"]
    done = subprocess.run([*ALONE, bundle, "score", *at], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    settle = [*ALONE, bundle, "settle", *at, "--day", until, "--everybody"]
    subprocess.run(settle, check=True, capture_output=True)
    state = subprocess.run([*ALONE, bundle, "state", *at], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()], json.loads(state.stdout)["digest"]


@pytest.mark.parametrize("sample", ["reward-mi-events.csv", "three-phases.csv"])
def test_the_samples(made: Path, tmp_path: Path, sample: str) -> None:
    table = tmp_path / "events.parquet"
    mapping = rs.load_mapping(SAMPLES / "mappings" / "generic.toml")
    rs.import_transactions([SAMPLES / "samples" / sample], mapping, out=table)
    run = rs.replay(MI, table, out=tmp_path / "runs", engine="interpreted")
    events = canonical(table)
    replies, digest = score(made / "mi.pyz", events, str(run.summary()["until"]), tmp_path / "store.db")
    assert digest == run.digest
    assert len(replies) == len(events)


def canonical(table: Path) -> list[dict[str, Any]]:
    """The rows of a table as canonical events."""
    import pyarrow.parquet as pq

    rows = pq.read_table(table).to_pylist()
    for row in rows:
        for name in ("occurred_day", "expiry_day", "birthday"):
            row[name] = None if row[name] is None else row[name].isoformat()
    return rows


def bundle_of(made: Made, out: Path) -> Path:
    """A bundle of a random programme, without vectors worth the name."""
    programme = {"id": WHO["programme"], "name": "Made", **{k: WHO[k] for k in ("currency", "timezone")}}
    origin = Origin(flat(made.law), made.names, programme)
    write_bundle(complete(content_of(origin, {"vectors/none.jsonl": STORY}), origin, "1.0.0"), out)
    return out


def check(made: Made, folder: Path) -> None:
    """A random history has the same outcomes, entries and digest alone as in a replay."""
    from rewardsim.scoring.reply import day_text

    expected = made.replay()
    found, digest = score(bundle_of(made, folder / "made.pyz"), made.events, day_text(made.until), folder / "made.db")
    assert [reply["status"] for reply in found] == expected.outcomes
    assert digest == digest_of(expected)


@pytest.mark.parametrize("seed", range(5_000, 5_006))
def test_random_programmes(seed: int, tmp_path: Path) -> None:
    check(make(seed, 400, 12, 0.05 * (seed % 3 == 0), seed % 2 == 1), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_a_million_random_events(part: int, tmp_path: Path) -> None:
    for seed in range(part * 20, part * 20 + 20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        check(make(7_000_000 + seed, 5_000, 200, 0.05 * (seed % 3 == 0), seed % 2 == 1), folder)


@pytest.mark.parametrize("name", ["tea-club"])
def test_other_programmes_pass_their_own_test(name: str, tmp_path: Path) -> None:
    write_bundle(make_files(read_origin(PROGRAMMES / f"{name}.toml"))[0], tmp_path / "x.pyz")
    done = subprocess.run([*ALONE, tmp_path / "x.pyz", "selftest"], capture_output=True, text=True)
    assert json.loads(done.stdout)["passed"], done.stderr[-2000:]
