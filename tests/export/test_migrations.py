"""States of an older version: brought forward step by step, with vectors; none needed yet, so one is invented."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rewardsim as rs
from export.conftest import MI
from export.test_bad_input import codes_of, resealed
from rewardsim.export.writing import write_bundle
from rewardsim.scoring import boot
from rewardsim.scoring.boot import Files, open_bundle

FORWARD = b'''"""From version 1 to an invented version 2: members learn a colour."""


def migrate(kind, state):
    if kind == "member":
        return {**state, "colour": 1 + len(state.get("lots", []))}
    return state
'''
VECTORS = [
    {"kind": "member", "before": {"lots": [[0, 5, 17900, 0]]}, "after": {"lots": [[0, 5, 17900, 0]], "colour": 2}},
    {"kind": "order", "before": {"order": {"member": 1}}, "after": {"order": {"member": 1}}},
]


def lines(vectors: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(vector).encode() + b"\n" for vector in vectors)


def second(files: Files) -> Files:
    """A bundle that brings states of version 1 to version 2."""
    return resealed(files | {"migrate/v1.py": FORWARD, "migrate/v1.jsonl": lines(VECTORS)})


def module(bundle: Any, name: str) -> Any:
    return sys.modules[f"{bundle.package}.scoring.{name}"]


def test_none_at_version_one(files: Files, tmp_path: Path) -> None:
    write_bundle(files, tmp_path / "x")
    bundle = open_bundle(tmp_path / "x", vectors=False)
    migrate = module(bundle, "migrate")
    assert migrate.steps_of(bundle) == {}
    assert migrate.migrated({}, "member", {"a": 1}, 1) == {"a": 1}


def test_an_invented_version_two(files: Files, tmp_path: Path) -> None:
    write_bundle(second(files), tmp_path / "x")
    bundle = open_bundle(tmp_path / "x", vectors=False)
    migrate = module(bundle, "migrate")
    steps = migrate.steps_of(bundle)
    assert migrate.migrated(steps, "member", {}, 1, 2) == {"colour": 1}
    assert list(migrate.differences(bundle)) == []
    with pytest.raises(ValueError, match="version 2"):
        migrate.migrated(steps, "member", {}, 2, 1)
    with pytest.raises(ValueError, match="version 1"):
        migrate.migrated({}, "member", {}, 1, 2)


@pytest.mark.parametrize("vectors", [b"", lines([{**VECTORS[0], "after": {}}])])
def test_a_migration_without_its_vectors(files: Files, tmp_path: Path, vectors: bytes) -> None:
    write_bundle(resealed(second(files) | {"migrate/v1.jsonl": vectors}), tmp_path / "x")
    assert codes_of(tmp_path / "x") == {"migration"}


def test_a_store_is_brought_forward(files: Files, tmp_path: Path) -> None:
    write_bundle(second(files), tmp_path / "x")
    bundle = open_bundle(tmp_path / "x", vectors=False)
    place = tmp_path / "store.db"
    store = sys.modules[f"{bundle.package}.scoring"].SqliteStore(place)
    scorer = bundle.scorer(store)
    event = {"event_id": "e", "type": "share", "member_id": "a", "occurred_day": "2017-07-01", "second": 0}
    scorer.apply({**event, "amount_minor": 0, "discount_minor": 0, "tokens": 0})
    store.close()
    store = sys.modules[f"{bundle.package}.scoring"].SqliteStore(place)
    said = module(bundle, "migrate").migrate_store(bundle, store, 2)
    assert said == {"from": 1, "state_version": 2, "states": 1}
    assert module(bundle, "migrate").migrate_store(bundle, store, 2) == {"from": 2, "state_version": 2, "states": 0}
    store.close()
    base = sqlite3.connect(place)
    assert json.loads(base.execute("SELECT state FROM members").fetchone()[0])["colour"] == 2
    base.close()
    with pytest.raises(ValueError, match="store_version"):
        bundle.scorer(sys.modules[f"{bundle.package}.scoring"].SqliteStore(place))
    other = sys.modules[f"{bundle.package}.scoring"].SqliteStore(tmp_path / "empty.db")
    with pytest.raises(ValueError, match="no_store"):
        module(bundle, "migrate").migrate_store(bundle, other)
    other.close()


def test_the_command_of_a_bundle_takes_a_file_that_is_there(made: Path, tmp_path: Path) -> None:
    for store, code in ((f"sqlite:{tmp_path}/nowhere.db", 2), ("postgresql://host/db", 2), (None, 0)):
        command = [sys.executable, "-I", "-S", str(made / "mi.pyz"), "migrate"]
        done = subprocess.run([*command, *(["--store", store] if store else [])], capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        assert store is None or "no_store" in done.stderr
    assert not (tmp_path / "nowhere.db").exists()


def test_a_bundle_whose_code_reads_another_version(files: Files, tmp_path: Path) -> None:
    manifest = json.loads(files[boot.MANIFEST]) | {"state_version": 2}
    write_bundle(files | {boot.MANIFEST: json.dumps(manifest).encode()}, tmp_path / "x")
    assert codes_of(tmp_path / "x") == {"bad_manifest"}


def test_the_house_has_none_either(tmp_path: Path) -> None:
    assert rs.export(MI, tmp_path / "x").path == tmp_path / "x"
    assert sorted(path.name for path in (tmp_path / "x" / "migrate").iterdir()) == ["__init__.py"]
