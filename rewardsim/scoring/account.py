"""What a member has, in words, as the book says it now."""

from __future__ import annotations

from typing import Any

from ..rules.codes import CLOSED, ENROLLED
from ..rules.records import NEVER, NONE, Book
from .faults import Fault, ScoringError
from .reply import day_text
from .scorer import Scorer
from .state import HOLDING, LOT, TICKET

STATUS = {ENROLLED: "enrolled", CLOSED: "closed"}


def account_of(scorer: Scorer, member_id: str) -> dict[str, Any]:
    """Return what a member has as of his latest posting; raise ScoringError where nobody has this id."""
    number = scorer.store.find(member_id)
    if number == NONE:
        todo = "correct the id, or send the member's first event"
        raise ScoringError([Fault("unknown_member", "", repr(member_id)[:140], "a member of the store", todo)])
    with scorer.store.transaction() as work:
        book = work.book
        member, journal = book.members[number], work.journal(number)
        said: dict[str, Any] = {
            "member_id": member_id,
            "status": STATUS.get(member.status, "not enrolled"),
            "enrolled_day": _day(member.enrolled_day),
            "as_of": _day(member.clock_day),
            "events": member.events,
            "balances": {name: getattr(member, name) for name in ("pending", "available", "held", "debt", "shortfall")},
            "lots": [
                {"serial": serial, "tokens": tokens, "expiry_day": _day(expiry_day)}
                for serial, tokens, expiry_day, _ in LOT.collect(book.lots, member.lot_first)
            ],
            "waiting": _waiting(book, number),
            "coupons": [
                {"item": _item(scorer, kind), "expiry_day": _day(expiry_day)}
                for kind, _, expiry_day in HOLDING.collect(book.holdings, member.holding_first)
            ],
            "tickets": [
                {"draw": _draw(scorer, draw), "entry": entry}
                for draw, entry, *_ in TICKET.collect(book.tickets, member.ticket_first)
            ],
            "entries": journal.entries,
            "notes": journal.notes,
            "chain": "".join([f"{word:016x}" for word in journal.chains]),
        }
        return said | _standing(scorer, book, number)


def _waiting(book: Book, number: int) -> list[dict[str, Any]]:
    """Return the orders whose tokens are pending."""
    found = []
    row = book.members[number].order_first
    while row != NONE:
        order = book.orders[row]
        found.append({"order": order.number, "pending": order.pending, "release_day": _day(order.release_day)})
        row = order.next
    return found


def _standing(scorer: Scorer, book: Book, number: int) -> dict[str, Any]:
    """Return the member's tier, as of his latest posting."""
    if not scorer.law.levels:
        return {}
    standing = book.standings[number]
    return {
        "tier": scorer.names.level(standing.tier) or None,
        "tier_since": _day(standing.since_day),
        "review_day": _day(standing.review_day),
        "qualifying": standing.qualifying,
    }


def _day(day: int) -> str | None:
    return None if day in (NONE, NEVER, -NEVER) else day_text(day)


def _item(scorer: Scorer, kind: int) -> str:
    return next((name for name, known in scorer.names.kinds.items() if known == kind), f"item {kind}")


def _draw(scorer: Scorer, row: int) -> str:
    return next((name for name, known in scorer.names.draws.items() if known == row), f"draw {row}")
