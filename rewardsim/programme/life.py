"""When a section stands that lasts: referral and tiers begin once and end once.

The law asks for their first and last day on any day, and for what they say even before and after,
since an order placed too early for a tier counts towards it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rewardsim.programme.check import Stretch
from rewardsim.rules.records import NEVER


def runs(stretches: Sequence[Stretch], area: str) -> list[tuple[int, int]]:
    """Runs of days [first, last) on which a section stands: written, in its phase, within the programme."""
    found: list[tuple[int, int]] = []
    for stretch in stretches:
        section = getattr(stretch.file, area)
        if section is None:
            continue
        first, last = within(stretch.file, section.phase)
        first, last = max(first, stretch.from_day), min(last, stretch.to_day)
        if found and found[-1][1] == first < last:
            found[-1] = (found[-1][0], last)
        elif first < last:
            found.append((first, last))
    return found


def within(file: Any, phase: str | None, starts: int | None = None, ends: int | None = None) -> tuple[int, int]:
    """Days of a window that phase and programme leave; nothing begins after the programme's end."""
    first, last = file.window(phase, starts, ends)
    return first, min(last, file.programme.ends if file.programme.ends is not None else NEVER)


def life(stretches: Sequence[Stretch], area: str) -> tuple[int, int]:
    """First day of a section and first day after it; NEVER twice where it never stands."""
    found = runs(stretches, area)
    return (found[0][0], found[-1][1]) if found else (NEVER, NEVER)


def section(stretches: Sequence[Stretch], index: int, area: str) -> Any:
    """What a section says in a stretch; where it is not written, what it says next, or else said last."""
    for stretch in [*stretches[index:], *reversed(stretches[:index])]:
        found = getattr(stretch.file, area)
        if found is not None:
            return found
    return None


def written(stretches: Sequence[Stretch], area: str) -> list[Any]:
    """The section of every stretch that has it."""
    found = [getattr(stretch.file, area) for stretch in stretches]
    return [part for part in found if part is not None]
