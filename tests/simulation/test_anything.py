"""Whatever the programme and whoever the people: engines, splits, checkpoints and replay agree."""

from __future__ import annotations

import random

import pyarrow.parquet as pq
import pytest

from simulation.anything import any_programme, any_town
from simulation.everything import FIRST, LAST
from simulation.living import live
from simulation.test_replay import replayed
from simulation.test_sameness import same


def agree(seed: int, members: int, folder) -> None:
    draw = random.Random(seed)
    under, people = any_programme(draw), any_town(draw)
    fork = draw.randrange(FIRST + 20, LAST - 20)
    days = {"members": members, "first_day": FIRST, "last_day": LAST, "seed": seed}
    usual = live(under, people, **days, checkpoint=(fork, folder / "kept"), folder=folder)
    same(usual, live(under, people, **days, engine="simpy"))
    same(usual, live(under, people, **days, threads=3, chunk=draw.choice([1, 5, 50])))
    same(usual, live(under, people, **days, threads=draw.choice([1, 3]), resume=folder / "kept"))
    assert replayed(pq.read_table(folder / "events.parquet"), under).digest == usual.digest


@pytest.mark.parametrize("seed", range(6))
def test_everybody_agrees_about_anything(tmp_path, seed: int) -> None:
    agree(seed, 25, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_everybody_agrees_about_many_things(tmp_path, seed: int) -> None:
    agree(seed, 60, tmp_path)
