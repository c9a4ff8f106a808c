"""Stories of what befalls any event: bounds, repeats, late arrival, closed accounts, no events; first and last days."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rewardsim.export.stories.filling import parted
from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.spending import room_for
from rewardsim.export.stories.world import World, known_days
from rewardsim.rules.records import NEVER, NONE, Terms


def stories(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """Tell of general refusals from one day on."""
    yield bounds(world, terms, day)
    yield late(world, terms, day)
    yield closed(world, terms, day)


def once(world: World) -> Iterator[Plot]:
    """Tell what a programme needs only once: repeats, no events, and every day on which terms change."""
    yield repeats(world)
    yield no_events(world)
    yield edges(world)
    yield from turning_terms(world)
    yield before_start(world)


def bounds(world: World, terms: Terms, day: int) -> Plot:
    """The largest amounts and numbers of tokens, and a unit more."""
    plot = Plot(world, "bounds", day).enrol("a", "b", "c")
    for side, who in ((-1, "a"), (0, "b"), (1, "c")):
        plot.tell("order", who, order_id=f"x{who}", amount_minor=terms.amount_max + side)
        plot.tell("redeem", who, order_id=f"y{who}", amount_minor=terms.amount_max + side, tokens=1)
        plot.tell("adjust", who, tokens=terms.tokens_max + side)
        plot.tell("adjust", who, tokens=-terms.tokens_max - side)
    return plot.end()


def late(world: World, terms: Terms, day: int) -> Plot:
    """Events of days already past."""
    plot = Plot(world, "late", day).enrol().fund(50)
    size = world.fair_amount(terms)
    plot.at(day + 9).buy(size)
    plot.at(day + 8).buy(size)
    plot.tell("share")
    plot.fund(7)
    plot.at(day + 9).look()
    return plot.end(day + 60)


def closed(world: World, terms: Terms, day: int) -> Plot:
    """An account closed with tokens pending and available, a coupon and a debt to its name; and what comes after."""
    plot = Plot(world, "closed", day).enrol("a", "b").fund(90)
    size = world.fair_amount(terms)
    plot.order(size)
    name = next(iter(world.names.items), None)
    if name is not None:
        plot.fund(world.law.items[world.names.items[name][0][2]].tokens).tell("exchange", item=name)
    plot.tell("close")
    plot.look("a").tell("deliver", order_id="o1")
    plot.at(day + 1).tell("enrol")
    plot.tell("close", "b")
    plot.tell("close", "never-seen")
    return plot.end(day + 400)


def repeats(world: World) -> Plot:
    """An event sent again as it was, changed, and with how it arrived changed."""
    terms, day = world.stretches()[0]
    plot = Plot(world, "repeats", day).enrol().fund(5)
    plot.again()
    plot.again(tokens=6)
    plot.again(recorded=77, source="elsewhere", source_row=3)
    plot.order(world.fair_amount(terms))
    plot.again(note=1)
    plot.again(member_id="b")
    return plot.end()


def no_events(world: World) -> Plot:
    """What is no event, and leaves no trace."""
    _, day = world.stretches()[0]
    plot = Plot(world, "no-events", day).enrol()
    good = plot.steps[-1]["event"]
    for wrong in (
        {"type": "buy"}, {"second": 86_400}, {"tokens": 1.5}, {"amount_minor": -1}, {"discount_minor": 1},
        {"occurred_day": "2017-02-29"}, {"member_id": ""}, {"lines": []}, {"amount_minor": True}, {"spent": 1},
        {"tokens": 2**63},
    ):  # fmt: skip
        plot.send({**good, "event_id": f"w{len(plot.steps)}", **wrong})
    return plot.look().end()


def edges(world: World) -> Plot:
    """The same day's business on both sides of every day on which the programme begins, changes or ends."""
    terms = world.law.terms[0]
    turns = [row.from_day for row in world.law.terms] + [terms.starts_day, terms.ends_day]
    days = known_days([turn + side for turn in turns for side in (-1, 0)])
    plot = Plot(world, "turning-days", days[0])
    for day in days:
        now = world.terms_at(day)
        who, size = f"m{day}", world.fair_amount(now)
        plot.at(day).enrol(who).fund(3 * max(now.redeem_min, now.redeem_step, 10), who)
        plot.buy(size, who)
        plot.tell("share", who)
        least = max(now.redeem_min, now.redeem_step)
        plot.tell("redeem", who, order_id=f"r{day}", tokens=least, amount_minor=size * 20)
        plot.tell("return", who, order_id=f"o{plot._orders}", amount_minor=size // 2)
        for name in list(world.names.items)[:3]:
            plot.tell("exchange", who, item=name)
    return plot.end(plot.day + 900)


def turning_terms(world: World) -> Iterator[Plot]:
    """What other terms decide otherwise on the day they begin; what was counted the day before still counts."""
    for before, now in pairwise(world.law.terms):
        turn = now.from_day
        plot = Plot(world, "turning-terms", turn - 1, brief=True).enrol("a", "b")
        shared = [row for row, item in enumerate(world.law.items) if item.from_day < turn < item.to_day]
        counted = [row for row in shared if world.law.items[row].per_member_max != NONE]
        least = max(before.redeem_min, before.redeem_step, now.redeem_min, now.redeem_step)
        plot.fund(3 * least)
        for day in (turn - 1, turn):
            plot.at(day)
            for amount in parted(world, before, now):
                plot.order(amount)
            size = min(room_for(terms, least) for terms in (before, now))
            plot.tell("redeem", order_id=f"r{day}", tokens=least, amount_minor=size)
            for row in counted:
                item = world.law.items[row]
                for _ in range(min(item.per_member_max, 4) if day < turn else 1):
                    plot.fund(item.tokens, "b").tell("exchange", "b", item=world.items[row])
        yield plot.end(turn + 40)


def before_start(world: World) -> Plot:
    """Orders from before the programme, delivered before and after it began to count them."""
    terms, start = world.stretches()[0]
    counts = terms.counts_from_day if terms.counts_from_day < NEVER else start
    plot = Plot(world, "before-start", min(counts, start) - 2).enrol("early")
    size = world.fair_amount(terms)
    for number, day in enumerate(known_days([counts - 1, counts, start - 1, start])):
        plot.at(max(plot.day, day)).buy(size, f"m{number}")
        plot.order(size, f"n{number}")
        plot.tell("redeem", f"m{number}", order_id=f"r{number}", tokens=5, amount_minor=10)
        plot.tell("opening", f"p{number}", tokens=5)
        plot.tell("share", f"q{number}")
        plot.tell("return", f"q{number}", amount_minor=size)
    plot.at(start + 1)
    for number in range(4):
        plot.tell("deliver", f"n{number}", order_id=f"o{2 * number + 2}")
    return plot.look("early", "m0", "m1", "m2", "m3").end(start + 60)
