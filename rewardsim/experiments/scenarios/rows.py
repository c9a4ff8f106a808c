"""Factors and limits as files write them: the rows that sweeps and tunings share, and what they become."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, WithJsonSchema

from rewardsim.economics.guards import Guard, contradictions
from rewardsim.economics.objectives import COUNT, MONEY, SHARE, TOKENS, Measure, MeasureError, measure
from rewardsim.programme.faults import Fault, closest, listing, show
from rewardsim.programme.source import Key, Source, below
from rewardsim.programme.units import Day, Row, Scale, day_date

from .factors import Factor
from .faults import ScenarioError
from .toml_file import replaced, usable

if TYPE_CHECKING:
    from rewardsim.programme import Programme

    from .scenario import Builder

_LIMIT_SCHEMA = {
    "type": ["string", "integer"],
    "description": 'Money as an amount ("250000.00"), a share in percent ("12%"), counts and tokens as numbers.',
}
_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_PERCENT = re.compile(r"(-?[0-9]{1,9}(?:\.[0-9]{1,9})?)[ ]?%")
WRITTEN = {
    MONEY: ('an amount in quotes, such as "250000.00"', "money"),
    SHARE: ('a share in percent, such as "12%"', "a share"),
    TOKENS: ("a whole number", "a number of tokens"),
    COUNT: ("a whole number", "a number"),
}
"""How limits of a unit are written, and what they are."""
Text = Annotated[str, Field(min_length=1, max_length=200)]
Limit = Annotated[Any, WithJsonSchema(_LIMIT_SCHEMA)]
Value = Annotated[Any, WithJsonSchema({"description": "Written as the programme or population would have it."})]
Written = Annotated[Any, WithJsonSchema({"type": ["string", "integer", "number"]})]


class FactorRow(Row):
    """One path and the values it may take: a range, or a list."""

    path: Text
    """What varies: "programme..." or "population..."."""
    low: Written | None = None
    """Lowest value, written as the file would have it."""
    high: Written | None = None
    """Highest value, written likewise."""
    step: Written | None = None
    """Distance of neighbouring values, of dates in days; whole numbers go by one, others are continuous."""
    values: list[Value] | None = None
    """The values, instead of a range."""
    log: bool = False
    """Whether values are spread evenly by their logarithm."""
    starts: Day | None = None
    """First day of the change."""
    ends: Day | None = None
    """First day after it."""


class GuardRow(Row):
    """A limit that must be kept, with its uncertainty."""

    measure: Text
    """What is limited."""
    at_most: Limit | None = None
    """Upper limit, in the measure's unit."""
    at_least: Limit | None = None
    """Lower limit, in the measure's unit."""
    scenario: Text | None = None
    """Scenario that must keep it; every one if left out."""


def factor_of(row: FactorRow) -> Factor:
    """A row as a factor."""
    start, end = (None if day is None else day_date(day) for day in (row.starts, row.ends))
    values = None if row.values is None else tuple(row.values)
    return Factor(row.path, row.low, row.high, row.step, values, row.log, start, end)


def factors_of(source: Source, path: Key, builder: Builder | None, faults: list[Fault]) -> list[Factor]:
    """The factors of a list of rows, with their digits; adds what is wrong with them, each at its key.

    Rows whose form is wrong are passed over: that is told elsewhere. Without a builder, as where
    the programme cannot be read, only what a factor says by itself is checked.
    """
    found: list[Factor] = []
    for number, raw in enumerate(_rows(source, path)):
        row = usable(FactorRow, raw)
        if row is None:
            continue
        factor = factor_of(row)
        try:
            own = factor.faults()
            if own:
                raise ScenarioError(own)
            found.append(factor.fitted(builder) if builder else factor)
        except ScenarioError as error:
            for fault in error.faults:
                faults += replaced([fault], source, (*path, number, _key(fault)))
    return found


def _key(fault: Fault) -> str:
    """The key of a factor's row that a fault is about."""
    return next((key for key in ("low", "high", "values") if fault.found.endswith(f" `{key}`")), "path")


def _rows(source: Source, path: Key) -> list[Any]:
    value: Any = source.document
    for part in path:
        value = below(value, part)
    return value if isinstance(value, list) else []


