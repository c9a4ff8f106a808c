"""What the tests of populations share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rewardsim.population import Population, load_population, parse_population
from rewardsim.programme import Programme, load_programme
from rewardsim.programme.units import day_number

DATA = Path(__file__).parents[2] / "data"
POPULATIONS = DATA / "populations"

HEAD = """
schema = 1
[population]
id = "tiny"
name = "Tiny"
currency = "EUR"
members = 100
starts = 2020-01-01
until = 2020-12-31
"""
REST = """
[purchases]
r = 0.553
alpha_weeks = 10.58
[lifetime]
s = 0.606
beta_weeks = 11.67
[basket]
p = 6.25
q = 3.74
v = "15.44"
[[categories]]
id = "all"
weight = 1
[[channels]]
id = "web"
weight = 1
"""
FIRST = 18_262
"""2020-01-01."""
LAST = FIRST + 365


def tiny(text: str = "") -> Population:
    """A small population with some sections added."""
    return parse_population(HEAD + REST + text, "tiny.toml")


def drawn(population: Population, members: int = 100_000, seed: int = 1, replicate: int | None = 0) -> Any:
    """Members of a population, without a programme."""
    first, last = day_number(population.starts), day_number(population.until)
    return population.people(None, members, seed, replicate, first, last)[0]


@pytest.fixture(scope="session")
def india() -> Population:
    """The reference population."""
    return load_population(POPULATIONS / "india-2017.toml")


@pytest.fixture(scope="session")
def cdnow() -> Population:
    """The published Pareto/NBD."""
    return load_population(POPULATIONS / "cdnow.toml")


@pytest.fixture(scope="session")
def reward_mi() -> Programme:
    """The reference programme."""
    return load_programme(DATA / "programmes" / "reward-mi.toml")
