"""Invariants 17 to 29: replay, late events, and the life of a token. 20 is the import's: it sorts the rows."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from oracle.engines import replay
from oracle.generate import scenario
from oracle.stepper import Stepper, members_of
from oracle.world import Event

from parity.checks import (
    account,
    by_member,
    check_expiry,
    check_order_of_redemption,
    check_orders,
    notes_by_member,
    plain,
)
from parity.worked import back, every_engine, ledger, made, on, order, redeem, results, told, worked
from rewardsim.rules import codes
from rewardsim.rules.codes import AVAILABLE, CLAWED, DEBT, ISSUE, PENDING, REDEEMED
from rewardsim.rules.records import NEVER, NONE, Law


@every_engine
def test_invariant_17_replay_from_the_start_is_the_same(engine: str) -> None:
    """The same events make the same ledger and journal, every field of every line."""
    for (law, events, until), result in results(engine):
        assert replay(law, events, until, engine) == result


@pytest.mark.parametrize("seed", range(500, 506))
def test_invariant_18_splitting_the_stream_changes_nothing(seed: int) -> None:
    """One event at a time, or all at once."""
    law, events, until = made(seed)
    stepper = Stepper(law, members_of(events))
    entries = [entry for event in events for entry in stepper.apply(event)[1]] + stepper.finish(until)
    whole = replay(law, events, until, "interpreted")
    assert entries == whole.entries
    assert stepper.notes == whole.notes


def alone(law: Law, events: list[Event]) -> tuple[Law, list[Event]]:
    """The same without anything shared: no pools, draws or friends, and orders of their own member only."""
    campaigns = [row for row in law.campaigns if row.pool == NONE]
    items = law.items
    kept, owners = [], {}
    for event in (event for event in events if event["type"] != "draw_entry"):
        owner = owners.setdefault(event["order"], event["member"])
        shared = event["item"] != NONE and items[event["item"]].pool != NONE
        if (owner == event["member"] or event["order"] is None) and not shared:
            kept.append(event)
    terms = [replace(row, referral_from=NEVER) for row in law.terms]
    return law._replace(campaigns=campaigns, terms=terms, draws=[]), kept


@every_engine
def test_invariant_19_members_commute(engine: str) -> None:
    """Where nothing is shared, the order of different members' events is without effect."""
    for seed in range(500, 508):
        law, events, until = made(seed)
        law, events = alone(law, events)
        expected = replay(law, events, until, engine)
        turned = sorted(events, key=lambda event: (event["day"], -event["member"]))
        found = replay(law, turned, until, engine)
        assert by_member(found.entries) == by_member(expected.entries)
        assert notes_by_member(found.notes) == notes_by_member(expected.notes)
        assert found.members == expected.members


@every_engine
def test_invariant_21_late_events_follow_the_policy(engine: str) -> None:
    """Rejected, or posted on the day the member has reached, by the terms of their own day."""
    changes = [{"from": on(5), "bands": [{"tokens": 3, "per": 100}]}]
    events = [order(9, "a"), order(2, "b")]
    found = worked(engine, events, terms={"late": "reject"}, changes=changes)
    assert found.outcomes == ["applied", "late"]
    found = worked(engine, events, terms={"late": "post"}, changes=changes)
    assert found.outcomes == ["applied", "applied"]
    assert [(e["tokens"], e["day"]) for e in found.entries] == [
        (30, found.entries[0]["day"]),
        (10, found.entries[0]["day"]),
    ]


@every_engine
def test_invariant_22_a_pending_grant_resolves_once(engine: str) -> None:
    """Released, voided, clawed or expired: never more than was pending."""
    for (_, events, _), result in results(engine):
        check_orders(result.entries, events)
    events = [order(1, "a"), told("deliver", 2, order="a"), told("deliver", 3, order="a"), told("cancel", 4, order="a")]
    found = worked(engine, events, terms={"release_kind": "delivery"})
    assert found.outcomes == ["applied", "applied", "already_delivered", "order_delivered"]
    assert account(found.entries, PENDING) == 0


@every_engine
def test_invariant_22_a_void_is_final(engine: str) -> None:
    """An order voided at its delivery is worth nothing: not to a budget, not to a later return."""
    pool = {"size": 50, "period": "programme", "excess": "reduce"}
    events = [order(1, "a"), told("deliver", 1, order="a"), back(3, "a", 1000)]
    found = worked(
        engine,
        events,
        campaigns=[{"bonus_tokens": 7, "pool": pool}],
        until=9,
        terms={"release_kind": "delivery", "orders_max": 0, "orders_counted_on": "delivery", "clawback": "line"},
    )
    assert found.outcomes == ["applied", "applied", "nothing_to_take"]
    assert ledger(found) == ["m0 ISSUE -> PENDING 10 earning.purchase", "m0 PENDING -> CLAWED 10 earning.purchase"]


