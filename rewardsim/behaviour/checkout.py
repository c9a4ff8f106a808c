"""At the checkout: whether tokens are spent, how many, and which coupon is used.

Members differ most in their reluctance to spend tokens, which makes stockpiling (Stourm, Bradlow &
Fader 2015). Nothing is asked for that the law would have to refuse.
"""

from __future__ import annotations

from rewardsim.rules.earning import in_categories
from rewardsim.rules.exchange import valid_holding
from rewardsim.rules.records import NONE, Book, Law, Terms
from rewardsim.rules.redemption import redeemable

from .choice import probability, weight_of
from .philox import uniform
from .records import Person, World
from .worth import lose_soon, token_value


def redemption_wish(
    law: Law,
    terms: Terms,
    book: Book,
    world: World,
    m: int,
    day: int,
    amount: int,
    word_0: int,
    word_1: int,
    word_2: int,
) -> int:
    """Return the tokens to spend on a purchase, 0 for none; the words: whether, whether all, how many."""
    member = book.members[m]
    if terms.redeem_on == 0 or member.debt > 0:
        return 0
    step = terms.redeem_step
    least = max(1, (terms.redeem_min + step - 1) // step) * step
    most = redeemable(terms, terms.tokens_max, member.available, amount, 0)
    if most < least:
        return 0
    held = member.available * token_value(law, terms, world, day)
    chance = redemption_probability(world, world.persons[m], held, amount, lose_soon(book, m, day))
    if uniform(word_0) >= chance:
        return 0
    if uniform(word_1) < world.habits[0].redeem_all:
        return most
    return least + int(uniform(word_2) * ((most - least) // step + 1)) * step


def redemption_probability(world: World, person: Person, held: float, amount: float, soon: bool) -> float:
    """Return the probability of redeeming at a purchase with tokens worth ``held`` minor units."""
    habits = world.habits[0]
    log_odds = person.reluctance + habits.redeem_value * weight_of(held, amount)
    if soon:
        log_odds += habits.redeem_expiring
    return probability(log_odds)


def coupon_for(law: Law, terms: Terms, book: Book, world: World, m: int, day: int, category: int) -> int:
    """Return the row of the item whose coupon is used on a category, NONE without one.

    The largest cut first; among equals the one that ends first. Which holding of a kind would be
    used is the law's word; it is asked with the scratch event.
    """
    best = NONE
    if book.members[m].holding_first == NONE:
        return best
    best_day = 0
    event = world.events[0]
    event.member = m
    event.day = day
    for row in range(len(law.items)):
        event.item = row
        found = valid_holding(law, book, event)
        if found == NONE:
            continue
        holding = book.holdings[found]
        item = holding.item
        if not in_categories(law, terms, law.items[item].category_set, category):
            continue
        gain = world.cuts[item]
        if best == NONE or gain > world.cuts[best] or (gain == world.cuts[best] and holding.expiry_day < best_day):
            best = item
            best_day = holding.expiry_day
    return best
