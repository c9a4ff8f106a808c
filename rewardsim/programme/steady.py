"""What a programme may not change by date: how standing is counted, and which tiers there are.

A member's deeds are counted once, when they happen; another criterion would leave him with a sum
of unlike things, another list of tiers with a tier that is no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardsim.programme.check import Stretch
from rewardsim.programme.dated import resolve, written_at
from rewardsim.programme.faults import Fault, listing
from rewardsim.programme.source import Key, Source
from rewardsim.programme.tiers import Tiers


def changed(source: Source, stretches: tuple[Stretch, ...]) -> Iterator[Fault]:
    """What later stretches say of tiers, but may not say otherwise than the first that has them."""
    rows = [stretch for stretch in stretches if stretch.file.tiers]
    for stretch in rows[1:]:
        origin: dict[Key, Key] = {}
        resolve(source.document, stretch.from_day, origin)
        now, first = facts(stretch.file.tiers), facts(rows[0].file.tiers)
        for key in [key for key in now if now[key] != first[key]]:
            where = written_at(origin, ("tiers", key))
            found, allowed = f"{now[key]}, before {first[key]}", "the same for the whole life"
            yield source.fault(where, "not-dated", found, allowed, "say the same in each part")


def facts(rule: Tiers | None) -> dict[str, Any]:
    """What must stay, in words."""
    if rule is None:
        return {}
    months = f" of {rule.window.count} months" if rule.window.count else ""
    return {
        "criterion": rule.criterion,
        "window": rule.window.kind + months,
        "levels": listing([level.id for level in rule.levels]),
    }
