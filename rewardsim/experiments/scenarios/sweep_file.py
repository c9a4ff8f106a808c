"""Reading a sweep file: the plan it says, or all of its faults at once, each with its line.

The file (TOML, ``schema = 1``)::

    [sweep]                                # whose people, under which programme, on which days
    name = "Rates"
    programme = "../programmes/reward-mi.toml"     # paths are relative to the file
    population = "../populations/india-2017.toml"
    members = 5_000                        # members, starts, until: the population's own if left out
    seed = 1
    replicates = 12
    measures = ["incremental_net", "cost"]

    [[scenarios]]                          # beside the base, which changes nothing
    id = "eight"
    changes = { "programme.earning.purchase.rate" = "8%" }
    [[scenarios]]
    id = "eight-later"
    extends = "eight"                      # its changes first, then these
    starts = 2018-01-01                    # days of this scenario's own changes of the programme
    changes = { "programme.redemption.checkout.tokens_min" = 200, "population.behaviour.goal" = 0.3 }
    remove = ["programme.campaigns.accessory-week"]

    [design]                               # more scenarios, by a rule
    kind = "latin-hypercube"               # grid, latin-hypercube, sobol, one-at-a-time, table (file = "x.csv")
    samples = 20
    [[design.factors]]
    path = "programme.earning.purchase.rate"
    low = "5%"
    high = "12%"

    [precision]                            # replicates until the effect on margin is known to +- 1 %
    measure = "margin"
    relative = "1%"

    [[guards]]                             # limits that must be kept, with their uncertainty
    measure = "liability"
    at_most = "2500000.00"

Or ``[best]``, which scenario is best; ``[sensitivity]``, which assumption drives the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rewardsim.experiments.simulations.plan import SimulationError
from rewardsim.programme.faults import Fault, Place, ProgrammeError
from rewardsim.programme.source import Source
from rewardsim.programme.units import day_date

from .bases import Bases, setting_faults, setting_of
from .faults import ScenarioError
from .frames import SCENARIOS_MAX, repeated, too_many
from .plan import Setting, SweepPlan
from .rows import Units
from .scenario import BASE, Builder, Scenario, Scenarios
from .sweep_asked import Asking, asked_of
from .sweep_design import Days, design_of
from .sweep_model import SettingTable, SweepFile
from .sweep_scenarios import written_scenarios
from .toml_file import form_faults, read_source, replaced, source_of, usable


def load_sweep(path: str | Path) -> SweepPlan:
    """The plan of a sweep file. Raises ScenarioError with every fault of it and of the files it names."""
    source, text = read_source(path)
    return plan_of(source, text)


def parse_sweep(text: str, name: str = "sweep.toml") -> SweepPlan:
    """The plan of a sweep file's text; paths are relative to the folder of ``name``."""
    try:
        source = source_of(text, name)
    except ProgrammeError as error:
        raise ScenarioError(error.faults) from None
    return plan_of(source, text)


def plan_of(source: Source, text: str) -> SweepPlan:
    """The plan of a document."""
    faults = form_faults(source, SweepFile)
    head = source.document.get("sweep")
    raw: Mapping[str, Any] = head if isinstance(head, Mapping) else {}
    table = usable(SettingTable, head)
    bases = Bases(source, faults)
    builder = bases.builder(
        (("sweep", "programme"), ("sweep", "population")), (raw.get("programme"), raw.get("population"))
    )
    days = _days(table, builder)
    base = _base(source, builder, faults)
    written = written_scenarios(source, bases, days)
    factors, designed = design_of(source, bases, builder, days)
    faults += _names(source, written, designed)
    setting = _setting(source, table, builder, faults)
    twins = table is None or table.counterfactual
    terms = Units.of(builder.programme if builder else None, twins, bases.programmes)
    names = dict.fromkeys([BASE, *_ids(source), *(one.name for one in designed)])
    asked = asked_of(Asking(source, terms, tuple(names), tuple(factors), builder, faults), days)
    if faults or table is None or setting is None or base is None:
        raise ScenarioError(faults)
    scenarios = Scenarios(base, (*written, *designed))
    return SweepPlan(table.name, scenarios, setting, table.replicates, text=text, **asked)


def _days(table: SettingTable | None, builder: Builder | None) -> Days:
    """First and last day, as far as file and population tell."""
    own = (builder.population.starts, builder.population.until) if builder else (None, None)
    said = (table.starts, table.until) if table else (None, None)
    first, last = (other if day is None else day_date(day) for day, other in zip(said, own, strict=True))
    return first, last


def _base(source: Source, builder: Builder | None, faults: list[Fault]) -> Scenario | None:
    """The programme and population of [sweep], unchanged."""
    try:
        return builder.scenario(BASE) if builder else None
    except ScenarioError as error:
        faults += replaced(error.faults, source, ("sweep", "population"))
        return None


def _ids(source: Source) -> list[str]:
    """Names of scenarios, also of those that cannot be built."""
    rows = source.document.get("scenarios")
    ids = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [name for name in ids if isinstance(name, str)]


def _names(source: Source, written: Sequence[Scenario], designed: Sequence[Scenario]) -> list[Fault]:
    """Scenarios and points of a design that have one name, or are too many together."""
    count = len(written) + len(designed)
    faults = [too_many(Place(""), count)] if count > SCENARIOS_MAX else []
    return replaced([*faults, *repeated([one.name for one in (*written, *designed)])], source, ("design",))


def _setting(
    source: Source, table: SettingTable | None, builder: Builder | None, faults: list[Fault]
) -> Setting | None:
    """Days and members of all lives, checked against the population and the memory there is."""
    if table is None or builder is None or builder.programme is None:
        return None
    start, until = _days(table, builder)
    try:
        return setting_of(
            builder.programme, builder.population, members=table.members, start=start, until=until,
            seed=table.seed, counterfactual=table.counterfactual,
        )  # fmt: skip
    except SimulationError as error:
        faults += setting_faults(error, source, "sweep")
        return None
