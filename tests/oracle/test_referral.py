"""Referral, worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from oracle.engines import ENGINES, replay
from oracle.ledger import Result
from oracle.small import REFERRAL, START, history, journal, moves, on, programme
from oracle.world import Event
from rewardsim.rules import codes
from rewardsim.rules.records import NONE

every_engine = pytest.mark.parametrize("engine", ENGINES)


def told(engine: str, *events: Event, until: int = 90, changes: Any = None, **terms: int) -> Result:
    """What becomes of a few events under the usual referral with changes."""
    law = programme(changes=changes, **{**REFERRAL, **terms})
    return replay(law, history(*events), START + until, engine)


def bought(day: int, member: int, name: str, amount: int = 1000, **more: int) -> list[Event]:
    """An order that arrives the same day."""
    return [on(day, "order", member, order=name, amount=amount, **more), on(day, "deliver", member, order=name)]


@every_engine
def test_invited_accepted_delivered_rewarded(engine: str) -> None:
    """The friend's first delivery brings both their tokens on the day after, in the delivery's name."""
    found = told(
        engine,
        on(0, "invite", 0, counterpart=1),
        on(2, "enrol", 1),
        *bought(5, 1, "a"),
        *bought(9, 1, "b"),
    )
    assert found.outcomes == ["proposed", "applied", "rule_off", "applied", "rule_off", "applied"]
    assert journal(found) == [
        "1 m0 invited m1",
        "3 m1 referral_accepted m0",
        "6 m1 referral_qualified m0 a",
    ]
    assert moves(found) == ["6 m1 ISSUE>AVAILABLE 20 referral", "6 m0 ISSUE>AVAILABLE 100 referral"]
    assert [(entry["event"], entry["ordinal"], entry["order"]) for entry in found.entries] == [(3, 3, None)] * 2
    assert found.facts[1] | {} == {"state": codes.QUALIFIED, "referrer": 0, "invited_by": 0, "friends": 0}
    assert found.facts[0]["friends"] == 1


@every_engine
def test_a_reward_waits_for_its_day(engine: str) -> None:
    """Posted by time on its due day, still in the name of the event that qualified."""
    found = told(
        engine,
        on(0, "enrol", 0),
        on(0, "enrol", 1, counterpart=0),
        *bought(2, 1, "a"),
        referral_delay=14,
        expiry_kind=codes.ROLLING,
        expiry_days=30,
    )
    assert moves(found)[:2] == ["16 m0 ISSUE>AVAILABLE 100 referral", "46 m0 AVAILABLE>EXPIRED 100 expiry"]
    assert [entry["event"] for entry in found.entries] == [3, NONE, 3, NONE]


@every_engine
def test_three_levels_by_shares_of_the_first(engine: str) -> None:
    """Each share is a floor of the referrer's tokens; a share of nothing is skipped, not noted."""
    chain = [on(0, "enrol", 0), *(on(k, "enrol", k, counterpart=k - 1) for k in (1, 2, 3, 4))]
    shares = {"referrer_tokens": 7, "referral_levels": 3, "level_share_2": 0, "level_share_3": 3_333}
    found = told(engine, *chain, *bought(9, 4, "a"), **shares)
    assert moves(found) == [
        "10 m4 ISSUE>AVAILABLE 20 referral",
        "10 m3 ISSUE>AVAILABLE 7 referral",
        "10 m1 ISSUE>AVAILABLE 2 referral",
    ]
    assert journal(found, "referral_refused") == []


@every_engine
def test_why_an_invitation_does_not_stand(engine: str) -> None:
    """Member already, invited by the same, by another; refusals of the event itself."""
    found = told(
        engine,
        on(0, "enrol", 9),
        on(1, "invite", 0, counterpart=9),
        on(1, "invite", 0, counterpart=1, second=1),
        on(1, "invite", 0, counterpart=1, second=2),
        on(1, "invite", 2, counterpart=1, second=3),
        on(2, "invite", 0),
        on(2, "invite", 0, counterpart=0),
        on(8, "invite", 0, counterpart=5),
        referral_to=START + 8,
    )
    assert found.outcomes[1:] == ["proposed"] * 4 + ["no_friend", "self_referral", "referral_over"]
    assert journal(found) == [
        "2 m0 referral_refused existing_member m9",
        "2 m0 invited m1",
        "2 m0 referral_refused invited_already m1",
        "2 m2 referral_refused second_referrer m1",
    ]


