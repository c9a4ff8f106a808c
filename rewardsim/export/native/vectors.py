"""Conformance vectors for the native library: events, and everything the interpreted rules make of them.

    "RSVECTS1"  layout hash  terms' hash (32 bytes)  the counts of COUNTS
    for each member: length of the id, the id, filled up to eight bytes
    events, their lines, 1 where no later event names the order, outcomes, entries, notes
    for each draw that was held: draw, tickets, {member, entry} best first
    for each member: the balances of BALANCES at the end; the digest in hexadecimal

Whole numbers of eight bytes, lowest byte first. ``conform`` reads it, and so may any other language.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rewardsim.engine.audit import Auditor
from rewardsim.engine.batches import as_array, as_objects, event_records
from rewardsim.engine.journal import Chains
from rewardsim.engine.loop import Outcome
from rewardsim.engine.luck import Lottery
from rewardsim.engine.machine import Machine
from rewardsim.engine.prepare import PreparedEvents
from rewardsim.engine.tables import dtype_of
from rewardsim.programme import Programme
from rewardsim.rules.records import Entry, Event, EventLine, Law, Note

from .layout import layout_hash
from .terms import terms_bytes, words

MAGIC = b"RSVECTS1"
COUNTS = ("members", "orders", "events", "lines", "entries", "notes", "rankings", "until")
BALANCES = ("status", "pending", "available", "held", "debt", "shortfall")
SMALL = {"entries": 1 << 10, "rows": 1 << 6}  # rows at first: objects of the interpreter take time to make
Ranking = Callable[[int, list[tuple[int, int]]], list[int]]


@dataclass
class Story:
    """Events as the rules read them; ``orders`` in them are numbers, ``last`` marks an order's last mention."""

    law: Law
    ids: list[str]
    orders: int
    events: Any
    lines: Any
    last: Any
    until: int
    rank: Ranking


@dataclass
class Told:
    """What the rules made of a story."""

    outcomes: Any
    entries: Any
    notes: Any
    members: Any
    digest: str
    rankings: list[tuple[int, list[tuple[int, int]]]] = field(default_factory=list)


def story_of(programme: Programme, table: Any, order: str = "occurred", until: int | None = None) -> Story:
    """Return a canonical event table as a story of a programme; draws are ranked by their public keys."""
    prepared = PreparedEvents(table, order)
    try:
        ids = prepared.member_ids().to_pylist()
        events, lines, last = _joined([event_records(batch, programme.names) for batch in prepared.batches()])
        day = prepared.last_day if until is None else until
        return Story(
            programme.law(), ids, prepared.orders, events, lines, last, day, Lottery(programme.names, lambda: ids, {})
        )
    finally:
        prepared.close()


def _joined(parts: list[tuple[Any, Any, Any]]) -> tuple[Any, Any, Any]:
    """Return batches as one; each batch counts its lines from 0."""
    before = 0
    for events, lines, _ in parts:
        events["line_first"] += before
        before += len(lines)
    events, lines, last = (np.concatenate([part[place] for part in parts]) for place in range(3))
    return events, lines, last


def tell(story: Story, engine: str = "interpreted") -> Told:
    """Run a story through one of the engines and keep everything."""
    entries, notes = _Kept(Entry), _Kept(Note)
    rankings: list[tuple[int, list[tuple[int, int]]]] = []

    def rank(draw: int, tickets: list[tuple[int, int]]) -> list[int]:
        places = story.rank(draw, tickets)
        rankings.append((draw, [tickets[place] for place in places]))
        return places

    room = {} if engine == "compiled" else SMALL
    machine = Machine(story.law, len(story.ids), story.orders, engine, entries, note_sink=notes, rank=rank, **room)
    outcomes = _run(machine, story)
    machine.finish(story.until)
    told = Told(outcomes, entries.rows(), notes.rows(), machine.table("members"), "", rankings)
    told.digest = digest_of(story.ids, told.entries, told.notes)
    return told


def digest_of(ids: Sequence[str], entries: Any, notes: Any) -> str:
    """Return the digest of a ledger and journal, as a replay gives it."""
    days = entries["day"]
    auditor = Auditor(len(ids), int(days.min(initial=0)), int(days.max(initial=0)))
    auditor.read(entries)
    chains = Chains(lambda: list(ids), len(ids))
    if len(notes):
        chains.read(notes)
    names = list(ids)
    rows: Any = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    return auditor.digest(names, chains.chains, rows)


def vector_bytes(story: Story, told: Told) -> bytes:
    """Return a story and what became of it as a vector file."""
    terms = terms_bytes(story.law)
    counts = [len(story.ids), story.orders, len(story.events), len(story.lines), len(told.entries), len(told.notes)]
    counts += [len(told.rankings), story.until]
    parts = [MAGIC, struct.pack("<Q", layout_hash()), terms[-hashlib.sha256().digest_size :], words(counts)]
    for name in story.ids:
        parts += [words([len(name.encode())]), padded(name.encode())]
    for rows in (story.events, story.lines, story.last, told.outcomes, told.entries, told.notes):
        parts.append(np.ascontiguousarray(rows).tobytes())
    for draw, tickets in told.rankings:
        parts.append(words([draw, len(tickets), *(number for ticket in tickets for number in ticket)]))
    for name in BALANCES:
        parts.append(np.ascontiguousarray(told.members[name]).tobytes())
    return b"".join([*parts, told.digest.encode()])


def write_vectors(path: Path, story: Story, engine: str = "interpreted") -> Told:
    """Tell a story and write its vector file; return what was told."""
    told = tell(story, engine)
    path.write_bytes(vector_bytes(story, told))
    return told


def padded(text: bytes) -> bytes:
    """Return bytes filled up with zeros to a multiple of eight."""
    return text + bytes(-len(text) % 8)


def _run(machine: Machine, story: Story) -> Any:
    events, lines, last = story.events.copy(), story.lines.copy(), np.ascontiguousarray(story.last, dtype=np.int64)
    if machine.compiled:
        return machine.run(events, lines, last)
    return as_array(machine.run(as_objects(events, Event), as_objects(lines, EventLine), last.tolist()), Outcome)


class _Kept:
    """A sink that keeps all rows."""

    def __init__(self, record: type) -> None:
        self._record = record
        self._parts: list[Any] = []

    def __call__(self, rows: Any, count: int) -> None:
        part = as_array(rows[:count], self._record) if isinstance(rows, list) else rows[:count].copy()
        self._parts.append(part)

    def rows(self) -> Any:
        """Everything kept, as one array."""
        return np.concatenate([np.zeros(0, dtype_of(self._record)), *self._parts])
