"""How fast a replay is, compiled and interpreted, beside the least that anybody must do.

    python tests/bench/replay.py [--events 10000000] [--members 200000] [--interpreted 10000000]

Every contender runs in a process of its own over the same table; a digest gate comes first: both
engines must agree on the interpreted part. The baseline is not a programme: earn per order, sum
per member, no balances, no expiry, no ledger, in one DuckDB query and in pandas.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BASELINE = "SELECT member_id, sum(amount_minor // 1000) AS tokens FROM {source} WHERE type = 'order' GROUP BY member_id"


def main() -> None:
    """Run all contenders and print a table."""
    options = _options()
    if options.contender:
        print(json.dumps(_contend(options)))
        return
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "events.parquet"
        _ask(options, "workload", table)
        _ask(options, "compiled", table, limit=1000)  # compiles, or reads the cache
        whole = _ask(options, "replay", table)
        part = min(options.interpreted, options.events)
        gate = _ask(options, "compiled", table, limit=part)
        phases = _ask(options, "phases", table)
        rows = [_ask(options, "compiled", table), _ask(options, "interpreted", table, limit=part)]
        assert rows[0]["digest"] == whole["digest"], "engine and replay disagree: no figures"
        assert rows[1]["digest"] == gate["digest"], "engines disagree: no figures"
        rows += [whole, _ask(options, "duckdb", table), _ask(options, "pandas", table)]
    _print(rows, phases)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--members", type=int, default=200_000)
    parser.add_argument("--interpreted", type=int, default=10_000_000, help="events for the interpreted engine")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--table", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--limit", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


def _ask(options: argparse.Namespace, contender: str, table: Path, limit: int = 0) -> dict[str, Any]:
    """Run one contender in a process of its own."""
    command = [sys.executable, __file__, "--contender", contender, "--table", str(table), "--limit", str(limit)]
    command += ["--events", str(options.events), "--members", str(options.members)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _contend(options: argparse.Namespace) -> dict[str, Any]:
    if options.contender == "workload":
        from workload import write_workload

        write_workload(options.table, options.events, options.members)
        return {}
    runner = {"duckdb": _duckdb, "pandas": _pandas, "replay": _replay}.get(options.contender, _engine)
    began = time.perf_counter()
    found = runner(options)
    found.setdefault("seconds", time.perf_counter() - began)
    found["contender"] = options.contender
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _source(options: argparse.Namespace) -> Any:
    """Return the table, or its first events."""
    if not options.limit:
        return [options.table]
    import duckdb

    return duckdb.sql(f"SELECT * FROM '{options.table}' LIMIT {options.limit}").to_arrow_table()


def _engine(options: argparse.Namespace) -> dict[str, Any]:
    """From event records in memory to an audited ledger on disk: what the engine itself costs."""
    from workload import PHASES, PROGRAMME

    from rewardsim.engine.audit import Auditor
    from rewardsim.engine.batches import as_objects, event_records
    from rewardsim.engine.journal import Chains
    from rewardsim.engine.luck import Lottery
    from rewardsim.engine.machine import Machine
    from rewardsim.engine.prepare import PreparedEvents
    from rewardsim.engine.recording import Recording
    from rewardsim.programme import parse_programme
    from rewardsim.rules.records import Event, EventLine

    phases = options.contender == "phases"
    programme = parse_programme(PHASES if phases else PROGRAMME)
    prepared = PreparedEvents(_source(options), sorted=True)
    auditor = Auditor(prepared.members, prepared.first_day, prepared.last_day)
    ids = prepared.member_ids().to_pylist()
    chains = Chains(lambda: ids, len(ids))
    seconds, events = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        recording = Recording(programme, Path(folder), auditor, chains)
        engine = "compiled" if phases else options.contender
        sinks = {"sink": recording.entries, "note_sink": recording.notes}
        lottery = Lottery(programme.names, lambda: ids, {})
        machine = Machine(programme.law(), prepared.members, prepared.orders, engine, **sinks, rank=lottery)
        for batch in prepared.batches():
            records, lines, last = event_records(batch, programme.names)
            given = (records, lines, last)
            if not machine.compiled:
                given = (as_objects(records, Event), as_objects(lines, EventLine), last.tolist())
            began = time.perf_counter()
            machine.run(*given)
            seconds += time.perf_counter() - began
            events += len(records)
        began = time.perf_counter()
        machine.finish(prepared.last_day)
        recording.close()
        seconds += time.perf_counter() - began
    digest = auditor.digest(ids, chains.chains)
    return {"seconds": seconds, "events": events, "entries": auditor.entries, "digest": digest}


def _replay(options: argparse.Namespace) -> dict[str, Any]:
    """Everything: names numbered, events read, ledger and events written, the run audited."""
    from workload import PROGRAMME

    from rewardsim.engine.prepare import PreparedEvents
    from rewardsim.engine.replay import replay_events
    from rewardsim.programme import parse_programme

    began = time.perf_counter()
    prepared = PreparedEvents(_source(options), sorted=True)
    with tempfile.TemporaryDirectory() as folder:
        done = replay_events(parse_programme(PROGRAMME), prepared, Path(folder))
    seconds = time.perf_counter() - began
    prepared.close()
    return {
        "seconds": seconds,
        "events": prepared.events,
        "entries": done.entries,
        "digest": done.digest,
        "outcomes": done.outcomes,
    }


def _duckdb(options: argparse.Namespace) -> dict[str, Any]:
    import duckdb

    rows = duckdb.sql(BASELINE.format(source=f"'{options.table}'")).to_arrow_table()
    return {"events": options.events, "entries": rows.num_rows}


def _pandas(options: argparse.Namespace) -> dict[str, Any]:
    import pandas as pd

    events = pd.read_parquet(options.table, columns=["type", "member_id", "amount_minor"])
    orders = events[events["type"] == "order"]
    tokens = (orders["amount_minor"] // 1000).groupby(orders["member_id"]).sum()
    return {"events": options.events, "entries": len(tokens)}


def _print(rows: list[dict[str, Any]], phases: dict[str, Any]) -> None:
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    heads = ("events", "seconds", "ns/event", "peak MB", "rows out")
    print("{:<12} {:>11} {:>9} {:>9} {:>8} {:>11}".format("contender", *heads))
    for row in [phases, *rows]:
        each = row["seconds"] / row["events"] * 1e9
        print(
            f"{row['contender']:<12} {row['events']:>11,} {row['seconds']:>9.2f} {each:>9,.0f}"
            f" {row['peak_mb']:>8,} {row['entries']:>11,}"
        )
    compiled, interpreted, replay, duckdb, pandas = (row["seconds"] / row["events"] for row in rows)
    print(f"engine, ledger written: interpreted / compiled {interpreted / compiled:.0f}x")
    print(f"three phases / phase 1, compiled: {phases['seconds'] / rows[0]['seconds']:.2f}x")
    print(f"whole replay / baseline: DuckDB {replay / duckdb:.1f}x, pandas {replay / pandas:.1f}x", end=" ")
    print("(the baselines keep no ledger)")
    print(f"outcomes {rows[2]['outcomes']}")


if __name__ == "__main__":
    main()
