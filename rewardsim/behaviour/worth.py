"""What tokens are worth to a member: what they buy on a day, and whether they are about to be lost."""

from __future__ import annotations

from rewardsim.rules.counters import used
from rewardsim.rules.records import NONE, Book, Item, Law, Terms

from .records import World

SOON = 30  # days before their expiry in which tokens press to be spent


def token_value(law: Law, terms: Terms, world: World, day: int) -> float:
    """Return what a member thinks a token is worth, in minor units: the best use there is, as far as he values it."""
    best = 0.0
    if terms.redeem_on == 1:
        best = terms.redeem_value_num / terms.redeem_value_den
    for row in range(len(law.items)):
        item = law.items[row]
        if item.tokens > 0 and on_offer(item, day):
            best = max(best, world.worths[row] / item.tokens)
    return world.habits[0].token_worth * best


def on_offer(item: Item, day: int) -> bool:
    """Tell whether an item is offered on a day."""
    return item.from_day <= day < item.to_day


def may_take(terms: Terms, book: Book, m: int, item: Item, day: int) -> bool:
    """Tell whether an item is offered to a member on a day; its price and his debt apart."""
    if not on_offer(item, day):
        return False
    if item.per_member_max == NONE:
        return True
    return used(book, terms, m, item.counter, item.per_member_period, day) < item.per_member_max


def lose_soon(book: Book, m: int, day: int) -> bool:
    """Tell whether some of a member's tokens expire within ``SOON`` days."""
    row = book.members[m].lot_first
    return row != NONE and book.lots[row].expiry_day <= day + SOON
