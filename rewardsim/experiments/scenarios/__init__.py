"""What is varied: scenarios, factors, designs of them, and the sweep file that names them all.

Read in this order: ``change`` (one value, otherwise), ``scenario`` (a programme and a population
with their changes, as text), ``cells`` and ``frames`` (the same as a table), ``notation`` and ``factors`` (what
may take which values), ``designs`` (which values to try), ``plan`` (what a sweep is asked),
``rows``, ``sweep_model`` and ``sweep_file`` (what a file may say, and how it becomes a plan).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .faults import ScenarioError

if TYPE_CHECKING:
    from .change import Change
    from .factors import Factor
    from .plan import Best, Precision, SensitivityPlan, Setting, SweepPlan
    from .scenario import Scenario, Scenarios
    from .sweep_file import load_sweep, parse_sweep

__all__ = [
    "Best",
    "Change",
    "Factor",
    "Precision",
    "Scenario",
    "ScenarioError",
    "Scenarios",
    "SensitivityPlan",
    "Setting",
    "SweepPlan",
    "load_sweep",
    "parse_sweep",
]
_HOMES = {
    "Best": "plan",
    "Change": "change",
    "Factor": "factors",
    "Precision": "plan",
    "Scenario": "scenario",
    "Scenarios": "scenario",
    "SensitivityPlan": "plan",
    "Setting": "plan",
    "SweepPlan": "plan",
    "load_sweep": "sweep_file",
    "parse_sweep": "sweep_file",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
