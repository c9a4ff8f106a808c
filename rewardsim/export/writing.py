"""Bundles on disk: a folder, one file that runs, a wheel. Written under a temporary name, synced, renamed.

The same files give the same bytes: archives hold their members in order of name, uncompressed (a
compressor's version would show), with one date.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rewardsim.export.faults import refuse
from rewardsim.scoring.boot import Files
from rewardsim.transactions.atomic import alive, sync

TEMPORARY = ".bundle-"
FIRST_DATE = (1980, 1, 1, 0, 0, 0)
SHEBANG = b"#!/usr/bin/env python3\n"


def write_bundle(files: Files, out: Path) -> None:
    """Write a bundle: one file where ``out`` ends with .pyz, else a folder. ``out`` must not exist."""
    if out.suffix == ".pyz":
        put_file(out, SHEBANG + archive(files))
    else:
        put_folder(out, files)


def archive(files: Files) -> bytes:
    """Return files as a zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, FIRST_DATE)
            info.create_system = 3
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            target.writestr(info, files[name])
    return made.getvalue()


def put_file(out: Path, text: bytes) -> None:
    """Write one file whole or not at all."""

    def fill(place: Path) -> None:
        place.write_bytes(text)
        place.chmod(0o755 if text.startswith(b"#!") else 0o644)
        sync(place)

    _put(out, fill)


def put_folder(out: Path, files: Files) -> None:
    """Write a folder whole or not at all."""

    def fill(place: Path) -> None:
        place.mkdir()
        for name, text in files.items():
            at = place / name
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_bytes(text)
            sync(at)
        for folder in sorted({(place / name).parent for name in files}):
            sync(folder)

    _put(out, fill)


def _put(out: Path, fill: Callable[[Path], None]) -> None:
    """Let something be made under a temporary name beside ``out``, then rename it."""
    _must_be_free(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    for left in out.parent.glob(f"{TEMPORARY}*"):
        if not alive(left.name.removeprefix(TEMPORARY).split("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{TEMPORARY}{os.getpid()}-", dir=out.parent))
    try:
        fill(folder / out.name)
        _must_be_free(out)
        (folder / out.name).rename(out)
        sync(out.parent)
    except OSError as error:
        found = error.strerror or error
        raise refuse("not_written", out, found, "a place that can be written", "make room there") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _must_be_free(out: Path) -> None:
    if out.exists() or out.is_symlink():
        raise refuse("exists", out, "something there already", "a new name", "name another, or remove it first")


def wheel_name(programme: str, version: str) -> tuple[str, str]:
    """Return a wheel's package and file name."""
    package = "rewards_" + (re.sub(r"[^a-z0-9]+", "_", programme.lower()).strip("_") or "programme")
    return package, f"{package}-{version}-py3-none-any.whl"


def wheel(files: Files, programme: dict[str, Any], version: str) -> bytes:
    """Return a bundle as a pure wheel: its tree as one package, and a command of that name."""
    package, _ = wheel_name(programme["id"], version)
    about = f"{package}-{version}.dist-info"
    made = {f"{package}/{name}": text for name, text in files.items()}
    made[f"{about}/METADATA"] = _metadata(package, programme, version)
    made[f"{about}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: rewardsim\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    command = package.replace("_", "-")
    made[f"{about}/entry_points.txt"] = f"[console_scripts]\n{command} = {package}.__main__:main\n".encode()
    made[f"{about}/RECORD"] = _record(made, f"{about}/RECORD")
    return archive(made)


def _metadata(package: str, programme: dict[str, Any], version: str) -> bytes:
    name = " ".join(str(programme["name"]).split())
    said = ("Metadata-Version: 2.1", f"Name: {package.replace('_', '-')}", f"Version: {version}")
    summary = f"Summary: {name}: a reward programme for production"
    return "\n".join([*said, summary, "Requires-Python: >=3.11", ""]).encode()


def _record(files: Files, own: str) -> bytes:
    rows = []
    for name in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        quoted = f'"{name}"' if "," in name else name
        rows.append(f"{quoted},sha256={digest},{len(files[name])}\n")
    return "".join([*rows, f"{own},,\n"]).encode()
