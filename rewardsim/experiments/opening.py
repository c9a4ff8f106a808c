"""A stored run as what it is, by the kind its manifest names."""

from __future__ import annotations

from pathlib import Path

from .run import Run


def open_run(folder: str | Path) -> Run:
    """Return a stored simulation, sweep, tuning or replay; raise RunError where there is none."""
    found = Run(folder)
    kind = found.manifest["kind"]
    if kind == "simulation":
        from rewardsim.experiments.simulations.run import SimulationRun

        return SimulationRun(folder)
    if kind == "sweep":
        from .sweeps.sweep_run import SweepRun

        return SweepRun(folder)
    if kind == "tune":
        from .tuning.tune_run import TuneRun

        return TuneRun(folder)
    return found
