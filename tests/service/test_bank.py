"""The bank: 8 writers, 20 hot members, every event sent 4 times, writers killed at random, settlement meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from rewardsim.service.serving import Place
from service.bank import Bank

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def check(bank: Bank) -> None:
    bank.run()
    place = Place(bank.url, 1)
    bank.check(place.store())
    if not bank.url.startswith("sqlite"):
        assert place.store().run(DEADLOCKS) == [(0,)]
    place.close()


def test_no_effect_is_wrong_lost_or_double_in_postgres(database: str) -> None:
    check(Bank(database))


def test_no_effect_is_wrong_lost_or_double_in_a_file(tmp_path: Path) -> None:
    check(Bank(f"sqlite:{tmp_path}/store.db", writers=3, count=40, copies=3, kills=2, pause_s=0.02))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_same_for_longer(seed: int, database: str) -> None:
    check(Bank(database, days=5, count=800, kills=12, pause_s=0.15, seed=100 + seed))


@pytest.mark.slow
def test_the_same_for_longer_in_a_file(tmp_path: Path) -> None:
    check(Bank(f"sqlite:{tmp_path}/store.db", days=4, count=400, kills=10, pause_s=0.15, seed=200))
