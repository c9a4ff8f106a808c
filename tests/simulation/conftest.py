"""Lets the tests here import their neighbours by name; the full programme lived once by each engine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = str(Path(__file__).resolve().parent.parent)
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)

from simulation.everything import lived_fully  # noqa: E402
from simulation.living import Kept  # noqa: E402


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """300 people, 400 days, everything switched on: the compiled engine, its ledger and two checkpoints kept."""
    return lived_fully(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="session")
def full_by_simpy(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """The same, one interpreted SimPy process a member."""
    return lived_fully(tmp_path_factory.mktemp("simpy"), engine="simpy")
