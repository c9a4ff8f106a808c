"""Tuning in worlds that are formulas: the best is known, and so is what luck does to the search."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rewardsim.economics.guards import Guard
from rewardsim.experiments.scenarios import Factor, ScenarioError
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.experiments.store import RunError, key_of
from rewardsim.experiments.sweeps.progress import Progress
from rewardsim.experiments.tuning.compass import PAIRS
from rewardsim.experiments.tuning.plan import Objective
from rewardsim.experiments.tuning.trials import TuneError
from rewardsim.experiments.tuning.tune import tune
from rewardsim.experiments.tuning.tune_run import TuneRun
from rewardsim.programme import load_programme
from rewardsim.programme.faults import Fault, Place

from ..simulated import town
from .made import ORDERS, RATE, SETTING, WELCOME, World, at_most, hill, plan, programme, robustness

BEST = {RATE: "6%", WELCOME: 100}


def values(run: TuneRun, trial: int) -> dict[str, object]:
    row = run.trials.set_index("trial").loc[trial]
    return {RATE: row[RATE], WELCOME: int(row[WELCOME])}


def recommended(run: TuneRun) -> dict[str, object]:
    return values(run, run.advice["trial"])


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> TuneRun:
    """The hill, without luck."""
    asked = plan(constraints=(at_most("liability", 12_000),), robustness=robustness())
    return tune(asked, workers=World(), out=tmp_path_factory.mktemp("known"))


def test_the_known_best_is_found_and_recommended(known: TuneRun) -> None:
    assert known.found
    assert recommended(known) == BEST
    assert known.evidence["search"]["settled"] == PAIRS
    assert known.advice["reason"].startswith("surely better")
    assert known.recommended is not None
    assert known.recommended == programme().vary({"earning.purchase.rate": "6%", "earning.welcome.tokens": 100})


def test_the_recommended_file_loads_and_is_the_manifests(known: TuneRun) -> None:
    path = known.path / "recommended.toml"
    assert load_programme(path) == known.recommended
    assert known.manifest["programme"] | {"name": ""} == {
        "id": "reward-mi-in",
        "name": "",
        "hash": load_programme(path).hash,
        "file": "recommended.toml",
        "text": known.manifest["programme"]["text"],
    }
    known.verify()


def test_effects_are_those_of_the_formula(known: TuneRun) -> None:
    gain = hill({"rate": 6, "welcome": 100})["net"] - hill({"rate": 10, "welcome": 50})["net"]
    row = known.effects.set_index("measure").loc["incremental_net"]
    assert (row["estimate"], row["low"], row["high"], row["replicates"]) == (gain, gain, gain, 6)
    assert set(known.effects["against"]) == {"shipped"}
    leader = known.leaders.query("role == 'recommended' and measure == 'incremental_net'").iloc[0]
    assert (leader["gain"], leader["search"], leader["curse"]) == (gain, gain, 0)
    assert leader["estimate"] == 50_000


def test_the_shipped_programme_is_trial_0_and_lives_the_fresh_luck_too(known: TuneRun) -> None:
    first = known.trials.iloc[0]
    assert (first["trial"], first["role"], first["state"]) == (0, "shipped", "done")
    assert known.leaders.query("trial == 0 and measure == 'incremental_net'")["replicates"].tolist() == [6]
    searched, fresh = (known.sql(f"SELECT DISTINCT replicate FROM {name} ORDER BY 1") for name in ("search", "fresh"))
    assert searched["replicate"].tolist() == [0, 1, 2]
    assert fresh["replicate"].tolist() == [3, 4, 5, 6, 7, 8]


def test_the_roles_of_trials(known: TuneRun) -> None:
    roles = known.trials.set_index("trial")["role"]
    assert (roles == "recommended").sum() == 1
    assert (roles == "leader").sum() == 2
    assert known.front["trial"].tolist() == [known.advice["trial"]]  # without luck all others are surely beaten


def test_robustness_is_told_by_sample(known: TuneRun) -> None:
    table = known.robustness
    assert len(table) == 8
    assert table["population.behaviour.incremental"].between(0.1, 0.9).all()
    (said,) = known.evidence["robustness"]
    assert (said["share"], said["samples"]) == (1.0, 8)
    assert 0.6 < said["low"] < 1
    numbers = known.sql("SELECT DISTINCT replicate FROM assumed ORDER BY 1")["replicate"]
    assert numbers.tolist() == [3, 4]  # the search has not seen them


def test_the_page_for_a_manager(known: TuneRun) -> None:
    page = known.difference
    assert "**Recommended: change the programme.**" in page
    assert '| `earning.purchase.rate` | `"10%"` | `"6%"` | Tokens per amount' in page
    assert "| `earning.welcome.tokens` | `50` | `100` |" in page
    assert "| liability | at most 120.00 | held | 110.00 | 110.00 to 110.00 | 10.00 |" in page
    assert "Winner's curse in incremental net" in page
    assert "assumed: made up for tests" in page
    assert "better in incremental net in 100% of 8 samples" in page


def test_the_words_and_the_json(known: TuneRun) -> None:
    assert "recommended: change the programme" in str(known)
    assert "&quot;6%&quot;" in known._repr_html_()
    said = json.loads(json.dumps(known.to_dict()))
    assert said["recommended"] == str(known.path / "recommended.toml")
    assert said["effects"]["incremental_net"] == {
        "unit": "money", "estimate": "210.00", "low": "210.00", "high": "210.00", "replicates": 6
    }  # fmt: skip
    (limit,) = (one for one in said["constraints"] if one["role"] == "recommended")
    assert (limit["status"], limit["estimate"], limit["at_most"], limit["room"]) == (
        "held",
        "110.00",
        "120.00",
        "10.00",
    )
    assert said["base"]["incremental_net"]["estimate"] == "290.00"
    assert repr(known).startswith("<TuneRun ")


def test_any_trial_can_be_had_as_a_programme(known: TuneRun) -> None:
    for trial in (0, 1, known.advice["trial"]):
        row = known.trials.set_index("trial").loc[trial]
        changes = {} if trial == 0 else {RATE[10:]: row[RATE], WELCOME[10:]: int(row[WELCOME])}
        assert known.candidate(trial) == programme(**changes)
    with pytest.raises(RunError, match="a trial from 0 to"):
        known.candidate(99)


def test_a_binding_limit_is_met_exactly(tmp_path: Path) -> None:
    run = tune(plan(constraints=(at_most("liability", 9_000),), trials=60), workers=World(), out=tmp_path)
    fair = {
        (rate, welcome): hill({"rate": rate, "welcome": welcome})["net"]
        for rate in range(1, 13)
        for welcome in range(0, 201, 20)
        if 1_000 * rate + 50 * welcome <= 9_000
    }
    rate, welcome = max(fair, key=lambda point: fair[point])
    assert recommended(run) == {RATE: f"{rate}%", WELCOME: welcome}
    assert run.constraints.query("role == 'recommended'")["status"].tolist() == ["held"]


def test_an_identical_tuning_is_found_and_workers_and_order_do_not_matter(tmp_path: Path) -> None:
    world = World(own=500)
    first = tune(plan(), workers=world, out=tmp_path / "a")
    lived = len(world.lived)
    assert tune(plan(), workers=world, out=tmp_path / "a").path == first.path
    assert len(world.lived) == lived
    again = tune(plan(), workers=World(own=500), jobs=3, out=tmp_path / "b")
    assert again.digest == first.digest
    assert again.path.name == first.path.name


def test_a_second_call_lives_only_what_is_missing(tmp_path: Path) -> None:
    """Half of the lives are gone: they alone are lived again, and the result is the same."""
    world = World(own=500)
    first = tune(plan(), workers=world, out=tmp_path)
    store = tmp_path / "lives"
    gone = sorted(path for path in store.iterdir() if len(path.name) == 16)[::2]
    for path in [*gone, first.path]:
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    again = World(own=500)
    assert tune(plan(), workers=again, out=tmp_path).digest == first.digest
    assert len(again.lived) == len(gone)


def test_luck_makes_the_search_promise_too_much(tmp_path: Path) -> None:
    """Twenty-five equal programmes: whichever leads, leads by luck. On fresh luck nothing of it is left."""
    curses, sure = [], 0
    for seed in range(6):
        flat = World(lambda numbers: {"net": 60_000}, shared=20_000, own=1_000)
        asked = plan(parameters=(Factor(ORDERS, 1, 25),), trials=25, replicates=3, fresh_replicates=8)
        asked = type(asked)(**{**vars(asked), "setting": type(asked.setting)(60, *_days(asked), seed)})
        run = tune(asked, workers=flat, out=tmp_path / f"{seed}")
        best = run.leaders.query(f"trial == {run.advice['winner']}").iloc[0]
        curses.append(best["curse"])
        sure += run.found
    assert sum(curses) / len(curses) > 500
    assert sum(curse > 0 for curse in curses) >= 5
    assert sure <= 1


def _days(asked: object) -> tuple[object, object]:
    return asked.setting.first, asked.setting.last  # type: ignore[attr-defined]


def test_common_luck_hides_nothing(tmp_path: Path) -> None:
    """Luck that all share is a hundred times what programmes differ by: the best is found all the same."""
    run = tune(plan(), workers=World(shared=10_000_000), out=tmp_path)
    assert recommended(run) == BEST
    row = run.effects.set_index("measure").loc["incremental_net"]
    assert row["low"] == row["estimate"] == row["high"]


def test_nothing_better_means_to_keep_it(tmp_path: Path) -> None:
    best = programme(**{"earning.purchase.rate": "6%", "earning.welcome.tokens": 100})
    run = tune(plan(programme=best), workers=World(), out=tmp_path)
    assert not run.found
    assert run.advice["kind"] == "keep"
    assert run.recommended == best
    assert run.effects.empty
    assert "keep the programme as it is" in str(run)
    assert ", not recommended, is the best of 3 leaders on fresh luck" in run.difference
    assert "best that was tried, trial" in str(run)


def test_what_is_not_sure_says_how_much_luck_would_decide(tmp_path: Path) -> None:
    """A small gain amid luck of each programme's own: kept for now, and how many replicates would tell."""
    world = World(lambda numbers: {"net": 60_000 + 20 * round(numbers["orders"])}, own=3_000)
    asked = plan(parameters=(Factor(ORDERS, 1, 12),), trials=12)
    run = tune(asked, workers=world, out=tmp_path)
    assert run.advice["kind"] == "keep"
    best = run.leaders.query(f"trial == {run.advice['best']}").iloc[0]
    assert (best["gain"] > 0) == (best["needed"] > 6)
    assert ("fresh replicates would decide" in run.difference) == (best["gain"] > 0)
    assert ("fresh replicates would decide" in str(run)) == (best["gain"] > 0)