@every_engine
def test_the_second_within_the_day_decides(engine: str) -> None:
    """Invited at noon, enrolled in the afternoon: accepted at once. The other way round: a member already."""
    after = told(engine, on(1, "invite", 0, counterpart=1, second=10), on(1, "share", 1, second=11))
    assert journal(after) == ["2 m0 invited m1", "2 m1 referral_accepted m0"]
    before = told(engine, on(1, "share", 1, second=9), on(1, "invite", 0, counterpart=1, second=10))
    assert journal(before) == ["2 m0 referral_refused existing_member m1"]


@every_engine
def test_why_an_acceptance_fails(engine: str) -> None:
    """Himself, unknown, closed, not invited, too early, too late: each for good."""
    found = told(
        engine,
        on(0, "enrol", 1, counterpart=1),
        on(3, "enrol", 2, counterpart=7),
        on(3, "enrol", 8),
        on(3, "enrol", 3, counterpart=8, second=1),
        on(3, "close", 8, second=2),
        on(4, "enrol", 4, counterpart=1),
        on(9, "enrol", 5, counterpart=1),
        *bought(10, 4, "a"),
        referral_from=START + 2,
        referral_to=START + 9,
        invitation_required=1,
    )
    assert journal(found) == [
        "0 m1 referral_refused self m1",
        "4 m2 referral_refused referrer_unknown m7",
        "4 m3 referral_refused referrer_closed m8",
        "5 m4 referral_refused not_invited m1",
        "9 m5 referral_refused over m1",
    ]
    assert found.entries == []
    early = told(engine, on(0, "enrol", 0), on(1, "enrol", 1, counterpart=0), referral_from=START + 2)
    assert journal(early) == ["1 m1 referral_refused not_started m0"]


@every_engine
def test_a_ring_of_one_day_is_cut_where_it_closes(engine: str) -> None:
    """Three who name each other in a circle: the last to ask is refused."""
    found = told(engine, *(on(0, "enrol", k, counterpart=(k + 1) % 3, second=k) for k in range(3)))
    assert journal(found) == [
        "1 m0 referral_accepted m1",
        "1 m1 referral_accepted m2",
        "1 m2 referral_refused cycle m0",
    ]


@every_engine
def test_what_does_not_qualify(engine: str) -> None:
    """Too small by a discount; too late after acceptance by one day."""
    start = (on(0, "enrol", 0), on(0, "enrol", 1, counterpart=0), on(0, "enrol", 2, counterpart=0))
    events = (*start, *bought(4, 1, "a", 1000, discount=1), *bought(5, 1, "b"), *bought(11, 2, "c"))
    once = told(engine, *events, referral_minimum=1000, referral_days=10)
    refused = ["5 m1 referral_refused order_too_small m0 a", "12 m2 referral_refused lapsed m0 c"]
    assert journal(once, "referral_refused", "referral_qualified") == refused
    any_order = told(engine, *events, referral_minimum=1000, referral_days=11, qualifies_on=codes.BY_ANY_DELIVERY)
    assert journal(any_order, "referral_refused", "referral_qualified") == [
        "5 m1 referral_refused order_too_small m0 a",
        "6 m1 referral_qualified m0 b",
        "12 m2 referral_qualified m0 c",
    ]


@every_engine
def test_a_referrers_limit(engine: str) -> None:
    """By friends: the third brings nothing. By tokens: cut to what is left. The friends get theirs."""
    start = [on(0, "enrol", 0)]
    for k in (1, 2, 3):
        start += [on(k, "enrol", k, counterpart=0), *bought(k, k, f"o{k}")]
    limit = {"referral_period": codes.PER_PROGRAMME, "referral_limit": 2}
    by_friends = told(engine, *start, **limit)
    assert [line for line in moves(by_friends) if " m0 " in line] == [
        "2 m0 ISSUE>AVAILABLE 100 referral",
        "3 m0 ISSUE>AVAILABLE 100 referral",
    ]
    assert journal(by_friends, "referral_refused") == ["4 m0 referral_refused referrer_limit m3"]
    by_tokens = told(engine, *start, **{**limit, "referral_limit": 150, "referral_limit_unit": codes.LIMIT_TOKENS})
    assert [line for line in moves(by_tokens) if " m0 " in line] == [
        "2 m0 ISSUE>AVAILABLE 100 referral",
        "3 m0 ISSUE>AVAILABLE 50 referral cut_by_limit",
    ]
    assert sum(entry["member"] != 0 for entry in by_tokens.entries) == 3


