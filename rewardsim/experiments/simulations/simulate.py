"""``rs.simulate``: a population under a programme and, by the same luck, without it; as a stored run.

Each finished replicate is kept under its own content key in the store's folder ``replicates``, so
that a run that was interrupted, or is asked for with more replicates, goes on with what is missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.interrupts import remembered
from rewardsim.experiments.store import find, key_of, publish, read_manifest, writing
from rewardsim.programme import Programme

from .growth import implied
from .plan import Plan, Variant, plan
from .progress import Meter, Progress
from .run import SimulationRun
from .totals import margin_rate
from .twin import LARGE, SMALL, Way, live_through
from .ways import ways

if TYPE_CHECKING:
    from rewardsim.population import Population

PARTS = "replicates"
"""Folder of a store with the finished replicates; it may be deleted at any time."""


def simulate(
    programme: Programme | str | Path,
    population: Population | str | Path,
    *,
    members: int | None = None,
    start: date | str | None = None,
    until: date | str | None = None,
    seed: int = 0,
    replicates: int = 8,
    engine: str = "compiled",
    threads: int | None = None,
    workers: Any = None,
    counterfactual: bool = True,
    variants: Mapping[str, Variant] | None = None,
    ledger: bool = False,
    out: str | Path = "runs",
    progress: Callable[[Progress], None] | None = None,
) -> SimulationRun:
    """Simulate a population under a programme and return the stored run; an identical one is found, not recomputed.

    ``members``, ``start`` and ``until`` (the last day) are the population's own where not given.
    Every replicate lives through the same days with the programme and, if ``counterfactual``,
    without it, under the same luck; ``variants`` names further arms: another programme (or its path), the same
    population varied, or a pair of both. ``ledger`` keeps every entry of the first replicate.
    ``engine`` ("compiled", "simpy" or "dask") and ``threads`` never change a result. With "dask" the members
    of each life are spread over ``workers``: the address of a cluster, its client, or how many processes to
    start here (one a processor where not given). Raises SimulationError with every fault of request and files;
    a call that was interrupted, or lost a worker, keeps its finished replicates.
    """
    asked = plan(
        programme, population, members=members, start=start, until=until, seed=seed, replicates=replicates,
        engine=engine, threads=threads, workers=workers, counterfactual=counterfactual, variants=variants,
        ledger=ledger,
    )  # fmt: skip
    growth = implied(asked)
    found = find(Path(out), key_of(asked.inputs()))
    with remembered() as check:
        meter = Meter(asked, progress, check)
        with ways(asked, engine, threads, workers, Path(out), check) as way:
            return SimulationRun(found or _computed(asked, Path(out), engine, way, meter, growth))


def _computed(
    plan: Plan, store: Path, engine: str, way: Callable[[int], Way], meter: Meter, growth: Mapping[str, float]
) -> Path:
    """Compute what is missing of a run's replicates, and join them; return the folder."""
    parts = [_part(plan, replicate, store / PARTS, engine, way, meter) for replicate in range(plan.replicates)]
    with writing(store) as folder:
        _join(parts, folder)
        manifest = _manifest(plan, [read_manifest(part) for part in parts], engine, growth)
        return publish(folder, store, {"key": key_of(plan.inputs()), **manifest})


def _part(
    plan: Plan, replicate: int, store: Path, engine: str, way: Callable[[int], Way], meter: Meter
) -> Path:
    """Return the folder of a replicate, found or computed."""
    inputs = plan.part_inputs(replicate)
    key = key_of(inputs)
    found = find(store, key)
    if found:
        meter.found(replicate)
        return found
    with writing(store) as folder:
        said = live_through(plan, replicate, folder, way(replicate), meter.of(replicate))
        return publish(folder, store, {"kind": "replicate", "key": key, "inputs": inputs, "engine": engine, **said})


def _join(parts: list[Path], folder: Path) -> None:
    """Join the replicates' tables into the run's; large ones are shared with their replicate, not copied."""
    for name in SMALL:
        _join_table([part / f"{name}.parquet" for part in parts], folder / f"{name}.parquet")
    for name in LARGE:
        path = parts[0] / f"{name}.parquet"
        if not path.exists():
            continue
        try:
            os.link(path, folder / path.name)
        except OSError:
            shutil.copy2(path, folder / path.name)


def _join_table(paths: list[Path], target: Path) -> None:
    """Write several tables of one schema as one, a replicate at a time."""
    import pyarrow.parquet as pq

    from rewardsim.engine.writing import PARQUET

    with contextlib.ExitStack() as stack:
        writer = None
        for path in paths:
            table = pq.read_table(path)
            writer = writer or stack.enter_context(pq.ParquetWriter(target, table.schema, **PARQUET))
            writer.write_table(table)


def _manifest(
    plan: Plan, parts: list[dict[str, Any]], engine: str, growth: Mapping[str, float]
) -> dict[str, Any]:
    """Return what the manifest of the joined run says."""
    programme, population = plan.arms[0].programme, plan.arms[0].population
    digests = {arm.name: [part["digests"][arm.name] for part in parts] for arm in plan.arms}
    canonical = json.dumps(digests, sort_keys=True, separators=(",", ":"))
    return {
        "kind": "simulation",
        "inputs": plan.inputs(),
        "digest": hashlib.sha256(canonical.encode()).hexdigest(),
        "digests": digests,
        "engine": engine,
        "programme": _described(programme),
        "population": {
            "id": population.id,
            "name": population.name,
            "hash": population.hash,
            "preset": population.preset,
            "phi": population.habits_values()["incremental"],
            "assumptions": list(population.assumptions),
            "margin_bp": margin_rate(population),
            "margin_assumed": population.margin_bp is None,
            "text": population.text,
        },
        "arms": [
            {
                "name": arm.name,
                "programme": _described(arm.programme),
                "population": arm.population.id,
                "preset": arm.population.preset,
                "phi": arm.population.habits_values()["incremental"],
                "reproduction_implied": round(growth[arm.name], 4),
            }
            for arm in plan.arms
        ],
        "pairs": [[arm.name, against.name] for arm, against in plan.pairs],
        "summary": {**parts[0]["first"], "seconds": round(sum(part["seconds"] for part in parts), 3)},
        "parts": [part["key"] for part in parts],
    }


def _described(programme: Programme | None) -> dict[str, str]:
    """Return what the manifest says of a programme, nothing where there is none."""
    return {} if programme is None else {
        "id": programme.id,
        "hash": programme.hash,
        "file": Path(programme.source.name).name,
        "text": programme.to_toml(),
    }
