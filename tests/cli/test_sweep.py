"""``rewardsim sweep``: exit codes, one object, and interrupts that keep what is finished."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import REWARD_MI, ROOT, Call

FOLDER = str(Path(__file__).resolve().parent.parent)
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)

from experiments.simulated import TOWN  # noqa: E402

from rewardsim import cli_progress  # noqa: E402
from rewardsim.experiments.sweeps.progress import Progress  # noqa: E402

HEAD = """
schema = 1
[sweep]
name = "Rates"
programme = "{programme}"
population = "town.toml"
members = 60
until = 2017-09-12
seed = 5
replicates = 3
measures = ["net", "liability"]
[[scenarios]]
id = "8 percent"
changes = {{ "programme.earning.purchase.rate" = "8%" }}
"""
Made = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Write a sweep file, with more at its end."""

    def write(more: str = "", head: str = HEAD) -> Path:
        (tmp_path / "town.toml").write_text(TOWN)
        path = tmp_path / "sweep.toml"
        path.write_text(head.format(programme=REWARD_MI) + more)
        return path

    return write


def guard(limit: str) -> str:
    return f'[[guards]]\nmeasure = "liability"\nat_most = "{limit}"\n'


def test_a_sweep_says_what_scenarios_change(call: Call, made: Made, tmp_path: Path) -> None:
    done = call("sweep", made(), "--workers", "serial", "--out", tmp_path / "runs")
    assert done.exit_code == 0
    assert 'sweep "Rates": 2 scenario(s), 60 members, 2017-06-15 to 2017-09-12, 3 replicate(s)' in done.stdout
    assert "8 percent" in done.stdout
    assert done.stderr == ""


def test_one_object(said: Callable[..., dict[str, Any]], made: Made, tmp_path: Path) -> None:
    words = ("sweep", made(), "--out", tmp_path / "runs")
    found = said(*words, "--workers", "serial")
    assert {"run", "digest", "base", "effects", "guards", "failures"} <= set(found)
    assert {"estimate", "low", "high", "replicates"} <= set(found["effects"][0])
    assert Path(found["run"]).is_dir()
    assert said(*words, "--workers", "processes", "--jobs", "2")["run"] == found["run"]
    more = said(*words, "--workers", "serial", "--replicates", "4", "--members", "50")
    assert (more["members"], more["effects"][0]["replicates"]) == (50, 4)


@pytest.mark.parametrize(("limit", "code"), [("99999999.00", 0), ("0.01", 1)])
def test_a_guard_decides_the_exit_code(call: Call, made: Made, tmp_path: Path, limit: str, code: int) -> None:
    done = call("sweep", made(guard(limit)), "--workers", "serial", "--out", tmp_path / "runs")
    assert done.exit_code == code
    assert ("guard held" if code == 0 else "guard broken") in done.stdout


def test_lives_that_fail_are_told_and_exit_1(
    call: Call, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rewardsim.experiments.simulations import totals

    real = totals.totals_of
    with monkeypatch.context() as patch:
        patch.setattr(totals, "totals_of", lambda life, lives: 1 / 0 if life.replicate else real(life, lives))
        done = call("sweep", made(), "--workers", "serial", "--out", tmp_path / "runs")
    assert done.exit_code == 1
    assert "6 lives failed" in done.stdout
    assert "count: ZeroDivisionError" in done.stdout
    assert call("sweep", made(), "--workers", "serial", "--out", tmp_path / "runs").exit_code == 0


def test_bad_input_exits_2_with_every_fault(call: Call, made: Made, tmp_path: Path) -> None:
    wrong = HEAD.replace("net", "nett").replace("earning.purchase.rate", "earning.purchase.rat")
    done = call("sweep", made(head=wrong), "--json")
    assert done.exit_code == 2
    said = json.loads(done.stdout)
    assert said["count"] == 2
    assert [fault["line"] > 0 for fault in said["faults"]] == [True, True]
    assert call("sweep", tmp_path / "missing.toml").exit_code == 2
    assert call("sweep", made(), "--workers", "threads").exit_code == 2
    assert call("sweep", made(), "--jobs", "0").exit_code == 2


def test_an_interrupt_keeps_what_is_finished_and_exits_130(call: Call, made: Made, tmp_path: Path) -> None:
    out, plan = tmp_path / "runs", made(head=HEAD.replace("members = 60", "members = 20000"))
    words = [sys.executable, "-m", "rewardsim.cli", "sweep", plan, "--jobs", "2", "--replicates", "20", "--out", out]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(
        words,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        # Tests that run in the background are begun with interrupts ignored, which children inherit.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    end = time.monotonic() + 300  # the first life may have to be compiled
    while not list(out.glob("lives/*/manifest.json")) and time.monotonic() < end:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, spoken = running.communicate(timeout=120)
    assert running.returncode == 130, spoken
    assert f"finished lives are kept in {out}" in spoken
    assert "Traceback" not in spoken
    kept = len(list(out.glob("lives/*/manifest.json")))
    assert 1 <= kept < 60


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli_progress.progress_line(True) is None
    assert cli_progress.progress_line(False) is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    show = cli_progress.progress_line(False)
    assert show is not None
    show(Progress(1, 4, 1, 0, 61.0))
    show(Progress(4, 4, 1, 0, 0.0))
    assert capsys.readouterr().err == (
        "\r1 of 4 lives, 25%, 1 found, 1:01 to go\x1b[K\r4 of 4 lives, 100%, 1 found\x1b[K\n"
    )
