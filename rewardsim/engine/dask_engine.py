"""Keepers on a Dask cluster: one on each worker, asked all at a time.

What travels: programme and population as text, numbers, and arrays of a day's wishes; nothing is
read from a disk that both must see. The cluster has to be there (``dask scheduler``, then one
``dask worker ADDRESS --nthreads 1`` for each processor and share of memory), unless a number of
workers is given: then this machine's processes are started, on the loopback interface alone, and
ended. Dask trusts whoever reaches its ports: keep them in a private network, or give a client that
was made with TLS. A worker that dies takes its part of the society along: all is said to be lost.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import Any

from rewardsim.programme.faults import Fault, Place, show

from .part_life import Keeper

WAIT_SECONDS = 30
PATIENCE_SECONDS = 1.0
"""After so long without an answer the workers are counted."""
HERE = "127.0.0.1"


class ClusterError(ValueError):
    """A cluster that is not to be had, or was lost."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def _error(code: str, found: str, allowed: str, todo: str) -> ClusterError:
    return ClusterError([Fault(Place("workers"), code, found, allowed, todo)])


@contextlib.contextmanager
def cluster(workers: Any) -> Iterator[Any]:
    """Give a client of Dask: of so many new processes of this machine, of the cluster at an address, or as given.

    What is started here ends with the block. Raises ClusterError.
    """
    distributed = _distributed()
    with contextlib.ExitStack() as stack:
        if isinstance(workers, int):
            options = {"processes": True, "threads_per_worker": 1, "memory_limit": 0, "host": HERE}
            # Without a word on its address the page of a scheduler would want one port for all, open to everybody.
            quiet = {"scheduler_kwargs": {"dashboard": False, "dashboard_address": f"{HERE}:0"}}
            quiet |= {"silence_logs": logging.CRITICAL}
            started = stack.enter_context(distributed.LocalCluster(n_workers=workers, **options, **quiet))
            workers = stack.enter_context(distributed.Client(started, set_as_default=False))
        elif isinstance(workers, str):
            workers = stack.enter_context(_reached(distributed, workers))
        with workers.as_current():  # by which its actors find it
            yield workers


def _reached(distributed: Any, address: str) -> Any:
    """Return a client of a cluster that is there, with workers."""
    try:
        client = distributed.Client(address, timeout=WAIT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:  # a timeout is an OSError
        todo = "start a scheduler there (dask scheduler), or correct the address"
        raise _error("no_scheduler", f"no scheduler at {address}", "the address of a Dask scheduler", todo) from error
    try:
        client.wait_for_workers(1, timeout=WAIT_SECONDS)
    except TimeoutError as error:
        client.close()
        todo = f"start workers: dask worker {address} --nthreads 1"
        raise _error("no_worker", f"no worker at {address}", "a scheduler with workers", todo) from error
    return client


def _distributed() -> Any:
    """Return the library, or say how to get it."""
    try:
        import distributed
    except ImportError as error:
        todo = 'pip install "rewardsim[dask]", or choose another engine'
        raise _error("no_dask", "no Dask here", "the package distributed", todo) from error
    return distributed


class DaskKeepers:
    """Keepers of a class of one's own on the workers of a cluster; called as ``distributed.Ask``.

    ``check`` is called now and then while it waits, and may raise. Raises ClusterError where a worker
    has another version of what is simulated, or dies.
    """

    def __init__(self, client: Any, keeper: type[Keeper], most: int, check: Callable[[], None] = lambda: None) -> None:
        self._client, self._check = client, check
        self.addresses = self._there()[:most]
        self._find(keeper.__module__)
        self._futures = [
            client.submit(
                keeper, actor=True, workers=[address], allow_other_workers=False, pure=False,
                key=f"rewardsim-keeper-{uuid.uuid4().hex}",
            )
            for address in self.addresses
        ]  # fmt: skip
        self._keepers = self._waited(self._futures)
        self._agree()
        self._compile()

    def __call__(self, name: str, each: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Call a method of every keeper at the same time, each with arguments of its own; return the answers."""
        return self._ask(range(len(self._keepers)), name, each)

    def __len__(self) -> int:
        return len(self._keepers)

    def memory_limits(self) -> list[int]:
        """Return the bytes that each worker may take; 0 where it has no limit."""
        known = self._client.scheduler_info(n_workers=-1)["workers"]
        return [int(known[address]["memory_limit"] or 0) for address in self.addresses if address in known]

    def close(self) -> None:
        """Let the workers forget what they keep; those that are lost are not missed."""
        with contextlib.suppress(Exception):
            for one in self._keepers:
                one.forget()
            self._client.cancel(self._futures)

    def _there(self) -> list[str]:
        """Return the addresses of the workers there are."""
        return sorted(self._client.scheduler_info(n_workers=-1)["workers"])

    def _ask(self, places: Iterable[int], name: str, each: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Call a method of some keepers at the same time."""
        try:
            asked = [getattr(self._keepers[place], name)(*given) for place, given in zip(places, each, strict=True)]
        except RuntimeError as error:  # Dask's word for an actor whose worker is known to be gone
            raise self._lost() from error
        return self._waited(asked)

    def _waited(self, futures: Sequence[Any]) -> list[Any]:
        """Return what was promised; look after the workers meanwhile."""
        found = []
        for future in futures:
            while True:
                try:
                    found.append(future.result(timeout=PATIENCE_SECONDS))
                    break
                except TimeoutError:
                    self._check()
                    self._complete()
                except OSError as error:
                    raise self._lost() from error
        return found

    def _complete(self) -> None:
        """Raise ClusterError unless all workers are there."""
        if self._client.status != "running" or not set(self.addresses) <= set(self._there()):
            raise self._lost()

    def _lost(self) -> ClusterError:
        missing = set(self.addresses) - set(self._there()) if self._client.status == "running" else set()
        found = f"no answer from {', '.join(sorted(missing)) or 'a worker or its scheduler'}"
        todo = "look whether it ran out of memory, see that it is there, and run again: finished replicates are kept"
        return _error("worker_lost", found, "workers that live as long as the simulation", todo)

    def _find(self, module: str) -> None:
        """Refuse workers without the keeper's module: being sent what they cannot read would end them."""
        found = self._client.run(find_spec, module, workers=self.addresses, on_error="return")
        without = [address for address in self.addresses if not isinstance(found.get(address), ModuleSpec)]
        if without:
            todo = "install the same version of rewardsim everywhere"
            raise ClusterError([Fault(Place(one), "other_version", f"no {module}", module, todo) for one in without])

    def _agree(self) -> None:
        """Refuse workers whose sources or libraries would give other numbers."""
        mine, wrong = Keeper().hello(), []
        for address, theirs in zip(self.addresses, self._ask(range(len(self)), "hello", [()] * len(self)), strict=True):
            others = [name for name in mine if mine[name] != theirs.get(name)]
            if others:
                found = ", ".join(f"{name} {show(theirs.get(name))}" for name in others)
                allowed = ", ".join(f"{name} {show(mine[name])}" for name in others)
                todo = "install the same versions everywhere"
                wrong.append(Fault(Place(address), "other_version", found, allowed, todo))
        if wrong:
            raise ClusterError(wrong)

    def _compile(self) -> None:
        """Have machine code made once a machine, by its first worker; the others find it."""
        hosts = [address.rpartition(":")[0] for address in self.addresses]
        first = [place for place, host in enumerate(hosts) if host not in hosts[:place]]
        for places in (first, [place for place in range(len(self)) if place not in first]):
            self._ask(places, "prepare", [()] * len(places))
