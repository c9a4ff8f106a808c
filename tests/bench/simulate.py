"""How fast a population lives, beside the same model written with other tools; correctness first.

    python tests/bench/simulate.py [--quick] [--members 200000] [--rounds 5] [--runs 2] [--json FILE]

``peers/model.py`` defines the model. Every contender runs in processes of its own, in turns (so that
a noisy minute hits all of them), after one warm-up each; nothing is left out as an outlier. Programs in
pure Python are given a fortieth of the members, the others all. Traits and streams are drawn
beforehand; what is timed goes from them in memory to results in memory, and for rewardsim that includes
its ledger, the audit of every entry and the digest. Processor seconds, of all threads, tell what a busy
machine hides. No figure is printed unless the gate holds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from peers import gate
from peers.contenders import CONTENDERS, contend, prepare
from peers.model import DAYS, FIRST_DAY, Traits, load

HERE = Path(__file__).parent
PREPARE = "prepare"
SLOWER = 40  # times fewer members for programs in pure Python
# What rewardsim promises: purchases a second against another's, at least so many times.
PROMISES = {"simpy": 100.0, "mesa": 100.0, "numpy": 3.0, "c": 1 / 1.5}


def main() -> None:
    """Run all contenders and print a table."""
    options = _options()
    if options.contender == PREPARE:
        prepare(options.folder, options.members)
        return
    if options.contender:
        print(json.dumps(contend(options.contender, options.folder, options.members, options.seeds)))
        return
    print(_machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _child(PREPARE, folder, options.members, [])
        _child("ours-1", folder, 100, [1])  # compiles, or reads the cache
        rows = _rounds(options, folder)
        faults = _gate(rows, folder)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")
    if faults:
        raise SystemExit("no figures: programs disagree\n" + "\n".join(faults))
    _print(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="20,000 members, one round of two runs")
    parser.add_argument("--members", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=2, help="timed runs in each round")
    parser.add_argument("--only", nargs="*", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--json", type=Path, help="where to write every run")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seeds", type=int, nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.quick:
        options.members, options.rounds = 20_000, 1
    return options


def _machine() -> str:
    model = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    compiler = subprocess.run(["cc", "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "simpy", "mesa"))
    return (
        f"{model[0] if model else platform.machine()}, {os.cpu_count()} cores, {memory} GiB, "
        f"load {os.getloadavg()[0]:.1f} before; Python {platform.python_version()}, {packages}; {compiler}"
    )


def _rounds(options: argparse.Namespace, folder: Path) -> dict[str, dict[str, Any]]:
    """Let every contender run in turns; return its runs by name."""
    rows: dict[str, dict[str, Any]] = {}
    for turn in range(options.rounds):
        seeds = [1 + turn * options.runs + run for run in range(options.runs)]
        for name in options.only:
            print(f"\r{name}, round {turn + 1} of {options.rounds} ".ljust(60), end="", file=sys.stderr)
            members = max(1, options.members // (SLOWER if CONTENDERS[name].slow else 1))
            row = _ask(name, folder, members, seeds)
            known = rows.setdefault(name, row)
            if known is not row:
                known["runs"] += row["runs"]
                known["peak_kib"] = max(known["peak_kib"], row["peak_kib"])
    print("\r".ljust(60), end="\r", file=sys.stderr)
    return rows


def _ask(name: str, folder: Path, members: int, seeds: list[int]) -> dict[str, Any]:
    return dict(json.loads(_child(name, folder, members, seeds).splitlines()[-1]))


def _child(name: str, folder: Path, members: int, seeds: list[int]) -> str:
    """Run one contender in a process of its own; return what it prints."""
    command = [sys.executable, __file__, "--contender", name, "--folder", str(folder), "--members", str(members)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    command += ["--seeds", *map(str, seeds)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def _gate(rows: dict[str, dict[str, Any]], folder: Path) -> list[str]:
    """Return what any contender's numbers have against them, and note how far off each is."""
    faults = []
    references: dict[int, gate.Reference] = {}
    for name, row in rows.items():
        traits: Traits = load(folder, row["members"])
        if row["members"] not in references:
            references[row["members"]] = gate.reference(folder, traits, FIRST_DAY)
        known = references[row["members"]]
        totals = [run["totals"] for run in row["runs"]]
        row["worst"] = known.worst(totals)
        found = [*known.faults(totals), *(fault for run in row["runs"] for fault in run["faults"])]
        faults += [f"{name}: {fault}" for fault in found]
    for name in ("ours-1", "ours-2"):
        if name in rows and "c" in rows and _days(rows[name]) != _days(rows["c"]):
            faults.append(f"{name}: luck is the same as that of C, but some day's numbers are not")
    return faults


def _days(row: dict[str, Any]) -> list[str]:
    return [run["daily"] for run in row["runs"]]


def _print(rows: dict[str, dict[str, Any]]) -> None:
    print(f"{DAYS} days; seconds are the median, and in brackets the least and the most, of the runs")
    heads = ("members", "purchases", "runs", "seconds", "processor s", "purchases/s", "peak MB", "off, s.e.")
    print("{:<12} {:>9} {:>11} {:>5} {:>25} {:>12} {:>12} {:>8} {:>9}  {}".format("contender", *heads, "what"))
    for name, row in rows.items():
        seconds = [run["seconds"] for run in row["runs"]]
        spread = f"{median(seconds):.3f} ({min(seconds):.3f} to {max(seconds):.3f})"
        bought = median(run["totals"][0] for run in row["runs"])
        print(
            f"{name:<12} {row['members']:>9,} {bought:>11,.0f} {len(seconds):>5} {spread:>25}"
            f" {median(run['processor'] for run in row['runs']):>12.3f} {_speed(row):>12,.0f}"
            f" {row['peak_kib'] / 1024:>8,.0f} {row['worst']:>9.1f}  {CONTENDERS[name].what}"
        )
    print("gate: totals within 4 standard errors of the reference, every token accounted for", end="")
    print(", rewardsim and C equal on every day" if {"c", "ours-1"} <= rows.keys() else "")
    for ours in ("ours-1", "ours-2"):
        if ours in rows:
            print("\n".join(_promise(ours, other, rows) for other in rows if not other.startswith("ours")))
    print(f"load {os.getloadavg()[0]:.1f} after")


def _speed(row: dict[str, Any], clock: str = "seconds") -> float:
    return median(run["totals"][0] / run[clock] for run in row["runs"])


def _promise(ours: str, other: str, rows: dict[str, dict[str, Any]]) -> str:
    """Say how many times as fast one contender is as another, by the wall and by processor time."""
    times, work = (_speed(rows[ours], clock) / _speed(rows[other], clock) for clock in ("seconds", "processor"))
    said = f"  {ours} / {other}: {times:.2f}x, for the same processor time {work:.2f}x"
    if other not in PROMISES:
        return said
    return f"{said}; promised {PROMISES[other]:.2f}x: {'held' if times >= PROMISES[other] else 'NOT HELD'}"


if __name__ == "__main__":
    main()