@every_engine
def test_a_return_takes_the_rewards_back(engine: str) -> None:
    """From the lot they went to, then as debt; once, and the referral is over for good."""
    found = told(
        engine,
        on(0, "enrol", 0),
        on(0, "enrol", 1, counterpart=0),
        *bought(2, 1, "a"),
        on(4, "redeem", 0, order="r", tokens=30, amount=1000),
        on(5, "return", 1, order="a", amount=1),
        *bought(6, 1, "b"),
        referral_minimum=1000,
    )
    assert journal(found)[1:] == ["3 m1 referral_qualified m0 a", "6 m1 referral_revoked m0"]
    assert moves(found) == [
        "3 m1 ISSUE>AVAILABLE 20 referral",
        "3 m0 ISSUE>AVAILABLE 100 referral",
        "4 m0 AVAILABLE>REDEEMED 30 redemption.checkout",
        "6 m1 AVAILABLE>CLAWED 20 referral",
        "6 m0 AVAILABLE>CLAWED 70 referral",
        "6 m0 DEBT>CLAWED 30 referral became_debt",
    ]


@every_engine
def test_a_return_strikes_off_what_is_still_to_come(engine: str) -> None:
    """Nothing is posted, nothing is clawed; without revocation all is posted."""
    events = (
        on(0, "enrol", 0),
        on(0, "enrol", 1, counterpart=0),
        *bought(2, 1, "a"),
        on(5, "return", 1, order="a", amount=1000),
    )
    assert told(engine, *events, referral_delay=14).entries == []
    kept = told(engine, *events, referral_delay=14, referral_revoke=0)
    assert moves(kept) == ["16 m0 ISSUE>AVAILABLE 100 referral", "16 m1 ISSUE>AVAILABLE 20 referral"]


@every_engine
def test_a_return_before_the_days_end_comes_in_time(engine: str) -> None:
    """Delivered and returned the same day: nothing ever qualifies."""
    found = told(
        engine,
        on(0, "enrol", 0),
        on(0, "enrol", 1, counterpart=0),
        *bought(2, 1, "a"),
        on(2, "return", 1, order="a", amount=1000),
    )
    assert journal(found)[1:] == ["3 m1 referral_refused order_too_small m0 a"]
    assert found.entries == []


@every_engine
def test_qualified_by_enrolment_and_left(engine: str) -> None:
    """Both are paid as the bond is made; who has left meanwhile gets nothing."""
    found = told(
        engine,
        on(0, "enrol", 0),
        on(1, "enrol", 1, counterpart=0),
        on(2, "close", 0),
        on(3, "enrol", 2, counterpart=1),
        qualifies_on=codes.BY_ENROLMENT,
        referral_levels=2,
        level_share_2=5_000,
    )
    assert journal(found)[2:] == [
        "4 m2 referral_accepted m1",
        "4 m2 referral_qualified m1",
        "4 m0 referral_refused referrer_closed m2",
    ]
    assert [line for line in moves(found) if line.startswith("4")] == [
        "4 m2 ISSUE>AVAILABLE 20 referral",
        "4 m1 ISSUE>AVAILABLE 100 referral",
    ]


@every_engine
def test_rewards_of_one_day_come_in_order_of_granting(engine: str) -> None:
    """Two friends, qualified on one day: the referrer is paid for the first one first."""
    found = told(
        engine,
        on(0, "enrol", 0),
        *(on(0, "enrol", k, counterpart=0) for k in (1, 2)),
        *(on(2, "order", k, order=f"o{k}", amount=1000) for k in (1, 2)),
        on(2, "deliver", 2, order="o2", second=1),
        on(2, "deliver", 1, order="o1", second=2),
        referral_delay=14,
    )
    assert [entry["event"] for entry in found.entries if entry["member"] == 0] == [5, 6]
