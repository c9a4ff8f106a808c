"""Somebody else's pool of processes as workers: used, left as it is, and told when it breaks."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from rewardsim.experiments.sweeps.lives import Lives
from rewardsim.experiments.sweeps.progress import Progress
from rewardsim.experiments.sweeps.sweep import sweep
from rewardsim.experiments.sweeps.workers import WorkersError, workers

from .town_sweep import plan


@pytest.fixture
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as found:
        yield found


def test_a_pool_gives_the_same_result_and_its_width(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    with workers(pool) as found:
        assert (found.width, found.window) == (2, 4)
    with workers(pool, 1) as found:
        assert found.width == 1
    there = sweep(plan(2, 2), workers=pool, out=tmp_path / "there")
    assert there.digest == sweep(plan(2, 2), workers="serial", out=tmp_path / "here").digest
    assert pool.submit(abs, -1).result() == 1


def test_a_pool_that_breaks_is_told_and_what_was_finished_is_kept(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    def kill_one(now: Progress) -> None:
        if now.lives == 4:
            os.kill(next(iter(pool._processes)), signal.SIGKILL)

    with pytest.raises(WorkersError, match="finished lives are kept"):
        sweep(plan(3, 8), workers=pool, out=tmp_path, progress=kill_one)
    kept = [path for path in Lives(tmp_path).folder.iterdir() if len(path.name) == 16]
    assert len(kept) >= 4
    told: list[Progress] = []
    assert sweep(plan(3, 8), workers="serial", out=tmp_path, progress=told.append).complete
    assert told[-1].found == len(kept)
