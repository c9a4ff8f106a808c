"""What the scorer answers: what an event did, in the words of the programme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

from ..rules import codes
from ..rules.records import NEVER, NONE
from .names import Names

EPOCH = date(1970, 1, 1).toordinal()
OUTCOMES = {code: word for word, code in codes.OUTCOMES.items()}
ACCOUNTS = list(codes.ACCOUNTS)
REASONS = list(codes.REASONS)
NOTES = {code: word for word, code in codes.NOTES.items()}
CAUSES = {code: word for word, code in codes.CAUSES.items()}
TIER_NOTES = (codes.NOTE_TIER, codes.NOTE_KEPT, codes.NOTE_GRACE)
DRAW_NOTES = (codes.NOTE_ENTERED, codes.NOTE_WITHDRAWN, codes.NOTE_WON, codes.NOTE_LAPSED)
ENTRY_FIELDS = (
    "event", "ordinal", "day", "source", "target", "tokens", "lot", "expiry_day", "rule", "reason", "order",
)  # fmt: skip
NOTE_FIELDS = ("event", "ordinal", "day", "kind", "cause", "before", "after", "counterpart", "amount", "order")
entry_row = attrgetter(*ENTRY_FIELDS)
note_row = attrgetter(*NOTE_FIELDS)
Row = tuple[int, ...]
NAMELESS = Names()


@lru_cache(1 << 14)
def day_text(day: int) -> str:
    """Return a day as 2017-06-15."""
    return date.fromordinal(day + EPOCH).isoformat()


def known(number: int) -> int | None:
    """Return a number, None where there is none."""
    return None if number == NONE else number


def entry_words(row: Row, line: int, names: Names) -> dict[str, Any]:
    """Return an entry as the ledger has it. ``line`` is its number within its member's ledger."""
    event, ordinal, day, source, target, tokens, lot, expiry_day, rule, reason, order = row
    return {
        "line": line,
        "event": known(event),
        "ordinal": known(ordinal),
        "day": day_text(day),
        "source": ACCOUNTS[source],
        "target": ACCOUNTS[target],
        "tokens": tokens,
        "lot": known(lot),
        "expiry_day": None if expiry_day in (NONE, NEVER) else day_text(expiry_day),
        "rule": names.rule(rule),
        "reason": REASONS[reason],
        "order": known(order),
    }


def note_words(row: Row, line: int, names: Names) -> dict[str, Any]:
    """Return a note as the journal has it; the other member by his number."""
    event, ordinal, day, kind, cause, before, after, counterpart, amount, order = row
    tier, draw, express = kind in TIER_NOTES, kind in DRAW_NOTES, kind == codes.NOTE_EXPRESS
    draws = {place: name for name, place in names.draws.items()}
    place = after if tier else before if express else NONE
    return {
        "line": line,
        "event": known(event),
        "ordinal": known(ordinal),
        "day": day_text(day),
        "kind": NOTES[kind],
        "cause": CAUSES[cause],
        "tier_before": (names.level(before) or None) if tier else None,
        "tier": names.level(place) or None,
        "draw": draws[before] if draw else None,
        "number": None if tier else known(after),
        "counterpart": known(counterpart),
        "amount": amount,
        "order": known(order),
    }


@dataclass(slots=True)
class Done:
    """What an event did, in the law's numbers."""

    number: int  # of the event among all that were taken in
    member_id: str
    outcome: int  # codes.OUTCOMES
    desired: int
    applied: int
    proposed: int
    entries: list[Row]
    first_line: int  # number of the first entry within the member's ledger
    notes: list[Row]
    first_note: int
    balances: Row  # pending, available, held, debt
    standing: Row | None  # tier, projected tier, to keep, to rise; None without tiers
    chain: tuple[int, ...]


class Reply:
    """The answer to one event, worded when it is first looked at.

    ``status`` is a word of ``codes.OUTCOMES``. Of an event seen before it is "duplicate": the rest is
    what was answered then, and ``first`` says how it went. A conflict says nothing more.
    """

    __slots__ = ("_said", "bundle", "done", "event_id", "first", "names", "status")

    def __init__(
        self, event_id: str, status: str, bundle: str, done: Done | None = None, names: Names = NAMELESS
    ) -> None:
        self.event_id, self.status, self.bundle = event_id, status, bundle
        self.first: str | None = None
        self.done, self.names = done, names
        self._said: dict[str, Any] | None = None

    @classmethod
    def again(cls, said: dict[str, Any]) -> Reply:
        """Return the reply given before, marked as a duplicate."""
        reply = cls(said["event_id"], "duplicate", said["bundle"])
        reply.first = said["status"]
        reply._said = {**said, "status": "duplicate", "first": said["status"]}
        return reply

    def to_dict(self) -> dict[str, Any]:
        """Return the reply as plain values."""
        if self._said is not None:
            return self._said
        said = {"event_id": self.event_id, "status": self.status, "first": None, "bundle": self.bundle}
        return said if self.done is None else said | in_words(self.done, self.names)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What was written in the ledger."""
        return list(self.to_dict().get("entries", ()))

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What was written in the journal."""
        return list(self.to_dict().get("notes", ()))

    @property
    def balances(self) -> dict[str, int] | None:
        """What the member has after the event; None of a conflict."""
        return self.to_dict().get("balances")


def in_words(done: Done, names: Names) -> dict[str, Any]:
    """Return what an event did as plain values."""
    tier, projected, to_keep, to_rise = done.standing or (NONE, NONE, NONE, NONE)
    pending, available, held, debt = done.balances
    return {
        "number": done.number,
        "member_id": done.member_id,
        "desired": done.desired,
        "applied": done.applied,
        "proposed": done.proposed,
        "entries": [entry_words(row, done.first_line + k, names) for k, row in enumerate(done.entries)],
        "notes": [note_words(row, done.first_note + k, names) for k, row in enumerate(done.notes)],
        "balances": {"pending": pending, "available": available, "held": held, "debt": debt},
        "tier": names.level(tier) or None,
        "projected_tier": names.level(projected) or None,
        "to_keep": known(to_keep),
        "to_rise": known(to_rise),
        "chain": "".join([f"{word:016x}" for word in done.chain]),
    }
