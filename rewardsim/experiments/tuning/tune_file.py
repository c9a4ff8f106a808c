"""Reading the file of a tuning: a plan, or every fault at once, each with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from rewardsim.economics.objectives import measure
from rewardsim.experiments.scenarios.bases import Bases, setting_faults, setting_of
from rewardsim.experiments.scenarios.faults import ScenarioError
from rewardsim.experiments.scenarios.rows import Units, factors_of, guards_of
from rewardsim.experiments.scenarios.toml_file import form_faults, read_source, source_of, usable
from rewardsim.experiments.simulations.plan import SimulationError
from rewardsim.programme.faults import Fault, Place, show
from rewardsim.programme.schema import DRAFT, tidy
from rewardsim.programme.source import Key, Source
from rewardsim.programme.units import day_date

from .plan import Objective, Robustness, TunePlan
from .tune_model import Fresh, ObjectiveRow, RobustnessTable, Trials, TuneFile, TuneTable

if TYPE_CHECKING:
    from rewardsim.experiments.scenarios.factors import Factor
    from rewardsim.experiments.scenarios.plan import Setting

HEAD: Key = ("tune",)
EFFORT = {"trials": Trials, "replicates": Fresh, "fresh_replicates": Fresh}
"""What a call may set otherwise than the file, and its range."""
OWN = {"parameters": "programme", "robustness": "population"}
"""Which document a list of factors may vary."""


def load_tune(path: str | Path) -> TunePlan:
    """Read the file of a tuning. Raises ScenarioError with every fault of it and of the files it names."""
    return _plan(*read_source(path))


def parse_tune(text: str, name: str = "tune.toml") -> TunePlan:
    """Read a tuning from TOML text; files it names are relative to ``name``."""
    return _plan(source_of(text, name), text)


def tune_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the file of a tuning; dates are strings of format date."""
    schema = TuneFile.model_json_schema(by_alias=True, mode="validation")
    definitions = dict(sorted(schema.pop("$defs").items()))
    return {"$schema": DRAFT, **tidy(schema), "$defs": tidy(definitions)}


def _plan(source: Source, text: str) -> TunePlan:
    """Read a plan from a document, or raise every fault together."""
    faults = form_faults(source, TuneFile)
    given = source.document.get("tune")
    names = tuple(given.get(key) if isinstance(given, dict) else None for key in ("programme", "population"))
    builder = Bases(source, faults).builder(((*HEAD, "programme"), (*HEAD, "population")), names)
    terms = Units.of(builder.programme if builder else None)
    parameters = factors_of(source, ("parameters",), builder, faults)
    assumed = factors_of(source, ("robustness", "factors"), builder, faults)
    objectives = _objectives(source, terms, faults)
    constraints = guards_of(source, ("constraints",), terms, faults)
    head, asked = usable(TuneTable, given), usable(RobustnessTable, source.document.get("robustness"))
    faults += _own(source, "parameters", ("parameters",)) + _own(source, "robustness", ("robustness", "factors"))
    faults += _finite(source, parameters) + (_effort(source, head, asked) if head else [])
    twin = any(measure(one.measure).counterfactual for one in (*objectives, *constraints))
    setting = _setting(source, head, builder, twin, faults) if head and builder else None
    if faults or head is None or builder is None or builder.programme is None or setting is None:
        raise ScenarioError(faults)
    effort = {name: getattr(head, name) for name in ("replicates", "trials", "batch", "fresh_replicates", "leaders")}
    robustness = Robustness(asked.samples, asked.replicates, asked.seed, tuple(assumed)) if asked else None
    return TunePlan(
        name=head.name,
        programme=builder.programme,
        population=builder.population,
        setting=setting,
        sampler=head.sampler,
        parameters=tuple(parameters),
        objectives=tuple(objectives),
        constraints=tuple(constraints),
        robustness=robustness,
        text=text,
        **effort,
    )


