"""The compiled engine: the same loop and the same rules, through numba, from outside.

Importing this module registers every function of ``rules`` and of the loop with numba as it
stands; the kernel is compiled at its first call, or read from the cache.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from numba import njit
from numba.extending import overload

import rewardsim.rules
from rewardsim.rules import records

from . import ahead, link_once, loop, room
from .cache import keyed_cache
from .pointers import address_list, reader_of, tables_type
from .tables import LAW_RECORDS, TABLES, dtype_of

INT64 = np.dtype(np.int64)
LAW = tables_type(
    "law", {name: dtype_of(LAW_RECORDS[name]) if name in LAW_RECORDS else INT64 for name in records.Law._fields}
)
BOOK = tables_type("book", {name: dtype_of(record) for name, record in TABLES.items()})
BATCH = tables_type(
    "batch",
    {
        "events": dtype_of(records.Event),
        "lines": dtype_of(records.EventLine),
        "outcomes": dtype_of(loop.Outcome),
    },
)


def register(module: ModuleType) -> None:
    """Make a module's functions callable from compiled code. Rules allocate nothing, hence no run time."""
    for found in vars(module).values():
        function = inspect.unwrap(found) if callable(found) else found
        if inspect.isfunction(function) and function.__module__ == module.__name__ and function.__name__ != ahead.LOOK:
            # What a function remembers is for the interpreter alone.
            overload(found, jit_options={"_nrt": False}, strict=False)(_itself(function))


def _itself(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what tells numba to compile a function as it stands, whatever it is called with."""
    return lambda *arguments, **named: function


for _info in pkgutil.iter_modules(rewardsim.rules.__path__):
    register(importlib.import_module(f"rewardsim.rules.{_info.name}"))
register(room)
register(loop)

_read_law = reader_of(LAW)
_read_book = reader_of(BOOK)
_read_batch = reader_of(BATCH)
_step = loop.step


def kernel(
    task: Any, law: Any, book: Any, rows_of_orders: Any, batch: Any, numbers: Any, start: Any, day: Any
) -> Any:
    """Read the addresses as tables and take the loop's step."""
    tables = _read_batch(batch)
    return _step(
        task,
        _read_law(law),
        _read_book(book),
        rows_of_orders,
        tables.events,
        tables.lines,
        numbers,
        tables.outcomes,
        start,
        day,
    )


with keyed_cache():
    _kernel = njit(nogil=True, cache=True, _nrt=False)(kernel)


def step(
    task: int,
    law: records.Law,
    book: records.Book,
    rows_of_orders: Any,
    events: Any,
    lines: Any,
    numbers: Any,
    outcomes: Any,
    start: int,
    day: int,
) -> int:
    """Take a step of ``loop.step`` compiled; the tables are structured arrays."""
    batch = address_list((events, lines, outcomes))
    arguments = (task, address_list(law), address_list(book), rows_of_orders, batch, numbers, start, day)
    if _kernel.signatures:
        return int(_kernel(*arguments))
    with link_once.only(kernel.__qualname__):
        return int(_kernel(*arguments))


def load() -> None:
    """Compile the kernel, or read it from the cache, by a sweep of an empty book."""
    none = np.zeros(0, dtype=np.int64)
    book = {name: np.zeros(int(name == "head"), dtype_of(record)) for name, record in TABLES.items()}
    law = records.Law(*[none] * len(records.Law._fields))
    step(loop.SWEEP, law, records.Book(**book), none, none, none, none, none, 0, 0)