@every_engine
@pytest.mark.parametrize(("consumption", "first"), [("earliest_expiry_first", 1), ("oldest_first", 0)])
def test_invariant_23_lots_in_the_stated_order(engine: str, consumption: str, first: int) -> None:
    """Soonest expiry, or oldest first; what is taken sums to what is redeemed."""
    for _, result in results(engine):
        check_order_of_redemption(result.entries)
    events = [
        told("opening", 0, tokens=10, expiry_day=on(90)),
        told("opening", 0, tokens=10, expiry_day=on(60)),
        redeem(1, "a", 14),
    ]
    found = worked(engine, events, terms={"consumption": consumption})
    assert [(e["lot"], e["tokens"]) for e in found.entries[2:]] == [(first, 10), (1 - first, 4)]


@every_engine
def test_invariant_24_an_undone_redemption_restores_its_lots(engine: str) -> None:
    """The same lots with the same expiry, last taken first, never more than was redeemed."""
    events = [
        told("opening", 0, tokens=10, expiry_day=on(60)),
        told("opening", 0, tokens=10, expiry_day=on(90)),
        redeem(1, "a", 14),
        order(1, "a"),
        back(2, "a", 500),
        back(3, "a", 500),
    ]
    found = worked(engine, events, terms={"earn_on": 0})
    moves = [(e["lot"], e["expiry_day"], e["tokens"]) for e in found.entries if e["source"] == REDEEMED]
    days = [e["expiry_day"] for e in found.entries[:2]]
    assert moves == [(1, days[1], 4), (0, days[0], 3), (0, days[0], 7)]
    assert found.members[0]["available"] == 20


def clawed_in_parts(engine: str, parts: list[int], **terms: Any) -> int:
    """Tokens claimed back when an order of 997 comes back in these parts."""
    events = [order(0, "a", 997)] + [back(1 + k, "a", part) for k, part in enumerate(parts)]
    found = worked(engine, events, terms={"proration": "pro_rata", **terms}, bands=[{"tokens": 3, "per": 7}])
    return account(found.entries, CLAWED)


@every_engine
@pytest.mark.parametrize("rounding", ["floor", "half_up", "half_even", "ceil"])
@pytest.mark.parametrize("clawback", ["value_share", "line"])
def test_invariant_25_returns_do_not_depend_on_their_split(engine: str, rounding: str, clawback: str) -> None:
    """Only the sum of the returns counts; a full return takes exactly what was earned."""
    rng = Random(25)
    whole = clawed_in_parts(engine, [997], claw_rounding=rounding, clawback=clawback)
    assert whole == 427
    for _ in range(4):
        cuts = sorted(rng.sample(range(1, 997), 3))
        parts = [b - a for a, b in zip([0, *cuts], [*cuts, 997], strict=True)]
        assert clawed_in_parts(engine, parts, claw_rounding=rounding, clawback=clawback) == whole
        half = clawed_in_parts(engine, parts[:2], claw_rounding=rounding, clawback=clawback)
        assert half == clawed_in_parts(engine, [sum(parts[:2])], claw_rounding=rounding, clawback=clawback)


@every_engine
def test_invariant_25_a_bonus_on_weightless_lines_comes_back_too(engine: str) -> None:
    """By line, a full return takes a bonus even where no line has a weight."""
    lines = [{"category": 1, "amount": 0}, {"category": 1, "amount": 500}]
    events = [order(0, "a", 500, lines=lines), back(1, "a", 500, lines=[{"number": 2, "category": 1, "amount": 500}])]
    found = worked(
        engine,
        events,
        campaigns=[{"bonus_tokens": 9}],
        terms={"clawback": "line", "factor_row": [10_000, 0, 10_000, 10_000]},
    )
    assert found.outcomes == ["applied", "applied"]
    assert account(found.entries, CLAWED) == 9


@every_engine
def test_invariant_25_a_bonus_on_lines_below_a_step_comes_back_too(engine: str) -> None:
    """Lines that round to no token at all still carry the bonus, by their amounts."""
    lines = [{"amount": 0}, {"amount": 50}]
    events = [order(0, "a", 50, lines=lines), back(1, "a", 50, lines=[{"number": 2, "amount": 50}])]
    terms = {"clawback": "line", "round_at": "line"}
    found = worked(engine, events, campaigns=[{"bonus_tokens": 9}], terms=terms)
    assert found.outcomes == ["applied", "applied"]
    assert account(found.entries, CLAWED) == 9


