"""Real SIGKILLs, at random times, of drivers and of workers: nothing finished is lost, nothing is lived twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from os import kill
from pathlib import Path

import pytest

from rewardsim.experiments.sweeps.sweep import sweep

from .driver import FORTY, WORKERS
from .test_crew import running, wait_for

DRIVER = Path(__file__).with_name("driver.py")
WINDOW = 2 * WORKERS
LIVES = 40


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the sweep when nothing happens to it."""
    return sweep(FORTY, workers="serial", out=tmp_path_factory.mktemp("clean")).digest


@pytest.mark.parametrize("seed", [1])
def test_a_sweep_survives_kills(tmp_path: Path, clean: str, seed: int) -> None:
    kill_loop(tmp_path, clean, random.Random(seed), drivers=2, workers=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_sweep_survives_many_kills(tmp_path: Path, clean: str, seed: int) -> None:
    kill_loop(tmp_path, clean, random.Random(seed), drivers=12, workers=12)


def kill_loop(folder: Path, clean: str, luck: random.Random, drivers: int, workers: int) -> None:
    """Run the sweep until it is through, though drivers and workers are killed amid it."""
    out, log = folder / "runs", folder / "begun"
    log.touch()
    kills = ["driver"] * drivers + ["worker"] * workers
    luck.shuffle(kills)
    most, done, said = LIVES, False, ""
    while not done:
        driver = subprocess.Popen([sys.executable, DRIVER, out, log], stdout=subprocess.PIPE, text=True)
        while kills and driver.poll() is None:
            if not amid(driver, log, luck):
                break
            what = kills.pop()
            most += (WINDOW if what == "driver" else 1) * strike(driver, what, luck)
        said = driver.communicate()[0]
        done = driver.returncode == 0 and said.split()[-1:] == ["True"]
        most += 0 if done else 1  # a life that lost both of its workers is recorded, and lived by the next call
    begun = log.read_text().split()
    assert said.split()[0] == clean
    assert len(set(begun)) == LIVES
    assert LIVES <= len(begun) <= most
    assert sorted(path.name for path in (out / "lives").iterdir() if len(path.name) == 16) == sorted(
        {key[:16] for key in begun}
    )


def amid(driver: subprocess.Popen[str], log: Path, luck: random.Random) -> bool:
    """Wait for some more lives to be begun, and a moment; whether the driver is still at it."""
    wanted = len(log.read_text().split()) + luck.randint(1, 5)
    while driver.poll() is None and len(log.read_text().split()) < wanted:
        time.sleep(0.002)
    time.sleep(luck.uniform(0, 0.1))
    return driver.poll() is None


def strike(driver: subprocess.Popen[str], what: str, luck: random.Random) -> int:
    """Kill the driver, or one of its workers; return how many were killed. Orphans end by themselves."""
    children = Path(f"/proc/{driver.pid}/task/{driver.pid}/children")
    workers = [int(pid) for path in children.parent.parent.glob("*/children") for pid in path.read_text().split()]
    if what == "driver":
        driver.kill()
        driver.wait()
        wait_for(lambda: not any(running(pid) for pid in workers))
        return 1
    if not workers:
        return 0
    with suppress(ProcessLookupError):
        kill(luck.choice(workers), signal.SIGKILL)
    return 1
