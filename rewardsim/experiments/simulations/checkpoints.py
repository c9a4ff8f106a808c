"""Checkpoints of a run store: run to a date once, and let later simulations branch off there.

A simulation looks for the latest checkpoint of the same people, days and luck whose programme says
nothing else up to that date, and goes on from there; its result is that of an unbroken run.
"""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.interrupts import Check, remembered
from rewardsim.experiments.store import key_of, writing
from rewardsim.programme import Programme
from rewardsim.programme.faults import Fault, Place

from .plan import DASK, EPOCH, PROGRAMME, Arm, Plan, SimulationError, day_from, plan

if TYPE_CHECKING:
    from rewardsim.population import Population

CHECKPOINTS = "checkpoints"
"""Folder of a store with its checkpoints; it may be deleted at any time."""


def checkpoint(
    programme: Programme | str | Path,
    population: Population | str | Path,
    day: date | str,
    *,
    members: int | None = None,
    start: date | str | None = None,
    until: date | str | None = None,
    seed: int = 0,
    replicates: int = 8,
    engine: str = "compiled",
    threads: int | None = None,
    out: str | Path = "runs",
) -> list[Path]:
    """Run a programme's replicates to the end of a day and keep them as they are; return the folders.

    The arguments are those of ``simulate``, whose later calls with the same ones, and any programme that
    differs after ``day`` only, begin there. ``until`` is how far these may go. Raises SimulationError.
    """
    shape: dict[str, Any] = {"members": members, "start": start, "until": until, "seed": seed, "replicates": replicates}
    asked = plan(programme, population, **shape, engine=engine, threads=threads, counterfactual=False)
    if engine == DASK:
        todo = "choose the compiled engine, whose state any other goes on from"
        fault = Fault(Place("engine"), "not_apart", "a checkpoint, with engine dask", "one on one machine", todo)
        raise SimulationError([fault])
    number = _number(asked, day)
    arm = next(arm for arm in asked.arms if arm.name == PROGRAMME)
    with remembered() as check:
        return [
            _kept(asked, arm, replicate, number, Path(out), engine, threads, check) for replicate in range(replicates)
        ]


def _number(asked: Plan, day: date | str) -> int:
    """Return the day of a checkpoint as a number; raise SimulationError where it is none of the simulation's."""
    faults: list[Fault] = []
    found = day_from("day", day, faults)
    if found and not asked.first <= found < asked.last:
        allowed = f"{asked.first} or later, before {asked.last}"
        faults.append(Fault(Place("day"), "outside", str(found), allowed, "name a day between"))
    if faults or found is None:
        raise SimulationError(faults)
    return (found - EPOCH).days


def latest(store: Path, asked: Plan, arm: Arm, replicate: int) -> Path | None:
    """Return the latest checkpoint an arm can go on from, None without."""
    from rewardsim.engine.checkpoint import CheckpointError, faults_of, read_checkpoint
    from rewardsim.engine.simulation import people_key

    people = people_key(arm.population, asked.members, asked.seed, replicate)
    found: list[tuple[int, Path]] = []
    for folder in sorted((store / CHECKPOINTS).glob("[!.]*")):
        try:
            manifest = read_checkpoint(folder)
        except CheckpointError:
            continue
        alike = manifest["people"] == people
        if alike and not faults_of(manifest, arm.programme, people, asked.first_day, asked.last_day, str(folder)):
            found.append((manifest["day"], folder))
    return max(found)[1] if found else None


def _kept(
    asked: Plan, arm: Arm, replicate: int, day: int, store: Path, engine: str, threads: int | None, check: Check
) -> Path:
    """Return the folder of a replicate's state, found or computed."""
    from rewardsim.engine.simulation import simulate_population

    inputs: dict[str, Any] = {**asked.part_inputs(replicate), "kind": "checkpoint", "day": day}
    target = store / CHECKPOINTS / key_of(inputs)[:16]
    if target.exists():
        return target
    with writing(store / CHECKPOINTS) as folder:
        simulate_population(
            arm.programme,
            arm.population,
            members=asked.members,
            first_day=asked.first_day,
            last_day=asked.last_day,
            seed=asked.seed,
            replicate=replicate,
            engine=engine,
            threads=threads,
            checkpoint=(day, folder),
            stop=True,
            resume=latest(store, asked, arm, replicate),
            progress=lambda *_: check(),
        )
        with contextlib.suppress(OSError):  # losing a race is no loss
            folder.rename(target)
    return target
