"""Invariants 35, 36 and 38 to 46. 41 is parity; 43 and 44 are checked where files are read and bundles made."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from oracle.dates import to_date, to_day
from oracle.draws import shuffled
from oracle.engines import replay
from oracle.generate import random_history, random_law
from oracle.ledger import example
from oracle.world import Event

from parity.checks import NOTE_FIELDS, account, by_member, notes_by_member
from parity.worked import every_engine, ledger, made, on, order, result_of, results, told, worked
from rewardsim.rules import codes
from rewardsim.rules.codes import AVAILABLE, EXPIRED, ISSUE
from rewardsim.rules.records import NEVER, NONE, Band, Campaign, Law, Terms

KNOWN_RULES = set(codes.RULES.values())


@every_engine
def test_invariant_35_windows_are_half_open(engine: str) -> None:
    """The first day counts, the end does not: programme, campaign, item."""
    window = {"from_day": on(2), "to_day": on(4)}
    events = [order(day, f"o{day}") for day in range(6)] + [order(10, "z")]
    found = worked(engine, events, campaigns=[{**window, "bonus_tokens": 1}], terms={"ends_day": on(10)})
    days = [to_date(e["day"]) for e in found.entries if e["rule"] >= codes.RULE_CAMPAIGN_BASE]
    assert days == [on(2), on(3)]
    assert found.outcomes == ["applied"] * 6 + ["after_end"]
    events = [told("opening", 0, tokens=9)] + [told("exchange", day, item=0) for day in range(1, 6)]
    found = worked(engine, events, items=[{**window, "tokens": 1}])
    assert found.outcomes == [
        "applied",
        "item_not_offered",
        "applied",
        "applied",
        "item_not_offered",
        "item_not_offered",
    ]


@every_engine
def test_invariant_36_adding_campaigns_do_not_depend_on_their_order(engine: str) -> None:
    """Each adds on the base award, whatever stands before it."""
    rows = [{"factor_bp": 15_000}, {"bonus_tokens": 4}, {"factor_bp": 20_000, "minimum_order": 500}]
    for turn in range(3):
        turned = rows[turn:] + rows[:turn]
        found = worked(engine, [order(1, "a")], campaigns=turned)
        assert sorted(e["tokens"] for e in found.entries) == [4, 5, 10, 10]


@every_engine
def test_invariant_36_exclusive_and_multiplying_campaigns(engine: str) -> None:
    """The highest exclusive one silences the rest; multiplying ones come after all adding ones."""
    adding = {"factor_bp": 15_000}
    twice = {"factor_bp": 20_000, "stacking": "multiply"}
    for rows in ([twice, adding], [adding, twice]):
        found = worked(engine, [order(1, "a")], campaigns=rows)
        assert account(found.entries, AVAILABLE) == 30
    first = {"bonus_tokens": 3, "stacking": "exclusive"}
    found = worked(
        engine, [order(1, "a")], campaigns=[adding, first, {"bonus_tokens": 9, "stacking": "exclusive"}, twice]
    )
    assert ledger(found) == ["m0 ISSUE -> AVAILABLE 10 earning.purchase", "m0 ISSUE -> AVAILABLE 3 campaign1"]


@every_engine
def test_invariant_38_every_entry_can_be_explained(engine: str) -> None:
    """Entries name a known event of their member, its ordinal, and a known rule."""
    for (law, events, _), result in results(engine):
        tables = (law.campaigns, law.items, law.levels, law.draws)
        rules = KNOWN_RULES | {row.rule for rows in tables for row in rows}
        owners = {event["number"]: event["member"] for event in events}
        for entry in result.entries:
            assert entry["rule"] in rules
            of_friend = entry["rule"] == codes.RULE_REFERRAL and entry["event"] in owners
            assert entry["event"] == NONE or of_friend or owners[entry["event"]] == entry["member"]
        for note in result.notes:
            assert note["event"] == NONE or note["event"] in owners
            assert (note["event"] == NONE) == (note["ordinal"] == NONE)


@every_engine
def test_invariant_39_clearing_accounts_run_empty(engine: str) -> None:
    """Long after, nothing is held, and only undelivered orders are pending."""
    for seed in range(500, 508):
        law, events, until = made(seed)
        found = replay(law, events, until + 2_000, engine)
        assert all(member["held"] == 0 for member in found.members.values())
        waits = (codes.ON_DELIVERY, codes.DAYS_AFTER_DELIVERY)
        if not any(terms.release_kind in waits for terms in law.terms):
            assert all(member["pending"] == 0 for member in found.members.values())


@every_engine
def test_invariant_40_the_ledger_tells_every_month_end(engine: str) -> None:
    """What was available at a month's end can be read off the ledger later."""
    for seed in range(500, 506):
        law, events, until = made(seed)
        whole = result_of(seed, engine)
        for day in range(events[0]["day"], until, 31):
            earlier = [event for event in events if event["day"] <= day]
            then = replay(law, earlier, day, engine)
            dated = [entry for entry in whole.entries if entry["day"] <= day]
            assert account(then.entries, AVAILABLE) == account(dated, AVAILABLE)


def turned_ranking(draw: int, tickets: list[tuple[int, int]]) -> list[int]:
    """The usual ranking of tickets whose members were numbered the other way round."""
    return shuffled(draw, [(3 - member, entry) for member, entry in tickets])


def unnamed(note: tuple[Any, ...]) -> tuple[Any, ...]:
    """A note without the other member's number."""
    place = NOTE_FIELDS.index("counterpart")
    return note[:place] + note[place + 1 :]


