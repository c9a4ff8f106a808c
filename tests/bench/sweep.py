"""What the runner of sweeps costs, and how many scenarios it lives, beside other programs' batch runners.

    python tests/bench/sweep.py [--quick] [--scenarios 1000] [--peers 24] [--rounds 5] [--json FILE]

First the overhead: lives of about a second each, in a bare loop that calls the engine and nothing else, and by
``rs.sweep`` (serial, and with one worker process), in turns; whatever the runner does beside living is
overhead: sending, counting, keeping each life on disk, writing the sweep. Promised: at most 5 %.

Then many short scenarios, of 10,000 members over 180 days: the reduced model of ``peers/sweep_model.py``,
with one parameter varied, on all processors. The other programs get fewer scenarios, evenly spread over
the same range; what is compared is scenarios a second. radCAD wants an older numpy, so it runs in an
environment of its own (uv). No figure is printed unless every program's totals are within 4.5 standard
errors of the reference, and unless rewardsim finds the same numbers again with one worker.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from peers import sweep_model
from peers.contenders import clocks, peak_kib, since

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROMISED = 0.05
RADCAD = ("uv", "run", "--no-project", "--with", "radcad>=0.14", "--python", "3.11", "python")
MEMBERS = 10_000
SHOWN = 10  # looks at the driver's memory


def main() -> None:
    """Measure and print."""
    options = _options()
    if options.part:
        print(json.dumps(PARTS[options.part](options)))
        return
    print(_machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = {"overhead": _child("overhead", folder, options)} if "overhead" in options.only else {}
        if "overhead" in rows:
            _print_overhead(rows["overhead"])
        if "scenarios" in options.only:
            rows["scenarios"] = _scenarios(folder, options)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="40 scenarios, 2 of the peers, one round")
    parser.add_argument("--scenarios", type=int, default=1_000)
    parser.add_argument("--peers", type=int, default=24, help="scenarios of the other programs")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=["overhead", "scenarios"], default=["overhead", "scenarios"])
    parser.add_argument("--json", type=Path, help="where to write every figure")
    parser.add_argument("--part", choices=["overhead", "ours", "again", "traits"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.quick:
        options.scenarios, options.peers, options.rounds = 40, 2, 1
    return options


def _machine() -> str:
    cpu = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "mesa"))
    return (
        f"{cpu[0] if cpu else platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before;"
        f" Python {platform.python_version()}, {packages}"
    )


def _child(part: str, folder: Path, options: argparse.Namespace) -> Any:
    """Run a part in a process of its own."""
    words = ["--part", part, "--folder", str(folder), "--rounds", str(options.rounds)]
    words += ["--scenarios", str(options.scenarios), "--peers", str(options.peers)]
    command = [sys.executable, __file__, *words, "--processes", str(options.processes)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


# ---------------------------------------------------------------- overhead


def overhead(options: argparse.Namespace) -> dict[str, Any]:
    """Time the same lives in a bare loop and by the runner, in turns; seconds by way and round."""
    from datetime import date

    from rewardsim.engine.simulation import simulate_population
    from rewardsim.experiments.scenarios import Scenario, Scenarios, Setting, SweepPlan
    from rewardsim.experiments.sweeps.sweep import sweep
    from rewardsim.experiments.sweeps.workers import workers
    from rewardsim.population import load_population
    from rewardsim.programme import load_programme

    lives = 4 if options.rounds == 1 else 10
    law = load_programme(ROOT / "data/programmes/reward-mi.toml")
    people = load_population(ROOT / "data/populations/india-2017.toml")
    days = (date(2017, 6, 15), date(2018, 6, 14))
    members = 20_000
    base = Scenario.of("base", law, people)
    took: dict[str, list[float]] = {"bare loop": [], "serial": [], "one worker": []}
    work: dict[str, list[float]] = {"bare loop": [], "serial": []}

    def bare(seed: int) -> None:
        setting = Setting(members, *days)
        span = {"first_day": setting.first_day, "last_day": setting.last_day}
        for replicate in range(lives):
            simulate_population(law, people, members=members, seed=seed, replicate=replicate, threads=1, **span)

    def swept(seed: int, by: Any) -> None:
        plan = SweepPlan("", Scenarios(base), Setting(members, *days, seed, False), lives)
        sweep(plan, workers=by, out=options.folder / f"overhead-{time.monotonic_ns()}")

    with workers("processes", 1) as crew:
        ways = {"bare loop": bare, "serial": lambda seed: swept(seed, "serial")}
        ways["one worker"] = lambda seed: swept(seed, crew)
        for seed in range(options.rounds + 1):  # the first round warms up
            for name, way in ways.items():
                began = clocks()
                way(seed)
                wall, processor = since(began)
                took[name] += [wall] if seed else []
                if seed and name in work:
                    work[name].append(processor)
    return {"lives": lives, "seconds": took, "processor": work}


def _print_overhead(found: dict[str, Any]) -> None:
    lives, bare = found["lives"], found["seconds"]["bare loop"]
    print(f"overhead: {lives} lives a round, {median(bare) / lives:.2f} s each in a bare loop")
    for name in ("serial", "one worker"):
        shares = _shares(found["seconds"], name)
        held = "held" if median(shares) <= PROMISED else "NOT HELD"
        spread = f"{min(shares):+.1%} to {max(shares):+.1%}"
        print(f"  {name:<12}{median(shares):+7.1%} of a bare loop ({spread}); promised {PROMISED:.0%}: {held}")
    worked = median(_shares(found["processor"], "serial"))
    print(f"  serial      {worked:+7.1%} by processor seconds, which a busy machine bends less")


def _shares(took: dict[str, list[float]], name: str) -> list[float]:
    """Return what a way takes beyond the bare loop of the same round, as a share of it."""
    return [one / other - 1 for one, other in zip(took[name], took["bare loop"], strict=True)]


# ---------------------------------------------------------------- many short scenarios


def traits(options: argparse.Namespace) -> dict[str, Any]:
    """Write the members' traits, and what their totals should be for the first and the last scenario."""
    sweep_model.write_traits(options.folder, MEMBERS)
    pers = (sweep_model.PER_FIRST, sweep_model.PER_LAST)
    return {str(per): sweep_model.expected(options.folder, MEMBERS, per) for per in pers}


