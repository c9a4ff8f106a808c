"""What others brought a member: referral rewards, revocations, prizes, as the run's ledger has them.

A member's history is told by applying his own events again. What depended on other members is
taken from the ledger instead, and posted by the same rules that post it in a run.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from rewardsim.programme.names import Names
from rewardsim.rules import Book, Law
from rewardsim.rules.clock import advance
from rewardsim.rules.codes import AS_COMPUTED, CUT_BY_LIMIT, ISSUE, REASONS, RULE_DRAW_BASE, RULE_REFERRAL
from rewardsim.rules.lots import grant
from rewardsim.rules.records import NONE
from rewardsim.rules.returns import claw_available
from rewardsim.rules.stretch import stretch_at


def skip_request(book: Book) -> None:
    """Pass over a request that others decide."""
    head = book.head[0]
    head.settled_count += 1
    if head.settled_count == head.request_count:
        head.settled_count = 0
        head.request_count = 0


class Foreign:
    """The entries of one member's ledger that other members caused, posted when their day has come."""

    def __init__(self, names: Names, ledger: list[dict[str, Any]]) -> None:
        referral, draws = names.rule(RULE_REFERRAL), {f"draws.{name}" for name in names.draws}
        theirs = [row for row in ledger if row["rule"] == referral or row["rule"] in draws]
        self._groups = [
            (day, rule, event, into == "CLAWED", list(rows))
            for (event, day, rule, into), rows in groupby(
                theirs, key=lambda row: (row["event"], row["day"], row["rule"], _into(row))
            )
        ]
        self._codes = {name: RULE_DRAW_BASE + row for name, row in ((f"draws.{n}", r) for n, r in names.draws.items())}
        self._codes[referral] = RULE_REFERRAL
        self._done = 0

    def post_until(self, law: Law, book: Book, day: int) -> None:
        """Post what was due up to a day."""
        while self._done < len(self._groups) and self._groups[self._done][0] <= day:
            when, rule, event, taken, rows = self._groups[self._done]
            self._done += 1
            advance(law, book, 0, when)
            head = book.head[0]
            cause, ordinal = head.cause, head.ordinal
            head.cause, head.ordinal = event, rows[0]["ordinal"]
            tokens = sum(row["tokens"] for row in rows)
            if taken:
                lot = rows[0]["lot"] if rows[0]["lot"] is not None else NONE
                terms = law.terms[stretch_at(law, when - 1)]
                claw_available(book, terms, 0, when, tokens, lot, self._codes[rule], NONE)
            else:
                terms, reason = law.terms[stretch_at(law, when)], _reason(rows)
                grant(book, terms, 0, when, when, ISSUE, tokens, self._codes[rule], reason, NONE)
            head.cause, head.ordinal = cause, ordinal
            advance(law, book, 0, when)


def _into(row: dict[str, Any]) -> str:
    return "CLAWED" if row["target"] == "CLAWED" else "granted"


def _reason(rows: list[dict[str, Any]]) -> int:
    """Return why a grant has its size; what paid a debt says only that."""
    return CUT_BY_LIMIT if any(REASONS[row["reason"]] == CUT_BY_LIMIT for row in rows) else AS_COMPUTED
