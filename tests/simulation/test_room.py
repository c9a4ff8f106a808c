"""How often room is made cannot be seen: tables that hold next to nothing give the same lives."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsim.engine import ground
from simulation.everything import lived, programme, town
from simulation.living import Kept
from simulation.test_sameness import same

SMALL = {"ROWS": 4, "ENTRIES": 64, "SEEN": 64, "DUE": 2}


@pytest.fixture
def cramped(monkeypatch):
    """Tables so small that room runs out all the time."""
    for name, rows in SMALL.items():
        monkeypatch.setattr(ground, name, rows)


def test_cramped_tables_leave_no_trace(full: Kept, cramped) -> None:
    same(full.done, lived())


def test_cramped_lists_leave_no_trace(cramped) -> None:
    same(lived(members=50), lived(members=50, engine="simpy"))


def test_cramped_tables_leave_no_trace_on_written_events(full: Kept, cramped, tmp_path) -> None:
    same(full.done, lived(folder=tmp_path, threads=3, chunk=7))


def quick(**more):
    """A variant in which tokens are released at once, and orders lift members on the same day."""
    other = programme().vary(
        {"expiry.days": 40, "redemption.checkout.tokens_min": 5, "earning.purchase.released_on": {"days": 0}}
        | {"earning.purchase.orders_max.counted_on": "order"},
    )
    return lived(programme=other, population=town(referral__pool=1), members=80, **more)


def test_cramped_tables_of_a_quick_programme(cramped) -> None:
    wanted = quick(engine="simpy")
    for more in ({"chunk": 7}, {"threads": 1, "chunk": 1}, {"threads": 3}):
        found = quick(**more)
        same(wanted, found)
        for name in ("tier", "demoted_at", "missed_at", "worn", "orders", "revenue", "next_at", "visit_at", "borrowed"):
            assert np.array_equal(found.persons[name], wanted.persons[name]), name