@every_engine
def test_invariant_25_an_empty_order_placed_again_does_not_count(engine: str) -> None:
    """A request of a cancelled placing does not make the next one count at its delivery."""
    pool = {"size": 50, "period": "programme", "excess": "reduce"}
    window = {"from_day": on(0), "to_day": on(9), "category_set": [1]}
    events = [
        order(0, "a", lines=[{"category": 1, "amount": 50}]),
        told("cancel", 0, order="a"),
        order(0, "a", lines=[{"category": 0, "amount": 50}]),
        told("deliver", 0, order="a"),
        order(1, "b"),
        told("deliver", 1, order="b"),
    ]
    for event, second in zip(events, range(10), strict=False):
        event["second"] = second
    found = worked(
        engine,
        events,
        until=5,
        campaigns=[{**window, "bonus_tokens": 7, "pool": pool}],
        terms={"release_kind": "delivery", "orders_max": 1, "orders_counted_on": "delivery"},
    )
    assert found.outcomes == ["proposed", "nothing_to_take", "nothing_earned", "applied", "applied", "applied"]
    assert found.members[0]["available"] == 10


@every_engine
def test_invariant_26_returns_within_their_purchase(engine: str) -> None:
    """Never more than was bought, never of an unknown purchase, never before it."""
    events = [
        back(0, "a", 1),
        order(1, "a"),
        back(2, "a", 600),
        back(3, "a", 401),
        back(4, "a", 400),
        back(5, "z", 1),
        back(6, "a", 1),
    ]
    found = worked(engine, events)
    assert found.outcomes == [
        "unknown_order",
        "applied",
        "applied",
        "return_exceeds_order",
        "applied",
        "unknown_order",
        "return_exceeds_order",
    ]


@every_engine
def test_invariant_27_expiry_on_its_day(engine: str) -> None:
    """Empty on the day, one entry of what remained, never before."""
    for _, result in results(engine):
        check_expiry(result.entries)
    events = [told("opening", 0, tokens=10, expiry_day=on(5)), redeem(4, "a", 3), redeem(5, "b", 1)]
    found = worked(engine, events, until=50)
    assert found.outcomes == ["applied", "applied", "insufficient_tokens"]
    expired = [e for e in found.entries if e["rule"] == codes.RULE_EXPIRY]
    assert [(e["tokens"], e["day"]) for e in expired] == [(7, found.entries[0]["expiry_day"])]


@every_engine
def test_invariant_28_no_loop_creates_tokens(engine: str) -> None:
    """Redeem, order, return, again: nobody gains."""
    events = [told("opening", 0, tokens=500)]
    for k in range(1, 6):
        events += [redeem(2 * k, f"o{k}", 500), order(2 * k, f"o{k}"), back(2 * k + 1, f"o{k}", 1000)]
    found = worked(engine, events, terms={"basis": "net_of_tokens"}, bands=[{"tokens": 1, "per": 1}])
    assert set(found.outcomes) == {"applied"}
    assert found.members[0]["available"] == 500
    free = [told("opening", 0, tokens=500), redeem(1, "a", 500, 500), order(1, "a", 500)]
    assert worked(engine, free, terms={"basis": "net_of_tokens"}).outcomes[-1] == "nothing_earned"


@every_engine
def test_invariant_29_closing_forfeits_everything(engine: str) -> None:
    """Through EXPIRED, debt written off, held tokens at the settlement; nothing after."""
    pool = {"size": 5, "period": "programme", "excess": "reject"}
    events = [
        told("opening", 0, tokens=10),
        order(1, "a"),
        told("exchange", 2, item=0),
        told("close", 2),
        order(3, "b"),
    ]
    found = worked(engine, events, until=20, items=[{"tokens": 4, "pool": pool}], terms={"release_kind": "delivery"})
    assert found.outcomes == ["applied", "applied", "proposed", "applied", "member_closed"]
    assert account(found.entries, codes.EXPIRED) == 20
    assert {k: found.members[0][k] for k in ("pending", "available", "held", "debt")} == {
        "pending": 0,
        "available": 0,
        "held": 0,
        "debt": 0,
    }
    owing = [order(1, "a"), redeem(2, "b", 10), back(3, "a", 1000), told("close", 4)]
    found = worked(engine, owing)
    assert found.members[0]["debt"] == 0 == account(found.entries, DEBT)


@every_engine
def test_invariant_29_nothing_is_lost_between_members(engine: str) -> None:
    """What is issued to one member never reaches another's accounts."""
    law, events, until = scenario(77, 120, 4, late=0.0)
    for rows in by_member(replay(law, events, until, engine).entries).values():
        assert len({row[0] for row in rows}) == 1
    assert plain(replay(law, events, until, engine).entries)
    assert ISSUE != AVAILABLE
