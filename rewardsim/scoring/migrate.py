"""States of an older version, brought to the one that this code reads, by pure functions that lie in the bundle.

``migrate/vN.py`` holds ``migrate(kind, state)``: a state of version N (kind: member, order, request,
reward) as plain values in, one of version N + 1 out. ``migrate/vN.jsonl`` holds its vectors:
``{"kind": ..., "before": {...}, "after": {...}}``.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import schema, state
from .faults import Fault, StoreRefused

if TYPE_CHECKING:
    from .bundle import Bundle
    from .sql import SqlStore

FOLDER = "migrate/"
PAGE = 1000  # states read at once
IDENTITY = ("programme", "currency", "timezone")
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
    check_way(steps, version, to)
    for number in range(version, to):
        said = steps[number](kind, said)
    return said


def check_way(steps: dict[int, Step], version: int, to: int) -> None:
    """Raise StoreRefused where no steps lead from one version to another."""
    missing = [number for number in range(version, to) if number not in steps]
    if version > to or missing:
        allowed = f"version {to}" + "".join(f", or {number}" for number in sorted(steps))
        todo = "use the bundle that wrote it, or one that migrates it"
        raise StoreRefused([Fault("state_version", "", f"a state of version {version}", allowed, todo)])


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


def migrate_store(bundle: Bundle, store: SqlStore, to: int = state.VERSION) -> dict[str, int]:
    """Bring every state of a store to version ``to`` in one transaction with nobody else at it: all of them or none.

    Raises StoreRefused where the store is another programme's, or a state cannot be brought there.
    """
    steps = steps_of(bundle)
    with store.unit(True):
        version = _version(bundle, store)
        check_way(steps, version, to)
        count = sum(_table(store, steps, kind, key, version, to) for kind, key in TABLES) if version != to else 0
        store.run(schema.KEEP_VERSION, to)
    return {"from": version, "state_version": to, "states": count}


def _version(bundle: Bundle, store: SqlStore) -> int:
    """Return the version of a store's states; refuse what is no store of the bundle's programme."""
    if not store.has_tables():
        raise StoreRefused([Fault("no_store", "--store", "an empty database", "a store of this programme", "name one")])
    ((form, version, *said, _),) = store.run(schema.HEADING)
    found = {"format": form, **dict(zip(IDENTITY, said, strict=True))}
    wanted = {"format": schema.FORMAT, **{name: bundle.about[name] for name in IDENTITY}}
    todo = "name the store of this programme"
    faults = [
        Fault("other_" + name, "--store", repr(found[name]), repr(wanted[name]), todo)
        for name in wanted
        if found[name] != wanted[name]
    ]
    if faults:
        raise StoreRefused(faults)
    return int(version)


def _table(store: SqlStore, steps: dict[int, Step], kind: str, key: str, version: int, to: int) -> int:
    """Bring the states of one kind forward, some at a time; return how many."""
    count, after = 0, -1
    while rows := store.run(schema.STATES.format(kind=kind, key=key), after, PAGE):
        for number, text in rows:
            said = _brought(steps, kind, number, state.decode(text), version, to)
            store.run(schema.KEEP_STATE.format(kind=kind, key=key), said, number)
        count += len(rows)
        after = rows[-1][0]
    return count


def _brought(steps: dict[int, Step], kind: str, number: int, said: dict[str, Any], version: int, to: int) -> str:
    """Return one state of another version as text; a step that breaks on it refuses the whole store."""
    try:
        return state.encode(migrated(steps, kind, said, version, to))
    except StoreRefused:
        raise
    except Exception as error:
        found = f"{type(error).__name__}: {error}"[:200]
        todo = "correct the migration, with a vector for such a state; the store is as it was"
        raise StoreRefused([Fault("migration", f"{kind} {number}", found, f"a state of version {to}", todo)]) from error
