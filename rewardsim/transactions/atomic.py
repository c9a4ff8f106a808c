"""Files that are there whole or not at all: what writers of temporary names share."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Have a file's or folder's content reach the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def alive(owner: str) -> bool:
    """Tell whether the process that a temporary name is marked with still runs."""
    try:
        os.kill(int(owner), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
