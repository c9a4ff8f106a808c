"""Stories of lucky draws: around every day of theirs, every refusal, more entrants than prizes, both kinds of luck."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World
from rewardsim.rules.codes import BY_ENROL, BY_POST
from rewardsim.rules.records import DrawTerms

ENTRANTS_MAX = 400
SECRET = bytes(range(32))


def stories(world: World) -> Iterator[Plot]:
    """Tell of every draw."""
    for row, draw in enumerate(world.law.draws):
        yield days(world, row, draw)
        yield refusals(world, row, draw)
        yield ranks(world, row, draw)
        yield secret(world, row, draw)


def enter(plot: Plot, world: World, row: int, member: str, enrolled: bool = False, **post: object) -> None:
    """Let a member enter a draw in the way it asks for."""
    draw = world.law.draws[row]
    if draw.entry == BY_POST:
        said = {"hashtag": world.hashtags.get(draw.hashtag), "tags": draw.tags_min, "public": True} | post
        plot.tell("draw_entry", member, item=world.draws[row], post=said)
    elif draw.entry == BY_ENROL:
        plot.enrol(member)
    else:
        if not enrolled:
            plot.enrol(member)
        plot.order(world.fair_amount(world.terms_at(plot.day)), member)


def days(world: World, row: int, draw: DrawTerms) -> Plot:
    """Entries around the first and last day; the draw is held on its day, its prizes come the day after."""
    plot = Plot(world, "draw-days", draw.opens_day - 1)
    edges = (draw.opens_day - 1, draw.opens_day, draw.closes_day - 1, draw.closes_day)
    for number, day in enumerate(edges):
        plot.at(max(plot.day, day)).enrol(f"known{number}")
        enter(plot, world, row, f"m{number}")
    for day in (draw.draws_day - 1, draw.draws_day, draw.draws_day + 1, draw.draws_day + 2):
        plot.at(max(plot.day, day)).look("m0", "m1", "m2", "m3")
    return plot.end(plot.day + 30)


def refusals(world: World, row: int, draw: DrawTerms) -> Plot:
    """Posts that do not count, more entries than count, entries taken back."""
    plot = Plot(world, "draw-refusals", draw.opens_day).enrol("a", "b")
    name = world.draws[row]
    good = {"hashtag": world.hashtags.get(draw.hashtag, "#any"), "tags": draw.tags_min, "public": True}
    fewer = {"tags": max(0, draw.tags_min - 1)}
    for post in ({"public": False}, {"hashtag": "#another"}, {"hashtag": None}, fewer, {}):
        plot.tell("draw_entry", "a", item=name, post={**good, **post})
    plot.tell("draw_entry", "a", item="unheard-of", post=good)
    plot.tell("draw_entry", "a", item=name)
    for number in range(min(20, draw.entries_max) + 1):
        enter(plot, world, row, "b", enrolled=True)
        if number == 1 and draw.entry != BY_POST and plot._orders:
            plot.tell("cancel", "b", order_id=f"o{plot._orders}")
    plot.enrol("c")
    enter(plot, world, row, "c")
    plot.tell("close", "c")
    plot.at(draw.draws_day).tell("close", "b")
    plot.at(draw.draws_day + 1).look("a")
    return plot.end(draw.draws_day + 9)


def ranks(world: World, row: int, draw: DrawTerms) -> Plot:
    """One entrant more than there are prizes, so that every rank is given."""
    plot = Plot(world, "draw-ranks", draw.opens_day, brief=True)
    for number in range(min(ENTRANTS_MAX, draw.winners + 1)):
        enter(plot, world, row, f"m{number}")
    return plot.end(draw.draws_day + 2)


def secret(world: World, row: int, draw: DrawTerms) -> Plot:
    """The same few entrants, ranked by a secret."""
    plot = Plot(world, "draw-secret", draw.opens_day)
    for number in range(5):
        enter(plot, world, row, f"m{number}")
    plot.settle(draw.draws_day + 1, {world.draws[row]: SECRET})
    plot.at(draw.draws_day + 1)
    return plot.look("m0", "m1", "m2", "m3", "m4").end(draw.draws_day + 9)
