"""Invariants 1 to 16: conservation, bounds, identity. 6 and 12 are checked where money and populations are summed."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.earning import apportion
from oracle.stepper import Stepper

from parity.checks import (
    account,
    by_member,
    check_balances,
    check_debt,
    check_entries,
    check_lots,
)
from parity.worked import back, every_engine, ledger, made, order, redeem, results, told, worked
from rewardsim.rules import arithmetic, codes
from rewardsim.rules.codes import AVAILABLE, CLAWED, DEBT, ISSUE
from rewardsim.rules.records import EventLine

PROFILE = settings(deadline=None, derandomize=True, print_blob=True)


@every_engine
def test_invariant_01_entries_of_each_event_balance(engine: str) -> None:
    """Every event's entries sum to zero over all accounts."""
    for _, result in results(engine):
        check_entries(result.entries)
        sums: Counter[int] = Counter()
        for entry in result.entries:
            sums[entry["event"]] += entry["tokens"] - entry["tokens"]
        assert not any(sums.values())


@every_engine
def test_invariant_02_conserved_at_every_prefix(engine: str) -> None:
    """Issued tokens are pending, available, held, redeemed, expired, clawed, less debt, at any time."""
    for _, result in results(engine):
        held: Counter[int] = Counter()
        for entry in result.entries:
            held[entry["source"]] -= entry["tokens"]
            held[entry["target"]] += entry["tokens"]
            assert sum(held.values()) == 0
            assert held[codes.PENDING] >= 0
            assert held[AVAILABLE] >= 0
            assert held[codes.HELD] >= 0
            assert held[DEBT] <= 0


@every_engine
def test_invariant_03_balances_are_sums_of_entries(engine: str) -> None:
    """A member's balances are the sums of its entries, and of its lots."""
    for _, result in results(engine):
        check_balances(result.entries, result.members)
        check_lots(result.entries, result.members)


@every_engine
def test_invariant_04_lots_give_what_they_got(engine: str) -> None:
    """No lot gives more than it was granted and got back."""
    for _, result in results(engine):
        check_lots(result.entries, result.members)


@every_engine
def test_invariant_05_totals_add_up_however_grouped(engine: str) -> None:
    """Issued by day and issued by member are the same total."""
    for _, result in results(engine):
        days: Counter[int] = Counter()
        for entry in result.entries:
            days[entry["day"]] += entry["tokens"] * ((entry["source"] == ISSUE) - (entry["target"] == ISSUE))
        total = -account(result.entries, ISSUE)
        assert sum(days.values()) == total
        assert sum(-account(result.entries, ISSUE, m) for m in by_member(result.entries)) == total


@PROFILE
@given(total=st.integers(0, 10_000), weights=st.lists(st.integers(0, 500), min_size=1, max_size=6))
def test_invariant_07_apportioned_parts_sum_to_the_whole(total: int, weights: list[int]) -> None:
    """Largest remainder, ties to the earlier line."""
    lines = [EventLine(number=k, weight=weight) for k, weight in enumerate(weights)]
    arithmetic.apportion(lines, 0, len(lines), total)
    shares = [line.share for line in lines]
    assert sum(shares) == total
    if sum(weights):
        assert shares == apportion(total, weights)


@every_engine
def test_invariant_08_only_clawback_makes_debt(engine: str) -> None:
    """Available is never negative, debt is bounded, and in debt nothing can be redeemed."""
    for (law, _, _), result in results(engine):
        check_balances(result.entries, result.members)
        check_debt(law, result.members)
        for entry in result.entries:
            assert entry["source"] != DEBT or (entry["target"] == CLAWED and entry["reason"] == codes.BECAME_DEBT)
    events = [order(1, "a"), redeem(2, "b", 10), back(3, "a", 1000), redeem(4, "c", 1)]
    found = worked(engine, events, terms={"debt_limit": 6})
    assert found.outcomes == ["applied", "applied", "applied_in_part", "in_debt"]
    assert found.members[0]["debt"] == 6
    assert found.members[0]["shortfall"] == 4


