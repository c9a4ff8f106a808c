"""Stories of tiers: each threshold and a unit beside it, the rate after it, reviews, grace, returns, privileges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rewardsim.export.stories.filling import fill
from rewardsim.export.stories.friends import bring, qualify_size
from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World, known_days, near
from rewardsim.rules.calendar import add_months, month_start, year_of
from rewardsim.rules.codes import ANNIVERSARY, BY_ORDERS, BY_TOKENS_EARNED, CALENDAR_YEAR
from rewardsim.rules.records import NONE, Terms
from rewardsim.rules.tiers import review_after
from rewardsim.scoring.reply import day_text

ORDERS_MAX = 30
YEAR = 366  # days after which a review turns as it did before


def stories(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """Tell of tiers from one day on."""
    if not world.law.levels or terms.tiers_from >= terms.tiers_to:
        return
    first = max(day, terms.tiers_from)
    if first < min(terms.tiers_to, terms.to_day):
        for level in range(terms.level_count):
            yield threshold(world, terms, first, level)
            yield review(world, terms, first, level)
        yield crossing(world, terms, first)
        yield taken_back(world, terms, first)
        yield window(world, terms, first)
        yield privileges(world, terms, first)
        yield from turns(world, terms, first)
    if near(terms, terms.tiers_from, terms.tiers_to):
        yield phase(world, terms)


def reach(plot: Plot, world: World, terms: Terms, units: int, member: str, **said: object) -> list[str]:
    """Let a member do what counts so many units, in orders within bounds and caps; return the orders.

    Caps on tokens may ask for more than a day; the plot goes on at the last.
    """
    if units <= 0:
        return []
    if terms.criterion == BY_ORDERS:
        return [plot.buy(world.fair_amount(terms), member) for _ in range(min(units, ORDERS_MAX))]
    count = units
    if terms.criterion == BY_TOKENS_EARNED and terms.limit_count:
        return fill(plot, world, member, units)
    if terms.criterion == BY_TOKENS_EARNED:
        part = min(terms.amount_max, world.amount(terms, min(units, world.tokens(terms, terms.amount_max))))
        count = max(1, -(-units // max(1, world.tokens(terms, part)))) * part
    placed: list[str] = []
    while count > 0 and len(placed) < ORDERS_MAX:
        amount = min(count, terms.amount_max)
        placed.append(plot.buy(amount, member, **said))
        count -= amount
    return placed


def threshold(world: World, terms: Terms, day: int, level: int) -> Plot:
    """One unit below a tier's start, exactly it, one above; and an order at its rate."""
    plot = Plot(world, "threshold", day)
    start = world.law.levels[terms.level_first + level].start
    last = day
    for number, units in enumerate((start - 1, start, start + 1)):
        who = f"m{number}"
        plot.at(day).enrol(who)
        reach(plot, world, terms, units, who)
        last = max(last, plot.look(who).day)
    plot.at(last + 1)
    for number in range(3):
        plot.buy(world.amount(terms, 10_003), f"m{number}")
    for number in range(3):
        plot.at(last + 1 + number).buy(world.amount(terms, 207), f"m{number}", discount_minor=1)
    return plot.end(last + 5)


