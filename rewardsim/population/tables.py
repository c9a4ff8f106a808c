"""What all members share: season, sizes of baskets, delays, categories, channels, what items are worth."""

from __future__ import annotations

import math
from typing import Any

from rewardsim.population.cohorts import cohort_names
from rewardsim.population.model import PopulationFile
from rewardsim.population.season import season_of
from rewardsim.programme import Programme
from rewardsim.rules.records import NONE

STEPS = 2048
"""Steps of the table of baskets."""
WORDS = 1 << 32
"""Words of luck there are."""


def shared_tables(
    file: PopulationFile, programme: Programme | None, first_day: int, last_day: int, members: int
) -> dict[str, Any]:
    """Return the tables of ``behaviour.records.World`` that a population decides, and their names."""
    seasons = season_of(file.season, first_day, last_day)
    categories, channels = file.categories, file.channels
    return {
        "seasons": seasons,
        "season_max": season_max(file, first_day, last_day),
        "baskets": basket_table(file.basket.p),
        "delays": sorted(file.delivery.days),
        "returns_after": sorted(file.returns.after_days),
        "categories": cumulative([row.weight for row in categories]),
        "category_codes": [programme.names.category(row.id) if programme else 0 for row in categories],
        "category_names": [row.id for row in categories],
        "category_factors": relative([row.weight for row in categories], [row.factor for row in categories]),
        "channels": cumulative([row.weight for row in channels]),
        "channel_codes": [programme.names.channel(row.id) if programme else 0 for row in channels],
        "channel_names": [row.id for row in channels],
        **item_tables(file, programme),
        "cohort_names": cohort_names(file.cohorts.by, first_day, last_day),
        "pool": math.floor(file.referral.pool * members + 0.5),
    }


def season_max(file: PopulationFile, first_day: int, last_day: int) -> float:
    """Return the largest factor of all the population's days, so that a shorter simulation begins like a longer one."""
    head = file.population
    return max(season_of(file.season, min(first_day, head.starts), max(last_day, head.until)))


def basket_table(shape: float | None) -> list[float]:
    """Return quantiles of a gamma distribution of mean 1 at equal steps; just 1 where all baskets are alike.

    The ends, of which the last would be infinite, give the outer steps the means they have.
    """
    if shape is None:
        return [1.0]
    import numpy as np
    from scipy.special import gammainc, gammaincc, gammaincinv

    table = gammaincinv(shape, np.arange(STEPS + 1) / STEPS)
    table[0] = max(0.0, 2 * shape * gammainc(shape + 1, table[1]) * STEPS - table[1])
    table[-1] = 2 * shape * gammaincc(shape + 1, table[-2]) * STEPS - table[-2]
    mean = (math.fsum(table) - (table[0] + table[-1]) / 2) / STEPS
    return [float(np.float32(size)) for size in table / mean]


def cumulative(weights: list[float]) -> list[int]:
    """Return where each weight's share of the words of luck ends."""
    whole, sums = math.fsum(weights), [math.fsum(weights[: place + 1]) for place in range(len(weights))]
    return [math.floor(part / whole * WORDS) for part in sums[:-1]] + [WORDS]


def relative(weights: list[float], factors: list[float]) -> list[float]:
    """Return factors whose mean under the weights is 1."""
    level = math.fsum(w * f for w, f in zip(weights, factors, strict=True)) / math.fsum(weights)
    return [factor / level for factor in factors]


def item_tables(file: PopulationFile, programme: Programme | None) -> dict[str, list[int]]:
    """Return what each row of the law's items is worth, and what it takes off a price."""
    if programme is None:
        return {"worths": [], "cuts": []}
    values = programme.law_extra["item_values"]
    names = {row: item for item, rows in programme.names.items.items() for _, _, row in rows}
    worths = [file.worths.get(names[row], 0) if value == NONE else value for row, value in enumerate(values)]
    return {"worths": worths, "cuts": [0 if value == NONE else value for value in values]}


def margin_bp(file: PopulationFile) -> int | None:
    """Return the margin on revenue in basis points, None where the file has none."""
    margins = [row.margin for row in file.categories if row.margin is not None]
    if not margins:
        return None
    values = [row.weight * row.factor for row in file.categories]
    return math.floor(math.fsum(v * m for v, m in zip(values, margins, strict=True)) / math.fsum(values) + 0.5)
