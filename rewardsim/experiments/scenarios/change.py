"""One value of a programme or a population, otherwise: for ever, or from one day to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Any

from rewardsim.programme import Programme, ProgrammeError
from rewardsim.programme.faults import Fault, Place, closest, show
from rewardsim.programme.source import Source

from .faults import PREFIXES, ScenarioError, put_at

if TYPE_CHECKING:
    from rewardsim.population import Population

OF_THE_SWEEP = ("members", "starts", "until")
"""Keys of a population's head that a sweep sets for all of its scenarios."""
AFTERWARDS = ("redemption", "exchange", "expiry", "returns", "accounting")
"""Sections of a programme that still matter after its end."""


@dataclass(frozen=True)
class Change:
    """One value, otherwise.

    ``path`` begins with "programme." or "population." and goes on as in ``Programme.vary`` and
    ``Population.vary``: "programme.earning.purchase.rate", "programme.campaigns.accessory-week.multiplier",
    "population.behaviour.goal". ``value`` is written as the file would have it; None takes the key
    or row away. A change of the programme may hold from ``start`` to the day before ``end``.
    """

    path: str
    value: Any
    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", canonical(self.value))

    @property
    def prefix(self) -> str:
        """Which document it changes: "programme" or "population"."""
        return self.path.partition(".")[0]

    @property
    def inner(self) -> str:
        """The path within that document."""
        return self.path.partition(".")[2]

    @property
    def column(self) -> str:
        """Its path with its dates, as a column of a table: "programme.expiry.at@2018-01-01..2018-04-01"."""
        if self.start is None and self.end is None:
            return self.path
        return f"{self.path}@{self.start or ''}..{self.end or ''}"


def faults_of(changes: Sequence[Change], file: str) -> Iterator[Fault]:
    """What is wrong with changes before any document is looked at."""
    for change in changes:
        place = Place(file, 0, change.path)
        if change.start is not None and change.end is not None and change.end <= change.start:
            found, allowed = f"{change.start} to {change.end}", "an end after the start (it is the first day after)"
            yield Fault(place, "date-order", found, allowed, "correct a date")
        head = closest(change.prefix, PREFIXES)
        if change.prefix not in PREFIXES or not change.inner:
            todo = f'did you mean "{head}.{change.inner}"?' if head and change.inner else 'put "programme." before it'
            allowed = 'a path that begins with "programme." or "population."'
            yield Fault(place, "unknown-path", show(change.path), allowed, todo)
        elif change.prefix == "population":
            yield from _of_population(change, place)


def _of_population(change: Change, place: Place) -> Iterator[Fault]:
    if change.column != change.path:
        found = f"a change from {change.start or 'the beginning'} to {change.end or 'the end'}"
        allowed, todo = "a change for the whole time: populations have no dates", "leave out the dates"
        yield Fault(place, "not-dated", found, allowed, todo)
    if change.inner in {f"population.{key}" for key in OF_THE_SWEEP}:
        key = change.inner.rpartition(".")[2]
        allowed, todo = f"`{key}` once for the whole sweep", f"write `{key}` under [sweep]"
        yield Fault(place, "unknown-path", show(change.path), allowed, todo)


def changed_programme(programme: Programme, changes: Sequence[Change], file: str) -> Programme:
    """The programme with all changes made, in their order; raises ScenarioError with every fault."""
    from rewardsim.programme.programme import build
    from rewardsim.programme.vary import vary_document

    def vary(source: Source, change: Change) -> dict[str, Any]:
        # an end alone is a change from the beginning on
        start = programme.starts if change.start is None and change.end is not None else change.start
        return vary_document(source, programme.starts, {change.inner: change.value}, start, change.end)

    faults = {change.column: list(_outside(programme, change, file)) for change in changes}
    inside = [change for change in changes if not faults[change.column]]
    return _made(programme.source, inside, file, "programme", vary, build, [*chain(*faults.values())])


def changed_population(population: Population, changes: Sequence[Change], file: str) -> Population:
    """The population with all changes made, in their order; raises ScenarioError with every fault."""
    from rewardsim.population.population import build
    from rewardsim.population.vary import vary_document
    from rewardsim.programme.toml_out import write_toml

    def vary(source: Source, change: Change) -> dict[str, Any]:
        return vary_document(source, source.name, {change.inner: change.value})

    def made(source: Source) -> Population:
        return build(source, write_toml(source.document))

    return _made(population.source, changes, file, "population", vary, made)


def _outside(programme: Programme, change: Change, file: str) -> Iterator[Fault]:
    """A change of which the programme sees no day; tokens may be spent after its end."""
    place, section = Place(file, 0, change.path), change.inner.partition(".")[0]
    if change.end is not None and change.end <= programme.starts:
        allowed = f"an end after the programme's start on {programme.starts}"
        yield Fault(place, "empty-window", f"a change until {change.end}", allowed, "give a later end")
    ends = programme.ends
    if change.start is not None and ends is not None and change.start >= ends and section not in AFTERWARDS:
        allowed = f"a start before the programme's end on {ends}"
        yield Fault(place, "empty-window", f"a change from {change.start}", allowed, "give an earlier start")


def _made(
    source: Source,
    changes: Sequence[Change],
    file: str,
    prefix: str,
    vary: Callable[[Source, Change], dict[str, Any]],
    build: Callable[[Source], Any],
    faults: Sequence[Fault] = (),
) -> Any:
    """The document changed step by step and built once: no state between the steps need be sound."""
    name = f"{source.name.removesuffix(' (varied)')} (varied)"
    faults = list(faults)
    for change in changes:
        try:
            source = Source(name, vary(source, change), {})
        except ProgrammeError as error:
            place = Place(file, 0, change.path)
            faults += [replace(fault, place=place) for fault in error.faults]
    try:
        made = build(source)
    except ProgrammeError as error:
        paths = [change.path for change in changes]
        faults += [put_at(fault, file, prefix, paths) for fault in error.faults]
    if faults:
        raise ScenarioError(faults)
    return made


def canonical(value: Any) -> Any:
    """A value as TOML would give it: whole numbers as such, others exact, sequences as lists."""
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if isinstance(value, float) and isfinite(value):
        return int(value) if value == int(value) else Decimal(repr(value))
    if isinstance(value, Mapping):
        return {str(key): canonical(part) for key, part in value.items()}
    return [canonical(part) for part in value] if isinstance(value, list | tuple) else value
