"""Replay: imported events under a programme, streamed through the law."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rewardsim.programme import Programme
from rewardsim.rules import codes
from rewardsim.rules.records import Entry, Event, EventLine

from .audit import Auditor
from .batches import as_array, as_objects, event_records
from .loop import Outcome
from .machine import Machine
from .prepare import PreparedEvents
from .writing import Background, EventWriter, LedgerWriter


@dataclass
class Replayed:
    """What a replay leaves behind besides its tables on disk."""

    digest: str
    member_ids: Any
    members: Any  # structured array of the member records at the end
    auditor: Auditor
    entries: int
    last_day: int
    outcomes: dict[str, int]
    seconds: float


def replay_events(
    programme: Programme,
    prepared: PreparedEvents,
    folder: Path | None,
    *,
    engine: str = "compiled",
    until: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Replayed:
    """Replay prepared events; write ``ledger.parquet`` and ``events.parquet`` into ``folder``.

    ``until`` is the day to which accounts are carried on (default: the last event's day).
    ``progress`` is called with (events done, events in all).
    """
    began = time.perf_counter()
    last_day = prepared.last_day if until is None else max(until, prepared.last_day)
    auditor = Auditor(prepared.members, prepared.first_day, last_day)
    with _files(programme, folder) as (ledger, events_file), contextlib.closing(Background()) as background:

        def sink(entries: Any, count: int) -> None:
            batch = as_array(entries[:count], Entry) if isinstance(entries, list) else entries[:count]
            background.submit(auditor.read, batch)
            if ledger:
                background.submit(ledger.write, batch)

        def keep(batch: Any, outcomes: Any) -> None:
            if events_file:
                background.submit(events_file.write, batch, outcomes)

        machine = Machine(programme.law(), prepared.members, prepared.orders, engine, sink)
        counts = _run_batches(machine, prepared, programme, keep, progress)
        machine.finish(last_day)
    auditor.check(machine.book)
    ids = prepared.member_ids()
    outcomes = {name: int(counts[code]) for name, code in codes.OUTCOMES.items() if counts[code]}
    digest = auditor.digest(ids.to_pylist())
    seconds = time.perf_counter() - began
    return Replayed(digest, ids, machine.members(), auditor, auditor.entries, last_day, outcomes, seconds)


@contextlib.contextmanager
def _files(programme: Programme, folder: Path | None) -> Iterator[tuple[LedgerWriter | None, EventWriter | None]]:
    """Open the run's two large tables, if there is a folder for them, and close them in any case."""
    if folder is None:
        yield None, None
        return
    ledger = LedgerWriter(folder / "ledger.parquet", programme.names.rules)
    events_file = EventWriter(folder / "events.parquet")
    with contextlib.closing(ledger), contextlib.closing(events_file):
        yield ledger, events_file


def _run_batches(
    machine: Machine,
    prepared: PreparedEvents,
    programme: Programme,
    keep: Callable[[Any, Any], None],
    progress: Callable[[int, int], None] | None,
) -> Any:
    """Run every batch; return how many events had each outcome code."""
    counts = np.zeros(max(codes.OUTCOMES.values()) + 1, dtype=np.int64)
    done = 0
    for batch in prepared.batches():
        outcomes = _run(machine, batch, programme)
        counts += np.bincount(outcomes["code"], minlength=len(counts))
        keep(batch, outcomes)
        done += batch.num_rows
        if progress:
            progress(done, prepared.events)
    return counts


def _run(machine: Machine, batch: Any, programme: Programme) -> Any:
    """Run one Arrow batch through a machine; return the outcomes as an array."""
    events, lines, last_mention = event_records(batch, programme.names)
    if machine.compiled:
        return machine.run(events, lines, last_mention)
    outcomes = machine.run(as_objects(events, Event), as_objects(lines, EventLine), last_mention.tolist())
    return as_array(outcomes, Outcome)
