"""The compiled engine for populations: the rules and behaviour as they stand, through numba, from outside."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import numpy as np
from numba import njit

import rewardsim.behaviour
from rewardsim.behaviour import records as behaviour
from rewardsim.rules import records

from . import link_once, living
from .cache import keyed_cache
from .compiled import BOOK, INT64, LAW, register
from .loop import SWEEP
from .pointers import address_list, reader_of, tables_type
from .tables import TABLES, WORLD_RECORDS, dtype_of

WORLD = tables_type(
    "world",
    {
        name: dtype_of(WORLD_RECORDS[name]) if name in WORLD_RECORDS else kind
        for name, kind in (
            (name, np.dtype(np.float64) if "float" in str(text) else INT64)
            for name, text in behaviour.World.__annotations__.items()
        )
    },
)
PLAIN = ("parameters",)  # Python that kernels never call

for _info in pkgutil.iter_modules(rewardsim.behaviour.__path__):
    if _info.name not in PLAIN:
        register(importlib.import_module(f"rewardsim.behaviour.{_info.name}"))
register(living)

_read_law = reader_of(LAW)
_read_book = reader_of(BOOK)
_read_world = reader_of(WORLD)
_step = living.step


def kernel(
    task: Any, law: Any, book: Any, world: Any, numbers: Any, start: Any, day: Any, shard: Any, shards: Any
) -> Any:
    """Read the addresses as tables and take the loop's step."""
    return _step(task, _read_law(law), _read_book(book), _read_world(world), numbers, start, day, shard, shards)


with keyed_cache():
    _kernel = njit(nogil=True, cache=True, _nrt=False)(kernel)


def step(
    task: int, law: Any, book: Any, world: Any, numbers: Any, start: int, day: int, shard: int, shards: int
) -> int:
    """Take a step of ``living.step`` compiled; the three sets of tables are address lists."""
    arguments = (task, law, book, world, numbers, start, day, shard, shards)
    if _kernel.signatures:
        return int(_kernel(*arguments))
    with link_once.only(kernel.__qualname__):
        return int(_kernel(*arguments))


def load() -> None:
    """Compile the kernel, or read it from the cache, by a sweep of an empty book."""
    none = np.zeros(0, dtype=np.int64)
    book = {name: np.zeros(int(name == "head"), dtype_of(record)) for name, record in TABLES.items()}
    nothing = dict.fromkeys(behaviour.World._fields, none)
    law = address_list(records.Law(*[none] * len(records.Law._fields)))
    world = address_list(behaviour.World(**nothing))
    step(SWEEP, law, address_list(records.Book(**book)), world, none, 0, 0, 0, 1)
