"""``score``, ``settle``, ``state`` and ``records``: every line answered, twice is once, a replay says the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from rewardsim.cli import app

from .conftest import REWARD_MI, ROOT, Call

DAYS = ("occurred_day", "expiry_day", "birthday")
LAST = "2018-12-31"


def lines_of(path: Path) -> list[str]:
    """An imported table as JSON lines."""
    rows = pq.read_table(path).to_pylist()
    for row in rows:
        row |= {name: row[name].isoformat() for name in DAYS if row[name] is not None}
    return [json.dumps(row) for row in rows]


def score(lines: list[str], *options: str) -> Any:
    """Have lines scored."""
    text = "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")
    return CliRunner().invoke(app, ["score", str(REWARD_MI), *options], input=text, catch_exceptions=False)


def answers(done: Any) -> list[dict[str, Any]]:
    """The answers on stdout."""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'store.db'}"


def test_every_line_is_answered_and_the_digest_is_the_replays(
    call: Call, said: Any, phase_events: Path, store: str, tmp_path: Path
) -> None:
    lines = lines_of(phase_events)
    done = score(lines, "--store", store)
    assert done.exit_code == 0
    found = answers(done)
    assert [answer["event_id"] for answer in found] == [json.loads(line)["event_id"] for line in lines]
    again = answers(score(lines, "--store", store))
    first = {answer["event_id"]: answer["status"] for answer in reversed(found)}
    assert {answer["status"] for answer in again} == {"duplicate"}
    assert all(answer["first"] == first[answer["event_id"]] for answer in again)
    settle = ("settle", REWARD_MI, "--store", store, "--day", LAST, "--everybody")
    for _ in range(3):
        settled = said(*settle)
    assert (settled["draws"], settled["requests"]) == ([], 0), "the second time nothing is left"
    digest = json.loads(call("state", REWARD_MI, "--store", store).stdout)["digest"]
    replayed = said("replay", REWARD_MI, phase_events, "--out", tmp_path / "runs", "--until", LAST)
    assert replayed["digest"] == digest


def test_the_store_in_memory_says_the_same(phase_events: Path, store: str) -> None:
    lines = lines_of(phase_events)
    memory, file = answers(score(lines)), answers(score(lines, "--store", store))
    keys = ("event_id", "status", "balances", "tier", "projected_tier", "chain", "applied")
    assert [{k: a.get(k) for k in keys} for a in memory] == [{k: a.get(k) for k in keys} for a in file]


BAD = [
    "no JSON",
    "[]",
    "{}",
    '{"event_id": "x1", "event_id": "x2"}',
    '{"event_id": NaN}',
    "[" * 50_000,
    "9" * 6_000,
    '{"event_id": "x", "amount_minor": ' + "9" * 6_000 + "}",
    '{"event_id": "\\ud800"}',
    "\udcff\udcfe",
    '"' + "a" * (1 << 21) + '"',
]


def test_faulty_lines_are_answered_in_place(events: Path, store: str) -> None:
    lines = lines_of(events)[:6]
    mixed = [line for pair in zip(BAD, [*lines, "", "  ", *[""] * 3], strict=True) for line in pair]
    done = score(mixed, "--store", store)
    assert done.exit_code == 1
    found = answers(done)
    good = [answer for answer in found if answer["status"] != "invalid"]
    bad = [answer for answer in found if answer["status"] == "invalid"]
    assert [answer["event_id"] for answer in good] == [json.loads(line)["event_id"] for line in lines]
    assert [answer["line"] for answer in bad] == [2 * k + 1 for k in range(len(BAD))]
    for answer in bad:
        assert answer["faults"]
        assert all(set(fault) == {"code", "place", "found", "allowed", "todo"} for fault in answer["faults"])
    assert "invalid" in done.stderr


def test_the_command_in_a_process_of_its_own(events: Path, store: str) -> None:
    """Through real pipes; a line without an end of line is a line."""
    text = "\n".join(lines_of(events)[:3])
    command = [sys.executable, "-m", "rewardsim.cli", "score", str(REWARD_MI), "--store", store]
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3


def test_records_are_written_and_told(call: Call, events: Path, store: str, tmp_path: Path) -> None:
    score(lines_of(events), "--store", store)
    done = call("records", REWARD_MI, "--store", store, "--out", tmp_path / "records")
    assert done.exit_code == 0
    ledger = [json.loads(line) for line in (tmp_path / "records" / "ledger.jsonl").read_text().splitlines()]
    state = json.loads(call("state", REWARD_MI, "--store", store, "--member", "NA").stdout)
    mine = [entry for entry in ledger if entry["member_id"] == "NA"]
    available = sum(e["tokens"] * ((e["target"] == "AVAILABLE") - (e["source"] == "AVAILABLE")) for e in mine)
    assert state["balances"]["available"] == available == sum(lot["tokens"] for lot in state["lots"])
    assert state["entries"] == len(mine)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("state", "{mi}", "--store", "{store}", "--member", "nobody"), "unknown_member"),
        (("state", "{mi}", "--store", "redis:x"), "bad_store"),
        (("settle", "{mi}", "--store", "{store}", "--day", "31/12/2018"), "bad_date"),
        (("settle", "{mi}", "--store", "{store}", "--day", LAST, "--secret", "x=y"), "unknown_draw"),
        (("state", "{mi}", "--store", "sqlite:{mi}"), "not_a_store"),
        (("state", "{mi}", "--store", "sqlite:{tmp}/no/folder.db"), "unavailable"),
        (("state", "{tmp}/nothing.toml", "--store", "{store}"), "cannot be opened"),
    ],
)
def test_bad_input_is_reported_and_leaves_with_2(
    call: Call, words: tuple[str, ...], code: str, store: str, tmp_path: Path
) -> None:
    places = {"mi": str(REWARD_MI), "store": store, "tmp": str(tmp_path)}
    done = call(*(word.format_map(places) for word in words))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert code in done.stderr or code == "cannot be opened"
    assert "allowed" in done.stderr