@dataclass(frozen=True)
class Units:
    """What limits are read by: the currency's and the token's digits, tiers, whether there is a counterfactual."""

    scale: Scale
    levels: tuple[str, ...] | None
    counterfactual: bool = True

    @classmethod
    def of(cls, programme: Programme | None, counterfactual: bool = True, others: Iterable[Programme] = ()) -> Units:
        """Those of a programme, with the tiers of others too; without one tiers are not known."""
        if programme is None:
            return cls(Scale(), None, counterfactual)
        levels = dict.fromkeys(level for one in (programme, *others) for level in one.names.levels)
        return cls(programme.scale, tuple(levels), counterfactual)

    def measure(self, source: Source, path: Key, name: str, faults: list[Fault]) -> Measure | None:
        """A measure by name; adds a fault where there is none, or where it needs lives without the programme."""
        try:
            found = measure(name, levels=self.levels)
        except MeasureError as error:
            faults += replaced(error.faults, source, path)
            return None
        if found.counterfactual and not self.counterfactual:
            allowed, todo = "a measure of one life, or `counterfactual = true`", "leave `counterfactual` out"
            faults.append(source.fault(path, "inconsistent", f"{show(name)} without a counterfactual", allowed, todo))
        return found

    def limit(self, source: Source, path: Key, asked: Measure, value: Any, faults: list[Fault]) -> Fraction | None:
        """A limit in the measure's unit, money in minor, tokens in smallest units; adds a fault where it is none."""
        read = {MONEY: self._money, SHARE: _share, TOKENS: self._tokens}.get(asked.unit, _count)(value)
        if read is None:
            allowed, noun = WRITTEN[asked.unit]
            todo = f"{asked.name} is {noun}: write it so"
            faults.append(source.fault(path, "wrong-unit", show(value), allowed, todo))
        return read

    def _money(self, value: Any) -> Fraction | None:
        if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
            return None
        return Fraction(value) * 10**self.scale.digits

    def _tokens(self, value: Any) -> Fraction | None:
        text = value if isinstance(value, str) and self.scale.decimals and _AMOUNT.fullmatch(value) else None
        whole = _count(value) if text is None else Fraction(text)
        return None if whole is None else whole * 10**self.scale.decimals


def _share(value: Any) -> Fraction | None:
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    return Fraction(match.group(1)) / 100 if match else None


def _count(value: Any) -> Fraction | None:
    return Fraction(value) if isinstance(value, int) and not isinstance(value, bool) else None


def guards_of(
    source: Source, path: Key, terms: Units, faults: list[Fault], names: Sequence[str] | None = None
) -> list[Guard]:
    """The guards of a list of rows; adds what is wrong with them, contradictions among them.

    ``names`` are the scenarios a guard may be for; None where a guard is for none in particular.
    """
    found: list[Guard] = []
    places: list[Key] = []
    for number, raw in enumerate(_rows(source, path)):
        row = usable(GuardRow, raw)
        if row is None:
            continue
        here: Key = (*path, number)
        guard = _guard(source, here, row, terms, faults)
        _scenario_named(source, here, row.scenario, names, faults)
        if guard is not None:
            found.append(guard)
            places.append(here)
    for low, high in contradictions(found):
        allowed = f"limits that can be kept together, but {_said(source, (*places[high], 'at_most'))}"
        here = (*places[low], "at_least")
        faults.append(source.fault(here, "inconsistent", _said(source, here), allowed, "change one of the two"))
    return found


def _said(source: Source, path: Key) -> str:
    """A limit as it is written, with its line."""
    row: Any = source.document
    for part in path[:-1]:
        row = below(row, part)
    where = f" in line {source.place(path).line}" if source.lines else ""
    return f"{row['measure']} {path[-1]} {show(row[path[-1]])}{where}"


def _guard(source: Source, path: Key, row: GuardRow, terms: Units, faults: list[Fault]) -> Guard | None:
    asked = terms.measure(source, (*path, "measure"), row.measure, faults)
    given = {key: value for key in ("at_most", "at_least") if (value := getattr(row, key)) is not None}
    if not given:
        faults.append(source.fault(path, "missing", "no limit", "`at_most` or `at_least`", "add one of them"))
    if asked is None or not given:
        return None
    limits = {key: terms.limit(source, (*path, key), asked, value, faults) for key, value in given.items()}
    return None if None in limits.values() else Guard(row.measure, scenario=row.scenario or "", **limits)


def _scenario_named(
    source: Source, path: Key, name: str | None, names: Sequence[str] | None, faults: list[Fault]
) -> None:
    """Add a fault where a guard is for a scenario that there is not."""
    if name is None or (names is not None and name in names):
        return
    here: Key = (*path, "scenario")
    if names is None:
        faults.append(source.fault(here, "unknown-key", show(name), "a limit for every one", "leave `scenario` out"))
        return
    near = closest(name, names)
    todo = f'did you mean "{near}"?' if near else "name one of them, or leave it out"
    faults.append(source.fault(here, "unknown-path", show(name), listing(names), todo))
