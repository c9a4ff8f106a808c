"""Calendar days as integers: civil dates, periods, month arithmetic.

Day 0 is 1970-01-01, a Thursday. Conversions after Cassio Neri and Lorenz Schneider, "Euclidean affine
functions and their application to calendar algorithms" (2023), for every day within NEVER of day 0. Month
arithmetic clamps to the end of the month, always from the anchor date. What is asked of the same days again
and again is remembered where the law is interpreted; compiled it is as fast anew.
"""

from __future__ import annotations

from functools import lru_cache

from .codes import (
    CALENDAR,
    EXPIRES_NEVER,
    PER_DAY,
    PER_MONTH,
    PER_WEEK,
    PER_YEAR,
    SLIDING,
)
from .records import NEVER, Terms

DAYS_REMEMBERED = 1 << 12  # eleven years
YEARS_BEFORE = 28_000  # counted from 1 March of that many years before the year 0, all days are positive
DAYS_BEFORE = YEARS_BEFORE // 400 * 146_097 + 719_468
MONTHS_BEFORE = YEARS_BEFORE * 12
# Nothing is lost under it; but a compiler that knows a number's sign divides twice as fast.
POSITIVE = (1 << 31) - 1


def day_of(year: int, month: int, dom: int) -> int:
    """Return the day number of a civil date."""
    return month_start(year * 12 + month - 1) + dom - 1


def month_number(day: int) -> int:
    """Return ``year * 12 + month - 1`` of a day."""
    return month_and_dom(day)[0]


@lru_cache(maxsize=DAYS_REMEMBERED)
def month_and_dom(day: int) -> tuple[int, int]:
    """Return a day's month number, and how many days after the month's first it is."""
    quarters = 4 * ((day + DAYS_BEFORE) & POSITIVE) + 3
    century = quarters // 146_097
    quarters = (quarters % 146_097) | 3
    # Months and 65,536ths of one, since January, on that day of a year that begins in March.
    parts = 2141 * (quarters % 1461 // 4) + 197_913
    month = (century * 100 + quarters // 1461) * 12 + (parts >> 16) - 1
    return month - MONTHS_BEFORE, (parts & 0xFFFF) // 2141


def year_of(day: int) -> int:
    """Return the civil year of a day."""
    return month_number(day) // 12


def weekday(day: int) -> int:
    """Return 0 for Monday .. 6 for Sunday."""
    return (day + 3) % 7


def month_start(month: int) -> int:
    """Return the first day of a month number."""
    from_march = (month - 2 + MONTHS_BEFORE) & POSITIVE
    year = from_march // 12  # one that begins in March, so that a leap day is its last
    century = year // 100
    before = 1461 * year // 4 - century + century // 4
    return before + ((979 * (from_march % 12) + 18) >> 5) - DAYS_BEFORE


@lru_cache(maxsize=DAYS_REMEMBERED)
def add_months(day: int, months: int) -> int:
    """Return the same day of a later month, or that month's last day where it is shorter."""
    month, dom = month_and_dom(day)
    first = month_start(month + months)
    if dom < 28:  # every month has that day
        return first + dom
    length = month_start(month + months + 1) - first
    return first + min(dom, length - 1)


def last_anniversary(since: int, day: int) -> int:
    """Return the latest anniversary of ``since``, itself or years before included, up to ``day``."""
    years = year_of(day) - year_of(since)
    at = add_months(since, 12 * years)
    if at > day:
        at = add_months(since, 12 * years - 12)
    return at


def next_anniversary(since: int, day: int) -> int:
    """Return the first anniversary of ``since`` on or after ``day``."""
    years = year_of(day) - year_of(since)
    at = add_months(since, 12 * years)
    if at < day:
        at = add_months(since, 12 * years + 12)
    return at


def period_of(period: int, day: int) -> int:
    """Return the number of the calendar period (codes.PERIODS) that holds a day."""
    if period == PER_DAY:
        return day
    if period == PER_WEEK:
        return (day + 3) // 7
    if period == PER_MONTH:
        return month_number(day)
    if period == PER_YEAR:
        return year_of(day)
    return 0


def slid(day: int, slide: int) -> int:
    """Return the expiry of a sliding lot after an activity: n > 0 days, n < 0 months."""
    if slide > 0:
        return day + slide
    return add_months(day, -slide)


def slide_of(terms: Terms) -> int:
    """Return the slide of lots granted under these terms, 0 where expiry is fixed."""
    if terms.expiry_kind != SLIDING:
        return 0
    if terms.expiry_days > 0:
        return terms.expiry_days
    return -terms.expiry_months


def expiry_of(terms: Terms, day: int) -> int:
    """Return the first day on which tokens counted from ``day`` can no longer be spent.

    Calendar expiry names the last usable day, so the day after it is returned.
    """
    if terms.expiry_kind == EXPIRES_NEVER:
        return NEVER
    if terms.expiry_kind == CALENDAR:
        month = (year_of(day) + terms.expiry_years) * 12 + terms.expiry_month - 1
        length = month_start(month + 1) - month_start(month)
        return month_start(month) + min(terms.expiry_dom, length)
    if terms.expiry_days > 0:
        return day + terms.expiry_days
    return add_months(day, terms.expiry_months)
