"""States of an older version, brought to the one that this code reads, by pure functions that lie in the bundle.

``migrate/vN.py`` holds ``migrate(kind, state)``: a state of version N (kind: member, order, request,
reward) as plain values in, one of version N + 1 out. ``migrate/vN.jsonl`` holds its vectors:
``{"kind": ..., "before": {...}, "after": {...}}``.
"""

from __future__ import annotations

import importlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import state
from .faults import Fault, StoreRefused

if TYPE_CHECKING:
    from .bundle import Bundle

FOLDER = "migrate/"
TABLES = (("member", "member"), ("order", "number"), ("request", "request"), ("reward", "reward"))
Step = Callable[[str, dict[str, Any]], dict[str, Any]]


def steps_of(bundle: Bundle) -> dict[int, Step]:
    """Return the migrations of a bundle: from which version, and the function."""
    found = {}
    for file in sorted(bundle.files):
        name = file.removeprefix(FOLDER).removesuffix(".py")
        if file == f"{FOLDER}{name}.py" and name.startswith("v") and name[1:].isdecimal():
            module = importlib.import_module(f"{bundle.package}.migrate.{name}")
            found[int(name[1:])] = module.migrate
    return found


def migrated(
    steps: dict[int, Step], kind: str, said: dict[str, Any], version: int, to: int = state.VERSION
) -> dict[str, Any]:
    """Return a state of ``version`` as one of version ``to``; raise StoreRefused where no way leads there."""
    missing = [number for number in range(version, to) if number not in steps]
    if version > to or missing:
        allowed = f"version {to}" + "".join(f", or {number}" for number in sorted(steps))
        todo = "use the bundle that wrote it, or one that migrates it"
        raise StoreRefused([Fault("state_version", "", f"a state of version {version}", allowed, todo)])
    for number in range(version, to):
        said = steps[number](kind, said)
    return said


def differences(bundle: Bundle) -> Iterator[tuple[str, str, str]]:
    """Yield what a migration makes of its vectors where that is something else; and migrations without vectors."""
    for number, step in steps_of(bundle).items():
        file = f"{FOLDER}v{number}.jsonl"
        lines = bundle.files.get(file, b"").splitlines()
        if not lines:
            yield file, "no vectors", "vectors of every migration"
        for place, line in enumerate(lines, 1):
            vector = json.loads(line)
            before = json.dumps(vector["before"])
            found = step(vector["kind"], json.loads(before))
            if found != vector["after"]:
                yield f"{file}:{place}", json.dumps(found)[:200], json.dumps(vector["after"])[:200]


def migrate_store(bundle: Bundle, place: str, to: int = state.VERSION) -> dict[str, int]:
    """Bring every state of an SQLite store to version ``to``, all of them or none."""
    if not Path(place).is_file():
        raise StoreRefused([Fault("no_store", "--store", repr(place), "sqlite:FILE", "name the store's file")])
    steps = steps_of(bundle)
    base = sqlite3.connect(place, isolation_level=None)
    try:
        base.execute("BEGIN IMMEDIATE")
        ((version,),) = base.execute("SELECT state FROM book")
        count = sum(_table(base, steps, kind, key, version, to) for kind, key in TABLES) if version != to else 0
        base.execute("UPDATE book SET state = ?", (to,))
        base.execute("COMMIT")
    except sqlite3.Error as error:
        fault = Fault("no_store", "--store", str(error), "a store of this programme", "name one")
        raise StoreRefused([fault]) from error
    finally:
        base.close()
    return {"from": version, "state_version": to, "states": count}


def _table(base: sqlite3.Connection, steps: dict[int, Step], kind: str, key: str, version: int, to: int) -> int:
    rows = base.execute(f"SELECT {key}, state FROM {kind}s").fetchall()
    for number, text in rows:
        said = migrated(steps, kind, state.decode(text), version, to)
        base.execute(f"UPDATE {kind}s SET state = ? WHERE {key} = ?", (state.encode(said), number))
    return len(rows)