def test_where_the_shipped_one_breaks_a_limit_the_best_within_is_recommended(tmp_path: Path) -> None:
    best = programme(**{"earning.purchase.rate": "6%", "earning.welcome.tokens": 100})
    run = tune(plan(programme=best, constraints=(at_most("liability", 10_000),)), workers=World(), out=tmp_path)
    assert run.found
    assert "the shipped programme: broken" in run.advice["reason"]
    gain = run.effects.set_index("measure").loc["incremental_net", "estimate"]
    assert gain < 0
    assert recommended(run) == {RATE: "6%", WELCOME: 80}


def test_nothing_within_the_limits_names_what_is_in_the_way(tmp_path: Path) -> None:
    limits = (at_most("liability", 500), Guard("cost", at_most=300), Guard("revenue", at_least=900_000))
    run = tune(plan(constraints=limits), workers=World(), out=tmp_path)
    assert run.advice["kind"] == "infeasible"
    assert run.recommended is None
    assert (run.to_dict()["recommended"], run.to_dict()["effects"]) == (None, {})
    assert "broken most: liability at most 500" in run.advice["reason"]
    assert "broken least: cost at most 300" in run.advice["reason"]
    assert "No recommendation" in run.difference
    assert not (run.path / "recommended.toml").exists()


def test_a_limit_that_luck_leaves_open_is_not_called_held(tmp_path: Path) -> None:
    """Net is limited in the middle of its luck: estimates may be inside, but surely no leader is."""
    world = World(lambda numbers: {"net": 60_000 + round(numbers["orders"])}, own=5_000)
    limits = (Guard("net", at_most=60_020),)
    asked = plan(parameters=(Factor(ORDERS, 1, 20),), trials=20, constraints=limits)
    run = tune(asked, workers=world, out=tmp_path)
    assert run.advice["kind"] == "undecided"
    assert "fresh replicates would decide" in run.advice["reason"]
    assert set(run.constraints["status"]) <= {"undecided", "broken"}


