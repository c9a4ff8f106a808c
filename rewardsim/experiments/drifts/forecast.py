"""The worlds of a forecast, lived again with everything that is written down, and counted as production is.

A stored simulation keeps what its own questions need; which of the purchases were a member's, and who
took which item, it does not. A world is a function of its inputs, so it is lived again; its digest says
that it is the same.
"""

from __future__ import annotations

import functools
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from rewardsim.experiments.simulations.plan import EPOCH, PROGRAMME
from rewardsim.experiments.simulations.run import SimulationRun
from rewardsim.experiments.store import run_error

from .judge import Crowd
from .world import Span, measured


def crowds(run: SimulationRun, span: Span) -> list[Crowd]:
    """Return every replicate of a simulation's programme arm, counted over some days."""
    return list(_crowds(run.path.resolve(), run.digest, span))


@functools.lru_cache(4)
def _crowds(folder: Path, _digest: str, span: Span) -> tuple[Crowd, ...]:
    run = SimulationRun(folder)
    return tuple(_crowd(run, replicate, span) for replicate in range(run.manifest["inputs"]["replicates"]))


def _crowd(run: SimulationRun, replicate: int, span: Span) -> Crowd:
    import numpy as np
    import pyarrow as pa

    from rewardsim.engine.simulation import simulate_population
    from rewardsim.rules.records import NEVER
    from rewardsim.transactions.columns import column_of, texts_of

    inputs = run.manifest["inputs"]
    first, last = ((date.fromisoformat(inputs[name]) - EPOCH).days for name in ("from", "until"))
    asked = {"members": inputs["members"], "first_day": first, "last_day": last, "seed": inputs["seed"]}
    with tempfile.TemporaryDirectory(prefix="rewardsim-drift-") as name:
        done = simulate_population(run.programme, run.population, replicate=replicate, folder=Path(name), **asked)
        if done.digest != run.manifest["digests"][PROGRAMME][replicate]:
            found, todo = "a forecast that this version does not arrive at", "simulate again with this version"
            raise run_error(run.path, "other_version", found, "one made by the same rules and behaviour", todo)
        enrolled = done.tables["members"]["enrolled_day"].astype(np.int32)
        people = pa.table(
            {
                "member": column_of(np.arange(len(enrolled), dtype=np.int32), pa.int32()),
                "member_id": texts_of(done.ids()),
                "enrolled_day": column_of(enrolled, pa.date32(), enrolled == NEVER),
            }
        )
        world = measured(Path(name), people, span)
    world.facts["sent"] = np.full(world.members, _sent(done, span) / max(world.members, 1))
    return Crowd(world, inputs["members"])


def _sent(done: Any, span: Span) -> int:
    """Return the invitations of some days; of those nobody followed, only the number is written down."""
    from rewardsim.behaviour.measures import INVITATIONS

    first, last = ((day - EPOCH).days - done.first_day for day in (span.first, span.last))
    return int(done.tally[max(first, 0) : last + 1, :, :, INVITATIONS].sum())
