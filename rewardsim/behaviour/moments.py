"""Small things every decision needs: luck at an address, seconds of a day, picks from tables."""

from __future__ import annotations

from rewardsim.rules.codes import ENROLLED
from rewardsim.rules.records import Book

from .philox import words
from .records import Person, World

SECONDS = 86_400
UNSET = 1.0e7  # a moment that never comes


def luck(world: World, person: Person, step: int, purpose: int, sub: int) -> tuple[int, int, int, int]:
    """Return the four words of a person's decision."""
    habits = world.habits[0]
    return words(habits.key_0, habits.key_1, person.low, person.high, step, purpose, sub)


def second_of(at: float, day: int) -> int:
    """Return the second within a day of a moment, the first for moments before it."""
    return max(0, min(SECONDS - 1, int((at - day) * SECONDS)))


def picked(table: list[int], word: int) -> int:
    """Return one of a table's equally likely values."""
    return table[(word * len(table)) >> 32]


def place_of(cumulative: list[int], word: int) -> int:
    """Return the place a word falls to in cumulative 32-bit weights."""
    place = 0
    while place < len(cumulative) - 1 and word >= cumulative[place]:
        place += 1
    return place


def is_member(book: Book, world: World, m: int) -> bool:
    """Tell whether the programme knows a person by now."""
    return world.habits[0].programme == 1 and book.members[m].status == ENROLLED
