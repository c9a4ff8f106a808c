"""Where the replicates of a simulation are lived: here, or in parts on a cluster's workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from rewardsim.experiments.interrupts import Check

from .here import Here
from .memory import share_faults
from .plan import DASK, Plan, SimulationError
from .twin import Way


@contextmanager
def ways(
    plan: Plan, engine: str, threads: int | None, workers: Any, store: Path, check: Check
) -> Iterator[Callable[[int], Way]]:
    """Give a function that says where a replicate is lived; a cluster is reached when the first one asks.

    ``check`` is called while workers are waited for. Raises SimulationError where a cluster is not to
    be had, or is lost on the way.
    """
    if engine != DASK:
        yield lambda replicate: Here(plan, replicate, engine, threads, store)
        return
    from rewardsim.engine.dask_engine import ClusterError

    opened: list[Any] = []
    with ExitStack() as stack:

        def apart(replicate: int) -> Way:
            from .apart import Apart

            if not opened:
                opened.append(stack.enter_context(_keepers(plan, workers, check)))
            return Apart(plan, replicate, opened[0], len(opened[0]))

        try:
            yield apart
        except ClusterError as error:
            raise SimulationError(list(error.faults)) from error


@contextmanager
def _keepers(plan: Plan, workers: Any, check: Check) -> Iterator[Any]:
    """Give keepers on the workers of a cluster, no more of them than there are members."""
    from rewardsim.engine.dask_engine import DaskKeepers, cluster

    from .apart import TwinKeeper

    count = min(os.cpu_count() or 1, plan.members) if workers is None else workers
    with cluster(count) as client, closing(DaskKeepers(client, TwinKeeper, plan.members, check)) as keepers:
        faults = share_faults(plan, keepers.memory_limits())
        if faults:
            raise SimulationError(faults)
        yield keepers