@every_engine
def test_invariant_09_a_hold_is_covered_when_made(engine: str) -> None:
    """Two exchanges of one day cannot hold the same tokens."""
    item = {"tokens": 8, "pool": {"size": 5, "period": "programme", "excess": "reject"}}
    events = [told("opening", 0, tokens=10), told("exchange", 1, item=0), told("exchange", 1, second=1, item=0)]
    found = worked(engine, events, items=[item])
    assert found.outcomes == ["applied", "proposed", "insufficient_tokens"]
    assert (found.members[0]["available"], found.members[0]["held"]) == (2, 8)


@pytest.mark.parametrize("seed", range(500, 505))
def test_invariant_10_every_field_is_a_whole_number(seed: int) -> None:
    """No float and nothing missing in any record of the interpreted book."""
    law, events, until = made(seed)
    stepper = Stepper(law, 5)
    for event in events:
        stepper.apply(event)
    stepper.finish(until)
    for table in stepper.book:
        for row in table:
            for name in row.__slots__:
                assert type(getattr(row, name)) is int, (type(row).__name__, name)


@every_engine
def test_invariant_11_bounds_are_kept_and_reached(engine: str) -> None:
    """The largest amount works exactly in every engine; one more is refused."""
    top = 3_000_000_000
    terms = {"amount_max": top, "tokens_max": top, "proration": "pro_rata", "clawback": "line"}
    lines = [{"amount": top // 3}] * 3
    events = [
        order(1, "a", lines=lines, amount=top),
        order(1, "b", top + 1),
        back(2, "a", 7, lines=[{"number": 2, "amount": 7}]),
        back(
            3,
            "a",
            top - 7,
            lines=[
                {"number": 1, "amount": top // 3},
                {"number": 2, "amount": top // 3 - 7},
                {"number": 3, "amount": top // 3},
            ],
        ),
        told("adjust", 4, tokens=top),
        told("adjust", 4, tokens=top + 1),
        told("adjust", 4, tokens=-top - 1),
    ]
    found = worked(engine, events, terms=terms, bands=[{"tokens": 1, "per": 1}])
    assert found.outcomes == [
        "applied",
        "out_of_bounds",
        "applied",
        "applied",
        "applied",
        "out_of_bounds",
        "out_of_bounds",
    ]
    assert -account(found.entries, ISSUE) == top == account(found.entries, CLAWED)


@every_engine
def test_invariant_13_14_seen_before(engine: str) -> None:
    """The same id again moves nothing: duplicate or conflict."""
    events = [order(1, "a"), {"again": 0}, {"again": 0, "prior": codes.OTHER_PAYLOAD}]
    found = worked(engine, events)
    assert found.outcomes == ["applied", "duplicate", "conflict"]
    assert len(found.entries) == 1


@every_engine
def test_invariant_15_rejected_stays_rejected(engine: str) -> None:
    """A rejected id is a duplicate later, even where the balance would now do."""
    events = [
        told("opening", 0, tokens=5),
        told("adjust", 1, tokens=-9),
        told("adjust", 2, tokens=9),
        {"again": 1},
        told("adjust", 3, tokens=-9),
    ]
    found = worked(engine, events)
    assert found.outcomes == ["applied", "insufficient_tokens", "applied", "duplicate", "applied"]


@every_engine
def test_invariant_16_every_row_has_an_outcome(engine: str) -> None:
    """Applied, no effect, seen before or rejected: nothing vanishes; rejected rows write no entry of their own."""
    dues = {codes.RULE_EXPIRY, codes.RULE_RELEASE}
    for (_, events, _), result in results(engine):
        assert len(result.outcomes) == len(events)
        rules = defaultdict(set)
        for entry in result.entries:
            rules[entry["event"]].add(entry["rule"])
        for event, outcome in zip(events, result.outcomes, strict=True):
            if codes.OUTCOMES[outcome] >= codes.DUPLICATE:
                assert rules[event["number"]] <= dues, (event, outcome)


@every_engine
def test_invariant_16_a_full_ledger_reads_well(engine: str) -> None:
    """A rejected first event neither enrols nor welcomes."""
    found = worked(engine, [redeem(1, "a", 3), told("share", 2)], terms={"welcome_tokens": 4, "share_tokens": 1})
    assert found.outcomes == ["insufficient_tokens", "applied"]
    assert ledger(found) == ["m0 ISSUE -> AVAILABLE 4 earning.welcome", "m0 ISSUE -> AVAILABLE 1 earning.share"]
