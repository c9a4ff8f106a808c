"""The runner: each life once, in a window, kept as it finishes; failures told; dead workers replaced."""

from __future__ import annotations

import contextlib
import errno
import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rewardsim.experiments.store import RunError
from rewardsim.experiments.sweeps.crew import WorkerDied
from rewardsim.experiments.sweeps.jobs import Job, job_of
from rewardsim.experiments.sweeps.lives import Lives
from rewardsim.experiments.sweeps.living import live
from rewardsim.experiments.sweeps.observed import Place
from rewardsim.experiments.sweeps.outcome import Failure, Outcome
from rewardsim.experiments.sweeps.progress import Progress
from rewardsim.experiments.sweeps.runner import Runner
from rewardsim.experiments.sweeps.workers import Workers, WorkersError, workers

from .town_sweep import SETTING, scenarios

TWINLESS = replace(SETTING, counterfactual=False)
ALL = scenarios(4)


class Made(Executor):
    """Workers that are none: outcomes are made up, and any life may be told what to do first."""

    def __init__(self, *acts: Callable[[Job], None]) -> None:
        self.acts = acts
        self.begun: list[str] = []

    def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
        assert function is live
        future: Future[Any] = Future()
        job = Job.from_json(*args)
        self.begun.append(job.key)
        try:
            for act in self.acts:
                act(job)
            totals = {"net": job.replicate * 100, "revenue": len(job.programme)}
            said = {"totals": totals, "tiers": {"gold": 1} if job.programme else {}, "digest": "", "seconds": 0.1}
            future.set_result((json.dumps(said), b"days"))
        except Exception as error:
            future.set_exception(error)
        return future


def runner(out: Path, made: Executor, width: int = 2, **options: Any) -> Runner:
    return Runner(options.pop("setting", SETTING), Workers(made, width), Lives(out), **options)


def test_every_scenario_lives_every_replicate_and_the_counterfactual_once(tmp_path: Path) -> None:
    made = Made()
    seen = runner(tmp_path, made).outcomes(ALL, range(3))
    assert len(made.begun) == len(set(made.begun)) == 4 * 3 + 3
    assert seen.replicates("base") == [0, 1, 2]
    assert [totals["net"] for totals in seen.own("2 %")] == [0, 100, 200]
    own, without = seen.observations("base")
    assert [totals["tier:gold"] for totals in own] == [1, 1, 1]
    assert without is not None
    assert [totals["revenue"] for totals in without] == [0, 0, 0]
    assert seen.seconds == pytest.approx(1.5)


def test_without_counterfactual_there_is_none(tmp_path: Path) -> None:
    made = Made()
    seen = runner(tmp_path, made, setting=TWINLESS).outcomes(ALL, range(2))
    assert len(made.begun) == 8
    assert seen.observations("base")[1] is None


def test_what_is_in_the_store_is_not_lived_again(tmp_path: Path) -> None:
    runner(tmp_path, Made()).outcomes(ALL, range(2))
    made = Made()
    seen = runner(tmp_path, made).outcomes(ALL, range(3))
    assert len(made.begun) == 5
    assert {json.loads(json.dumps(key)) for key in made.begun} == {
        *(job_of(one, SETTING, 2).key for one in ALL),
        job_of(ALL.base, SETTING, 2, without=True).key,
    }
    assert seen.replicates("base") == [0, 1, 2]


def test_ranges_by_scenario_and_what_is_known_is_not_asked_for_again(tmp_path: Path) -> None:
    made = Made()
    found = runner(tmp_path, made, setting=TWINLESS)
    found.outcomes(ALL, {"base": range(4), ALL.names[1]: range(1, 2)})
    assert len(made.begun) == 5
    seen = found.outcomes(ALL, {"base": range(6)})
    assert len(made.begun) == 7
    assert (seen.replicates("base"), seen.replicates(ALL.names[1])) == ([0, 1, 2, 3, 4, 5], [1])
    assert seen.replicates(ALL.names[2]) == []


