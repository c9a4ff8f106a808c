"""What others brought a member: referral rewards, revocations, prizes, as the run's ledger has them.

A member's history is told by applying his own events again. What depended on other members is
taken from the ledger instead, and posted by the same rules that post it in a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rewardsim.programme.names import Names
from rewardsim.rules import Book, Law
from rewardsim.rules.clock import advance
from rewardsim.rules.codes import AS_COMPUTED, CLOSED, CUT_BY_LIMIT, ISSUE, REASONS, RULE_DRAW_BASE, RULE_REFERRAL
from rewardsim.rules.lots import grant
from rewardsim.rules.records import NONE
from rewardsim.rules.returns import claw_available
from rewardsim.rules.stretch import stretch_at

# Notes that a day's end writes on a member; they bring his clock to their day.
SETTLED = ("invited", "referral_accepted", "referral_refused", "referral_qualified", "referral_revoked", "draw_won")


@dataclass
class Brought:
    """Entries of one cause and day; none where the day's end only looked at the member."""

    day: int
    settled: bool  # at a day's end; else when time reached its due day
    rule: int
    rows: list[dict[str, Any]]


def skip_request(law: Law, book: Book) -> None:
    """Pass over a request that others decide; the member's clock goes on as if it had been settled."""
    head = book.head[0]
    if book.members[0].status != CLOSED:
        advance(law, book, 0, head.day + 1)
    head.settled_count += 1
    if head.settled_count == head.request_count:
        head.settled_count = 0
        head.request_count = 0


class Foreign:
    """The entries of one member's ledger that other members caused, posted when their day has come."""

    def __init__(self, names: Names, ledger: list[dict[str, Any]], notes: list[dict[str, Any]]) -> None:
        codes = {f"draws.{name}": RULE_DRAW_BASE + row for name, row in names.draws.items()}
        codes[names.rule(RULE_REFERRAL)] = RULE_REFERRAL
        theirs = [row for row in ledger if row["rule"] in codes]
        brought = [
            Brought(day, codes[rule] != RULE_REFERRAL or day == reached + 1, codes[rule], list(rows))
            for (_, day, reached, rule, _), rows in groupby(
                theirs, key=lambda row: (row["event"], row["day"], row["reached"], row["rule"], _is_taken(row))
            )
        ]
        looks = [Brought(n["day"], True, 0, []) for n in notes if n["own"] and n["kind"] in SETTLED]
        self._waiting = sorted(brought + looks, key=lambda item: item.day)

    def post_until(self, law: Law, book: Book, reached: int, day: int) -> None:
        """Post what days' ends up to ``reached`` brought, and what time did up to ``day``."""
        last = max((one.day for one in self._waiting if one.settled and one.day <= reached), default=day)
        while self._waiting and self._waiting[0].day <= max(day, last):
            one = self._waiting.pop(0)
            if book.members[0].status == CLOSED:
                continue
            advance(law, book, 0, one.day)
            if one.rows:
                _post(law, book, one)
            advance(law, book, 0, one.day)


def _post(law: Law, book: Book, one: Brought) -> None:
    """Post entries under the event that caused them."""
    head = book.head[0]
    cause, ordinal = head.cause, head.ordinal
    first = one.rows[0]
    head.cause, head.ordinal = first["event"], first["ordinal"]
    tokens = sum(row["tokens"] for row in one.rows)
    if _is_taken(first):
        lot = first["lot"] if first["lot"] is not None else NONE
        claw_available(book, law.terms[stretch_at(law, one.day - 1)], 0, one.day, tokens, lot, one.rule, NONE)
    else:
        terms = law.terms[stretch_at(law, one.day)]
        grant(book, terms, 0, one.day, one.day, ISSUE, tokens, one.rule, _reason(one.rows), NONE)
    head.cause, head.ordinal = cause, ordinal


def _is_taken(row: dict[str, Any]) -> bool:
    return bool(row["target"] == "CLAWED")


def _reason(rows: list[dict[str, Any]]) -> int:
    """Return why a grant has its size; what paid a debt says only that."""
    return CUT_BY_LIMIT if any(REASONS[row["reason"]] == CUT_BY_LIMIT for row in rows) else AS_COMPUTED
