"""A society in parts: what they tell each other at a day's end makes them one; no worker is needed to see it."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from rewardsim.engine.distributed import Summed, simulate_parts
from rewardsim.engine.part_life import Keeper, PartLife
from rewardsim.engine.part_society import WISH
from rewardsim.population.parts import Part, parts
from rewardsim.rules.records import NONE
from simulation.anything import any_programme, any_town
from simulation.everything import FIRST, LAST, MEMBERS, SEED, lived, programme, town
from simulation.living import Kept, live
from simulation.test_sameness import same

QUARTER = FIRST + 200


class Keepers:
    """Keepers in this process, asked one after the other; ``said`` counts the rows that crossed."""

    def __init__(self, count: int) -> None:
        self.keepers = [Keeper() for _ in range(count)]
        self.wishes: list[int] = []

    def __call__(self, name: str, each: Any) -> list[Any]:
        found = [getattr(one, name)(*given) for one, given in zip(self.keepers, each, strict=True)]
        if each[0][:1] == ("live",):
            self.wishes.append(sum(len(one["wishes"]) for one in found if one))
        return found

    def close(self) -> None:
        for one in self.keepers:
            one.life.close()


def apart(count: int, **more: Any) -> tuple[Summed, Keepers]:
    """The full programme lived by the town in so many parts."""
    wanted = {"first_day": FIRST, "last_day": LAST, "members": MEMBERS, "seed": SEED, **more}
    law = wanted.pop("programme") if "programme" in wanted else programme()
    keepers = Keepers(count)
    done = simulate_parts(keepers, count, law, wanted.pop("population", None) or town(), **wanted)
    keepers.close()
    return done, keepers


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_any_number_of_parts_says_what_one_machine_says(full: Kept, count: int) -> None:
    done, keepers = apart(count)
    same(full.done, done)
    assert full.done.outcomes["proposed"] > 0
    assert len(done.draws) == 3
    assert sum(keepers.wishes) > 100


@pytest.mark.parametrize("sizes", [(0, 1, 0, 298, 1), (299, 0, 1), (7, 93, 200), (300, 0)])
def test_parts_may_be_uneven_or_empty(full: Kept, sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    ends = np.cumsum((0, *sizes)).tolist()
    uneven = [Part((range(*pair),)) for pair in pairwise(ends)]
    monkeypatch.setattr("rewardsim.engine.distributed.parts", lambda *_: uneven)
    same(full.done, apart(len(sizes))[0])


@pytest.mark.parametrize("seed", range(8))
def test_any_programme_and_any_people(seed: int) -> None:
    draw = random.Random(seed)
    law, people = any_programme(draw), any_town(draw)
    wanted = {"programme": law, "population": people, "last_day": QUARTER, "members": 120}
    whole = lived(**wanted)
    same(whole, apart(draw.randint(2, 4), **wanted)[0])
    assert whole.auditor.entries


def test_interpreted_as_compiled() -> None:
    wanted = {"members": 40, "last_day": QUARTER}
    done, _ = apart(3, compiled=False, **wanted)
    same(lived(**wanted), done)


def test_the_last_places_among_friends_go_by_second_over_all_parts() -> None:
    people = town(referral__pool=0.02, behaviour__accept=5.0, behaviour__accept_pool=0.0)
    whole = lived(population=people)
    assert whole.members == MEMBERS + 6  # the pool is used up
    same(whole, apart(4, population=people)[0])


@pytest.mark.parametrize("areas", [("referral", "draws"), ("referral",), ("draws",)])
def test_without_referral_or_draws(areas: tuple[str, ...]) -> None:
    law = programme().without(*areas)
    same(lived(programme=law), apart(3, programme=law)[0])


def test_without_a_programme_nothing_crosses() -> None:
    done, keepers = apart(3, programme=None)
    whole = live(None, town(), last_day=LAST, members=MEMBERS, seed=SEED)
    assert np.array_equal(done.tally, whole.tally)
    assert (done.digest, keepers.wishes) == ("", [])


def test_what_nobody_shares_needs_no_exchange() -> None:
    changes = {f"campaigns.{name}.budget": None for name in ("spring", "big-basket")} | {"exchange.mug.stock": None}
    law = programme().without("referral", "draws").vary(changes)
    assert law.shared == ()
    done, keepers = apart(3, programme=law)
    same(lived(programme=law), done)
    assert keepers.wishes == []


def test_ranges_of_the_digest_are_divided_between_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [one.life.known() for one in apart(4, last_day=FIRST + 60)[1].keepers]
    for width in (1, 7, known[0], known[0] + known[1], sum(known), 4096):
        monkeypatch.setattr("rewardsim.engine.audit.RANGE", width)
        for module in ("part_life", "distributed"):
            monkeypatch.setattr(f"rewardsim.engine.{module}.RANGE", width)
        whole = lived(last_day=FIRST + 60)
        assert apart(4, last_day=FIRST + 60)[0].digest == whole.digest


def test_the_order_of_requests_is_that_of_all_parts() -> None:
    """Among those of one second and type, the streams decide: their high words first."""
    life = PartLife(programme(), town(), MEMBERS, Part((range(MEMBERS),)), (FIRST, LAST), SEED, 0)
    day, wishes = FIRST, np.zeros((0, len(WISH)))
    while not len(wishes):
        day += 1
        life.society.live(day, day)
        life.society.gather(day)
        wishes = life.society.wishes()
    own = dict(zip(WISH, wishes[0].tolist(), strict=True))
    shifts = [{"high": 1, "low": -1}, {"high": -1, "low": 1}, {"low": 1}, {"low": -1}, {"type": 1, "high": -1}]
    others = [[own[name] + shift.get(name, 0) for name in WISH[:-1]] + [place] for place, shift in enumerate(shifts)]
    life.society.put_wishes(day, np.array(others))
    asked = life.society._requests()
    assert asked["wanted"][asked["member"] == NONE].tolist() == [1, 3, 2, 0, 4]
    (mine,) = np.flatnonzero((asked["second"] == own["second"]) & (asked["member"] != NONE) & (asked["pool"] >= 0))
    assert (asked["member"][:mine] == NONE).sum() == 2
    life.close()


def test_numbers_are_those_of_one_machine(full: Kept) -> None:
    _, keepers = apart(3)
    ids = {}
    for one in keepers.keepers:
        ids |= dict(zip(one.life.numbers().tolist(), list(one.life.scene.ids), strict=True))
    assert [ids[number] for number in range(len(ids))] == list(full.done.member_ids)


def test_only_what_stands_crosses(full: Kept) -> None:
    _, keepers = apart(2)
    budgets_and_stock = full.done.settled[:, :2].sum()
    assert 0 < sum(keepers.wishes) < budgets_and_stock


SPLITS = [(1234, 5, 2), (99, 3, 2), (100, 2, 2), (12_345, 7, 3), (3, 5, 7), (0, 2, 7)]


@pytest.mark.parametrize(("members", "count", "digits"), SPLITS)
def test_parts_follow_the_order_of_names(members: int, count: int, digits: int) -> None:
    found = parts(members, count, digits)
    names = [sorted(f"{n + 1:0{digits}d}" for some in part.ranges for n in some) for part in found]
    assert [name for part in names for name in part] == sorted(f"{n + 1:0{digits}d}" for n in range(members))
    assert max(map(len, names)) <= members / count + 10 * 10 ** max(len(str(members)) - digits - 1, 0) + 1


def test_names_of_more_than_ten_million() -> None:
    first, second = parts(12_000_000, 2)
    assert first.count + second.count == 12_000_000
    names = [[f"M-{some[end] + 1:07d}" for some in part.ranges for end in (0, -1)] for part in (first, second)]
    assert len(first.ranges) == 2
    assert max(names[0]) < min(names[1])
    ids, last = first.ids(), first.count - 1
    ids += ["M-0000001.1"]
    assert (ids[0], ids[last], ids[first.count], ids[-1]) == ("M-0000001", "M-12000000", "M-0000001.1", "M-0000001.1")
    assert first.numbers()[last] == 12_000_000 - 1
