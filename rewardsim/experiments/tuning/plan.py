"""What a tuning is asked: which parameters, what is wanted, what must not be exceeded, at what effort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rewardsim.economics.guards import Guard
from rewardsim.experiments.scenarios.plan import Setting

if TYPE_CHECKING:
    from rewardsim.experiments.scenarios.factors import Factor
    from rewardsim.population import Population
    from rewardsim.programme import Programme

TUNES_VERSION = 1
"""Raise where a stored tuning means something else than before."""


@dataclass(frozen=True)
class Objective:
    """A measure that is to be as large, or as small, as can be."""

    measure: str
    goal: str  # study.MAXIMISE or study.MINIMISE

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return 1 if self.goal == "maximise" else -1


@dataclass(frozen=True)
class Robustness:
    """People who may respond otherwise: so many samples of some of the population's parameters."""

    samples: int
    replicates: int
    seed: int
    factors: tuple[Factor, ...]


@dataclass(frozen=True)
class TunePlan:
    """A tuning as it will be run. The first objective decides what is recommended."""

    name: str
    programme: Programme
    population: Population
    setting: Setting
    replicates: int
    trials: int
    batch: int
    fresh_replicates: int
    leaders: int
    sampler: str
    parameters: tuple[Factor, ...]
    objectives: tuple[Objective, ...]
    constraints: tuple[Guard, ...] = ()
    robustness: Robustness | None = None
    text: str = ""

    @property
    def search_replicates(self) -> range:
        """Numbers of the replicates on which points are compared."""
        return range(self.replicates)

    @property
    def fresh(self) -> range:
        """Numbers of the replicates no search has seen."""
        return range(self.replicates, self.replicates + self.fresh_replicates)

    def inputs(self) -> dict[str, Any]:
        """Return all that the result depends on; workers, order and interruptions are not among it."""
        from importlib.metadata import version

        from rewardsim.experiments.simulations.plan import Arm, sources

        return {
            "kind": "tune",
            "tables": TUNES_VERSION,
            "sources": sources(),
            "samplers": {name: version(name) for name in ("optuna", "numpy", "scipy")},
            "arm": Arm(self.name, self.programme, self.population).inputs(),
            "programme": self.programme.to_toml(),
            "population": self.population.text,
            "members": self.setting.members,
            "from": self.setting.first.isoformat(),
            "until": self.setting.last.isoformat(),
            "seed": self.setting.seed,
            **{name: getattr(self, name) for name in EFFORT},
            "parameters": [repr(one) for one in self.parameters],
            "objectives": [[one.measure, one.goal] for one in self.objectives],
            "constraints": [str(one) for one in self.constraints],
            "robustness": repr(self.robustness),
        }


EFFORT = ("name", "replicates", "trials", "batch", "fresh_replicates", "leaders", "sampler")
"""Fields of a plan that are inputs as they stand."""
