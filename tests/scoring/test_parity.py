"""The scorer does what a replay of the same events does: every outcome, entry and note, and one digest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oracle.generate import coverage
from oracle.histories import unreached
from oracle.ledger import Result

from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE
from rewardsim.scoring import MemoryStore, Scorer, SqliteStore
from rewardsim.scoring.reply import day_text
from scoring.made import Made, digest_of, make

SEEDS = [(seed, seed % 2 == 1) for seed in range(20)]
EVENTS = 1_000_000


def entry_told(entry: dict[str, Any]) -> tuple[Any, ...]:
    """An entry of a replay in the scorer's words."""
    accounts, reasons = list(codes.ACCOUNTS), list(codes.REASONS)
    expiry = entry["expiry_day"]
    return (
        known(entry["event"]), known(entry["ordinal"]), day_text(entry["day"]), accounts[entry["source"]],
        accounts[entry["target"]], entry["tokens"], known(entry["lot"]),
        None if expiry in (NONE, NEVER) else day_text(expiry), f"rule {entry['rule']}", reasons[entry["reason"]],
        entry["order"],
    )  # fmt: skip


def known(number: int) -> int | None:
    return None if number == NONE else number


ENTRY = ("ordinal", "day", "source", "target", "tokens", "lot", "expiry_day", "rule", "reason", "order_id")


def ledgers(result: Result) -> dict[str, list[tuple[Any, ...]]]:
    """Each member's ledger in a replay."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for entry in result.entries:
        found.setdefault(f"m{entry['member']}", []).append(entry_told(entry)[1:])
    return found


def kept(scorer: Scorer) -> dict[str, list[tuple[Any, ...]]]:
    """Each member's ledger in a store; lines are numbered without a gap."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for entry in scorer.store.ledger():
        mine = found.setdefault(entry["member_id"], [])
        assert entry["line"] == len(mine)
        mine.append(tuple(entry[name] for name in ENTRY))
    return found


def check(made: Made, scorer: Scorer) -> Result:
    """Let the history happen and compare with the replay."""
    expected = made.replay()
    outcomes = [scorer.apply(event).status for event in made.events]
    assert outcomes == expected.outcomes
    scorer.advance_to(made.until)
    assert kept(scorer) == ledgers(expected)
    assert scorer.digest() == digest_of(expected)
    return expected


@pytest.mark.parametrize(("seed", "social"), SEEDS)
def test_in_memory(seed: int, social: bool) -> None:
    made = make(seed, 250, 10, 0.1 * (seed % 3 == 0), social)
    check(made, made.scorer(MemoryStore()))


@pytest.mark.parametrize(("seed", "social"), SEEDS)
def test_in_a_file(seed: int, social: bool, tmp_path: Path) -> None:
    made = make(seed, 120, 10, 0.1 * (seed % 3 == 0), social)
    check(made, made.scorer(SqliteStore(tmp_path / "store.db")))


def histories(total: int, seed: int, count: int, members: int) -> Iterator[Made]:
    """Histories of so many events together; every other one is social, every third has late events."""
    while total > 0:
        made = make(seed, count, members, 0.05 * (seed % 3 == 0), seed % 2 == 1)
        total -= len(made.events)
        seed += 1
        yield made


@pytest.mark.slow
def test_a_million_random_events_in_memory() -> None:
    reached: set[str] = set()
    notes: dict[tuple[int, int], Any] = {}
    for made in histories(EVENTS, 2_000_000, 5_000, 200):
        expected = check(made, made.scorer(MemoryStore()))
        reached |= set(expected.outcomes)
        notes.update(((note["kind"], note["cause"]), note) for note in expected.notes)
    assert coverage(reached) == ["no_friend"], "no canonical event invites nobody"
    assert unreached(notes.values()) == []


@pytest.mark.slow
def test_a_hundred_thousand_random_events_in_files(tmp_path: Path) -> None:
    for place, made in enumerate(histories(EVENTS // 10, 3_000_000, 500, 30)):
        check(made, made.scorer(SqliteStore(tmp_path / f"{place}.db")))
