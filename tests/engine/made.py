"""Made data: canonical event tables, and runs whose every entry and outcome is kept."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from rewardsim.engine.audit import Auditor
from rewardsim.engine.batches import as_array, as_objects, event_records
from rewardsim.engine.machine import ENTRIES, ROWS, Machine
from rewardsim.engine.prepare import PreparedEvents
from rewardsim.programme import Programme, parse_programme
from rewardsim.rules.codes import EVENT_TYPES
from rewardsim.rules.records import Entry, Event, EventLine
from rewardsim.transactions import event_schema

DATA = Path(__file__).resolve().parents[2] / "data"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
START = date(2020, 1, 1)
BLANK: dict[str, Any] = {
    "second": 0, "amount_minor": 0, "discount_minor": 0, "tokens": 0, "order_id": None, "channel": None,
    "category": None, "item": None, "counterpart_id": None, "expiry_day": None, "lines": None, "source": None,
    "source_row": None,
}  # fmt: skip

BUSY = """
schema = 1
[programme]
id = "busy"
name = "Busy"
currency = "EUR"
timezone = "Europe/Berlin"
token = { name = "point" }
starts = 2020-01-01
late_events = "post"
[bounds]
amount_max = "100000.00"
tokens_max = 10_000_000
[earning.purchase]
rate = { tokens = 1, per = "1.00" }
released_on = { days = 3, after = "delivery" }
category_multipliers = { tea = "2" }
limits = [{ tokens = 900, period = "week", when_exceeded = "reduce" }]
[earning.welcome]
tokens = 20
[earning.share]
tokens = 2
limit = { count = 1, period = "day" }
[[campaigns]]
id = "shared"
categories = ["tea"]
tokens = 40
budget = { tokens = 300, period = "month", when_exceeded = "reduce" }
[[campaigns]]
id = "sundays"
weekdays = ["sun"]
multiplier = "1.5"
limit_per_member = { tokens = 60, period = "month", when_exceeded = "reduce" }
[redemption.checkout]
value_per_token = "0.01"
tokens_min = 10
share_of_order_max = "50%"
[[exchange]]
id = "mug"
kind = "code"
tokens = 60
stock = { count = 3, replenish = "week" }
[[exchange]]
id = "coupon"
kind = "coupon"
tokens = 30
value = "5.00"
categories = ["tea"]
valid_days = 20
[expiry]
policy = "rolling"
days = 60
[returns]
clawback = "line"
when_spent = "debt"
debt_limit = 200
spent_tokens = "reverse"
window_days = 40
unlinked = "current_rate"
"""


def busy_programme() -> Programme:
    """A small programme in which every kind of rule has something to do."""
    return parse_programme(BUSY, "busy.toml")


def canonical(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Rows as a canonical table: blanks filled in, order of arrival as given, sorted."""
    full = [{"recorded": n, **BLANK, **row} for n, row in enumerate(rows)]
    full.sort(key=lambda r: (r["occurred_day"], r["second"], EVENT_TYPES[r["type"]], r["event_id"], r["recorded"]))
    return pa.Table.from_pylist(full, event_schema())


def moved(table: pa.Table, days: int) -> pa.Table:
    """The same events so many days later."""
    at = table.schema.get_field_index("occurred_day")
    later = table["occurred_day"].cast(pa.int32()).to_numpy() + days
    return table.set_column(at, table.schema.field(at), pa.array(later, pa.int32()).cast(pa.date32()))


def busy_table(events: int, members: int, seed: int) -> pa.Table:
    """Random events of all types, some refused, some repeated."""
    return canonical(_Maker(random.Random(seed), members).rows(events))


