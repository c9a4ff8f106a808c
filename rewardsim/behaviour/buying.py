"""A purchase: considered, put into the cart, paid with tokens and a coupon, sent."""

from __future__ import annotations

from rewardsim.rules.codes import APPLIED, APPLIED_IN_PART, ORDER, REDEEM, USE
from rewardsim.rules.records import NONE, Book, Law
from rewardsim.rules.stretch import stretch_at

from .basket import basket, topped_up
from .checkout import coupon_for, redemption_wish
from .happening import add_line, new_event
from .measures import COUPONS, DISCOUNTS, EXTRA, FORGONE, PURCHASES, REDEMPTIONS, REVENUE, tally
from .moments import is_member, luck, place_of, second_of
from .parcels import send
from .philox import uniform
from .presence import find_candidate, wear
from .purposes import CART, REDEEMING, REPAYING
from .records import World
from .response import multiplier
from .stages import AT_COUPON, AT_ORDER, AT_TOKENS, NO_STAGE


def consider(law: Law, book: Book, world: World, m: int, day: int) -> None:
    """Decide on the candidate purchase that is due; one that is made has its cart filled."""
    person = world.persons[m]
    habits = world.habits[0]
    member = is_member(book, world, m)
    pull = 1.0
    if member:
        terms = law.terms[stretch_at(law, day)]
        wear(law, terms, book, world, m, person.next_at)
        pull = multiplier(law, terms, book, world, m, person.next_at)
    season = world.seasons[day - habits.first_day]
    extra = person.next_mark >= season
    if person.next_mark >= season * pull or (not extra and _repays(world, m, day)):
        move_on(world, m)
        return
    if extra:
        tally(world, person, day, EXTRA, 1)
        person.borrowed += 1.0 - habits.incremental
    _fill_cart(law, book, world, m, day, member)
    if member:
        person.stage = AT_TOKENS
    else:
        complete(law, book, world, m, day, NONE)


def _repays(world: World, m: int, day: int) -> bool:
    """Tell whether a purchase he would make anyway is left out for one that was brought forward.

    A share of what is borrowed is repaid on each occasion, in expectation exactly all of it.
    """
    person = world.persons[m]
    if person.borrowed <= 0.0:
        return False
    chance = min(1.0, world.habits[0].repay * person.borrowed)
    person.borrowed -= chance
    if uniform(luck(world, person, person.candidate, REPAYING, 0)[0]) >= chance:
        return False
    tally(world, person, day, FORGONE, 1)
    return True


def _fill_cart(law: Law, book: Book, world: World, m: int, day: int, member: bool) -> None:
    person = world.persons[m]
    found = luck(world, person, person.candidate, CART, 0)
    person.cart_category = place_of(world.categories, found[0])
    person.cart_channel = place_of(world.channels, found[1])
    person.cart_returned = int(uniform(found[3]) < person.returns)
    person.cart = basket(world, person, person.next_at, person.next_size, person.cart_category, member)
    person.cart_discount = 0
    if member:
        terms = law.terms[stretch_at(law, day)]
        person.cart = topped_up(law, terms, book, world, m, day, person.cart, found[2])


def propose_purchase(law: Law, book: Book, world: World, m: int, day: int) -> bool:
    """Fill the next event of the purchase in hand; False where the present stage has none."""
    person = world.persons[m]
    second = second_of(person.next_at, day)
    if person.stage == AT_TOKENS:
        found = luck(world, person, person.candidate, REDEEMING, 0)
        terms = law.terms[stretch_at(law, day)]
        tokens = redemption_wish(law, terms, book, world, m, day, person.cart, found[0], found[1], found[2])
        if tokens == 0:
            person.stage = AT_COUPON
            return False
        event = new_event(world, m, REDEEM, day, second)
        event.amount = person.cart
        event.tokens = tokens
    elif person.stage == AT_COUPON:
        item = coupon_for(law, law.terms[stretch_at(law, day)], book, world, m, day, category_code(world, m))
        if item == NONE:
            person.stage = AT_ORDER
            return False
        event = new_event(world, m, USE, day, second)
        event.item = item
        add_line(world, category_code(world, m), 0, 0)
    else:
        event = new_event(world, m, ORDER, day, second)
        event.amount = person.cart
        event.discount = person.cart_discount
        event.channel = world.channel_codes[person.cart_channel]
        add_line(world, category_code(world, m), person.cart, person.cart_discount)
    event.order = person.order_row
    return True


def category_code(world: World, m: int) -> int:
    """Return the programme's code of the cart's category."""
    return world.category_codes[world.persons[m].cart_category]


def redeemed(world: World, m: int, day: int, outcome: int) -> None:
    """Tokens were offered at the checkout."""
    person = world.persons[m]
    person.stage = AT_COUPON
    if outcome == APPLIED or outcome == APPLIED_IN_PART:
        person.redeemed_at = person.next_at
        tally(world, person, day, REDEMPTIONS, 1)


def coupon_used(world: World, m: int, day: int, outcome: int) -> None:
    """A coupon or code was shown at the checkout."""
    person = world.persons[m]
    person.stage = AT_ORDER
    if outcome == APPLIED:
        person.cart_discount = min(world.cuts[world.events[0].item], person.cart)
        tally(world, person, day, COUPONS, 1)
        tally(world, person, day, DISCOUNTS, person.cart_discount)


def complete(law: Law, book: Book, world: World, m: int, day: int, order: int) -> None:
    """The purchase is made: count it, send it, go on to the next candidate."""
    person = world.persons[m]
    tally(world, person, day, PURCHASES, 1)
    tally(world, person, day, REVENUE, person.cart)
    person.orders += 1
    person.revenue += person.cart
    send(law, book, world, m, day, order)
    person.order_row = NONE
    person.stage = NO_STAGE
    move_on(world, m)


def move_on(world: World, m: int) -> None:
    """Leave the present candidate behind."""
    world.persons[m].candidate += 1
    find_candidate(world, m)
