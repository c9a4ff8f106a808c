"""What SQL stores have in common. A database adds how it connects, begins, and what its errors mean."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

from ..rules.records import NEVER, NONE, Law
from . import schema, state
from .faults import Fault, StoreRefused
from .names import Names
from .shape import differences, lacks
from .store import About, Store
from .told import encode, event_of
from .work import OF_ITS_VERSION, Binding, Work

PAGE = 1000
ENTRY_COLUMNS = (
    "member_id", "line", "event", "event_id", "ordinal", "day", "source", "target", "tokens", "lot", "expiry_day",
    "rule", "reason", "order_id", "bundle",
)  # fmt: skip
NOTE_COLUMNS = (
    "member_id", "line", "event", "event_id", "ordinal", "day", "kind", "cause", "tier_before", "tier", "draw",
    "number", "counterpart_id", "amount", "order_id", "bundle",
)  # fmt: skip


class SqlStore(Store):
    """A store in an SQL database.

    A database says how statements are ``run`` (``?`` stands for a value), how a block becomes one
    ``unit`` of work, and with which ``TYPES`` and ``LOCKS`` (reading the book, reading it alone,
    reading a row that will be written).
    """

    TYPES: dict[str, str] = {}
    LOCKS: tuple[str, str, str] = ("", "", "")
    _bound: Binding

    @abstractmethod
    def run(self, text: str, *values: Any) -> list[Any]:
        """Send one statement; return its rows."""

    @abstractmethod
    def unit(self, alone: bool) -> AbstractContextManager[None]:
        """Keep everything that is run in the block, or nothing; raise StoreUnavailable where that fails."""

    @abstractmethod
    def has_tables(self) -> bool:
        """Tell whether the database holds a store."""

    def open(self, law: Law, names: Names, about: About) -> None:
        """Make the tables where there are none; refuse a store that is not ours; say what serves it now."""
        bound = Binding(law, names)
        with self.unit(True):
            if not self.has_tables():
                self._create(about)
            self._check(about)
            latest = self.run(schema.LATEST_BUNDLE)
            if latest and latest[0][1] == about.bundle:
                bound.bundle = latest[0][0]
            else:
                since = datetime.now(UTC).isoformat(timespec="seconds")
                bound.bundle = self.run(schema.NEW_BUNDLE, about.bundle, about.version, since)[0][0]
        self._bound = bound

    def _create(self, about: About) -> None:
        for text in schema.TABLES:
            self.run(text.format(**self.TYPES))
        identity = (about.programme, about.currency, about.timezone, encode(about.shape))
        self.run(schema.NEW_BOOK, schema.FORMAT, state.VERSION, *identity, -NEVER)

    def _check(self, about: About) -> None:
        ((form, version, programme, currency, zone, shape),) = self.run(schema.HEADING)
        faults = []
        if (form, version) != (schema.FORMAT, state.VERSION):
            found, allowed = f"format {form}, state {version}", f"format {schema.FORMAT}, state {state.VERSION}"
            faults.append(Fault("store_version", "", found, allowed, OF_ITS_VERSION))
        said = {"programme": programme, "currency": currency, "timezone": zone}
        for name, found in said.items():
            allowed = getattr(about, name)
            if found != allowed:
                todo = "open the store of this programme"
                faults.append(Fault("other_" + name, "", repr(found), repr(allowed), todo))
        if not faults and encode(about.shape) != shape:
            faults += _shape_faults(json.loads(shape), about.shape, self.day())
            self.run(schema.KEEP_SHAPE, encode(about.shape))
        if faults:
            raise StoreRefused(faults)

    @contextmanager
    def transaction(self, alone: bool = False) -> Iterator[Work]:
        """Begin a transaction."""
        with self.unit(alone):
            work = Work(self._bound, self.run, alone, self.LOCKS)
            yield work
            work.keep()

    def day(self) -> int:
        """Return the book's day."""
        return int(self.run(schema.BOOK)[0][0])

    def active(self, after: int, count: int) -> list[int]:
        """Return numbers of members who had events."""
        return [row[0] for row in self.run(schema.ACTIVE, after, count)]

    def chains(self) -> Iterable[tuple[str, Any]]:
        """Yield (member id, chains) in order of the ids, as bytes."""
        rows = sorted(self.run(schema.CHAINS), key=lambda row: row[0])
        return ((row[0], row[1:]) for row in rows)

    def events(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield the events taken in with their outcome."""
        after = NONE
        while rows := self.run(schema.EVENTS, after, PAGE):
            for number, event, outcome in rows:
                yield event_of(event, number), outcome
            after = rows[-1][0]

    def ledger(self) -> Iterator[dict[str, Any]]:
        """Yield entries, member by member."""
        return self._lines(schema.LEDGER, ENTRY_COLUMNS)

    def journals(self) -> Iterator[dict[str, Any]]:
        """Yield notes, member by member."""
        return self._lines(schema.JOURNAL, NOTE_COLUMNS)

    def _lines(self, query: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        after = NONE
        while rows := self.run(schema.EVERYBODY, after, PAGE):
            for (member,) in rows:
                for values in self.run(query, member, 0):
                    yield dict(zip(columns, values, strict=True))
            after = rows[-1][0]

    def find(self, member_id: str) -> int:
        """Return a member's number, NONE where there is none of that id."""
        found = self.run(schema.NUMBER, member_id)
        return int(found[0][0]) if found else NONE


def _shape_faults(before: dict[str, Any], now: dict[str, Any], day: int) -> list[Fault]:
    todo = "migrate the state, or keep the order of what was there and add at the end"
    faults = []
    for name in differences(before, now, day):
        found, allowed = f"other {name}: {json.dumps(before.get(name))[:200]}", f"the same {name}, or more at the end"
        if lacks(before, now, name):
            faults.append(Fault("older_bundle", name, found, allowed, "serve it with the bundle that added them"))
        else:
            faults.append(Fault("other_shape", name, found, allowed, todo))
    return faults
