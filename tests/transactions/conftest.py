"""The importer of small files that most tests here use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rewardsim.transactions import ImportResult, import_transactions

from .helpers import Importer, plan


@pytest.fixture
def take(tmp_path: Path) -> Importer:
    """Import text or bytes as a CSV file under the plain mapping with changes."""

    def run(
        body: str | bytes, name: str = "given.csv", rejects: Path | None = None, out: Path | None = None, **tables: Any
    ) -> ImportResult:
        path = tmp_path / name
        path.write_bytes(body.encode() if isinstance(body, str) else body)
        return import_transactions(path, plan(**tables), out=out, rejects=rejects)

    return run
