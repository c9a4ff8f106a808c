"""Design a reward-token programme before it costs money, then run it by the same rules.

Reading order: ``rewardsim.rules`` (the law), ``rewardsim.programme`` (what a person writes),
``rewardsim.transactions`` (the outside world's data), ``rewardsim.population`` and
``rewardsim.behaviour`` (who members are and how they act), ``rewardsim.engine`` (the loops),
``rewardsim.experiments`` (runs and what is asked of them).

``import rewardsim as rs`` is light: each name below loads what it needs when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rewardsim.experiments.drifts.drift import drift
    from rewardsim.experiments.opening import open_run
    from rewardsim.experiments.replays.replay import replay
    from rewardsim.experiments.run import Run
    from rewardsim.experiments.scenarios import Factor, Scenario, Scenarios
    from rewardsim.experiments.scenarios.sweep_file import load_sweep
    from rewardsim.experiments.simulations.checkpoints import checkpoint
    from rewardsim.experiments.simulations.compare import compare
    from rewardsim.experiments.simulations.plan import SimulationError
    from rewardsim.experiments.simulations.run import SimulationRun
    from rewardsim.experiments.simulations.simulate import simulate
    from rewardsim.experiments.sweeps.sweep import sweep
    from rewardsim.experiments.sweeps.sweep_run import SweepRun
    from rewardsim.experiments.tuning.tune import tune
    from rewardsim.experiments.tuning.tune_run import TuneRun
    from rewardsim.export.exporting import export
    from rewardsim.population import Population, PopulationError, load_population
    from rewardsim.programme import Programme, ProgrammeError, load_programme, parse_programme
    from rewardsim.transactions import TransactionError, import_transactions, load_mapping

__version__ = "0.1.0"
__all__ = [
    "Factor",
    "Population",
    "PopulationError",
    "Programme",
    "ProgrammeError",
    "Run",
    "Scenario",
    "Scenarios",
    "SimulationError",
    "SimulationRun",
    "SweepRun",
    "TransactionError",
    "TuneRun",
    "checkpoint",
    "compare",
    "export",
    "drift",
    "import_transactions",
    "load_mapping",
    "load_population",
    "load_programme",
    "load_sweep",
    "open_run",
    "parse_programme",
    "replay",
    "simulate",
    "sweep",
    "tune",
]
_HOMES = {
    "Factor": "rewardsim.experiments.scenarios",
    "Population": "rewardsim.population",
    "PopulationError": "rewardsim.population",
    "Programme": "rewardsim.programme",
    "ProgrammeError": "rewardsim.programme",
    "Run": "rewardsim.experiments.run",
    "Scenario": "rewardsim.experiments.scenarios",
    "Scenarios": "rewardsim.experiments.scenarios",
    "SimulationError": "rewardsim.experiments.simulations.plan",
    "SimulationRun": "rewardsim.experiments.simulations.run",
    "SweepRun": "rewardsim.experiments.sweeps.sweep_run",
    "TransactionError": "rewardsim.transactions",
    "TuneRun": "rewardsim.experiments.tuning.tune_run",
    "checkpoint": "rewardsim.experiments.simulations.checkpoints",
    "compare": "rewardsim.experiments.simulations.compare",
    "export": "rewardsim.export",
    "drift": "rewardsim.experiments.drifts.drift",
    "import_transactions": "rewardsim.transactions",
    "load_mapping": "rewardsim.transactions",
    "load_population": "rewardsim.population",
    "load_programme": "rewardsim.programme",
    "load_sweep": "rewardsim.experiments.scenarios.sweep_file",
    "open_run": "rewardsim.experiments.opening",
    "parse_programme": "rewardsim.programme",
    "replay": "rewardsim.experiments.replays.replay",
    "simulate": "rewardsim.experiments.simulations.simulate",
    "sweep": "rewardsim.experiments.sweeps.sweep",
    "tune": "rewardsim.experiments.tuning.tune",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rewardsim' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def _figure(name: str) -> Any:
    """Return a figure for ``run.plot``. Only the front door may open every room: runs know no figures."""
    figures = importlib.import_module("rewardsim.figures")
    if not hasattr(figures, name):
        raise AttributeError(f"rewardsim.figures has no {name!r} to draw it with")
    return getattr(figures, name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
