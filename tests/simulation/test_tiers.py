"""Tiers move people: rising lifts, falling costs more than rising gave (A6)."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsim.behaviour.measures import MEASURES
from simulation.altered import Altered
from simulation.living import counted, day, flow, live
from simulation.plain import STAMPS, WELCOME, club, crowd

MEMBERS = 8_000
STEP, LOSS = 0.08, 2.0
FIRST = day("2020-01-01")
RISE, FALL = day("2020-07-01"), day("2020-10-01")  # reviews, six and nine months after everybody enrolled
LADDER = """
[tiers]
criterion = "orders"
window = { kind = "rolling_months", count = 3 }
upgrade = "at_review"
review = { months = 3 }
downgrade = "reassess"
[[tiers.levels]]
id = "gold"
from = %s
"""


@pytest.fixture(scope="module")
def year():
    """A tier nobody can reach but for one review, at which everybody is lifted; at the next all fall."""
    ladder = club(WELCOME, STAMPS, LADDER % 100_000)
    open_door = [{"id": "gold", "from": 0}]
    ladder = ladder.vary({"tiers.levels": open_door}, start="2020-05-01", end="2020-08-01")
    moved = {"tier_step": STEP, "loss_aversion": LOSS, "demoted_weeks": 26.0, "incremental": 1.0, "multiplier_max": 1.5}
    return live(ladder, Altered(crowd(), habits=moved), members=MEMBERS, last_day=FIRST + 359)


def purchases(year, first: int, days: int) -> int:
    """Purchases in some days."""
    return int(counted(year, "purchases")[first - FIRST : first - FIRST + days].sum())


def log_change(before: int, after: int) -> tuple[float, float]:
    """Return the logarithm of the ratio of two counts, with its standard error."""
    return float(np.log(after / before)), float(np.sqrt(1 / before + 1 / after))


def test_everybody_rises_and_falls(year) -> None:
    """Whether he buys or not; nobody is chosen by what he did."""
    assert (year.persons["tier"] == -1).all()
    assert (year.persons["demoted_at"] > 0).mean() > 0.98


def test_rising_lifts_a6(year) -> None:
    change, error = log_change(purchases(year, RISE - 28, 28), purchases(year, RISE, 28))
    assert abs(change - STEP) <= 4 * error
    assert change > 4 * error


def test_falling_costs_more_than_rising_gave_a6(year) -> None:
    rise, one = log_change(purchases(year, RISE - 28, 28), purchases(year, RISE, 28))
    fall, other = log_change(purchases(year, FALL - 28, 28), purchases(year, FALL, 28))
    assert -fall - rise > 4 * np.hypot(one, other)
    assert -STEP * (1 + LOSS) - 4 * other <= fall <= -STEP * (1 + 0.7 * LOSS) + 4 * other


def test_the_tally_knows_who_is_where(year) -> None:
    """People present by tier, at each day's end, are everybody; none has left."""
    present = year.tally[:, :, :, MEASURES["present"]].sum(axis=2).cumsum(axis=0)
    assert (present >= 0).all()
    assert (present.sum(axis=1) == MEMBERS).all()
    assert present[FALL - FIRST - 1, 1] > 0.98 * MEMBERS
    assert flow(year, "ISSUE", "AVAILABLE").sum() > 0
