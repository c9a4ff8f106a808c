"""Whom a change cannot reach, it does not touch: not by one token, not by one second."""

from __future__ import annotations

import numpy as np
import pytest

from rewardsim.behaviour.records import NEVER, NONE
from simulation.everything import FIRST, LAST, MEMBERS, SEED, lived, programme, town
from simulation.living import Kept, counted, day, live

ROWS = ("parcel_first", "friend_first", "friend_next")  # where in memory something lies
CANDIDATE = ("candidate", "next_at", "next_mark", "next_size")
ALONE = {
    "campaigns.spring.budget": None, "campaigns.big-basket.budget": None, "exchange.mug.stock": None
}  # fmt: skip


def lives(done, rows):
    """Everything known of some people, numbers of rows apart."""
    names = [name for name in done.persons.dtype.names if name not in ROWS]
    return done.persons[names][rows]


def accounts(done, rows):
    """Fingerprints of everything that happened to some members' tokens, and of their notes."""
    return done.auditor.chains[rows], done.auditor.balances[rows], done.chains.chains[rows]


def same_people(one, other, rows):
    """Some people lived the same life and had the same tokens."""
    assert np.array_equal(lives(one, rows), lives(other, rows))
    for mine, others in zip(accounts(one, rows), accounts(other, rows), strict=True):
        assert np.array_equal(mine, others)


def apart(**changes):
    """The full programme without anything that members share."""
    return programme().without("draws").vary({**ALONE, **changes})


def crowded(**changes):
    """The town with room for every friend, and not too many of them."""
    return town(referral__pool=3, behaviour__accept=-3, behaviour__accept_pool=0, **changes)


def test_an_item_nobody_can_afford(full: Kept) -> None:
    throne = {"kind": "code", "tokens": 5_000_000, "per_member_max": 1}
    dear, dearer = (programme().vary({"exchange.throne": {**throne, "tokens": n}}) for n in (5_000_000, 6_000_000))
    one, other = lived(programme=dear), lived(programme=dearer)
    everybody = np.arange(one.members)
    assert one.digest == other.digest
    same_people(one, other, everybody)
    assert np.array_equal(lives(one, everybody), lives(full.done, everybody))
    assert np.array_equal(one.auditor.flows, full.done.auditor.flows)


@pytest.mark.parametrize(
    "change",
    [
        {"earning.purchase.bands": [{"tokens": 2, "per": "1.00"}]},
        {
            "tiers.levels": [
                {"id": "bronze", "from": "0.00"},
                {"id": "silver", "from": "3.00"},
                {"id": "gold", "from": "9.00"},
            ]
        },
        {"exchange.coupon.tokens": 30},
        {"redemption.checkout.value_per_token": "0.04"},
        {"referral.referee_tokens": 300},
        {"expiry.days": 40},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_rule_that_starts_late(full: Kept, change) -> None:
    """Up to the day before a change, everything that was counted and posted is the same; after it, it is not."""
    starts = day("2020-08-01")
    other = lived(programme=programme().vary(change, start="2020-08-01"))
    before = starts - FIRST
    for name in ("tally", "settled"):
        assert np.array_equal(getattr(other, name)[:before], getattr(full.done, name)[:before]), name
    assert np.array_equal(other.auditor.flows[:before], full.done.auditor.flows[:before])
    assert not np.array_equal(other.auditor.flows[before:], full.done.auditor.flows[before:])
    gone = np.flatnonzero(full.done.persons["left_day"][:MEMBERS] < starts)
    assert len(gone) > 20
    orders = ("orders", "revenue", "left_day", "next_at", "candidate", "worn")
    assert all(np.array_equal(other.persons[name][gone], full.done.persons[name][gone]) for name in orders)


def test_a_change_of_the_referral_leaves_alone_who_brings_nobody() -> None:
    one, other = (
        lived(programme=apart(**{"referral.referrer_tokens": tokens}), population=crowded()) for tokens in (60, 600)
    )
    assert one.digest != other.digest
    brings = (one.persons["invited"][:MEMBERS] > 0) | (other.persons["invited"][:MEMBERS] > 0)
    assert 20 < brings.sum() < MEMBERS - 20
    same_people(one, other, np.flatnonzero(~brings))


def test_a_referral_leaves_alone_who_invites_nobody() -> None:
    """With and without a referral phase."""
    one, other = (
        lived(programme=apart(), population=crowded()),
        lived(programme=apart().without("referral"), population=crowded()),
    )
    rows = np.flatnonzero(one.persons["invited"][:MEMBERS] == 0)
    assert one.members > other.members == MEMBERS
    assert len(rows) > 20
    same_people(one, other, rows)


def test_members_are_not_moved_by_how_many_there_are() -> None:
    """Where nothing is shared, the first hundred of three hundred are a hundred alone."""
    few, many = (lived(programme=apart(), population=crowded(), members=n) for n in (100, 300))
    rows = np.arange(100)
    assert 110 < few.members < 400
    assert np.array_equal(lives(few, rows), lives(many, rows))
    for mine, others in zip(accounts(few, rows)[:2], accounts(many, rows)[:2], strict=True):
        assert np.array_equal(mine, others)


def test_who_never_enrols_lives_as_without_a_programme(full: Kept) -> None:
    """But for the candidate he is at: under a programme those are looked at that only its pull could reach."""
    twin = live(None, town(), members=MEMBERS, last_day=LAST, seed=SEED)
    rows = np.flatnonzero(full.done.persons["enrol_day"][:MEMBERS] == NEVER)
    assert len(rows) > 10
    for name in set(twin.persons.dtype.names) - {*ROWS, *CANDIDATE}:
        assert np.array_equal(full.done.persons[name][rows], twin.persons[name][rows]), name
    assert (twin.persons["tier"] == NONE).all()
    assert twin.digest == ""
    assert twin.members == MEMBERS


def test_people_are_the_same_with_and_without_a_programme(full: Kept) -> None:
    twin = live(None, town(), members=MEMBERS, last_day=LAST, seed=SEED)
    traits = ("low", "high", "kind", "cohort", "arrival", "rate", "hazard", "lifetime", "spend", "goal", "reluctance",
              "patience", "invites", "returns", "shares", "posts", "birthday")  # fmt: skip
    for name in traits:
        assert np.array_equal(full.done.persons[name][:MEMBERS], twin.persons[name]), name
    before = day("2020-01-08") - FIRST
    assert np.array_equal(counted(full.done, "purchases")[:before], counted(twin, "purchases")[:before])


def test_a_fork_is_the_variant_from_the_start(full: Kept) -> None:
    """A change that begins after a checkpoint may go on from it."""
    other = programme().vary({"expiry.days": 40, "redemption.checkout.tokens_min": 5}, start="2020-08-01")
    fresh = lived(programme=other)
    for threads in (1, 3):
        fork = lived(programme=other, resume=full.folder / "early", threads=threads)
        assert fork.digest == fresh.digest != full.done.digest
        assert np.array_equal(fork.tally, fresh.tally)
