"""``rs.simulate`` as a stored run: found again, gone on with, joined from replicates; with an engine that is none."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rewardsim.experiments.opening import open_run
from rewardsim.experiments.run import Run
from rewardsim.experiments.simulations import simulate as simulate_module
from rewardsim.experiments.simulations.progress import Progress, duration
from rewardsim.experiments.simulations.run import SimulationRun
from rewardsim.experiments.simulations.simulate import PARTS, simulate
from rewardsim.experiments.store import RunError, read_manifest
from rewardsim.programme import Programme, load_programme

from .simulated import Stub, town

DATA = Path(__file__).resolve().parents[2] / "data"
Simulate = Callable[..., SimulationRun]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme(DATA / "programmes" / "reward-mi.toml")


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    found = Stub()
    monkeypatch.setattr("rewardsim.engine.simulation.simulate_population", found)
    return found


@pytest.fixture
def run(stub: Stub, programme: Programme, tmp_path: Path) -> Simulate:
    """Simulate the town with the stub, three replicates unless said otherwise."""

    def of(programme: Programme = programme, population: Any = None, **more: Any) -> SimulationRun:
        return simulate(programme, population or town(), **{"out": tmp_path, "replicates": 3, **more})

    return of


def parts(store: Path) -> list[Path]:
    return sorted(path for path in (store / PARTS).iterdir() if path.is_dir())


# ---------------------------------------------------------------- found again


def test_every_replicate_lives_through_every_arm_without_first(run: Simulate, stub: Stub) -> None:
    run()
    assert stub.calls == [(r, name) for r in range(3) for name in ("", "reward-mi-in")]


def test_an_identical_simulation_is_found(run: Simulate, stub: Stub) -> None:
    first = run()
    count = len(stub.calls)
    for more in ({"engine": "simpy"}, {"threads": 2}, {"progress": lambda _: None}, {"seed": 0}, {"members": 60}):
        again = run(**more)
        assert (again.path, again.manifest) == (first.path, first.manifest)
    assert len(stub.calls) == count


@pytest.mark.parametrize(
    "more",
    [
        {"members": 59}, {"start": date(2017, 6, 16)}, {"until": date(2017, 10, 30)}, {"seed": 1}, {"replicates": 2},
        {"counterfactual": False}, {"ledger": True}, {"population": town(returns__share="6 %")},
        {"variants": {"poorer": town(basket__v="1100.00")}},
    ],
    ids=lambda more: next(iter(more)),
)  # fmt: skip
def test_any_other_input_is_another_run(run: Simulate, more: dict[str, Any]) -> None:
    base, other = run(), run(**more)
    assert other.path != base.path
    assert other.manifest["key"] != base.manifest["key"]


def test_another_programme_is_another_run_and_new_words_too(run: Simulate, programme: Programme) -> None:
    base = run()
    assert run(programme.vary({"earning.welcome.tokens": 51})).path != base.path
    text = programme.to_toml().replace("silver", "shining")
    from rewardsim.programme import parse_programme

    renamed = parse_programme(text)
    assert renamed.key == programme.key
    assert run(renamed).path != base.path


def test_files_are_loaded(stub: Stub, run: Simulate, tmp_path: Path) -> None:
    from .simulated import TOWN

    path = tmp_path / "town.toml"
    path.write_text(TOWN)
    found = simulate(DATA / "programmes" / "reward-mi.toml", path, out=tmp_path, replicates=3)
    assert found.path == run().path


# ---------------------------------------------------------------- replicates are kept


def test_more_replicates_go_on_with_those_there_are(run: Simulate, stub: Stub, tmp_path: Path) -> None:
    few = run(replicates=2)
    more = run(replicates=4)
    assert [replicate for replicate, _ in stub.calls] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert len(parts(tmp_path)) == 4
    old = few.replicates
    assert more.replicates[more.replicates["replicate"] < 2].reset_index(drop=True).equals(old)


def test_an_interrupt_keeps_what_is_finished(run: Simulate, stub: Stub, tmp_path: Path) -> None:
    stub.stop_at = (2, True)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert len(parts(tmp_path)) == 2
    assert [path.name for path in tmp_path.iterdir()] == [PARTS]
    stub.stop_at, stub.calls = None, []
    whole = run()
    assert stub.calls == [(2, ""), (2, "reward-mi-in")]
    other = run(out=tmp_path / "elsewhere")
    assert whole.digest == other.digest
    for name in ("replicates", "groups", "daily", "members"):
        assert whole.sql(f"SELECT * FROM {name}").equals(other.sql(f"SELECT * FROM {name}"))


def test_an_interrupt_that_was_swallowed_is_raised_again(run: Simulate, stub: Stub) -> None:
    stub.swallow = True
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert stub.calls == [(0, "")]


def test_what_an_interrupt_left_can_be_looked_at(run: Simulate, stub: Stub) -> None:
    stub.stop_at = (2, False)
    with pytest.raises(KeyboardInterrupt):
        run()
    stub.calls = []
    assert run(replicates=2).effects["replicates"].eq(2).all()
    assert stub.calls == []


def test_a_damaged_replicate_is_computed_again(run: Simulate, stub: Stub, tmp_path: Path) -> None:
    whole = run()
    shutil.rmtree(whole.path)
    damaged = next(path for path in parts(tmp_path) if read_manifest(path)["inputs"]["replicate"] == 1)
    (damaged / "groups.parquet").write_bytes(b"gone")
    stub.calls = []
    assert run().digest == whole.digest
    assert {replicate for replicate, _ in stub.calls} == {1}


def test_the_folder_of_replicates_may_be_deleted(run: Simulate, stub: Stub, tmp_path: Path) -> None:
    whole = run()
    shutil.rmtree(tmp_path / PARTS)
    stub.calls = []
    again = run()
    assert (stub.calls, again.path) == ([], whole.path)
    again.verify()
    assert len(again.members) == 66


@pytest.mark.parametrize("links", [True, False])
def test_the_members_are_shared_with_their_replicate(
    run: Simulate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    if not links:
        monkeypatch.setattr(simulate_module.os, "link", refuse)
    found = run()
    assert os.stat(found.path / "members.parquet").st_nlink == (2 if links else 1)
    found.verify()


def test_only_the_first_replicate_depends_on_the_ledger(run: Simulate, stub: Stub) -> None:
    run()
    stub.calls = []
    run(ledger=True)
    assert {replicate for replicate, _ in stub.calls} == {0}


def test_no_temporary_folder_is_left(run: Simulate, tmp_path: Path) -> None:
    found = run()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([PARTS, found.path.name])


# ---------------------------------------------------------------- the run


def test_the_tables_of_a_run(run: Simulate) -> None:
    found = run()
    assert set(found.daily["arm"]) == {"programme", "without"}
    assert set(found.daily["replicate"]) == {0, 1, 2}
    assert set(found.daily["cohort"]) <= {"existing", "2017-06", "2017-07", "2017-08", "2017-09", "2017-10"}
    assert set(found.daily["tier"].dropna()) == {"member", "silver"}
    totals = found.replicates.set_index(["replicate", "arm"])
    by_day = found.daily.groupby(["replicate", "arm"])[["purchases", "revenue"]].sum()
    assert (totals[["purchases", "revenue"]] == by_day).all().all()
    assert set(found.tokens["arm"]) == {"programme"}
    assert found.issued["rule"].unique().tolist() == ["earning.welcome"]
    assert found.settled["kind"].nunique() == 7


def test_the_members_of_the_first_replicate(run: Simulate) -> None:
    members = run().members
    assert len(members) == 66
    twin = members["kind"] != "referred"
    lifted = members.index % 3 == 0
    gained = members["purchases"] - members["purchases_without"]
    assert (gained[twin & lifted] == 1).all()
    assert (gained[twin & ~lifted] == 0).all()
    assert (members.loc[~twin, "purchases_without"] == 0).all()
    assert members.loc[~twin, "inviter_id"].iloc[1] == "M-0000011"
    assert (members["revenue"] == 10_000 * members["purchases"]).all()
    assert set(members["status"]) == {"enrolled", "not enrolled"}
    assert members["issued"].eq(50).all()


def test_large_tables_of_members_come_in_blocks(run: Simulate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = run().members
    monkeypatch.setattr("rewardsim.experiments.simulations.members.BLOCK", 7)
    assert run(out=tmp_path / "blocks").members.equals(whole)


def test_a_simulation_shows_itself(run: Simulate) -> None:
    found = run()
    for text in (repr(found), str(found), found._repr_html_()):
        assert "reward-mi-in" in text or "Reward Mi" in text
        assert found.digest[:12] in text


def test_a_simulation_knows_what_it_was_made_with(run: Simulate, programme: Programme) -> None:
    found = run(population=town(returns__share="6 %"))
    assert found.population == town(returns__share="6 %")
    assert found.programme == programme


def test_a_simulation_is_opened_as_one(run: Simulate, tmp_path: Path) -> None:
    found = run()
    assert isinstance(open_run(found.path), SimulationRun)
    with pytest.raises(RunError, match="found a run of kind 'replicate', allowed a simulation"):
        SimulationRun(parts(tmp_path)[0])
    assert type(open_run(parts(tmp_path)[0])) is Run


def test_a_simulation_cannot_be_explained_but_its_replay(run: Simulate) -> None:
    with pytest.raises(RunError, match=r"replay its events\.parquet"):
        run().explain("M-0000001")


@pytest.mark.parametrize("name", ["ledger", "journal", "events"])
def test_a_ledger_that_was_not_kept(run: Simulate, name: str) -> None:
    with pytest.raises(RunError, match=f"found no {name}, allowed a simulation that kept its ledger"):
        getattr(run(), name)


def test_damage_is_seen(run: Simulate) -> None:
    found = run()
    found.verify()
    (found.path / "daily.parquet").write_bytes(b"no table")
    with pytest.raises(RunError, match="a missing or changed table"):
        found.verify()


def test_a_population_of_nobody_who_enrols(run: Simulate, monkeypatch: pytest.MonkeyPatch, stub: Stub) -> None:
    stub.friends = 0
    found = run(members=1, replicates=1)
    assert len(found.members) == 1
    assert "no interval" in str(found)


# ---------------------------------------------------------------- progress


def test_progress_grows_to_the_end(run: Simulate) -> None:
    seen: list[Progress] = []
    run(progress=seen.append)
    assert [round(one.done, 3) for one in seen] == [0.167, 0.333, 0.5, 0.667, 0.833, 1.0]
    assert [one.replicates for one in seen] == [0, 1, 1, 2, 2, 3]
    assert all(one.rate > 0 and one.remaining >= 0 for one in seen)
    assert seen[-1].remaining == 0
    assert "replicate 3 of 3, 83%" in str(seen[4])


def test_found_replicates_do_not_flatter_the_rate(run: Simulate) -> None:
    run(replicates=2)
    seen: list[Progress] = []
    run(replicates=4, progress=seen.append)
    assert [one.done for one in seen[:2]] == [0.25, 0.5]
    assert [one.rate for one in seen[:2]] == [0, 0]
    assert all(one.rate > 0 for one in seen[2:])


def test_times_for_people() -> None:
    assert [duration(seconds) for seconds in (0.2, 59.6, 61, 3_700)] == ["0:00", "1:00", "1:01", "1:01:40"]
