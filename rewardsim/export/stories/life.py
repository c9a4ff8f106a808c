"""Stories of how tokens age: the day before, on and after every expiry, month ends, leap days, and activity between."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World
from rewardsim.rules.calendar import day_of, expiry_of, year_of
from rewardsim.rules.codes import SLIDING
from rewardsim.rules.records import NEVER, Terms
from rewardsim.scoring.reply import day_text


def stories(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """Tell of expiry, for tokens of days with awkward anniversaries."""
    year = year_of(day)
    leap = next(number for number in range(year, year + 9) if number % 4 == 0 and (number % 100 or number % 400 == 0))
    anchors = [day, day_of(year, 12, 31), day_of(year + 1, 1, 31), day_of(leap, 2, 29)]
    for anchor in sorted({anchor for anchor in anchors if day <= anchor < terms.to_day}):
        yield expiry(world, terms, anchor)
    yield activity(world, terms, day)


def expiry(world: World, terms: Terms, day: int) -> Plot:
    """Tokens by hand and tokens of an order, around the day on which they can no longer be spent."""
    plot = Plot(world, "expiry", day).enrol("a", "b").fund(100, "a")
    plot.order(world.fair_amount(terms), "b")
    plot.at(day + 2).tell("deliver", "b", order_id="o1")
    ends = {expiry_of(terms, at) for at in (day, day + 2, day + terms.release_days, day + 2 + terms.release_days)}
    for end in sorted({end + side for end in ends for side in (-1, 0, 1) if end < NEVER}):
        if end > plot.day:
            plot.at(end).tell("adjust", "a", tokens=-10)
            plot.look("b")
    return plot.end(plot.day + 800)


def activity(world: World, terms: Terms, day: int) -> Plot:
    """Activities of every kind, and how far each moves what expires; balances from elsewhere with their own day."""
    plot = Plot(world, "activity", day).enrol("a")
    plot.tell("opening", "b", tokens=100, expiry_day=day_text(day + 5))
    plot.tell("opening", "b", tokens=100, expiry_day=day_text(day))
    plot.tell("opening", "b", tokens=0)
    plot.tell("opening", "b", tokens=30)
    size = world.fair_amount(terms)
    wait = 20 if terms.expiry_kind == SLIDING else 40
    plot.fund(50)
    for step in ("order", "share", "fund", "spend", "look"):
        plot.at(plot.day + wait)
        if step == "order":
            plot.buy(size)
        elif step == "spend":
            plot.tell("adjust", tokens=-5)
        elif step == "fund":
            plot.fund(7)
        elif step == "share":
            plot.tell("share")
        plot.look()
    ends = expiry_of(terms, plot.day)
    for end in (ends - wait - 1, ends - wait, ends - 1, ends):
        if plot.day < end < NEVER:
            plot.at(end).look()
    plot.look("b").tell("opening", "a", tokens=5)
    return plot.end(plot.day + 800)
