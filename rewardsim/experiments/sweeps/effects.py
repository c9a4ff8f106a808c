"""What scenarios change: every measure of every scenario, and its paired difference to the base.

Scenarios live under common luck, so a difference is taken replicate by replicate, and its interval is
that of the differences. With many scenarios some differ by chance: beside each interval stands the one that
holds for all scenarios together (Bonferroni, for each measure), and Holm's p-value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan, nan
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from rewardsim.economics.intervals import differences, mean, mean_interval, p_value, replicates_needed
from rewardsim.economics.multiplicity import holm, simultaneous_level
from rewardsim.economics.objectives import Measure, measure, values
from rewardsim.experiments.simulations.effects import PRECISION

if TYPE_CHECKING:
    import pandas as pd

Totals = Mapping[str, int]
COLUMNS = (
    "scenario", "against", "measure", "unit", "value", "base", "estimate", "low", "high", "simultaneous_low",
    "simultaneous_high", "p_holm", "relative", "replicates", "needed",
)  # fmt: skip


class Observations(Protocol):
    """Lives by scenario: replicate numbers, and for each the totals with and without the programme."""

    def replicates(self, scenario: str) -> list[int]:
        """Return the numbers of a scenario's complete replicates."""
        ...

    def observations(self, scenario: str) -> tuple[Sequence[Totals], Sequence[Totals] | None]:
        """Return its totals, and those without the programme (None where there are none)."""
        ...


class Sample(NamedTuple):
    """A scenario's replicates by number."""

    own: dict[int, Totals]
    without: dict[int, Totals] | None

    def of(self, asked: Measure, numbers: Sequence[int]) -> list[float]:
        """Return a measure in some replicates."""
        without = None if self.without is None else [self.without[number] for number in numbers]
        return values(asked, [self.own[number] for number in numbers], without)


def sample_of(observed: Observations, scenario: str) -> Sample:
    """Return a scenario's replicates by number."""
    numbers = observed.replicates(scenario)
    own, without = observed.observations(scenario)
    twins = None if without is None else dict(zip(numbers, without, strict=True))
    return Sample(dict(zip(numbers, own, strict=True)), twins)


def paired(one: Sample, other: Sample, asked: Measure) -> tuple[list[float], list[float]]:
    """Return a measure of two scenarios in the replicates that both have."""
    both = sorted(set(one.own) & set(other.own))
    return one.of(asked, both), other.of(asked, both)


def effects(
    observed: Observations, names: Sequence[str], measures: Sequence[str], precision: float = PRECISION
) -> pd.DataFrame:
    """Return measures of all scenarios (``against`` is "") and their differences to the first, the base.

    A measure that reads the counterfactual is itself an effect of the programme; one that a scenario
    cannot have (it has no counterfactual) has no row. ``needed`` are the replicates at which the interval
    is +- ``precision`` of the base's value (of the value itself, where that is not compared): an estimate
    from the replicates there are. ``p_holm`` is over the scenarios, one measure at a time; of values, only those
    that are 0 if the programme does nothing have one.
    """
    import pandas as pd

    asked = [measure(name) for name in measures]
    rows = list(_rows(observed, names, asked, precision))
    _adjust(rows)
    table = pd.DataFrame([{name: row[name] for name in COLUMNS} for row in rows], columns=list(COLUMNS))
    figures = dict.fromkeys(COLUMNS[4:13], "float64")
    return table.astype(figures | {"needed": "Int64", "replicates": "int64"})


def _rows(
    observed: Observations, names: Sequence[str], asked: Sequence[Measure], precision: float
) -> Iterator[dict[str, Any]]:
    """Return the rows scenario by scenario: values, then differences; only the base is kept in memory."""
    base = sample_of(observed, names[0])
    for name in names:
        own = base if name == names[0] else sample_of(observed, name)
        for one in asked:
            if own.own and (own.without is not None or not one.counterfactual):
                yield _value(name, one, own.of(one, sorted(own.own)), len(names), precision)
        for one in asked if name != names[0] else ():
            twins = own.without is not None and base.without is not None
            if set(own.own) & set(base.own) and (twins or not one.counterfactual):
                yield _difference(name, names[0], one, *paired(own, base, one), len(names) - 1, precision)


def _value(name: str, one: Measure, found: list[float], family: int, precision: float) -> dict[str, Any]:
    needed = replicates_needed(found, relative=precision)
    tested = p_value(found) if one.counterfactual else None
    head = {"scenario": name, "against": "", "measure": one.name, "unit": one.unit}
    return head | {"value": mean(found), "base": nan, "relative": nan} | _interval(found, family, tested, needed)


def _difference(
    name: str, base: str, one: Measure, own: list[float], against: list[float], family: int, precision: float
) -> dict[str, Any]:
    gained, before = differences(own, against), mean(against)
    needed = replicates_needed(gained, absolute=abs(before) * precision / (1 + precision))
    relative = mean(gained) / abs(before) if before else nan
    head = {"scenario": name, "against": base, "measure": one.name, "unit": one.unit}
    figures = {"value": mean(own), "base": before, "relative": relative}
    return head | figures | _interval(gained, family, p_value(gained), needed)


def _interval(found: list[float], family: int, tested: float | None, needed: int | None) -> dict[str, Any]:
    alone, together = mean_interval(found), mean_interval(found, simultaneous_level(family))
    return {
        "estimate": alone.estimate,
        "low": alone.low,
        "high": alone.high,
        "simultaneous_low": together.low,
        "simultaneous_high": together.high,
        "p_holm": None if tested is None or isnan(tested) else tested,
        "replicates": len(found),
        "needed": needed,
    }


def _adjust(rows: Sequence[dict[str, Any]]) -> None:
    """Make p-values those of Holm, over the scenarios of each measure."""
    families: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        families.setdefault((row["against"], row["measure"]), []).append(row)
    for family in families.values():
        for row, adjusted in zip(family, holm([row["p_holm"] for row in family]), strict=True):
            row["p_holm"] = adjusted
