"""The whole model: the reference programme and population, one year through its three phases, no ledger kept.

    python tests/bench/whole.py [--quick] [--sizes 10000 ... 5000000] [--runs 3] [--threads 2]

Each size runs in a process of its own, after a warm-up of 1,000 members. Seconds are those of the
whole call: people drawn, lived, audited, digest made; those of the processor count all threads and
tell what a busy machine hides. The slope is that of the logarithm of
seconds over that of members: 1 is linear, more is worse.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PROGRAMME = ROOT / "data" / "programmes" / "reward-mi.toml"
POPULATION = ROOT / "data" / "populations" / "india-2017.toml"
DAYS = 365
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 2_000_000, 5_000_000)
QUICK = (10_000, 30_000, 100_000)
# members: seconds and GiB at most, on two cores
PROMISES = {1_000_000: (20.0, None), 5_000_000: (120.0, 6.0)}


def main() -> None:
    """Run all sizes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="up to 100,000 members, one run each")
    parser.add_argument("--sizes", type=int, nargs="*")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--members", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.members:
        print(json.dumps(contend(options.members, options.runs, options.threads)))
        return
    sizes = options.sizes or (QUICK if options.quick else SIZES)
    runs = 1 if options.quick else options.runs
    _ask(1000, 1, options.threads)  # compiles, or reads the cache
    print(f"{os.cpu_count()} cores, {options.threads} threads, load {os.getloadavg()[0]:.1f} before; {DAYS} days")
    heads = ("in the end", "purchases", "events", "seconds", "of these days", "processor s", "us/member", "peak GiB")
    print("{:>10} {:>11} {:>11} {:>11} {:>24} {:>14} {:>12} {:>10} {:>9}".format("members", *heads))
    rows = []
    for members in sizes:
        rows.append(_ask(members, runs, options.threads))
        _print(rows[-1])
    for run in ("seconds", "processor"):
        print(f"slope of {run}, {sizes[0]:,} to {sizes[-1]:,} members: {slope(rows, run):.3f}")
    print(f"load {os.getloadavg()[0]:.1f} after")


def contend(members: int, runs: int, threads: int) -> dict[str, Any]:
    """Warm up, then run one size; to be called in a process of its own."""
    from peers.contenders import peak_kib

    _run(1000, 0, threads)
    found = [_run(members, 1 + run, threads) for run in range(runs)]
    return {"asked": members, "runs": found, "peak_kib": peak_kib()}


def _run(members: int, seed: int, threads: int) -> dict[str, Any]:
    from rewardsim.behaviour import measures
    from rewardsim.engine.simulation import simulate_population
    from rewardsim.population import load_population
    from rewardsim.programme import load_programme

    programme, population = load_programme(PROGRAMME), load_population(POPULATION)
    first_day = int(np.datetime64(programme.starts).astype(int))
    ticks: list[float] = []
    began, processor = time.perf_counter(), time.process_time()
    done = simulate_population(
        programme,
        population,
        members=members,
        first_day=first_day,
        last_day=first_day + DAYS - 1,
        seed=seed,
        threads=threads,
        progress=lambda *_: ticks.append(time.perf_counter()),
    )
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "processor": time.process_time() - processor,
        "days": ticks[-1] - began if len(ticks) < 2 else (ticks[-1] - ticks[0]) * DAYS / (DAYS - 1),
        "members": done.members,
        "purchases": int(done.tally[..., measures.PURCHASES].sum()),
        "events": sum(done.outcomes.values()),
    }


def _ask(members: int, runs: int, threads: int) -> dict[str, Any]:
    """Run one size in a process of its own."""
    command = [sys.executable, __file__, "--members", str(members), "--runs", str(runs), "--threads", str(threads)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _print(row: dict[str, Any]) -> None:
    seconds = [run["seconds"] for run in row["runs"]]
    spread = f"{median(seconds):.2f} ({min(seconds):.2f} to {max(seconds):.2f})"
    middle = {name: median(run[name] for run in row["runs"]) for name in row["runs"][0]}
    gib = row["peak_kib"] / (1 << 20)
    each = middle["seconds"] / row["asked"] * 1e6
    print(
        f"{row['asked']:>10,} {middle['members']:>11,.0f} {middle['purchases']:>11,.0f} {middle['events']:>11,.0f}"
        f" {spread:>24} {middle['days']:>14.2f} {middle['processor']:>12.2f} {each:>10.1f} {gib:>9.2f}"
        + _promise(row["asked"], middle["seconds"], gib)
    )


def _promise(members: int, seconds: float, gib: float) -> str:
    if members not in PROMISES:
        return ""
    most, memory = PROMISES[members]
    held = seconds <= most and (memory is None or gib <= memory)
    return f"  promised {most:.0f} s" + (f", {memory:.0f} GiB" if memory else "") + (": held" if held else ": NOT HELD")


def slope(rows: list[dict[str, Any]], run: str) -> float:
    """Return the slope of log seconds over log members, by least squares."""
    members = np.log([row["asked"] for row in rows])
    seconds = np.log([median(each[run] for each in row["runs"]) for row in rows])
    return float(np.polyfit(members, seconds, 1)[0])


if __name__ == "__main__":
    main()
