"""Programmes and histories from a seed, and as hypothesis strategies built on the same makers."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hypothesis import strategies as st

from rewardsim.rules.records import Law

from .histories import coverage, last_day, random_history
from .laws import random_law
from .world import Event

__all__ = ["coverage", "histories", "last_day", "laws", "random_history", "random_law", "scenario", "scenarios"]

Scenario = tuple[Law, list[Event], int]


def scenario(seed: int, count: int = 200, members: int = 5, late: float = 0.05, social: bool = False) -> Scenario:
    """A programme, a history and the day to which time passes at its end."""
    rng = Random(seed)
    law = random_law(rng, social)
    events = random_history(rng, law, count, members, late, social)
    return law, events, last_day(events) + rng.choice((0, 1, 1, 5, 500))


def scenarios(
    total: int, seed: int = 0, count: int = 5_000, members: int = 200, late: float = 0.05
) -> Iterator[Scenario]:
    """Scenarios whose events add up to at least ``total``; every other one is social."""
    told = 0
    while told < total:
        made = scenario(seed, count, members, late, social=seed % 2 == 1)
        told += len(made[1])
        seed += 1
        yield made


def laws() -> st.SearchStrategy[Law]:
    """Random programmes."""
    return st.integers(0, 2**32).map(lambda seed: random_law(Random(seed)))


@st.composite
def histories(draw: st.DrawFn, count: int = 60, members: int = 3) -> Scenario:
    """A random programme with a random history, which hypothesis may cut short."""
    law, events, until = scenario(draw(st.integers(0, 2**32)), count, members, social=draw(st.booleans()))
    return law, events[: draw(st.integers(0, len(events)))], until
