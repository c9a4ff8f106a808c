"""Which terms apply: the stretch of effective dates that holds a day."""

from __future__ import annotations

from .records import Law


def stretch_at(law: Law, day: int) -> int:
    """Return the row of the terms in force on a day; the first and last stretch reach to infinity."""
    row = len(law.terms) - 1
    while row > 0 and day < law.terms[row].from_day:
        row -= 1
    return row
