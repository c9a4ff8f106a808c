"""Lets the tests here import their neighbours by name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rewardsim.scoring import SqliteStore

FOLDER = str(Path(__file__).resolve().parent.parent)
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close every file that a test opened."""
    files: list[SqliteStore] = []
    first = SqliteStore.__init__

    def opened(self: SqliteStore, *given: Any, **named: Any) -> None:
        first(self, *given, **named)
        files.append(self)

    monkeypatch.setattr(SqliteStore, "__init__", opened)
    yield
    for store in files:
        store.close()
