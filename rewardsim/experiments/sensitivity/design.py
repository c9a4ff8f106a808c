"""At which points to look: Morris' trajectories or Saltelli's blocks, as shares of each factor's range.

Points are shares from 0 to 1, so that one design serves factors of any kind: rates, dates, lists. They
come in blocks (a trajectory; a base point with its variations), of which each is of use only whole.
Sources: Morris (1991); Campolongo, Cariboni & Saltelli (2007); Saltelli et al. (2010).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from rewardsim.experiments.scenarios import ScenarioError
from rewardsim.experiments.scenarios.designs import power_of_two
from rewardsim.programme.faults import Fault, Place

LIBRARY = "SALib"
MORRIS, SOBOL = "morris", "sobol"
LEVELS = 4
"""Levels of Morris' grid: shares 0, 1/3, 2/3 and 1."""
LEAST = {MORRIS: 4, SOBOL: 32}
"""Fewest blocks that say anything."""


@dataclass(frozen=True)
class Design:
    """Points of a method: one row each, one column a factor."""

    method: str
    names: tuple[str, ...]
    samples: int
    seed: int
    second_order: bool
    shares: Any = field(repr=False, compare=False)  # float array

    @property
    def block(self) -> int:
        """Points of a block."""
        if self.method == MORRIS:
            return len(self.names) + 1
        return len(self.names) * (2 if self.second_order else 1) + 2

    @property
    def problem(self) -> dict[str, Any]:
        """The factors as SALib is told of them."""
        return problem_of(self.names)


def morris_design(names: Sequence[str], samples: int, seed: int = 0) -> Design:
    """Return ``samples`` trajectories, each changing one factor after the other: samples x (factors + 1) points."""
    _check(MORRIS, names, samples)
    with quietly():
        from SALib.sample import morris

        shares = morris.sample(problem_of(names), samples, num_levels=LEVELS, seed=seed)
    return Design(MORRIS, tuple(names), samples, seed, False, shares)


def sobol_design(names: Sequence[str], samples: int, seed: int = 0, second_order: bool = False) -> Design:
    """Return a scrambled Sobol sequence of ``samples`` base points with their variations.

    Samples x (factors + 2) points, or (2 x factors + 2) where pairs of factors are looked at too.
    ``samples`` is a power of two.
    """
    _check(SOBOL, names, samples)
    with quietly():
        from SALib.sample import sobol

        shares = sobol.sample(problem_of(names), samples, calc_second_order=second_order, scramble=True, seed=seed)
    return Design(SOBOL, tuple(names), samples, seed, second_order, shares)


def problem_of(names: Sequence[str]) -> dict[str, Any]:
    """Return factors between 0 and 1 as SALib is told of them."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


@contextmanager
def quietly() -> Iterator[None]:
    """Keep warnings of SALib's own code (of what will change in libraries it uses) from the user."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _check(method: str, names: Sequence[str], samples: int) -> None:
    """Raise ScenarioError where the method could say nothing."""
    faults, place = [], Place("sensitivity", 0, "samples")
    if samples < LEAST[method]:
        found, allowed = f"{samples} samples", f"{LEAST[method]} or more for {method}"
        faults.append(Fault(place, "out-of-range", found, allowed, "take more: indices of so few would be luck"))
    elif method == SOBOL:
        faults += power_of_two(samples, "samples")
    if len(names) < 2:
        found, todo = f"{len(names)} factors", "name what else may vary"
        faults.append(Fault(Place("sensitivity", 0, "factors"), "missing", found, "two factors or more", todo))
    if find_spec(LIBRARY) is None:
        todo = 'pip install "rewardsim[tune]"'
        faults.append(Fault(Place("sensitivity"), "missing", f"no package {LIBRARY}", "the extra tune", todo))
    if faults:
        raise ScenarioError(faults)
