"""A stamp card lived by a crowd of regular buyers: when its stamps were given, read from the events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from rewardsim.programme import Programme
from simulation.altered import Altered
from simulation.living import live
from simulation.plain import STAMPS, WELCOME, club, crowd

DAYS = 29.4  # of ten purchases without a card (Kivetz et al. 2006)
RATE = 10 / DAYS
FREE = 'id = "coffee"\nkind = "code"\ntokens = '


def card(price: int = 10, given: int = 0) -> Programme:
    """A free coffee for so many stamps, of which some are given at the start."""
    gift = WELCOME.replace("tokens = 1", f"tokens = {given}") if given else ""
    return club(STAMPS, gift, f"[[exchange]]\n{FREE}{price}\n")


def buyers(**habits: float) -> Altered:
    """A crowd that buys ten times in ``DAYS`` days, all of them after goals and glad to exchange."""
    keen = {"mean": 8, "sd": 0}
    return Altered(
        crowd(worths={"coffee": "3.00"}, response__reluctance=keen),
        habits={"incremental": 1.0, "goal_reach": 6.0, "multiplier_max": 2.0, **habits},
        traits={"rate": RATE},
    )


def lived_on(programme: Any, population: Any, folder: Path, members: int, days: int = 75, seed: int = 0) -> Any:
    """Return the events of orders and exchanges: member, moment in days, and type."""
    first = live(None, population, members=0, weeks=1).first_day
    live(programme, population, members=members, last_day=first + days - 1, seed=seed, folder=folder)
    table = pq.read_table(folder / "events.parquet", columns=["type", "member_id", "occurred_day", "second", "outcome"])
    frame = table.to_pandas()
    frame = frame[frame["type"].isin(["order", "exchange"]) & (frame["outcome"] == "applied")]
    days_since = frame["occurred_day"].astype("datetime64[s]") - np.datetime64("2020-01-01")
    frame["at"] = days_since.dt.days + frame["second"] / 86_400
    return frame.sort_values(["member_id", "at"], kind="stable")


def moments(frame: Any, stamps: int) -> Any:
    """Return the moments of everybody's first orders, a row a member, after a column of zeros."""
    orders = frame[frame["type"] == "order"]
    first = orders.groupby("member_id").head(stamps)
    table = first["at"].to_numpy().reshape(-1, stamps)
    return np.hstack([np.zeros((len(table), 1)), table])
