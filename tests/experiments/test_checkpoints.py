"""Checkpoints of a store: found by what may go on from them, and never seen in a result."""

from __future__ import annotations

import shutil

import pytest

import rewardsim as rs
from rewardsim.experiments.simulations.checkpoints import CHECKPOINTS, latest
from rewardsim.experiments.simulations.plan import SimulationError, plan

PROGRAMME = "data/programmes/reward-mi.toml"
POPULATION = "data/populations/india-2017.toml"
SHAPE = {"members": 60, "start": "2017-06-15", "until": "2017-12-31", "replicates": 2, "seed": 3}
DAY = "2017-09-30"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    out = tmp_path_factory.mktemp("store")
    rs.checkpoint(PROGRAMME, POPULATION, DAY, **SHAPE, out=out)
    return out


def test_one_folder_a_replicate_and_none_twice(store):
    again = rs.checkpoint(PROGRAMME, POPULATION, DAY, **SHAPE, out=store)
    assert sorted(again) == sorted((store / CHECKPOINTS).iterdir())
    assert len(again) == 2


def test_a_variant_that_begins_later_goes_on_from_it(store, tmp_path):
    variant = rs.load_programme(PROGRAMME).vary({"earning.purchase.rate": "8%"}, start="2017-10-01")
    assert found(store, variant) is not None
    forked = rs.simulate(PROGRAMME, POPULATION, **SHAPE, variants={"less": variant}, out=store)
    fresh = rs.simulate(PROGRAMME, POPULATION, **SHAPE, variants={"less": variant}, out=tmp_path)
    assert forked.digest == fresh.digest
    assert forked.manifest["key"] == fresh.manifest["key"]
    for table in ("daily", "replicates", "members"):
        assert forked.sql(f"SELECT * FROM {table}").equals(fresh.sql(f"SELECT * FROM {table}"))


@pytest.mark.parametrize(
    "changed",
    [{"seed": 4}, {"members": 61}, {"start": "2017-06-16"}, {"until": "2018-01-31"}, {"until": DAY}],
    ids=str,
)
def test_others_are_not_taken_in(store, changed):
    assert found(store, rs.load_programme(PROGRAMME), **changed) is None


def test_nor_a_variant_that_begins_before(store):
    variant = rs.load_programme(PROGRAMME).vary({"earning.purchase.rate": "8%"}, start="2017-09-30")
    assert found(store, variant) is None


@pytest.mark.parametrize("damage", [b"[]", b'{"format": "checkpoint/2"}', b"{"], ids=["list", "bare", "cut"])
def test_a_damaged_one_is_passed_over(store, tmp_path, damage):
    shutil.copytree(store / CHECKPOINTS, tmp_path / CHECKPOINTS)
    for folder in (tmp_path / CHECKPOINTS).iterdir():
        (folder / "checkpoint.json").write_bytes(damage)
    assert found(tmp_path, rs.load_programme(PROGRAMME)) is None


def test_so_is_one_whose_state_was_changed(store, tmp_path):
    shutil.copytree(store / CHECKPOINTS, tmp_path / CHECKPOINTS)
    for folder in (tmp_path / CHECKPOINTS).iterdir():
        state = bytearray((folder / "state.npz").read_bytes())
        state[len(state) // 2] ^= 1
        (folder / "state.npz").write_bytes(state)
    assert found(tmp_path, rs.load_programme(PROGRAMME)) is None


@pytest.mark.parametrize("day", ["2017-06-14", "2017-12-31", "tomorrow"])
def test_a_day_outside_is_refused(day, tmp_path):
    with pytest.raises(SimulationError, match="day"):
        rs.checkpoint(PROGRAMME, POPULATION, day, **SHAPE, out=tmp_path)
    assert not list(tmp_path.rglob("*.npz"))


def found(store, programme, **changed):
    asked = plan(programme, POPULATION, **(SHAPE | changed))
    return latest(store, asked, asked.arms[0], 1)
