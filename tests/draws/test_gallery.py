"""The error gallery of draws: every message word for word, exit code 2, nothing changed."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from .conftest import ENTRANTS, OTHER, REWARD_MI, SECRET, Call

GALLERY = Path(__file__).parent / "errors"
CASES = sorted(path.parent for path in GALLERY.glob("*/command.txt"))
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
FILES = {"secret": SECRET, "other": OTHER, "short": b"secret\n", "weak": b"0" * 32, "list": ENTRANTS.encode()}
Places = dict[str, str]


@pytest.fixture
def places(tmp_path: Path, call: Call) -> Places:
    """What the places of a command stand for."""
    made = {name: tmp_path / name for name in FILES} | {"out": tmp_path / "out"}
    for name, content in FILES.items():
        made[name].write_bytes(content)
    words = ("--secret", made["secret"], "--out", made["out"])
    for draw in ("d1", "held", "frozen"):
        call("commit", "--draw", draw, *words)
    call("commit", "--draw", "rewardmi-launch", *words, "--programme", REWARD_MI)
    assert call("run", "--draw", "held", *words, "--entries", made["list"], "--winners", 1).exit_code == 0
    (made["out"] / "frozen.entrants.csv").write_text("member_id,entry\nann,1\n")
    return {"tmp": str(tmp_path), "mi": str(REWARD_MI), **{name: str(path) for name, path in made.items()}}


def command(case: Path, places: Places) -> list[str]:
    """The words of a command with its places filled in."""
    return [word.format_map(places | {"here": str(case)}) for word in shlex.split((case / "command.txt").read_text())]


def placeless(text: str, places: Places) -> str:
    """A message with its places as placeholders again."""
    for name, path in sorted(places.items(), key=lambda place: -len(place[1])):
        text = text.replace(path, f"{{{name}}}")
    return text


def content(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@each
def test_message(case: Path, call: Call, places: Places, tmp_path: Path) -> None:
    before = content(tmp_path)
    done = call(*command(case, places))
    assert placeless(done.stderr, places | {"here": str(case)}) == (case / "expected.txt").read_text(encoding="utf-8")
    assert (done.exit_code, done.stdout) == (2, "")
    assert content(tmp_path) == before


@each
def test_message_for_a_machine(case: Path, call: Call, places: Places) -> None:
    done = call(*command(case, places), "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, done.stderr) == (2, "")
    assert told["count"] == len(told["faults"]) >= 1
    for fault in told["faults"]:
        assert set(fault) == {"file", "line", "path", "code", "found", "allowed", "todo"}
        assert all(fault[key] for key in ("file", "code", "found", "allowed", "todo"))
    lines = (case / "expected.txt").read_text(encoding="utf-8")
    assert placeless(told["error"], places | {"here": str(case)}) + "\n" == lines


def test_a_message_gives_place_found_allowed_and_what_to_do() -> None:
    for case in CASES:
        for line in (case / "expected.txt").read_text(encoding="utf-8").splitlines():
            assert all(word in line for word in (": found ", ", allowed ", ", do: ")), case.name


@pytest.mark.parametrize(("name", "count"), [("run-many-faults", 12), ("commit-many-faults", 2), ("open-quote", 2)])
def test_all_faults_at_once(name: str, count: int) -> None:
    assert len((GALLERY / name / "expected.txt").read_text(encoding="utf-8").splitlines()) == count
