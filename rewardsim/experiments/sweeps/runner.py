"""The runner: sends lives to workers, keeps what comes back, tries once more where a worker died.

Lives are found before they are lived, sent in a window twice as wide as there are workers, and kept
the moment they are finished, whatever their order. So an end at any moment, of a worker or of the
driver, costs at most the lives under way.
"""

from __future__ import annotations

import itertools
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from typing import TYPE_CHECKING

from rewardsim.experiments.interrupts import Check, remembered

from .jobs import Job, job_of
from .lives import Lives
from .observed import Observed, Place
from .outcome import Failure, Outcome, result_of
from .progress import Meter, Progress
from .workers import Workers, died

if TYPE_CHECKING:
    from rewardsim.experiments.scenarios.plan import Setting
    from rewardsim.experiments.scenarios.scenario import Scenario

LOOK_SECONDS = 5
"""How often those who live long are looked after."""
TRIES = 2
"""How often a life is begun whose worker dies; the first failure of its own is its last."""


class Runner:
    """Runs scenarios on workers, out of a store and into it.

    ``progress`` is called with a Progress whenever a life is finished or found.
    """

    def __init__(
        self,
        setting: Setting,
        workers: Workers,
        store: Lives,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.setting, self.workers, self.store = setting, workers, store
        self.observed = Observed()
        self.meter = Meter(progress)

    def outcomes(self, scenarios: Iterable[Scenario], replicates: range | Mapping[str, range]) -> Observed:
        """Live scenarios, each with its counterfactual if the setting has one; return all that is known by now.

        ``replicates`` are the same for all, or by the scenario's name. A life that several ask
        for is lived once; what an earlier call observed is not asked for again.
        """
        wanted: dict[str, list[Place]] = {}
        jobs: dict[str, Job] = {}
        for place, job in self._places(scenarios, replicates):
            if place not in self.observed.found:
                wanted.setdefault(job.key, []).append(place)
                jobs[job.key] = job
        self.meter.expect(len(jobs))
        for job, result in self.lives(jobs.values()):
            self.observed.note(wanted[job.key], result)
        return self.observed

    def _places(
        self, scenarios: Iterable[Scenario], replicates: range | Mapping[str, range]
    ) -> Iterator[tuple[Place, Job]]:
        """Return every life that scenarios ask for, replicate by replicate, so that early ends leave pairs."""
        asked: Sequence[tuple[Scenario, range]] = [
            (one, replicates if isinstance(replicates, range) else replicates.get(one.name, range(0)))
            for one in scenarios
        ]
        arms = (False, True) if self.setting.counterfactual else (False,)
        for replicate in sorted(set(itertools.chain.from_iterable(numbers for _, numbers in asked))):
            for scenario, numbers in asked:
                for without in arms if replicate in numbers else ():
                    yield (
                        Place(scenario.name, replicate, without),
                        job_of(scenario, self.setting, replicate, without),
                    )

    def lives(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome | Failure]]:
        """Live jobs in any order; those in the store are found at once, others kept there when finished.

        Raises RunError where the disk is full, WorkersError where no worker is left, and
        KeyboardInterrupt; lives finished by then are kept.
        """
        flight: dict[Future[tuple[str, bytes]], tuple[Job, int]] = {}
        waiting = iter(jobs)
        with remembered() as check:
            try:
                while True:
                    yield from self._sent(waiting, flight, check)
                    if not flight:
                        return
                    done, _ = wait(flight, LOOK_SECONDS, FIRST_COMPLETED)
                    check()
                    if not done:
                        self.workers.check()
                    for future in done:
                        yield from self._landed(future, *flight.pop(future), flight)
            finally:
                for future in flight:
                    future.cancel()

    def _sent(
        self, waiting: Iterator[Job], flight: dict[Future[tuple[str, bytes]], tuple[Job, int]], check: Check
    ) -> Iterator[tuple[Job, Outcome]]:
        """Fill the window; return what need not be lived."""
        while len(flight) < self.workers.window and (job := next(waiting, None)):
            check()
            if kept := self.store.get(job.key):
                self.meter.found()
                yield job, kept
            else:
                flight[self.workers.submit(job.to_json())] = job, 1

    def _landed(
        self,
        future: Future[tuple[str, bytes]],
        job: Job,
        tries: int,
        flight: dict[Future[tuple[str, bytes]], tuple[Job, int]],
    ) -> Iterator[tuple[Job, Outcome | Failure]]:
        """Keep what has come back, or send it once more."""
        error = CancelledError("its workers were lost") if future.cancelled() else future.exception()
        if error is None:
            said, days = future.result()
            result = result_of(job.key, said)
            if isinstance(result, Outcome):
                self.store.put(job, result, days)
        elif died(error) and tries < TRIES:
            flight[self.workers.submit(job.to_json())] = job, tries + 1
            return
        else:
            lines = "".join(traceback.format_exception(error))
            result = Failure(job.key, "worker", f"{type(error).__name__}: {error}", lines, job.seed, job.replicate)
        self.meter.lived(isinstance(result, Failure))
        yield job, result
