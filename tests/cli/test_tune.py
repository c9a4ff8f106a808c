"""``rewardsim tune``: what it prints, how it ends, and that its result goes into production."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import DATA, Call

FILE = """schema = 1
[tune]
name = "small"
programme = "{data}/programmes/reward-mi.toml"
population = "{data}/populations/india-2017.toml"
members = 300
until = 2017-08-31
replicates = 2
trials = 6
batch = 3
fresh_replicates = 4
leaders = 2
[[parameters]]
path = "programme.earning.purchase.rate"
values = ["2%", "4%", "6%"]
[[parameters]]
path = "programme.earning.welcome.tokens"
values = [0, 50]
[[objectives]]
measure = "issued"
goal = "minimise"
[[constraints]]
measure = "liability"
{limit}
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tunes")


def written(folder: Path, limit: str) -> Path:
    path = folder / "tune.toml"
    path.write_text(FILE.format(data=DATA, limit=limit), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tuned(out: Path, said: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return said("tune", written(out, 'at_least = "0.00"'), "--workers", "serial", "--out", out / "runs")


def test_the_keys_of_the_plan_of_the_house(tuned: dict[str, Any]) -> None:
    assert {"recommended", "constraints", "base", "effects", "run", "digest"} <= set(tuned)
    assert Path(tuned["recommended"]).is_file()
    assert {"estimate", "low", "high", "replicates"} <= set(tuned["effects"]["issued"])
    assert tuned["effects"]["issued"]["high"] < 0
    assert [one["status"] for one in tuned["constraints"] if one["role"] == "recommended"] == ["held"]
    assert tuned["parameters"] == {
        "programme.earning.purchase.rate": '"2%"', "programme.earning.welcome.tokens": "0"
    }  # fmt: skip


def test_for_people(tuned: dict[str, Any], out: Path, call: Call) -> None:
    done = call("tune", written(out, 'at_least = "0.00"'), "--workers", "serial", "--out", out / "runs")
    assert done.exit_code == 0, done.output
    assert "recommended: change the programme" in done.output
    assert tuned["digest"] in done.output
    assert "winner's curse" in done.output


def test_options_change_what_is_asked(tuned: dict[str, Any], out: Path, said: Callable[..., dict[str, Any]]) -> None:
    found = said(
        "tune", written(out, 'at_least = "0.00"'), "--workers", "serial", "--out", out / "runs",
        "--trials", "2", "--members", "200", "--replicates", "3",
    )  # fmt: skip
    assert (found["members"], found["search"]["trials"]) == (200, 3)
    assert found["digest"] != tuned["digest"]


def test_without_a_recommendation_the_answer_is_no(out: Path, call: Call) -> None:
    done = call("tune", written(out, 'at_most = "0.01"'), "--workers", "serial", "--out", out / "runs", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found["recommended"] is None
    assert "broken most: liability at most 1" in found["advice"]["reason"]


def test_the_result_is_exported(tuned: dict[str, Any], tmp_path: Path, said: Callable[..., dict[str, Any]]) -> None:
    found = said("export", tuned["run"], "--out", tmp_path / "bundle")
    assert found["hash"]
    checked = said("check", tuned["recommended"])
    assert checked["hash"] == tuned["hash"]


def test_faults_are_told_together(out: Path, call: Call) -> None:
    path = out / "bad.toml"
    text = FILE.format(data=DATA, limit='at_most = "1.00"').replace("purchase.rate", "purchase.rat")
    path.write_text(text.replace('"minimise"', '"least"'), encoding="utf-8")
    done = call("tune", path, "--json")
    assert done.exit_code == 2
    found = json.loads(done.stdout)
    assert {(one["line"], one["code"]) for one in found["faults"]} >= {(14, "unknown-key"), (21, "wrong-choice")}


def test_no_such_workers(out: Path, call: Call) -> None:
    done = call("tune", written(out, 'at_least = "0.01"'), "--workers", "elves", "--out", out / "none")
    assert done.exit_code == 2
    assert "serial, processes, dask" in done.output
