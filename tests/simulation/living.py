"""Running a population: plain names for what the tests here ask of a finished simulation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from rewardsim.behaviour.measures import MEASURES
from rewardsim.engine.simulation import Simulated, simulate_population
from rewardsim.rules import codes

ACCOUNTS = len(codes.ACCOUNTS)


@dataclass
class Kept:
    """A finished simulation and the folder its tables and checkpoints are in."""

    done: Simulated
    folder: Path

    @property
    def tables(self) -> Path:
        """Where ledger, journal and events are."""
        return self.folder / "tables"


def day(text: str) -> int:
    """Return a date as the days since 1970-01-01."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def live(programme: Any, population: Any, **more: Any) -> Simulated:
    """Let a population live under a programme, or without one; ``weeks`` may stand for the last day."""
    wanted = {"first_day": day(str(population.starts)), **more}
    if "weeks" in wanted:
        wanted["last_day"] = wanted["first_day"] + 7 * wanted.pop("weeks") - 1
    return simulate_population(programme, population, **wanted)


def counted(done: Simulated, measure: str) -> Any:
    """Return a measure by day."""
    return done.tally[:, :, :, MEASURES[measure]].sum(axis=(1, 2))


def total(done: Simulated, measure: str) -> int:
    """Return a measure over all days."""
    return int(counted(done, measure).sum())


def flow(done: Simulated, source: str, target: str) -> Any:
    """Return the tokens that went from one account to another by day."""
    return done.auditor.flows[:, codes.ACCOUNTS[source] * ACCOUNTS + codes.ACCOUNTS[target]]


def own(done: Simulated, members: int, *names: str) -> list[Any]:
    """Return fields of the people there were at first."""
    return [done.persons[name][:members] for name in names]


def within(found: Any, wanted: float, spread: Any = None, errors: float = 4.0) -> bool:
    """Tell whether a mean lies within so many standard errors of what it should be, and is not empty talk.

    ``found`` are independent observations; or their mean, with its standard error given as ``spread``.
    """
    values = np.asarray(found, dtype=np.float64)
    error = float(values.std(ddof=1) / np.sqrt(values.size)) if spread is None else float(spread)
    assert error > 0.0
    away = (float(values.mean()) - wanted) / error
    assert abs(away) <= errors, f"{values.mean():.6g} against {wanted:.6g}: {away:+.1f} standard errors of {error:.3g}"
    return True


def lift(mine: Any, twins: Any) -> tuple[float, float]:
    """Return by what share people did more than their twins, and its standard error (ratio of paired sums)."""
    mine, twins = np.asarray(mine, dtype=np.float64), np.asarray(twins, dtype=np.float64)
    ratio = mine.sum() / twins.sum()
    error = (mine - ratio * twins).std(ddof=1) * np.sqrt(mine.size) / twins.sum()
    return ratio - 1.0, float(error)
