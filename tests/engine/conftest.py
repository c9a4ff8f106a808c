"""Lets the tests here import their neighbours by name; what several of them need."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pytest

FOLDER = str(Path(__file__).resolve().parent.parent)
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)

from engine.made import DATA, busy_programme, busy_table  # noqa: E402
from rewardsim.programme import Programme, load_programme  # noqa: E402
from rewardsim.transactions import import_transactions  # noqa: E402


@pytest.fixture(scope="session")
def sample() -> pa.Table:
    """The shipped sample, imported."""
    return import_transactions(DATA / "samples" / "reward-mi-events.csv", DATA / "mappings" / "generic.toml").events


@pytest.fixture(scope="session")
def phases() -> pa.Table:
    """The shipped sample of all phases, imported."""
    return import_transactions(DATA / "samples" / "three-phases.csv", DATA / "mappings" / "generic.toml").events


@pytest.fixture(scope="session")
def all_of_reward_mi() -> Programme:
    """Reward Mi with its three phases."""
    return load_programme(DATA / "programmes" / "reward-mi.toml")


@pytest.fixture(scope="session")
def reward_mi() -> Programme:
    """Reward Mi's first phase alone."""
    return load_programme(DATA / "programmes" / "reward-mi.toml").without("referral", "tiers", "draws")


@pytest.fixture(scope="session")
def tea_club() -> Programme:
    """The invented programme."""
    return load_programme(DATA / "programmes" / "tea-club.toml")


@pytest.fixture(scope="session")
def busy() -> tuple[Programme, pa.Table]:
    """A programme with a rule of every kind, and 4,000 events of 40 members."""
    return busy_programme(), busy_table(4_000, 40, seed=7)
