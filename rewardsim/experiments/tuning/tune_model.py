"""The whole file of a tuning as one strict model: what may be said, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rewardsim.experiments.scenarios.rows import FactorRow, GuardRow, Text
from rewardsim.experiments.scenarios.sweep_model import FilePath, Replicates
from rewardsim.experiments.simulations.plan import MEMBERS_MAX
from rewardsim.programme.units import Day, Row, Table

TRIALS_MAX = 100_000
BATCH_MAX = 1_000
LEADERS_MAX = 100
SAMPLES_MAX = 10_000
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Trials = Annotated[int, Field(ge=2, le=TRIALS_MAX)]
Fresh = Annotated[int, Field(ge=2, le=10_000)]


class TuneTable(Table):
    """What is tuned: which programme, for whose people, on which days, at what effort."""

    name: Text
    """Name for people."""
    programme: FilePath
    """Programme file as it is, relative to this file."""
    population: FilePath
    """Population file, relative to this file."""
    members: Annotated[int, Field(ge=1, le=MEMBERS_MAX)] | None = None
    """Members, friends apart; the population's own number if left out."""
    starts: Day | None = None
    """First day; the population's own if left out."""
    until: Day | None = None
    """Last day; the population's own if left out."""
    seed: Seed = 0
    """Seed of all luck: of the people's, which every trial shares, and of the search's own."""
    replicates: Replicates = 4
    """Lives of each trial during the search."""
    trials: Trials = 60
    """Most points that are tried, the shipped programme apart; all of the space where it has no more."""
    batch: Annotated[int, Field(ge=1, le=BATCH_MAX)] = 8
    """Points asked for at a time; part of the question, as it decides which are tried."""
    fresh_replicates: Fresh = 16
    """Lives of each leader and of the shipped programme on luck the search has not seen."""
    leaders: Annotated[int, Field(ge=1, le=LEADERS_MAX)] = 5
    """How many trials are judged anew."""
    sampler: Literal["tpe", "nsga2", "random"] = "tpe"
    """tpe: where good points are likely; nsga2: by crossing good points, for several objectives; random."""


class ObjectiveRow(Row):
    """What is wanted."""

    measure: Text
    """Measure that is to be as large, or as small, as can be."""
    goal: Literal["maximise", "minimise"]
    """Which of the two."""


class RobustnessTable(Table):
    """Whether the recommendation still serves if people respond otherwise than assumed."""

    samples: Annotated[int, Field(ge=2, le=SAMPLES_MAX)] = 16
    """Sets of assumptions, spread by a Latin hypercube."""
    replicates: Fresh = 2
    """Lives in each, of those no search has seen; at most `fresh_replicates`."""
    seed: Seed = 0
    """Seed of the samples."""
    factors: Annotated[list[FactorRow], Field(min_length=1)]
    """Assumptions and their ranges: parameters of the population."""


class TuneFile(Table):
    """A tuning: parameters of a programme, what is wanted of them, and what must not be exceeded."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    """Version of this format."""
    tune: TuneTable
    """What is tuned."""
    parameters: Annotated[list[FactorRow], Field(min_length=1, max_length=100)]
    """What may vary in the programme; each with steps or a list of values."""
    objectives: Annotated[list[ObjectiveRow], Field(min_length=1, max_length=10)]
    """What is wanted; the first decides what is recommended."""
    constraints: Annotated[list[GuardRow], Field(max_length=100)] = []
    """What must not be exceeded or fallen short of."""
    robustness: RobustnessTable | None = None
    """Other assumptions to try the recommendation on."""