def ours(options: argparse.Namespace, processes: int = 0, count: int = 0) -> dict[str, Any]:
    """Live all scenarios by ``rs.sweep``; look at this process's memory as they come in."""
    from datetime import date, timedelta

    from peers.model import FIRST_DAY
    from peers.ours import programme

    from rewardsim.experiments.scenarios import Change, Scenarios, Setting, SweepPlan
    from rewardsim.experiments.scenarios.scenario import Builder
    from rewardsim.experiments.sweeps.sweep import sweep
    from rewardsim.population import parse_population

    count, processes = count or options.scenarios, processes or options.processes
    first = date(1970, 1, 1) + timedelta(FIRST_DAY)
    builder = Builder(programme(), parse_population(sweep_model.POPULATION))
    path = "programme.earning.purchase.rate.per"
    pers = sweep_model.scenarios(count)
    began = time.perf_counter()
    made = [builder.scenario(str(per), [Change(path, f"{per / 100:.2f}")]) for per in pers]
    built = time.perf_counter() - began
    setting = Setting(MEMBERS, first, first + timedelta(sweep_model.DAYS - 1), sweep_model.SEED, False)
    plan = SweepPlan("", Scenarios(made[0], tuple(made[1:])), setting, 1, ("purchases", "issued"))
    memory: list[int] = []

    def look(now: Any) -> None:
        if now.lives * SHOWN >= (len(memory) + 1) * now.of:
            memory.append(_resident_kib())

    run = sweep(plan, workers="processes", jobs=processes, out=options.folder / f"ours-{processes}", progress=look)
    seconds = time.perf_counter() - began
    rows = run.replicates.set_index("scenario")
    found = {str(per): {name: int(rows.at[str(per), name]) for name in sweep_model.COLUMNS} for per in pers}
    said = {"seconds": seconds, "built": built, "peak_kib": peak_kib(), "memory_kib": memory, "digest": run.digest}
    return said | {"found": found}


