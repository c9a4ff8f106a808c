"""A visit to the programme, about once a month: friends invited, tokens exchanged, things shared and posted."""

from __future__ import annotations

from rewardsim.rules.codes import BY_POST, DRAW_ENTRY, EXCHANGE, PROPOSED, SHARE
from rewardsim.rules.records import NEVER, NONE, Book, Law, Terms
from rewardsim.rules.stretch import stretch_at

from .exchanging import item_wish
from .happening import new_event
from .inviting import INVITATIONS_MAX, accepts, invitations
from .measures import ACCEPTED, EXCHANGES, INVITATIONS, POSTS, SHARES, VISITS, tally
from .moments import SECONDS, luck, second_of
from .philox import uniform
from .presence import wear
from .purposes import FRIEND, VISIT
from .records import FRIEND_COUNT, World
from .stages import AT_EXCHANGE, AT_POST, AT_SHARE, NO_STAGE

DAYS_BETWEEN = 30.0


def plan_visit(world: World, m: int) -> None:
    """Set the moment of the next visit: one in every thirty days since enrolment, at any time."""
    person = world.persons[m]
    share = uniform(luck(world, person, person.visit, VISIT, 0)[0])
    enrolled_at = person.enrol_day + person.enrol_second / SECONDS
    person.visit_at = enrolled_at + DAYS_BETWEEN * (person.visit + share)


def begin_visit(law: Law, book: Book, world: World, m: int, day: int) -> None:
    """Come to the programme; invitations are sent at once."""
    person = world.persons[m]
    terms = law.terms[stretch_at(law, day)]
    wear(law, terms, book, world, m, person.visit_at)
    tally(world, person, day, VISITS, 1)
    if terms.referral_from <= day < terms.referral_to and terms.referral_from != NEVER:
        _invite_friends(law, terms, world, m, day)
    world.hands[0].stage = AT_EXCHANGE


def _invite_friends(law: Law, terms: Terms, world: World, m: int, day: int) -> None:
    """Send the visit's invitations; who accepts becomes a member at the day's end.

    A friend's number is that of his invitation, so that he is the same person under every variant.
    """
    person = world.persons[m]
    count = invitations(world, person, person.visit)
    tally(world, person, day, INVITATIONS, count)
    for i in range(count):
        found = luck(world, person, person.visit, FRIEND, i)
        if accepts(law, terms, world, m, found[0]):
            friend = world.friends[world.counts[FRIEND_COUNT]]
            friend.inviter = m
            friend.second = (found[2] * SECONDS) >> 32
            friend.ordinal = person.visit * INVITATIONS_MAX + i + 1
            friend.converts = int(uniform(found[1]) < world.habits[0].convert)
            world.counts[FRIEND_COUNT] = world.counts[FRIEND_COUNT] + 1
            person.invited += 1
            tally(world, person, day, ACCEPTED, 1)


def propose_on_visit(law: Law, book: Book, world: World, m: int, day: int) -> bool:
    """Fill the next event of the visit; False where the present stage has none."""
    person = world.persons[m]
    terms = law.terms[stretch_at(law, day)]
    hand = world.hands[0]
    second = second_of(person.visit_at, day)
    found = luck(world, person, person.visit, VISIT, 0)
    if hand.stage == AT_EXCHANGE:
        item = item_wish(law, terms, book, world, m, day, found[1])
        if item == NONE:
            hand.stage = AT_SHARE
            return False
        new_event(world, m, EXCHANGE, day, second).item = item
        return True
    if hand.stage == AT_SHARE:
        if terms.share_tokens == 0 or uniform(found[2]) >= person.shares:
            hand.stage = AT_POST
            return False
        new_event(world, m, SHARE, day, second)
        return True
    draw = NONE
    if uniform(found[3]) < person.posts:
        draw = open_draw(law, day)
    if draw == NONE:
        end_visit(world, m)
        return False
    event = new_event(world, m, DRAW_ENTRY, day, second)
    event.item = draw
    event.hashtag = law.draws[draw].hashtag
    event.tags = law.draws[draw].tags_min
    event.public = 1
    return True


def open_draw(law: Law, day: int) -> int:
    """Return the draw that takes posts on a day and closes first, NONE without."""
    best = NONE
    for d in range(len(law.draws)):
        draw = law.draws[d]
        if draw.entry == BY_POST and draw.opens_day <= day < draw.closes_day:
            if best == NONE or draw.closes_day < law.draws[best].closes_day:
                best = d
    return best


def exchanged(world: World, m: int, day: int, outcome: int) -> None:
    """Tokens were offered for an item."""
    person = world.persons[m]
    world.hands[0].stage = AT_SHARE
    if outcome <= PROPOSED:
        person.redeemed_at = person.visit_at
        tally(world, person, day, EXCHANGES, 1)


def shared(world: World, m: int, day: int) -> None:
    """Something was shared."""
    world.hands[0].stage = AT_POST
    tally(world, world.persons[m], day, SHARES, 1)


def posted(world: World, m: int, day: int) -> None:
    """Something was posted for a draw."""
    tally(world, world.persons[m], day, POSTS, 1)
    end_visit(world, m)


def end_visit(world: World, m: int) -> None:
    """Leave the programme until the next visit."""
    person = world.persons[m]
    world.hands[0].stage = NO_STAGE
    person.visit += 1
    plan_visit(world, m)
