"""Each command does what it says, for a person and for a machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import rewardsim
from rewardsim.rules.codes import OUTCOMES

from .conftest import GENERIC, LATER, REWARD_MI, ROOT, SAMPLE, TEA_CLUB, Call

Said = Callable[..., dict[str, Any]]
COMMANDS = ("check", "schema", "import", "replay", "explain", "draw")
DRAW_COMMANDS = ("commit", "run", "verify")


def test_help_lists_every_command(call: Call) -> None:
    done = call("--help")
    assert done.exit_code == 0
    for command in COMMANDS:
        assert re.search(rf"^\W*{command}\b", done.stdout, re.MULTILINE), command
    assert done.stderr == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(call: Call, command: str) -> None:
    for option in ("--help", "-h"):
        done = call(command, option)
        assert done.exit_code == 0
        assert "Usage" in done.stdout
        assert command in ("schema", "draw") or "--json" in done.stdout


@pytest.mark.parametrize("command", DRAW_COMMANDS)
def test_every_command_of_draws_is_there_and_has_help(call: Call, command: str) -> None:
    assert re.search(rf"^\W*{command}\b", call("draw", "--help").stdout, re.MULTILINE)
    done = call("draw", command, "--help")
    assert done.exit_code == 0
    assert "--json" in done.stdout


def test_version_and_nothing(call: Call) -> None:
    assert call("--version").stdout == f"{rewardsim.__version__}\n"
    assert "Usage" in call().output


@pytest.mark.parametrize("words", [["--nonsense"], ["replay", "--nonsense"], ["nonsense"], ["check"], ["import", "x"]])
def test_bad_usage_is_exit_2(call: Call, words: list[str]) -> None:
    done = call(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr


# ---------------------------------------------------------------- check


def test_check_of_shipped_programmes(call: Call, said: Said) -> None:
    mi = said("check", REWARD_MI)
    assert mi["programme"] == "reward-mi-in"
    assert set(mi) == {"programme", "hash", "shared", "hints", "stretches"}
    assert mi["shared"] == [
        "campaign:accessory-week", "exchange:f-code-redmi-note-4", "referral", "draws.rewardmi-launch",
    ]  # fmt: skip
    assert re.fullmatch(r"[0-9a-f]{64}", mi["hash"])
    tea = said("check", TEA_CLUB)
    assert tea["stretches"] > 1
    words = call("check", REWARD_MI).stdout
    assert words.startswith(f"{REWARD_MI}: Reward Mi (India), ")
    assert "--without" not in words


def test_check_shows_hints(call: Call, said: Said) -> None:
    path = ROOT / "tests" / "programme" / "hints" / "nothing-earned.toml"
    done = call("check", path)
    assert done.exit_code == 0
    assert "hint: " in done.stdout
    assert len(said("check", path)["hints"]) == done.stdout.count("hint: ")


# ---------------------------------------------------------------- schema


@pytest.mark.parametrize(
    ("what", "good"),
    [("programme", "programme"), ("event", "event_id"), ("mapping", "columns")],
)
def test_schema(call: Call, what: str, good: str) -> None:
    done = call("schema", what)
    assert done.exit_code == 0
    schema = json.loads(done.stdout)
    Draft202012Validator.check_schema(schema)
    assert good in schema["properties"]


# ---------------------------------------------------------------- import


def test_import_says_what_the_design_asks(said: Said, tmp_path: Path) -> None:
    out = tmp_path / "events.parquet"
    told = said("import", SAMPLE, "--mapping", GENERIC, "--out", out)
    assert told["rows"] == {"read": 88, "kept": 88, "dropped": {}, "rejected": 0}
    assert told["events"] == {
        "enrol": 4, "opening": 2, "adjust": 2, "redeem": 2, "use": 2, "order": 28, "deliver": 23, "cancel": 1,
        "return": 6, "exchange": 4, "share": 3, "close": 2,
    }  # fmt: skip
    assert told["members"] == 11
    assert told["amount"] == "226727.49"
    assert (told["first"], told["last"]) == ("2017-06-15T00:00:00", "2018-12-31T23:59:59")
    assert re.fullmatch(r"[0-9a-f]{64}", told["digest"])
    assert told["out"] == str(out)
    assert out.is_file()


def test_import_for_a_person(call: Call, tmp_path: Path) -> None:
    done = call("import", SAMPLE, "--mapping", GENERIC, "--out", tmp_path / "e.parquet")
    assert "rows      88 read, 88 kept, 0 dropped, 0 rejected" in done.stdout
    assert "events    28 order" in done.stdout
    assert done.stdout.rstrip().endswith(f"written   {tmp_path / 'e.parquet'}")


def test_import_with_rejects_takes_the_rest(said: Said, call: Call, tmp_path: Path) -> None:
    lines = SAMPLE.read_text().splitlines()
    lines[9] = lines[9].replace("2017-06-23", "2017-02-30")
    lines[30] = lines[30].replace("2499.00", "24,99", 1)
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join(lines[:9] + lines[9:]) + "\n")
    out, rejects = tmp_path / "e.parquet", tmp_path / "r.csv"
    refused = call("import", bad, "--mapping", GENERIC, "--out", out)
    assert refused.exit_code == 2
    assert not out.exists()
    told = said("import", bad, "--mapping", GENERIC, "--out", out, "--rejects", rejects)
    assert told["rows"]["rejected"] == 2 == len(rejects.read_text().splitlines()) - 1
    assert told["rows"]["kept"] == 86


# ---------------------------------------------------------------- replay

EVENT_KEYS = {"read", "applied", "no_op", "duplicate", "conflict", "rejected"}
TOKEN_KEYS = {
    "issued", "released", "redeemed", "exchanged", "expired", "clawed_back", "clawback_shortfall", "debt", "pending",
    "available", "outstanding",
}  # fmt: skip


def test_replay_says_what_the_design_asks(replayed: dict[str, Any]) -> None:
    assert {"run", "digest", "members", "members_in_debt", "events", "tokens", "seconds"} <= set(replayed)
    assert set(replayed["events"]) == EVENT_KEYS
    assert set(replayed["tokens"]) >= TOKEN_KEYS
    assert all(type(count) is int for count in [*replayed["events"].values(), *replayed["tokens"].values()])
    assert Path(replayed["run"]).is_dir()
    assert re.fullmatch(r"[0-9a-f]{64}", replayed["digest"])


def test_replay_of_the_sample_in_figures(replayed: dict[str, Any]) -> None:
    assert replayed["members"] == 11
    assert replayed["events"] == {
        "read": 79, "applied": 70, "no_op": 3, "duplicate": 1, "conflict": 1, "rejected": 4,
    }  # fmt: skip
    assert sum(replayed["outcomes"].values()) == 79
    assert set(replayed["outcomes"]) <= set(OUTCOMES)
    assert replayed["tokens"]["issued"] == 20_777
    assert replayed["tokens"]["exchanged"] == 6_000
    assert replayed["tokens"]["outstanding"] == 9_706


def test_replay_for_a_person(call: Call, events: Path, store: Path, replayed: dict[str, Any]) -> None:
    done = call("replay", REWARD_MI, events, "--without", LATER, "--out", store)
    assert done.exit_code == 0
    assert done.stdout.startswith("Reward Mi (India): 79 events of 11 members, until 2018-12-31\n")
    assert re.search(r"^  issued +20,777$", done.stdout, re.MULTILINE)
    assert f"left out by request: {LATER}" in done.stdout
    assert f"digest   {replayed['digest']}" in done.stdout
    assert done.stderr == ""


def test_replay_again_is_found_whatever_the_engine(
    said: Said, events: Path, store: Path, replayed: dict[str, Any]
) -> None:
    again = said("replay", REWARD_MI, events, "--without", LATER, "--out", store, "--engine", "interpreted")
    assert again == replayed


def test_replay_until_and_recorded_order_are_other_runs(
    said: Said, events: Path, store: Path, replayed: dict[str, Any]
) -> None:
    words = ["replay", REWARD_MI, events, "--without", LATER, "--out", store, "--engine", "interpreted"]
    later = said(*words, "--until", "2020-01-01")
    assert later["until"] == "2020-01-01"
    assert later["tokens"]["available"] == 0
    assert later["tokens"]["expired"] == replayed["tokens"]["expired"] + replayed["tokens"]["available"]
    late = said(*words, "--order", "recorded")
    assert late["digest"] != replayed["digest"]
    assert len({replayed["run"], later["run"], late["run"]}) == 3


def varied(tmp_path: Path) -> Path:
    """Reward Mi at a lower rate."""
    path = tmp_path / "lower.toml"
    text = REWARD_MI.read_text(encoding="utf-8")
    assert text.count('per = "10.00"') == 1
    path.write_text(text.replace('per = "10.00"', 'per = "20.00"'), encoding="utf-8")
    return path


def test_replay_against(
    call: Call, said: Said, events: Path, store: Path, replayed: dict[str, Any], tmp_path: Path
) -> None:
    words = ["replay", REWARD_MI, events, "--against", varied(tmp_path), "--without", LATER, "--out", store]
    told = said(*words, "--engine", "interpreted")
    assert told["digest"] == replayed["digest"]
    other = told["against"]
    assert other["totals"]["issued"]["a"] == replayed["tokens"]["issued"]
    assert (
        other["totals"]["issued"]["difference"] == other["totals"]["issued"]["b"] - other["totals"]["issued"]["a"] < 0
    )
    assert other["members_differing"] == sum(other["made_by"].values()) > 5
    assert other["made_by"]["earning.purchase"] >= 5
    person = call(*words, "--engine", "interpreted").stdout
    assert f"{other['members_differing']} members differ; the first rule to make the difference" in person


# ---------------------------------------------------------------- explain


def test_explain(call: Call, said: Said, replayed: dict[str, Any]) -> None:
    told = said("explain", replayed["run"], "--member", "M-003")
    assert told["member_id"] == "M-003"
    steps = {step["event_id"]: step for step in told["steps"] if step["event_id"]}
    assert steps["E0014"]["entries"][0]["rule"] == "earning.purchase"
    assert steps["E0054"]["silent"] == [{"rule": "campaign:accessory-week", "why": "not_in_window"}]
    person = call("explain", replayed["run"], "--member", "M-003")
    assert person.exit_code == 0
    assert person.stderr == ""
    assert "ISSUE -> PENDING  campaign:accessory-week" in person.stdout
    assert "campaign:accessory-week did not fire: not in window" in person.stdout


def test_explain_says_no_more_of_less(call: Call, replayed: dict[str, Any]) -> None:
    """A cut is 'x of y tokens' with x below y, and nowhere else."""
    for member in ("M-001", "M-003", "M-005", "M-009", "NA"):
        told = call("explain", replayed["run"], "--member", member).stdout
        cuts = [(int(x), int(y)) for x, y in re.findall(r", (\d+) of (\d+) tokens", told)]
        assert [cut for cut in cuts if cut[0] >= cut[1]] == []


# ---------------------------------------------------------------- as a program


def program(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    command = [sys.executable, "-W", "error", "-m", "rewardsim.cli", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env={"PYTHONPATH": str(ROOT), "HOME": str(cwd)}
    )


def test_as_a_program_import_and_replay(tmp_path: Path, replayed: dict[str, Any]) -> None:
    made = program("import", SAMPLE, "--mapping", GENERIC, "--out", "e.parquet", "--json", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    words = ["replay", REWARD_MI, "e.parquet", "--without", LATER, "--engine", "interpreted", "--json"]
    done = program(*words, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["digest"] == replayed["digest"]
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == [Path(told["run"]).name]


def test_as_a_program_bad_input(tmp_path: Path) -> None:
    done = program("replay", REWARD_MI, tmp_path / "none.parquet", "--without", LATER, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "found none.parquet, allowed an existing file" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
