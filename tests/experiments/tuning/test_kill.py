"""Real SIGKILLs of a tuning at random times: asked again it goes on, and ends as if nothing had happened."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from rewardsim.experiments.tuning.tune import tune

from ..sweeps.driver import WORKERS
from ..sweeps.test_kill import amid, strike
from .real import plan

DRIVER = Path(__file__).with_name("driver.py")
WINDOW = 2 * WORKERS


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    """The digest of the tuning when nothing happens to it, and how many lives it takes."""
    run = tune(plan(), workers="serial", out=tmp_path_factory.mktemp("clean"))
    return run.digest, run.manifest["lives"]


@pytest.mark.parametrize("seed", [1])
def test_a_tuning_survives_kills(tmp_path: Path, clean: tuple[str, int], seed: int) -> None:
    kill_loop(tmp_path, clean, random.Random(seed), 3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 16))
def test_a_tuning_survives_many_kills(tmp_path: Path, clean: tuple[str, int], seed: int) -> None:
    kill_loop(tmp_path, clean, random.Random(seed), 12)


def kill_loop(folder: Path, clean: tuple[str, int], luck: random.Random, kills: int) -> None:
    """Run the tuning until it is through, though it is killed so often amid it."""
    out, log = folder / "runs", folder / "begun"
    log.touch()
    digest, lives = clean
    killed, done, said = 0, False, ""
    while not done:
        driver = subprocess.Popen([sys.executable, DRIVER, out, log], stdout=subprocess.PIPE, text=True)
        if killed < kills and amid(driver, log, luck):
            killed += strike(driver, "driver", luck)
        said = driver.communicate()[0]
        done = driver.returncode == 0
    begun = log.read_text().split()
    assert killed > 0
    assert said.split()[0] == digest
    assert len(set(begun)) == lives
    assert lives <= len(begun) <= lives + killed * WINDOW
    assert sorted(path.name for path in out.iterdir() if not path.name.startswith(".")) == sorted(
        ["lives", said.split()[1]]
    )
