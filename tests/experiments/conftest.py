"""Lets the tests here import their neighbours by name; the sample, its programme, and stored runs of both."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

FOLDER = str(Path(__file__).resolve().parent.parent)
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)

from engine.made import DATA, busy_programme, busy_table, moved  # noqa: E402

from rewardsim.experiments.replays.replay import replay  # noqa: E402
from rewardsim.experiments.run import Run  # noqa: E402
from rewardsim.programme import Programme, load_programme  # noqa: E402
from rewardsim.transactions import import_transactions  # noqa: E402


@pytest.fixture(scope="session")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped sample as an event table."""
    path = tmp_path_factory.mktemp("events") / "sample.parquet"
    import_transactions(DATA / "samples" / "reward-mi-events.csv", DATA / "mappings" / "generic.toml", out=path)
    return path


@pytest.fixture(scope="session")
def reward_mi() -> Programme:
    """Reward Mi's first phase alone."""
    return load_programme(DATA / "programmes" / "reward-mi.toml").without("referral", "tiers", "draws")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run store of the session; tests only add to it."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="session")
def base(reward_mi: Programme, events: Path, store: Path) -> Run:
    """The sample under Reward Mi."""
    return replay(reward_mi, events, out=store, engine="interpreted")


@pytest.fixture(scope="session")
def busy() -> tuple[Programme, pa.Table]:
    """A programme with a rule of every kind, and 4,000 events of 40 members."""
    return busy_programme(), busy_table(4_000, 40, seed=7)


@pytest.fixture(scope="session")
def busy_run(busy: tuple[Programme, pa.Table], store: Path) -> Run:
    """The busy events, replayed."""
    return replay(*busy, out=store, engine="interpreted")


@pytest.fixture(scope="session")
def phase_events() -> pa.Table:
    """The shipped sample of all three phases."""
    return import_transactions(DATA / "samples" / "three-phases.csv", DATA / "mappings" / "generic.toml").events


@pytest.fixture(scope="session")
def later_events(phase_events: pa.Table) -> pa.Table:
    """The same, in the tea club's time."""
    return moved(phase_events, (date(2022, 1, 1) - date(2017, 6, 15)).days)


@pytest.fixture(scope="session")
def phases(phase_events: pa.Table, store: Path) -> Run:
    """All phases under Reward Mi."""
    return replay(DATA / "programmes" / "reward-mi.toml", phase_events, out=store, engine="interpreted")


@pytest.fixture(scope="session")
def club(later_events: pa.Table, store: Path) -> Run:
    """All phases under the tea club."""
    return replay(DATA / "programmes" / "tea-club.toml", later_events, out=store, engine="interpreted")


@pytest.fixture
def run(name: str, phases: Run, club: Run) -> Run:
    """All phases under one of the programmes."""
    return {"phases": phases, "club": club}[name]
