"""What the tests of scenarios share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rewardsim.experiments.scenarios import ScenarioError
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.population import Population, load_population
from rewardsim.programme import Programme, load_programme
from rewardsim.programme.faults import Fault

DATA = Path(__file__).parents[3] / "data"
RATE = "programme.earning.purchase.rate"
GOAL = "population.behaviour.goal"


def faults_of(action: Callable[[], object]) -> tuple[Fault, ...]:
    """The faults with which an action is refused."""
    with pytest.raises(ScenarioError) as caught:
        action()
    return caught.value.faults


@pytest.fixture(scope="session")
def reward_mi() -> Programme:
    """The reference programme."""
    return load_programme(DATA / "programmes" / "reward-mi.toml")


@pytest.fixture(scope="session")
def india() -> Population:
    """The reference population."""
    return load_population(DATA / "populations" / "india-2017.toml")


@pytest.fixture(scope="session")
def builder(reward_mi: Programme, india: Population) -> Builder:
    """Builds scenarios of both."""
    return Builder(reward_mi, india)
