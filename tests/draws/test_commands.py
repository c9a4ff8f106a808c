"""The road of a draw: commitment, one draw, entrants of every kind, nothing changed by what is refused."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardsim.draws import files, keys
from rewardsim.draws.faults import DrawError
from rewardsim.draws.holding import hold

from .conftest import ENTRANTS, OTHER, REWARD_MI, SECRET, Call, Held

DRAW = "rewardmi-launch"


def content(folder: Path) -> dict[str, bytes]:
    """All files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_secret_is_the_owners_alone(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "fresh"
    done = call("commit", "--draw", "d1", "--secret", path, "--out", tmp_path / "out", "--new", "--json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    said = json.loads(done.stdout)
    assert said["commitment"] == keys.commitment("d1", path.read_bytes())
    assert keys.commitment("d2", path.read_bytes()) != said["commitment"]
    kept = path.read_bytes()
    assert call("commit", "--draw", "d2", "--secret", path, "--out", tmp_path / "out", "--new").exit_code == 2
    assert path.read_bytes() == kept
    assert sorted(content(tmp_path / "out")) == ["d1.commitment.json"]


def test_no_secret_is_left_where_no_commitment_can_be(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "link", full)
    done = call("commit", "--draw", "d1", "--secret", tmp_path / "s", "--out", tmp_path / "out", "--new")
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert not (tmp_path / "s").exists()
    assert content(tmp_path / "out") == {}


def test_the_same_commitment_again_and_another(call: Call, tmp_path: Path, secret: Path) -> None:
    words = ("commit", "--draw", "d1", "--secret", secret, "--out", tmp_path / "out")
    first = call(*words)
    before = content(tmp_path / "out")
    assert call(*words).stdout == first.stdout
    secret.write_bytes(OTHER)
    assert call(*words).exit_code == 2
    assert call(*words[:4], tmp_path / "s2", *words[5:], "--new").exit_code == 2
    assert not (tmp_path / "s2").exists()
    assert content(tmp_path / "out") == before


def test_a_second_draw_changes_nothing(call: Call, held: Held, secret: Path, entrants: Path) -> None:
    before = content(held.folder)
    words = ("run", "--draw", "d1", "--secret", secret, "--entries", entrants, "--winners", 2, "--out", held.folder)
    again = call(*words)
    assert again.exit_code == 2
    assert again.stderr.startswith("exists: ")
    entrants.write_text("member_id,entry\nann,1\n")
    assert call(*words).exit_code == 2
    assert content(held.folder) == before


def test_frozen_entrants_stay_frozen(call: Call, held: Held, secret: Path, entrants: Path) -> None:
    """A draw that was cut short can be finished with its entrants, and with no others."""
    before = content(held.folder)
    held.result.unlink()
    words = ("run", "--draw", "d1", "--secret", secret, "--entries", entrants, "--winners", 2, "--out", held.folder)
    entrants.write_text("member_id,entry\nann,1\n")
    assert call(*words).exit_code == 2
    assert not held.result.exists()
    entrants.write_text(ENTRANTS, encoding="utf-8")
    assert call(*words).exit_code == 0
    assert content(held.folder) == before


def test_two_draws_at_once_are_one(tmp_path: Path, call: Call, secret: Path, entrants: Path) -> None:
    """Case 53: of two writers one is refused, whatever the moment."""
    out = tmp_path / "out"
    call("commit", "--draw", "d1", "--secret", secret, "--out", out)
    ended: list[str] = []

    def draw() -> None:
        try:
            ended.append(str(len(hold("d1", secret, entrants, out, winners=2)["winners"])))
        except DrawError as error:
            ended.append(error.faults[0].code)

    threads = [threading.Thread(target=draw) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["2", *["exists"] * 5]
    assert sorted(content(out)) == ["d1.commitment.json", "d1.entrants.csv", "d1.result.json", "verify.py"]


def test_the_report_says_scheme_odds_and_winners(call: Call, tmp_path: Path, secret: Path, entrants: Path) -> None:
    call("commit", "--draw", "d1", "--secret", secret, "--out", tmp_path)
    said = call("run", "--draw", "d1", "--secret", secret, "--entries", entrants, "--winners", 2, "--out", tmp_path)
    assert said.stdout.startswith(
        "draw d1: 2 winners of 4 members, 7 entries\nscheme     several entries a member, by "
    )
    assert "odds       0.330952 (139/420) with 1 entry: 2 members\n" in said.stdout
    assert "odds       0.742857 (26/35) with 3 entries: 1 member\n" in said.stdout
    assert said.stdout.endswith("check      python verify.py d1.result.json d1.entrants.csv d1.commitment.json\n")
    result = json.loads((tmp_path / "d1.result.json").read_text(encoding="utf-8"))
    assert result["secret"] == SECRET.hex()
    assert result["scheme"] == keys.WEIGHTED
    assert result["odds_tolerance"] == "0.000001"


def test_more_prizes_than_members(call: Call, tmp_path: Path, secret: Path, entrants: Path) -> None:
    """Everybody wins once; prizes left over stay with the programme (case 55)."""
    call("commit", "--draw", "d1", "--secret", secret, "--out", tmp_path)
    words = ("run", "--draw", "d1", "--secret", secret, "--entries", entrants, "--winners", 99, "--out", tmp_path)
    result = json.loads(call(*words, "--json").stdout)
    assert sorted(row["member_id"] for row in result["winners"]) == ["ann", "bob", 'c, "d"', "zoë"]
    assert {row["odds"] for row in result["odds"]} == {"1.000000"}


def write(kind: str, folder: Path) -> Path:
    """The same entrants in another kind of file."""
    rows = [("zoë", 1), ("zoë", 2), ("zoë", 3), ("bob", 2), ("bob", 1), ("ann", 1), ('c, "d"', 1)]
    path = folder / f"list.{kind}"
    if kind == "parquet":
        members, entries = zip(*rows, strict=True)
        pq.write_table(pa.table({"entry": pa.array(entries, pa.int16()), "x": entries, "member_id": members}), path)
    elif kind == "jsonl":
        path.write_text("\n".join(json.dumps({"member_id": m, "entry": e}) for m, e in rows), encoding="utf-8")
    else:
        text = "".join(f"{e},x,{json.dumps(m, ensure_ascii=False)}\r\n".replace('\\"', '""') for m, e in rows)
        path.write_text(f"\ufeffentry,note,member_id\r\n{text}\r\n", encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_entrants_of_every_kind(call: Call, tmp_path: Path, held: Held, secret: Path, kind: str) -> None:
    link = tmp_path / "link"
    os.symlink(write(kind, tmp_path), link)
    os.symlink(secret, tmp_path / "secret-link")
    words = ("--draw", "d1", "--secret", tmp_path / "secret-link", "--out", tmp_path / "again")
    call("commit", *words)
    done = call("run", *words, "--entries", link if kind != "jsonl" else write(kind, tmp_path), "--winners", 2)
    assert done.exit_code == 0, done.output
    assert content(tmp_path / "again") == content(held.folder)


def test_a_programme_says_what_is_won(call: Call, tmp_path: Path, secret: Path) -> None:
    entrants = tmp_path / "list.csv"
    entrants.write_text("member_id,entry\n" + "".join(f"m{i},1\n" for i in range(300)))
    words = ("--draw", DRAW, "--secret", secret, "--out", tmp_path / "out")
    said = json.loads(call("commit", *words, "--programme", REWARD_MI, "--json").stdout)
    assert said["terms"] == {
        "programme": "reward-mi-in",
        "opens": "2017-06-15",
        "closes": "2017-06-22",
        "draws_on": "2017-06-25",
        "entries_per_member_max": 1,
        "prizes": [{"upto": 100, "tokens": 500}],
    }
    result = json.loads(call("run", *words, "--entries", entrants, "--programme", REWARD_MI, "--json").stdout)
    assert [row["tokens"] for row in result["winners"]] == [500] * 100
    assert result["odds"] == [{"entries": 1, "members": 300, "odds": "0.333333", "exact": "1/3"}]
    assert result["scheme"] == keys.EQUAL


def test_terms_once_published_hold(call: Call, tmp_path: Path, secret: Path, entrants: Path) -> None:
    words = ("--draw", DRAW, "--secret", secret, "--out", tmp_path / "out")
    call("commit", *words, "--programme", REWARD_MI)
    other = tmp_path / "other.toml"
    other.write_text(REWARD_MI.read_text(encoding="utf-8").replace("winners = 100", "winners = 99"), encoding="utf-8")
    for given in (("--winners", 99), ("--programme", other)):
        done = call("run", *words, "--entries", entrants, *given)
        assert done.exit_code == 2
        assert done.stderr.startswith("other_terms: ")
    entrants.write_text("member_id,entry\nann,1\n")
    result = json.loads(call("run", *words, "--entries", entrants, "--winners", 100, "--json").stdout)
    assert result["winners"][0]["tokens"] == 500


def journal(folder: Path, until: str, rows: list[tuple[str, str, str | None, int]]) -> Path:
    """What a draw reads of a run."""
    folder.mkdir()
    who, kinds, draws, numbers = (list(column) for column in zip(*rows, strict=True))
    ids = sorted(set(who))
    columns = {
        "seq": pa.array(range(len(rows))),
        "member": pa.array([ids.index(one) for one in who], pa.int32()),
        "kind": pa.array(kinds).dictionary_encode(),
        "draw": pa.array(draws, pa.string()).dictionary_encode(),
        "number": pa.array(numbers, pa.int32()),
    }
    pq.write_table(pa.table(columns), folder / "journal.parquet")
    pq.write_table(pa.table({"member": range(len(ids)), "member_id": ids}), folder / "members.parquet")
    manifest = {
        "format": "run/1",
        "programme": {"file": "p.toml", "text": REWARD_MI.read_text(encoding="utf-8")},
        "summary": {"until": until},
        "tables": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.parquet")},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


ROWS = [
    ("ann", "draw_entered", DRAW, 1),
    ("bob", "draw_entered", DRAW, 1),
    ("bob", "draw_entry_withdrawn", DRAW, 1),
    ("zoë", "draw_entered", DRAW, 1),
    ("zoë", "draw_entry_withdrawn", DRAW, 1),
    ("zoë", "draw_entered", DRAW, 1),
    ("cat", "draw_entered", "another", 1),
    ("cat", "tier_changed", None, 2),
    ("ann", "draw_won", DRAW, 0),
]


def test_entrants_of_a_run(call: Call, tmp_path: Path, secret: Path) -> None:
    run = journal(tmp_path / "run", "2017-06-21", ROWS)
    words = ("--draw", DRAW, "--secret", secret, "--out", tmp_path / "out")
    call("commit", *words)
    done = call("run", *words, "--entries", run, "--programme", REWARD_MI)
    assert done.exit_code == 0, done.output
    frozen = (tmp_path / "out" / f"{DRAW}.entrants.csv").read_text(encoding="utf-8")
    assert frozen == "member_id,entry\nann,1\nzoë,1\n"


@pytest.mark.parametrize(
    ("until", "rows", "code"),
    [("2017-06-20", ROWS, "still_open"), ("2017-12-31", ROWS[6:8], "no_entrants"), ("2017-12-31", None, "damaged")],
)
def test_runs_that_say_nothing_of_entrants(
    call: Call, tmp_path: Path, secret: Path, until: str, rows: list[Any] | None, code: str
) -> None:
    run = journal(tmp_path / "run", until, rows or ROWS)
    if rows is None:
        (run / "journal.parquet").write_bytes(b"PAR1")
    words = ("--draw", DRAW, "--secret", secret, "--out", tmp_path / "out")
    call("commit", *words)
    done = call("run", *words, "--entries", run, "--winners", 1)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"{code}: ")


def test_hostile_json_lines_and_parquet(call: Call, tmp_path: Path, secret: Path) -> None:
    call("commit", "--draw", "d1", "--secret", secret, "--out", tmp_path / "out")
    before = content(tmp_path / "out")
    lines = tmp_path / "list.jsonl"
    bad = [
        '{"member_id": "a"}',
        "[]",
        "{",
        "NaN",
        '{"member_id": "\\ud800", "entry": 1}',
        '{"member_id": 1, "entry": 1}',
    ]
    entries = ("true", "1.0", "0", "-1", "null", "1e3", "9" * 5_000)
    bad += [f'{{"member_id": "a", "entry": {entry}}}' for entry in entries]
    lines.write_bytes("\n".join(bad).encode() + b'\n\xff\n{"member_id": "a\\nb", "entry": 1}\n')
    words = ("run", "--draw", "d1", "--secret", secret, "--winners", 1, "--out", tmp_path / "out", "--entries")
    done = call(*words, lines)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == len(bad) + 2
    table = tmp_path / "list.parquet"
    for columns in ({"member_id": ["a", None], "entry": [1, 1]}, {"member_id": ["a"], "entry": [1.0]}, {"entry": [1]}):
        pq.write_table(pa.table(columns), table)
        assert call(*words, table).exit_code == 2
    table.write_bytes(table.read_bytes()[:-9])
    assert call(*words, table).stderr.startswith("damaged: ")
    assert content(tmp_path / "out") == before


def test_nothing_of_a_writer_is_left(tmp_path: Path) -> None:
    files.put(tmp_path / "a", b"1")
    with pytest.raises(DrawError, match="exists"):
        files.put(tmp_path / "a", b"2")
    assert content(tmp_path) == {"a": b"1"}