def test_the_digest_is_of_every_life_behind_it(tmp_path: Path) -> None:
    """The same search and the same advice: only lives of the proof, or of the samples, are others."""
    plans = [plan(), plan(fresh_replicates=7), plan(robustness=robustness(4)), plan(robustness=robustness(5))]
    runs = [tune(one, workers=World(), out=tmp_path) for one in plans]
    assert len({run.digest for run in runs}) == 4
    assert len({json.dumps([run.advice, run.evidence["search"]]) for run in runs}) == 1


def test_a_test_in_production_is_sized_for_what_surely_changes(tmp_path: Path) -> None:
    """Revenue is the same whatever is tuned: no number of members would show a change."""
    both = (Objective("incremental_net", "maximise"), Objective("revenue", "maximise"))
    run = tune(plan(objectives=both), workers=World(shared=30_000), out=tmp_path)
    assert run.found
    (size,) = run.evidence["trial_sizes"]
    assert size["measure"] == "net"
    assert size["members"] > 2
    assert size["difference"] > 0
    assert size["low"] <= size["members"] <= size["high"]
    assert "To see it in an A/B test, by net" in run.difference


CHANGED: dict[str, dict[str, Any]] = {
    "name": {"name": "other"},
    "programme": {"programme": programme(**{"earning.purchase.rate": "9%"})},
    "population": {"population": town(purchases__r=0.9)},
    "setting": {"setting": SETTING.__class__(61, SETTING.first, SETTING.last, SETTING.seed)},
    "seed": {"setting": SETTING.__class__(60, SETTING.first, SETTING.last, 4)},
    "replicates": {"replicates": 4},
    "trials": {"trials": 41},
    "batch": {"batch": 5},
    "fresh_replicates": {"fresh_replicates": 7},
    "leaders": {"leaders": 4},
    "sampler": {"sampler": "random"},
    "parameters": {"parameters": (Factor(RATE, "1%", "11%", "1%"), Factor(WELCOME, 0, 200, 20))},
    "objectives": {"objectives": (Objective("incremental_net", "minimise"),)},
    "constraints": {"constraints": (at_most("liability", 1),)},
    "limits": {"constraints": (at_most("liability", 2),)},
    "robustness": {"robustness": robustness(8)},
    "samples": {"robustness": robustness(9)},
}


