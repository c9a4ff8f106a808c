"""From where a series is steady: the marginal standard error rule (MSER).

A life begins with nobody enrolled and no token outstanding. Its first days tell how a programme
starts, not how it runs. The rule drops as many first values as make the mean of the rest
best known: it minimises the squared standard error over the number dropped. Over batch means of five it
is MSER-5; daily sales go in batches of a week, so that weekdays are no trend.
Sources: White (1997); White, Cobb & Spratt (2000); Law (2015), 9.5.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from .intervals import Numbers, mean, unpaired_interval

WEEK = 7
"""Days of a batch of daily values."""


@dataclass(frozen=True)
class WarmUp:
    """How many first values to leave out, and the mean of the rest.

    ``steady`` is False where the rule would rather leave out more than it may: the series is too short, and
    no part of it stands for the long run.
    """

    deleted: int
    mean: float
    steady: bool


def mser(values: Numbers, batch: int = 1, leave: int | None = None) -> WarmUp:
    """Return the warm-up of a series by MSER over means of ``batch`` values (MSER-5 where that is 5).

    At least ``leave`` batches remain, half of them unless said otherwise. Values beyond the last whole
    batch are not looked at. Raises ValueError where fewer than two batches would remain.
    """
    means = batched(values, batch)
    least = (len(means) + 1) // 2 if leave is None else leave
    if not 2 <= least <= len(means):
        raise ValueError(f"{len(means)} batches of {batch} values cannot leave {least}: two must remain at least")
    errors = [_squared_error(means[cut:]) for cut in range(len(means) - least + 1)]
    cut = errors.index(min(errors))
    # At the edge the rule was stopped rather than satisfied; a series without any luck is steady everywhere.
    steady = cut < len(errors) - 1 or errors[cut] == errors[0]
    return WarmUp(cut * batch, mean(means[cut:]), steady)


def steady_from(daily: Numbers, batch: int = WEEK) -> int | None:
    """Return from which day on a daily series is steady, 0 for the first; None where it is not.

    Best applied to the mean of several replicates, day by day (Welch). The rule itself is blind to growth that
    never ends; so a remainder whose later half is surely (99 %) higher or lower than its earlier half is
    not steady either. Series of less than eight batches are too short to tell.
    """
    if len(daily) // batch < 8:
        return None
    found = mser(daily, batch)
    rest = batched(daily[found.deleted :], batch)
    half = len(rest) // 2
    trend = unpaired_interval(rest[half:], rest[:half], 0.99)
    return found.deleted if found.steady and not trend.sure else None


def batched(values: Numbers, batch: int) -> list[float]:
    """Return the means of successive batches; what does not fill the last is left out."""
    return [mean(values[start : start + batch]) for start in range(0, len(values) - batch + 1, batch)]


def _squared_error(values: Numbers) -> float:
    """Return the squared standard error of the mean of values, as if they were independent."""
    middle = mean(values)
    return fsum((value - middle) ** 2 for value in values) / len(values) ** 2
