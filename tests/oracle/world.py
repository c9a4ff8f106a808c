"""What the oracle keeps: dictionaries and lists, one object a grant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE, Law, Terms

from .dates import period_of

Member = dict[str, Any]
Order = dict[str, Any]
Event = dict[str, Any]
Entry = dict[str, Any]
Note = dict[str, Any]
Ranking = Callable[[int, list[tuple[int, int]]], list[int]]

ORDERS_COUNTER = "orders"
SHARES_COUNTER = "shares"


@dataclass
class World:
    """Everything on record, and the event at work."""

    law: Law
    members: dict[int, Member] = field(default_factory=dict)
    orders: dict[Any, Order] = field(default_factory=dict)
    pools: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    rank: Ranking | None = None
    draws_done: int = 0
    day: int | None = None
    turn: int = 0
    event: int = NONE
    ordinal: int = NONE

    def member(self, number: int) -> Member:
        """The member, made when first named."""
        if number not in self.members:
            self.members[number] = {
                "number": number,
                "status": codes.UNKNOWN_MEMBER,
                "clock": -1,
                "events": 0,
                "active": False,
                "welcomed": False,
                "pending": 0,
                "held": 0,
                "debt": 0,
                "shortfall": 0,
                "grants": [],
                "lots_made": 0,
                "holdings": [],
                "counters": {},
                "enrolled": None,
                "second": 0,
                "tie": new_tie(),
                "due": [],
                "standing": None,
                "birthday": NONE,
                "gift_day": NEVER,
                "tickets": [],
            }
        return self.members[number]

    def stretch(self, day: int) -> Terms:
        """The terms in force on a day; the nearest ones outside all stretches."""
        rows = sorted(self.law.terms, key=lambda terms: terms.from_day)
        held = [terms for terms in rows if terms.from_day <= day]
        return held[-1] if held else rows[0]

    def post(self, member: Member, day: int, source: int, target: int, tokens: int, **more: Any) -> None:
        """Write one entry; a move of nothing is not written."""
        assert tokens >= 0
        if tokens == 0:
            return
        entry = {
            "event": self.event,
            "ordinal": self.ordinal,
            "member": member["number"],
            "day": day,
            "source": source,
            "target": target,
            "tokens": tokens,
            "lot": NONE,
            "expiry_day": NONE,
            "rule": 0,
            "reason": codes.AS_COMPUTED,
            "order": None,
        }
        unknown = set(more) - set(entry)
        assert not unknown, unknown
        entry.update(more)
        self.entries.append(entry)

    def note(self, member: Member, day: int, kind: int, **more: Any) -> None:
        """Write one line of the journal."""
        note = {
            "event": self.event,
            "ordinal": self.ordinal,
            "member": member["number"],
            "day": day,
            "kind": kind,
            "cause": codes.NO_CAUSE,
            "before": NONE,
            "after": NONE,
            "counterpart": NONE,
            "amount": 0,
            "order": None,
        }
        unknown = set(more) - set(note)
        assert not unknown, unknown
        note.update(more)
        self.notes.append(note)


def new_tie() -> dict[str, Any]:
    """A member nobody brought."""
    return {
        "state": codes.NOT_REFERRED,
        "referrer": NONE,
        "invited_by": NONE,
        "linked_day": NEVER,
        "friends": 0,
        "rewards": [],
    }


def new_order(member: int) -> Order:
    """A record of an order nobody has placed yet."""
    return {
        "member": member,
        "status": codes.NO_ORDER,
        "day": NONE,
        "delivered": NEVER,
        "amount": 0,
        "returned": 0,
        "terms": None,
        "earned": 0,
        "pending": 0,
        "clawed": 0,
        "release_day": NEVER,
        "released": False,
        "voided": False,
        "lot": NONE,
        "spent": 0,
        "spent_value": 0,
        "given_back": 0,
        "pieces": [],
        "lines": [],
        "counted": None,
        "turn": 0,
        "placement": 0,
        "retro": False,
        "paid": 0,
        "referral": False,
        "deed_day": NEVER,
        "deed_value": 0,
    }


def used(member: Member, counter: Any, period: int, day: int) -> int:
    """How much of a limit the member used in the period of ``day``."""
    kept = member["counters"].get(counter)
    return int(kept[1]) if kept and kept[0] == period_of(period, day) else 0


def use_up(member: Member, counter: Any, period: int, day: int, amount: int) -> None:
    """Count ``amount`` in the period of ``day``."""
    before = used(member, counter, period, day)
    member["counters"][counter] = (period_of(period, day), before + amount)


def hand_back(member: Member, counter: Any, period: int, day: int, amount: int) -> None:
    """Undo a count made on ``day`` where the counter still counts that period."""
    kept = member["counters"].get(counter)
    if kept and kept[0] == period_of(period, day):
        member["counters"][counter] = (kept[0], max(0, kept[1] - amount))
