"""What is advised, of leaders whose every figure is made up: fresh luck decides, all leaders considered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rewardsim.economics.guards import BROKEN, HELD, UNDECIDED, Guard, Verdict
from rewardsim.economics.intervals import Interval
from rewardsim.experiments.tuning.advice import CHANGE, INFEASIBLE, KEEP, UNKNOWN, advised
from rewardsim.experiments.tuning.leaders import Gain, Leader, together
from rewardsim.experiments.tuning.plan import Objective
from rewardsim.experiments.tuning.study import Score
from rewardsim.experiments.tuning.trials import Trial

from .made import plan

LIMIT = Guard("liability", at_most=1)
PLAN = replace(plan(), constraints=(LIMIT,))


def trial(number: int, excess: float = -1.0) -> Trial:
    return Trial(number, (), {}, "done", "", Score((0.0,), (excess,)), None)


def leader(number: int, fresh: float = 0.0, half: float = 1.0, searched: float = 0.0, status: str = HELD) -> Leader:
    goal = PLAN.objectives[0]
    ends = [
        Interval(at, at - width, at + width, 6) for at, width in ((fresh, half / 2), (fresh, half), (searched, 1.0))
    ]
    gains = () if number == 0 else (Gain(goal, *ends, Interval(searched - fresh, None, None, 6), None),)
    verdicts = (Verdict(LIMIT, "", status, Interval(0.0, -1.0, 1.0, 6), 9 if status == UNDECIDED else None),)
    return Leader(trial(number), gains, verdicts, ())


def advice(*leaders: Leader, plan: Any = PLAN) -> Any:
    front = [one.trial.number for one in leaders if one.status == HELD]
    return advised(plan, [one.trial for one in leaders], leaders, front)


def test_fresh_luck_decides_not_the_search() -> None:
    found = advice(leader(0), leader(1, fresh=2, searched=90), leader(2, fresh=5, searched=3))
    assert (found.kind, found.leader.trial.number, found.best.trial.number) == (CHANGE, 2, 2)
    assert found.winner.trial.number == 1


def test_sure_comes_before_large() -> None:
    found = advice(leader(0), leader(1, fresh=50, half=60), leader(2, fresh=5))
    assert (found.kind, found.leader.trial.number) == (CHANGE, 2)


def test_what_is_sure_alone_but_not_together_is_not_sure() -> None:
    """Its own interval leaves out zero, that for all leaders does not."""
    found = advice(leader(0), leader(1, fresh=1.5, half=2.0))
    assert leader(1, fresh=1.5, half=2.0).gains[0].fresh.sure
    assert found.kind == KEEP
    assert (found.leader.trial.number, found.best.trial.number) == (0, 1)


def test_less_is_better_where_it_is_to_be_small() -> None:
    down = replace(PLAN, objectives=(Objective("incremental_net", "minimise"),))
    leaders = [leader(0), leader(1, fresh=-5), leader(2, fresh=7)]
    turned = [
        replace(one, gains=tuple(replace(gain, objective=down.objectives[0]) for gain in one.gains)) for one in leaders
    ]
    found = advice(*turned, plan=down)
    assert (found.kind, found.leader.trial.number) == (CHANGE, 1)


@pytest.mark.parametrize("status", [BROKEN, UNDECIDED])
def test_what_is_not_surely_within_is_not_recommended(status: str) -> None:
    found = advice(leader(0), leader(1, fresh=9, status=status), leader(2, fresh=3))
    assert found.leader.trial.number == 2
    assert advice(leader(0), leader(1, fresh=9, status=status)).kind == KEEP


@pytest.mark.parametrize("status", [BROKEN, UNDECIDED])
def test_a_shipped_programme_that_may_break_a_limit_is_left_even_at_a_loss(status: str) -> None:
    found = advice(leader(0, status=status), leader(1, fresh=-9), leader(2, fresh=-3))
    assert (found.kind, found.leader.trial.number) == (CHANGE, 2)
    assert f"the shipped programme: {status}" in found.reason


def test_where_nobody_is_surely_within_nothing_is_recommended() -> None:
    found = advice(leader(0, status=BROKEN), leader(1, fresh=9, status=UNDECIDED))
    assert (found.kind, found.leader, found.best.trial.number) == (UNKNOWN, None, 1)
    assert "9 fresh replicates would decide" in found.reason


def test_without_leaders_it_cannot_be_done() -> None:
    limits = (LIMIT, Guard("cost", at_most=2), Guard("net", at_least=3))
    tried = [
        Trial(number, (), {}, "done", "", Score((0.0,), excess), None)
        for number, excess in enumerate([(0.5, 0.1, -1.0), (0.3, -0.2, -1.0), (0.2, 0.4, -1.0)])
    ]
    found = advised(replace(PLAN, constraints=limits), tried, [leader(0, status=BROKEN)], [])
    assert (found.kind, found.leader, found.best, found.winner) == (INFEASIBLE, None, None, None)
    most, least = found.reason.split("; broken least: ")
    assert "broken most: liability at most 1 (in 3 of 3 trials, by 20.0% at its nearest, trial 2)" in most
    assert least == "cost at most 2 (in 2 of 3 trials, held in others)"
    assert [one.broken for one in found.strains] == [3, 2, 0]


def test_intervals_that_hold_together_are_wider() -> None:
    assert together(1) == 0.95
    assert together(5) == pytest.approx(0.99)
    assert together(0) == 0.95