class _Maker:
    """Draws events; remembers orders so that most later events refer to one."""

    def __init__(self, draw: random.Random, members: int) -> None:
        self.draw = draw
        self.members = [f"m{n:03d}" for n in range(members)]
        self.orders: list[tuple[str, str, int, list[dict[str, Any]]]] = []

    def rows(self, count: int) -> Iterator[dict[str, Any]]:
        kinds = ["order"] * 8 + ["deliver"] * 6 + ["return"] * 3 + ["redeem"] * 3 + ["exchange"] * 3
        kinds += ["use", "share", "adjust", "cancel", "enrol", "opening"]
        last: dict[str, Any] = {}
        for n in range(count):
            day = n * 300 // count
            kind = "close" if self.draw.random() < 0.001 else self.draw.choice(kinds)
            row = {"event_id": f"e{n:06d}", "type": kind, "member_id": self.draw.choice(self.members)}
            row |= {"occurred_day": START + timedelta(days=day), "second": self.draw.randrange(86_400)}
            row |= self._about(kind, day)
            if last and self.draw.random() < 0.02:
                row = last | ({} if self.draw.random() < 0.5 else {"tokens": last.get("tokens", 0) + 1})
            yield row
            last = row

    def _about(self, kind: str, day: int) -> dict[str, Any]:
        if kind == "order":
            return self._order(day)
        if kind in ("deliver", "cancel", "return") and self.orders:
            return self._on_order(kind)
        if kind == "redeem":
            order = f"o{len(self.orders) + self.draw.randrange(3)}"
            return {"order_id": order, "tokens": self.draw.randrange(5, 90), "amount_minor": 9_000}
        if kind in ("exchange", "use"):
            return {"item": self.draw.choice(["mug", "coupon", "mug", "cup"]), "category": "tea"}
        if kind == "adjust":
            return {"tokens": self.draw.choice([-30, 15, 40])}
        if kind == "return":
            return {"amount_minor": 700}
        return {"tokens": 25} if kind == "opening" else {}

    def _order(self, day: int) -> dict[str, Any]:
        count = self.draw.randrange(1, 4)
        lines = [
            {"number": n + 1, "category": self.draw.choice(["tea", "cups", None]), "discount_minor": 0,
             "amount_minor": self.draw.randrange(0, 9_000)}
            for n in range(count)
        ]  # fmt: skip
        name, member = f"o{len(self.orders)}", self.draw.choice(self.members)
        self.orders.append((name, member, day, lines))
        total = sum(line["amount_minor"] for line in lines)
        return {"order_id": name, "member_id": member, "amount_minor": total, "lines": lines, "channel": "web"}

    def _on_order(self, kind: str) -> dict[str, Any]:
        name, member, _, lines = self.draw.choice(self.orders[-60:])
        if kind != "return":
            return {"order_id": name, "member_id": member}
        back = [self.draw.choice(lines) | ({} if self.draw.random() < 0.95 else {"number": 9})]
        return {"order_id": name, "member_id": member, "amount_minor": back[0]["amount_minor"], "lines": back}


@dataclass
class Done:
    """Everything a run leaves: outcomes by event number, entries in order, balances, digest."""

    outcomes: list[tuple[int, ...]] = field(default_factory=list)
    entries: list[tuple[int, ...]] = field(default_factory=list)
    members: list[tuple[int, ...]] = field(default_factory=list)
    digest: str = ""
    flushes: int = 0


def run(
    programme: Programme,
    table: Any,
    engine: str = "interpreted",
    rows: int = ROWS,
    entries: int = ENTRIES,
    batch: int = 1 << 17,
    until: int | None = None,
    order: str = "occurred",
) -> Done:
    """Run a table through a machine with so much room, in batches of so many events."""
    prepared = PreparedEvents(table, order)
    last = prepared.last_day if until is None else until
    auditor = Auditor(prepared.members, prepared.first_day, last)
    done = Done()

    def sink(found: Any, count: int) -> None:
        array = as_array(found[:count], Entry) if isinstance(found, list) else found[:count]
        auditor.read(array)
        done.entries += [tuple(row) for row in array.tolist()]
        done.flushes += 1

    machine = Machine(programme.law(), prepared.members, prepared.orders, engine, sink, entries=entries, rows=rows)
    try:
        for part in prepared.batches(batch):
            done.outcomes += outcomes_of(machine, part, programme)
        machine.finish(last)
        auditor.check(machine.book)
        done.digest = auditor.digest(prepared.member_ids().to_pylist())
        done.members = balances(machine)
    finally:
        prepared.close()
    return done


def outcomes_of(machine: Machine, part: Any, programme: Programme) -> list[tuple[int, ...]]:
    """The outcomes of one batch as plain tuples."""
    events, lines, last_mention = event_records(part, programme.names)
    if machine.compiled:
        return [tuple(row) for row in machine.run(events, lines, last_mention).tolist()]
    found = machine.run(as_objects(events, Event), as_objects(lines, EventLine), last_mention.tolist())
    return [(one.code, one.desired, one.applied) for one in found]


BALANCES = ("status", "enrolled_day", "clock_day", "events", "pending", "available", "held", "debt", "shortfall")


def balances(machine: Machine) -> list[tuple[int, ...]]:
    """The members' balances as plain tuples; rows of tables, which room decides, are left out."""
    return [tuple(int(row[name]) for name in BALANCES) for row in machine.table("members")]


def python_link(chain: int, word: int, other: int, factor: int) -> int:
    """The fold of the digest's chains written again, on Python's integers."""
    chain = ((chain ^ (word % 2**63)) * factor + other) % 2**63
    return chain ^ (chain >> 29)
