"""Long stories: a year or more of one kind of member, some hundred events each, kept by their chains."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World
from rewardsim.rules.records import Terms

EVENTS = 120
KINDS = {
    "casual": {"order": 6, "deliver": 5, "look": 3, "share": 1},
    "heavy": {"order": 10, "deliver": 9, "redeem": 3, "exchange": 2, "use": 1},
    "returning": {"order": 6, "deliver": 5, "return": 5, "cancel": 2, "redeem": 2},
    "collecting": {"order": 4, "deliver": 4, "exchange": 4, "redeem": 4, "fund": 3, "use": 2},
    "sociable": {"invite": 4, "enrol": 4, "order": 5, "deliver": 5, "draw": 3, "share": 2, "return": 1},
    "untidy": {"order": 4, "deliver": 3, "return": 3, "redeem": 2, "exchange": 2, "fund": 2, "late": 4, "close": 0.1},
}


def stories(world: World) -> Iterator[Plot]:
    """Tell one walk a kind of member."""
    for number, kind in enumerate(KINDS):
        yield walk(world, kind, number)


def walk(world: World, kind: str, seed: int) -> Plot:
    """Tell what members of a kind do; a function of the programme and the kind alone."""
    rng = Random(seed)
    _, start = world.stretches()[0]
    plot = Plot(world, f"walk-{kind}", start, brief=True)
    names = [f"{kind}-{number}" for number in range(4)]
    turns = sorted({row.from_day for row in world.law.terms} | {row.from_day for row in world.law.campaigns})
    weights = KINDS[kind]
    orders: list[tuple[str, str, int]] = []
    for number in range(EVENTS):
        if number < len(names):
            plot.enrol(names[number])
            continue
        if rng.random() < 0.35:
            ahead = [turn for turn in turns if turn > plot.day]
            plot.at(ahead[0] if ahead and rng.random() < 0.25 else plot.day + rng.choice((1, 1, 2, 5, 13, 40)))
        (what,) = rng.choices(list(weights), list(weights.values()))
        step(plot, world, rng, what, rng.choice(names), orders)
    return plot.end(plot.day + 400)


def step(plot: Plot, world: World, rng: Random, what: str, who: str, orders: list[tuple[str, str, int]]) -> None:
    """Let one thing happen."""
    terms = world.terms_at(plot.day)
    if what in ("order", "late"):
        if what == "late":
            plot.day -= rng.choice((1, 3))
        size = amount(world, terms, rng)
        word = rng.choice(world.categories)
        name = plot.order(size, who, category=word, discount_minor=rng.choice((0, 0, size // 10)))
        orders.append((who, name, size))
        if what == "late":
            plot.day += 3
    elif what in ("deliver", "cancel", "return") and orders:
        owner, name, size = rng.choice(orders[-6:])
        back = rng.choice((size, size // 2, size // 3)) if what == "return" else 0
        plot.tell(what, owner, order_id=name, amount_minor=back)
    elif what == "redeem":
        tokens = max(terms.redeem_min, terms.redeem_step) * rng.choice((1, 2, 5)) + rng.choice((0, 1))
        room = amount(world, terms, rng) * 5
        plot.tell("redeem", who, order_id=f"r{len(plot.steps)}", tokens=tokens, amount_minor=room)
    elif what in ("exchange", "use") and world.names.items:
        said = {"amount_minor": 10, "category": rng.choice(world.categories)} if what == "use" else {}
        plot.tell(what, who, item=rng.choice(list(world.names.items)), **said)
    elif what == "invite":
        plot.tell("invite", who, counterpart_id=f"friend-{rng.randrange(9)}")
    elif what == "enrol":
        plot.tell("enrol", f"friend-{rng.randrange(9)}", counterpart_id=rng.choice((who, None)))
    elif what == "draw" and world.draws:
        post = {"hashtag": rng.choice([*world.hashtags.values(), "#other"]), "tags": rng.choice((0, 9)), "public": True}
        plot.tell("draw_entry", who, item=rng.choice(list(world.draws.values())), post=post)
    elif what in ("share", "close"):
        plot.tell(what, who)
    else:
        plot.tell("adjust", who, tokens=rng.choice((50, 500, -20)) if what == "fund" else 0)


def amount(world: World, terms: Terms, rng: Random) -> int:
    """Return an amount, rather one at which something changes."""
    tokens = rng.choice((1, 5, 20, 77, 300, 1_500))
    return max(1, min(terms.amount_max // 10, world.amount(terms, tokens) + rng.choice((-1, 0, 1, 7))))
