"""What a scenario changes by period, against the base or against no programme."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rewardsim.experiments.sweeps.over_time import PeriodError
from rewardsim.experiments.sweeps.sweep import sweep
from rewardsim.experiments.sweeps.sweep_run import SweepRun

from .town_sweep import SETTING, plan


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SweepRun:
    return sweep(plan(2, 3), workers="serial", out=tmp_path_factory.mktemp("over-time"))


def test_periods_add_up_to_the_whole(run: SweepRun) -> None:
    course = run.over_time("issued", "1 %")
    assert course["from"].tolist() == [date(2017, 6, 15), date(2017, 7, 1), date(2017, 8, 1), date(2017, 9, 1)]
    own, base = (run.observations(name)[0] for name in ("1 %", "base"))
    whole = sum(one["issued"] - other["issued"] for one, other in zip(own, base, strict=True)) / 3
    assert course["estimate"].sum() == pytest.approx(whole)
    assert whole != 0
    assert (course["value"] - course["base"]).tolist() == pytest.approx(course["estimate"].tolist())
    assert set(course["replicates"]) == {3}
    assert (course["low"] <= course["estimate"]).all()
    assert set(course["unit"]) == {"tokens"}
    assert (set(course["scenario"]), set(course["against"])) == ({"1 %"}, {"base"})


def test_the_base_is_set_against_no_programme(run: SweepRun) -> None:
    course = run.over_time("revenue", "base", every="year")
    own, without = run.observations("base")
    assert without is not None
    whole = sum(one["revenue"] - other["revenue"] for one, other in zip(own, without, strict=True)) / 3
    assert course["estimate"].tolist() == pytest.approx([whole])
    assert set(course["against"]) == {"without"}


def test_balances_are_those_at_the_end_and_changes_are_added_up(run: SweepRun) -> None:
    (own, _) = run.observations("base")
    for quantity in ("outstanding", "present", "members"):
        course = run.over_time(quantity, "base", every="week", against="without")
        assert course["value"].iloc[-1] == pytest.approx(sum(one[quantity] for one in own) / 3)
        assert course["value"].iloc[-1] > 0


def test_days(run: SweepRun) -> None:
    assert len(run.over_time("revenue", "base", every="day")) == SETTING.days


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("revenu", "base"), 'did you mean "revenue"'),
        (("revenue", "bas"), 'did you mean "base"'),
        (("revenue", "base", "fortnight"), "day, week, month"),
        (("revenue", "base", "day", "nobody"), "without"),
    ],
)
def test_what_cannot_be_told(run: SweepRun, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(PeriodError, match=said):
        run.over_time(*words)


def test_without_a_counterfactual_the_base_has_nothing_to_be_set_against(tmp_path: Path) -> None:
    found = sweep(plan(1, 1), counterfactual=False, workers="serial", out=tmp_path)
    with pytest.raises(PeriodError, match="sweep with the counterfactual"):
        found.over_time("revenue", "base")
