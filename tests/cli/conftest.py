"""The command line in this process, the shipped files, and one stored run of the sample."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rewardsim.cli import app

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
SAMPLE = DATA / "samples" / "reward-mi-events.csv"
PHASES = DATA / "samples" / "three-phases.csv"
GENERIC = DATA / "mappings" / "generic.toml"
REWARD_MI = DATA / "programmes" / "reward-mi.toml"
TEA_CLUB = DATA / "programmes" / "tea-club.toml"
LATER = "referral,tiers,draws"
Call = Callable[..., Any]


@pytest.fixture(scope="session")
def call() -> Call:
    """Run the command line; anything but an exit is raised."""

    def run(*words: object) -> Any:
        return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)

    return run


@pytest.fixture(scope="session")
def said(call: Call) -> Callable[..., dict[str, Any]]:
    """Run a command that must succeed with ``--json``; return its object."""

    def run(*words: object) -> dict[str, Any]:
        done = call(*words, "--json")
        assert done.exit_code == 0, done.output
        assert done.stderr == ""
        return dict(json.loads(done.stdout))

    return run


@pytest.fixture(scope="session")
def events(tmp_path_factory: pytest.TempPathFactory, call: Call) -> Path:
    """The sample, imported."""
    path = tmp_path_factory.mktemp("events") / "sample.parquet"
    done = call("import", SAMPLE, "--mapping", GENERIC, "--out", path)
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run store of the session."""
    return tmp_path_factory.mktemp("store") / "runs"


@pytest.fixture(scope="session")
def replayed(events: Path, store: Path, said: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What a replay of the sample under Reward Mi says."""
    return said("replay", REWARD_MI, events, "--without", LATER, "--out", store)


@pytest.fixture(scope="session")
def phase_events(tmp_path_factory: pytest.TempPathFactory, call: Call) -> Path:
    """The sample of all phases, imported."""
    path = tmp_path_factory.mktemp("phases") / "phases.parquet"
    done = call("import", PHASES, "--mapping", GENERIC, "--out", path)
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture(scope="session")
def phases(phase_events: Path, store: Path, said: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What a replay of all phases under all of Reward Mi says."""
    return said("replay", REWARD_MI, phase_events, "--out", store, "--engine", "interpreted")
