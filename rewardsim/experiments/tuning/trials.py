"""The trials of a tuning: points as programmes, and what came of them by lives under the same luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rewardsim.experiments.scenarios.faults import ScenarioError
from rewardsim.experiments.scenarios.scenario import Builder, Scenario
from rewardsim.experiments.sweeps.outcome import Failure
from rewardsim.experiments.sweeps.runner import Observed, Runner
from rewardsim.programme.faults import Fault, Place
from rewardsim.programme.toml_out import value_text

from .meaning import written
from .parameters import Parameters
from .plan import TunePlan
from .scoring import score
from .space import Point
from .study import Score

SHIPPED = "shipped"
"""Name of the programme as it is, trial 0."""
ALIKE_MAX = 50
"""Most values of a parameter that are compared with the shipped one by the programmes they make."""
DONE, REFUSED, FAILED, VALUELESS = "done", "refused", "failed", "no value"
"""How a trial may end: lived; no programme; lives that failed; an objective without a value."""


class TuneError(ValueError):
    """A tuning that cannot go on, with every fault."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Trial:
    """One point that was tried; trial 0 is the shipped programme, which need not be a point."""

    number: int
    point: Point
    levels: dict[str, Any]  # path of a parameter -> its value
    state: str
    said: str  # why it was refused or failed
    score: Score | None
    scenario: Scenario | None = field(repr=False)

    @property
    def name(self) -> str:
        """Name of its scenario."""
        return name_of(self.number)


class Trials:
    """Evaluates points: builds their programmes, has them lived, and scores them."""

    def __init__(self, plan: TunePlan, runner: Runner) -> None:
        self.plan, self.runner = plan, runner
        self.parameters = Parameters(plan.parameters)
        self.builder = Builder(plan.programme, plan.population)
        self.all: list[Trial] = []
        shipped = self.builder.scenario(SHIPPED)
        self._trial((), {}, shipped, self._lived([shipped]))
        if self.all[0].state != DONE:
            raise TuneError([failed(SHIPPED, self.all[0].said)])

    def shipped_point(self) -> Point | None:
        """Return the point that is the shipped programme, None where its values are not among those to try."""
        found = [self._shipped_value(place) for place in range(len(self.parameters.factors))]
        return None if None in found else tuple(place for place in found if place is not None)

    def _shipped_value(self, place: int) -> int | None:
        """Return the number of a parameter's value that leaves the shipped programme what it is."""
        factor, some = self.parameters.factors[place], self.parameters.values[place]
        before = written(self.plan.programme, factor.path)
        alike = [number for number, value in enumerate(some) if value_text(value) == before]
        for number in alike or range(len(some) if len(some) <= ALIKE_MAX else 0):
            try:
                one = self.builder.scenario(SHIPPED, [factor.change(some[number])])
            except ScenarioError:
                continue
            if one.programme_key == self.all[0].scenario.programme_key:
                return number
        return None

    def evaluate(self, points: Sequence[Point]) -> list[Score | None]:
        """Return the scores of new points, in their order."""
        made = [self._made(len(self.all) + place, point) for place, point in enumerate(points)]
        seen = self._lived([one for *_, one in made if isinstance(one, Scenario)])
        found = [self._trial(point, levels, one, seen) for point, levels, one in made]
        return [one.score for one in found]

    def _made(self, number: int, point: Point) -> tuple[Point, dict[str, Any], Scenario | str]:
        """Return a point's values and scenario, or why its values make no programme."""
        levels = self.parameters.levels(point)
        try:
            return point, levels, self.builder.scenario(name_of(number), self.parameters.changes(point), levels)
        except ScenarioError as error:
            return point, levels, str(error)

    def _lived(self, scenarios: Sequence[Scenario]) -> Observed:
        return self.runner.outcomes(scenarios, self.plan.search_replicates)

    def _trial(self, point: Point, levels: dict[str, Any], one: Scenario | str, seen: Observed) -> Trial:
        """Take note of what came of a point."""
        number, worth, said = len(self.all), None, ""
        if isinstance(one, str):
            state, said = REFUSED, one
        elif failures := failures_of(seen, one.name):
            state, said = FAILED, failures[0].error
            refuse_dead_workers(failures)
        else:
            worth = score(self.plan.objectives, self.plan.constraints, seen.observations(one.name))
            state, said = (DONE, "") if worth else (VALUELESS, "an objective has no value, as a price of nothing")
        trial = Trial(number, point, levels, state, said, worth, None if isinstance(one, str) else one)
        self.all.append(trial)
        return trial


def name_of(number: int) -> str:
    """Return what a trial's scenario is called."""
    return f"trial-{number}" if number else SHIPPED


def failures_of(seen: Observed, scenario: str) -> list[Failure]:
    """Return a scenario's lives that came to nothing."""
    return [failure for place, failure in sorted(seen.failed.items()) if place.scenario == scenario]


def refuse_dead_workers(failures: Sequence[Failure]) -> None:
    """Stop where lives ended because their workers did: tried again, they may well succeed."""
    dead = [one for one in failures if one.stage == "worker"]
    if dead:
        raise TuneError([failed("a life", f"{dead[0].error} (seed {dead[0].seed}, replicate {dead[0].replicate})")])


def failed(what: str, said: str) -> Fault:
    """Return the fault of lives without which a tuning cannot go on."""
    todo = "run the same again: finished lives are kept, and only what is missing is lived"
    return Fault(Place("tune"), "failed", f"{what} that came to nothing: {said}", "lives that end", todo)
