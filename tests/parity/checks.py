"""What must hold of any ledger: sums, lots, limits, order of consumption."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from oracle.world import Entry, Event, Note

from rewardsim.rules import codes
from rewardsim.rules.codes import (
    AVAILABLE,
    CLAWED,
    DEBT,
    EXPIRED,
    HELD,
    ISSUE,
    PENDING,
    REDEEMED,
)
from rewardsim.rules.records import NONE, Law

FIELDS = ("member", "day", "source", "target", "tokens", "lot", "expiry_day", "rule", "reason", "order")
BALANCES = {"pending": PENDING, "available": AVAILABLE, "held": HELD}
NOTE_FIELDS = ("day", "kind", "cause", "before", "after", "counterpart", "amount", "order")
Balances = dict[int, dict[str, int]]


def plain(entries: list[Entry]) -> list[tuple[Any, ...]]:
    """Entries without the event they are named after."""
    return [tuple(entry[field] for field in FIELDS) for entry in entries]


def by_member(entries: list[Entry]) -> dict[int, list[tuple[Any, ...]]]:
    """Each member's entries in their order."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for entry in entries:
        found[entry["member"]].append(tuple(entry[field] for field in FIELDS))
    return dict(found)


def notes_by_member(notes: list[Note]) -> dict[int, list[tuple[Any, ...]]]:
    """Each member's notes in their order, without the events they are named after."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for note in notes:
        found[note["member"]].append(tuple(note[field] for field in NOTE_FIELDS))
    return dict(found)


def check_notes(notes: list[Note]) -> None:
    """Days never go back within a member; the tier before is the tier after of the note before."""
    days: dict[int, int] = {}
    tiers: dict[int, int] = defaultdict(lambda: NONE)
    for note in notes:
        member = note["member"]
        assert note["day"] >= days.get(member, note["day"]), note
        days[member] = note["day"]
        if note["kind"] in (codes.NOTE_TIER, codes.NOTE_KEPT, codes.NOTE_GRACE, codes.NOTE_EXPRESS):
            assert note["before"] == tiers[member], note
        if note["kind"] == codes.NOTE_TIER:
            assert note["after"] != note["before"], note
            tiers[member] = note["after"]


def account(entries: list[Entry], which: int, member: int | None = None) -> int:
    """What an account holds by the sum of its entries."""
    mine = [e for e in entries if member is None or e["member"] == member]
    into = sum(e["tokens"] for e in mine if e["target"] == which)
    return into - sum(e["tokens"] for e in mine if e["source"] == which)


def check_entries(entries: list[Entry]) -> None:
    """Every entry moves whole tokens from one account to another."""
    accounts = set(codes.ACCOUNTS.values())
    for entry in entries:
        assert type(entry["tokens"]) is int
        assert entry["tokens"] > 0
        assert entry["source"] in accounts
        assert entry["target"] in accounts
        assert entry["source"] != entry["target"]
        assert (entry["lot"] != NONE) == (
            AVAILABLE in (entry["source"], entry["target"]) or (entry["source"] == HELD and entry["lot"] != NONE)
        )


def check_conservation(entries: list[Entry]) -> None:
    """All accounts together are always zero; issued tokens are somewhere."""
    assert sum(account(entries, which) for which in codes.ACCOUNTS.values()) == 0
    issued = -account(entries, ISSUE) - account(entries, codes.ADJUSTED)
    places = (PENDING, AVAILABLE, HELD, REDEEMED, EXPIRED, CLAWED, DEBT)
    assert issued == sum(account(entries, which) for which in places)


def check_balances(entries: list[Entry], balances: Balances) -> None:
    """Balances are sums of entries and never below zero; debt is what became debt less what paid it."""
    for number, found in balances.items():
        for name, which in BALANCES.items():
            assert found[name] == account(entries, which, number) >= 0, (number, name)
        assert found["debt"] == -account(entries, DEBT, number) >= 0, number
        assert found["debt"] == 0 or found["available"] == 0, number
        assert found["shortfall"] >= 0


def check_debt(law: Law, balances: Balances) -> None:
    """No debt beyond the largest limit the programme ever had."""
    limits = [terms.debt_limit for terms in law.terms]
    if NONE not in limits:
        for found in balances.values():
            assert found["debt"] <= max(limits)


def check_lots(entries: list[Entry], balances: Balances) -> None:
    """A lot never gives more than it got, and what lots hold is what is available."""
    left: dict[tuple[int, int], int] = defaultdict(int)
    for entry in entries:
        lot = (entry["member"], entry["lot"])
        if entry["target"] == AVAILABLE:
            left[lot] += entry["tokens"]
        if entry["source"] == AVAILABLE:
            left[lot] -= entry["tokens"]
            assert left[lot] >= 0
    for number, found in balances.items():
        assert found["available"] == sum(n for (member, _), n in left.items() if member == number)


def check_expiry(entries: list[Entry]) -> None:
    """Tokens expire on their day, not before; an expired lot is empty."""
    left: dict[tuple[int, int], int] = defaultdict(int)
    for entry in entries:
        lot = (entry["member"], entry["lot"])
        if entry["target"] == AVAILABLE:
            left[lot] += entry["tokens"]
        if entry["source"] != AVAILABLE:
            continue
        left[lot] -= entry["tokens"]
        if entry["rule"] == codes.RULE_EXPIRY:
            assert entry["day"] >= entry["expiry_day"]
            assert left[lot] == 0
        elif entry["target"] in (REDEEMED, HELD):
            assert entry["day"] < entry["expiry_day"]


def check_orders(entries: list[Entry], told: list[Event]) -> None:
    """Per order: released, voided and clawed never exceed what was awarded; given back <= spent."""
    flows: dict[Any, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        flows[entry["order"]][entry["source"], entry["target"]] += entry["tokens"]
    flows.pop(None, None)
    for name, flow in flows.items():
        pending = flow[ISSUE, PENDING]
        gone = flow[PENDING, AVAILABLE] + flow[PENDING, DEBT] + flow[PENDING, CLAWED] + flow[PENDING, EXPIRED]
        assert gone <= pending, name
        awarded = pending + flow[ISSUE, AVAILABLE] + flow[ISSUE, DEBT]
        assert flow[PENDING, CLAWED] + flow[AVAILABLE, CLAWED] + flow[DEBT, CLAWED] <= awarded, name
        assert flow[REDEEMED, AVAILABLE] + flow[REDEEMED, DEBT] <= flow[AVAILABLE, REDEEMED], name


def check_order_of_redemption(entries: list[Entry]) -> None:
    """Redemption under one consumption order takes lots by expiry and serial (or by serial)."""
    runs: dict[tuple[int, int], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry["rule"] == codes.RULE_REDEMPTION:
            runs[entry["event"], entry["member"]].append(entry)
    for run in runs.values():
        by_expiry = [(e["expiry_day"], e["lot"]) for e in run]
        by_serial = [e["lot"] for e in run]
        assert by_expiry == sorted(by_expiry) or by_serial == sorted(by_serial)


def check_all(law: Law, told: list[Event], entries: list[Entry], balances: Balances) -> None:
    """Everything above."""
    check_entries(entries)
    check_conservation(entries)
    check_balances(entries, balances)
    check_debt(law, balances)
    check_lots(entries, balances)
    check_expiry(entries)
    check_orders(entries, told)
    check_order_of_redemption(entries)
