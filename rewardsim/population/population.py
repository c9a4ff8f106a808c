"""The population as an object: read, varied, drawn, shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from rewardsim.population.check import DEFAULT_PRESET, PRESET, checked, source_scale
from rewardsim.population.faults import PopulationError
from rewardsim.population.model import PopulationFile
from rewardsim.population.vary import vary_document
from rewardsim.programme import Hint, Programme, ProgrammeError
from rewardsim.programme.faults import listing, show
from rewardsim.programme.programme import digest
from rewardsim.programme.source import Source, line_map, parse, read_text
from rewardsim.programme.toml_out import write_toml
from rewardsim.programme.units import day_date, day_number

if TYPE_CHECKING:
    from rewardsim.population.traits import Traits

BLOCK = 1 << 14
"""Persons drawn at a time: what fits a processor's cache; nothing of it can be seen in them."""


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    """A checked population. Two populations are equal when their ``key`` is."""

    source: Source
    """The document as it was written."""
    file: PopulationFile
    """The document as it was understood."""
    text: str
    """TOML that loads again; as written, or for a variant without comments."""

    @property
    def id(self) -> str:
        """Short name for machines."""
        return self.file.population.id

    @property
    def name(self) -> str:
        """Name for people."""
        return self.file.population.name

    @property
    def currency(self) -> str:
        """ISO 4217 code of every amount."""
        return self.file.population.currency

    @property
    def members(self) -> int:
        """How many there are unless a simulation says otherwise, friends apart."""
        return self.file.population.members

    @property
    def starts(self) -> date:
        """First day unless a simulation says otherwise."""
        return day_date(self.file.population.starts)

    @property
    def until(self) -> date:
        """Last day unless a simulation says otherwise."""
        return day_date(self.file.population.until)

    @property
    def assumptions(self) -> list[str]:
        """What whoever reads a result must know."""
        return list(self.file.population.assumptions)

    @property
    def margin_bp(self) -> int | None:
        """Margin on revenue in basis points, None where the file has none."""
        from rewardsim.population.tables import margin_bp

        return margin_bp(self.file)

    @property
    def preset(self) -> str:
        """Name of the set of behaviour's parameters that [behaviour] begins with."""
        return str(self.file.behaviour.get(PRESET, DEFAULT_PRESET))

    def habits_values(self) -> dict[str, float]:
        """Every parameter of behaviour: its default, changed by the preset, changed by [behaviour]."""
        from rewardsim.behaviour.parameters import PARAMETERS, PRESETS

        said = {name: float(value) for name, value in self.file.behaviour.items() if name != PRESET}
        return {name: one.default for name, one in PARAMETERS.items()} | PRESETS[self.preset] | said

    def memory_bytes(self, members: int | None = None) -> int:
        """Return the bytes that so many persons take; names are made when asked for."""
        from rewardsim.behaviour.records import Person

        return (self.members if members is None else members) * 8 * len(fields(Person))

    @cached_property
    def traits(self) -> Traits:
        """What turns luck into persons."""
        from rewardsim.population.traits import Traits

        head = self.file.population
        return Traits(self.file, source_scale(self.source).digits, head.until - head.starts + 1)

    def people(
        self,
        programme: Programme | None,
        members: int,
        seed: int,
        replicate: int | None,
        first_day: int,
        last_day: int,
        ids: Sequence[str] | None = None,
        *,
        block: int = BLOCK,
    ) -> tuple[Any, Any]:
        """Draw members who come by themselves; return a structured array of ``Person`` and their names.

        The population's clock starts on ``first_day``. The first members of many are those of few.
        ``ids`` are other names, or those of a part of the members.
        """
        import numpy as np

        from rewardsim.behaviour.philox import key_of
        from rewardsim.population.streams import Ids, streams_of
        from rewardsim.population.traits import person_type

        self._agree(programme)
        names = Ids(members) if ids is None else ids if isinstance(ids, Ids) else _distinct(ids, members)
        people = np.empty(members, person_type())
        key, joins_from = key_of(seed, replicate), max(first_day, day_number(programme.starts) if programme else 0)
        for start in range(0, members, block):
            rows = people[start : start + block]
            streams = streams_of(names[start : start + block])
            self.traits.people(rows, streams, key, first_day, last_day, joins_from)
        return people, names

    def newcomers(
        self,
        parents: Any,
        ordinals: Any,
        converts: Any,
        ids: Sequence[str],
        day: int,
        seed: int,
        replicate: int | None,
        *,
        first_day: int,
        last_day: int | None = None,
    ) -> Any:
        """Draw the friends whom a day's invitations brought, in the order of the rows of their inviters.

        ``ids`` are their own names. Who does not convert registers and never buys. Who invited
        them by number of member is for the caller to say.
        """
        import numpy as np

        from rewardsim.behaviour.philox import key_of
        from rewardsim.population.streams import streams_of
        from rewardsim.population.traits import person_type

        people = np.empty(len(ids), person_type())
        self.traits.friends(people, streams_of(ids), key_of(seed, replicate), first_day, last_day, day)
        people["generation"] = parents["generation"] + 1
        people["rate"] = np.where(np.asarray(converts) == 1, people["rate"], 0.0)
        return people

    def tables(
        self, programme: Programme | None, first_day: int, last_day: int, members: int | None = None
    ) -> dict[str, Any]:
        """Return what all members share, for the days of a simulation and so many members."""
        from rewardsim.population.tables import shared_tables

        self._agree(programme)
        return shared_tables(self.file, programme, first_day, last_day, self.members if members is None else members)

    def _agree(self, programme: Programme | None) -> None:
        """Refuse a programme in another currency."""
        if programme is not None and programme.currency != self.currency:
            found, allowed = show(self.currency), f"{programme.currency}, the currency of programme {programme.id}"
            todo = "choose another population, or vary its currency and amounts"
            raise PopulationError(
                [self.source.fault(("population", "currency"), "inconsistent", found, allowed, todo)]
            )

    def vary(self, changes: Mapping[str, Any]) -> Population:
        """The same population, but with some values changed.

        Keys are dotted paths ("purchases.alpha_weeks"), rows of lists go by their id
        ("categories.accessory.weight"). Values are written as in the file, numbers also as floats;
        None takes a key or row away.
        """
        name = f"{self.source.name.removesuffix(' (varied)')} (varied)"
        try:
            document = vary_document(self.source, name, changes)
        except ProgrammeError as error:
            raise PopulationError(error.faults) from None
        return build(Source(name, document, {}), write_toml(document))

    def lint(self, programme: Programme | None = None) -> tuple[Hint, ...]:
        """Things that are legal and probably not meant, alone or together with a programme."""
        from rewardsim.population.lint import hints

        return hints(self.source, self.file, programme)

    def canonical(self) -> dict[str, Any]:
        """Everything the population says, in integers and texts; names, comments and order of keys do not matter."""
        said = {
            name: plain(getattr(self.file, name)) for name in type(self.file).model_fields if name != "behaviour"
        }
        head = {key: value for key, value in said["population"].items() if key not in ("id", "name", "assumptions")}
        season = without_ids(said["season"])
        return said | {"population": head, "season": season, "behaviour": plain(self.habits_values())}

    @cached_property
    def nature(self) -> str:
        """SHA-256 of what decides how people live without any programme: everything but how they respond to one."""
        said = self.canonical()
        return digest(said | {"behaviour": {"multiplier_max": said["behaviour"]["multiplier_max"]}})

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what the population says, whatever its categories and channels are called."""
        return digest(without_ids(self.canonical()))

    @cached_property
    def key(self) -> str:
        """SHA-256 of what the population says, the words it shares with programmes included."""
        return digest(self.canonical())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Population) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"<Population {self.id} {self.currency} {self.members} members from {self.starts}, {self.hash[:12]}>"

    def _repr_html_(self) -> str:
        rows = {
            "population": f"{self.name} ({self.id})",
            "members": f"{self.members:,}",
            "currency": self.currency,
            "days": f"{self.starts} to {self.until}",
            "categories": listing([row.id for row in self.file.categories]),
            "channels": listing([row.id for row in self.file.channels]),
            "behaviour": self.preset,
            "assumptions": "; ".join(self.assumptions) or "none",
            "hash": self.hash[:12],
        }
        body = "".join(f"<tr><th>{escape(key)}</th><td>{escape(str(text))}</td></tr>" for key, text in rows.items())
        return f"<table>{body}</table>"


def _distinct(ids: Sequence[str], members: int) -> list[str]:
    """Return names as a list; raise ValueError where they are not as many different ones as members."""
    if len(set(ids)) != members:
        raise ValueError(f"{members} members need as many different ids, not {len(set(ids))} of {len(ids)}")
    return list(ids)


def plain(value: Any) -> Any:
    """A value as canonical JSON may hold it: numbers with a point as texts."""
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def without_ids(value: Any) -> Any:
    """A canonical value without the ids of its rows."""
    if isinstance(value, dict):
        return {key: without_ids(part) for key, part in value.items() if key != "id"}
    return [without_ids(part) for part in value] if isinstance(value, list) else value


def build(source: Source, text: str) -> Population:
    """A population from a raw document, or all of its faults."""
    return Population(source, checked(source), text)


def parse_population(text: str, place: str = "population.toml") -> Population:
    """A population from TOML text. Raises PopulationError with every fault found."""
    try:
        source = Source(place, parse(text, place), line_map(text))
    except ProgrammeError as error:
        raise PopulationError(error.faults) from None
    return build(source, text)


def load_population(path: str | Path) -> Population:
    """A population from a TOML file. Raises PopulationError with every fault found."""
    try:
        text = read_text(Path(path))
    except ProgrammeError as error:
        raise PopulationError(error.faults) from None
    return parse_population(text, str(path))
