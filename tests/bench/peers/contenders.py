"""Who runs against whom: each contender as a function from a folder of traits to timed runs."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .model import CEILING, FIRST_DAY, Outcome, Traits, draw_traits, load, save

REPLICATE = 0


@dataclass(frozen=True)
class Timed:
    """One run: what was found, seconds by the wall and of processors, peak KiB if the program says so itself."""

    outcome: Outcome
    seconds: float
    processor: float
    peak_kib: int = 0

    def row(self) -> dict[str, Any]:
        """Return the run as the parent process wants it."""
        return {
            "seconds": self.seconds,
            "processor": self.processor,
            "totals": list(self.outcome.totals().values()),
            "faults": self.outcome.faults(),
            "daily": hashlib.sha256(self.outcome.daily.tobytes()).hexdigest(),
        }


def clocks() -> tuple[float, float]:
    """Return the wall's seconds and this process's, all threads together."""
    return time.perf_counter(), time.process_time()


def since(began: tuple[float, float]) -> tuple[float, float]:
    """Return how far both clocks have gone."""
    wall, processor = clocks()
    return wall - began[0], processor - began[1]


@dataclass(frozen=True)
class Contender:
    """A program: what it is, how it is made ready, and whether it must be given fewer members."""

    what: str
    prepare: Callable[[Path, Traits], Callable[[int], Timed]]
    slow: bool = False


def _python(module: str, function: str = "run", **options: Any) -> Callable[[Path, Traits], Callable[[int], Timed]]:
    """A program that is a function of traits and seed."""

    def prepare(_: Path, traits: Traits) -> Callable[[int], Timed]:
        from importlib import import_module

        program = getattr(import_module(f"peers.{module}"), function)

        def once(seed: int) -> Timed:
            began = clocks()
            found = program(traits, seed, **options)
            return Timed(found, *since(began))

        return once

    return prepare


def _c(variant: str) -> Callable[[Path, Traits], Callable[[int], Timed]]:
    def prepare(folder: Path, traits: Traits) -> Callable[[int], Timed]:
        from rewardsim.behaviour.philox import key_of

        from . import c_program

        def once(seed: int) -> Timed:
            ran = c_program.run(folder, len(traits), key_of(seed, REPLICATE), FIRST_DAY, variant)
            return Timed(ran.outcome, ran.seconds, ran.processor, ran.peak_kib)

        return once

    return prepare


def _ours(threads: int) -> Callable[[Path, Traits], Callable[[int], Timed]]:
    def prepare(_: Path, traits: Traits) -> Callable[[int], Timed]:
        from . import ours

        law, population = ours.programme(), ours.given(traits)

        def once(seed: int) -> Timed:
            began = clocks()
            done = ours.run(population, law, seed, threads)
            took = since(began)
            return Timed(ours.outcome(done), *took)

        return once

    return prepare


CONTENDERS = {
    "simpy": Contender("SimPy, a process a member", _python("simpy_program"), slow=True),
    "simpy-lean": Contender("SimPy, waiting for little", _python("simpy_program", "run_lean"), slow=True),
    "mesa": Contender("Mesa, an agent a member, daily", _python("mesa_program"), slow=True),
    "numpy": Contender("numpy, arrays of members, daily", _python("numpy_program")),
    "numpy-tight": Contender("the same, fewer candidates", _python("numpy_program", thinning=CEILING)),
    "c": Contender("C, one thread", _c("c")),
    "c-xoshiro": Contender("the same, sequential luck", _c("c-xoshiro")),
    "c-tight": Contender("the same, fewer candidates", _c("c-tight")),
    "ours-1": Contender("rewardsim, one thread", _ours(1)),
    "ours-2": Contender("rewardsim, two threads", _ours(2)),
}


def prepare(folder: Path, members: int) -> None:
    """Draw traits, write them with the members' streams, and compile the C program."""
    from rewardsim.population.streams import Ids, streams_of

    from . import c_program

    save(draw_traits(members), folder)
    np.stack(streams_of(Ids(members)[:]), axis=1).astype(np.uint32).tofile(folder / "streams.u32")
    c_program.build(folder)


def contend(name: str, folder: Path, members: int, seeds: list[int]) -> dict[str, Any]:
    """Warm up once, then run under each seed; to be called in a process of its own."""
    once = CONTENDERS[name].prepare(folder, load(folder, members))
    once(0)
    runs = [once(seed) for seed in seeds]
    said = max(run.peak_kib for run in runs)
    return {
        "contender": name,
        "members": members,
        "runs": [run.row() for run in runs],
        "peak_kib": said or peak_kib(),
    }


def peak_kib() -> int:
    """Return the most memory this process ever had. (Its resource usage would count its parent's.)"""
    return next(_status("VmHWM"))


def _status(field: str) -> Iterator[int]:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            yield int(line.split()[1])
