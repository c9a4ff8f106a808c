"""A disk that really is full: a clear word, and what was finished is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rewardsim.experiments.store import RunError
from rewardsim.experiments.sweeps.lives import Lives
from rewardsim.experiments.sweeps.sweep import sweep

from .town_sweep import SETTING, plan

PLAN = plan(4, 10, setting=replace(SETTING, counterfactual=False))
ROOM = "400k"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of little room."""
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("nobody here may mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_ends_the_sweep_with_a_word_and_room_lets_it_go_on(small: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"a full disk.*make room and run the same again"):
        sweep(PLAN, workers="serial", out=small / "runs")
    kept = [path.name for path in (small / "runs" / "lives").iterdir() if len(path.name) == 16]
    assert 3 < len(kept) < 40
    assert not list((small / "runs" / "lives" / "open").iterdir())
    roomy = tmp_path / "roomy"
    shutil.copytree(small / "runs", roomy)
    told: list[int] = []
    mended = sweep(PLAN, workers="serial", out=roomy, progress=lambda now: told.append(now.found))
    assert mended.complete
    assert told[-1] == len(kept)
    assert mended.digest == sweep(PLAN, workers="serial", out=tmp_path / "clean").digest
    assert Lives(roomy).folder.is_dir()