def _objectives(source: Source, terms: Units, faults: list[Fault]) -> list[Objective]:
    """Read what is wanted; add what is wrong with it."""
    found: list[Objective] = []
    for number, raw in _rows(source, ("objectives",)):
        row, here = usable(ObjectiveRow, raw), ("objectives", number)
        if row is None or terms.measure(source, (*here, "measure"), row.measure, faults) is None:
            continue
        if row.measure in [one.measure for one in found]:
            said = f"{show(row.measure)} a second time"
            faults.append(source.fault((*here, "measure"), "repeated", said, "each measure once", "remove one"))
            continue
        found.append(Objective(row.measure, row.goal))
    return found


def _own(source: Source, section: str, path: Key) -> list[Fault]:
    """Return a fault for each factor that varies the other document."""
    own, found = OWN[section], []
    for number, raw in _rows(source, path):
        said = raw.get("path") if isinstance(raw, dict) else None
        others = [one for one in OWN.values() if one != own]
        if isinstance(said, str) and said.partition(".")[0] in others:
            allowed = f"a path that begins with {own}."
            todo = "tune what a programme says; what people do is an assumption, under [robustness]"
            if own == "population":
                todo = "name an assumption on people; what a programme says is tuned, under [[parameters]]"
            found.append(source.fault((*path, number, "path"), "wrong-choice", show(said), allowed, todo))
    return found


def _finite(source: Source, parameters: Sequence[Factor]) -> list[Fault]:
    """Return a fault for each parameter without steps, and for each that is there twice."""
    places = {str(raw.get("path")): number for number, raw in reversed(_rows(source, ("parameters",)))}
    found, seen = [], set()
    for one in parameters:
        here: Key = ("parameters", places.get(one.path, 0))
        if one.count is None:
            allowed = "a step, or values: a programme that people read has round numbers"
            found.append(source.fault(here, "missing", "a continuous range", allowed, "add `step`, or list `values`"))
        column = one.change(None).column
        if column in seen:
            found.append(source.fault(here, "repeated", f"{show(one.path)} twice", "each path once", "remove one"))
        seen.add(column)
    return found


def _effort(source: Source, head: TuneTable, asked: RobustnessTable | None) -> list[Fault]:
    """Return the faults of numbers that contradict each other."""
    found = []
    if head.replicates < 2:
        allowed = "2 or more: one replicate has no interval"
        found.append(source.fault((*HEAD, "replicates"), "out-of-range", "1", allowed, "ask for more replicates"))
    if head.leaders > head.trials:
        allowed = f"at most the {head.trials} trials"
        found.append(
            source.fault((*HEAD, "leaders"), "inconsistent", f"{head.leaders}", allowed, "judge fewer trials anew")
        )
    if asked and asked.replicates > head.fresh_replicates:
        allowed = f"at most the {head.fresh_replicates} of `fresh_replicates`"
        here: Key = ("robustness", "replicates")
        found.append(source.fault(here, "inconsistent", f"{asked.replicates}", allowed, "ask for fewer"))
    return found


def _setting(source: Source, head: TuneTable, builder: Any, twin: bool, faults: list[Fault]) -> Setting | None:
    """Read what is the same for every life; add what is wrong with it."""
    start, until = (None if day is None else day_date(day) for day in (head.starts, head.until))
    options: dict[str, Any] = {"members": head.members, "start": start, "until": until, "seed": head.seed}
    try:
        return setting_of(builder.programme, builder.population, **options, counterfactual=twin)
    except SimulationError as error:
        faults += setting_faults(error, source, "tune")
    return None


def refuse_effort(given: Mapping[str, Any]) -> None:
    """Raise ScenarioError with a fault for each number of a call that is out of its range."""
    faults = []
    for name, value in given.items():
        try:
            TypeAdapter(EFFORT[name]).validate_python(value, strict=True)
        except ValidationError:
            todo = "give a number in this range"
            faults.append(Fault(Place(name), "out-of-range", show(value), "a whole number, 2 or more", todo))
    if faults:
        raise ScenarioError(faults)


def _rows(source: Source, path: Key) -> list[tuple[int, Any]]:
    """Return the rows of a list with their numbers."""
    value: Any = source.document
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return list(enumerate(value)) if isinstance(value, list) else []
