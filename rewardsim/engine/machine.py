"""A machine: a law, a book, and the loop over batches of events, interpreted or compiled.

The loop stops where room runs out; the machine then hands the entries on, sweeps finished orders
and grows what is short. None of this can be seen in the ledger.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import Any

from rewardsim.rules.records import NONE, Entry, Event, EventLine, Law, Member

from . import loop
from .loop import FINISH, RUN, SETTLE, SWEEP, Outcome
from .tables import FREE_LISTS, blank, grown, law_tables, open_book, unwritten

ENGINES = ("compiled", "interpreted")
ENTRIES = 1 << 18  # rows of the entries table
ROWS = 1 << 13  # free rows at first in each growing table
ROWS_FOR_MANY = 1 << 16  # or, where a row costs little, one a member up to this many


class Machine:
    """Applies events to a fresh book.

    ``sink`` is called with (entries, count) whenever entries are to be handed on: the first
    ``count`` rows of an array that is the sink's own from then on, or of a list that is reused.
    """

    def __init__(
        self,
        law: Law,
        members: int,
        orders: int,
        engine: str,
        sink: Callable[[Any, int], None],
        entries: int = ENTRIES,
        rows: int | None = None,
    ) -> None:
        if engine not in ENGINES:
            raise ValueError(f"engine {engine!r} is unknown; allowed are {', '.join(ENGINES)}")
        self.compiled = engine == "compiled"
        if rows is None:
            rows = max(ROWS, min(members, ROWS_FOR_MANY)) if self.compiled else ROWS
        self.law = law_tables(law, self.compiled)
        self.book = open_book(law, members, self.compiled, entries, rows)
        self._sink = sink
        self._rows_of_orders = _whole(NONE, orders, self.compiled)
        self._nothing = (blank_batch(self.compiled), _whole(0, 0, self.compiled))
        if self.compiled:
            from . import compiled

            compiled.load()
            self._step = compiled.step
        else:
            self._step = loop.step

    def run(self, events: Any, lines: Any, last_mention: Any) -> Any:
        """Apply a batch in canonical order; return its outcomes.

        ``event.order`` holds the order's number on entry and is overwritten by its row;
        ``last_mention`` is 1 where no later event names the event's order.
        """
        outcomes = blank(Outcome, len(events), self.compiled)
        with _no_collection(self.compiled):
            self._run(events, lines, last_mention, outcomes)
        return outcomes

    def _run(self, events: Any, lines: Any, last_mention: Any, outcomes: Any) -> None:
        batch = (events, lines, outcomes)
        at = 0
        while at < len(events):
            reached = self._take(RUN, batch, last_mention, at, 0)
            if reached < len(events):
                self._make_room(reached == at)
            at = reached

    def finish(self, day: int) -> None:
        """Settle what is open, advance every member to ``day``, hand on the last entries.

        Requests of ``day`` itself stay open: they are settled at its end.
        """
        if self.book.head[0]["day"] < day if self.compiled else self.book.head[0].day < day:
            while self._idle(SETTLE, 0, day) == 0:
                self._make_room(True)
        at = 0
        while at < len(self.book.members):
            reached = self._idle(FINISH, at, day)
            if reached < len(self.book.members):
                self._make_room(reached == at)
            at = reached
        self._flush()

    def members(self) -> Any:
        """Return the member records as a structured array."""
        from .batches import as_array

        return self.book.members if self.compiled else as_array(self.book.members, Member)

    def _idle(self, task: int, at: int, day: int) -> int:
        batch, nothing = self._nothing
        return self._take(task, batch, nothing, at, day)

    def _take(self, task: int, batch: Any, last_mention: Any, at: int, day: int) -> int:
        events, lines, outcomes = batch
        return self._step(
            task, self.law, self.book, self._rows_of_orders, events, lines, last_mention, outcomes, at, day
        )

    def _flush(self) -> None:
        head = self.book.head[0]
        count = int(head["entry_count"]) if self.compiled else head.entry_count
        if count:
            self._sink(self.book.entries, count)
        if not self.compiled:
            head.entry_count = 0
        elif count:
            head["entry_count"] = 0
            self.book = self.book._replace(entries=unwritten(Entry, len(self.book.entries)))

    def _make_room(self, stuck: bool) -> None:
        """Hand entries on and double what is short; everything, where nothing else helped."""
        self._flush()
        head = self.book.head[0]
        read = head.__getitem__ if self.compiled else lambda name: getattr(head, name)
        extra = {}
        if read("order_spare") < len(self.book.orders) // 8 + 1:
            self._idle(SWEEP, 0, 0)
            # A sweep reads the whole table; unless it freed half of it, the next one is put off.
            if read("order_spare") < len(self.book.orders) // 2:
                extra["orders"] = len(self.book.orders)
        for name, (_, spare) in FREE_LISTS.items():
            size = len(getattr(self.book, name))
            if read(spare) < size // 8 + 1 or (stuck and read(spare) < size // 2):
                extra[name] = size
        if read("request_count") > len(self.book.requests) // 2:
            extra["requests"] = len(self.book.requests)
        if stuck and not extra:
            extra = {"entries": len(self.book.entries), "requests": len(self.book.requests)}
            extra |= {name: len(getattr(self.book, name)) for name in FREE_LISTS}
        self.book = grown(self.book, self.compiled, extra)


@contextlib.contextmanager
def _no_collection(compiled: bool) -> Iterator[None]:
    """Spare the interpreter the search for cycles: records hold integers only, so there are none."""
    if compiled or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _whole(value: int, size: int, compiled: bool) -> Any:
    if not compiled:
        return [value] * size
    import numpy as np

    return np.full(size, value, dtype=np.int64)


def blank_batch(compiled: bool) -> tuple[Any, Any, Any]:
    """Return a batch without events."""
    return blank(Event, 0, compiled), blank(EventLine, 0, compiled), blank(Outcome, 0, compiled)
