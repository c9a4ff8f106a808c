"""The engines, one event at a time or in chunks, answering in the oracle's words."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import Any

from rewardsim.engine.machine import Machine
from rewardsim.engine.tables import dtype_of
from rewardsim.rules import codes
from rewardsim.rules import records as r

from .draws import shuffled
from .ledger import OUTCOME_NAMES, Result
from .world import Entry, Event, Note, Ranking

MOST_ORDERS = 1 << 12
EVENT_FIELDS = (
    "member",
    "day",
    "second",
    "prior",
    "number",
    "amount",
    "discount",
    "tokens",
    "channel",
    "item",
    "counterpart",
    "expiry_day",
    "birthday",
    "hashtag",
    "tags",
    "public",
)
BALANCES = ("pending", "available", "held", "debt", "shortfall", "status")
TIE = ("state", "referrer", "invited_by", "friends")
STANDING = ("tier", "projected", "to_keep", "to_rise")


def flat(law: r.Law) -> r.Law:
    """The law as the engines read it: rows of sets and factors one after another."""
    sets = {
        name: [int(value) for row in getattr(law, name) for value in row]
        for name in ("channel_sets", "category_sets", "category_factors")
    }
    return law._replace(**sets)


def field_of(row: Any, name: str) -> int:
    """A field of a record object or of a row of a structured array."""
    return int(row[name]) if hasattr(row, "dtype") else int(getattr(row, name))


class Stepper:
    """A machine that is fed the oracle's events."""

    def __init__(
        self,
        law: r.Law,
        members: int,
        engine: str = "interpreted",
        orders: int = MOST_ORDERS,
        rank: Ranking = shuffled,
        **sizes: int,
    ) -> None:
        self.names: dict[str, int] = {}
        self.entries: list[Entry] = []
        self.notes: list[Note] = []
        room = {"entries": 1 << 11, "rows": 1 << 6, **sizes}
        self.machine = Machine(
            flat(law), members, orders, engine, self.keep, note_sink=self.keep_notes, rank=rank, **room
        )
        self.engine = engine

    @property
    def book(self) -> r.Book:
        """The machine's tables."""
        return self.machine.book

    def keep(self, table: Any, count: int) -> None:
        """Take over entries, with the orders' names."""
        self.entries += self.named(table[:count], r.Entry)

    def keep_notes(self, table: Any, count: int) -> None:
        """Take over notes, with the orders' names."""
        self.notes += self.named(table[:count], r.Note)

    def named(self, rows: Any, record: type) -> list[dict[str, Any]]:
        """Rows as the oracle writes them."""
        names = list(self.names)
        told = []
        for row in rows:
            line: dict[str, Any] = {field.name: field_of(row, field.name) for field in fields(record)}
            line["order"] = None if line["order"] == r.NONE else names[line["order"]]
            told.append(line)
        return told

    def batch(self, events: list[Event]) -> tuple[Any, Any]:
        """The law's records of some events."""
        rows, lines = [], []
        for event in events:
            number = r.NONE
            if event["order"] is not None:
                number = self.names.setdefault(event["order"], len(self.names))
            rows.append(
                r.Event(
                    type=codes.EVENT_TYPES[event["type"]],
                    order=number,
                    line_first=len(lines),
                    line_count=len(event["lines"]),
                    **{name: event[name] for name in EVENT_FIELDS},
                )
            )
            lines += [r.EventLine(**line) for line in event["lines"]]
        if self.engine == "interpreted":
            return rows, lines
        import numpy as np

        return (
            np.array([astuple(row) for row in rows], dtype=dtype_of(r.Event)),
            np.array([astuple(row) for row in lines], dtype=dtype_of(r.EventLine)),
        )

    def run(self, events: list[Event], last_mention: list[int]) -> list[str]:
        """Apply some events; answers their outcomes."""
        if not events:
            return []
        rows, lines = self.batch(events)
        mentions: Any = last_mention
        if self.engine == "compiled":
            import numpy as np

            mentions = np.array(last_mention, dtype=np.int64)
        return [OUTCOME_NAMES[field_of(row, "code")] for row in self.machine.run(rows, lines, mentions)]

    def apply(self, event: Event) -> tuple[str, list[Entry]]:
        """Handle one event; answers its outcome and every entry written on the way."""
        mark = len(self.entries)
        outcome = self.run([event], [0])[0]
        self.machine._flush()
        return outcome, self.entries[mark:]

    def finish(self, until: int) -> list[Entry]:
        """Let time pass to ``until`` for everybody."""
        mark = len(self.entries)
        self.machine.finish(until)
        return self.entries[mark:]

    def facts(self) -> dict[int, dict[str, int]]:
        """Who brought each member and where he stands."""
        found = {}
        for number in self.balances():
            found[number] = dict.fromkeys(TIE, r.NONE) | {"state": codes.NOT_REFERRED, "friends": 0}
            if number < len(self.book.ties):
                found[number] = {name: field_of(self.book.ties[number], name) for name in TIE}
            if number < len(self.book.standings) and self.stands(number):
                found[number] |= {name: field_of(self.book.standings[number], name) for name in STANDING}
        return found

    def stands(self, number: int) -> bool:
        """Whether the member has a standing that time still moves."""
        since = field_of(self.book.standings[number], "since_day")
        return since != r.NEVER and field_of(self.book.members[number], "status") != codes.CLOSED

    def balances(self) -> dict[int, dict[str, int]]:
        """Balances of every member that was named."""
        return {
            number: {name: field_of(member, name) for name in BALANCES}
            for number, member in enumerate(self.book.members)
            if field_of(member, "events") > 0
        }


def last_mentions(events: list[Event]) -> list[int]:
    """1 where no later event names the event's order."""
    seen: set[str | None] = {None}
    marks = []
    for event in reversed(events):
        marks.append(int(event["order"] not in seen))
        seen.add(event["order"])
    return marks[::-1]


def replayed(
    law: r.Law,
    events: list[Event],
    until: int,
    engine: str,
    chunk: int | None = None,
    rank: Ranking = shuffled,
    **sizes: int,
) -> Result:
    """A whole history, in chunks of any size."""
    names = {event["order"] for event in events if event["order"] is not None}
    stepper = Stepper(law, members_of(events), engine, orders=len(names) + 1, rank=rank, **sizes)
    marks = last_mentions(events)
    step = chunk or max(1, len(events))
    outcomes: list[str] = []
    for k in range(0, len(events), step):
        outcomes += stepper.run(events[k : k + step], marks[k : k + step])
    stepper.finish(until)
    return Result(outcomes, stepper.entries, stepper.balances(), stepper.notes, stepper.facts())


def members_of(events: list[Event]) -> int:
    """How many members a history speaks of."""
    return 1 + max((max(event["member"], event["counterpart"]) for event in events), default=0)
