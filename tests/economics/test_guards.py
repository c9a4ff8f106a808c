"""Guards: held only where the whole interval is inside, and how many replicates decide."""

from __future__ import annotations

import random

import pytest

from rewardsim.economics.guards import BROKEN, HELD, UNDECIDED, Guard, contradictions, excess, verdict, verdicts
from rewardsim.economics.objectives import measure


def owed(*amounts: int) -> list[dict[str, int]]:
    return [{"liability": amount} for amount in amounts]


def test_held_broken_and_undecided() -> None:
    seen = owed(90, 100, 110)  # mean 100, 95 % interval 75.2 to 124.8
    assert [verdict(Guard("liability", at_most=most), "a", seen).status for most in (130, 124, 100, 76, 70)] == [
        HELD, UNDECIDED, UNDECIDED, UNDECIDED, BROKEN,
    ]  # fmt: skip
    assert [verdict(Guard("liability", at_least=least), "a", seen).status for least in (70, 76, 124, 130)] == [
        HELD, UNDECIDED, UNDECIDED, BROKEN,
    ]  # fmt: skip


def test_a_guard_with_two_limits_holds_both() -> None:
    seen = owed(90, 100, 110)
    assert verdict(Guard("liability", 130, 70), "a", seen).status == HELD
    assert verdict(Guard("liability", 130, 80), "a", seen).status == UNDECIDED
    assert verdict(Guard("liability", 60, 50), "a", seen).status == BROKEN


def test_exactly_at_the_limit_is_held() -> None:
    assert verdict(Guard("liability", at_most=0), "a", owed(0, 0, 0)).status == HELD
    assert verdict(Guard("liability", at_least=5), "a", owed(5, 5)).status == HELD
    assert verdict(Guard("liability", at_most=4), "a", owed(5, 5)).status == BROKEN


def test_one_replicate_decides_nothing() -> None:
    found = verdict(Guard("liability", at_most=1_000_000), "a", owed(1))
    assert (found.status, found.needed, found.interval.low) == (UNDECIDED, None, None)


def test_replicates_needed_decide() -> None:
    luck = random.Random(1)
    first = owed(*(round(luck.gauss(1_000, 100)) for _ in range(6)))
    guard = Guard("liability", at_most=1_050)
    found = verdict(guard, "a", first)
    assert found.status == UNDECIDED
    assert found.needed is not None
    assert found.needed > 6
    more = first + owed(*(round(luck.gauss(1_000, 100)) for _ in range(2 * found.needed)))
    assert verdict(guard, "a", more).status == HELD


def test_a_cost_without_gain_breaks_a_limit_on_the_cost_per_gain() -> None:
    """The ratio is negative there, and would look like a bargain."""
    own = [{"cost": 50 + i, "revenue": 900 + i} for i in range(4)]
    without = [{"cost": 0, "revenue": 1_000 + i} for i in range(4)]
    guard = Guard("cost_per_incremental_revenue", at_most=0.5)
    assert verdict(guard, "a", own, without).status == BROKEN
    assert all(over > 0 for over in excess(guard, measure(guard.measure), own, without)[0])


def test_a_limit_on_a_ratio() -> None:
    own = [{"cost": 50, "revenue": 1_200 + i} for i in range(4)]
    without = [{"cost": 0, "revenue": 1_000 + i} for i in range(4)]
    limits = {0.26: HELD, 0.25: HELD, 0.24: BROKEN}
    for limit, status in limits.items():
        assert verdict(Guard("cost_per_incremental_revenue", limit), "a", own, without).status == status


def test_a_guard_is_for_one_scenario_or_for_all() -> None:
    seen = {"base": (owed(1, 2), None), "other": (owed(3, 4), None)}
    found = verdicts([Guard("liability", at_most=9), Guard("liability", at_most=8, scenario="other")], seen)
    assert [(one.guard.at_most, one.scenario) for one in found] == [(9, "base"), (9, "other"), (8, "other")]


def test_contradictions_are_named_by_place() -> None:
    guards = [
        Guard("liability", at_least=10),
        Guard("liability", at_most=9),
        Guard("liability", at_most=12),
        Guard("cost", at_most=1),
        Guard("cost", at_most=3, at_least=4, scenario="a"),
        Guard("cost", at_least=2, scenario="b"),
    ]
    assert contradictions(guards) == [(0, 1), (4, 3), (4, 4), (5, 3)]


def test_a_verdict_says_what_it_is_about() -> None:
    found = verdict(Guard("liability", 130, 80), "a", owed(90, 100, 110))
    said = found.to_dict()
    assert str(found.guard) == "liability at least 80 and at most 130"
    assert (said["measure"], said["at_most"], said["at_least"], said["status"]) == ("liability", 130, 80, UNDECIDED)
    assert (said["estimate"], said["replicates"]) == (100, 3)
    assert said["low"] == pytest.approx(75.16, abs=0.01)


def test_wrong_verdicts_are_rare() -> None:
    """A limit at the true value is called held or broken in at most 5 % of samples, both together."""
    luck, wrong = random.Random(2), 0
    for _ in range(1_000):
        seen = [{"liability": round(luck.gauss(10_000, 500))} for _ in range(8)]
        wrong += verdict(Guard("liability", at_most=10_000), "a", seen).status != UNDECIDED
    assert 29 <= wrong <= 74
