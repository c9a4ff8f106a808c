"""Cohorts: under which name members are reported, by when or how they came."""

from __future__ import annotations

from typing import Any

import numpy as np

from rewardsim.behaviour.records import EXISTING, KINDS
from rewardsim.programme.units import day_date

MONTHS = {"month": 1, "quarter": 3, "year": 12}
JANUARY_1970 = 1970 * 12
APART = 0
"""Place of existing customers where cohorts are times; the first time stands behind it."""


def cohort_names(by: str, first_day: int, last_day: int) -> list[str]:
    """Return the cohorts' names by place."""
    if by == "kind":
        return list(KINDS)
    first, last = (day.year * 12 + day.month - 1 for day in (day_date(first_day), day_date(last_day)))
    step = MONTHS[by]
    return ["existing", *(period_name(at, step) for at in range(first // step, last // step + 1))]


def period_name(period: int, step: int) -> str:
    """Return 2017-06, 2017-Q2 or 2017."""
    year, month = divmod(period * step, 12)
    return {1: f"{year}-{month + 1:02}", 3: f"{year}-Q{month // 3 + 1}", 12: f"{year}"}[step]


def cohort_places(by: str, kind: Any, arrival: Any, first_day: int, last_day: int | None) -> Any:
    """Return people's places; who comes after the last day stands in the last, which never sees him."""
    if by == "kind":
        return kind
    step = MONTHS[by]
    days = np.floor(arrival).astype(np.int64)
    days = days if last_day is None else np.minimum(days, last_day)
    timed = periods(days, step) - periods(np.array([first_day]), step) + APART + 1
    return np.where(kind == EXISTING, APART, timed)


def periods(days: Any, step: int) -> Any:
    """Return the number of the month, quarter or year of each day."""
    return (days.astype("M8[D]").astype("M8[M]").astype(np.int64) + JANUARY_1970) // step
