"""Orders that earn an exact number of tokens, and members who earn up to a cap, over as many days as others ask."""

from __future__ import annotations

from typing import Any

from rewardsim.export.stories.plot import Plot
from rewardsim.export.stories.world import World
from rewardsim.rules.codes import PER_ORDER
from rewardsim.rules.records import BP, NONE, Limit, Terms

ORDERS_MAX = 30
NEAR = 40  # amounts tried for a second line
SEARCHED = 200  # amounts tried beside the beginning of each band


def exact_order(world: World, terms: Terms, tokens: int) -> tuple[int, dict[str, Any]]:
    """Return an order that earns so many tokens before caps; else, the largest of one category that earns fewer."""
    amount = most_of(world, terms, tokens)
    if world.tokens(terms, amount) == tokens:
        return amount, {}
    for lines in _pairs(world, terms, tokens):
        total = sum(line["amount_minor"] for line in lines)
        if total <= terms.amount_max and world.earned(terms, lines) == tokens:
            return total, {"lines": lines, "category": None}
    return amount, {}


def most_of(world: World, terms: Terms, tokens: int) -> int:
    """Return the largest amount in the best category that does not earn more than so many tokens."""
    amount = world.amount(terms, tokens + 1)
    return amount - 1 if world.tokens(terms, amount) > tokens else amount


def _pairs(world: World, terms: Terms, tokens: int) -> Any:
    """Yield lines of two categories that together earn so many tokens or a few more, the second one a small line."""
    best = world.category(terms)
    factors = {world.factor(terms, world.names.category(word)): word for word in reversed(world.earning(terms))}
    for word in factors.values():
        for amount in range(1, NEAR + 1):
            second = line_of(2, word, amount)
            rest = tokens - world.earned(terms, [second])
            if word != best and rest > 0:
                yield [line_of(1, best, world.amount(terms, rest)), second]


def line_of(number: int, word: str | None, amount: int) -> dict[str, Any]:
    """Return a line of an order."""
    return {"number": number, "category": word, "amount_minor": amount, "discount_minor": 0}


def starts(world: World, terms: Terms) -> list[int]:
    """Return the amounts at which the bands begin for the best category; orders below the minimum left out."""
    bands = world.law.bands[terms.band_first : terms.band_first + terms.band_count]
    factor = world.factor(terms, world.names.category(world.category(terms)))
    found = [0, *(band.upper * BP // factor for band in bands if band.upper != NONE)]
    return [max(amount, terms.minimum_order) for amount in found if amount < terms.amount_max - SEARCHED]


def odd_halves(world: World, terms: Terms) -> list[int]:
    """Return an amount of which half takes back half a token: roundings that part at the half part there."""
    for start in starts(world, terms):
        for amount in range(start + start % 2 + 2, start + SEARCHED, 2):
            if world.tokens(terms, amount) % 4 == 1:
                return [amount]
    return []


def parted(world: World, one: Terms, other: Terms) -> list[int]:
    """Return an amount that earns otherwise under other terms, where one was found."""
    found = (start + more for start in starts(world, other) for more in range(SEARCHED))
    return next(([at] for at in found if world.tokens(one, at) != world.tokens(other, at)), [])


def fill(plot: Plot, world: World, member: str, tokens: int, beside: int = NONE) -> list[str]:
    """Earn so many tokens, each order within every cap but one, as many days on as that takes; return the orders."""
    placed: list[str] = []
    left = tokens
    for _ in range(ORDERS_MAX):
        if left <= 0:
            break
        terms = world.terms_at(plot.day)
        part = min(left, room(plot, world, terms, member, beside))
        few = world.tokens(terms, terms.minimum_order)
        if part <= 0 or part < min(left, 10 * few, _largest(world, terms, beside)):
            plot.at(plot.day + 1)
            continue
        if 0 < left - part < few < part:
            part -= few
        wanted = part * BP // world.rate_of(terms, plot.tier(member))
        exact = exact_order(world, terms, wanted) if beside != NONE and part == left else None
        amount, said = exact or (most_of(world, terms, wanted), {})
        placed.append(plot.order(amount, member, **said))
        if plot.applied <= 0:
            break
        left -= plot.applied
    return placed


def room(plot: Plot, world: World, terms: Terms, member: str, beside: int = NONE) -> int:
    """Return how many tokens the caps leave a member's next order today, one of them disregarded."""
    found = [_largest(world, terms, beside)]
    for limit in _caps(world, terms, beside):
        if limit.period != PER_ORDER:
            found.append(limit.tokens - plot.used(member, limit.counter, limit.period))
    return min(found)


def _caps(world: World, terms: Terms, beside: int) -> list[Limit]:
    rows = range(terms.limit_first, terms.limit_first + terms.limit_count)
    return [world.law.limits[row] for row in rows if row != beside]


def _largest(world: World, terms: Terms, beside: int) -> int:
    """Return how many tokens one order may earn where nothing was earned before."""
    return min([world.tokens(terms, terms.amount_max), *(limit.tokens for limit in _caps(world, terms, beside))])
