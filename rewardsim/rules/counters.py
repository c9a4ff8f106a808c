"""Counters: how much of a limit a member has used in the current period."""

from __future__ import annotations

from .calendar import period_of
from .codes import PER_ORDER, REDUCE
from .records import NONE, Book, Terms


def used(book: Book, terms: Terms, m: int, slot: int, period: int, day: int) -> int:
    """Return what the member used of a limit in the period that holds ``day``."""
    counter = book.counters[m * terms.counter_width + slot]
    if counter.period != period_of(period, day):
        return 0
    return counter.used


def count(book: Book, terms: Terms, m: int, slot: int, period: int, day: int, units: int) -> None:
    """Count units on their posting day; the first of a new period starts it.

    Negative units give back, which a closed period no longer takes.
    """
    counter = book.counters[m * terms.counter_width + slot]
    number = period_of(period, day)
    if counter.period == number:
        counter.used += units
    elif units > 0:
        counter.period = number
        counter.used = units


def allowed(
    book: Book, terms: Terms, m: int, slot: int, period: int, day: int, cap: int, excess: int, wanted: int
) -> int:
    """Return how much of ``wanted`` a cap lets through: what is left, or all or nothing."""
    if cap == NONE:
        return wanted
    left = cap
    if period != PER_ORDER:
        left = max(0, cap - used(book, terms, m, slot, period, day))
    if wanted <= left:
        return wanted
    if excess == REDUCE:
        return left
    return 0
