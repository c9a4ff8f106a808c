"""The draw commands in this process, a fixed secret, a list of entrants, a draw that was held."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from rewardsim.cli_draw import app

ROOT = Path(__file__).resolve().parents[2]
REWARD_MI = ROOT / "data" / "programmes" / "reward-mi.toml"
SECRET = bytes(range(7, 39))
OTHER = bytes(range(8, 40))
ENTRANTS = 'member_id,entry\nzoë,1\nzoë,2\nzoë,3\nbob,2\nbob,1\nann,1\n"c, ""d""",1\n'
Call = Callable[..., Any]


def run(*words: object) -> Any:
    """Run a command; anything but an exit is raised."""
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture(scope="session")
def call() -> Call:
    """The command line."""
    return run


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file with the fixed secret."""
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    return path


@pytest.fixture
def entrants(tmp_path: Path) -> Path:
    """A list of seven tickets of four members, in no order."""
    path = tmp_path / "list.csv"
    path.write_text(ENTRANTS, encoding="utf-8")
    return path


class Held(NamedTuple):
    """The files of a draw."""

    folder: Path
    result: Path
    entrants: Path
    commitment: Path

    def change(self, **values: Any) -> None:
        """Write other values into the result."""
        said = json.loads(self.result.read_text(encoding="utf-8"))
        self.result.write_text(json.dumps({**said, **values}), encoding="utf-8")


@pytest.fixture
def held(tmp_path: Path, call: Call, secret: Path, entrants: Path) -> Held:
    """A draw of two winners."""
    out = tmp_path / "out"
    assert call("commit", "--draw", "d1", "--secret", secret, "--out", out).exit_code == 0
    done = call("run", "--draw", "d1", "--secret", secret, "--entries", entrants, "--winners", 2, "--out", out)
    assert done.exit_code == 0, done.output
    return Held(out, *(out / f"d1.{what}" for what in ("result.json", "entrants.csv", "commitment.json")))
