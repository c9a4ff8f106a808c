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
        world.hands[0].stage = AT_TOKENS
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
    hand = world.hands[0]
    found = luck(world, person, person.candidate, CART, 0)
    hand.category = place_of(world.categories, found[0])
    hand.channel = place_of(world.channels, found[1])
    hand.returned = int(uniform(found[3]) < person.returns)
    hand.amount = basket(world, person, person.next_at, person.next_size, hand.category, member)
    hand.discount = 0
    if member:
        terms = law.terms[stretch_at(law, day)]
        hand.amount = topped_up(law, terms, book, world, m, day, hand.amount, found[2])


def propose_purchase(law: Law, book: Book, world: World, m: int, day: int) -> bool:
    """Fill the next event of the purchase in hand; False where the present stage has none."""
    person = world.persons[m]
    hand = world.hands[0]
    second = second_of(person.next_at, day)
    if hand.stage == AT_TOKENS:
        found = luck(world, person, person.candidate, REDEEMING, 0)
        terms = law.terms[stretch_at(law, day)]
        tokens = redemption_wish(law, terms, book, world, m, day, hand.amount, found[0], found[1], found[2])
        if tokens == 0:
            hand.stage = AT_COUPON
            return False
        event = new_event(world, m, REDEEM, day, second)
        event.amount = hand.amount
        event.tokens = tokens
    elif hand.stage == AT_COUPON:
        item = coupon_for(law, law.terms[stretch_at(law, day)], book, world, m, day, category_code(world))
        if item == NONE:
            hand.stage = AT_ORDER
            return False
        event = new_event(world, m, USE, day, second)
        event.item = item
        add_line(world, category_code(world), 0, 0)
    else:
        event = new_event(world, m, ORDER, day, second)
        event.amount = hand.amount
        event.discount = hand.discount
        event.channel = world.channel_codes[hand.channel]
        add_line(world, category_code(world), hand.amount, hand.discount)
    event.order = hand.order
    return True


def category_code(world: World) -> int:
    """Return the programme's code of the category in hand."""
    return world.category_codes[world.hands[0].category]


def redeemed(world: World, m: int, day: int, outcome: int) -> None:
    """Tokens were offered at the checkout."""
    person = world.persons[m]
    world.hands[0].stage = AT_COUPON
    if outcome == APPLIED or outcome == APPLIED_IN_PART:
        person.redeemed_at = person.next_at
        tally(world, person, day, REDEMPTIONS, 1)


def coupon_used(world: World, m: int, day: int, outcome: int) -> None:
    """A coupon or code was shown at the checkout."""
    person = world.persons[m]
    hand = world.hands[0]
    hand.stage = AT_ORDER
    if outcome == APPLIED:
        hand.discount = min(world.cuts[world.events[0].item], hand.amount)
        tally(world, person, day, COUPONS, 1)
        tally(world, person, day, DISCOUNTS, hand.discount)


def complete(law: Law, book: Book, world: World, m: int, day: int, order: int) -> None:
    """The purchase is made: count it, send it, go on to the next candidate."""
    person = world.persons[m]
    hand = world.hands[0]
    tally(world, person, day, PURCHASES, 1)
    tally(world, person, day, REVENUE, hand.amount)
    person.orders += 1
    person.revenue += hand.amount
    send(law, book, world, m, day, order)
    hand.order = NONE
    hand.stage = NO_STAGE
    move_on(world, m)


def move_on(world: World, m: int) -> None:
    """Leave the present candidate behind."""
    world.persons[m].candidate += 1
    find_candidate(world, m)
