"""The files a sweep or a tuning starts from, and the days and members of all of its lives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.simulations.plan import SimulationError, plan
from rewardsim.programme import Programme, ProgrammeError
from rewardsim.programme.faults import Fault
from rewardsim.programme.source import Key, Source

from .plan import Setting
from .scenario import Builder
from .toml_file import regular_text

if TYPE_CHECKING:
    from rewardsim.population import Population

_KEYS = {"members": "members", "start": "starts", "until": "until", "seed": "seed"}
"""Parts of a request, and the keys by which a file calls them."""
_CODES = {"early_end": "date-order", "bad_date": "bad-date"}
"""Codes of a request as those of a file; the others are numbers out of range."""


class Bases:
    """Programmes and populations that a file names, relative to itself; each is read once."""

    def __init__(self, source: Source, faults: list[Fault]) -> None:
        self.source = source
        self.faults = faults
        self._read: dict[tuple[str, str], Any] = {}
        self._builders: dict[tuple[str, str], Builder | None] = {}

    def programme(self, key: Key, name: Any) -> Programme | None:
        """The programme of a file; None where it cannot be used, which is added to the faults."""
        from rewardsim.programme.programme import parse_programme

        return self._file("programme", key, name, parse_programme)

    def population(self, key: Key, name: Any) -> Population | None:
        """The population of a file; None where it cannot be used, which is added to the faults."""
        from rewardsim.population import parse_population

        return self._file("population", key, name, parse_population)

    def builder(self, keys: tuple[Key, Key], names: tuple[Any, Any]) -> Builder | None:
        """What builds scenarios of a programme's and a population's file; None where one cannot be used."""
        pair = (str(names[0]), str(names[1]))
        if pair not in self._builders:
            programme, population = self.programme(keys[0], names[0]), self.population(keys[1], names[1])
            self._builders[pair] = Builder(programme, population) if programme and population else None
        return self._builders[pair]

    @property
    def programmes(self) -> list[Programme]:
        """Every programme that was read."""
        return [found for (kind, _), found in self._read.items() if kind == "programme" and found is not None]

    def _file(self, kind: str, key: Key, name: Any, parse: Callable[[str, str], Any]) -> Any:
        if not isinstance(name, str) or not name:
            return None
        if (kind, name) not in self._read:
            self._read[kind, name] = None
            path = beside(self.source, name)
            try:
                self._read[kind, name] = parse(regular_text(path), str(path))
            except ProgrammeError as error:
                self.faults += [self._told(fault, key, path) for fault in error.faults]
        return self._read[kind, name]

    def _told(self, fault: Fault, key: Key, path: Path) -> Fault:
        """A fault of a file in its own place; one that is not there is told where it is named."""
        if fault.code != "unreadable":
            return fault
        return self.source.fault(key, fault.code, f"{path}: {fault.found}", fault.allowed, fault.todo)


def beside(source: Source, name: str) -> Path:
    """A path relative to the file that names it."""
    return Path(source.name).parent / name


def setting_of(
    programme: Programme,
    population: Population,
    *,
    members: int | None = None,
    start: date | str | None = None,
    until: date | str | None = None,
    seed: int = 0,
    counterfactual: bool = True,
) -> Setting:
    """What is the same for every life; members and days are the population's own where not given.

    Raises SimulationError with every fault: numbers out of range, days in the wrong order, members
    that would not fit into memory.
    """
    asked = plan(
        programme, population, members=members, start=start, until=until, seed=seed, replicates=1,
        counterfactual=counterfactual,
    )  # fmt: skip
    return Setting(asked.members, asked.first, asked.last, asked.seed, counterfactual)


def setting_faults(error: SimulationError, source: Source, section: str) -> list[Fault]:
    """The faults of a setting, put at the keys of a section that say it; those of files are told elsewhere."""
    return [
        source.fault((section, key), _CODES.get(one.code, "out-of-range"), one.found, one.allowed, one.todo)
        for one in error.faults
        if (key := _KEYS.get(one.place.file))
    ]
