"""The native library from Python, through ctypes: an example of a binding, and what the tests drive it by.

Only numpy is needed beside the library: structures are the records' numpy types.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rewardsim.engine.loop import Outcome
from rewardsim.engine.tables import dtype_of
from rewardsim.rules.records import Entry, Event, EventLine, Note

from .layout import layout_hash

OK, NULL, LAYOUT_DIFFERS, RULES_DIFFER, NOT_TERMS, NOT_A_BOOK, OTHER_TERMS, INVALID = range(8)
NO_MEMORY, UNRANKED, NO_IDS, FILE, FAULT = range(8, 13)
EVENT, LINE, OUTCOME, ENTRY, NOTE = (dtype_of(record) for record in (Event, EventLine, Outcome, Entry, Note))
ACCOUNT = (
    "status", "clock_day", "pending", "available", "held", "debt", "shortfall", "tier", "projected", "to_keep",
    "to_rise",
)  # fmt: skip
Number, Address, Size = ctypes.c_int64, ctypes.c_void_p, ctypes.c_size_t
RANK = ctypes.CFUNCTYPE(Number, Address, Number, ctypes.POINTER(Number), Number, ctypes.POINTER(Number))
REALLOCATE = ctypes.CFUNCTYPE(Address, Address, Address, Size)
WRITE = ctypes.CFUNCTYPE(ctypes.c_int, Address, Address, Size)


class Reply(ctypes.Structure):
    """``rs_reply``."""

    _fields_ = [
        ("outcome", Number * len(OUTCOME)),
        ("entries", Address),
        ("entry_count", Number),
        ("notes", Address),
        ("note_count", Number),
        ("applied", Number),
    ]


class Options(ctypes.Structure):
    """``rs_options``."""

    _fields_ = [
        ("rank", RANK),
        ("rank_context", Address),
        ("reallocate", REALLOCATE),
        ("memory_context", Address),
        ("digest", Number),
    ]


class Wrong(ctypes.Structure):
    """``rs_wrong``."""

    _fields_ = [("field", ctypes.c_char_p), ("line", Number), ("found", Number), ("least", Number), ("most", Number)]


class NativeStatus(Exception):
    """A call did not answer RS_OK."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(f"{text} (status {status})")


class Library:
    """The loaded library."""

    def __init__(self, path: Path) -> None:
        self.c = ctypes.CDLL(str(path))
        for name in ("rs_rules", "rs_status_text", "rs_outcome_text", "rs_terms_hash"):
            getattr(self.c, name).restype = ctypes.c_char_p
        self.c.rs_layout.restype = ctypes.c_uint64
        for name in ("rs_check", "rs_members", "rs_orders", "rs_day"):
            getattr(self.c, name).restype = Number
        for name in ("rs_terms_free", "rs_book_free"):
            getattr(self.c, name).restype = None

    def check(self, status: int) -> None:
        """Raise what a status says, unless it is RS_OK."""
        if status != OK:
            raise NativeStatus(status, self.c.rs_status_text(status).decode())

    def terms(self, content: bytes, layout: int | None = None) -> Address:
        """Open terms from memory."""
        opened = Address()
        wanted = ctypes.c_uint64(layout_hash() if layout is None else layout)
        self.check(self.c.rs_terms_read(wanted, content, Size(len(content)), ctypes.byref(opened)))
        return opened


