"""The shards of one simulation on a Dask cluster of separate processes: the tables of one machine, or a clear word."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

import rewardsim as rs
from rewardsim.cli import app
from rewardsim.engine import dask_engine
from rewardsim.engine.dask_engine import ClusterError, DaskKeepers, cluster
from rewardsim.engine.part_life import Keeper
from rewardsim.experiments.simulations.memory import share_faults
from rewardsim.experiments.simulations.plan import SimulationError, plan
from rewardsim.experiments.simulations.run import SimulationRun
from simulation.everything import PROGRAMME, programme, town

TABLES = ("effects", "parts", "daily", "tokens", "issued", "settled", "replicates", "members")
FEW = {"members": 120, "start": "2020-01-01", "until": "2020-05-10", "seed": 3}
SHORT = {**FEW, "until": "2020-02-20"}
pytestmark = pytest.mark.filterwarnings("ignore::rewardsim.experiments.simulations.growth.ReproductionWarning")


@pytest.fixture(scope="module")
def client() -> Any:
    """Two workers, each a process of its own."""
    with cluster(2) as found:
        yield found


def same(one: SimulationRun, other: SimulationRun) -> None:
    """Every table and every word is the same, but for how long it took."""
    assert one.digest == other.digest
    for name in TABLES:
        assert getattr(one, name).equals(getattr(other, name)), name
    said = [{name: value for name, value in run.summary().items() if name != "seconds"} for run in (one, other)]
    assert said[0] == said[1]


def test_workers_say_what_one_machine_says(client: Any, tmp_path: Path) -> None:
    less = programme().vary({"referral.referee_tokens": 0, "campaigns.spring.budget.tokens": 90})
    wanted = {**FEW, "replicates": 2, "variants": {"less": less}}
    here = rs.simulate(programme(), town(), out=tmp_path / "here", **wanted)
    apart = rs.simulate(programme(), town(), engine="dask", workers=client, out=tmp_path / "apart", **wanted)
    same(here, apart)
    assert len(here.members) > FEW["members"]  # friends came
    assert here.settled["kind"].isin(["campaign_budget", "prize", "invitation"]).any()
    assert apart.manifest["engine"] == "dask"


def test_a_cluster_is_found_by_its_address(client: Any, tmp_path: Path) -> None:
    (tmp_path / "all.toml").write_text(PROGRAMME)
    wanted = {**SHORT, "replicates": 1, "counterfactual": False}
    address = client.scheduler.address
    apart = rs.simulate(tmp_path / "all.toml", town(), engine="dask", workers=address, out=tmp_path / "apart", **wanted)
    assert apart.digest == rs.simulate(programme(), town(), out=tmp_path, **wanted).digest


def test_a_run_of_one_engine_is_found_by_the_other(client: Any, tmp_path: Path) -> None:
    wanted = {**SHORT, "replicates": 1, "out": tmp_path}
    found = rs.simulate(programme(), town(), **wanted)
    again = rs.simulate(programme(), town(), engine="dask", workers="tcp://127.0.0.1:1", **wanted)
    assert again.path == found.path  # nobody was asked


def test_more_workers_than_members(client: Any, tmp_path: Path) -> None:
    wanted = {**SHORT, "members": 1, "replicates": 1}
    apart = rs.simulate(programme(), town(), engine="dask", workers=client, out=tmp_path / "apart", **wanted)
    same(rs.simulate(programme(), town(), out=tmp_path / "here", **wanted), apart)


def test_a_killed_worker_is_told_and_finished_replicates_are_kept(tmp_path: Path) -> None:
    wanted = {**SHORT, "replicates": 3, "out": tmp_path / "runs"}
    with cluster(2) as client:
        victims = list(client.run(os.getpid).values())

        def kill(now: Any) -> None:
            if now.replicates == 1 and now.done > 0.5 and victims:
                os.kill(victims.pop(), signal.SIGKILL)

        with pytest.raises(SimulationError) as caught:
            rs.simulate(programme(), town(), engine="dask", workers=client, progress=kill, **wanted)
    assert [fault.code for fault in caught.value.faults] == ["worker_lost"]
    assert "finished replicates are kept" in str(caught.value)
    store = tmp_path / "runs"
    kept = sorted(path.name for path in (store / "replicates").iterdir())
    assert [path.name for path in store.iterdir()] == ["replicates"]
    assert len(kept) == 1
    run = rs.simulate(programme(), town(), **wanted)
    assert run.digest == rs.simulate(programme(), town(), **{**wanted, "out": tmp_path / "other"}).digest
    assert set(kept) < {path.name for path in (store / "replicates").iterdir()}


def test_an_interrupt_is_heard_while_workers_are_waited_for(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def check() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dask_engine, "PATIENCE_SECONDS", 1e-6)
    with pytest.raises(KeyboardInterrupt):
        DaskKeepers(client, Keeper, 2, check)


def test_a_keeper_started_anew_knows_that_it_knows_nothing(client: Any) -> None:
    keepers = DaskKeepers(client, Keeper, 1)
    with pytest.raises(ClusterError, match="no answer"):
        keepers("call", [("known",)])
    keepers.close()


def test_workers_of_another_version_are_refused(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keeper, "hello", lambda self: {"sources": "others", "numpy": "0.1"})
    with pytest.raises(ClusterError) as caught:
        DaskKeepers(client, Keeper, 2)
    assert [fault.code for fault in caught.value.faults] == ["other_version"] * 2
    assert "numpy" in str(caught.value)


def test_workers_without_a_keeper_are_refused(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = type(Keeper)("Keeper", (Keeper,), {"__module__": "not_installed_there"})
    module = type(os)("not_installed_there")
    module.Keeper = elsewhere
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(ClusterError, match="not_installed_there"):
        DaskKeepers(client, elsewhere, 2)


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dask_engine, "WAIT_SECONDS", 1)
    with pytest.raises(SimulationError, match="no scheduler at tcp:"):
        rs.simulate(programme(), town(), engine="dask", workers="tcp://127.0.0.1:1", out=tmp_path, **SHORT)
    with cluster(0) as empty, pytest.raises(SimulationError, match="no worker at"):
        rs.simulate(programme(), town(), engine="dask", workers=empty.scheduler.address, out=tmp_path, **SHORT)


def test_what_cannot_be_spread_is_refused_all_at_once(tmp_path: Path) -> None:
    with pytest.raises(SimulationError) as caught:
        plan(programme(), town(), engine="dask", ledger=True, threads=4, workers=0)
    assert [fault.place.file for fault in caught.value.faults] == ["ledger", "threads", "workers"]
    with pytest.raises(SimulationError, match="choose that engine"):
        plan(programme(), town(), workers=2)
    with pytest.raises(SimulationError, match="a checkpoint, with engine dask"):
        rs.checkpoint(programme(), town(), "2020-02-01", engine="dask", out=tmp_path, **SHORT)


def test_members_that_no_worker_has_room_for() -> None:
    asked = plan(programme(), town(), **{**FEW, "members": 1_000_000})
    assert share_faults(asked, [0, 0]) == []
    assert share_faults(asked, [64 << 30, 64 << 30]) == []
    (fault,) = share_faults(asked, [64 << 30, 1 << 30])
    assert (fault.code, "start more workers" in fault.todo) == ("too_many_members", True)


def test_the_command_line_spreads_over_processes_of_its_own(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    (tmp_path / "all.toml").write_text(PROGRAMME)
    (tmp_path / "town.toml").write_text(town().text)
    words = ["simulate", str(tmp_path / "all.toml"), "--population", str(tmp_path / "town.toml"), "--members", "50"]
    words += ["--from", "2020-01-01", "--until", "2020-02-10", "--replicates", "1", "--json"]
    said = []
    for more in (["--engine", "dask", "--workers", "1"], []):
        found = CliRunner().invoke(app, [*words, "--out", str(tmp_path / f"runs{len(said)}"), *more])
        assert found.exit_code == 0, found.output
        said.append(json.loads(found.stdout)["digest"])
    assert said[0] == said[1]
