"""Purchases on their way: delivered after some days, and some of them taken back later."""

from __future__ import annotations

from rewardsim.rules.codes import DELIVER, RETURN
from rewardsim.rules.privileges import express_left
from rewardsim.rules.records import NEVER, NONE, Book, Law
from rewardsim.rules.stretch import stretch_at

from .measures import RETURNED, RETURNS, tally
from .moments import SECONDS, luck, picked, second_of
from .purposes import PARCEL
from .records import PARCEL_FREE, PARCEL_SPARE, Parcel, World


def send(law: Law, book: Book, world: World, m: int, day: int, order: int) -> None:
    """Send the purchase in hand; an express delivery takes the shortest time there is."""
    person = world.persons[m]
    hand = world.hands[0]
    found = luck(world, person, person.candidate, PARCEL, 0)
    row = world.counts[PARCEL_FREE]
    parcel = world.parcels[row]
    world.counts[PARCEL_FREE] = parcel.next
    world.counts[PARCEL_SPARE] = world.counts[PARCEL_SPARE] - 1
    delay = picked(world.delays, found[0])
    if order != NONE and len(book.standings) > 0:
        if express_left(law, law.terms[stretch_at(law, day)], book, m, day) != 0:
            delay = world.delays[0]
    parcel.order = order
    parcel.task = DELIVER
    parcel.day = day + delay
    earliest = 0
    if delay == 0:
        earliest = second_of(person.next_at, day)
    parcel.second = earliest + ((found[1] * (SECONDS - earliest)) >> 32)
    parcel.amount = hand.amount
    parcel.category = hand.category
    parcel.return_day = NEVER
    parcel.return_amount = 0
    if hand.returned == 1:
        parcel.return_day = parcel.day + picked(world.returns_after, found[2])
        parcel.return_amount = hand.amount
    _queue(world, m, row)


def next_parcel_day(world: World, m: int) -> int:
    """Return the day on which the next parcel needs something, NEVER without."""
    row = world.persons[m].parcel_first
    if row == NONE:
        return NEVER
    return world.parcels[row].day


def parcel_done(book: Book, world: World, m: int, day: int) -> None:
    """Go on with the first parcel: delivered, it waits for its return or is done with."""
    person = world.persons[m]
    row = person.parcel_first
    parcel = world.parcels[row]
    person.parcel_first = parcel.next
    if parcel.task == RETURN:
        tally(world, person, day, RETURNS, 1)
        tally(world, person, day, RETURNED, parcel.return_amount)
    elif parcel.return_day != NEVER:
        parcel.task = RETURN
        parcel.day = parcel.return_day
        _queue(world, m, row)
        return
    if parcel.order != NONE:
        book.orders[parcel.order].final = 1
    parcel.next = world.counts[PARCEL_FREE]
    world.counts[PARCEL_FREE] = row
    world.counts[PARCEL_SPARE] = world.counts[PARCEL_SPARE] + 1


def _queue(world: World, m: int, row: int) -> None:
    """Put a parcel in its place among the member's, after those of the same second."""
    person = world.persons[m]
    parcel = world.parcels[row]
    before = NONE
    at = person.parcel_first
    while at != NONE and _precedes(world.parcels[at], parcel):
        before = at
        at = world.parcels[at].next
    parcel.next = at
    if before == NONE:
        person.parcel_first = row
    else:
        world.parcels[before].next = row


def _precedes(one: Parcel, other: Parcel) -> bool:
    """Tell whether one parcel's next task comes no later than another's."""
    if one.day != other.day:
        return one.day < other.day
    return one.second * 16 + one.task <= other.second * 16 + other.task
