"""The run store: a run is a folder named by the content key of its inputs.

It is written under a temporary name, synced, and renamed when complete, the manifest last. So a
run is there whole or not at all, and an identical one is found instead of computed.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rewardsim.programme.faults import Fault, Place
from rewardsim.transactions.atomic import alive, sync

FORMAT = "run/3"
MANIFEST = "manifest.json"
TEMPORARY = ".writing-"
KEY_SHOWN = 16
LIBRARIES = ("rewardsim", "numpy", "pandas", "pyarrow", "duckdb", "numba", "tzdata")


class RunError(ValueError):
    """A run that is missing, damaged, of another format, or asked for what it does not hold."""

    def __init__(self, fault: Fault) -> None:
        self.faults = (fault,)
        super().__init__(str(fault))


def run_error(path: Path, code: str, found: str, allowed: str, todo: str) -> RunError:
    """Return the error for a run that cannot be used."""
    return RunError(Fault(Place(str(path)), code, found, allowed, todo))


def key_of(inputs: dict[str, Any]) -> str:
    """Return the content key: SHA-256 of canonical JSON made of integers and strings."""
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def folder_of(out: Path, key: str) -> Path:
    """Return the folder of a run in a store."""
    return out / key[:KEY_SHOWN]


def find(out: Path, key: str) -> Path | None:
    """Return the folder of a complete, undamaged run with these inputs, if the store has it."""
    folder = folder_of(out, key)
    try:
        verify(folder)
    except RunError:
        return None
    return folder if read_manifest(folder)["key"] == key else None


@contextlib.contextmanager
def writing(out: Path) -> Iterator[Path]:
    """Give a temporary folder in the store; it is gone afterwards unless ``publish`` renamed it.

    What a killed writer left behind is swept first; the name tells whose it was.
    """
    out.mkdir(parents=True, exist_ok=True)
    for left in out.glob(f"{TEMPORARY}*"):
        if not alive(left.name.removeprefix(TEMPORARY).split("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{os.getpid()}-", dir=out))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, out: Path, manifest: dict[str, Any]) -> Path:
    """Complete a run: tables synced, manifest last, one rename. Losing a race is no loss."""
    tables = sorted(path for path in folder.iterdir() if path.is_file())
    for path in tables:
        sync(path)
    complete = {
        "format": FORMAT,
        **manifest,
        "versions": versions(),
        "tables": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tables},
    }
    (folder / MANIFEST).write_text(json.dumps(complete, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sync(folder / MANIFEST)
    sync(folder)
    target = folder_of(out, manifest["key"])
    if target.exists() and find(out, manifest["key"]) is None:
        shutil.rmtree(target)
    try:
        folder.rename(target)
    except OSError:
        if find(out, manifest["key"]) is None:
            raise
    sync(out)
    return target


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a run's manifest; raise RunError where there is none of this format."""
    path = Path(folder) / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise run_error(folder, "no_run", f"no readable {MANIFEST}", "a run folder", "name one") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise run_error(folder, "other_format", "another format", FORMAT, "run again with this version")
    return manifest


def verify(folder: Path) -> None:
    """Compare a run's tables with the hashes in its manifest; raise RunError where one differs."""
    for name, wanted in read_manifest(folder)["tables"].items():
        path = Path(folder) / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            raise run_error(path, "damaged", "a missing or changed table", "the one that was written", "run again")


@functools.cache  # reading them takes longer than all else that keeps a small life
def versions() -> dict[str, str]:
    """Return the versions a run was made with."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with contextlib.suppress(Exception):
            found[name] = version(name)
    return found
