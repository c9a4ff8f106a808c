"""Dask as workers: a cluster of this machine's processes, or one that is there already."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from rewardsim.engine import dask_engine

from .workers import Workers, WorkersError

GONE = ("closing", "closed")
"""States of a client that has given its scheduler up: it tries to find it again for half a minute."""
DEATHS = "distributed.scheduler.allowed-failures"


@contextlib.contextmanager
def cluster(address: str | None, count: int, asked: int | None) -> Iterator[Workers]:
    """Give the workers of the cluster at an address, or of a new one of ``count`` processes.

    Of a cluster that is there all threads are used, unless fewer are ``asked`` for. Each worker needs
    the same version of rewardsim, and no disk that the driver sees. Raises WorkersError.
    """
    with _client(address or count) as client:
        threads = sum(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
        # Not pure: the scheduler must not answer from memory. No retries: a failure is an answer.
        executor = client.get_executor(pure=False, retries=0)
        yield Workers(executor, asked or threads or 1, lambda: client.status not in GONE)


@contextlib.contextmanager
def _client(workers: int | str) -> Iterator[Any]:
    """Give a client. In a cluster of one's own a life whose worker died is tried once more, as with other workers."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(ImportError):
            import dask

            stack.enter_context(dask.config.set({DEATHS: 1}))
        try:
            client = stack.enter_context(dask_engine.cluster(workers))
        except dask_engine.ClusterError as error:
            raise WorkersError(*error.faults) from error
        yield client
