"""The compile cache: one folder a digest of everything that went into the machine code.

Numba's own cache looks at the time stamp of the kernel's file only, and serves stale code when a
rule it calls has changed. Here the folder's name is a digest of the sources of ``rules``,
``behaviour`` and ``engine``, the versions and the processor, so that a change of any of them compiles anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

FOLDERS_KEPT = 4


def sources_digest(*rooms: str) -> str:
    """Return the SHA-256 over the Python sources of the named rooms, by path and content."""
    package = Path(__file__).parent.parent
    whole = hashlib.sha256()
    for room in rooms:
        for path in sorted((package / room).rglob("*.py")):
            name = path.relative_to(package).as_posix()
            whole.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def cache_folder() -> Path:
    """Return the folder for this state of the sources, libraries and processor."""
    import llvmlite
    import numba
    import numpy
    from llvmlite import binding

    parts = [
        sources_digest("rules", "behaviour", "engine"),
        numba.__version__,
        llvmlite.__version__,
        numpy.__version__,
        platform.python_version(),
        binding.get_host_cpu_name(),
        binding.get_host_cpu_features().flatten(),
    ]
    return cache_root() / hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def cache_root() -> Path:
    """Return ``REWARDSIM_CACHE_DIR`` or the user's cache folder."""
    import platformdirs

    named = os.environ.get("REWARDSIM_CACHE_DIR")
    return Path(named) if named else Path(platformdirs.user_cache_dir("rewardsim")) / "compiled"


@contextlib.contextmanager
def keyed_cache() -> Iterator[None]:
    """Within the block, numba functions declared with ``cache=True`` keep their code in our folder."""
    from numba.core import config

    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    _drop_old(folder.parent)
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before


def _drop_old(root: Path) -> None:
    """Keep the folders used last; another process may drop the same ones at the same time."""
    folders = sorted((f for f in root.iterdir() if f.is_dir()), key=lambda f: f.stat().st_mtime, reverse=True)
    for folder in folders[FOLDERS_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
