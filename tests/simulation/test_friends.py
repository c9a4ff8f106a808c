"""Friends who were brought: they stay while their inviter does, buy more at first, and invite more."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rewardsim.behaviour.records import NEVER, REFERRED
from simulation.altered import Altered
from simulation.family import REFERRAL, log_odds
from simulation.living import counted, live, total, within
from simulation.plain import club, crowd

MEMBERS = 4_000
STAY = -math.log(0.5)
SURE = {"invite_once": 2.0, "accept": log_odds(0.5), "accept_reward": 0.0, "accept_pool": 0.0}


def circle(weeks: int = 26, traits: dict | None = None, **habits: float):
    """A crowd in which everybody brings one friend on average on his first visit, and friends likewise."""
    town = crowd(referral={"pool": 30}, lifetime={"weeks": 20})
    return live(club(REFERRAL), Altered(town, habits={**SURE, **habits}, traits=traits), members=MEMBERS, weeks=weeks)


def lived_days(done, rows) -> np.ndarray:
    """Days from arrival to leaving, or to the end."""
    ends = np.minimum(done.persons["left_day"][rows], done.last_day + 1)
    return ends - np.floor(done.persons["arrival"][rows])


def test_friends_are_new_people_with_a_place_in_the_family():
    done = circle()
    friends = np.flatnonzero(done.persons["kind"] == REFERRED)
    inviters = done.persons["inviter"][friends]
    assert len(friends) > MEMBERS / 2
    assert (inviters < friends).all()
    assert (done.persons["generation"][friends] == done.persons["generation"][inviters] + 1).all()
    assert all(
        done.member_ids[m].rpartition(".")[0] == done.member_ids[i] for m, i in zip(friends, inviters, strict=True)
    )
    assert (done.persons["arrival"][friends] > done.persons["enrol_day"][inviters]).all()
    streams = done.persons["high"].astype(np.uint64) << np.uint64(32) | done.persons["low"].astype(np.uint64)
    assert len(np.unique(streams)) == done.members
    assert np.bincount(inviters, minlength=done.members).max() <= 2
    assert counted(done, "accepted")[:-1].sum() == len(friends)  # those of the last day would come after it
    assert total(done, "joined") <= len(friends)


def test_friends_stay_while_their_inviter_does():
    """With all hazards alike, a friend's is halved as long as his inviter is there."""
    done = circle(stay_referrer=STAY)
    first = done.first_day
    early = (done.persons["generation"] == 1) & (done.persons["arrival"] < first + 32)
    rows = np.flatnonzero(early)
    stayed = done.persons["left_day"][done.persons["inviter"][rows]] == NEVER
    with_him, alone = (lived_days(done, rows[there]).astype(float) for there in (stayed, ~stayed))
    gap = with_him.mean() - alone.mean()
    assert gap > 4 * math.hypot(with_him.std() / math.sqrt(len(with_him)), alone.std() / math.sqrt(len(alone)))
    days = done.last_day + 1 - done.persons["arrival"][rows[stayed]]
    assert within((done.persons["left_day"][rows[stayed]] == NEVER) - np.exp(-0.5 * days / 140), 0.0)


def test_without_that_effect_friends_leave_like_others():
    done = circle()
    rows = np.flatnonzero(done.persons["generation"] == 1)
    days = done.last_day + 1 - done.persons["arrival"][rows]
    assert within((done.persons["left_day"][rows] == NEVER) - np.exp(-days / 140), 0.0)


@pytest.mark.parametrize("margin", [0.2, -0.1])
def test_friends_spend_more_or_less_at_first(margin):
    done = circle(weeks=30, friend_margin=margin, friend_margin_weeks=13.0)
    friends = done.persons["kind"] == REFERRED
    value = done.persons["revenue"] / np.maximum(done.persons["orders"], 1)
    assert (value[~friends & (done.persons["orders"] > 0)] == 1_000).all()
    once = value[friends & (done.persons["orders"] > 0)] / 1_000 - 1
    assert (np.sign(once) == np.sign(margin)).all()
    assert abs(once).max() <= abs(margin) + 1e-3
    assert abs(once).min() >= abs(margin) * math.exp(-30 / 13) - 1e-3


def test_friends_who_do_not_convert_never_buy():
    done = circle(convert=0.4)
    friends = done.persons[done.persons["kind"] == REFERRED]
    assert within(friends["rate"] > 0, 0.4)
    assert (friends["orders"][friends["rate"] == 0] == 0).all()
    assert friends["orders"][friends["rate"] > 0].mean() > 1


def test_a_larger_gift_loses_no_friend_and_friends_are_who_they_are():
    """Under the same luck whoever accepts for little accepts for much, and is the same person then."""
    town = crowd(referral={"pool": 10}, response__invites={"mean": 0.5, "shape": 0.5})
    open_to = Altered(town, habits={"accept": -1.5, "accept_reward": 0.5, "accept_pool": 0.0})
    value = '[redemption.checkout]\nvalue_per_token = "0.10"\n'
    gifts = [club(REFERRAL.replace("referee_tokens = 1", f"referee_tokens = {gift}"), value) for gift in (1, 2_000)]
    little, much = (live(under, open_to, members=500, weeks=26) for under in gifts)
    rows = {name: row for row, name in enumerate(much.member_ids)}
    both = [name for name in little.member_ids if name in rows]
    assert len(little.member_ids) - 500 > 100
    assert both == little.member_ids
    assert len(much.member_ids) > 1.2 * len(little.member_ids)
    there = [rows[name] for name in both]
    for name in ("low", "high", "rate", "spend", "lifetime", "patience", "generation", "enrol_day", "enrol_second"):
        assert np.array_equal(little.persons[name], much.persons[name][there]), name
