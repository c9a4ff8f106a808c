"""Every event sent four times by processes that are killed at random: each happens once, and nothing else does."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from rewardsim.rules.records import NEVER
from rewardsim.scoring import MemoryStore, SqliteStore
from rewardsim.scoring.law import plain_law, plain_names
from scoring.made import WHO, Made, make, stripped

SENDER = Path(__file__).with_name("sender.py")
SENDERS = 4
KILLS = 4  # of each
TIMEOUT_S = 120


class Sender:
    """A process that sends everything, and is started again where it was killed."""

    def __init__(self, folder: Path, seed: int, total: int) -> None:
        self.folder, self.seed, self.total = folder, seed, total
        self.reached, self.kills = 0, 0
        self.answers: Counter[str] = Counter()
        self.thread = threading.Thread(target=self._watch)
        self.process: subprocess.Popen[str] | None = None
        self.failed = ""
        self.thread.start()

    def _watch(self) -> None:
        while self.reached < self.total and not self.failed:
            command = [sys.executable, str(SENDER), str(self.folder), str(self.reached), str(self.seed)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
                self.process = process
                assert process.stdout is not None
                assert process.stderr is not None
                for line in process.stdout:
                    if line.endswith("\n"):
                        place, status = line.split()
                        self.reached = int(place) + 1
                        self.answers[status] += 1
                said = process.stderr.read()
            if process.returncode not in (0, -signal.SIGKILL):
                self.failed = said

    def kill(self) -> None:
        """Kill the process where it stands."""
        process = self.process
        if process is not None and process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            self.kills += 1


def send(folder: Path, made: Made, seeds: list[int]) -> list[Sender]:
    """Have a history sent by several processes, each killed at some random places of it."""
    said = {"law": plain_law(made.flat), "names": plain_names(made.names), "events": made.events, "who": WHO}
    (folder / "made.json").write_text(json.dumps(said))
    made.scorer(SqliteStore(folder / "store.db")).store.close()
    senders = [Sender(folder, seed, len(made.events)) for seed in seeds]
    rng = random.Random(1)
    places = {sender: sorted(rng.sample(range(1, len(made.events) - 20), KILLS)) for sender in senders}
    until = time.monotonic() + TIMEOUT_S
    while any(sender.thread.is_alive() for sender in senders) and time.monotonic() < until:
        time.sleep(rng.uniform(0.0, 0.01))
        for sender, left in places.items():
            if left and sender.reached >= left[0]:
                del left[0]
                sender.kill()
    for sender in senders:
        sender.thread.join(TIMEOUT_S)
        assert sender.failed == ""
    assert sum(sender.kills for sender in senders) >= SENDERS
    return senders


def check(folder: Path, made: Made, senders: list[Sender]) -> None:
    """The store holds what one clean run in memory holds; every balance is the sum of its entries."""
    clean = made.scorer(MemoryStore())
    for event in made.events:
        clean.apply(event)
    store = SqliteStore(folder / "store.db")
    scorer = made.scorer(store)
    with store.unit(False):
        sums = store.run(
            """SELECT m.member_id, m.available, m.pending, m.held, m.debt, m.entries, m.notes, count(e.line),
            (SELECT count(*) FROM notes n WHERE n.member = m.member),
            coalesce(sum(e.tokens * ((e.target = 'AVAILABLE') - (e.source = 'AVAILABLE'))), 0),
            coalesce(sum(e.tokens * ((e.target = 'PENDING') - (e.source = 'PENDING'))), 0),
            coalesce(sum(e.tokens * ((e.target = 'HELD') - (e.source = 'HELD'))), 0),
            -coalesce(sum(e.tokens * ((e.target = 'DEBT') - (e.source = 'DEBT'))), 0)
            FROM members m LEFT JOIN entries e ON e.member = m.member GROUP BY m.member"""
        )
    for _, available, pending, held, debt, entries, notes, lines, written, *of_entries in sums:
        assert [available, pending, held, debt] == of_entries
        assert (entries, notes) == (lines, written)
    assert scorer.digest() == clean.digest()
    scorer.advance_to(made.until)
    clean.advance_to(made.until)
    assert scorer.digest() == clean.digest()
    ids = {event["event_id"] for event in made.events}
    assert {event["event_id"] for event, _ in store.events()} == ids
    answers = sum((sender.answers for sender in senders), Counter())
    fresh = sum(count for status, count in answers.items() if status not in ("duplicate", "conflict"))
    assert fresh <= len(ids), "nothing is applied twice"
    assert fresh >= len(ids) - sum(sender.kills for sender in senders), "only a killed sender missed its answer"
    ((pages,),) = store.run("PRAGMA integrity_check")
    assert pages == "ok"
    store.close()


@pytest.mark.parametrize("seed", [8_001])
def test_the_same_stream_from_four_killed_processes(seed: int, tmp_path: Path) -> None:
    """Shared budgets, stock, friends and draws included: the stream's order is kept, so all must come out the same."""
    made = make(seed, 400, 20, 0.05, social=True)
    senders = send(tmp_path, made, [0] * SENDERS)
    check(tmp_path, made, senders)


@pytest.mark.parametrize("seed", [8_100])
def test_twenty_members_in_any_order_from_four_killed_processes(seed: int, tmp_path: Path) -> None:
    """Where members share nothing, only each one's own order counts."""
    made = stripped(make(seed, 500, 20, 0.0))
    assert all(terms.referral_from == NEVER for terms in made.law.terms)
    senders = send(tmp_path, made, [1, 2, 3, 4])
    check(tmp_path, made, senders)
