"""A programme that does nothing changes nobody (A1), and what looks like its effect is selection (A2)."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsim.experiments.simulations.simulate import simulate
from rewardsim.rules.records import NEVER
from simulation.everything import FIRST, LAST, MEMBERS, SEED, programme, town
from simulation.living import counted, flow, live, within
from simulation.plain import STAMPS, WELCOME, club, crowd

PATH = ("arrival", "orders", "revenue", "left_day", "candidate", "next_at", "worn", "wearing", "factor", "borrowed")
COUNTED = ("arrived", "left", "purchases", "revenue", "extra", "forgone")


def unmoved(**changes):
    """The town, but nothing moves its people."""
    return town(behaviour={"preset": "no_response"}, **changes)


@pytest.mark.parametrize(("engine", "members"), [("compiled", MEMBERS), ("simpy", 60)])
def test_without_response_every_path_is_the_twins_a1(engine: str, members: int) -> None:
    """Even though tokens are given, spent and lost."""
    days = {"members": members, "first_day": FIRST, "last_day": LAST, "seed": SEED, "engine": engine}
    done, twin = (live(under, unmoved(), **days) for under in (programme(), None))
    assert flow(done, "AVAILABLE", "REDEEMED").sum() > 0
    assert done.members == twin.members == members
    for name in PATH:
        assert np.array_equal(done.persons[name], twin.persons[name]), name
    for name in COUNTED:
        assert np.array_equal(counted(done, name), counted(twin, name)), name


def test_an_empty_programme_counts_what_none_counts_a1() -> None:
    done, twin = (live(under, unmoved(), members=MEMBERS, last_day=LAST) for under in (club(), None))
    for name in (*COUNTED, "returns", "returned", "present"):
        assert np.array_equal(counted(done, name), counted(twin, name)), name


def test_the_effect_of_a_null_programme_is_exactly_nothing_a1(tmp_path) -> None:
    run = simulate(
        club(WELCOME, STAMPS), unmoved(), members=200, until="2020-06-30", replicates=3, out=tmp_path, threads=1
    )
    effects = run.effects[run.effects["quantity"].isin(["purchases", "revenue", "person_days", "kept_revenue"])]
    assert len(effects) >= 4
    assert (effects[["estimate", "low", "high"]] == 0).all(axis=None)
    assert (run.parts[[name for name in run.parts.columns if name in ("estimate", "low", "high")]] == 0).all(axis=None)


def half(**changes):
    """A mixed crowd half of which enrols."""
    return crowd(purchases={"r": 1, "alpha_weeks": 2}, enrolment__arriving={"share": "50%"}, **changes)


def members_and_others(population, seed: int = 4):
    """Purchases of who enrolled and who did not, where the programme does nothing."""
    done, twin = (live(under, population, members=8_000, weeks=26, seed=seed) for under in (club(WELCOME), None))
    assert np.array_equal(done.persons["orders"], twin.persons["orders"])
    joined = done.persons["enrol_day"] != NEVER
    return done.persons["orders"][joined].astype(float), done.persons["orders"][~joined].astype(float)


def standard_error(one, other) -> float:
    return float(np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)))


def test_heavy_buyers_enrol_and_the_gap_is_no_effect_a2() -> None:
    """Members buy more than others although nobody was moved: selection."""
    joined, others = members_and_others(half(correlation__rate_enrolment=0.5))
    assert joined.mean() - others.mean() > 20 * standard_error(joined, others)


def test_no_gap_where_enrolment_is_a_coin_a2() -> None:
    joined, others = members_and_others(half())
    assert within([joined.mean() - others.mean()], 0.0, spread=standard_error(joined, others))