class NativeBook:
    """A book of the library. ``rank`` ranks draws as the machine's does; ``ids`` are kept for the digest."""

    def __init__(
        self,
        library: Library,
        terms: bytes,
        ids: list[str] | None = None,
        orders: int = 0,
        rank: Callable[[int, list[tuple[int, int]]], list[int]] | None = None,
        reallocate: Any = None,
    ) -> None:
        self.library, self.c = library, library.c
        self.terms = library.terms(terms)
        self.options = Options(digest=int(ids is not None))
        if rank is not None:
            self.options.rank = _ranking(rank)
        if reallocate is not None:
            self.options.reallocate = reallocate
        self.book = Address()
        try:
            library.check(self.c.rs_book_new(self.terms, ctypes.byref(self.options), ctypes.byref(self.book)))
            for name in ids or ():
                self.add_member(name)
            self.add_orders(orders)
        except NativeStatus:
            self.close()
            raise

    def close(self) -> None:
        """Free book and terms; safe to repeat."""
        self.c.rs_book_free(self.book)
        self.c.rs_terms_free(self.terms)
        self.book = self.terms = Address()

    def add_member(self, name: str) -> None:
        """Add a member by id."""
        text = name.encode()
        self.library.check(self.c.rs_add_member(self.book, text, Size(len(text)), None))

    def add_members(self, count: int) -> None:
        """Add members without ids."""
        self.library.check(self.c.rs_add_members(self.book, Number(count), None))

    def add_orders(self, count: int) -> None:
        """Add orders."""
        self.library.check(self.c.rs_add_orders(self.book, Number(count), None))

    def apply(self, events: Any, lines: Any) -> tuple[Any, Any, Any]:
        """Apply structured arrays of events; return outcomes, entries and notes."""
        outcomes, reply = np.zeros(len(events), OUTCOME), Reply()
        status = self.c.rs_apply_many(
            self.book, Address(events.ctypes.data), Number(len(events)), Address(lines.ctypes.data), Number(len(lines)),
            Address(outcomes.ctypes.data), ctypes.byref(reply),
        )  # fmt: skip
        self.library.check(status)
        return outcomes, _rows(reply.entries, reply.entry_count, ENTRY), _rows(reply.notes, reply.note_count, NOTE)

    def forget(self, orders: Any) -> None:
        """Say that no further event will name these orders."""
        for order in orders.tolist():
            self.library.check(self.c.rs_forget_order(self.book, Number(order)))

    def faults(self, event: Any, lines: Any, room: int = 32) -> list[tuple[str, int, int, int, int]]:
        """Return what is wrong with one event: field, line, found, least and most allowed."""
        wrongs = (Wrong * room)()
        count = self.c.rs_check(
            self.book, Address(event.ctypes.data), Address(lines.ctypes.data), Number(len(lines)), wrongs, Number(room)
        )
        kept = wrongs[: min(count, room)]
        return [(one.field.decode(), one.line, one.found, one.least, one.most) for one in kept]

    def settle(self, day: int) -> tuple[Any, Any]:
        """Settle the days before a day; return entries and notes."""
        return self._pass(self.c.rs_settle, day)

    def finish(self, day: int) -> tuple[Any, Any]:
        """Carry everybody on to a day; return entries and notes."""
        return self._pass(self.c.rs_finish, day)

    def _pass(self, call: Any, day: int) -> tuple[Any, Any]:
        reply = Reply()
        self.library.check(call(self.book, Number(day), ctypes.byref(reply)))
        return _rows(reply.entries, reply.entry_count, ENTRY), _rows(reply.notes, reply.note_count, NOTE)

    def account(self, member: int) -> dict[str, int]:
        """Return a member's balances and standing."""
        numbers = (Number * len(ACCOUNT))()
        self.library.check(self.c.rs_account_of(self.book, Number(member), numbers))
        return dict(zip(ACCOUNT, numbers, strict=True))

    def digest(self) -> str:
        """Return the digest of ledger and journal."""
        text = ctypes.create_string_buffer(65)
        self.library.check(self.c.rs_digest(self.book, text))
        return text.value.decode()

    def save(self) -> bytes:
        """Return the book as bytes."""
        parts: list[bytes] = []

        def keep(_: Any, content: int, size: int) -> int:
            parts.append(ctypes.string_at(content, size))
            return 0

        self.library.check(self.c.rs_save(self.book, WRITE(keep), None))
        return b"".join(parts)

    def restore(self, saved: bytes) -> None:
        """Put a saved book in this one's place."""
        book = Address()
        status = self.c.rs_restore(self.terms, ctypes.byref(self.options), saved, Size(len(saved)), ctypes.byref(book))
        self.library.check(status)
        self.c.rs_book_free(self.book)
        self.book = book


def _ranking(rank: Callable[[int, list[tuple[int, int]]], list[int]]) -> Any:
    """Return a ranking function as the library calls it; one that raises ranks nothing."""

    def ranked(_: Any, draw: int, tickets: Any, count: int, places: Any) -> int:
        try:
            best = rank(draw, [(tickets[2 * i], tickets[2 * i + 1]) for i in range(count)])
        except LookupError:
            return -1
        for i, place in enumerate(best):
            places[i] = place
        return len(best)

    return RANK(ranked)


def _rows(address: int | None, count: int, kind: Any) -> Any:
    """Copy rows the library hands out, before its next call."""
    if not count or not address:
        return np.zeros(0, kind)
    return np.frombuffer(ctypes.string_at(address, count * kind.itemsize), kind)
