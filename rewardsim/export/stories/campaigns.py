"""Stories of campaigns: their days, weekdays, channels, categories, minimum, caps and budget; and how they stack."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsim.export.stories.earning import next_periods
from rewardsim.export.stories.filling import exact_order
from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.together import busy
from rewardsim.export.stories.world import World, known_days, least
from rewardsim.rules.calendar import period_of, weekday
from rewardsim.rules.campaigns import added_to
from rewardsim.rules.earning import in_channels
from rewardsim.rules.records import NONE, Campaign, Terms


def stories(world: World) -> Iterator[Plot]:
    """Tell of every campaign."""
    for row, campaign in enumerate(world.law.campaigns):
        yield window(world, campaign)
        yield conditions(world, campaign)
        if campaign.limit_tokens != NONE:
            yield limit(world, campaign)
        if campaign.pool != NONE:
            yield from budget(world, campaign)
        yield beside_others(world, row)
        yield busy(world, good_day(campaign), 1)
        yield from elsewhere(world, campaign)


def good_day(campaign: Campaign) -> int:
    """Return the first day in a campaign's window on which it fires."""
    return firing(campaign, campaign.from_day)


def firing(campaign: Campaign, day: int) -> int:
    """Return the first day of a week, from a day on, on which a campaign fires; that day where there is none."""
    days = range(day, min(campaign.to_day, day + 7))
    return next((at for at in days if campaign.weekdays >> weekday(at) & 1), day)


def basket(world: World, campaign: Campaign, terms: Terms) -> dict[str, str | None]:
    """Return channel and category under which an order earns by the campaign."""
    channel, category = world.channel(terms, campaign.channel_set), world.category(terms, campaign.category_set)
    return {"channel": channel, "category": category}


def extra(world: World, campaign: Campaign, terms: Terms, amount: int) -> int:
    """Return what a campaign adds to an order, nothing else being there."""
    return added_to(terms, campaign, world.tokens(terms, amount))


def fitting(world: World, campaign: Campaign, terms: Terms, tokens: int) -> int:
    """Return the least amount to which the campaign adds so many tokens."""
    size = least(lambda amount: extra(world, campaign, terms, amount) >= tokens, terms.amount_max)
    return max(size, campaign.minimum_order, terms.minimum_order)


def window(world: World, campaign: Campaign) -> Plot:
    """Orders around its first and last day, and on every day of a week within."""
    plot = Plot(world, "campaign-days", campaign.from_day - 1).enrol("a", "b")
    week = range(campaign.from_day, min(campaign.to_day, campaign.from_day + 7))
    for day in known_days([campaign.from_day - 1, *week, campaign.to_day - 1, campaign.to_day]):
        terms = world.terms_at(day)
        size = max(world.fair_amount(terms), campaign.minimum_order)
        plot.at(day).buy(size, "a" if day % 2 else "b", **basket(world, campaign, terms))
    return plot.end(plot.day + 1)