@every_engine
def test_invariant_41_members_may_be_numbered_anyhow(engine: str) -> None:
    """Other numbers for the members, the same ledger."""
    for seed in range(500, 506):
        law, events, until = made(seed)
        turned = [
            {**e, "member": 3 - e["member"], "counterpart": 3 - e["counterpart"] if e["counterpart"] >= 0 else NONE}
            for e in events
        ]
        whole = replay(law, turned, until, engine, turned_ranking)
        found = by_member(whole.entries)
        for member, rows in by_member(result_of(seed, engine).entries).items():
            assert [row[1:] for row in rows] == [row[1:] for row in found[3 - member]]
        journal = notes_by_member(whole.notes)
        for member, notes in notes_by_member(result_of(seed, engine).notes).items():
            assert [unnamed(note) for note in notes] == [unnamed(note) for note in journal[3 - member]]


@every_engine
def test_invariant_42_members_out_of_reach_are_unchanged(engine: str) -> None:
    """A campaign on one channel leaves those who never order there as they were."""
    rng = Random(42)
    law = random_law(rng)._replace(campaigns=[], items=[], draws=[])
    for terms in law.terms:
        terms.referral_from = NEVER
    events = random_history(rng, law, 150, 4, late=0.0)
    for event in events:
        event["channel"] = 2 if event["member"] == 0 else event["channel"] % 2
    bonus = Campaign(
        to_day=NEVER,
        weekdays=127,
        channel_set=len(law.channel_sets),
        factor_bp=10_000,
        bonus_tokens=5,
        limit_tokens=NONE,
        rule=codes.RULE_CAMPAIGN_BASE,
    )
    varied = law._replace(campaigns=[bonus], channel_sets=[*law.channel_sets, [0, 0, 1]])
    before = by_member(replay(law, events, events[-1]["day"], engine).entries)
    after = by_member(replay(varied, events, events[-1]["day"], engine).entries)
    for member in (1, 2, 3):
        assert before.get(member) == after.get(member)


def plain_orders(seed: int) -> list[Event]:
    """Orders only, of any amount."""
    rng = Random(seed)
    rows = []
    for k in range(60):
        amount = rng.randrange(0, 400)
        rows.append(
            example(
                type="order",
                number=k,
                member=rng.randrange(3),
                day=to_day(on(k // 2)),
                order=f"o{k}",
                amount=amount,
                lines=[{"number": 1, "category": 0, "amount": amount, "discount": 0}],
            )
        )
    return rows


def plain_law(tokens: int, per: int, **terms: int) -> Law:
    """A rate and nothing else."""
    row = Terms(
        from_day=to_day(on(0)),
        to_day=NEVER,
        starts_day=to_day(on(0)),
        ends_day=NEVER,
        amount_max=10**9,
        tokens_max=10**9,
        counter_width=2,
        category_width=1,
        channel_width=1,
        earn_on=1,
        band_count=1,
        counts_from_day=NEVER,
        orders_max=NONE,
        share_limit=NONE,
        redeem_value_num=1,
        redeem_value_den=1,
        redeem_step=1,
        debt_limit=NONE,
        window_days=NONE,
        **terms,
    )
    band = Band(upper=NONE, tokens=tokens, per=per, common=tokens, denominator=per)
    return Law(
        terms=[row],
        bands=[band],
        limits=[],
        campaigns=[],
        items=[],
        pools=[],
        channel_sets=[[1]],
        category_sets=[[1]],
        category_factors=[[10_000]],
        levels=[],
        draws=[],
        prizes=[],
    )


@every_engine
@pytest.mark.parametrize("proration", [codes.STEP, codes.PRO_RATA])
def test_invariant_45_monotone_in_rate_expiry_and_scale(engine: str, proration: int) -> None:
    """More rate, more issued; less time, more expired; no rate, no entries; twice the value, twice the tokens."""
    events = plain_orders(45)
    issued = [
        -account(replay(plain_law(n, 30, proration=proration), events, events[-1]["day"], engine).entries, ISSUE)
        for n in range(4)
    ]
    assert issued[0] == 0
    assert issued == sorted(issued)
    expired = [
        account(
            replay(
                plain_law(1, 10, expiry_kind=codes.ROLLING, expiry_days=days), events, events[-1]["day"], engine
            ).entries,
            EXPIRED,
        )
        for days in (20, 10, 5, 1)
    ]
    assert expired == sorted(expired)
    assert expired[0] < expired[-1]
    doubled = [
        {**e, "amount": 2 * e["amount"], "lines": [{**line, "amount": 2 * line["amount"]} for line in e["lines"]]}
        for e in events
    ]
    once = replay(plain_law(1, 1), events, events[-1]["day"], engine)
    twice = replay(plain_law(1, 1), doubled, events[-1]["day"], engine)
    assert account(twice.entries, ISSUE) == 2 * account(once.entries, ISSUE)


@every_engine
def test_invariant_46_nothing_to_do_is_no_fault(engine: str) -> None:
    """No events; one day; the first and the last day there is."""
    law = plain_law(1, 1)
    assert replay(law, [], to_day(on(0)), engine).entries == []
    found = worked(engine, [order(0, "a"), order(1, "b")], terms={"ends_day": on(1)})
    assert found.outcomes == ["applied", "after_end"]
    for day in (0, 2_932_896 - 800):
        terms = law.terms[0]
        terms.from_day = terms.starts_day = 0
        event = example(
            type="order", day=day, order="a", amount=5, lines=[{"number": 1, "category": 0, "amount": 5, "discount": 0}]
        )
        found = replay(law, [event], day + 1, engine)
        assert found.outcomes == ["applied"]
        assert [(e["day"], e["tokens"]) for e in found.entries] == [(day, 5)]
