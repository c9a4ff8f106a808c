"""What a run leaves behind, checked and written in the background while it goes on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rewardsim.programme import Programme
from rewardsim.rules.records import Entry, Note

from .audit import Auditor
from .batches import as_array
from .journal import Chains, JournalWriter
from .writing import Background, EventWriter, LedgerWriter


class Recording(contextlib.ExitStack):
    """Takes entries, notes and outcomes; as a context, it has written everything when it ends.

    Without a folder nothing is written, and everything is checked all the same.
    """

    def __init__(
        self,
        programme: Programme,
        folder: Path | None,
        auditor: Auditor,
        chains: Chains,
        events_writer: Callable[[Path], Any] = EventWriter,
    ) -> None:
        super().__init__()
        self._auditor, self._chains = auditor, chains
        self._writers: list[Callable[..., None]] = []
        if folder is not None:
            ledger = LedgerWriter(folder / "ledger.parquet", programme.names.rules)
            journal = JournalWriter(folder / "journal.parquet", programme.names)
            events = events_writer(folder / "events.parquet")
            self._writers = [self.enter_context(contextlib.closing(w)).write for w in (ledger, journal, events)]
        self._background = self.enter_context(contextlib.closing(Background()))

    def entries(self, entries: Any, count: int) -> None:
        """Take the first ``count`` entries of an array that is ours from now on, or of a list that is reused."""
        batch = as_array(entries[:count], Entry) if isinstance(entries, list) else entries[:count]
        self._take(self._auditor.read, 0, batch)

    def notes(self, notes: Any, count: int) -> None:
        """Take the first ``count`` notes of a table that is reused afterwards."""
        batch = as_array(notes[:count], Note) if isinstance(notes, list) else notes[:count].copy()
        self._take(self._chains.read, 1, batch)

    def outcomes(self, *batch: Any) -> None:
        """Take a batch of events with their outcomes."""
        if self._writers:
            self._background.submit(self._writers[2], *batch)

    def take(self, name: str, rows: Any) -> None:
        """Take an array that is ours from now on: "entries", "notes" or "seen" events."""
        if name == "seen":
            self.outcomes(rows)
        else:
            self._take(self._auditor.read if name == "entries" else self._chains.read, int(name == "notes"), rows)

    def wait(self) -> None:
        """Wait until everything taken has been checked and written."""
        self._background.wait()

    def _take(self, check: Callable[[Any], None], writer: int, rows: Any) -> None:
        self._background.submit(check, rows)
        if self._writers:
            self._background.submit(self._writers[writer], rows)

