"""How a market fills: the day on which a share of those who come will have come.

Bass (1969): those not yet there come at the rate p + q F, F being the share that is there;
F(t) = (1 - e^-(p+q)t) / (1 + (q/p) e^-(p+q)t) from nothing. A curve may start at any F.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from rewardsim.population.joining import Arrival
from rewardsim.rules.records import BP

YEAR = 365.0

Growth = Callable[[Any], Any]
"""Shares of those who come, from 0 to 1, to days since the first day; array to array."""


def growth_of(arrival: Arrival, days: int) -> Growth:
    """Return the growth of a population that has so many days."""
    if arrival.pattern == "at_once":
        return lambda share: np.zeros(len(share))
    if arrival.pattern == "even":
        length = days if arrival.over_weeks is None else arrival.over_weeks * 7
        return lambda share: share * length
    p, q, reached = arrival.innovation or 0.0, arrival.imitation or 0.0, (arrival.reached or 0) / BP
    period = arrival.period_days or YEAR
    bass = stepwise if arrival.steps == "discrete" else continuous
    return bass(p, q, reached, period, days / period)


def continuous(p: float, q: float, reached: float, period: float, horizon: float) -> Growth:
    """Growth along Bass's curve."""
    start = (1 - reached) / (p + q * reached)
    left = start * math.exp(-(p + q) * horizon)
    gained = (1 - p * left) / (1 + q * left) - reached

    def days(share: Any) -> Any:
        there = reached + share * gained
        return np.log(start * (p + q * there) / (1 - there)) * (period / (p + q))

    return days


def stepwise(p: float, q: float, reached: float, period: float, horizon: float) -> Growth:
    """Growth by Bass's recursion N(t+1) = N(t) + (p + q N(t)) (1 - N(t)), even within a period."""
    there = [reached]
    for _ in range(math.ceil(horizon)):
        there.append(there[-1] + (p + q * there[-1]) * (1 - there[-1]))
    at = np.arange(len(there), dtype=float)
    end = float(np.interp(horizon, at, there))
    return lambda share: np.interp(reached + share * (end - reached), there, at) * period
