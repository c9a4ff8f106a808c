"""Season: how lively each day is, by month, weekday and named windows."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import model_validator

from rewardsim.population.quantities import Factor
from rewardsim.programme.sections import check_window
from rewardsim.programme.units import Day, Identifier, Row, Table, day_date, fault

THURSDAY = 3
"""1970-01-01 was one; weeks are counted from Monday."""


class Months(Table):
    """A factor for each month."""

    jan: Factor = 1.0
    """January."""
    feb: Factor = 1.0
    """February."""
    mar: Factor = 1.0
    """March."""
    apr: Factor = 1.0
    """April."""
    may: Factor = 1.0
    """May."""
    jun: Factor = 1.0
    """June."""
    jul: Factor = 1.0
    """July."""
    aug: Factor = 1.0
    """August."""
    sep: Factor = 1.0
    """September."""
    oct: Factor = 1.0
    """October."""
    nov: Factor = 1.0
    """November."""
    dec: Factor = 1.0
    """December."""


class Weekdays(Table):
    """A factor for each day of the week."""

    mon: Factor = 1.0
    """Monday."""
    tue: Factor = 1.0
    """Tuesday."""
    wed: Factor = 1.0
    """Wednesday."""
    thu: Factor = 1.0
    """Thursday."""
    fri: Factor = 1.0
    """Friday."""
    sat: Factor = 1.0
    """Saturday."""
    sun: Factor = 1.0
    """Sunday."""


class Window(Row):
    """A stretch of days with a factor of its own, such as a sale."""

    id: Identifier
    """Name of the window."""
    starts: Day
    """First day."""
    ends: Day
    """First day after."""
    factor: Factor
    """Multiplies the factors of month and weekday."""
    yearly: bool = False
    """Whether it comes back on the same days of every year."""

    @model_validator(mode="after")
    def in_order(self) -> Window:
        """``ends`` lies behind ``starts``; a yearly window is shorter than a year."""
        check_window(self)
        if self.yearly and self.ends - self.starts >= 365:
            found, todo = f"{self.ends - self.starts} days", "leave out `yearly`, or shorten it"
            raise fault("inconsistent", "a yearly window of less than 365 days", todo, at=("ends",), found=found)
        return self

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the window."""
        first, after = day_date(self.starts), day_date(self.ends)
        if not self.yearly:
            return first <= day < after
        here, start, end = ((one.month, one.day) for one in (day, first, after))
        return start <= here < end if start < end else here >= start or here < end


class Season(Table):
    """Factors of the rate of purchases; those of month, weekday and windows multiply."""

    months: Months = Months()
    """By month."""
    weekdays: Weekdays = Weekdays()
    """By day of the week."""
    windows: list[Window] = []
    """By stretch of days."""

    @model_validator(mode="after")
    def open_sometimes(self) -> Season:
        """Some month and some weekday has customers."""
        for name in ("months", "weekdays"):
            if not any(factors(getattr(self, name))):
                raise fault("inconsistent", "a factor above 0", "give one of them a factor", at=(name,), found="only 0")
        return self


def factors(table: Any) -> list[float]:
    """Factors of a table in the order of the calendar."""
    return [getattr(table, name) for name in type(table).model_fields]


def season_of(season: Season, first_day: int, last_day: int) -> list[float]:
    """Return the factor of each day."""
    months, weekdays = factors(season.months), factors(season.weekdays)
    found = []
    for number in range(first_day, last_day + 1):
        day = day_date(number)
        factor = months[day.month - 1] * weekdays[(number + THURSDAY) % 7]
        for window in season.windows:
            factor *= window.factor if window.holds(day) else 1.0
        found.append(factor)
    return found
