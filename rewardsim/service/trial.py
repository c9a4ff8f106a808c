"""What would happen: the law on a copy of the store's rows, of which nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from .code import Code

NONE = -1
EMPTY = "{}"


def glance(store: Any) -> AbstractContextManager[None]:
    """See a store as it stands at one moment."""
    found: AbstractContextManager[None] = store.reading() if hasattr(store, "reading") else store.unit(False)
    return found


@lru_cache(64)
def trial_of(code: Code) -> type:
    """Return the class of a trial of somebody's code: (bound, run) -> transaction."""
    work = code("scoring.work")
    said = {"MEMBER": work.schema.MEMBER, "ORDER": work.schema.ORDER, "FRESH": work.FRESH}
    return type("Trial", (Trial, work.Work), said)


class Trial:
    """A transaction that only reads: whoever is unknown gets rows of the copy, and nothing is written."""

    MEMBER: str
    ORDER: str
    FRESH: int
    book: Any
    _run: Callable[..., list[Any]]
    _take_in: Callable[[Any], int]
    _keep_order_as_read: Callable[[int, str], None]

    def __init__(self, bound: Any, run: Callable[..., list[Any]]) -> None:
        def read(text: str, *values: Any) -> list[Any]:
            return run(text, *values) if text.startswith("SELECT") else []

        super().__init__(bound, read, False)  # type: ignore[call-arg]
        self._members: dict[str, int] = {}
        self._made: dict[str, int] = {}

    def member(self, member_id: str) -> int:
        """Return a member's number in the copy."""
        if member_id not in self._members:
            found = self._run(self.MEMBER + "member_id = ?", member_id)
            fresh = (self.FRESH + len(self._members), member_id, 0, 0, 0, 0, 0, 0, 0, EMPTY)
            self._members[member_id] = self._take_in(found[0] if found else fresh)
        return self._members[member_id]

    other = member

    def order(self, order_id: str, opens: bool) -> int:
        """Return an order's row in the copy."""
        if order_id in self._made:
            return self._made[order_id]
        found = self._run(self.ORDER + "order_id = ?", order_id)
        if not found and not opens:
            return NONE
        row, text = found[0] if found else (self.FRESH + len(self._made), EMPTY)
        if row not in self.book.orders:
            self._keep_order_as_read(row, text)
        self._made[order_id] = row
        return int(row)

    def entries(self, member: int, first: int, rows: list[Any]) -> None:
        """Nothing is kept."""

    notes = entries

    def answer(self, told: Any, number: int, member: int, reply: Any) -> None:
        """Nothing is kept."""

    def settled(self, day: int) -> None:
        """Nothing is kept."""

    def keep(self) -> None:
        """Nothing is kept."""


class Glass(NamedTuple):
    """A scorer behind glass: what only asks may look at it and its store."""

    code: Code
    scorer: Any

    @property
    def law(self) -> Any:
        """The law."""
        return self.scorer.law

    @property
    def names(self) -> Any:
        """Its words."""
        return self.scorer.names

    @property
    def store(self) -> Glass:
        """The store, which is this."""
        return self

    def find(self, member_id: str) -> int:
        """Return a member's number, NONE where there is none of that id."""
        return int(self.scorer.store.find(member_id))

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Look at the store as it stands at one moment."""
        store = self.scorer.store
        with glance(store):
            yield trial_of(self.code)(store._bound, store.run)
