"""The oracle's random programmes and histories as stories, and a story told by the native library."""

from __future__ import annotations

from typing import Any

import numpy as np
from oracle.draws import shuffled
from oracle.generate import Scenario
from oracle.stepper import Stepper, flat, last_mentions, members_of

from rewardsim.export.native.library import Library, NativeBook
from rewardsim.export.native.terms import terms_bytes
from rewardsim.export.native.vectors import Story, Told


def story(made: Scenario) -> Story:
    """A scenario with members' names and orders' numbers."""
    law, events, until = made
    named = Stepper(law, 1, "compiled", orders=1)
    rows, lines = named.batch(events)
    members = members_of(events)
    # Names sort otherwise than numbers do: the digest goes by names.
    ids = [f"m{m * 7919 % 100_003:06d}" for m in range(members)]
    return Story(flat(law), ids, len(named.names), rows, lines, np.array(last_mentions(events)), until, shuffled)


def native(library: Library, told: Story, batch: int = 1 << 20, save: int = 0, forget: bool = False) -> Told:
    """A story told by the library, ``batch`` events a call; saved and restored after every ``save`` calls."""
    book = NativeBook(library, terms_bytes(told.law), told.ids, told.orders, rank=told.rank)
    try:
        return _tell(book, told, batch, save, forget)
    finally:
        book.close()


def _tell(book: NativeBook, told: Story, batch: int, save: int, forget: bool) -> Told:
    parts: list[tuple[Any, Any, Any]] = []
    for calls, first in enumerate(range(0, len(told.events), batch), 1):
        events = told.events[first : first + batch]
        parts.append(book.apply(events, told.lines))
        if forget:
            book.forget(events["order"][(told.last[first : first + batch] == 1) & (events["order"] >= 0)])
        if save and calls % save == 0:
            book.restore(book.save())
    entries, notes = book.finish(told.until)
    outcomes = np.concatenate([part[0] for part in parts])
    members = [book.account(m) for m in range(len(told.ids))]
    return Told(
        outcomes,
        np.concatenate([*(part[1] for part in parts), entries]),
        np.concatenate([*(part[2] for part in parts), notes]),
        members,
        book.digest(),
    )


def assert_same(found: Told, expected: Told) -> None:
    """Outcomes, entries, notes, balances and digest are equal."""
    for name in ("outcomes", "entries", "notes"):
        one, two = getattr(found, name), getattr(expected, name)
        assert len(one) == len(two), name
        assert (one == two).all(), name
    for name in ("status", "pending", "available", "held", "debt", "shortfall"):
        assert [member[name] for member in found.members] == expected.members[name].tolist(), name
    assert found.digest == expected.digest
