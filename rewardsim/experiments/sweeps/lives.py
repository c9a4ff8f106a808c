"""Where finished lives are kept: one folder each, by content key; what is there is never lived again.

Only the driver writes here, so workers need no shared disk. The store may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.store import RunError, folder_of, publish, read_manifest, run_error, writing
from rewardsim.transactions.atomic import sync

from .jobs import KIND, Job
from .outcome import Outcome

if TYPE_CHECKING:
    import pyarrow as pa

LIVES = "lives"
"""Folder of a run store with the finished lives."""
FORMAT = "lives/1"
MARK = "store.json"
OPEN = "open"
"""Folder within, where lives are written before they are complete."""
DAILY = "daily.parquet"
FULL = (errno.ENOSPC, errno.EDQUOT)


class Lives:
    """The finished lives of a run store. Raises RunError where another version wrote them."""

    def __init__(self, out: str | Path) -> None:
        self.folder = Path(out) / LIVES
        with told_if_full(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            _claim(self.folder / MARK)

    def get(self, key: str) -> Outcome | None:
        """Return a life's outcome, None where it is not there or not whole."""
        folder = folder_of(self.folder, key)
        try:
            manifest = read_manifest(folder)
        except RunError:
            return None
        whole = manifest["key"] == key and (folder / DAILY).is_file()
        return Outcome(key, **manifest["outcome"]) if whole else None

    def put(self, job: Job, outcome: Outcome, daily: bytes) -> None:
        """Keep a life. A full disk is told as RunError; lives kept before are not touched."""
        with told_if_full(self.folder), writing(self.folder / OPEN) as folder:
            (folder / DAILY).write_bytes(daily)
            inputs = {"seed": job.seed, "replicate": job.replicate, "members": job.members}
            said = {"kind": KIND, "key": outcome.key, "inputs": inputs, "outcome": outcome.said()}
            publish(folder, self.folder, said)

    def daily(self, key: str) -> pa.Table:
        """Return what happened by day in a life that is there."""
        import pyarrow.parquet as pq

        # Not ``read_table``: it looks for a data set of many files, which takes longer than reading a small one.
        with pq.ParquetFile(folder_of(self.folder, key) / DAILY) as file:
            return file.read(use_threads=False)


def _claim(mark: Path) -> None:
    """Mark a store as of this format; refuse one that another version wrote, and leave it as it is."""
    if not mark.exists():
        made = mark.with_name(f".{mark.name}-{os.getpid()}")
        made.write_text(json.dumps({"format": FORMAT}) + "\n", encoding="utf-8")
        sync(made)
        made.replace(mark)
        return
    found: Any = None
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(mark.read_text(encoding="utf-8"))
    said = found.get("format") if isinstance(found, dict) else None
    if said != FORMAT:
        shown = f"lives of format {said}" if isinstance(said, str) else f"an unreadable {MARK}"
        todo = "use the version of rewardsim that wrote it, or another folder; nothing was changed"
        raise run_error(mark.parent, "other_store", shown, FORMAT, todo)


@contextlib.contextmanager
def told_if_full(folder: Path) -> Iterator[None]:
    """Turn the error of a full disk into a word on what is kept."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        todo = "make room and run the same again: finished lives are kept, and only what is missing is lived"
        raise run_error(folder, "disk_full", "a full disk", "room for results", todo) from error
