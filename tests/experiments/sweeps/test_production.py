"""From a sweep to production: the size of an A/B test, and when a programme runs steadily."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from pathlib import Path

import pytest

from rewardsim.economics.intervals import mean
from rewardsim.economics.objectives import MeasureError
from rewardsim.economics.power import members_for_means
from rewardsim.experiments.sweeps.over_time import PeriodError
from rewardsim.experiments.sweeps.production import steady, trial
from rewardsim.experiments.sweeps.sweep import sweep
from rewardsim.experiments.sweeps.sweep_run import SweepRun

from .town_sweep import SETTING, plan


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SweepRun:
    return sweep(plan(2, 6), workers="serial", out=tmp_path_factory.mktemp("production"))


def test_the_members_a_test_would_need(run: SweepRun) -> None:
    found = trial(run, "issued", "1 %")
    own, base = ([one["issued"] for one in run.observations(name)[0]] for name in ("1 %", "base"))
    assert found.difference == pytest.approx((mean(own) - mean(base)) / 60)
    assert found.members == ceil(members_for_means(found.difference, found.deviation or 0))
    assert found.low < found.members < found.high  # type: ignore[operator]
    assert 0 <= found.explained < 1
    assert (found.with_covariate or 0) <= found.members
    assert "members per arm find it" in str(found)


def test_half_a_life_foretells_the_other(run: SweepRun, tmp_path: Path) -> None:
    """Members differ lastingly in how often they buy: of many people's halves, one explains part of the other."""
    alone = sweep(plan(2, 4, setting=replace(SETTING, counterfactual=False)), workers="serial", out=tmp_path)
    assert trial(alone, "issued", "1 %").explained == 0.0
    many = sweep(plan(1, 30), workers="serial", out=tmp_path)
    assert trial(many, "revenue", "base", "base").members is None  # no effect
    assert 0.02 < trial(many, "revenue", "base", "base").explained < 0.8


def test_a_ratio_has_no_member(run: SweepRun) -> None:
    with pytest.raises(MeasureError, match="a ratio of totals"):
        trial(run, "roi", "1 %")
    with pytest.raises(PeriodError, match='did you mean "1 %"'):
        trial(run, "issued", "1%")


def test_a_young_programme_is_not_steady_and_visits_may_be(run: SweepRun) -> None:
    assert steady(run, "outstanding", "base") is None  # tokens pile up over these 90 days
    found = {quantity: steady(run, quantity, "base") for quantity in ("purchases", "returns", "shares")}
    assert all(day is None or SETTING.first <= day <= SETTING.last for day in found.values())
    assert steady(run, "debt", "base") in (SETTING.first, None)
    with pytest.raises(PeriodError, match='did you mean "purchases"'):
        steady(run, "purchase", "base")
