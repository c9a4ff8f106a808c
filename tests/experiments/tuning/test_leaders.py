"""Who is judged anew: the best by estimate, and the best of those surely within; each programme once."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from rewardsim.economics.guards import Guard
from rewardsim.experiments.tuning.leaders import chosen
from rewardsim.experiments.tuning.study import Score
from rewardsim.experiments.tuning.trials import Trial

from .made import plan

PLAN = replace(plan(), constraints=(Guard("liability", at_most=100),), leaders=4)


def trial(number: int, value: float, owed: tuple[int, ...], key: str = "") -> Trial:
    """A trial that came to a value, and owes so much in each replicate."""
    excess = sum(owed) / len(owed) / 100 - 1
    scenario: Any = SimpleNamespace(programme_key=key or f"key {number}", owed=owed)
    return Trial(number, (), {}, "done", "", Score((value,), (excess,)), scenario)


def numbers(*trials: Trial, **changes: Any) -> list[int]:
    """The numbers of those chosen, the shipped programme (50, within) being there too."""
    everyone = [trial(0, 50, (90, 91, 92), "shipped"), *trials]
    owed = {one.name: one.scenario.owed for one in everyone if one.scenario}  # type: ignore[attr-defined]
    seen: Any = SimpleNamespace(observations=lambda name: ([{"liability": one} for one in owed[name]], None))
    return [one.number for one in chosen(replace(PLAN, **changes), everyone, seen)]


AT_LIMIT = [trial(number, 100 - number, (60, 99, 138)) for number in (1, 2, 3, 4, 5)]
WITHIN = [trial(number, 100 - number, (80, 81, 82)) for number in (6, 7, 8)]
BEYOND = [trial(9, 1_000, (100, 101, 102))]


def test_half_are_the_best_by_estimate_half_the_best_surely_within() -> None:
    assert numbers(*BEYOND, *WITHIN, *AT_LIMIT) == [1, 2, 6, 7]
    assert numbers(*BEYOND, *WITHIN, *AT_LIMIT, leaders=3) == [1, 2, 6]
    assert numbers(*BEYOND, *WITHIN, *AT_LIMIT, leaders=1) == [1]


def test_where_few_are_surely_within_the_next_best_follow() -> None:
    assert numbers(*AT_LIMIT, WITHIN[0]) == [1, 2, 6, 3]


def test_what_is_beyond_by_estimate_is_not_judged() -> None:
    assert numbers(*BEYOND) == []


def test_a_programme_is_judged_once_and_the_shipped_one_anyway() -> None:
    twin = trial(10, 99, (60, 99, 138), "key 1")
    same = trial(11, 500, (90, 91, 92), "shipped")
    assert numbers(same, twin, *AT_LIMIT, *WITHIN) == [10, 2, 6, 7]  # the first of those that make it


def test_what_was_not_scored_is_no_leader() -> None:
    broken = replace(AT_LIMIT[0], state="failed", score=None)
    assert numbers(broken, AT_LIMIT[1]) == [2]