def test_whatever_changes_the_result_changes_its_key() -> None:
    keys = {what: key_of(plan(**changes).inputs()) for what, changes in CHANGED.items()}
    keys["as it is"] = key_of(plan().inputs())
    assert len(set(keys.values())) == len(keys)
    assert key_of(plan(text="its file, with comments").inputs()) == keys["as it is"]


def test_values_that_make_no_programme_and_lives_that_fail_are_told_and_passed_over(tmp_path: Path) -> None:
    run = tune(plan(trials=132), workers=World(fails="7%"), out=tmp_path)
    states = run.trials["state"].value_counts().to_dict()
    assert states == {"done": 122, "failed": 11}  # the shipped one, and all of the space
    assert set(run.trials.query("state == 'failed'")["said"]) == {"no life"}
    assert recommended(run) == BEST
    assert run.evidence["search"]["states"]["failed"] == 11


def test_values_that_make_no_programme_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value alone is sound, and so are both ends: only some together are not."""
    build = Builder.scenario

    def refusing(builder: Builder, name: str, changes: Any = (), levels: Any = None) -> Any:
        if {change.value for change in changes} >= {"6%", 100}:
            raise ScenarioError([Fault(Place(name), "inconsistent", "both", "one of them", "choose")])
        return build(builder, name, changes, levels)

    monkeypatch.setattr(Builder, "scenario", refusing)
    run = tune(plan(trials=132), workers=World(), out=tmp_path)
    (refused,) = run.trials.query("state == 'refused'").to_dict("records")
    assert (refused[RATE], refused[WELCOME]) == ("6%", 100)
    assert "found both, allowed one of them" in refused["said"]
    assert not refused["feasible"]
    assert run.found
    assert recommended(run) != BEST


def test_an_objective_without_value_is_none(tmp_path: Path) -> None:
    """What each rupee gained costs, where below 4 % nothing is gained."""

    def law(numbers: dict[str, float]) -> dict[str, int]:
        rate = round(numbers["rate"])
        return {"revenue": 900_000 + 1_000 * max(rate - 3, 0), "cost": 100 * rate}

    asked = plan(objectives=(Objective("cost_per_incremental_revenue", "minimise"),), trials=132)
    run = tune(asked, workers=World(law), out=tmp_path)
    states = run.trials.set_index("trial")["state"]
    assert set(run.trials[states.to_numpy() == "no value"][RATE]) == {"1%", "2%", "3%"}
    assert recommended(run)[RATE] == "12%"


def test_progress_is_one_count_to_the_end(tmp_path: Path) -> None:
    seen: list[Progress] = []
    run = tune(plan(robustness=robustness()), workers=World(), out=tmp_path, progress=seen.append)
    assert [one.lives for one in seen] == sorted(one.lives for one in seen)
    assert seen[-1].done == 1
    assert [one.done == 1 for one in seen].index(True) >= len(seen) - 2
    assert len({one.of for one in seen[:-1]}) == 1
    assert seen[-1].lives >= run.manifest["lives"]


def test_a_dead_worker_stops_it_and_the_next_call_goes_on(tmp_path: Path) -> None:
    """That a worker died says nothing of a point, so the point is not passed over."""
    with pytest.raises(TuneError, match="a life that came to nothing: no life"):
        tune(plan(trials=132), workers=World(fails="7%", stage="worker"), out=tmp_path)
    kept = sum(len(path.name) == 16 for path in (tmp_path / "lives").iterdir())
    again = World()
    run = tune(plan(trials=132), workers=again, out=tmp_path)
    assert recommended(run) == BEST
    assert kept > 0
    assert len(again.lived) == run.manifest["lives"] - kept


def test_without_the_shipped_programme_there_is_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(TuneError, match="shipped that came to nothing"):
        tune(plan(), workers=World(fails="10%"), out=tmp_path)


def test_two_objectives_give_a_front(tmp_path: Path) -> None:
    asked = plan(
        objectives=(Objective("incremental_net", "maximise"), Objective("liability", "minimise")),
        sampler="nsga2", trials=60, leaders=8,
    )  # fmt: skip
    run = tune(asked, workers=World(), out=tmp_path)
    front = run.front.sort_values("liability")
    assert len(front) >= 4
    assert front["incremental_net"].is_monotonic_increasing
    ends = run.trials[run.trials["state"] == "done"]
    beaten = [
        (ends["incremental_net"] >= row["incremental_net"]) & (ends["liability"] < row["liability"])
        for _, row in front.iterrows()
    ]
    assert not any(one.any() for one in beaten)
    assert recommended(run) == values(run, int(front.iloc[-1]["trial"]))
    assert {"incremental_net", "liability"} == set(run.leaders["measure"])


def test_the_shipped_point_is_known_to_the_search(tmp_path: Path) -> None:
    shipped = programme(**{"earning.purchase.rate": "10%", "earning.welcome.tokens": 40})
    run = tune(plan(programme=shipped), workers=World(), out=tmp_path)
    assert values(run, 1) == {RATE: "10%", WELCOME: 40}


def test_figures(known: TuneRun) -> None:
    for name in ("front", "coordinates", "robustness"):
        assert getattr(known.plot, name)().to_dict()["data"]
