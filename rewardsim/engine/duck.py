"""DuckDB, quiet: no progress bar, whether or not a notebook could show one."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any


def quiet_connection(path: str | Path = ":memory:") -> Any:
    """Return a DuckDB connection without a progress bar."""
    import duckdb

    connection = duckdb.connect(str(path))
    # In a kernel without ipywidgets the setting itself is refused, and the bar is off anyway.
    with contextlib.suppress(duckdb.InvalidInputException):
        connection.execute("SET enable_progress_bar=false")
    return connection