def again(options: argparse.Namespace) -> dict[str, Any]:
    """Live a few of them with one worker, for the gate."""
    return ours(options, processes=1, count=options.peers)


def _resident_kib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def _scenarios(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    wanted = _child("traits", folder, options)
    rows = {"rewardsim": _child("ours", folder, options), "again": _child("again", folder, options)}
    rows["mesa"] = _peer([sys.executable], "sweep_mesa.py", folder, options)
    if shutil.which(RADCAD[0]):
        rows["radcad"] = _peer([*RADCAD], "sweep_radcad.py", folder, options)
    faults = _gate({name: row for name, row in rows.items() if row}, wanted)
    if faults:
        raise SystemExit("no figures: programs disagree\n" + "\n".join(faults))
    _print_scenarios(rows, options)
    return rows


def _peer(python: list[str], script: str, folder: Path, options: argparse.Namespace) -> dict[str, Any] | None:
    """Run another program's batch; None where it cannot be had."""
    out = folder / f"{script}.json"
    words = [
        str(HERE / "peers" / script),
        str(folder),
        str(MEMBERS),
        str(options.peers),
        str(options.processes),
        str(out),
    ]
    done = subprocess.run([*python, *words], capture_output=True, text=True)
    if done.returncode:
        print(f"{script} could not be run: {done.stderr.splitlines()[-1:]}", file=sys.stderr)
        return None
    return dict(json.loads(out.read_text()))


def _gate(rows: dict[str, dict[str, Any]], wanted: dict[str, Any]) -> list[str]:
    """Return what any program's totals have against them, at both ends of the range."""
    faults = [
        fault
        for name, row in rows.items()
        for per, totals in wanted.items()
        for fault in sweep_model.faults(name, int(per), row["found"][per], totals)
    ]
    both = set(rows["rewardsim"]["found"]) & set(rows["again"]["found"])
    differ = [per for per in both if rows["rewardsim"]["found"][per] != rows["again"]["found"][per]]
    return faults + [f"rewardsim, PER {per}: other numbers with one worker" for per in sorted(differ)]


def _print_scenarios(rows: dict[str, Any], options: argparse.Namespace) -> None:
    print(f"scenarios: {MEMBERS:,} members over {sweep_model.DAYS} days, {options.processes} processes")
    ours_rate = len(rows["rewardsim"]["found"]) / rows["rewardsim"]["seconds"]
    for name in ("rewardsim", "mesa", "radcad"):
        row = rows.get(name)
        if not row:
            print(f"  {name:<10} could not be had")
            continue
        rate = len(row["found"]) / row["seconds"]
        print(
            f"  {name:<10}{len(row['found']):>6,} scenarios in {row['seconds']:>8.1f} s, {rate:>7.2f} a second"
            f", driver's peak {row['peak_kib'] / 1024:>5,.0f} MB, rewardsim {ours_rate / rate:,.1f} times as many"
        )
    memory = [f"{kib / 1024:,.0f}" for kib in rows["rewardsim"]["memory_kib"]]
    print(f"  rewardsim: built in {rows['rewardsim']['built']:.1f} s; MB of the driver by tenths: {' '.join(memory)}")
    print(f"gate: totals within {sweep_model.ERRORS} standard errors; the same numbers with one worker")
    print(f"load {os.getloadavg()[0]:.1f} after")


PARTS = {"overhead": overhead, "ours": ours, "again": again, "traits": traits}

if __name__ == "__main__":
    main()
