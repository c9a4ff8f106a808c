"""The embedded store: one SQLite file, safe under several processes and any kill."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any
from weakref import finalize

from .faults import Fault, StoreRefused, StoreUnavailable
from .sql import SqlStore

WAIT_S = 30.0
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class SqliteStore(SqlStore):
    """A store in a file. Writers take turns, waiting up to ``wait_s`` seconds for each other."""

    TYPES = {"key": "INTEGER PRIMARY KEY", "int": "INTEGER"}

    def __init__(self, path: str | Path, *, wait_s: float = WAIT_S) -> None:
        self._path = Path(path)
        self._lock = RLock()
        try:
            self._connection = sqlite3.connect(
                self._path, timeout=wait_s, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                self._connection.execute(f"PRAGMA {setting}").fetchall()
        except sqlite3.Error as error:
            raise self._said(error) from error
        self._opened = self._place()
        self._closing = finalize(self, self._connection.close)  # also where nobody closes it: a bundle let go of

    def _place(self) -> tuple[int, int] | None:
        """Return which file stands at the path; SQLite would go on writing to one that is gone."""
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def close(self) -> None:
        """Close the file."""
        self._closing()

    def run(self, text: str, *values: Any) -> list[Any]:
        """Send one statement; return its rows."""
        with self._lock:
            try:
                return self._connection.execute(text, values).fetchall()
            except sqlite3.Error as error:
                raise self._said(error) from error

    @contextmanager
    def unit(self, alone: bool) -> Iterator[None]:
        """Keep everything that is run in the block, or nothing."""
        with self._lock:
            if self._place() != self._opened:
                found, todo = "a file that was removed or replaced", "put it back, and open the store again"
                raise StoreUnavailable([Fault("gone", str(self._path), found, "the file that was opened", todo)])
            self.run("BEGIN IMMEDIATE")
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.rollback()
                raise

    def has_tables(self) -> bool:
        """Tell whether the file holds a store."""
        tables = {name for (name,) in self.run("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and "book" not in tables:
            raise self._no_store(f"a database with the tables {', '.join(sorted(tables))[:200]}")
        return bool(tables)

    def _no_store(self, found: str) -> StoreRefused:
        allowed, todo = "a store, or no file yet", "name another file"
        return StoreRefused([Fault("not_a_store", str(self._path), found, allowed, todo)])

    def _said(self, error: sqlite3.Error) -> StoreRefused | StoreUnavailable:
        """Return what an error of the database means."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        found, place = str(error), str(self._path)
        if code == sqlite3.SQLITE_NOTADB:
            return self._no_store(found)
        if code in BUSY:
            todo = "send the same event again"
            return StoreUnavailable([Fault("busy", place, found, "a store that is free within the time", todo)])
        todo = "see that the file is there and can be written, then send the same event again"
        return StoreUnavailable([Fault("unavailable", place, found, "a store that can be read and written", todo)])
