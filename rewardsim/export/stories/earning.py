"""Stories of earning: enrolment, steps and bands, categories, channels, rounding, release, and every cap."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsim.export.stories.filling import fill
from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World
from rewardsim.rules import codes
from rewardsim.rules.calendar import add_months, month_number, month_start, period_of, year_of
from rewardsim.rules.records import NEVER, NONE, Terms

CAP_MAX = 40  # events spent on reaching a cap that counts


def stories(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """Tell of everything that earns from one day on."""
    yield welcome(world, terms, day)
    yield amounts(world, terms, day)
    yield baskets(world, terms, day)
    yield release(world, terms, day)
    yield late_release(world, terms, day)
    yield shares(world, terms, day)
    yield orders_cap(world, terms, day)
    for row in range(terms.limit_first, terms.limit_first + terms.limit_count):
        of_order = world.law.limits[row].period == codes.PER_ORDER
        yield limit(world, terms, day, row) if of_order else filled(world, terms, day, row)


def welcome(world: World, terms: Terms, day: int) -> Plot:
    """Enrolment by event and by itself, twice, and the welcome reward."""
    plot = Plot(world, "welcome", day)
    plot.look("b").enrol("a", "a").order(world.fair_amount(terms), "c")
    plot.enrol("c").tell("share", "d")
    plot.tell("opening", "e", tokens=10)
    return plot.look("a", "b", "c", "d", "e").end()


def amounts(world: World, terms: Terms, day: int) -> Plot:
    """Orders at and beside every step, band and minimum, each of a fresh member."""
    plot = Plot(world, "amounts", day)
    wanted = {0, 1, terms.minimum_order}
    for row in range(terms.band_first, terms.band_first + terms.band_count):
        band = world.law.bands[row]
        wanted |= {band.per}
        wanted |= set() if world.brief else {2 * band.per, 7 * band.per + band.per // 2, band.denominator}
        wanted |= {band.upper, band.upper + band.per, band.upper + 3 * band.per} if band.upper != NONE else set()
    for tokens in (101,) if world.brief else (1, 2, 101, 10_007):
        wanted.add(world.amount(terms, tokens))
    edges = sorted({amount + side for amount in wanted for side in (-1, 0, 1)})
    for number, amount in enumerate(edge for edge in edges if 0 <= edge <= terms.amount_max):
        plot.enrol(f"m{number}").buy(amount, f"m{number}")
    return plot.end()


def baskets(world: World, terms: Terms, day: int) -> Plot:
    """Every category and channel, alone and mixed, with discounts and amounts that do not come out even."""
    plot = Plot(world, "baskets", day)
    size = world.fair_amount(terms)
    step = world.law.bands[terms.band_first].per
    number = 0
    for code, word in enumerate(world.categories):
        for amount in (size + size // 3 + code,) if world.brief else (size, size + size // 3 + code, 3 * size + 1):
            number += 1
            plot.enrol(f"m{number}").buy(amount, f"m{number}", category=word)
    for word in [*world.channels, "elsewhere"]:
        number += 1
        plot.enrol(f"m{number}").buy(size, f"m{number}", channel=word)
    for cut in (0, 1, size // 7, size):
        number += 1
        lines = [
            {"number": place + 1, "category": word, "amount_minor": size + place + 3 * step // 5, "discount_minor": cut}
            for place, word in enumerate([*world.categories, "unheard-of"])
        ]
        total = sum(line["amount_minor"] for line in lines)
        said = {"lines": lines, "category": None, "discount_minor": cut * len(lines)}
        plot.enrol(f"m{number}").buy(total, f"m{number}", **said)
        part = {**lines[0], "amount_minor": lines[0]["amount_minor"] // 3, "discount_minor": 0}
        plot.tell("return", f"m{number}", order_id=f"o{plot._orders}", amount_minor=part["amount_minor"], lines=[part])
    return plot.end()


def release(world: World, terms: Terms, day: int) -> Plot:
    """Tokens become spendable on their day: the days around it, by purchase and by delivery."""
    plot = Plot(world, "release", day).enrol("a", "b")
    size = world.fair_amount(terms)
    plot.order(size, "a")
    plot.order(size, "b")
    plot.at(day + 3).tell("deliver", "a", order_id="o1")
    edges = {day, day + 3, day + 4, day + terms.release_days, day + 3 + terms.release_days}
    edges |= {terms.release_day} if day < terms.release_day < NEVER else set()
    for edge in sorted({edge + side for edge in edges for side in (-1, 0, 1)}):
        if edge >= day + 3:
            plot.at(edge).look("a", "b")
    return plot.end(plot.day + 400)


def late_release(world: World, terms: Terms, day: int) -> Plot:
    """An order of December delivered in January: from which day its tokens age."""
    new_year = month_start((year_of(day) + 1) * 12)
    plot = Plot(world, "new-year", new_year - 1).enrol()
    plot.order(world.fair_amount(terms))
    plot.at(new_year).tell("deliver", order_id="o1")
    plot.look().at(new_year + max(0, terms.release_days) + 1).look()
    return plot.end(add_months(new_year, 40))


def shares(world: World, terms: Terms, day: int) -> Plot:
    """Shares up to their limit, one more, the next day and the next period."""
    days = range(day, min(day + 7, terms.to_day))
    day = next((at for at in days if period_of(terms.share_period, at) == period_of(terms.share_period, at + 1)), day)
    plot = Plot(world, "shares", day).enrol()
    for _ in range(min(CAP_MAX, max(1, terms.share_limit)) + 1):
        plot.tell("share")
    for edge in next_periods(terms.share_period, day):
        plot.at(edge).tell("share")
    return plot.end()


def next_periods(period: int, day: int) -> list[int]:
    """Return days within a period, as finer ones turn, its last day and the first ones of the next."""
    following = {
        codes.PER_DAY: day + 1,
        codes.PER_WEEK: (day + 3) // 7 * 7 + 4,
        codes.PER_MONTH: month_start(month_number(day) + 1),
        codes.PER_YEAR: month_start((year_of(day) + 1) * 12),
    }.get(period, day + 500)
    within = {at for at in (day + 1, day + 8, day + 45) if at < following}
    return sorted({*within, max(day, following - 1), following, following + 1})


def orders_cap(world: World, terms: Terms, day: int) -> Plot:
    """As many orders as may earn, one more, one cancelled, and the next period."""
    plot = Plot(world, "orders-cap", day).enrol()
    size = world.fair_amount(terms)
    most = min(CAP_MAX, max(1, terms.orders_max))
    place = plot.buy if terms.orders_counted_on == codes.COUNT_ON_DELIVERY else plot.order
    for _ in range(most + 1):
        place(size)
    plot.tell("return", order_id="o1", amount_minor=size)
    plot.order(size)
    plot.tell("cancel", order_id=f"o{plot._orders}")
    plot.buy(size)
    for edge in next_periods(terms.orders_period, day):
        plot.at(edge).buy(size)
    plot.enrol("b").order(size, "b")
    plot.tell("cancel", "b", order_id=f"o{plot._orders}")
    for _ in range(most + 1):
        plot.order(size, "b")
    return plot.end(plot.day + 60)


def limit(world: World, terms: Terms, day: int, row: int) -> Plot:
    """A cap on an order's tokens: nearly reached, just reached, passed."""
    plot = Plot(world, "limit", day)
    cap = world.law.limits[row]
    size = world.amount(terms, max(1, cap.tokens))
    for number, amount in enumerate((size - 1, size, size + 1, size + size // 2)):
        plot.enrol(f"m{number}").buy(min(amount, terms.amount_max), f"m{number}")
    return plot.end(plot.day + 30)


def filled(world: World, terms: Terms, day: int, row: int) -> Plot:
    """A cap of a period, in orders within the caps beside it: filled to the last token; a token more; the next one."""
    plot = Plot(world, "limit-filled", day)
    cap = world.law.limits[row]
    for side in (0, 1):
        who = f"m{side}"
        plot.at(day).enrol(who)
        fill(plot, world, who, cap.tokens + side, row)
        for edge in next_periods(cap.period, plot.day):
            plot.at(edge).order(world.fair_amount(terms), who)
    return plot.end(plot.day + 30)
