"""A sweep that is asked more: to a precision, for the best, for what drives the answer; and how it is told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from rewardsim.experiments.scenarios import Best, Precision, SensitivityPlan
from rewardsim.experiments.scenarios.factors import Factor
from rewardsim.experiments.sweeps.sweep import sweep
from rewardsim.experiments.sweeps.sweep_run import SweepRun
from rewardsim.experiments.sweeps.sweep_tables import SHOWN_MAX, blocks_of

from .town_sweep import SETTING, plan

ALONE = replace(SETTING, counterfactual=False)


def test_replicates_go_on_until_it_is_known_well_enough(tmp_path: Path) -> None:
    asked = plan(2, 5, setting=ALONE, precision=Precision("issued", relative=0.002, replicates_max=20))
    run = sweep(asked, workers="serial", out=tmp_path)
    count = len(run.observed.replicates("1 %"))
    row = run.effects.set_index(["scenario", "against", "measure"]).loc[("1 %", "base", "issued")]
    assert 5 < count <= 20
    assert count == 20 or (row["high"] - row["low"]) / 2 <= 0.002 * abs(row["base"])
    assert sweep(asked, workers="processes", jobs=2, out=tmp_path / "again").digest == run.digest


def test_the_best_is_found_and_told(tmp_path: Path) -> None:
    best = Best("issued", "kn", indifference=1.0, replicates_max=12)
    run = sweep(plan(3, 5, setting=ALONE, best=best), workers="serial", out=tmp_path)
    assert run.ranking is not None
    assert set(run.ranking["scenario"]) == set(run.names)
    assert run.ranking["scenario"].iloc[0] == "base"  # the others give a tenth of its tokens and less
    assert "which is best by issued (KN)" in str(run)
    assert run.to_dict()["ranking"][0]["scenario"] == "base"


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> SweepRun:
    rate = Factor("programme.earning.purchase.rate", low="2%", high="12%")
    goal = Factor("population.behaviour.goal", low=0, high=Decimal("0.5"))
    asked = SensitivityPlan("morris", 4, ("issued",), (rate, goal))
    out = tmp_path_factory.mktemp("driven")
    return sweep(plan(1, 2, setting=ALONE, sensitivity=asked), workers="serial", out=out)


def test_what_drives_the_answer_is_kept_with_the_sweep(driven: SweepRun) -> None:
    found = driven.sensitivity
    assert set(found["factor"]) == {"programme.earning.purchase.rate", "population.behaviour.goal"}
    mu = found[found["index"] == "mu_star"].set_index("factor")["estimate"]
    assert mu["programme.earning.purchase.rate"] > mu["population.behaviour.goal"]
    assert "which factor drives it" in str(driven)
    assert "programme.earning.purchase.rate drives it" in str(driven)
    assert len(driven.to_dict()["sensitivity"]) == len(found)
    assert driven.complete


def test_where_nothing_is_asked_there_is_an_empty_table(tmp_path: Path) -> None:
    run = sweep(plan(1, 1, setting=ALONE), workers="serial", out=tmp_path)
    assert run.sensitivity.empty
    assert list(run.sensitivity.columns) == ["measure", "unit", "factor", "index", "estimate", "low", "high"]
    assert run.ranking is None


def test_a_block_a_measure_and_a_line_a_scenario(tmp_path: Path) -> None:
    run = sweep(plan(SHOWN_MAX + 4, 2, setting=ALONE), workers="serial", out=tmp_path)
    blocks = list(blocks_of(run))
    assert [block.measure for block in blocks] == ["revenue", "net"]
    for block in blocks:
        names = [row.scenario for row in block.rows]
        assert names[0] == "base"
        assert len(names) == len(set(names)) == SHOWN_MAX + 1
        assert block.left_out == 3
        assert block.rows[0].change == ""
        assert all(row.change for row in block.rows[1:])
    shown = run.effects[(run.effects["measure"] == "net") & (run.effects["against"] != "")]
    largest = shown.reindex(shown["estimate"].abs().sort_values(ascending=False, kind="stable").index)
    assert [row.scenario for row in blocks[1].rows[1:3]] == largest["scenario"].tolist()[:2]
    assert "and 3 more scenarios, which change less: see effects" in str(run)
    page = run._repr_html_()
    assert page.count("<tr><th colspan") == 2
    assert "and 3 more scenarios" in page


def test_names_are_escaped_in_pages(driven: SweepRun) -> None:
    driven.manifest["name"] = "<script>"
    try:
        assert "<script>" not in driven._repr_html_()
    finally:
        driven.manifest["name"] = "rates"
