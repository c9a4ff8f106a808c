"""The worked files: Reward Mi tuned is better than Reward Mi shipped, on luck no search has seen, within its limits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rewardsim.experiments.tuning.tune import tune
from rewardsim.experiments.tuning.tune_file import load_tune
from rewardsim.experiments.tuning.tune_run import TuneRun

from .made import DATA

MARGIN, FRONT = (DATA / "tunes" / name for name in ("margin.toml", "front.toml"))


def better(run: TuneRun) -> None:
    """The recommendation is surely better, all leaders considered, and every limit surely held."""
    assert run.found
    gain = run.leaders.query("role == 'recommended' and measure == 'incremental_net'").iloc[0]
    assert gain["together_low"] > 0
    assert gain["gain_low"] > 0
    assert set(run.constraints.query("role == 'recommended'")["status"]) == {"held"}
    assert run.effects.set_index("measure").loc["incremental_net", "low"] == gain["gain_low"]


def test_reward_mi_tuned_is_better_for_few(tmp_path: Path) -> None:
    """One parameter of the worked file, on a tenth of the people: what a token takes off a price."""
    plan = load_tune(MARGIN)
    few = replace(plan, parameters=plan.parameters[3:4], constraints=plan.constraints[:1], robustness=None, leaders=2)
    run = tune(few, members=300, trials=4, replicates=2, fresh_replicates=8, workers="serial", out=tmp_path)
    better(run)
    assert run.evidence["search"]["settled"] == "every point of the space was tried"


@pytest.mark.slow
def test_reward_mi_tuned_is_better(tmp_path: Path) -> None:
    run = tune(MARGIN, out=tmp_path)
    better(run)
    (share,) = run.evidence["robustness"]
    assert share["low"] > 0.5
    curse = run.leaders.query(f"trial == {run.advice['winner']} and measure == 'incremental_net'").iloc[0]
    assert curse["curse_low"] < curse["curse"] < curse["curse_high"]


@pytest.mark.slow
def test_a_front_of_reward_mi(tmp_path: Path) -> None:
    run = tune(FRONT, out=tmp_path)
    assert run.found
    front = run.front
    assert len(front) >= 2
    best = front.set_index("trial")["incremental_net"]
    assert run.advice["trial"] in best.index
    for trial in front["trial"]:
        assert run.candidate(int(trial)).key
