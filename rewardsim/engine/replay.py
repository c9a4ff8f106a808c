"""Replay: imported events under a programme, streamed through the law."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from rewardsim.programme import Programme
from rewardsim.rules import codes
from rewardsim.rules.records import Event, EventLine

from .audit import Auditor
from .batches import as_array, as_objects, event_records
from .journal import Chains
from .loop import Outcome
from .luck import Lottery
from .machine import Machine
from .prepare import PreparedEvents
from .recording import Recording


@dataclass
class Replayed:
    """What a replay leaves behind besides its tables on disk."""

    digest: str
    member_ids: Any
    tables: dict[str, Any]  # structured arrays at the end: members, standings (if tiers), ties (if referral)
    auditor: Auditor
    chains: Chains
    draws: dict[str, dict[str, Any]]  # what was drawn, by id of the draw
    last_day: int
    outcomes: dict[str, int]
    seconds: float

    @property
    def entries(self) -> int:
        """Entries of the ledger."""
        return self.auditor.entries

    @property
    def members(self) -> Any:
        """The accounts at the end."""
        return self.tables["members"]


def replay_events(
    programme: Programme,
    prepared: PreparedEvents,
    folder: Path | None,
    *,
    engine: str = "compiled",
    until: int | None = None,
    secrets: Mapping[str, bytes] = MappingProxyType({}),
    progress: Callable[[int, int], None] | None = None,
) -> Replayed:
    """Replay prepared events; write ledger, journal and events as Parquet into ``folder``.

    ``until`` is the day to which accounts are carried on (default: the last event's day).
    ``secrets`` are those of draws, by id; a draw without one is held by a public key.
    ``progress`` is called with (events done, events in all).
    """
    began = time.perf_counter()
    last_day = prepared.last_day if until is None else max(until, prepared.last_day)
    auditor = Auditor(prepared.members, prepared.first_day, last_day)
    member_ids = functools.cache(lambda: prepared.member_ids().to_pylist())
    chains = Chains(member_ids, prepared.members)
    lottery = Lottery(programme.names, member_ids, secrets)
    with Recording(programme, folder, auditor, chains) as recording:
        sinks = {"sink": recording.entries, "note_sink": recording.notes}
        machine = Machine(programme.law(), prepared.members, prepared.orders, engine, **sinks, rank=lottery)
        counts = _run_batches(machine, prepared, programme, recording.outcomes, progress)
        machine.finish(last_day)
    auditor.check(machine.book)
    return Replayed(
        digest=auditor.digest(member_ids(), chains.chains),
        member_ids=prepared.member_ids(),
        tables={name: machine.table(name) for name in ("members", "standings", "ties")},
        auditor=auditor,
        chains=chains,
        draws=lottery.held,
        last_day=last_day,
        outcomes={name: int(counts[code]) for name, code in codes.OUTCOMES.items() if counts[code]},
        seconds=time.perf_counter() - began,
    )


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
