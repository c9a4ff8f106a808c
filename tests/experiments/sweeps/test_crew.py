"""Worker processes: each with its own pipe, its own death, and an end when its driver is gone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rewardsim.experiments.sweeps.crew import Crew, WorkerDied
from rewardsim.experiments.sweeps.jobs import job_of
from rewardsim.experiments.sweeps.living import live

from .town_sweep import SETTING, scenarios

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 300  # where nothing is compiled yet, the first life takes minutes


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with Crew(2) as crew:
        yield crew


def ask(crew: Crew, text: str = "no job") -> dict[str, object]:
    return dict(json.loads(crew.submit(live, text).result(SECONDS)[0]))


def pids(crew: Crew) -> set[int]:
    return {worker.process.pid for worker in crew._all}


def test_a_worker_lives_in_a_process_of_its_own_what_is_lived_here(crew: Crew) -> None:
    job = job_of(scenarios(1).base, SETTING, 0).to_json()
    said, days = crew.submit(live, job).result(SECONDS)
    here, same = live(job)
    assert json.loads(said) | {"seconds": 0} == json.loads(here) | {"seconds": 0}
    assert days == same
    assert os.getpid() not in pids(crew)


def test_a_worker_is_kept_for_the_next_life(crew: Crew) -> None:
    ask(crew)
    before = pids(crew)
    assert [ask(crew)["failed"]["stage"] for _ in range(3)] == ["load"] * 3  # type: ignore[index]
    assert pids(crew) == before


def test_workers_have_one_thread_each(crew: Crew) -> None:
    ask(crew)
    (pid, *_) = pids(crew)
    environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    assert {b"OMP_NUM_THREADS=1", b"OPENBLAS_NUM_THREADS=1", b"NUMBA_NUM_THREADS=1"} <= set(environment)


def test_a_worker_that_died_idle_is_replaced_and_nobody_notices(crew: Crew) -> None:
    ask(crew)
    before = pids(crew)
    for worker in list(crew._all):
        os.kill(worker.process.pid, signal.SIGKILL)
        wait_for(lambda worker=worker: worker.process.poll() is not None)
    assert ask(crew)["failed"]
    assert not pids(crew) & before


def test_the_death_of_one_is_told_and_felt_by_no_other() -> None:
    with Crew(2) as crew:
        ask(crew)
        (one,) = pids(crew)
        future = crew.submit(live, slow())
        time.sleep(0.5)
        other = crew.submit(live, job_of(scenarios(1).base, SETTING, 1).to_json())
        os.kill(one, signal.SIGKILL)
        with pytest.raises(WorkerDied, match="signal 9"):
            future.result(SECONDS)
        assert "totals" in json.loads(other.result(SECONDS)[0])


def slow() -> str:
    """A life of some seconds."""
    return job_of(scenarios(1).base, replace(SETTING, members=300_000), 0).to_json()


def test_a_crew_does_nothing_but_live(crew: Crew) -> None:
    with pytest.raises(ValueError, match="nothing but live"):
        crew.submit(print, "x")


def test_workers_end_with_the_block() -> None:
    with Crew(2) as crew:
        ask(crew)
        mine = pids(crew)
    assert mine
    assert not any(running(pid) for pid in mine)
    with pytest.raises(RuntimeError):
        ask(crew)


DRIVER = """
import sys, time
from rewardsim.experiments.sweeps.crew import Crew
from rewardsim.experiments.sweeps.living import live
crew = Crew(2)
crew.submit(live, "no job").result()
print(*[worker.process.pid for worker in crew._all], flush=True)
if sys.argv[1:]:
    crew.submit(live, sys.argv[1])
time.sleep(600)
"""


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "amid a life"])
def test_workers_of_a_killed_driver_do_not_live_on(busy: bool) -> None:
    words = [slow()] if busy else []
    driver = subprocess.Popen([sys.executable, "-c", DRIVER, *words], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert driver.stdout is not None
    workers = [int(word) for word in driver.stdout.readline().split()]
    assert workers
    assert all(running(pid) for pid in workers)
    time.sleep(1.0 if busy else 0.0)
    driver.kill()
    driver.wait()
    driver.stdout.close()
    wait_for(lambda: not any(running(pid) for pid in workers), 10)


def test_a_script_needs_no_guard_around_its_first_line(tmp_path: Path) -> None:
    script = tmp_path / "nightly.py"
    script.write_text(
        "from rewardsim.experiments.sweeps.crew import Crew\n"
        "from rewardsim.experiments.sweeps.living import live\n"
        "with Crew(1) as crew:\n"
        "    print(crew.submit(live, 'no job').result()[0])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, timeout=SECONDS)
    assert json.loads(done.stdout)["failed"]["stage"] == "load"
    assert done.stderr == ""


def running(pid: int) -> bool:
    """Whether a process is there and not only waiting to be counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "too late"
        time.sleep(0.02)
