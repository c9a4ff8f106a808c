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
        _ask(options, "compiled", table, limit=1000)
        rows = [_ask(options, "compiled", table)]
        part = min(options.interpreted, options.events)
        gate = _ask(options, "compiled", table, limit=part)
        rows.append(_ask(options, "interpreted", table, limit=part))
        assert rows[-1]["digest"] == gate["digest"], "engines disagree: no figures"
        rows += [_ask(options, "duckdb", table), _ask(options, "pandas", table)]
    _print(rows)


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
    runner = {"duckdb": _duckdb, "pandas": _pandas}.get(options.contender, _replay)
    began = time.perf_counter()
    found = runner(options)
    found.setdefault("seconds", time.perf_counter() - began)
    found["contender"] = options.contender
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _replay(options: argparse.Namespace) -> dict[str, Any]:
    """Replay with the ledger and the events written; numbering the names is timed apart."""
    from workload import PROGRAMME

    from rewardsim.engine.prepare import PreparedEvents
    from rewardsim.engine.replay import replay_events
    from rewardsim.programme import parse_programme

    source: Any = [options.table]
    if options.limit:
        import duckdb

        source = duckdb.sql(f"SELECT * FROM '{options.table}' LIMIT {options.limit}").to_arrow_table()
    began = time.perf_counter()
    prepared = PreparedEvents(source, sorted=True)
    numbered = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        done = replay_events(parse_programme(PROGRAMME), prepared, Path(folder), engine=options.contender)
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    prepared.close()
    return {
        "seconds": done.seconds,
        "numbering": numbered,
        "events": prepared.events,
        "entries": done.entries,
        "digest": done.digest,
        "disk_mb": size // 2**20,
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


def _print(rows: list[dict[str, Any]]) -> None:
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    heads = ("events", "seconds", "ns/event", "numbering s", "peak MB", "rows out")
    print("{:<12} {:>11} {:>9} {:>9} {:>11} {:>8} {:>11}".format("contender", *heads))
    for row in rows:
        each = row["seconds"] / row["events"] * 1e9
        numbering = f"{row['numbering']:.1f}" if "numbering" in row else "-"
        print(
            f"{row['contender']:<12} {row['events']:>11,} {row['seconds']:>9.2f} {each:>9,.0f} {numbering:>11}"
            f" {row['peak_mb']:>8,} {row['entries']:>11,}"
        )
    compiled, interpreted, duckdb, pandas = (row["seconds"] / row["events"] for row in rows)
    print(f"interpreted / compiled {interpreted / compiled:.0f}x; compiled / DuckDB {compiled / duckdb:.1f}x", end="; ")
    print(f"compiled / pandas {compiled / pandas:.1f}x (the baselines keep no ledger)")
    print(f"outcomes {rows[0]['outcomes']}")


if __name__ == "__main__":
    main()
