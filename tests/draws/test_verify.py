"""Anybody can check a result: what was changed is found, by the package and by the file beside it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rewardsim.draws import keys

from .conftest import OTHER, Call, Held

Alone = Callable[..., Any]


@pytest.fixture
def alone(held: Held) -> Alone:
    """The copied file, run isolated and without installed packages, somewhere else."""

    def check(*paths: Path) -> Any:
        words = [sys.executable, "-I", "-S", "-X", "utf8", str(held.folder / "verify.py"), *map(str, paths)]
        return subprocess.run(words, cwd=os.sep, capture_output=True, text=True, encoding="utf-8", check=False)

    return check


def both(call: Call, alone: Alone, held: Held, status: int) -> list[str]:
    """What is said, alike by both, with the commitment; odds are checked by the package only."""
    one = call("verify", held.result, held.entrants, "--commitment", held.commitment)
    other = alone(held.result, held.entrants, held.commitment)
    said = [line for line in (one.stdout + one.stderr).splitlines() if not line.startswith("odds: ")]
    assert said == (other.stdout + other.stderr).splitlines()
    assert one.exit_code == other.returncode == status
    return said


def test_right_winners(call: Call, alone: Alone, held: Held) -> None:
    assert both(call, alone, held, 0)[0] == "the winners are right: 2 of 4 members"
    done = alone(held.result, held.entrants)
    assert done.returncode == 0
    assert "compare it with the one published before entries closed" in done.stdout


def test_a_changed_winner(call: Call, alone: Alone, held: Held) -> None:
    winners = json.loads(held.result.read_text(encoding="utf-8"))["winners"]
    held.change(winners=[{**winners[0], "member_id": "ann", "entry": 1}, winners[1]])
    (line,) = both(call, alone, held, 1)
    assert line.startswith("winner 1: the result says 'ann' with entry 1, key ")


@pytest.mark.parametrize("place", [0, 1])
def test_a_winner_left_out_or_added(call: Call, alone: Alone, held: Held, place: int) -> None:
    winners = json.loads(held.result.read_text(encoding="utf-8"))["winners"]
    held.change(winners=[winners[1 - place]])
    assert both(call, alone, held, 1)[-1].startswith("winner 2: the result says nobody, right is '")
    held.change(winners=[*winners, None])
    assert both(call, alone, held, 1) == ["winner 3: the result says 'null', right is nobody"]


def test_a_prize_changed_or_a_number_as_text(call: Call, alone: Alone, held: Held) -> None:
    winners = json.loads(held.result.read_text(encoding="utf-8"))["winners"]
    held.change(winners=[{**winners[0], "tokens": 9}, {**winners[1], "rank": "2"}])
    assert len(both(call, alone, held, 1)) == 2


def test_a_removed_entrant(call: Call, alone: Alone, held: Held) -> None:
    held.entrants.write_text(held.entrants.read_text(encoding="utf-8").replace("ann,1\n", ""), encoding="utf-8")
    said = both(call, alone, held, 1)
    assert [line.split(":")[0] for line in said[:3]] == ["entries", "members", "entrants_digest"]
    assert any(line.startswith("winner ") for line in said)


def test_entrants_in_another_order_are_the_same(call: Call, alone: Alone, held: Held) -> None:
    header, *rows = held.entrants.read_text(encoding="utf-8").splitlines()
    held.entrants.write_text("\r\n".join(["\ufeff" + header, *reversed(rows), ""]), encoding="utf-8")
    both(call, alone, held, 0)


def test_another_secret(call: Call, alone: Alone, held: Held) -> None:
    held.change(secret=OTHER.hex())
    said = both(call, alone, held, 1)
    assert {line.split(":")[0] for line in said} == {"commitment", "winner 1", "winner 2"}
    assert len([line for line in said if line.startswith("commitment: ")]) == 2


def test_a_secret_and_its_own_commitment_put_in_together(call: Call, alone: Alone, held: Held) -> None:
    """A result that agrees with itself is found out by the commitment that was published."""
    said = json.loads(held.result.read_text(encoding="utf-8"))
    tickets = keys.read_tickets(str(held.entrants))
    held.change(**keys.draw_result("d1", OTHER, tickets, said["prizes"]))
    assert alone(held.result, held.entrants).returncode == 0
    (line,) = both(call, alone, held, 1)
    assert line.startswith("commitment: published was ")


def test_a_short_secret(call: Call, alone: Alone, held: Held) -> None:
    held.change(secret="00")
    assert "secret: 1 bytes, which could be guessed; right is 32 or more" in both(call, alone, held, 1)


def test_other_prizes_than_published(call: Call, alone: Alone, held: Held) -> None:
    promised = json.loads(held.commitment.read_text(encoding="utf-8"))
    held.commitment.write_text(json.dumps({**promised, "terms": {"prizes": [{"upto": 3, "tokens": 1}]}}))
    (line,) = both(call, alone, held, 1)
    assert line.startswith("prizes: published was ")


def test_other_odds_than_real(call: Call, held: Held) -> None:
    odds = json.loads(held.result.read_text(encoding="utf-8"))["odds"]
    held.change(odds=[{**odds[0], "odds": "0.900000"}, *odds[1:]])
    done = call("verify", held.result, held.entrants, "--json")
    assert done.exit_code == 1
    said = json.loads(done.stdout)
    assert said["right"] is False
    assert [line.split(":")[0] for line in said["differences"]] == ["odds"]
    for broken in (None, [1, 2, 3], [{**odds[0], "odds": "nan"}, *odds[1:]], odds[:2]):
        held.change(odds=broken)
        assert call("verify", held.result, held.entrants).exit_code == 1
    close = f"{float(odds[0]['odds']) + 0.000001:.6f}"
    held.change(odds=[{**odds[0], "odds": close}, *odds[1:]])
    assert call("verify", held.result, held.entrants).exit_code == 0


BROKEN = {
    "no-object": b"[]",
    "no-json": b"{",
    "deep": b"[" * 100_000,
    "digits": b'{"format": ' + b"9" * 5_000 + b"}",
    "not-text": b"\xff\xfe",
    "values": b'{"format": "draw-result/1", "draw": "../d", "secret": "xy", "prizes": [], "winners": 7}',
    "prizes": b'{"format": "draw-result/1", "draw": "d", "secret": "00", "winners": [], "scheme": "", "commitment": "",'
    b' "entrants_digest": "", "entries": true, "members": 1, "prizes": [{"upto": 1, "tokens": 1.0}]}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_files_that_are_no_results(call: Call, alone: Alone, held: Held, name: str) -> None:
    held.result.write_bytes(BROKEN[name])
    held.entrants.write_bytes(b"member_id,entry\nann,0\n\x01,1\nbob,1,2\n")
    said = both(call, alone, held, 2)
    assert len(said) == {"values": 9, "prizes": 2}.get(name, 1) + 3
    assert all(word in line for line in said for word in (": found ", ", allowed ", ", do: "))


def test_missing_files_are_all_named(call: Call, alone: Alone, held: Held) -> None:
    for path in held[1:]:
        path.unlink()
    assert [line.split(":")[0] for line in both(call, alone, held, 2)] == ["unreadable"] * 3
    assert alone().returncode == 2


def test_the_copy_is_the_source_and_needs_nothing_else(held: Held) -> None:
    source = Path(keys.__file__).read_text(encoding="utf-8")
    assert (held.folder / "verify.py").read_text(encoding="utf-8") == source
    parsed = ast.parse(source, feature_version=(3, 8))
    names = {alias.name for node in ast.walk(parsed) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(parsed) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names
