"""``simulate`` and ``compare`` at the command line; with an engine that is none."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOLDER = str(Path(__file__).resolve().parent.parent)
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)

from experiments.simulated import TOWN, Stub  # noqa: E402

from rewardsim import cli_progress  # noqa: E402
from rewardsim.cli_simulate import USUAL  # noqa: E402
from rewardsim.experiments.simulations.progress import Progress  # noqa: E402

from .conftest import DATA, REWARD_MI, TEA_CLUB, Call  # noqa: E402

Said = Callable[..., dict[str, Any]]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    found = Stub()
    monkeypatch.setattr("rewardsim.engine.simulation.simulate_population", found)
    return found


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "town.toml"
    path.write_text(TOWN, encoding="utf-8")
    return path


@pytest.fixture
def words(stub: Stub, town: Path, tmp_path: Path) -> tuple[object, ...]:
    """A command that simulates the town in three replicates."""
    return ("simulate", REWARD_MI, "--population", town, "--replicates", 3, "--out", tmp_path / "runs")


# ---------------------------------------------------------------- simulate


def test_simulate_for_a_person(call: Call, words: tuple[object, ...]) -> None:
    done = call(*words)
    assert done.exit_code == 0
    assert done.stderr == ""
    said = done.stdout
    assert said.startswith("Reward Mi (India) on A small town: 60 members, 2017-06-15 to 2017-10-31, 3 replicate(s)")
    assert "what Reward Mi (India) changes against no programme" in said
    assert "95 % interval over 3 paired replicates" in said
    assert 'assumed: behaviour of preset "reference", phi = 0.6' in said
    assert "assumed: made up for tests" in said
    for part in ("attrition", "frequency", "basket", "mix", "referral"):
        assert f"of it {part}" in said


def test_simulate_for_a_machine(said: Said, words: tuple[object, ...]) -> None:
    found = said(*words)
    assert {"run", "digest", "members", "events", "tokens", "seconds", "purchases", "revenue", "effect"} <= set(found)
    assert Path(found["run"]).is_dir()
    assert found["effect"]["purchases"] == {
        "unit": "count", "estimate": 26.0, "low": 26.0, "high": 26.0, "replicates": 3,
    }  # fmt: skip
    assert said(*words) == found


def test_options_reach_the_simulation(said: Said, words: tuple[object, ...], stub: Stub) -> None:
    more = ["--members", 20, "--from", "2017-07-01", "--until", "2017-09-30", "--seed", 7, "--engine", "simpy"]
    found = said(*words, *more, "--threads", 2, "--no-counterfactual", "--replicates", 1)
    manifest = json.loads((Path(found["run"]) / "manifest.json").read_text())
    inputs = manifest["inputs"]
    assert (inputs["members"], inputs["from"], inputs["until"], inputs["seed"]) == (20, "2017-07-01", "2017-09-30", 7)
    assert (manifest["engine"], inputs["replicates"], "effect" in found) == ("simpy", 1, False)
    assert stub.calls == [(0, "reward-mi-in")]


def test_against_another_programme(said: Said, words: tuple[object, ...], tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(REWARD_MI.read_text().replace("tokens = 50 ", "tokens = 80 "))
    found = said(*words, "--against", other)
    assert set(found["effects"]) == {
        "programme against without", "other against without", "other against programme",
    }  # fmt: skip


def test_the_report_is_a_page_of_its_own(call: Call, words: tuple[object, ...], tmp_path: Path) -> None:
    page = tmp_path / "new" / "report.html"
    done = call(*words, "--report", page)
    assert done.exit_code == 0
    assert f"report   {page}" in done.stdout
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "of it frequency" in text


def test_the_usual_population_is_taken_and_named(
    call: Call, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("simulate", REWARD_MI, "--replicates", 1, "--members", 5)
    done = call(*words)
    assert done.exit_code == 2
    assert "--population: found nothing, allowed a population file (TOML), do: name one" in done.stderr
    USUAL.parent.mkdir(parents=True)
    USUAL.write_text(TOWN)
    done = call(*words)
    assert done.exit_code == 0
    assert done.stderr == f"population: {USUAL}\n"
    assert json.loads(call(*words, "--json").stdout)["members"] == 4


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--until", "2017-06-01"], "until: found 2017-06-01, before the start on 2017-06-15"),
        (["--replicates", "0"], "replicates: found 0, allowed a whole number from 1 to 10,000"),
        (["--members", "0"], "members: found 0"),
        (["--members", "100000000"], "members: found 100,000,000, which take about"),
        (["--engine", "gpu"], 'engine: found "gpu", allowed compiled, simpy or dask'),
        (["--from", "soon"], 'start: found "soon", allowed a date such as 2018-12-31'),
        (["--population", "nowhere.toml"], "nowhere.toml: found"),
        (["--against", str(TEA_CLUB)], "town.toml: population.currency: found INR, allowed the programme's EUR"),
    ],
)
def test_bad_input(call: Call, words: tuple[object, ...], more: list[str], told: str, tmp_path: Path) -> None:
    done = call(*words, *more)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert told in done.stderr
    assert not (tmp_path / "runs").exists()
    as_json = call(*words, *more, "--json")
    assert as_json.exit_code == 2
    assert json.loads(as_json.stdout)["count"] >= 1


def test_all_faults_at_once(call: Call, words: tuple[object, ...]) -> None:
    done = call(*words, "--replicates", 0, "--engine", "gpu", "--until", "never", "--against", "nowhere.toml")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 4


def test_too_many_members_say_how_many_fit(
    call: Call, words: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rewardsim.experiments.simulations.memory.available", lambda: 4 << 30)
    done = call(*words, "--members", 50_000_000)
    assert done.exit_code == 2
    assert "where 4.0 GiB are free" in done.stderr
    assert "members or fewer, or free memory" in done.stderr


# ---------------------------------------------------------------- interrupted


def test_an_interrupt_keeps_what_is_finished(
    call: Call, said: Said, words: tuple[object, ...], stub: Stub, tmp_path: Path
) -> None:
    stub.stop_at = (2, False)
    done = call(*words)
    assert done.exit_code == 130
    assert done.stdout == ""
    assert "interrupted: finished replicates are kept in" in done.stderr
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["replicates"]
    stub.stop_at, stub.calls = None, []
    assert said(*words)["replicates"] == 3
    assert {replicate for replicate, _ in stub.calls} == {2}


# ---------------------------------------------------------------- compare


def test_compare(call: Call, said: Said, words: tuple[object, ...], stub: Stub, tmp_path: Path) -> None:
    one = said(*words)["run"]
    other_programme = tmp_path / "other.toml"
    other_programme.write_text(REWARD_MI.read_text().replace("tokens = 50 ", "tokens = 80 "))
    stub.lift = 2
    other = said(words[0], other_programme, *words[2:])["run"]
    found = said("compare", one, other)
    assert (found["base"], found["other"]) == (one, other)
    assert found["effects"]["purchases"]["estimate"] == 20
    assert found["effects"]["revenue"] == {
        "unit": "money", "estimate": "2000.00", "low": "2000.00", "high": "2000.00", "replicates": 3,
    }  # fmt: skip
    assert sum(float(part["revenue"]["estimate"]) for part in found["parts"].values()) == 2_000
    assert "what b changes against a" in call("compare", one, other).stdout


def test_compare_refuses_other_luck(call: Call, said: Said, words: tuple[object, ...]) -> None:
    one, other = said(*words)["run"], said(*words, "--seed", 1, "--members", 30)["run"]
    done = call("compare", one, other)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2
    assert f"found seed 1, allowed seed 0, as in {one}" in done.stderr


def test_compare_refuses_what_is_no_simulation(call: Call, replayed: dict[str, Any], tmp_path: Path) -> None:
    done = call("compare", replayed["run"], tmp_path)
    assert done.exit_code == 2
    assert "found a run of kind 'replay', allowed a simulation" in done.stderr


# ---------------------------------------------------------------- progress


def test_progress_is_for_terminals_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli_progress.progress_line(True) is None
    monkeypatch.setattr(cli_progress.sys.stderr, "isatty", lambda: False, raising=False)
    assert cli_progress.progress_line(False) is None
    monkeypatch.setattr(cli_progress.sys.stderr, "isatty", lambda: True, raising=False)
    show = cli_progress.progress_line(False)
    assert show is not None
    show(Progress(0, 2, 0.25, 1_234_567.0, 75.0))
    show(Progress(2, 2, 1.0, 1_234_567.0, 0.0))
    said = capsys.readouterr().err
    assert "replicate 1 of 2, 25%, 1,234,567 member-days/s, 1:15 to go" in said
    assert said.endswith("\n")


def test_the_shipped_populations_are_in_reach() -> None:
    assert (DATA.parent / USUAL).is_file()


def test_a_real_interrupt(town: Path, tmp_path: Path) -> None:
    store = tmp_path / "runs"
    words = ["simulate", str(REWARD_MI), "--population", str(town), "--engine", "simpy", "--replicates", "500"]
    running = subprocess.Popen(
        [sys.executable, "-m", "rewardsim.cli", *words, "--out", str(store)],
        cwd=DATA.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    until = time.monotonic() + 120
    while len(list(store.glob("replicates/[!.]*"))) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, told = running.communicate(timeout=60)
    assert running.returncode == 130, told[-500:]
    assert (out, told.count("interrupted")) == ("", 1)
    kept = [path.name for path in (store / "replicates").iterdir()]
    assert len(kept) >= 2
    assert not [name for name in kept if name.startswith(".")]