def test_no_more_lives_are_on_their_way_than_the_window_holds(tmp_path: Path) -> None:
    lock, waiting, most = threading.Lock(), [0], [0]

    class Counted(ThreadPoolExecutor):
        def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
            with lock:
                waiting[0] += 1
                most[0] = max(most[0], waiting[0])
            future = super().submit(lambda: Made().submit(live, *args).result())
            future.add_done_callback(lambda _: waiting.__setitem__(0, waiting[0] - 1))
            return future

    with Counted(3) as pool:
        jobs = (job_of(ALL.base, SETTING, replicate) for replicate in range(50))
        asked = [0]

        def counted() -> Iterator[Job]:
            for job in jobs:
                asked[0] += 1
                yield job

        for done, _ in enumerate(runner(tmp_path, pool, 3).lives(counted()), 1):
            assert asked[0] <= done + 6
    assert asked[0] == 50
    assert 3 <= most[0] <= 6


def fail_on(replicate: int, error: Exception, times: int = 1_000) -> Callable[[Job], None]:
    left = [times]

    def act(job: Job) -> None:
        if job.replicate == replicate and left[0]:
            left[0] -= 1
            raise error

    return act


def test_a_life_that_fails_is_recorded_while_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, replicate: int, **__: Any) -> None:
        raise ArithmeticError("no luck") if replicate == 1 else InterruptedError(f"replicate {replicate}")

    monkeypatch.setattr("rewardsim.engine.simulation.simulate_population", broken)
    with workers("serial") as crew:
        found = Runner(TWINLESS, crew, Lives(tmp_path))
        results = dict(found.lives(job_of(ALL.base, SETTING, replicate) for replicate in range(3)))
    told = [result for result in results.values() if isinstance(result, Failure)]
    assert [(one.stage, one.replicate, one.seed) for one in told] == [("simulate", n, 5) for n in range(3)]
    assert told[1].error == "ArithmeticError: no luck"
    assert "simulate_population" in told[1].traceback
    assert found.store.get(told[1].key) is None


def test_a_replicate_of_which_a_life_failed_is_no_observation(tmp_path: Path) -> None:
    made = Made(fail_on(1, ArithmeticError("no luck")))
    seen = runner(tmp_path, made).outcomes(ALL[:2], range(3))
    assert seen.replicates("base") == [0, 2]
    assert len(seen.own("base")) == len(seen.without("base") or []) == 2
    assert {place.replicate for place in seen.failed} == {1}
    assert seen.failed[Place("base", 1, True)].stage == "worker"
    assert Place("base", 1, True) not in seen.found


def test_what_failed_is_lived_by_the_next_call_and_nothing_else(tmp_path: Path) -> None:
    runner(tmp_path, Made(fail_on(1, ArithmeticError()))).outcomes(ALL, range(3))
    made = Made()
    seen = runner(tmp_path, made).outcomes(ALL, range(3))
    assert len(made.begun) == 5
    assert seen.failed == {}
    assert seen.replicates("base") == [0, 1, 2]


@pytest.mark.parametrize("death", [WorkerDied("signal 9"), BrokenProcessPool("gone")])
def test_a_life_whose_worker_dies_is_tried_once_more(tmp_path: Path, death: Exception) -> None:
    made = Made(fail_on(1, death, times=1))
    seen = runner(tmp_path, made, setting=TWINLESS).outcomes(ALL[:1], range(3))
    assert seen.replicates("base") == [0, 1, 2]
    assert len(made.begun) == 4


def test_a_life_that_kills_its_worker_twice_is_recorded(tmp_path: Path) -> None:
    made = Made(fail_on(1, WorkerDied("signal 11")))
    seen = runner(tmp_path, made, setting=TWINLESS).outcomes(ALL[:1], range(3))
    assert made.begun.count(job_of(ALL.base, TWINLESS, 1).key) == 2
    failure = seen.failed[Place("base", 1, False)]
    assert (failure.stage, failure.error) == ("worker", "WorkerDied: signal 11")
    assert seen.replicates("base") == [0, 2]


