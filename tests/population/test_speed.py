"""How long a million members take."""

from __future__ import annotations

import time

import pytest

from rewardsim.population import Population
from rewardsim.programme import Programme
from rewardsim.programme.units import day_number

MEMBERS = 1_000_000
SECONDS = 4.0


@pytest.mark.bench
def test_a_million_members(india: Population, reward_mi: Programme) -> None:
    first, last = day_number(india.starts), day_number(india.until)
    india.people(reward_mi, 1000, 1, 0, first, last)
    took = []
    for _ in range(3):
        wall, own = time.perf_counter(), time.process_time()
        people, ids = india.people(reward_mi, MEMBERS, 1, 0, first, last)
        took.append((time.process_time() - own, time.perf_counter() - wall))
        assert len(people) == len(ids) == MEMBERS
    own, wall = min(took)
    print(f"{MEMBERS:,} members of india-2017: {own:.2f} s of one core ({wall:.2f} s on the wall)")
    assert own <= SECONDS
