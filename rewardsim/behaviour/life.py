"""What a day brings a member: proposed to the law event by event, in the order of its seconds.

``propose`` fills the next event and changes nothing that proposing it again would not find as it
was; ``react`` takes in what the law made of it. What the programme does not see simply happens.
"""

from __future__ import annotations

from rewardsim.rules.codes import DELIVER, DRAW_ENTRY, ENROL, EXCHANGE, INVITE, ORDER, REDEEM, RETURN, SHARE, USE
from rewardsim.rules.records import NEVER, NONE, Book, Law
from rewardsim.rules.stretch import stretch_at

from .buying import complete, consider, coupon_used, propose_purchase, redeemed
from .happening import add_line, new_event
from .measures import ENROLLED, JOINED, MEMBERS, tally
from .moments import SECONDS, UNSET, is_member, second_of
from .parcels import next_parcel_day, parcel_done
from .presence import arrive, has_arrived, leave, leaving_at, wear
from .records import REFERRED, World
from .stages import AT_ORDER, NO_STAGE
from .visiting import begin_visit, exchanged, plan_visit, posted, propose_on_visit, shared

NOTHING, LEAVING, JOINING, INVITING, PARCEL, BUYING, VISITING = 0, 1, 2, 3, 4, 5, 6
OVER, EVENT, AGAIN = 0, 1, 2
KEYS = 16  # types of event within a second
END = 86_400 * KEYS


def propose(law: Law, book: Book, world: World, m: int, day: int) -> int:
    """Fill the next event of a member's day: EVENT; OVER when the day holds none any more.

    AGAIN when something happened that is no event by itself but took rows, so that more may be needed.
    """
    person = world.persons[m]
    hand = world.hands[0]
    if not has_arrived(person) and person.arrival < day + 1:
        arrive(world, m, day)
    while True:
        if hand.stage == NO_STAGE:
            task = next_task(book, world, m, day)
            if task == NOTHING:
                world.wakes[m] = next_wake(book, world, m, day)
                return OVER
            if take_up(law, book, world, m, day, task):
                return EVENT
            if task == BUYING or task == VISITING:
                return AGAIN
        elif hand.stage <= AT_ORDER:
            if propose_purchase(law, book, world, m, day):
                return EVENT
        elif propose_on_visit(law, book, world, m, day):
            return EVENT


def next_task(book: Book, world: World, m: int, day: int) -> int:
    """Return what comes first of what the rest of the day holds; by second, then type of event."""
    person = world.persons[m]
    task = NOTHING
    first = END
    if person.left_day == NEVER and has_arrived(person):
        at = leaving_at(person)
        if at < day + 1:
            first = second_of(at, day) * KEYS + KEYS - 1
            task = LEAVING
        if _joins(world, m) and person.enrol_day == day and person.enrol_second * KEYS + ENROL < first:
            first = person.enrol_second * KEYS + ENROL
            task = JOINING
        if person.next_at < day + 1 and second_of(person.next_at, day) * KEYS + REDEEM < first:
            first = second_of(person.next_at, day) * KEYS + REDEEM
            task = BUYING
        if person.visit_at < day + 1 and second_of(person.visit_at, day) * KEYS + EXCHANGE < first:
            first = second_of(person.visit_at, day) * KEYS + EXCHANGE
            task = VISITING
    if person.friend_first != NONE and first > INVITE:
        first = INVITE
        task = INVITING
    if next_parcel_day(world, m) <= day:
        parcel = world.parcels[person.parcel_first]
        if parcel.second * KEYS + parcel.task < first:
            task = PARCEL
    return task


def _joins(world: World, m: int) -> bool:
    """Tell whether a person is yet to enrol."""
    return world.habits[0].programme == 1 and world.persons[m].visit_at >= UNSET


def take_up(law: Law, book: Book, world: World, m: int, day: int, task: int) -> bool:
    """Begin a task; True where it is an event by itself."""
    person = world.persons[m]
    if task == LEAVING:
        leave(book, world, m, day)
        return False
    if task == BUYING:
        consider(law, book, world, m, day)
        return False
    if task == VISITING:
        begin_visit(law, book, world, m, day)
        return False
    if task == PARCEL:
        return _parcel_event(book, world, m, day)
    if task == INVITING:
        new_event(world, m, INVITE, day, 0).counterpart = person.friend_first
        return True
    event = new_event(world, m, ENROL, day, person.enrol_second)
    event.birthday = person.birthday
    event.counterpart = person.inviter
    return True


def _parcel_event(book: Book, world: World, m: int, day: int) -> bool:
    """Fill the event of the first parcel; one the programme never saw just arrives."""
    parcel = world.parcels[world.persons[m].parcel_first]
    if parcel.order == NONE:
        parcel_done(book, world, m, day)
        return False
    event = new_event(world, m, parcel.task, day, parcel.second)
    event.order = parcel.order
    if parcel.task == RETURN:
        event.amount = parcel.return_amount
        add_line(world, world.category_codes[parcel.category], parcel.return_amount, 0)
    return True


def react(law: Law, book: Book, world: World, m: int, day: int, outcome: int) -> None:
    """Take in what the law made of the event proposed last."""
    kind = world.events[0].type
    if kind == ORDER:
        complete(law, book, world, m, day, world.hands[0].order)
    elif kind == DELIVER or kind == RETURN:
        parcel_done(book, world, m, day)
    elif kind == REDEEM:
        redeemed(world, m, day, outcome)
    elif kind == USE:
        coupon_used(world, m, day, outcome)
    elif kind == EXCHANGE:
        exchanged(world, m, day, outcome)
    elif kind == SHARE:
        shared(world, m, day)
    elif kind == DRAW_ENTRY:
        posted(world, m, day)
    elif kind == INVITE:
        person = world.persons[m]
        person.friend_first = world.persons[person.friend_first].friend_next
    else:
        _enrolled(law, book, world, m, day)


def _enrolled(law: Law, book: Book, world: World, m: int, day: int) -> None:
    person = world.persons[m]
    if is_member(book, world, m):
        wear(law, law.terms[stretch_at(law, day)], book, world, m, day + person.enrol_second / SECONDS)
    plan_visit(world, m)
    tally(world, person, day, ENROLLED, 1)
    tally(world, person, day, MEMBERS, 1)
    if person.kind == REFERRED:
        tally(world, person, day, JOINED, 1)


def next_wake(book: Book, world: World, m: int, day: int) -> int:
    """Return the next day on which something happens to a person, NEVER if nothing does."""
    person = world.persons[m]
    wake = next_parcel_day(world, m)
    if not has_arrived(person):
        return min(wake, int(person.arrival))
    if person.left_day == NEVER:
        wake = min(wake, int(leaving_at(person)), int(person.next_at))
        wake = min(wake, int(person.visit_at))
        if _joins(world, m) and person.enrol_day > day:
            wake = min(wake, person.enrol_day)
    return wake
