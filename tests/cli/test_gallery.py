"""The error gallery: every message word for word, exit code 2, nothing on stdout, nothing left behind."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from . import bombs
from .conftest import GENERIC, REWARD_MI, TEA_CLUB, Call

GALLERY = Path(__file__).parent / "errors"
CASES = sorted(path.parent for path in GALLERY.glob("*/command.txt"))
WITHOUT_JSON = {"unknown-schema"}  # `schema` prints JSON anyway
Places = Callable[[Path], dict[str, str]]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, events: Path, phase_events: Path) -> dict[str, str]:
    """Inputs that are not kept as files."""
    folder = tmp_path_factory.mktemp("gallery")
    pq.write_table(pa.table({"sku": ["a"], "price": [1]}), folder / "plain.parquet")
    bomb = bombs.build("sales", folder / "bomb.parquet")
    places = {"events": events, "phases": phase_events, "plain": folder / "plain.parquet", "bomb": bomb}
    return {name: str(path) for name, path in places.items()} | {"size": str(bomb.stat().st_size)}


@pytest.fixture
def places(made: dict[str, str], tmp_path: Path, replayed: dict[str, Any]) -> Places:
    """What the places of a command stand for."""

    def of(case: Path) -> dict[str, str]:
        shipped = {"small": GALLERY / "small.toml", "mi": REWARD_MI, "tea": TEA_CLUB, "run": replayed["run"]}
        shipped["generic"] = GENERIC
        return {"here": str(case), "tmp": str(tmp_path), **made, **{name: str(path) for name, path in shipped.items()}}

    return of


def command(case: Path, places: dict[str, str]) -> list[str]:
    """The words of a command with its places filled in."""
    return [word.format_map(places) for word in shlex.split((case / "command.txt").read_text())]


def placeless(text: str, places: dict[str, str]) -> str:
    """A message with its places as placeholders again."""
    for name, path in sorted(places.items(), key=lambda place: -len(place[1])):
        text = text.replace(path, f"{{{name}}}")
    return text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_message(case: Path, call: Call, places: Places, tmp_path: Path) -> None:
    where = places(case)
    done = call(*command(case, where))
    assert placeless(done.stderr, where) == (case / "expected.txt").read_text(encoding="utf-8")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in WITHOUT_JSON], ids=lambda case: case.name)
def test_message_for_a_machine(case: Path, call: Call, places: Places, tmp_path: Path) -> None:
    where = places(case)
    done = call(*command(case, where), "--json")
    assert done.exit_code == 2
    told = json.loads(done.stdout)
    assert set(told) == {"error", "count", "faults"}
    assert told["count"] == len(told["faults"]) >= 1
    for fault in told["faults"]:
        assert set(fault) == {"file", "line", "path", "code", "found", "allowed", "todo"}
        assert all(fault[key] for key in ("file", "code", "found", "allowed", "todo"))
    assert placeless(told["error"], where) + "\n" == (case / "expected.txt").read_text(encoding="utf-8")
    assert done.stderr == ""
    assert left_behind(tmp_path) == []


def left_behind(folder: Path) -> list[str]:
    """Files of a folder, and anything in a run store; an empty store may stay."""
    return sorted(path.name for path in folder.rglob("*") if path.name != "runs")


def test_a_message_gives_place_found_allowed_and_what_to_do() -> None:
    for case in CASES:
        for line in (case / "expected.txt").read_text(encoding="utf-8").splitlines():
            assert "found " in line, case.name
            assert ", allowed " in line, case.name
            assert ", do: " in line, case.name


FAULTS = {
    "programme-many-faults": 4,
    "mapping-missing-columns": 2,
    "mapping-many-faults": 3,
    "rows-many-faults": 4,
    "several-bad-event-files": 3,
    "other-currency-and-zone": 2,
    "members-many-faults": 5,
    "rows-of-members": 5,
    "tiers-not-increasing": 2,
    "secrets-many-faults": 3,
    "without-nonsense": 2,
    "programme-overflow": 2,
}


@pytest.mark.parametrize("name", FAULTS)
def test_all_faults_at_once(name: str) -> None:
    assert len((GALLERY / name / "expected.txt").read_text(encoding="utf-8").splitlines()) == FAULTS[name]
