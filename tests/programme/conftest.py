"""What the tests of programme files share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rewardsim.programme import Programme, load_programme, parse_programme

PROGRAMMES = Path(__file__).parents[2] / "data" / "programmes"

HEAD = """
schema = 1
[programme]
id = "tiny"
name = "Tiny"
currency = "EUR"
timezone = "Europe/Berlin"
token = { name = "point" }
starts = 2020-01-01
"""


@pytest.fixture
def tiny() -> Callable[[str], Programme]:
    """A small programme with some sections added."""
    return lambda text: parse_programme(HEAD + text, "tiny.toml")


@pytest.fixture(scope="session")
def reward_mi() -> Programme:
    """The reference programme, whole."""
    return load_programme(PROGRAMMES / "reward-mi.toml")


@pytest.fixture(scope="session")
def tea_club() -> Programme:
    """The invented programme."""
    return load_programme(PROGRAMMES / "tea-club.toml")
