"""What a sweep is asked: which scenarios, on which days, how often, how precisely, within which guards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from .scenario import Scenarios

if TYPE_CHECKING:
    from rewardsim.economics.guards import Guard

    from .factors import Factor

REPLICATES = 8
"""Replicates of a sweep that does not say how many."""


@dataclass(frozen=True)
class Setting:
    """What is the same for every life of a sweep; ``last`` is the last day.

    With ``counterfactual``, every population also lives without any programme, under the same luck.
    """

    members: int
    first: date
    last: date
    seed: int = 0
    counterfactual: bool = True

    @property
    def first_day(self) -> int:
        """First day as a number of days since 1970-01-01."""
        return (self.first - date(1970, 1, 1)).days

    @property
    def last_day(self) -> int:
        """Last day as a number of days since 1970-01-01."""
        return (self.last - date(1970, 1, 1)).days

    @property
    def days(self) -> int:
        """Days lived."""
        return self.last_day - self.first_day + 1


@dataclass(frozen=True)
class Precision:
    """Replicates until the effect on ``measure`` is known: to +- a share of the base's value, or +- an amount.

    Exactly one of ``relative`` (0.01 is 1 %) and ``absolute`` (the measure's unit, money in minor
    units) is given.
    """

    measure: str
    relative: float | None = None
    absolute: float | None = None
    replicates_max: int = 200


@dataclass(frozen=True)
class Best:
    """Which scenario is best by ``measure``: differences below ``indifference`` (its unit) do not matter.

    ``level`` is the probability of a correct selection.
    """

    measure: str
    method: Literal["kn", "ocba"] = "kn"
    indifference: float | None = None
    level: float = 0.95
    replicates_max: int = 1000


@dataclass(frozen=True)
class SensitivityPlan:
    """Which assumption drives which measure: Morris's elementary effects or Sobol's indices.

    ``samples`` is the number of trajectories (Morris) or of base points, a power of two (Sobol).
    """

    method: Literal["morris", "sobol"]
    samples: int
    measures: tuple[str, ...]
    factors: tuple[Factor, ...]


@dataclass(frozen=True)
class SweepPlan:
    """A sweep as it will be run. ``text`` is its file, empty where it was made otherwise."""

    name: str
    scenarios: Scenarios
    setting: Setting
    replicates: int = REPLICATES
    measures: tuple[str, ...] = ()
    precision: Precision | None = None
    best: Best | None = None
    guards: tuple[Guard, ...] = ()
    sensitivity: SensitivityPlan | None = None
    text: str = ""
