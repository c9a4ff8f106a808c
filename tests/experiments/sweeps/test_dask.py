"""Dask as workers: a cluster of one's own, one that is there already, and workers that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rewardsim.experiments.sweeps.lives import Lives
from rewardsim.experiments.sweeps.runner import Runner
from rewardsim.experiments.sweeps.sweep import sweep
from rewardsim.experiments.sweeps.workers import Workers, WorkersError, workers

from .test_crew import ROOT, running, wait_for
from .town_sweep import SETTING, plan, scenarios

distributed = pytest.importorskip("distributed")
QUIET: dict[str, Any] = {
    "processes": True,
    "threads_per_worker": 1,
    "host": "127.0.0.1",
    "dashboard_address": None,
    "scheduler_kwargs": {"dashboard": False, "dashboard_address": "127.0.0.1:0"},
    "silence_logs": 50,
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster that somebody else has started."""
    with distributed.LocalCluster(n_workers=2, **QUIET) as found:
        yield found


def test_a_cluster_that_is_there_is_used_and_left(cluster: Any, tmp_path: Path) -> None:
    asked = plan(2, 3)
    here = sweep(asked, workers="serial", out=tmp_path / "here")
    there = sweep(asked, workers=cluster.scheduler_address, out=tmp_path / "there")
    assert there.digest == here.digest
    assert len(cluster.scheduler_info["workers"]) == 2
    with workers(cluster.scheduler_address) as found:
        assert (found.width, found.window) == (2, 4)
    with workers(cluster.scheduler_address, 1) as found:
        assert found.width == 1


def test_a_worker_that_dies_costs_a_life_under_way_and_no_more(cluster: Any, tmp_path: Path) -> None:
    with workers(cluster.scheduler_address) as crew:
        killed: list[int] = []

        class Killing(Workers):
            def submit(self, text: str) -> Any:
                if not killed and '"replicate": 3' in text:
                    killed.append(cluster.workers[0].process.pid)
                    threading.Timer(0.05, os.kill, (killed[0], signal.SIGKILL)).start()
                return super().submit(text)

        found = Runner(SETTING, Killing(crew.executor, crew.width), Lives(tmp_path))
        seen = found.outcomes(scenarios(2), range(8))
    assert killed
    assert seen.failed == {}
    assert seen.replicates("base") == list(range(8))


def test_where_there_is_no_scheduler_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("rewardsim.engine.dask_engine.WAIT_SECONDS", 1)
    with pytest.raises(WorkersError, match=r"no scheduler at tcp://127.0.0.1:9"):
        sweep(plan(1, 1), workers="tcp://127.0.0.1:9", out=tmp_path)


def test_a_scheduler_without_workers_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("rewardsim.engine.dask_engine.WAIT_SECONDS", 1)
    with (
        distributed.LocalCluster(n_workers=0, **QUIET) as none,
        pytest.raises(WorkersError, match=r"dask worker tcp://127.0.0.1"),
    ):
        sweep(plan(1, 1), workers=none.scheduler_address, out=tmp_path)


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkersError, match=r"rewardsim\[dask\]"):
        sweep(plan(1, 1), workers="dask", out=tmp_path)


DRIVER = """
import os, sys, time
from rewardsim.experiments.sweeps.workers import workers
if __name__ == "__main__":
    with workers("dask", 2) as crew:
        print(*crew.executor._client.run(os.getpid).values(), flush=True)
        time.sleep(600)
"""


def test_workers_of_a_killed_driver_do_not_live_on(tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(DRIVER)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True, "env": environment}
    driver = subprocess.Popen([sys.executable, script], **quiet)
    assert driver.stdout is not None
    pids = [int(word) for word in driver.stdout.readline().split()]
    assert len(pids) == 2
    driver.kill()
    driver.wait()
    driver.stdout.close()
    wait_for(lambda: not any(running(pid) for pid in pids), 30)
