"""Small sweeps: scenarios of one town, lives of a tenth of a second."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from rewardsim.experiments.scenarios import Change, Scenarios, Setting, SweepPlan
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.programme import Programme, load_programme

from ..simulated import town

DATA = Path(__file__).resolve().parents[3] / "data"
RATE = "programme.earning.purchase.rate"
SETTING = Setting(60, date(2017, 6, 15), date(2017, 9, 12), seed=5)


def programme() -> Programme:
    """The shipped programme."""
    return load_programme(DATA / "programmes" / "reward-mi.toml")


def scenarios(count: int) -> Scenarios:
    """The programme as it is, and with other rates of earning; so many in all."""
    builder = Builder(programme(), town())
    base, *others = [
        builder.scenario(
            f"{percent} %" if percent else "base",
            [Change(RATE, f"{Decimal(percent) / 10}%")] if percent else [],
        )
        for percent in range(count)
    ]
    return Scenarios(base, tuple(others))


def plan(count: int = 2, replicates: int = 2, **changes: Any) -> SweepPlan:
    """A sweep over these scenarios."""
    said: dict[str, Any] = {"setting": SETTING, "replicates": replicates, "measures": ("revenue", "net")}
    return SweepPlan("rates", scenarios(count), **said | changes)