def conditions(world: World, campaign: Campaign) -> Plot:
    """Each channel and category, the minimum and one unit beside it, fractions, two lines, a cancellation."""
    day = good_day(campaign)
    terms = world.terms_at(day)
    said = basket(world, campaign, terms)
    plot = Plot(world, "campaign-conditions", day)
    size = max(world.fair_amount(terms), campaign.minimum_order)
    cases = [{**said, "amount": campaign.minimum_order + side} for side in (-1, 0, 1)]
    cases += [{**said, "category": word, "amount": size} for word in world.categories]
    cases += [{**said, "channel": word, "amount": size} for word in world.channels]
    cases += [{**said, "amount": world.amount(terms, tokens)} for tokens in (1, 3, 7, 333, 10_001)]
    for number, case in enumerate(cases):
        amount = int(case.pop("amount") or 0)
        plot.enrol(f"m{number}").buy(min(max(0, amount), terms.amount_max), f"m{number}", **case)
    lines = [
        {"number": 1, "category": said["category"], "amount_minor": size + 1, "discount_minor": 0},
        {"number": 2, "category": "unheard-of", "amount_minor": size * 2 + 1, "discount_minor": 1},
    ]
    whole = {**said, "category": None, "lines": lines, "discount_minor": 1}
    plot.enrol("x", "y").buy(3 * size + 2, "x", **whole)
    order = f"o{plot._orders}"
    for part in (size // 2, size // 3):
        plot.tell("return", "x", order_id=order, amount_minor=part, lines=[{**lines[0], "amount_minor": part}])
    plot.tell("cancel", "y", order_id=plot.order(3 * size + 2, "y", **whole))
    plot.settle(day + 1).at(day + 1)
    plot.tell("return", "x", order_id=order, amount_minor=1, lines=[{**lines[0], "amount_minor": 1}])
    return plot.end(day + 60)


def elsewhere(world: World, campaign: Campaign) -> Iterator[Plot]:
    """A campaign under later terms than those of its first day: an order through every channel."""
    for terms, day in world.stretches():
        if good_day(campaign) < day < campaign.to_day:
            plot = Plot(world, "campaign-later", day, brief=True)
            said = basket(world, campaign, terms)
            for number, word in enumerate(world.channels):
                size = max(world.fair_amount(terms), campaign.minimum_order)
                plot.enrol(f"m{number}").order(size, f"m{number}", **said | {"channel": word})
            yield plot.end()


def limit(world: World, campaign: Campaign) -> Plot:
    """Orders up to a member's cap, past it, and in the next period."""
    day = good_day(campaign)
    terms = world.terms_at(day)
    said = basket(world, campaign, terms)
    plot = Plot(world, "campaign-limit", day).enrol("a", "b")
    exact = min(terms.amount_max, fitting(world, campaign, terms, campaign.limit_tokens))
    for amount in (exact // 2, exact // 2, exact, exact):
        plot.order(max(amount, campaign.minimum_order), "a", **said)
    for amount in (exact - 1, exact):
        plot.order(max(amount, campaign.minimum_order), "b", **said)
    for amount in (exact, exact + exact // 3):
        plot.enrol("c").order(min(terms.amount_max, amount), "c", **said)
        plot.enrol("d").order(min(terms.amount_max, 2 * amount), "d", **said)
    for other in world.law.campaigns:
        if other is not campaign and other.limit_tokens != NONE and other.from_day <= day < other.to_day:
            plot.order(max(world.fair_amount(terms), other.minimum_order), "a", **basket(world, other, terms))
            plot.order(max(exact // 2, terms.minimum_order), "a", **said)
    plot.tell("cancel", "a", order_id="o1")
    more = least(lambda tokens: added_to(terms, campaign, tokens) > campaign.limit_tokens, terms.tokens_max)
    amount, lines = exact_order(world, terms, more)
    plot.enrol("e").order(amount, "e", **said | lines)
    for edge in next_periods(campaign.limit_period, day):
        plot.at(firing(campaign, edge)).order(max(exact // 2, terms.minimum_order), "a", **said)
    return plot.end(plot.day + 60)


def budget(world: World, campaign: Campaign) -> Iterator[Plot]:
    """A shared budget at its end: the last tokens fit exactly, fall one short, or are spread over two members."""
    day = good_day(campaign)
    terms, pool = world.terms_at(day), world.law.pools[campaign.pool]
    said = basket(world, campaign, terms)
    size = min(terms.amount_max, fitting(world, campaign, terms, max(1, min(100, pool.size // 3))))
    wanted = extra(world, campaign, terms, size)
    for left in sorted({0, 1, wanted - 1, wanted, wanted + 1, 2 * wanted - 1, 2 * wanted}):
        used = (campaign.pool, period_of(pool.period, day), pool.size - max(0, left))
        plot = Plot(world, "budget", day, [used] if left >= 0 else [])
        plot.enrol("a", "b").buy(size, "a", **said)
        plot.order(size, "b", **said)
        for edge in next_periods(pool.period, day):
            if edge < campaign.to_day:
                plot.at(edge).order(size, "b", **said)
        plot.tell("return", "a", order_id="o1", amount_minor=size)
        yield plot.end(plot.day + 40)


def beside_others(world: World, row: int) -> Plot:
    """An order on the first day it shares with every other campaign, in all of their categories."""
    campaign = world.law.campaigns[row]
    plot = Plot(world, "campaigns-together", campaign.from_day - 1)
    others = [other for other in world.law.campaigns if other.from_day < campaign.to_day]
    starts = [max(campaign.from_day, other.from_day) for other in others]
    for first in known_days(starts):
        for day in range(first, min(first + 7, campaign.to_day)):
            terms = world.terms_at(day)
            needed = max(other.minimum_order for other in others)
            size = max(world.fair_amount(terms), -(-needed // len(world.earning(terms))))
            lines = [
                {"number": place, "category": word, "amount_minor": size + place, "discount_minor": 0}
                for place, word in enumerate(world.categories)
            ]
            total = sum(line["amount_minor"] for line in lines)
            codes_ = range(len(world.channels))
            shared = [c for c in codes_ if in_channels(world.law, terms, campaign.channel_set, c)]
            channel = world.channels[shared[-1]] if shared else None
            if total <= terms.amount_max:
                plot.at(day).enrol(f"m{day}").buy(total, f"m{day}", lines=lines, category=None, channel=channel)
    return plot.end(plot.day + 30)
