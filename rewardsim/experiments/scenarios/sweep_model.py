"""The whole sweep file as one strict model: what may be said, and how."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from rewardsim.experiments.simulations.plan import MEMBERS_MAX, REPLICATES_MAX
from rewardsim.programme.units import Day, Names, Row, Share, Table, fault

from .designs import GRID, ONE, TABLE
from .frames import SCENARIOS_MAX
from .plan import REPLICATES
from .rows import FactorRow, GuardRow, Limit, Text, Value
from .scenario import ALLOWED_NAME, NAME, name_faults

LIVES_MAX = 100_000
"""Most scenarios of a sensitivity analysis."""


def named(value: Any) -> Any:
    """A name that a scenario may have."""
    if isinstance(value, str) and name_faults(value):
        raise fault("out-of-range", ALLOWED_NAME, "rename the scenario")
    return value


FilePath = Annotated[str, Field(min_length=1, max_length=1000)]
Name = Annotated[str, BeforeValidator(named), WithJsonSchema({"type": "string", "pattern": f"^{NAME.pattern}$"})]
Replicates = Annotated[int, Field(ge=1, le=REPLICATES_MAX)]


class SettingTable(Table):
    """What a sweep is about: whose people, under which programme, on which days."""

    name: Text
    """Name for people."""
    programme: FilePath
    """Programme file of the base, relative to this file."""
    population: FilePath
    """Population file of the base, relative to this file."""
    members: Annotated[int, Field(ge=1, le=MEMBERS_MAX)] | None = None
    """Members, friends apart; the population's own number if left out."""
    starts: Day | None = None
    """First day; the population's own if left out."""
    until: Day | None = None
    """Last day; the population's own if left out."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Seed of all luck; every scenario meets the same."""
    replicates: Replicates = REPLICATES
    """Lives of each scenario, or the first of them where [precision] or [best] asks for more."""
    counterfactual: bool = True
    """Whether the same people also live without any programme."""
    measures: Names = []
    """Measures told of every scenario; the usual ones if left out."""


class ScenarioRow(Row):
    """A scenario: the base, or another scenario, with some changes."""

    id: Name
    """Its name; `base` and `without` are taken."""
    extends: str | None = None
    """Scenario whose changes are made first; the base if left out."""
    starts: Day | None = None
    """First day of this scenario's own changes of the programme; from the beginning if left out."""
    ends: Day | None = None
    """First day after them."""
    changes: dict[str, Value] = {}
    """New values by path, "programme..." or "population...", in quotes."""
    remove: Names = []
    """Paths of keys, sections and rows that are taken away."""
    programme: FilePath | None = None
    """Another programme file."""
    population: FilePath | None = None
    """Another population file."""


class DesignTable(Table):
    """Scenarios made by a rule from factors."""

    kind: Literal["grid", "latin-hypercube", "sobol", "one-at-a-time", "table"]
    """grid: every combination; latin-hypercube and sobol: so many samples; table: the rows of a file."""
    samples: Annotated[int, Field(ge=1, le=SCENARIOS_MAX)] | None = None
    """Points of a Latin hypercube or Sobol sequence; of the latter a power of two."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Seed of the design's own luck."""
    file: FilePath | None = None
    """Table (CSV, relative to this file) with a column `name` and a column for each path."""
    factors: list[FactorRow] = []
    """What varies; none for a table."""

    @model_validator(mode="after")
    def complete(self) -> DesignTable:
        """Each kind has what it needs, and nothing else."""
        wanted = {GRID: {"factors"}, ONE: {"factors"}, TABLE: {"file"}}.get(self.kind, {"factors", "samples"})
        given = {"factors": bool(self.factors), "samples": self.samples is not None, "file": self.file is not None}
        if {name for name, there in given.items() if there} != wanted:
            found = " and ".join(name for name, there in given.items() if there) or "neither factors nor a file"
            allowed = " and ".join(f"`{name}`" for name in sorted(wanted)) + f" for {self.kind}"
            raise fault("inconsistent", allowed, "add what is missing and remove the rest", found=found)
        return self


class PrecisionTable(Table):
    """Replicates until an effect is known precisely enough."""

    measure: Text
    """Measure of which the effect against the base must be known."""
    relative: Share | None = None
    """Half the width of the interval, as a share of the base's value."""
    absolute: Limit | None = None
    """Half the width of the interval, in the measure's unit."""
    replicates_max: Replicates = 200
    """Replicates at which it stops in any case."""


class BestTable(Table):
    """Which scenario is best."""

    measure: Text
    """Measure by which they are ranked."""
    method: Literal["kn", "ocba"] = "kn"
    """kn: drop those that are clearly worse (Kim & Nelson 2001); ocba: more replicates where it is close."""
    indifference: Limit | None = None
    """Difference that does not matter, in the measure's unit; kn needs it."""
    level: Share = 9_500
    """Probability of a correct selection."""
    replicates_max: Replicates = 1_000
    """Replicates of one scenario at which it stops in any case."""


class SensitivityTable(Table):
    """Which assumption drives which measure."""

    method: Literal["morris", "sobol"]
    """morris: elementary effects; sobol: shares of the variance."""
    samples: Annotated[int, Field(ge=2, le=LIVES_MAX)]
    """Trajectories (morris), or base points, a power of two (sobol)."""
    measures: Annotated[Names, Field(min_length=1)]
    """Measures that are explained."""
    factors: list[FactorRow] = []
    """What varies; the design's factors if left out."""


class SweepFile(Table):
    """A sweep: scenarios that share their luck, and what is asked of them."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    """Version of this format."""
    sweep: SettingTable
    """What the sweep is about."""
    scenarios: Annotated[list[ScenarioRow], Field(max_length=SCENARIOS_MAX)] = []
    """Scenarios by name, beside the base."""
    design: DesignTable | None = None
    """Scenarios made by a rule."""
    precision: PrecisionTable | None = None
    """When an effect is known precisely enough."""
    best: BestTable | None = None
    """Which scenario is best."""
    guards: Annotated[list[GuardRow], Field(max_length=1000)] = []
    """What must not be exceeded or fallen short of."""
    sensitivity: SensitivityTable | None = None
    """Which assumption drives the answer."""
