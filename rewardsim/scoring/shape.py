"""What the rows that a state names mean, so that a state is never read under a law in which they mean others."""

from __future__ import annotations

from typing import Any

from ..rules.records import Law
from .names import Names


def shape_of(law: Law, names: Names) -> dict[str, Any]:
    """Return what a state's numbers stand for: stretches, counters, pools, items, tiers, draws, categories."""
    return {
        "stretches": [terms.from_day for terms in law.terms],
        "counter_width": law.terms[0].counter_width,
        "limits": [[limit.counter, limit.period] for limit in law.limits],
        "campaigns": [[names.rule(row.rule), row.limit_counter, row.pool] for row in law.campaigns],
        "items": [[names.rule(row.rule), row.kind, row.counter, row.pool] for row in law.items],
        "pools": [row.period for row in law.pools],
        "levels": list(names.levels),
        "draws": [names.rule(row.rule) for row in law.draws],
        "categories": [[name, code] for name, code in sorted(names.categories.items())],
    }


def differences(before: dict[str, Any], now: dict[str, Any], day: int) -> list[str]:
    """Return where a law reads a state otherwise.

    Rows added at the end are no difference, nor are stretches that begin after ``day``, the latest
    that anybody has seen: no state names those.
    """
    found = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if name == "stretches":
            old, new = ([row for row in rows or () if row <= day] for rows in (old, new))
        grown = isinstance(old, list) and isinstance(new, list) and new[: len(old)] == old
        if old != new and not grown:
            found.append(name)
    return found


def lacks(before: dict[str, Any], now: dict[str, Any], name: str) -> bool:
    """Tell whether a law only lacks what the state's had at the end: it is older than the state."""
    old, new = before.get(name), now.get(name)
    return isinstance(old, list) and isinstance(new, list) and old[: len(new)] == new
