"""Time zones as short lists of offsets, so that a column of times converts in one expression.

``zoneinfo`` is the only judge of a zone (the system's database, or the ``tzdata`` package).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_SECOND = -62_135_596_800 + 2 * DAY
LAST_SECOND = 253_402_300_799 - 2 * DAY
Spans = list[tuple[int, int]]


class Transition(NamedTuple):
    """A change of a zone's offset from UTC: from ``before`` to ``after`` seconds at UTC ``at``."""

    at: int
    before: int
    after: int


def offset_at(zone: str, second: int) -> int:
    """Offset from UTC in seconds at a UTC second."""
    inside = min(max(second, FIRST_SECOND), LAST_SECOND)
    offset = (EPOCH + timedelta(seconds=inside)).astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def spans(days: Iterable[int]) -> list[tuple[int, int]]:
    """Days as stretches of seconds with two days to spare at either end; merged, in order."""
    out: list[tuple[int, int]] = []
    for day in sorted(days):
        first = max((day - 2) * DAY, FIRST_SECOND)
        last = min((day + 3) * DAY, LAST_SECOND)
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], last)
        else:
            out.append((first, last))
    return out or [(0, DAY)]


def transitions(zone: str, stretches: Spans) -> tuple[int, list[Transition]]:
    """The offset at the start of the first stretch and every change that matters within them.

    Searched in steps of half a day: no zone has ever changed twice within one and come back. A
    change that fell between two stretches, where there is no time to convert, is dated at the
    start of the later one.
    """
    start = before = offset_at(zone, stretches[0][0])
    found = []
    for first, last in stretches:
        if (after := offset_at(zone, first)) != before:
            found.append(Transition(first, before, after))
            before = after
        for left in range(first, last, DAY // 2):
            right = min(left + DAY // 2, last)
            after = offset_at(zone, right)
            if after != before:
                found.append(Transition(_bisect(zone, left, right, before), before, after))
                before = after
    return start, found


def _bisect(zone: str, left: int, right: int, before: int) -> int:
    while right - left > 1:
        middle = (left + right) // 2
        if offset_at(zone, middle) == before:
            left = middle
        else:
            right = middle
    return right


def to_local_sql(utc: str, zone: str, stretches: Spans) -> str:
    """SQL for local seconds of a UTC second."""
    start, changes = transitions(zone, stretches)
    return _stepped(utc, utc, start, [(t.at, t.after) for t in changes], "+")


def to_utc_sql(local: str, zone: str, stretches: Spans, ambiguous: str) -> str:
    """SQL for the UTC second of a naive local second.

    A time that occurs twice is the first or the second of them, as ``ambiguous`` says. A time
    that does not exist keeps the offset in force before the gap, which moves it forward by the
    length of the gap: 02:30 becomes 03:30, a missing midnight the first instant of its day.
    """
    start, changes = transitions(zone, stretches)
    steps = []
    for change in changes:
        overlap_second = ambiguous == "second" and change.after < change.before
        steps.append((change.at + (change.after if overlap_second else max(change.before, change.after)), change.after))
    return _stepped(local, local, start, steps, "-")


def window_sql(local: str, zone: str, stretches: Spans, kind: str) -> str:
    """SQL that is true for local seconds in a gap (``kind`` gap) or an overlap (``overlap``)."""
    _, changes = transitions(zone, stretches)
    tests = []
    for change in changes:
        low, high = sorted((change.at + change.before, change.at + change.after))
        if (change.after > change.before) == (kind == "gap"):
            tests.append(f"({local} >= {low} AND {local} < {high})")
    return "(" + " OR ".join(tests) + ")" if tests else "false"


def _stepped(test: str, value: str, start: int, steps: list[tuple[int, int]], sign: str) -> str:
    """``value`` plus or minus the offset in force; later steps are tested first."""
    if not steps:
        return f"({value} {sign} ({start}))"
    arms = " ".join(f"WHEN {test} >= {at} THEN {offset}" for at, offset in reversed(steps))
    return f"({value} {sign} (CASE {arms} ELSE {start} END))"
