"""Stories of spending: tokens at checkout, items, coupons, and stock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rewardsim.export.stories.earning import CAP_MAX, next_periods
from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World, known_days, least
from rewardsim.rules.calendar import period_of
from rewardsim.rules.records import BP, NEVER, NONE, Item, Terms
from rewardsim.rules.redemption import tokens_that_fit
from rewardsim.scoring.reply import day_text


def stories(world: World, terms: Terms, day: int) -> Iterator[Plot]:
    """Tell of what tokens buy from one day on."""
    yield checkout(world, terms, day)
    yield shares(world, terms, day)
    yield part_paid(world, terms, day)
    yield consumption(world, terms, day)


def items(world: World) -> Iterator[Plot]:
    """Tell of every item."""
    for row, item in enumerate(world.law.items):
        yield offered(world, row, item)
        yield bought(world, row, item)
        yield used(world, row, item)
        if item.pool != NONE:
            yield from stock(world, row, item)


def room_for(terms: Terms, tokens: int) -> int:
    """Return the least order on which so many tokens fit."""
    return least(lambda amount: tokens_that_fit(terms, amount, 0) >= tokens, terms.amount_max)


def checkout(world: World, terms: Terms, day: int) -> Plot:
    """Requests at and beside the minimum, the step and the balance."""
    plot = Plot(world, "checkout", day)
    base = max(terms.redeem_min, terms.redeem_step, 1)
    room = min(terms.amount_max, 4 * room_for(terms, 3 * base))
    steps = sorted({base, terms.redeem_min, base + terms.redeem_step, 2 * terms.redeem_step, 3 * terms.redeem_step})
    wanted = sorted({0, *(edge + side for edge in steps for side in (-1, 0, 1))})
    for number, tokens in enumerate(tokens for tokens in wanted if tokens >= 0):
        who = f"m{number}"
        plot.enrol(who).fund(3 * base, who)
        plot.tell("redeem", who, order_id=f"r{number}", tokens=tokens, amount_minor=room)
    for number, have in enumerate((base - 1, base, base + 1)):
        who = f"n{number}"
        start = plot.enrol(who).available(who)
        plot.fund(have - start, who)
        if start > have:
            plot.tell("adjust", who, tokens=have - start)
        plot.tell("redeem", who, order_id=f"s{number}", tokens=base + 1, amount_minor=room)
    return plot.end()


def shares(world: World, terms: Terms, day: int) -> Plot:
    """Orders on which a request just fits, and does not; a second request on the same order."""
    plot = Plot(world, "share-of-order", day)
    base = max(terms.redeem_min, terms.redeem_step, 1)
    asked = [base, 2 * base, 7 * base + terms.redeem_step]
    sizes = [room_for(terms, tokens) for tokens in (asked[::2] if world.brief else asked)]
    most = {size + side for size in sizes for side in (-1, 0, 1)} | {min(terms.amount_max, 10_000 * sizes[0] + 9_999)}
    for number, amount in enumerate(sorted(edge for edge in most if 0 <= edge <= terms.amount_max)):
        for extra in (0, 1):
            who, tokens = f"m{number}.{extra}", tokens_that_fit(terms, amount, 0)
            plot.enrol(who).fund(min(terms.tokens_max, max(3 * base, tokens + 2 * base)), who)
            wanted = max(base, tokens) + extra
            plot.tell("redeem", who, order_id=f"r{who}", tokens=min(wanted, terms.tokens_max), amount_minor=amount)
            plot.tell("redeem", who, order_id=f"r{who}", tokens=base, amount_minor=amount)
    for amount, tokens in next_point(terms, sizes[0]):
        plot.enrol("p").fund(tokens, "p")
        plot.tell("redeem", "p", order_id="rp", tokens=tokens, amount_minor=amount)
    return plot.end()


def next_point(terms: Terms, first: int) -> list[tuple[int, int]]:
    """Return an order whose share, a basis point larger, would take a step of tokens more; and those tokens."""
    more, step = replace(terms, redeem_share_bp=terms.redeem_share_bp + 1), terms.redeem_step
    for amount in range(first, min(first + 2 * BP, terms.amount_max)):
        steps = tokens_that_fit(more, amount, 0) // step
        if steps > tokens_that_fit(terms, amount, 0) // step and terms.redeem_min <= steps * step <= terms.tokens_max:
            return [(amount, steps * step)]
    return []


def part_paid(world: World, terms: Terms, day: int) -> Plot:
    """Orders paid in part with tokens: what they earn, and what comes back in parts, late, on cancelling."""
    plot = Plot(world, "part-paid", day).enrol("a", "b", "c", "d")
    base = max(terms.redeem_min, terms.redeem_step, 1)
    tokens = base + terms.redeem_step
    room = max(world.fair_amount(terms), room_for(terms, tokens))
    lines = [
        {"number": place, "category": world.category(terms), "amount_minor": room - place, "discount_minor": place}
        for place in (1, 2)
    ]
    for who in ("a", "b", "c", "d"):
        plot.tell("opening", who, tokens=2 * tokens, expiry_day=day_text(day + 33))
        plot.tell("redeem", who, order_id=f"p{who}", tokens=tokens, amount_minor=2 * room - 3)
        said = {"lines": lines, "category": None, "discount_minor": 3, "order_id": f"p{who}"}
        plot.order(2 * room - 3, who, **said)
    plot.tell("cancel", "d", order_id="pd")
    for who in ("a", "b", "c"):
        plot.tell("deliver", who, order_id=f"p{who}")
    third = room // 3
    one = [{"number": 1, "category": world.category(terms), "amount_minor": third, "discount_minor": 0}]
    plot.tell("return", "a", order_id="pa", amount_minor=third, lines=one)
    plot.tell("adjust", "b", tokens=-tokens // 2)
    back = [{**line, "discount_minor": 0} for line in lines]
    plot.tell("return", "b", order_id="pb", amount_minor=2 * room - 3, lines=back)
    plot.at(day + 7).tell("return", "a", order_id="pa", amount_minor=third, lines=one)
    days = min(40, terms.window_days) if terms.window_days != NONE else 40
    plot.at(day + days).tell("return", "c", order_id="pc", amount_minor=third, lines=one)
    return plot.look("a", "b", "c", "d").end(day + 900)


def consumption(world: World, terms: Terms, day: int) -> Plot:
    """Which of three lots goes first, under every way of spending."""
    plot = Plot(world, "consumption", day).enrol()
    for tokens, days in ((70, 900), (60, 30), (50, 200)):
        plot.tell("opening", tokens=tokens, expiry_day=day_text(day + days))
    plot.fund(40).tell("adjust", tokens=-65)
    plot.tell("adjust", tokens=-20)
    return plot.end(day + 1000)


def offered(world: World, row: int, item: Item) -> Plot:
    """An item around its first and last day."""
    days = known_days([item.from_day - 1, item.from_day, item.from_day + 1, item.to_day - 1, item.to_day])
    plot = Plot(world, "offered", days[0]).enrol()
    for day in days:
        plot.at(day).enrol(f"m{day}").fund(item.tokens, f"m{day}")
        plot.tell("exchange", f"m{day}", item=world.items[row])
    return plot.end(plot.day + 1)


def bought(world: World, row: int, item: Item) -> Plot:
    """An item for a token less, exactly, and as often as one member may; then the next period."""
    day, name = item.from_day, world.items[row]
    plot = Plot(world, "exchange", day).enrol("a", "b")
    have = plot.available("a")
    plot.tell("adjust", "a", tokens=item.tokens - 1 - have) if item.tokens - 1 != have else None
    plot.tell("exchange", "a", item=name)
    plot.fund(1, "a").tell("exchange", "a", item=name)
    times = min(CAP_MAX, max(1, item.per_member_max)) + 1
    for _ in range(times):
        plot.fund(item.tokens, "b").tell("exchange", "b", item=name)
    for edge in next_periods(item.per_member_period, day):
        plot.at(edge).fund(item.tokens, "b").tell("exchange", "b", item=name)
    plot.tell("exchange", "b", item="unheard-of")
    return plot.end(plot.day + 1)


def used(world: World, row: int, item: Item) -> Plot:
    """Coupons used by oneself and others, in each category, around their last day."""
    day, name = item.from_day, world.items[row]
    plot = Plot(world, "use", day)
    valid = item.valid_days if item.valid_days != NONE else 30
    ends = (valid - 2, valid - 1, valid, valid + 1)
    for number in range(len(ends)):
        who = f"m{number}"
        plot.at(day).enrol(who).fund(item.tokens, who).tell("exchange", who, item=name)
    for number in range(len(world.categories) + 1):
        who = f"c{number}"
        plot.enrol(who).fund(item.tokens, who).tell("exchange", who, item=name)
    plot.enrol("friend", "giver").fund(item.tokens, "giver").tell("exchange", "giver", item=name)
    plot.at(day + 1)
    for other in world.names.items:
        if other != name:
            plot.tell("use", "giver", item=other, amount_minor=10, category=_coupon_word(world, item))
    plot.tell("use", "giver", item=name, amount_minor=10, counterpart_id="friend", category=_coupon_word(world, item))
    for number, word in enumerate([*world.categories, "unheard-of"]):
        plot.tell("use", f"c{number}", item=name, amount_minor=10, category=word)
    for number, wait in enumerate(ends):
        plot.at(max(plot.day, day + wait)).tell(
            "use", f"m{number}", item=name, amount_minor=10, category=_coupon_word(world, item)
        )
    return plot.end()


def _coupon_word(world: World, item: Item) -> str | None:
    terms = world.terms_at(item.from_day)
    words = enumerate(world.categories)
    inside = [word for code, word in words if world.law.category_sets[item.category_set * terms.category_width + code]]
    return inside[0] if inside else None


def stock(world: World, row: int, item: Item) -> Iterator[Plot]:
    """A stock with none, one and two pieces left for two who ask; who is refused may ask again."""
    pool, name = world.law.pools[item.pool], world.items[row]
    day = item.from_day + 1
    for left in (0, 1, 2):
        plot = Plot(world, "stock", day, [(item.pool, period_of(pool.period, day), pool.size - left)])
        for who in ("a", "b"):
            plot.enrol(who).fund(item.tokens, who).tell("exchange", who, item=name)
        plot.enrol("c").fund(item.tokens, "c").tell("exchange", "c", item=name)
        plot.tell("close", "c")
        plot.at(day + 1).look("a", "b")
        for edge in next_periods(pool.period, day + 1):
            if edge < min(item.to_day, NEVER):
                plot.at(edge).fund(item.tokens, "b").tell("exchange", "b", item=name)
        plot.at(plot.day + 1)
        yield plot.look("a", "b").end()
