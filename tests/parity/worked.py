"""Small worked histories for the invariants, in the words of the case files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pytest
from cases.programme import START, Tables, events_of
from cases.sentences import of_entry
from oracle import Result
from oracle.dates import to_day
from oracle.engines import ENGINES, replay
from oracle.generate import Scenario, scenario
from oracle.histories import last_day

SEEDS = tuple(range(500, 515))
every_engine = pytest.mark.parametrize("engine", ENGINES)


def on(days: int) -> date:
    """So many days after the programme's start."""
    return START + timedelta(days=days)


def order(days: int, name: str, amount: int = 1000, **more: Any) -> dict[str, Any]:
    """An order event."""
    return {"type": "order", "day": on(days), "order": name, "amount": amount, **more}


def back(days: int, name: str, amount: int, **more: Any) -> dict[str, Any]:
    """A return event."""
    return {"type": "return", "day": on(days), "order": name, "amount": amount, **more}


def redeem(days: int, name: str, tokens: int, amount: int = 1000, **more: Any) -> dict[str, Any]:
    """A redemption."""
    return {"type": "redeem", "day": on(days), "order": name, "tokens": tokens, "amount": amount, **more}


def told(kind: str, days: int, **more: Any) -> dict[str, Any]:
    """Any other event."""
    return {"type": kind, "day": on(days), **more}


def worked(engine: str, events: list[dict[str, Any]], until: int | None = None, **programme: Any) -> Result:
    """What an engine makes of a few events under the usual programme with changes."""
    case = {"events": events, **programme}
    rows = events_of(case)
    end = to_day(on(until)) if until is not None else last_day(rows)
    return replay(Tables(case).law(), rows, end, engine)


def ledger(result: Result) -> list[str]:
    """The ledger in the words of the case files, dates left out."""
    return [of_entry(entry).split(" ", 1)[1] for entry in result.entries]


@lru_cache(maxsize=256)
def made(seed: int, late: float = 0.0) -> Scenario:
    """A generated scenario, drawn once; every other one full of friends, tiers and draws."""
    return scenario(seed, 120, 4, late, social=seed % 2 == 1)


@lru_cache(maxsize=256)
def result_of(seed: int, engine: str, late: float = 0.0) -> Result:
    """What an engine makes of a generated scenario, computed once."""
    law, events, until = made(seed, late)
    return replay(law, events, until, engine)


def results(engine: str) -> Iterator[tuple[Scenario, Result]]:
    """Generated scenarios with what the engine makes of them."""
    for seed in SEEDS:
        yield made(seed), result_of(seed, engine)
