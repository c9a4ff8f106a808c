"""What is to be simulated: the arms, whose people, which days, how often; checked before anything starts."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.programme import Programme, load_programme
from rewardsim.programme.faults import Fault, Place, show

from .memory import memory_faults

if TYPE_CHECKING:
    from rewardsim.population import Population

PROGRAMME, WITHOUT = "programme", "without"
DASK = "dask"
ENGINES = ("compiled", "simpy", DASK)
ENGINES_SAID = "compiled, simpy or dask"
WORKERS_MAX = 4096
MEMBERS_MAX = 100_000_000
REPLICATES_MAX = 10_000
ARM_NAME = re.compile(r"[\w][\w .+%-]{0,63}")
DAYS_MAX = 36_525  # a hundred years
EPOCH = date(1970, 1, 1)
LAST = date(9000, 12, 31)
TABLES_VERSION = 1
"""Raise where the stored tables mean something else than before."""
Variant = Any  # a Programme, a Population, a pair of them, or the path of a programme


class SimulationError(ValueError):
    """A simulation that cannot be run as asked, with every fault of the request."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Arm:
    """One way things may go: a programme, or none, and the people it meets."""

    name: str
    programme: Programme | None
    population: Population

    def inputs(self) -> dict[str, Any]:
        """Return what the arm's result depends on; tables name rules and tiers in words."""
        names = self.programme.names if self.programme else None
        words = [*names.levels, *(names.rules[code] for code in sorted(names.rules))] if names else []
        key = self.programme.key if self.programme else ""
        return {"programme": key, "words": words, "population": self.population.key}


@dataclass(frozen=True)
class Plan:
    """A simulation as it will be run: every replicate lives through every arm under the same luck."""

    arms: tuple[Arm, ...]
    members: int
    first: date
    last: date
    seed: int
    replicates: int
    ledger: bool

    @property
    def first_day(self) -> int:
        """First day, as a number."""
        return (self.first - EPOCH).days

    @property
    def last_day(self) -> int:
        """Last day, as a number."""
        return (self.last - EPOCH).days

    @property
    def days(self) -> int:
        """Days simulated."""
        return self.last_day - self.first_day + 1

    @property
    def pairs(self) -> list[tuple[Arm, Arm]]:
        """Arms to compare: each programme with none, and each variant with the programme.

        Other people, rather than people who respond otherwise, are not compared with those without it.
        """
        without = [arm for arm in self.arms if arm.name == WITHOUT]
        base, *variants = [arm for arm in self.arms if arm.name != WITHOUT]
        alike = [(arm, none) for arm in (base, *variants) for none in without]
        pairs = [(arm, none) for arm, none in alike if arm.population.nature == none.population.nature]
        return pairs + [(arm, base) for arm in variants]

    def inputs(self) -> dict[str, Any]:
        """Return all that the result depends on; engine, threads and chunks are not among it."""
        return {
            "kind": "simulation",
            "tables": TABLES_VERSION,
            "sources": sources(),
            "arms": {arm.name: arm.inputs() for arm in self.arms},
            "members": self.members,
            "from": self.first.isoformat(),
            "until": self.last.isoformat(),
            "seed": self.seed,
            "replicates": self.replicates,
            "ledger": int(self.ledger),
        }

    def part_inputs(self, replicate: int) -> dict[str, Any]:
        """Return all that one replicate depends on: how many there are is not among it."""
        inputs = {name: value for name, value in self.inputs().items() if name != "replicates"}
        return {**inputs, "kind": "replicate", "replicate": replicate, "ledger": int(self.ledger and replicate == 0)}


@functools.cache
def sources() -> str:
    """Return the digest of the sources that a result depends on, as this process found them."""
    from rewardsim.engine.cache import sources_digest

    return sources_digest("rules", "behaviour", "population", "draws", "economics")


def plan(
    programme: Programme | str | Path,
    population: Population | str | Path,
    *,
    members: int | None = None,
    start: date | str | None = None,
    until: date | str | None = None,
    seed: int = 0,
    replicates: int = 8,
    engine: str = "compiled",
    threads: int | None = None,
    workers: Any = None,
    counterfactual: bool = True,
    variants: Mapping[str, Variant] | None = None,
    ledger: bool = False,
) -> Plan:
    """Return the simulation as it will be run; raise SimulationError with every fault of the request."""
    given = variants or {}
    names = sorted(given)
    faults = [*_choices(members, seed, replicates, engine, threads), *_names(names)]
    faults += _apart(threads, workers, ledger) if engine == DASK else _nobody(workers)
    first, last = (day_from(place, value, faults) for place, value in (("start", start), ("until", until)))
    files = _loaded(faults, programme, population, *(given[name] for name in names))
    if faults:
        raise SimulationError(faults)
    programme, population, *others = files
    arms = [Arm(PROGRAMME, programme, population)]
    arms += [Arm(WITHOUT, None, population)] if counterfactual else []
    arms += [_variant(name, other, programme, population) for name, other in zip(names, others, strict=True)]
    first, last = first or population.starts, last or population.until
    members = population.members if members is None else members
    found = Plan(tuple(arms), members, first, last, seed, replicates, ledger)
    faults = [*_order(found), *_currencies(found)]
    if not faults and (engine != DASK or workers is None or _is_whole(workers)):  # else it is others' memory
        faults = memory_faults(found, engine)
    if faults:
        raise SimulationError(faults)
    return found


