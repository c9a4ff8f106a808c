"""A machine: a law, a book, and the loop over batches of events, interpreted or compiled.

The loop stops where room runs out; the machine then hands the entries on, sweeps finished orders
and grows what is short. None of this can be seen in the ledger.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import Any

from rewardsim.rules.records import NONE, Entry, Event, EventLine, Law

from . import loop
from .loop import DRAW, FINISH, RUN, SETTLE, SWEEP, Outcome
from .tables import FREE_LISTS, TABLES, blank, grown, law_tables, open_book, unwritten

ENGINES = ("compiled", "interpreted")
ENTRIES = 1 << 16  # rows of the entries table: what is checked and written should still be near the processor
ROWS = 1 << 13  # free rows at first in each growing table
ROWS_FOR_MANY = 1 << 16  # or, where a row costs little, one a member up to this many


class Machine:
    """Applies events to a fresh book.

    ``sink`` is called with (entries, count) whenever entries are to be handed on: the first
    ``count`` rows of an array that is the sink's own from then on, or of a list that is reused.
    ``note_sink`` is called with notes likewise, in a table that is reused. ``rank`` is called with
    (row of the draw, [(member, entry), ...]) on the day of a draw; it returns places in that list,
    best first, one a member.
    """

    def __init__(
        self,
        law: Law,
        members: int,
        orders: int,
        engine: str,
        sink: Callable[[Any, int], None],
        *,
        note_sink: Callable[[Any, int], None] | None = None,
        rank: Callable[[int, list[tuple[int, int]]], list[int]] | None = None,
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
        self._note_sink = note_sink
        self._rank = rank or unranked
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
        if _Head(self.book, self.compiled)["day"] < day:
            while self._idle(SETTLE, 0, day) == 0:
                self._make_room(True)
        at = 0
        while at < len(self.book.members):
            reached = self._idle(FINISH, at, day)
            if reached < len(self.book.members):
                self._make_room(reached == at)
            at = reached
        self._flush()

    def table(self, name: str) -> Any:
        """Return a table of the book as a structured array."""
        from .batches import as_array

        rows = getattr(self.book, name)
        return rows if self.compiled else as_array(rows, TABLES[name])

    def _idle(self, task: int, at: int, day: int) -> int:
        batch, nothing = self._nothing
        return self._take(task, batch, nothing, at, day)

    def _take(self, task: int, batch: Any, last_mention: Any, at: int, day: int) -> int:
        events, lines, outcomes = batch
        return self._step(
            task, self.law, self.book, self._rows_of_orders, events, lines, last_mention, outcomes, at, day
        )

    def _flush(self) -> None:
        head = _Head(self.book, self.compiled)
        if head["entry_count"]:
            self._sink(self.book.entries, head["entry_count"])
        if head["note_count"] and self._note_sink:
            self._note_sink(self.book.notes, head["note_count"])
        if self.compiled and head["entry_count"]:
            self.book = self.book._replace(entries=unwritten(Entry, len(self.book.entries)))
        head["entry_count"] = 0
        head["note_count"] = 0

    def _hold_draw(self) -> None:
        """Have the tickets of the draw that waits ranked, and hold it."""
        head = _Head(self.book, self.compiled)
        draw = head["draws_done"]
        found = tickets_of(self.book.tickets, draw)
        best = [found[place][0] for place in self._rank(draw, [(member, entry) for _, member, entry in found])]
        wanted = head["request_count"] + len(best) + 1
        if wanted > len(self.book.requests):
            self.book = grown(self.book, self.compiled, {"requests": wanted})
        batch, _ = self._nothing
        self._take(DRAW, batch, _numbers(best, self.compiled), 0, 0)

    def _make_room(self, stuck: bool) -> None:
        """Hand entries on and double what is short; everything, where nothing else helped."""
        self._flush()
        head = _Head(self.book, self.compiled)
        if head["draw_due"]:
            self._hold_draw()
            return
        extra = {}
        if head["order_spare"] < len(self.book.orders) // 8 + 1:
            self._idle(SWEEP, 0, 0)
            # A sweep reads the whole table; unless it freed half of it, the next one is put off.
            if head["order_spare"] < len(self.book.orders) // 2:
                extra["orders"] = len(self.book.orders)
        for name, (_, spare) in FREE_LISTS.items():
            size = len(getattr(self.book, name))
            if head[spare] < size // 8 + 1 or (stuck and head[spare] < size // 2):
                extra[name] = size
        if head["request_count"] > len(self.book.requests) // 2:
            extra["requests"] = len(self.book.requests)
        if stuck and not extra:
            extra = {name: len(getattr(self.book, name)) for name in ("entries", "requests", "notes")}
            extra |= {name: len(getattr(self.book, name)) for name in FREE_LISTS}
        self.book = grown(self.book, self.compiled, extra)


class _Head:
    """The book's head by field name, whichever engine keeps it."""

    def __init__(self, book: Any, compiled: bool) -> None:
        self._head = book.head[0]
        self._compiled = compiled

    def __getitem__(self, name: str) -> int:
        return int(self._head[name] if self._compiled else getattr(self._head, name))

    def __setitem__(self, name: str, value: int) -> None:
        if self._compiled:
            self._head[name] = value
        else:
            setattr(self._head, name, value)


def unranked(draw: int, tickets: list[tuple[int, int]]) -> list[int]:
    """Rank no ticket: for laws without draws."""
    raise LookupError(f"draw {draw} is due, with {len(tickets)} tickets, and nobody ranks them")


def tickets_of(tickets: Any, draw: int) -> list[tuple[int, int, int]]:
    """Return (row, member, entry) of a draw's tickets."""
    if isinstance(tickets, list):
        return [(row, t.member, t.entry) for row, t in enumerate(tickets) if t.draw == draw]
    import numpy as np

    rows = np.flatnonzero(tickets["draw"] == draw)
    return list(zip(rows.tolist(), tickets["member"][rows].tolist(), tickets["entry"][rows].tolist(), strict=True))


def _numbers(values: list[int], compiled: bool) -> Any:
    if not compiled:
        return values
    import numpy as np

    return np.array(values, dtype=np.int64)


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
