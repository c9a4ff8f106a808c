"""``rs.sweep``: the same result wherever it is lived, found again, and honest about what failed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rewardsim.economics.guards import Guard
from rewardsim.economics.objectives import MeasureError
from rewardsim.experiments.simulations.plan import SimulationError
from rewardsim.experiments.simulations.simulate import simulate
from rewardsim.experiments.store import RunError
from rewardsim.experiments.sweeps.sweep import sweep
from rewardsim.experiments.sweeps.sweep_run import SweepRun
from rewardsim.experiments.sweeps.workers import WorkersError

from ..simulated import town
from .town_sweep import SETTING, plan, programme, scenarios

PLAN = plan(3, 4, guards=(Guard("liability", at_most=10**9), Guard("revenue", at_least=10**12, scenario="base")))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sweeps")


@pytest.fixture(scope="module")
def run(store: Path) -> SweepRun:
    return sweep(PLAN, workers="serial", out=store)


def test_the_same_digest_wherever_it_is_lived(run: SweepRun, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = {
            "processes": sweep(PLAN, workers="processes", jobs=2, out=tmp_path / "processes"),
            "executor": sweep(PLAN, workers=pool, out=tmp_path / "executor"),
            "dask": sweep(PLAN, workers="dask", jobs=2, out=tmp_path / "dask"),
        }
    assert {name: one.digest for name, one in found.items()} == dict.fromkeys(found, run.digest)
    for one in found.values():
        assert one.path.name == run.path.name
        assert one.manifest["tables"] == run.manifest["tables"]


def test_a_sweep_is_found_again_and_no_worker_is_asked(run: SweepRun, store: Path) -> None:
    class Nobody(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("asked")

    with Nobody(1) as nobody:
        again = sweep(PLAN, workers=nobody, out=store)
        assert again.path == run.path
        wider = sweep(PLAN, measures=["cost"], workers=nobody, out=store)
    assert wider.path != run.path
    assert wider.digest == run.digest


def test_totals_are_those_of_a_simulation(run: SweepRun, tmp_path: Path) -> None:
    days = {"start": SETTING.first, "until": SETTING.last}
    one = simulate(programme(), town(), members=60, seed=5, replicates=4, out=tmp_path, **days)
    own, without = run.observations("base")
    for arm, found in (("programme", own), ("without", without)):
        assert found is not None
        for name, wanted in one.totals(arm).items():
            if name not in ("replicate", "arm"):
                assert [totals[name] for totals in found] == wanted


def test_the_frames_hold_what_their_columns_say(run: SweepRun) -> None:
    assert run.names == ["base", "1 %", "2 %"]
    assert run.scenarios["scenario"].tolist() == run.names
    assert run.scenarios["programme.earning.purchase.rate"].tolist()[1:] == ["0.1%", "0.2%"]
    assert len(run.replicates) == 3 * 4 * 2
    assert set(run.replicates["arm"]) == {"programme", "without"}
    assert len(run.failures) == 0
    sums = run.daily.groupby(["scenario", "replicate", "arm"])["revenue"].sum()
    totals = run.replicates.set_index(["scenario", "replicate", "arm"])["revenue"]
    assert sums.to_dict() == totals.to_dict()
    assert totals.min() > 0
    assert run.replicates["tier:member"].notna().sum() == 12
    run.verify()


def test_effects_are_paired_differences(run: SweepRun) -> None:
    row = run.effects.set_index(["scenario", "against", "measure"]).loc[("2 %", "base", "net")]
    own, base = (run.observations(name)[0] for name in ("2 %", "base"))
    differences = [one["net"] - other["net"] for one, other in zip(own, base, strict=True)]
    assert row["estimate"] == pytest.approx(sum(differences) / 4)
    assert row["low"] <= row["estimate"] <= row["high"]
    assert row["replicates"] == 4


def test_guards_are_judged(run: SweepRun) -> None:
    assert {(one.guard.measure, one.scenario, one.status) for one in run.guards} == {
        ("liability", "base", "held"),
        ("liability", "1 %", "held"),
        ("liability", "2 %", "held"),
        ("revenue", "base", "broken"),
    }
    assert not run.kept_guards


def test_it_shows_itself(run: SweepRun) -> None:
    text = str(run)
    for said in (
        'sweep "rates": 3 scenario(s), 60 members, 2017-06-15 to 2017-09-12, 4 replicate(s), seed 5',
        "guard broken: revenue at least",
        'assumed: behaviour of preset "reference"',
        "assumed: made up for tests",
        run.digest,
    ):
        assert said in text
    assert "<table>" in run._repr_html_()
    assert repr(run).startswith(f"<SweepRun {run.path.name} of 3 scenario(s)")


def test_plain_values_say_money_in_decimal_strings(run: SweepRun) -> None:
    said = run.to_dict()
    assert (said["base"], said["complete"], said["digest"]) == ("base", True, run.digest)
    row = next(row for row in said["effects"] if (row["scenario"], row["measure"]) == ("1 %", "net"))
    assert {"estimate", "low", "high", "replicates"} <= set(row)
    assert isinstance(row["estimate"], str)
    assert said["guards"][-1]["status"] == "broken"


def failing(real: Any, *replicates: int) -> Any:
    def lived(programme: Any, population: Any, **options: Any) -> Any:
        if options["replicate"] in replicates and programme is not None:
            raise ArithmeticError("no luck")
        return real(programme, population, **options)

    return lived


def test_a_sweep_with_failures_is_told_not_published_and_mended(
    run: SweepRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rewardsim.engine import simulation

    with monkeypatch.context() as patch:
        patch.setattr(simulation, "simulate_population", failing(simulation.simulate_population, 2))
        broken = sweep(PLAN, workers="serial", out=tmp_path)
    assert not broken.complete
    assert broken.path.name != run.path.name
    assert broken.failures["scenario"].tolist() == ["1 %", "2 %", "base"]
    assert set(broken.failures["stage"]) == {"simulate"}
    assert set(broken.failures["seed"]) == {5}
    assert broken.failures["traceback"].str.contains("ArithmeticError").all()
    assert [len(broken.observed.replicates(name)) for name in broken.names] == [3, 3, 3]
    assert "3 lives failed" in str(broken)
    mended = sweep(PLAN, workers="serial", out=tmp_path)
    assert mended.complete
    assert (mended.path.name, mended.digest) == (run.path.name, run.digest)


def test_a_sweep_of_which_everything_failed_still_shows_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rewardsim.engine import simulation

    monkeypatch.setattr(simulation, "simulate_population", failing(simulation.simulate_population, *range(9)))
    found = sweep(plan(2, 2, setting=replace(SETTING, counterfactual=False)), workers="serial", out=tmp_path)
    assert len(found.failures) == 4
    assert "4 lives failed" in str(found)
    assert found.to_dict()["complete"] is False


def test_scenarios_and_tables_go_in_and_the_request_wins(run: SweepRun, tmp_path: Path) -> None:
    days = {"start": "2017-06-15", "until": "2017-09-12"}
    asked = {"members": 60, "seed": 5, "replicates": 4, "workers": "serial", "out": tmp_path}
    named = sweep(scenarios(3), **asked, **days)
    assert named.digest == run.digest
    table = scenarios(3).to_frame()
    again = sweep(table, programme=programme(), population=town(), **asked, **days)
    assert again.digest == run.digest


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"members": 0}, "members: found 0"),
        ({"replicates": 0}, "replicates: found 0"),
        ({"seed": "x"}, 'seed: found "x"'),
        ({"start": "soon"}, 'start: found "soon"'),
        ({"until": date(2016, 1, 1)}, "until: found 2016-01-01, before the start"),
    ],
)
def test_requests_that_cannot_be_met(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(SimulationError, match=said):
        sweep(PLAN, out=tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_unknown_measures_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match=r'did you mean "revenue"') as refused:
        sweep(PLAN, measures=["revenu", "nett"], out=tmp_path)
    assert len(refused.value.faults) == 2


def test_measures_that_need_a_counterfactual(tmp_path: Path) -> None:
    with pytest.raises(MeasureError, match="without counterfactual"):
        sweep(PLAN, counterfactual=False, measures=["incremental_net"], out=tmp_path)


def test_something_else_is_no_sweep(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="a sweep file"):
        sweep(7, out=tmp_path)  # type: ignore[arg-type]
    with pytest.raises(SimulationError, match="without a population"):
        sweep(scenarios(2).to_frame(), out=tmp_path)


@pytest.mark.parametrize(("words", "said"), [(("threads",), "threads"), (("serial", 0), "found 0")])
def test_workers_that_are_not_to_be_had(tmp_path: Path, words: tuple[Any, ...], said: str) -> None:
    with pytest.raises(WorkersError, match=said):
        sweep(PLAN, workers=words[0], jobs=words[1] if words[1:] else None, out=tmp_path)


def test_another_kind_of_run_is_no_sweep(tmp_path: Path) -> None:
    one = simulate(programme(), town(), members=5, replicates=1, until="2017-06-20", out=tmp_path)
    with pytest.raises(RunError, match="a sweep"):
        SweepRun(one.path)


def test_a_store_of_another_version_is_refused_before_anything_is_lived(tmp_path: Path) -> None:
    (tmp_path / "lives").mkdir()
    (tmp_path / "lives" / "store.json").write_text('{"format": "lives/99"}')
    with pytest.raises(RunError, match="lives of format lives/99"):
        sweep(PLAN, workers="serial", out=tmp_path)
