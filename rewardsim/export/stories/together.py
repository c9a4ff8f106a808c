"""One member who uses up everything that is counted: what one count keeps must not be another's."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsim.export.stories.friends import bring, qualify_size
from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.tiers import reach
from rewardsim.export.stories.world import World
from rewardsim.rules.records import NONE, Terms


def stories(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """Tell of one busy member, by what he uses up first, on a day on which as much as possible is on."""
    phases = [edge for edge in (terms.referral_from, terms.tiers_from) if day < edge < terms.to_day]
    for turn in range(len(WAYS)):
        yield busy(world, max([day, *phases]), turn)


def busy(world: World, day: int, turn: int) -> Plot:
    """Tell of a member who uses everything up, sleeps over it, and tries everything again."""
    names = list(WAYS)
    plot = Plot(world, "everything", day).enrol()
    for _ in range(2):
        for name in names[turn:] + names[:turn]:
            WAYS[name](plot, world, world.terms_at(plot.day))
        plot.at(plot.day + turn % 2)
    return plot.look().end(plot.day + 60)


def _share(plot: Plot, world: World, terms: Terms) -> None:
    for _ in range(min(5, max(1, terms.share_limit)) + 1):
        plot.tell("share")


def _items(plot: Plot, world: World, terms: Terms) -> None:
    for row, item in enumerate(world.law.items):
        if item.from_day <= plot.day < item.to_day:
            for _ in range(min(4, max(1, item.per_member_max)) + 1 if item.per_member_max != NONE else 1):
                plot.fund(item.tokens).tell("exchange", item=world.items[row])


def _friends(plot: Plot, world: World, terms: Terms) -> None:
    if terms.referral_from <= plot.day < terms.referral_to:
        for number in range(3):
            bring(plot, "a", f"f{len(plot.steps)}.{number}")
            plot.buy(qualify_size(world, terms), next(reversed(plot.steps))["event"]["member_id"])


def _tier(plot: Plot, world: World, terms: Terms) -> None:
    if terms.tiers_from <= plot.day < terms.tiers_to and world.law.levels:
        top = world.law.levels[terms.level_first + terms.level_count - 1]
        reach(plot, world, terms, top.start, "a")
        for _ in range(min(4, max(1, top.express_orders)) + 1):
            plot.buy(world.fair_amount(terms))


def _orders(plot: Plot, world: World, terms: Terms) -> None:
    for _ in range(min(6, max(1, terms.orders_max)) + 1):
        plot.buy(world.fair_amount(terms))


def _campaigns(plot: Plot, world: World, terms: Terms) -> None:
    for campaign in world.law.campaigns:
        if campaign.from_day <= plot.day < campaign.to_day:
            said = {"channel": world.channel(terms, campaign.channel_set)}
            said["category"] = world.category(terms, campaign.category_set)
            size = world.amount(terms, 2 * max(100, campaign.limit_tokens))
            plot.buy(max(size, campaign.minimum_order), **said)


WAYS = {
    "share": _share,
    "campaigns": _campaigns,
    "items": _items,
    "friends": _friends,
    "orders": _orders,
    "tier": _tier,
}