def day_from(place: str, value: date | str | None, faults: list[Fault]) -> date | None:
    """Return a day, also from its text; add a fault where there is none in it."""
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        faults.append(Fault(Place(place), "bad_date", show(value), "a date such as 2018-12-31", "correct the date"))
        return None


def _loaded(faults: list[Fault], programme: Any, population: Any, *variants: Variant) -> list[Any]:
    """Return all of them as objects; add the faults of all files."""
    from rewardsim.population import Population, load_population

    found: list[Any] = []
    rest = len(variants)
    loaders = [load_programme, load_population, *[load_programme] * rest]
    kinds = [(Programme,), (Population,), *[(Programme, Population, tuple)] * rest]
    for given, load, allowed in zip((programme, population, *variants), loaders, kinds, strict=True):
        try:
            found.append(load(given) if isinstance(given, (str, Path)) else given)
        except ValueError as error:
            if not hasattr(error, "faults"):
                raise
            faults += error.faults
            continue
        if not isinstance(found[-1], allowed):
            wanted = "a programme, a population, or for a variant a pair of them"
            faults.append(Fault(Place("simulate"), "wrong_type", type(given).__name__, wanted, "load it from its file"))
    return found


def _variant(name: str, given: Variant, programme: Programme, population: Population) -> Arm:
    """Return the arm of a variant: another programme, the same people varied, or both."""
    for part in given if isinstance(given, tuple) else (given,):
        if isinstance(part, Programme):
            programme = part
        else:
            population = part
    return Arm(name, programme, population)


def _choices(
    members: int | None, seed: int, replicates: int, engine: str, threads: int | None
) -> list[Fault]:
    """Return the faults of numbers and choices."""
    faults = []
    ranges = {"members": (members, MEMBERS_MAX), "replicates": (replicates, REPLICATES_MAX), "threads": (threads, 1024)}
    for name, (value, most) in ranges.items():
        if value is None and name != "replicates":
            continue
        if not _is_whole(value) or not 1 <= value <= most:
            allowed = f"a whole number from 1 to {most:,}"
            faults.append(Fault(Place(name), "out_of_range", show(value), allowed, "give a number in this range"))
    if not _is_whole(seed):
        faults.append(Fault(Place("seed"), "out_of_range", show(seed), "a whole number", "give a whole number"))
    if engine not in ENGINES:
        faults.append(Fault(Place("engine"), "bad_choice", show(engine), ENGINES_SAID, "choose one of them"))
    return faults


def _apart(threads: int | None, workers: Any, ledger: bool) -> list[Fault]:
    """Return the faults of a simulation that is spread over workers."""
    faults = []
    if ledger:
        allowed, todo = "sums, members and digest", "leave the ledger out, or choose the compiled engine"
        faults.append(Fault(Place("ledger"), "not_apart", "a ledger, with engine dask", allowed, todo))
    if threads not in (None, 1):
        found, todo = f"{show(threads)}, with engine dask", "leave it out, and start more workers"
        faults.append(Fault(Place("threads"), "not_apart", found, "one a worker", todo))
    number = _is_whole(workers) and 1 <= workers <= WORKERS_MAX
    if not (workers is None or number or isinstance(workers, str) or hasattr(workers, "scheduler_info")):
        allowed = f"an address such as tcp://host:8786, a number from 1 to {WORKERS_MAX:,}, or a client of Dask"
        faults.append(Fault(Place("workers"), "bad_choice", show(workers), allowed, "give one of them"))
    return faults


def _nobody(workers: Any) -> list[Fault]:
    """Return the fault of workers that nobody asks for work."""
    if workers is None:
        return []
    return [Fault(Place("workers"), "not_apart", show(workers), "workers with engine dask", "choose that engine")]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _order(plan: Plan) -> list[Fault]:
    """Return the faults of the days: outside what a calendar here holds, in the wrong order, or too many."""
    allowed, todo = f"{EPOCH} to {LAST}", "correct the year"
    days = {"start": plan.first, "until": plan.last}
    faults = [
        Fault(Place(name), "out_of_range", f"{day}", allowed, todo)
        for name, day in days.items()
        if not EPOCH <= day <= LAST
    ]
    found, todo = f"{plan.last}, before the start on {plan.first}", "give a later end or an earlier start"
    if plan.last < plan.first:
        faults.append(Fault(Place("until"), "early_end", found, f"{plan.first} or later", todo))
    if plan.days > DAYS_MAX:
        found, allowed = f"{plan.last}, {plan.days:,} days from the start", f"at most {DAYS_MAX:,} days"
        faults.append(Fault(Place("until"), "out_of_range", found, allowed, "give an earlier end or a later start"))
    return faults


def _names(names: list[str]) -> list[Fault]:
    """Return the faults of the variants' names."""
    allowed = f"a name of letters, digits, blanks and . + % - other than {PROGRAMME} and {WITHOUT}"
    return [
        Fault(Place("variants"), "bad_name", show(name), allowed, "rename the variant")
        for name in names
        if name in (PROGRAMME, WITHOUT) or not ARM_NAME.fullmatch(name)
    ]


def _currencies(plan: Plan) -> list[Fault]:
    """Return a fault for each arm whose people pay in another currency than its programme counts."""
    return [
        Fault(
            Place(arm.population.source.name, 0, "population.currency"),
            "other_currency",
            arm.population.currency,
            f"the programme's {arm.programme.currency}",
            "name a population whose amounts are in that currency",
        )
        for arm in plan.arms
        if arm.programme and arm.programme.currency != arm.population.currency
    ]
