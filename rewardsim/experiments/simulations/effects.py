"""What one arm changes against another: paired over replicates, with intervals, and what it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rewardsim.economics.decompose import PARTS, Trade, revenue_parts
from rewardsim.economics.intervals import (
    Interval,
    differences,
    mean,
    mean_interval,
    paired_interval,
    ratio_interval,
    replicates_needed,
)
from rewardsim.economics.objectives import COUNT, MEASURES, MONEY, QUANTITIES, above_and_below

if TYPE_CHECKING:
    import pandas as pd

OF_GROUPS = {"persons": COUNT, "days": COUNT, "purchases": COUNT, "revenue": MONEY}
PRECISION = 0.01
"""Half-width, as a share of the effect, for which replicates needed are told."""
Totals = Mapping[str, Sequence[int]]
GroupRow = dict[str, Any]


class Effect(NamedTuple):
    """A paired difference of one quantity, for everybody or a group."""

    quantity: str
    unit: str
    by: str  # all, part, tier or cohort
    group: str
    value: float | None  # mean in the arm
    base: float | None  # mean in the arm compared with
    interval: Interval
    needed: int | None  # replicates for an interval of +-1 % of the effect


def contrast(values: Totals, against: Totals) -> list[Effect]:
    """Return the differences of two arms' totals, replicate by replicate; ratios by the delta method."""
    found = [
        _effect(name, unit, "all", "", values[name], against[name])
        for name, unit in QUANTITIES.items()
        if any(values[name]) or any(against[name]) or name in ("purchases", "revenue", "margin", "cost", "net")
    ]
    return [*found, *_ratio("incremental_share", values, against), *_return_on_cost(values, against)]


def parts(rows: Iterable[GroupRow], arm: str, against: str) -> list[dict[str, int]]:
    """Return, for each replicate, the parts of the change of revenue; integers that sum to it."""
    sides: dict[int, tuple[dict[Any, Trade], dict[Any, Trade]]] = {}
    joined: dict[int, list[int]] = {}
    for row in rows:
        side = 1 if row["side"] == against else 0
        groups = sides.setdefault(row["replicate"], ({}, {}))[side]
        friends = joined.setdefault(row["replicate"], [0, 0])
        if row["origin"] == "referred":
            friends[side] += row["revenue"]
        else:
            key = (row["cohort"], standing(row))
            before = groups.get(key, Trade())
            added = (before.days + row["days"], before.purchases + row["purchases"], before.revenue + row["revenue"])
            groups[key] = Trade(*added)
    return [revenue_parts(*sides[replicate], *joined[replicate]) for replicate in sorted(sides)]


def of_parts(found: list[dict[str, int]]) -> list[Effect]:
    """Return the parts of the change of revenue with intervals."""
    effects = []
    for part in PARTS:
        values = [one[part] for one in found]
        effects.append(Effect("revenue", MONEY, "part", part, None, None, mean_interval(values), _needed(values)))
    return effects


def of_groups(rows: Iterable[GroupRow], against: str, by: str, replicates: int) -> list[Effect]:
    """Return the differences by tier or cohort, each for the same people in both arms."""
    sums: dict[str, dict[str, list[list[int]]]] = {}
    for row in rows:
        if row["origin"] == "referred":
            continue
        group = standing(row) if by == "tier" else row["cohort"]
        empty = {name: [[0] * replicates, [0] * replicates] for name in OF_GROUPS}
        for name, sides in sums.setdefault(group, empty).items():
            sides[row["side"] == against][row["replicate"]] += row[name]
    return [
        _effect(name, unit, by, group, *sums[group][name])
        for group in sorted(sums)
        for name, unit in OF_GROUPS.items()
        if name != "persons"
    ]


def standing(row: GroupRow) -> str:
    """Return where a group of people stands: its tier, or why it has none."""
    return row["tier"] or ("no tier" if row["enrolled"] == "yes" else "not enrolled")


def frame(effects: Iterable[tuple[str, str, Effect]]) -> pd.DataFrame:
    """Return effects as a table, one row each; (arm, against, effect)."""
    import pandas as pd

    names = [
        "arm", "against", "quantity", "unit", "by", "group", "value", "base", "estimate", "low", "high",
        "half_width", "relative", "replicates", "needed",
    ]  # fmt: skip
    rows = [
        (
            arm,
            against,
            *one[:6],
            one.interval.estimate,
            one.interval.low,
            one.interval.high,
            one.interval.half_width,
            one.interval.estimate / abs(one.base) if one.base else None,
            one.interval.replicates,
            one.needed,
        )
        for arm, against, one in effects
    ]
    table = pd.DataFrame(rows, columns=names)
    figures = ["value", "base", "estimate", "low", "high", "half_width", "relative"]
    return table.astype(dict.fromkeys(figures, "float64") | {"needed": "Int64", "replicates": "int64"})


def _effect(name: str, unit: str, by: str, group: str, values: Sequence[int], against: Sequence[int]) -> Effect:
    gained = differences(values, against)
    return Effect(
        name, unit, by, group, mean(values), mean(against), mean_interval(gained), _needed(gained)
    )


def _needed(values: Sequence[int | float]) -> int | None:
    return replicates_needed(values, relative=PRECISION)


def _ratio(name: str, values: Totals, against: Totals) -> list[Effect]:
    """Return a ratio of economics.objectives between two arms; nothing where what is below it is 0."""
    interval = ratio_interval(*above_and_below(MEASURES[name], _by_replicate(values), _by_replicate(against)))
    return [Effect(name, MEASURES[name].unit, "all", "", None, None, interval, None)] if interval else []


def _return_on_cost(values: Totals, against: Totals) -> list[Effect]:
    """Return what each unit of cost brings beyond itself; nothing where it is not sure that there is a cost."""
    spent = paired_interval(values["cost"], against["cost"])
    sure = spent.sure or (spent.replicates == 1 and spent.estimate != 0) or (spent.low == spent.high != 0)
    return _ratio("roi", values, against) if sure else []


def _by_replicate(totals: Totals) -> list[dict[str, int]]:
    """Return totals by name as one mapping a replicate."""
    return [dict(zip(totals, row, strict=True)) for row in zip(*totals.values(), strict=True)]
