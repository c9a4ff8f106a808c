"""``rs.sweep``: scenarios and replicates, lived wherever there are workers, compared with the base.

A sweep is a stored run. Its lives are kept one by one as they finish, so whatever ends a sweep,
the same call goes on with what is missing, and its result is that of one never interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.scenarios import Scenarios, Setting, SweepPlan
from rewardsim.experiments.simulations.plan import SimulationError
from rewardsim.experiments.simulations.plan import plan as plan_of_simulation
from rewardsim.experiments.store import find, key_of
from rewardsim.programme.faults import Fault, Place

from .lives import Lives
from .progress import Progress
from .runner import Runner
from .sweep_run import SweepRun
from .sweep_store import RANKING, SENSITIVITY, inputs_of, store
from .sweep_text import said
from .workers import PROCESSES, Workers
from .workers import workers as workers_of

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.population import Population
    from rewardsim.programme import Programme

    from .observed import Observed

MEASURES = ("purchases", "revenue", "margin", "cost", "net", "liability")
"""Measures shown where a sweep does not choose any."""
ADDED = ("incremental_revenue", "incremental_net", "roi")
"""Those shown besides where there is a counterfactual."""


def sweep(
    plan: SweepPlan | Scenarios | pd.DataFrame | str | Path,
    *,
    programme: Programme | str | Path | None = None,
    population: Population | str | Path | None = None,
    members: int | None = None,
    start: date | str | None = None,
    until: date | str | None = None,
    seed: int | None = None,
    replicates: int | None = None,
    counterfactual: bool | None = None,
    measures: Sequence[str] | None = None,
    workers: str | Executor | Workers = PROCESSES,
    jobs: int | None = None,
    out: str | Path = "runs",
    progress: Callable[[Progress], None] | None = None,
) -> SweepRun:
    """Live scenarios and return the stored run that compares them; an identical one is found, not recomputed.

    ``plan`` is a sweep file or what it says, scenarios, or a table of them (which needs ``programme`` and
    ``population``); the other options change what it says. ``until`` is the last day. ``workers``
    ("serial", "processes", "dask", a scheduler's address, an executor) and ``jobs`` (how many live at a time)
    never change a result. A life that fails is recorded while others go on; the run then is not
    ``complete``, and the next call lives what is missing. Raises ValueErrors that carry every fault.
    """
    asked = _asked(plan, programme, population)
    given = {"members": members, "first": start, "last": until, "seed": seed, "counterfactual": counterfactual}
    setting = replace(asked.setting, **{name: value for name, value in given.items() if value is not None})
    asked = replace(asked, setting=setting, replicates=asked.replicates if replicates is None else replicates)
    asked = _with_measures(_checked(asked), measures)
    found = find(Path(out), key_of(inputs_of(asked)))
    if found:
        return SweepRun(found)
    lives = Lives(out)
    with workers_of(workers, jobs) as crew:
        runner = Runner(asked.setting, crew, lives, progress)
        answers = _lived(asked, runner)
        told = _driven(asked, Runner(asked.setting, crew, lives, progress), runner.observed, answers)
    return SweepRun(store(asked, runner.observed, lives, Path(out), answers, told))


def _asked(plan: Any, programme: Any, population: Any) -> SweepPlan:
    """Return what is asked as a plan."""
    if isinstance(plan, (str, Path)):
        from rewardsim.experiments.scenarios.sweep_file import load_sweep

        plan = load_sweep(Path(plan))
    if isinstance(plan, SweepPlan):
        return plan
    if not isinstance(plan, Scenarios):
        if population is None or not hasattr(plan, "columns"):
            found = "a table without a population" if hasattr(plan, "columns") else type(plan).__name__
            allowed = "a sweep file, a plan, scenarios, or a table with programme and population"
            raise SimulationError([Fault(Place("sweep"), "wrong_type", found, allowed, "name what is to be lived")])
        plan = Scenarios.from_frame(plan, programme, population)
    people = plan.base.population()
    return SweepPlan("", plan, Setting(people.members, people.starts, people.until))


def _checked(plan: SweepPlan) -> SweepPlan:
    """Return the plan, its days as dates; raise SimulationError where nobody could live so."""
    first = next((one for one in plan.scenarios if one.programme_key), None)
    if first is None:
        fault = Fault(Place("scenarios"), "missing", "no programme in any", "one at least", "name a programme")
        raise SimulationError([fault])
    asked = plan.setting
    found = plan_of_simulation(
        first.programme(), first.population(), members=asked.members, start=asked.first, until=asked.last,
        seed=asked.seed, replicates=plan.replicates, counterfactual=asked.counterfactual,
    )  # fmt: skip
    return replace(plan, setting=replace(asked, first=found.first, last=found.last))


def _with_measures(plan: SweepPlan, measures: Sequence[str] | None) -> SweepPlan:
    """Return the plan with measures, those of its questions among them; raise MeasureError for unknown ones."""
    from rewardsim.economics.objectives import MeasureError, measure

    usual = MEASURES + (ADDED if plan.setting.counterfactual else ())
    asked = [plan.precision, plan.best, *plan.guards]
    named = [*(measures or plan.measures or usual), *(one.measure for one in asked if one is not None)]
    faults, levels = [], _levels(plan.scenarios)
    for name in dict.fromkeys(named):
        try:
            found = measure(name, levels=levels)
        except MeasureError as error:
            faults += error.faults
            continue
        if found.counterfactual and not plan.setting.counterfactual:
            told = "a sweep without counterfactual"
            faults.append(Fault(Place(name), "no-twin", told, "one with it", "set counterfactual, or drop the measure"))
    if faults:
        raise MeasureError(faults)
    return replace(plan, measures=tuple(dict.fromkeys(named)))


def _levels(scenarios: Scenarios) -> list[str]:
    """Return the tiers of all programmes; those with the same words have the same."""
    programmes = [one.programme() for one in {one.words: one for one in scenarios}.values()]
    return list(dict.fromkeys(level for one in programmes if one for level in one.names.levels))


def _lived(plan: SweepPlan, runner: Runner) -> dict[str, pd.DataFrame]:
    """Live as many replicates as the plan's policy asks for; return its ranking, where it makes one.

    A scenario of which a life failed is left out of later rounds, and the others go on.
    """
    from .policies import policy_of

    policy = policy_of(plan)
    asked: dict[str, int] = {}
    while True:
        wanted = policy.ask(runner.observed)
        broken = _broken(runner.observed)
        more = {name: n for name, n in wanted.items() if n > asked.get(name, 0) and name not in broken}
        if not more:
            ranking = policy.ranking(runner.observed) if not broken else None
            return {} if ranking is None else {RANKING: ranking}
        runner.outcomes(
            [one for one in plan.scenarios if one.name in more], {name: range(n) for name, n in more.items()}
        )
        asked |= more


def _driven(plan: SweepPlan, runner: Runner, observed: Observed, answers: dict[str, pd.DataFrame]) -> list[str]:
    """Add the answer to which factor drives what, where that is asked; return it in sentences."""
    if plan.sensitivity is None:
        return []
    # A sweep's file may ask for it, but it stands above sweeps: it lives its points by their runner.
    from rewardsim.experiments.sensitivity import sensitivity

    answer = sensitivity(plan, runner)
    answers[SENSITIVITY] = answer.to_frame()
    observed.failed |= runner.observed.failed
    programme = plan.scenarios.base.programme()
    return answer.said(None if programme is None else lambda value, unit: said(value, unit, programme))


def _broken(observed: Observed) -> set[str]:
    return {place.scenario for place in observed.failed}
