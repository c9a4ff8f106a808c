"""Calendar days as integers: civil dates, periods, month arithmetic.

Day 0 is 1970-01-01, a Thursday. Conversions after Howard Hinnant, "chrono-Compatible Low-Level
Date Algorithms". Month arithmetic clamps to the end of the month, always from the anchor date. What is
asked of the same days again and again is remembered where the law is interpreted; compiled it is as fast anew.
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


def day_of(year: int, month: int, dom: int) -> int:
    """Return the day number of a civil date."""
    return month_start(year * 12 + month - 1) + dom - 1


def month_number(day: int) -> int:
    """Return ``year * 12 + month - 1`` of a day."""
    return month_and_dom(day)[0]


@lru_cache(maxsize=DAYS_REMEMBERED)
def month_and_dom(day: int) -> tuple[int, int]:
    """Return a day's month number, and how many days after the month's first it is."""
    shifted = day + 719_468
    era = shifted // 146_097
    doe = shifted - era * 146_097
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    from_march = (5 * doy + 2) // 153
    return (era * 400 + yoe) * 12 + from_march + 2, doy - (153 * from_march + 2) // 5


def year_of(day: int) -> int:
    """Return the civil year of a day."""
    return month_number(day) // 12


def weekday(day: int) -> int:
    """Return 0 for Monday .. 6 for Sunday."""
    return (day + 3) % 7


def month_start(month: int) -> int:
    """Return the first day of a month number."""
    from_march = month - 2
    year = from_march // 12  # one that begins in March, so that a leap day is its last
    return year * 365 + year // 4 - year // 100 + year // 400 + (153 * (from_march - year * 12) + 2) // 5 - 719_468


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
