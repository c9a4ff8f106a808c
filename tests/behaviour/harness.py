"""Scenes as the compiled engine sees them, and ``answers`` compiled over them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from rewardsim.behaviour.records import World
from rewardsim.engine import link_once
from rewardsim.engine.batches import as_array
from rewardsim.engine.compiled import BOOK, LAW, register
from rewardsim.engine.compiled_living import WORLD
from rewardsim.engine.pointers import address_list, reader_of
from rewardsim.engine.tables import TABLES, WORLD_RECORDS, dtype_of, law_tables
from rewardsim.rules.records import Book, Law

from . import answers as asked
from .made import Scene

register(asked)
_read_law, _read_book, _read_world = reader_of(LAW), reader_of(BOOK), reader_of(WORLD)


def arrays(made: Scene) -> tuple[Law, Book, World]:
    """Return a scene's tables as structured arrays; the scene itself stays as it is."""
    book = {name: _table(rows, TABLES[name]) for name, rows in made.book._asdict().items()}
    world = {}
    for name, rows in made.world._asdict().items():
        if name in WORLD_RECORDS:
            world[name] = _table(rows, WORLD_RECORDS[name])
        else:
            kind = np.float64 if "float" in str(World.__annotations__[name]) else np.int64
            world[name] = np.array(rows, dtype=kind)
    return law_tables(made.law, True), Book(**book), World(**world)


def _table(rows: list[Any], record: type) -> Any:
    return as_array(rows, record) if rows else np.zeros(0, dtype_of(record))


@functools.cache
def _compiled(name: str) -> Any:
    """Return one of the functions of ``answers`` compiled, over lists of addresses."""
    function = getattr(asked, name)

    def kernel(law: Any, book: Any, world: Any, moments: Any, words: Any, answers: Any) -> None:
        function(_read_law(law), _read_book(book), _read_world(world), moments, words, answers)

    return njit(_nrt=False)(kernel)


def ready(name: str, made: Scene, moments: list[float], words: list[int], size: int) -> Callable[[], list[float]]:
    """Return one of the functions of ``answers``, ready to be run compiled over a copy of a scene."""
    run = _compiled(name)
    tables = arrays(made)
    found = np.zeros(size)
    times, luck = np.array(moments), np.array(words, dtype=np.int64)

    def ask() -> list[float]:
        law, book, world = (address_list(table) for table in tables)
        with link_once.only(run.py_func.__qualname__):
            run(law, book, world, times, luck, found)
        return found.tolist()

    return ask
