"""How fast one process scores, one event after the other: in memory without and with JSON, and over SQLite.

    python tests/bench/scoring.py [--events 60000] [--members 5000] [--repeat 3]

The stream is that of ``workload``: phase 1 alone (PROGRAMME) and with referral, tiers and a draw
(PHASES). The digest gate comes first: the scorer's ledger is that of the compiled replay. Times are
of runs of 1,000 events, the garbage collector quiet as in ``rewardsim score``: the best, and the
median. "law" is the rules alone: no scorer that runs them in plain Python can be faster than that.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from workload import PHASES, PROGRAMME, write_workload  # noqa: E402

from rewardsim.engine.prepare import PreparedEvents  # noqa: E402
from rewardsim.engine.replay import replay_events  # noqa: E402
from rewardsim.programme import Programme, parse_programme  # noqa: E402
from rewardsim.scoring import MemoryStore, Scorer, SqliteStore, commands, desk  # noqa: E402
from rewardsim.scoring.store import Store  # noqa: E402
from rewardsim.scoring.told import read_event  # noqa: E402

RUN = 1000
DAYS = ("occurred_day", "expiry_day", "birthday")
PROMISED = {"without JSON": 25, "with JSON": 60}


def main() -> None:
    """Measure both programmes and print a table."""
    options = _options()
    processor = platform.processor() or platform.machine()
    print(f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'rules':<9} {'what':<22} {'best':>7} {'median':>7} {'promised':>9}  microseconds an event; load average")
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "events.parquet"
        write_workload(table, options.events, options.members)
        events = _events(table)
        for name, text in (("phase 1", PROGRAMME), ("phases", PHASES)):
            programme = parse_programme(text)
            _gate(programme, table, events)
            for what, times in _measured(programme, events, Path(folder), options.repeat):
                load = " ".join(f"{value:.1f}" for value in os.getloadavg())
                figures = f"{times[0]:7.1f} {times[len(times) // 2]:7.1f} {PROMISED.get(what, ''):>9}"
                print(f"{name:<9} {what:<22} {figures}  {load}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--members", type=int, default=5_000)
    parser.add_argument("--repeat", type=int, default=3)
    return parser.parse_args()


def _events(table: Path) -> list[dict[str, Any]]:
    """The table's events as production gets them."""
    import pyarrow.parquet as pq

    rows = pq.read_table(table).to_pylist()
    for row in rows:
        for name in DAYS:
            row[name] = row[name].isoformat() if row[name] is not None else None
    return list(rows)


def scorer_of(programme: Programme, store: Store) -> Scorer:
    """A scorer of the programme."""
    return Scorer(programme.law(), programme.names, store, bundle_hash="0" * 64, programme=programme.id)


def _gate(programme: Programme, table: Path, events: list[dict[str, Any]]) -> None:
    """No figures without the replay's digest."""
    prepared = PreparedEvents([table], sorted=True)
    replayed = replay_events(programme, prepared, None)
    prepared.close()
    scorer = scorer_of(programme, MemoryStore())
    for event in events:
        scorer.apply(event)
    scorer.advance_to(replayed.last_day)
    assert scorer.digest() == replayed.digest, "scorer and replay disagree: no figures"


def _measured(
    programme: Programme, events: list[dict[str, Any]], folder: Path, repeat: int
) -> Iterable[tuple[str, list[float]]]:
    lines = [json.dumps(event).encode() for event in events]
    yield "law", sorted(time for _ in range(repeat) for time in _law(programme, events))
    names = programme.names
    yield "reading", sorted(time for _ in range(repeat) for time in _times(events, lambda e: read_event(e, names)))

    def again(
        make: Callable[[], Scorer], given: list[Any], how: Callable[[Scorer], Callable[[Any], Any]]
    ) -> list[float]:
        return sorted(time for _ in range(repeat) for time in _times(given, how(make())))

    def memory() -> Scorer:
        return scorer_of(programme, MemoryStore())

    yield "without JSON", again(memory, events, lambda scorer: scorer.apply)
    yield "with JSON", again(memory, lines, lambda scorer: lambda line: commands.answer(scorer, 1, line))
    path = folder / f"{programme.hash}.db"
    scorer = scorer_of(programme, SqliteStore(path))
    yield "SQLite with JSON", sorted(_times(lines[: len(lines) // 6], lambda line: commands.answer(scorer, 1, line)))
    scorer.store.close()


def _times(given: list[Any], do: Callable[[Any], Any]) -> list[float]:
    """Microseconds an event, of each run of events."""
    gc.collect()
    found = []
    with commands.few_collections() as look:
        for first in range(0, len(given) - RUN + 1, RUN):
            began = time.perf_counter()
            for place, one in enumerate(given[first : first + RUN], first):
                do(one)
                look(place)
            found.append((time.perf_counter() - began) / RUN * 1e6)
    return found


def _law(programme: Programme, events: list[dict[str, Any]]) -> list[float]:
    """Time spent in ``apply`` and nothing around it."""
    spent: list[float] = []
    real = desk.apply

    def timed(*given: Any) -> int:
        began = time.perf_counter()
        code = real(*given)
        spent.append(time.perf_counter() - began)
        return code

    desk.apply = timed
    try:
        scorer = scorer_of(programme, MemoryStore())
        with commands.few_collections():
            for event in events:
                scorer.apply(event)
    finally:
        desk.apply = real
    return [sum(spent[first : first + RUN]) / RUN * 1e6 for first in range(0, len(spent) - RUN + 1, RUN)]


if __name__ == "__main__":
    main()