def crossing(world: World, terms: Terms, day: int) -> Plot:
    """Orders that cross one threshold, or all of them at once, from nothing and from just below."""
    plot = Plot(world, "crossing", day).enrol("a", "b", "c")
    starts = [world.law.levels[terms.level_first + level].start for level in range(terms.level_count)]
    top = min(terms.amount_max, 2 * max(*starts, 1))
    plot.buy(top, "a")
    for start in starts:
        reach(plot, world, terms, start - 1, "b")
        plot.buy(min(terms.amount_max, max(world.amount(terms, 333), 3)), "b")
        reach(plot.at(plot.day + 1), world, terms, start // 3 + 1, "c")
    plot.buy(top, "a")
    return plot.look("a", "b", "c").end(plot.day + 2)


def review(world: World, terms: Terms, day: int, level: int) -> Plot:
    """A review that is passed, one that fails by a unit, the grace after it, and years without an order."""
    plot = Plot(world, "review", day).enrol("a", "b", "c")
    start = world.law.levels[terms.level_first + level].start
    for who in ("a", "b", "c"):
        reach(plot.at(day), world, terms, start, who)
    months = terms.review_months if terms.review_months != NONE else 12
    due = review_of(terms, day, months)
    reach(plot.at(due - 2), world, terms, start, "a")
    reach(plot.at(due - 2), world, terms, start - 1, "b")
    for edge in sorted({due + side for side in (-1, 0, 1)} | {due + terms.grace_days + side for side in (-1, 0, 1)}):
        plot.at(max(plot.day, edge)).look("a", "b", "c").buy(world.amount(terms, 1_009), "c")
    for years in (1, 2, 3):
        plot.at(max(plot.day + 1, review_of(terms, add_months(due, 12 * years - 12), months))).look("a", "b")
        plot.at(plot.day + terms.grace_days).look("a", "b")
    return plot.end(plot.day + 500)


def turns(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """A rise on the first later day on which a month more, or less, would move the review."""
    months = terms.review_months
    if months == NONE:
        return
    for other in (months - 1, months + 1):
        days = range(day, min(terms.to_day, terms.tiers_to, day + YEAR))
        parted = (at for at in days if review_of(terms, at, months) != review_of(terms, at, other))
        rise = next(parted, day)
        if rise > day:
            plot = Plot(world, "review-turns", rise, brief=True).enrol()
            reach(plot, world, terms, world.law.levels[terms.level_first].start, "a")
            yield plot.end(max(review_of(terms, rise, months), review_of(terms, rise, other)) + 2)


def review_of(terms: Terms, day: int, months: int) -> int:
    """Return when one who enrolled and rose on a day is reviewed, if a review comes after so many months."""
    return review_after(replace(terms, review_months=months), day, day)


def window(world: World, terms: Terms, day: int) -> Plot:
    """What counted once leaves the window on its day: orders a year, a month and a day apart."""
    plot = Plot(world, "tier-window", day).enrol("a", "b")
    start = world.law.levels[terms.level_first + terms.level_count - 1].start
    half = -(-start // 2)
    months = terms.tier_months or 12
    edge = add_months(day, months)
    if terms.tier_window == CALENDAR_YEAR:
        edge = month_start((year_of(day) + 1) * 12)
    if terms.tier_window == ANNIVERSARY:
        edge = add_months(day, 12)
    reach(plot, world, terms, half, "a")
    reach(plot, world, terms, half, "b")
    reach(plot.at(edge - 1), world, terms, start - half, "a")
    reach(plot.at(edge), world, terms, start - half, "b")
    plot.look("a", "b")
    return plot.end(plot.day + 400)


def taken_back(world: World, terms: Terms, day: int) -> Plot:
    """A tier that rests on an order which comes back: a unit too much, whole, cancelled, and after more was bought."""
    plot = Plot(world, "tier-returned", day).enrol("a", "b", "c", "d")
    start = max(world.law.levels[terms.level_first + terms.level_count - 1].start, 1)
    for who, more in (("a", 0), ("b", 1), ("c", 0), ("d", 0)):
        placed = reach(plot.at(day), world, terms, start + more, who)
        if who == "d":
            plot.at(day + 1)
            reach(plot, world, terms, start, who)
        plot.at(max(plot.day, day + 2))
        for name in placed[-1:]:
            plot.tell("return", who, order_id=name, amount_minor=1)
        if who == "c":
            size = world.fair_amount(terms)
            plot.tell("cancel", who, order_id=plot.order(size, who))
        plot.day = day + 2
    for who in ("a", "d"):
        plot.tell("return", who, order_id="o1" if who == "a" else f"o{plot._orders}", amount_minor=start - 1)
    return plot.look("a", "b", "c", "d").end(day + 400)


def privileges(world: World, terms: Terms, day: int) -> Plot:
    """Birthdays around their day, and more deliveries in a month than are express, in every tier."""
    plot = Plot(world, "privileges", day)
    for level in range(terms.level_count):
        row = world.law.levels[terms.level_first + level]
        for born in (day + 5, day + 6):
            who = f"m{level}.{born - day}"
            plot.at(day).tell("enrol", who, birthday=day_text(born - 9_000))
            reach(plot, world, terms, row.start, who)
        for _ in range(min(ORDERS_MAX, max(1, row.express_orders)) + 1):
            plot.buy(world.fair_amount(terms), who)
        if terms.referral_from <= plot.day < terms.referral_to:
            friend = f"f{level}"
            bring(plot, who, friend).buy(qualify_size(world, terms), friend)
    plot.at(day).tell("enrol", "leap", birthday="2000-02-29")
    plot.tell("enrol", "leap", birthday="2001-03-01")
    reach(plot, world, terms, world.law.levels[terms.level_first + terms.level_count - 1].start, "leap")
    names = [f"m{level}.{wait}" for level in range(terms.level_count) for wait in (5, 6)]
    for edge in (day + 4, day + 5, day + 6, month_start(year_of(day) * 12 + 13), add_months(day, 13)):
        plot.at(max(plot.day, edge)).look(*names, "leap")
        plot.buy(world.fair_amount(terms), names[-1])
    return plot.end(plot.day + 700)


def phase(world: World, terms: Terms) -> Plot:
    """Orders and looks around the first and last day of tiers, by members from before."""
    days = known_days([edge + side for edge in (terms.tiers_from, terms.tiers_to) for side in (-2, -1, 0, 1)])
    plot = Plot(world, "tier-days", days[0]).enrol("a")
    for number, day in enumerate(days):
        plot.at(day).tell("enrol", f"m{number}", birthday=day_text(day + 1 - 9_000))
        reach(plot, world, terms, world.law.levels[terms.level_first].start + 1, f"m{number}")
        plot.buy(world.amount(terms, 1_001), "a")
        plot.look(*(f"m{before}" for before in range(number)))
    return plot.end(plot.day + 500)
