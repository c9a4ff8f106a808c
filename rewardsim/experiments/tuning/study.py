"""The search: which points are tried, one batch after the other.

A study asks for a batch, has it evaluated, and tells the results in the order of asking, so that the
points tried depend on the results alone: not on which life ended first, nor on how often the work was
interrupted. Nothing of it is stored. After a crash it is asked again, and finds the lives it had.

One objective: points spread over the space, then a sampler of Optuna's, then a compass search from the
best; with what is left of the trials, the last two again. Several objectives: no compass, as there is no
one best. A space with no more points than trials is tried as a whole.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .compass import NOT, looked_around
from .space import Point, Space

if TYPE_CHECKING:
    import optuna

MAXIMISE, MINIMISE = "maximise", "minimise"
SAMPLERS = ("tpe", "nsga2", "random")
WHOLE = "every point of the space was tried"
SPREAD = "with several objectives there is no best to look around"
START, COMPASS = 0.25, 0.4
"""Shares of the trials that are spread at the start, and kept for the compass."""
START_MAX = 32
ASKED_MAX = 8
"""How often a sampler may be asked for one new point before one is taken from the spread."""


@dataclass(frozen=True)
class Score:
    """What a point came to: its objectives, and by how much it breaks each constraint (0 or less: not)."""

    values: tuple[float, ...]
    excess: tuple[float, ...] = ()

    @property
    def violation(self) -> float:
        """By how much constraints are broken, together; 0 where none is."""
        return sum(max(one, 0.0) for one in self.excess)


Evaluate = Callable[[Sequence[Point]], Sequence[Score | None]]
"""Scores of points, in their order; None for one that cannot be scored."""


@dataclass(frozen=True)
class Searched:
    """What a search tried, in the order of trying, and how it ended."""

    points: tuple[Point, ...]
    scores: tuple[Score | None, ...]
    settled: str


def search(
    space: Space,
    evaluate: Evaluate,
    goals: Sequence[str],
    *,
    trials: int,
    batch: int,
    sampler: str = "tpe",
    seed: int = 0,
    start: Point | None = None,
) -> Searched:
    """Try at most so many points, in batches; ``goals`` says of each objective whether to maximise or minimise it.

    ``start`` is tried first. A point is tried once.
    """
    book = _Book(evaluate, trials, batch, goals)
    if space.size <= trials:
        book.of([*([start] if start else []), *space.points()])
        return book.searched(WHOLE)
    asking = _Asking(space, book, sampler, seed, start)
    if len(goals) > 1:
        asking.until(trials)
        return book.searched(SPREAD)
    around, settled = None, NOT
    while len(book.scores) < trials:
        left = trials - len(book.scores)
        asking.until(trials - int(left * COMPASS))
        best = book.best()
        if best and best != around:
            around, settled = looked_around(space, best, book.of, book.better)
    return book.searched(settled if around and book.best() == around else NOT)


@dataclass
class _Book:
    """Points and their scores, in the order of trying."""

    evaluate: Evaluate
    trials: int
    batch: int
    goals: Sequence[str]
    scores: dict[Point, Score | None] = field(default_factory=dict)

    def of(self, points: Sequence[Point]) -> list[Point]:
        """Have points evaluated that are not known yet, as far as there is room; return those known now."""
        new = [point for point in dict.fromkeys(points) if point not in self.scores]
        new = new[: self.trials - len(self.scores)]
        for begin in range(0, len(new), self.batch):
            some = new[begin : begin + self.batch]
            self.scores.update(zip(some, self.evaluate(some), strict=True))
        return [point for point in points if point in self.scores]

    def rank(self, point: Point) -> tuple[Any, ...]:
        """Return what orders points for one objective: scored first, then least broken, then best."""
        score = self.scores.get(point)
        if score is None:
            return (True, 0.0, 0.0)
        value = score.values[0]
        return (False, score.violation, -value if self.goals[0] == MAXIMISE else value)

    def better(self, one: Point, other: Point) -> bool:
        """Whether the first point beats the second."""
        return self.rank(one) < self.rank(other)

    def best(self) -> Point | None:
        """Return the best point, the first of equals; None where none was scored."""
        found = min(self.scores, key=self.rank, default=None)
        return None if found is None or self.scores[found] is None else found

    def searched(self, settled: str) -> Searched:
        """Return what was tried."""
        return Searched(tuple(self.scores), tuple(self.scores.values()), settled)


class _Asking:
    """Asks for points: first some that are spread over the space, then those of a sampler of Optuna's."""

    def __init__(self, space: Space, book: _Book, sampler: str, seed: int, start: Point | None) -> None:
        self.space, self.book = space, book
        self.spread = space.spread(book.trials, seed)
        first = max(1, round(min(book.trials * START, START_MAX)))
        self.waiting = list(dict.fromkeys([*([start] if start else []), *self.spread]))[:first]
        self.told: set[Point] = set()
        with _quiet():
            self.study = _study(book, sampler, seed, len(self.waiting))

    def until(self, trials: int) -> None:
        """Try points until there are so many in all, batch by batch; told before is what others tried since."""
        for point, score in self.book.scores.items():
            if point not in self.told:
                with _quiet():
                    self._tell(self._given(point), point, score)
        while len(self.book.scores) < trials:
            with _quiet():
                batch = self._batch(min(self.book.batch, trials - len(self.book.scores)))
            self.book.of(list(batch))
            with _quiet():
                for point, trial in batch.items():
                    self._tell(trial, point, self.book.scores[point])

    def _batch(self, width: int) -> dict[Point, optuna.Trial]:
        """Return new points, each with its trial of the study."""
        batch: dict[Point, optuna.Trial] = {}
        while len(batch) < width:
            point = self.waiting.pop(0) if self.waiting else None
            if point is None:
                point, trial = self._sampled(batch)
                batch[point] = trial
            elif point not in self.book.scores:
                batch[point] = self._given(point)
        return batch

    def _sampled(self, batch: dict[Point, optuna.Trial]) -> tuple[Point, optuna.Trial]:
        """Return a point that was not tried yet, from the sampler if it has one."""
        for _ in range(ASKED_MAX):
            trial = self.study.ask(_distributions(self.space))
            point = tuple(int(trial.params[one.name]) for one in self.space.dimensions)
            if point not in self.book.scores and point not in batch:
                return point, trial
            # A point that is known tells nothing new; samplers overlook what failed.
            self.study.tell(trial, state=_optuna().trial.TrialState.FAIL)
        every = (point for source in (self.spread, self.space.points()) for point in source)
        unknown = next(point for point in every if point not in self.book.scores and point not in batch)
        return unknown, self._given(unknown)

    def _given(self, point: Point) -> optuna.Trial:
        """Return a trial of the study for a point that is given."""
        self.study.enqueue_trial(dict(zip((one.name for one in self.space.dimensions), point, strict=True)))
        return self.study.ask(_distributions(self.space))

    def _tell(self, trial: optuna.Trial, point: Point, score: Score | None) -> None:
        """Tell the study what came of a point."""
        self.told.add(point)
        if score is None:
            self.study.tell(trial, state=_optuna().trial.TrialState.FAIL)
            return
        for place, excess in enumerate(score.excess):
            trial.set_constraint(str(place), excess)
        self.study.tell(trial, list(score.values))


def _study(book: _Book, sampler: str, seed: int, started: int) -> optuna.Study:
    """Return a study in memory."""
    optuna = _optuna()
    makers: dict[str, Callable[[], Any]] = {
        "tpe": lambda: optuna.samplers.TPESampler(seed=seed, n_startup_trials=started),
        "nsga2": lambda: optuna.samplers.NSGAIISampler(seed=seed, population_size=max(2, book.batch)),
        "random": lambda: optuna.samplers.RandomSampler(seed=seed),
    }
    directions = ["maximize" if goal == MAXIMISE else "minimize" for goal in book.goals]
    return optuna.create_study(sampler=makers[sampler](), directions=directions)


def _distributions(space: Space) -> dict[str, Any]:
    """Return the space as Optuna has it."""
    from optuna.distributions import CategoricalDistribution, IntDistribution

    return {
        one.name: IntDistribution(0, one.count - 1) if one.ordered else CategoricalDistribution(range(one.count))
        for one in space.dimensions
    }


def _optuna() -> Any:
    """Return Optuna, without what its progress bar has to say of notebooks on being imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import optuna
    return optuna


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna's notes on its own workings from people."""
    optuna = _optuna()
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(level)
