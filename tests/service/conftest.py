"""What tests of the service share: a database server of their own, programmes, a service in this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = str(Path(__file__).resolve().parent.parent)
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)

from service.database import Server, binaries  # noqa: E402


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server for this test process."""
    if binaries() is None:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not on this machine")
    made = Server()
    yield made
    made.close()


@pytest.fixture
def database(server: Server) -> str:
    """An empty database."""
    return server.database()
