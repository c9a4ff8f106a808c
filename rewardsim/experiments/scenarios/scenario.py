"""A scenario: a programme and a population with named changes, kept as text; and several of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from rewardsim.programme import Programme, load_programme, parse_programme
from rewardsim.programme.faults import Fault, Place, ProgrammeError, show

from .change import Change, changed_population, changed_programme, faults_of
from .faults import ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.population import Population

BASE, WITHOUT = "base", "without"
"""Name of the scenario that others are compared with, and of the arm without any programme."""
NAME = re.compile(r"\w(?:[\w .,:+%=-]{0,78}[\w.,:+%=-])?")
ALLOWED_NAME = f'1 to 80 letters, digits, _ and in between blanks and any of . , : + % = -, other than "{WITHOUT}"'


@dataclass(frozen=True)
class Scenario:
    """One way things may go, as text: there may be thousands of them.

    ``programme_key``, ``words``, ``population_key`` and ``population_nature`` are what a life under
    it depends on; an empty ``programme_key`` is no programme. ``levels`` are the values of what is
    varied, by path, for tables and figures.
    """

    name: str
    programme_text: str = field(repr=False)
    programme_key: str
    words: tuple[str, ...] = field(repr=False)
    population_text: str = field(repr=False)
    population_key: str
    population_nature: str = field(repr=False)
    levels: Mapping[str, Any] = field(hash=False)
    changes: tuple[Change, ...] = field(hash=False, repr=False)

    def programme(self) -> Programme | None:
        """The programme as an object, None where there is none."""
        return parse_programme(self.programme_text, f"programme of {self.name}") if self.programme_key else None

    def population(self) -> Population:
        """The population as an object."""
        from rewardsim.population import parse_population

        return parse_population(self.population_text, f"population of {self.name}")

    @classmethod
    def of(
        cls,
        name: str,
        programme: Programme | str | Path | None,
        population: Population | str | Path,
        changes: Sequence[Change] = (),
        levels: Mapping[str, Any] | None = None,
    ) -> Scenario:
        """Build and check a scenario; raise ScenarioError with every fault of files and changes."""
        return Builder(*loaded(programme, population)).scenario(name, changes, levels)


class Builder:
    """Builds scenarios of one programme and one population; what several share is built once."""

    def __init__(self, programme: Programme | None, population: Population) -> None:
        self.programme = programme
        self.population = population
        self._programmes: dict[str, tuple[str, str, tuple[str, ...], str]] = {}
        self._populations: dict[str, tuple[str, str, str, str]] = {}

    def scenario(self, name: str, changes: Sequence[Change] = (), levels: Mapping[str, Any] | None = None) -> Scenario:
        """Return the scenario with some changes; raise ScenarioError with every fault, placed at the changes."""
        faults = name_faults(name)
        parts, wrong = self._parts(changes, str(name))
        if faults or wrong:
            raise ScenarioError([*faults, *wrong])
        said = {change.column: change.value for change in changes} if levels is None else dict(levels)
        return Scenario(name, *parts[0][:3], *parts[1][:3], said, tuple(changes))

    def faults(self, changes: Sequence[Change], file: str) -> list[Fault]:
        """What the programme and the population forbid of some changes."""
        return self._parts(changes, file)[1]

    def _parts(self, changes: Sequence[Change], file: str) -> tuple[list[Any], list[Fault]]:
        """Both varied documents in figures and text, and the faults where there are any."""
        faults = list(faults_of(changes, file))
        wrong = {fault.place.path for fault in faults}
        parts: list[Any] = []
        for prefix, make in (("programme", self._of_programme), ("population", self._of_population)):
            own = [change for change in changes if change.prefix == prefix and change.path not in wrong]
            try:
                parts.append(make(own, file))
            except ScenarioError as error:
                faults += error.faults
        return parts, faults or _currency(file, parts[0][3], parts[1][3])

    def _of_programme(self, changes: list[Change], name: str) -> tuple[str, str, tuple[str, ...], str]:
        """Text, key, words and currency of the varied programme."""
        if self.programme is None:
            if changes:
                place, todo = Place(name, 0, changes[0].path), "name a programme, or leave the change out"
                raise ScenarioError([Fault(place, "inconsistent", "no programme", "a programme to change", todo)])
            return "", "", (), ""
        said = repr(changes)
        if said not in self._programmes:
            found = changed_programme(self.programme, changes, name) if changes else self.programme
            self._programmes[said] = found.to_toml(), found.key, self._words(found), found.currency
        return self._programmes[said]

    def _words(self, programme: Programme) -> tuple[str, ...]:
        """Words that a programme's results are told in."""
        from rewardsim.experiments.simulations.plan import Arm

        return tuple(Arm("", programme, self.population).inputs()["words"])

    def _of_population(self, changes: list[Change], name: str) -> tuple[str, str, str, str]:
        """Text, key, nature and currency of the varied population."""
        said = repr(changes)
        if said not in self._populations:
            found = changed_population(self.population, changes, name) if changes else self.population
            self._populations[said] = found.text, found.key, found.nature, found.currency
        return self._populations[said]


