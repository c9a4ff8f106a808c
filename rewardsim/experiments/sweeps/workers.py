"""Who lives the lives: this process, processes of this machine, a Dask cluster, or anybody's executor."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass
from typing import Any

from rewardsim.programme.faults import Fault, Place, show

from .crew import Crew, WorkerDied
from .living import live

SERIAL, PROCESSES, DASK = "serial", "processes", "dask"
ADDRESSES = ("tcp://", "tls://", "ws://", "wss://", "ucx://", "inproc://")


class WorkersError(ValueError):
    """Workers that are not to be had."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


def _none(found: str, allowed: str, todo: str) -> WorkersError:
    return WorkersError(Fault(Place("workers"), "no_workers", found, allowed, todo))


@dataclass(frozen=True)
class Workers:
    """An executor, how many lives it lives at a time, and whether it still answers."""

    executor: Executor
    width: int
    alive: Callable[[], bool] = lambda: True

    @property
    def window(self) -> int:
        """How many lives may be on their way: enough that nobody waits for work, few enough to remember."""
        return 1 if isinstance(self.executor, Inline) else 2 * self.width

    def submit(self, text: str) -> Future[tuple[str, bytes]]:
        """Have a job lived, given as JSON. Raises WorkersError where there is nobody left to do it."""
        self.check()
        try:
            return self.executor.submit(live, text)
        except BrokenExecutor as error:
            raise _gone(f"{error or 'an executor that broke'}") from error

    def check(self) -> None:
        """Raise WorkersError where nobody will ever answer any more."""
        if not self.alive():
            raise _gone("a scheduler that is lost")


def _gone(found: str) -> WorkersError:
    todo = "run the same again: finished lives are kept, and only what is missing is lived"
    return _none(found, "workers that answer", todo)


class Inline(Executor):
    """Lives in this very process, one at a time."""

    def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
        """Call the function now; an interrupt is raised here."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **named))
        except Exception as error:
            future.set_exception(error)
        return future


def died(error: BaseException) -> bool:
    """Tell whether a life failed because its worker did, not because of the life.

    A scheduler of Dask has tried it again by itself before it says so (KilledWorker).
    """
    return isinstance(error, (WorkerDied, BrokenExecutor, CancelledError))


@contextlib.contextmanager
def workers(kind: str | Executor | Workers = PROCESSES, count: int | None = None) -> Iterator[Workers]:
    """Give workers: "serial", "processes", "dask" (a cluster of this machine), an address, or an executor.

    ``count`` is how many live at a time: as many as there are processors where not given. What is
    started here ends with the block; an executor or cluster that was given is left as it is.
    Raises WorkersError.
    """
    width = _checked(count)
    if isinstance(kind, Workers):
        yield kind
    elif isinstance(kind, Executor):
        yield Workers(kind, width or getattr(kind, "_max_workers", None) or _processors())
    elif kind == SERIAL:
        yield Workers(Inline(), 1)
    elif kind == PROCESSES:
        with Crew(width or _processors()) as crew:
            yield Workers(crew, width or _processors())
    elif kind == DASK or (isinstance(kind, str) and kind.startswith(ADDRESSES)):
        from .dask_workers import cluster

        with cluster(None if kind == DASK else kind, width or _processors(), asked=width) as found:
            yield found
    else:
        allowed = f"{SERIAL}, {PROCESSES}, {DASK}, a scheduler's address (tcp://host:port) or an executor"
        raise _none(show(kind), allowed, "choose one of them")


def _checked(count: Any) -> int | None:
    """Return how many workers are wanted, None where nobody says."""
    if count is None:
        return None
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 10_000:
        raise _none(show(count), "a number of workers from 1 to 10,000", "give a number in this range")
    return count


def _processors() -> int:
    """Return how many processors this process may use."""
    with contextlib.suppress(AttributeError, OSError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
