"""The ledgers behind one call: the oracle, the interpreted and the compiled engine."""

from __future__ import annotations

from rewardsim.rules.records import Law

from .draws import shuffled
from .ledger import Result, run
from .stepper import replayed
from .world import Event, Ranking

ENGINES = ("oracle", "interpreted", "compiled")


def replay(law: Law, events: list[Event], until: int, engine: str, rank: Ranking = shuffled) -> Result:
    """A whole history under one of the engines."""
    if engine == "oracle":
        return run(law, events, until, rank)
    return replayed(law, events, until, engine, rank=rank)