@dataclass(frozen=True)
class Scenarios(Sequence[Scenario]):
    """Scenarios of different names; the base, with which the others are compared, comes first."""

    base: Scenario
    others: tuple[Scenario, ...] = ()

    def __post_init__(self) -> None:
        from .frames import repeated

        if twice := repeated(self.names):
            raise ScenarioError(twice)

    def __len__(self) -> int:
        return 1 + len(self.others)

    @overload
    def __getitem__(self, index: int | str) -> Scenario: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Scenario, ...]: ...
    def __getitem__(self, index: int | str | slice) -> Scenario | tuple[Scenario, ...]:
        """By place, or by name."""
        if isinstance(index, str):
            return next(one for one in self if one.name == index) if index in self.names else _missing(self, index)
        return (self.base, *self.others)[index]

    def __iter__(self) -> Iterator[Scenario]:
        yield self.base
        yield from self.others

    @property
    def names(self) -> list[str]:
        """Names in order, the base first."""
        return [one.name for one in self]

    def to_frame(self) -> pd.DataFrame:
        """One row a scenario: its name, and a column for each path that any of them changes."""
        from .frames import frame_of

        return frame_of(self)

    @staticmethod
    def from_frame(
        frame: pd.DataFrame,
        programme: Programme | str | Path | None,
        population: Population | str | Path,
        base: str = BASE,
    ) -> Scenarios:
        """Scenarios of a table with the columns ``name`` and paths; an empty cell changes nothing."""
        from .frames import scenarios_of_frame

        return scenarios_of_frame(frame, Builder(*loaded(programme, population)), base)


def name_faults(name: str) -> list[Fault]:
    """What is wrong with a scenario's name."""
    if isinstance(name, str) and NAME.fullmatch(name) and name != WITHOUT:
        return []
    return [Fault(Place(str(name)), "out-of-range", show(name), ALLOWED_NAME, "rename the scenario")]


def _missing(scenarios: Scenarios, name: str) -> Scenario:
    from rewardsim.programme.faults import closest, listing

    near = closest(name, scenarios.names)
    todo = f'did you mean "{near}"?' if near else "name one of them"
    place = Place("scenarios", 0, name)
    raise ScenarioError([Fault(place, "unknown-path", show(name), listing(scenarios.names), todo)])


def _currency(name: str, programme: str, population: str) -> list[Fault]:
    if not programme or programme == population:
        return []
    found, allowed = f"a population that pays in {population}", f"the programme's {programme}"
    return [Fault(Place(name), "inconsistent", found, allowed, "choose a population with that currency")]


def loaded(
    programme: Programme | str | Path | None, population: Population | str | Path
) -> tuple[Programme | None, Population]:
    """Both as objects; the faults of both files together."""
    from rewardsim.population import load_population

    faults: list[Fault] = []
    found: list[Any] = []
    for given, load in ((programme, load_programme), (population, load_population)):
        try:
            found.append(load(given) if isinstance(given, str | Path) else given)
        except ProgrammeError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return found[0], found[1]
