"""Friends who were brought: persons by their own names, who come when they enrol."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rewardsim.behaviour import philox
from rewardsim.behaviour.records import REFERRED
from rewardsim.population import Population
from rewardsim.rules.records import NONE

from .conftest import FIRST, LAST, tiny

DAY = FIRST + 40


def brought(population: Population, count: int = 2000, converts: Any = None, **more: Any) -> tuple[Any, list[str]]:
    parents, ids = population.people(None, count, 1, 0, FIRST, LAST)
    names = [f"{one}.1" for one in ids]
    converts = np.ones(count, dtype=np.int64) if converts is None else converts
    ordinals = np.ones(count, dtype=np.int64)
    given = {"first_day": FIRST} | more
    return population.newcomers(parents, ordinals, converts, names, DAY, 1, 0, **given), names


def test_they_are_persons_of_their_own() -> None:
    friends, names = brought(tiny())
    assert np.all(friends["kind"] == REFERRED)
    assert np.all(friends["generation"] == 1)
    assert np.all(friends["inviter"] == NONE), "for the engine to say"
    for place in (0, 7):
        assert (friends["low"][place], friends["high"][place]) == philox.stream_of(names[place])
    parents, _ = tiny().people(None, 2000, 1, 0, FIRST, LAST)
    assert abs(np.corrcoef(friends["rate"], parents["rate"])[0, 1]) < 4 / math.sqrt(2000)
    assert abs(friends["lifetime"].mean() - 1) < 4 / math.sqrt(2000)


def test_generations_count_on(india: Population) -> None:
    friends, names = brought(india, 10)
    more = [f"{one}.2" for one in names]
    grandchildren = india.newcomers(friends, [2] * 10, [1] * 10, more, DAY, 1, 0, first_day=FIRST)
    assert np.all(grandchildren["generation"] == 2)


def test_they_come_when_they_enrol(india: Population) -> None:
    friends, _ = brought(tiny("[referral]\ndays = 5\n"), 20_000)
    assert friends["enrol_day"].min() == DAY + 1
    at = friends["enrol_day"] + friends["enrol_second"] / 86_400
    assert np.array_equal(at, friends["arrival"])
    assert np.array_equal(friends["wearing"], friends["arrival"])
    assert 0 <= friends["enrol_second"].min() < friends["enrol_second"].max() < 86_400
    waits = friends["enrol_day"] - DAY - 1
    for days in (1, 5, 15):
        share = 1 - math.exp(-days / 5)
        assert abs(np.mean(waits < days) - share) < 4 * math.sqrt(share * (1 - share) / 20_000)
    assert np.all(brought(tiny())[0]["enrol_day"] == DAY + 1)


def test_who_only_registers_never_buys() -> None:
    converts = np.arange(1000) % 2
    friends, _ = brought(tiny(), 1000, converts)
    everybody, _ = brought(tiny(), 1000)
    assert np.all(friends["rate"][converts == 0] == 0.0)
    assert np.array_equal(friends["rate"][converts == 1], everybody["rate"][converts == 1])
    assert np.array_equal(friends["hazard"], everybody["hazard"])


def test_the_same_friend_whoever_else_came() -> None:
    population = tiny()
    friends, names = brought(population, 100)
    parents, _ = population.people(None, 100, 1, 0, FIRST, LAST)
    alone = population.newcomers(parents[40:41], [1], [1], names[40:41], DAY, 1, 0, first_day=FIRST)
    assert alone.tobytes() == friends[40:41].tobytes()
    later = population.newcomers(parents[40:41], [1], [1], names[40:41], DAY + 9, 1, 0, first_day=FIRST)
    assert later["enrol_day"][0] == alone["enrol_day"][0] + 9
    assert [later[trait][0] for trait in ("rate", "spend")] == [alone[trait][0] for trait in ("rate", "spend")]


def test_nobody_came() -> None:
    population = tiny()
    parents, _ = population.people(None, 3, 1, 0, FIRST, LAST)
    assert len(population.newcomers(parents[:0], [], [], [], DAY, 1, 0, first_day=FIRST)) == 0


@pytest.mark.parametrize(("by", "place"), [("month", 2), ("quarter", 1), ("year", 1), ("kind", 2)])
def test_their_cohort(by: str, place: int) -> None:
    friends, _ = brought(tiny(f'[cohorts]\nby = "{by}"\n'), 10, last_day=LAST)
    assert set(friends["cohort"].tolist()) == {place}