def test_an_executor_that_is_broken_stops_the_sweep_with_a_word(tmp_path: Path) -> None:
    class Broken(Made):
        def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
            if len(self.begun) == 3:
                raise BrokenExecutor("the pool is not usable anymore")
            return super().submit(function, *args, **named)

    with pytest.raises(WorkersError, match=r"not usable anymore.*finished lives are kept"):
        runner(tmp_path, Broken(), width=1).outcomes(ALL, range(3))
    made = Made()
    runner(tmp_path, made).outcomes(ALL, range(3))
    assert 15 - 3 <= len(made.begun) <= 15 - 2


def test_a_full_disk_stops_with_a_word_and_keeps_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = Path.write_bytes, [4]

    def full(path: Path, content: bytes) -> int:
        if path.name == "daily.parquet":
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, content)

    with monkeypatch.context() as patch, pytest.raises(RunError, match="a full disk"):
        patch.setattr(Path, "write_bytes", full)
        runner(tmp_path, Made()).outcomes(ALL, range(3))
    made = Made()
    assert runner(tmp_path, made).outcomes(ALL, range(3)).replicates("base") == [0, 1, 2]
    assert len(made.begun) == 15 - 4


@pytest.mark.parametrize("swallowed", [False, True])
def test_an_interrupt_keeps_what_is_finished(tmp_path: Path, swallowed: bool) -> None:
    def interrupt(job: Job) -> None:
        if job.replicate == 1:
            with contextlib.suppress(*([KeyboardInterrupt] if swallowed else [])):
                signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            runner(tmp_path, Made(interrupt), width=1).outcomes(ALL, range(3))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    made = Made()
    runner(tmp_path, made).outcomes(ALL, range(3))
    assert 15 - 6 <= len(made.begun) <= 15 - 4


def test_progress_tells_lives_found_failed_and_time(tmp_path: Path) -> None:
    told: list[Progress] = []
    runner(tmp_path, Made()).outcomes(ALL[:2], range(2))
    found = runner(tmp_path, Made(fail_on(2, ArithmeticError())), progress=told.append)
    found.outcomes(ALL[:2], range(3))
    assert [(now.lives, now.of) for now in told] == [(n, 9) for n in range(1, 10)]
    assert (told[-1].found, told[-1].failed, told[-1].remaining) == (6, 3, 0.0)
    assert str(told[-1]) == "9 of 9 lives, 100%, 6 found, 3 failed"
    assert all(now.remaining >= 0 for now in told)
    assert "to go" in str(replace(told[-1], remaining=61.0))


def test_outcomes_that_come_back_are_those_that_were_kept(tmp_path: Path) -> None:
    found = runner(tmp_path, Made())
    for job, result in found.lives(job_of(ALL.base, SETTING, n) for n in range(2)):
        assert isinstance(result, Outcome)
        assert found.store.get(job.key) == result


def test_workers_that_never_answer_again_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(Made):
        def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
            done = super().submit(function, *args, **named)
            return done if len(self.begun) <= 2 else Future()

    monkeypatch.setattr("rewardsim.experiments.sweeps.runner.LOOK_SECONDS", 0.02)
    silent = Silent()
    lost = Workers(silent, 2, lambda: len(silent.begun) < 4)
    with pytest.raises(WorkersError, match="a scheduler that is lost"):
        Runner(TWINLESS, lost, Lives(tmp_path)).outcomes(ALL[:1], range(6))
    assert sum(Lives(tmp_path).get(job_of(ALL.base, TWINLESS, n).key) is not None for n in range(6)) == 2


def test_a_life_that_takes_long_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rewardsim.experiments.sweeps.runner.LOOK_SECONDS", 0.01)
    with ThreadPoolExecutor(1) as pool:

        class Slow(Made):
            def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
                return pool.submit(lambda: (threading.Event().wait(0.1), Made().submit(live, *args).result())[1])

        assert runner(tmp_path, Slow(), setting=TWINLESS).outcomes(ALL[:1], range(2)).replicates("base") == [0, 1]
