"""Stories of undoing: returns in parts and whole, their window, cancellations, debt and its limit."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsim.export.stories.filling import odd_halves
from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World
from rewardsim.rules.records import NONE, Terms


def stories(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """Tell of everything that is taken back from one day on."""
    yield parts(world, terms, day)
    yield window(world, terms, day)
    yield spent(world, terms, day)
    yield from debt(world, terms, day)
    if not world.brief:
        yield cancelled(world, terms, day)
    yield unlinked(world, terms, day)


def parts(world: World, terms: Terms, day: int) -> Plot:
    """Two lines returned in thirds and sevenths, beyond what was bought, and a line that was never there."""
    plot = Plot(world, "returns", day)
    size = world.amount(terms, 101) + 7
    lines = [
        {"number": place, "category": world.category(terms), "amount_minor": size + place, "discount_minor": 0}
        for place in (1, 2)
    ]
    for who, share in (("a", 3), ("b", 7), ("c", 1), ("d", 2)):
        plot.enrol(who).buy(2 * size + 3, who, lines=lines, category=None)
        name = f"o{plot._orders}"
        for line in lines:
            for _ in range(share):
                part = {**line, "amount_minor": line["amount_minor"] // share}
                plot.tell("return", who, order_id=name, amount_minor=part["amount_minor"], lines=[part])
        rest = {**lines[0], "amount_minor": size}
        plot.tell("return", who, order_id=name, amount_minor=size, lines=[rest])
        plot.tell("return", who, order_id=name, amount_minor=1, lines=[{**rest, "amount_minor": 1, "number": 9}])
    for amount in odd_halves(world, terms):
        plot.enrol("e").order(amount, "e")
        plot.tell("return", "e", order_id=f"o{plot._orders}", amount_minor=amount // 2)
    plot.tell("return", "b", order_id="o1", amount_minor=1)
    plot.tell("return", "b", order_id="unheard-of", amount_minor=1)
    return plot.end(day + 40)


def window(world: World, terms: Terms, day: int) -> Plot:
    """Returns on the last day of the window and the day after, counted from delivery and from purchase."""
    plot = Plot(world, "return-window", day)
    size = world.fair_amount(terms)
    days = terms.window_days if terms.window_days != NONE else 40
    cases = [(who, number) for number, who in enumerate(("a", "b", "c", "d"))]
    for who, number in cases:
        plot.at(day).enrol(who).order(size, who)
        if number < 2:
            plot.at(day + 3).tell("deliver", who, order_id=f"o{number + 1}")
            plot.at(day)
            plot.day = day + 3
    for edge, who, order in (
        (day + days, "c", "o3"), (day + days + 1, "d", "o4"), (day + 3 + days, "a", "o1"), (day + 4 + days, "b", "o2"),
    ):  # fmt: skip
        plot.at(max(plot.day, edge)).tell("return", who, order_id=order, amount_minor=size // 2)
    return plot.end(plot.day + 40)


def spent(world: World, terms: Terms, day: int) -> Plot:
    """A return after everything was spent, then earning again: what is owed is paid first, and debt buys nothing."""
    plot = Plot(world, "debt", day).enrol("a", "b")
    size = world.fair_amount(terms)
    wait = max(1, terms.release_days)  # released, and still within a window as long
    for who in ("a", "b"):
        plot.at(day).buy(size, who)
    plot.at(day + wait)
    for who in ("a", "b"):
        left = plot.available(who)
        plot.tell("adjust", who, tokens=-left)
    plot.tell("return", "a", order_id="o1", amount_minor=size // 2)
    plot.tell("redeem", "a", order_id="r", tokens=terms.redeem_min, amount_minor=size)
    for name in list(world.names.items)[:2]:
        plot.tell("exchange", "a", item=name)
    plot.tell("return", "a", order_id="o1", amount_minor=size - size // 2)
    plot.tell("return", "b", order_id="o2", amount_minor=size)
    plot.buy(size, "a")
    plot.fund(3, "b").fund(1000, "b").tell("close", "a")
    return plot.end(day + wait + 60)


def debt(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """What may be owed: one token less than the limit, the limit, and one more."""
    if terms.debt_limit == NONE:
        return
    for side in (-1, 0, 1):
        plot = Plot(world, "debt-limit", day).enrol()
        size = min(terms.amount_max, world.amount(terms, terms.debt_limit + side))
        plot.buy(size)
        wait = max(1, terms.release_days)
        left = plot.at(day + wait).available()
        plot.tell("adjust", tokens=-left)
        plot.tell("return", order_id="o1", amount_minor=size)
        plot.buy(size)
        yield plot.end(plot.day + 60)


def cancelled(world: World, terms: Terms, day: int) -> Plot:
    """Cancelling once, twice, after delivery; and every way to name the wrong order."""
    plot = Plot(world, "cancelled", day).enrol("a", "b")
    size = world.fair_amount(terms)
    plot.tell("cancel", order_id=plot.order(size))
    plot.tell("cancel", order_id="o1")
    plot.tell("deliver", order_id="o1")
    plot.tell("return", order_id="o1", amount_minor=1)
    plot.tell("cancel", order_id=plot.buy(size))
    plot.tell("deliver", order_id="o2")
    plot.order(size, "a", order_id="o2")
    plot.order(size, "b", order_id="o2")
    plot.order(size, "a", order_id="o1")
    for kind in ("deliver", "cancel", "return", "redeem"):
        said = {"tokens": terms.redeem_min} if kind == "redeem" else {}
        plot.fund(max(1, terms.redeem_min), "b")
        plot.tell(kind, "b", order_id="o2", amount_minor=size, **said)
        plot.tell(kind, "b", order_id="unheard-of", amount_minor=size, **said)
        plot.tell(kind, "b", amount_minor=size, **said)
    plot.tell("redeem", "b", order_id="kept", tokens=terms.redeem_min, amount_minor=size * 10)
    plot.tell("deliver", "b", order_id="kept")
    plot.tell("cancel", "b", order_id="kept")
    plot.tell("order", "b", amount_minor=size)
    return plot.end(day + 60)


def unlinked(world: World, terms: Terms, day: int) -> Plot:
    """Returns that name no order, of amounts that come out even and not, in every category."""
    plot = Plot(world, "unlinked", day).enrol().fund(10_000)
    for word in world.categories:
        for tokens in (1, 7, 33):
            amount = world.amount(terms, tokens)
            plot.tell("return", amount_minor=min(amount, terms.amount_max), category=word)
            plot.tell("return", amount_minor=max(0, amount - 1), category=word)
    return plot.end(day + 10)
