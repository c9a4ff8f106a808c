"""The convex step of an exchange table: patient members save for it, impatient ones take what they can have."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from simulation.altered import Altered
from simulation.living import live
from simulation.plain import STAMPS, club, crowd

TABLE = """
[[exchange]]
id = "small"
kind = "coupon"
tokens = 5
value = "1.00"
[[exchange]]
id = "large"
kind = "coupon"
tokens = 20
value = "10.00"
"""


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """Which coupons were exchanged, by patience in days: a stamp a week, a year long."""
    found = {}
    for patience in (2.0, 60.0, 2_000.0):
        folder = tmp_path_factory.mktemp("patience")
        ready = {"patience": patience, "reluctance": 8.0}
        live(club(STAMPS, TABLE), Altered(crowd(), traits=ready), members=300, weeks=52, folder=folder)
        table = pq.read_table(folder / "events.parquet", columns=["type", "item"]).to_pandas()
        found[patience] = table[table["type"] == "exchange"]["item"].value_counts()
    return found


def share_of_large(counts) -> float:
    return counts.get("large", 0) / counts.sum()


def test_hoarding_emerges(taken) -> None:
    assert share_of_large(taken[2_000.0]) == 1.0
    assert share_of_large(taken[2.0]) < 0.01  # who has stamps for both on a visit takes the large one


def test_patience_decides(taken) -> None:
    shares = [share_of_large(taken[patience]) for patience in sorted(taken)]
    assert shares == sorted(shares)
    assert shares[0] < shares[1] < shares[2]


def test_hoarders_exchange_less_often_for_more(taken) -> None:
    assert taken[2_000.0].sum() < 0.5 * taken[2.0].sum()


def test_nobody_waits_for_what_expires_first(tmp_path) -> None:
    """Tokens last fifty days, in which seven stamps come: the large coupon cannot be reached."""
    brief = club(STAMPS, TABLE, '[expiry]\npolicy = "rolling"\ndays = 50\n')
    patient = Altered(crowd(), traits={"patience": 2_000.0, "reluctance": 8.0})
    live(brief, patient, members=300, weeks=52, folder=tmp_path)
    table = pq.read_table(tmp_path / "events.parquet", columns=["type", "item"]).to_pandas()
    assert table[table["type"] == "exchange"]["item"].eq("small").mean() > 0.95
