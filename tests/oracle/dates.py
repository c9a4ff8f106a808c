"""Calendar days, periods and expiry, by ``datetime.date``."""

from __future__ import annotations

import calendar
from datetime import date

from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, Terms

EPOCH = date(1970, 1, 1).toordinal()


def to_date(day: int) -> date:
    """The calendar date of a day number."""
    return date.fromordinal(EPOCH + day)


def to_day(moment: date) -> int:
    """The day number of a calendar date."""
    return moment.toordinal() - EPOCH


def clamped(year: int, month: int, dom: int) -> date:
    """The date, or the last day of its month where the month is shorter."""
    return date(year, month, min(dom, calendar.monthrange(year, month)[1]))


def add_months(day: int, months: int) -> int:
    """The same day of a later month, or that month's last day."""
    anchor = to_date(day)
    count = anchor.year * 12 + anchor.month - 1 + months
    return to_day(clamped(count // 12, count % 12 + 1, anchor.day))


def period_of(period: int, day: int) -> int | tuple[int, ...]:
    """A name for the period a day lies in."""
    moment = to_date(day)
    if period == codes.PER_DAY:
        return day
    if period == codes.PER_WEEK:
        iso = moment.isocalendar()
        return (iso.year, iso.week)
    if period == codes.PER_MONTH:
        return (moment.year, moment.month)
    if period == codes.PER_YEAR:
        return (moment.year,)
    return 0


def expiry_from(terms: Terms, day: int) -> tuple[int, int]:
    """First day tokens can no longer be spent, and their slide, counted from ``day``."""
    if terms.expiry_kind == codes.EXPIRES_NEVER:
        return NEVER, 0
    if terms.expiry_kind == codes.CALENDAR:
        last = clamped(to_date(day).year + terms.expiry_years, terms.expiry_month, terms.expiry_dom)
        return to_day(last) + 1, 0
    slide = terms.expiry_days if terms.expiry_days else -terms.expiry_months
    end = slid(slide, day)
    return end, (slide if terms.expiry_kind == codes.SLIDING else 0)


def slid(slide: int, day: int) -> int:
    """The expiry day of a lot with this slide after activity on ``day``."""
    return day + slide if slide > 0 else add_months(day, -slide)
