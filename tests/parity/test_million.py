"""A million random events: interpreted and compiled write the same ledger, entry by entry.

Two hundred programmes of 5,000 events each; between them every outcome an event can have and every
kind of note and cause is reached, which the test asserts. Run with ``-m slow``.
"""

from __future__ import annotations

import pytest
from oracle.engines import replay
from oracle.generate import scenarios
from oracle.histories import coverage, unreached
from oracle.world import Note

EVENTS = 1_000_000


@pytest.mark.slow
def test_a_million_random_events_are_the_same_interpreted_and_compiled() -> None:
    """Entries, notes, outcomes, balances and standings are equal for every programme."""
    kinds: dict[tuple[int, int], Note] = {}
    reached: set[str] = set()
    events = 0
    for law, history, until in scenarios(EVENTS, seed=1_000_000):
        interpreted = replay(law, history, until, "interpreted")
        compiled = replay(law, history, until, "compiled")
        assert interpreted == compiled
        reached |= set(interpreted.outcomes)
        kinds.update(((note["kind"], note["cause"]), note) for note in compiled.notes)
        events += len(history)
    assert events >= EVENTS
    assert coverage(reached) == []
    assert unreached(kinds.values()) == []
