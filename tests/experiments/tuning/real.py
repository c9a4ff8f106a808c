"""A tuning by real lives: small town, two months; few enough that the whole space can be lived."""

from __future__ import annotations

from typing import Any

from rewardsim.experiments.scenarios import Factor
from rewardsim.experiments.tuning.plan import Objective, TunePlan

from .made import RATE, WELCOME, at_most
from .made import plan as made_plan

LIMIT = 180_000
"""Minor units that members may still claim on the last day: it binds."""


def plan(**changes: Any) -> TunePlan:
    """Tokens issued, as many as may be, while what members may still claim stays within a limit."""
    said: dict[str, Any] = {
        "parameters": (Factor(RATE, "2%", "12%", "2%"), Factor(WELCOME, 0, 200, 50)),
        "objectives": (Objective("issued", "maximise"),),
        "constraints": (at_most("liability", LIMIT),),
        "replicates": 2,
        "fresh_replicates": 4,
        "trials": 20,
        "leaders": 3,
    }
    found = made_plan(**said | changes)
    return found if "setting" in changes else _without_twins(found)


def _without_twins(plan: TunePlan) -> TunePlan:
    """Without counterfactual: nothing that is asked for needs one."""
    from dataclasses import replace

    return replace(plan, setting=replace(plan.setting, counterfactual=False))
