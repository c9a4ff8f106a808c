"""Coming, leaving, and the candidates in between: the part of a life no programme decides alone."""

from __future__ import annotations

import math

from rewardsim.rules.records import NEVER, NONE, Book, Law, Terms

from .attrition import hazard_factor
from .measures import ARRIVED, LEFT, MEMBERS, PRESENT, tally
from .moments import UNSET, is_member, luck
from .philox import uniform
from .purposes import CANDIDATE
from .records import Person, World

MISSED_AGAIN = 60.0  # days after which another failed review is another miss


def has_arrived(person: Person) -> bool:
    """Tell whether a person has come to the shop."""
    return person.next_at > 0.0


def arrive(world: World, m: int, day: int) -> None:
    """Let a person come: from now on he may buy, and may leave."""
    person = world.persons[m]
    at = max(person.arrival, float(day))
    person.wearing = at
    person.next_at = at
    find_candidate(world, m)
    tally(world, person, day, ARRIVED, 1)
    tally(world, person, day, PRESENT, 1)


def find_candidate(world: World, m: int) -> None:
    """Go on to the next candidate that the strongest pull could make a purchase.

    Candidates come at the highest rate any programme can bring about; their gaps and marks are
    exogenous. Those whose mark no multiplier reaches are passed over here, which changes nobody's luck.
    """
    person = world.persons[m]
    habits = world.habits[0]
    top = habits.season_max * habits.multiplier_max
    pace = person.rate * top
    if pace <= 0.0:
        person.next_at = UNSET
        return
    end = habits.last_day + 1
    candidate, at = person.candidate, person.next_at
    while True:
        found = luck(world, person, candidate, CANDIDATE, 0)
        at -= math.log(uniform(found[0])) / pace
        if at >= end:
            person.next_at = UNSET
            break
        mark = uniform(found[1]) * top
        if mark < world.seasons[int(at) - habits.first_day] * habits.ceiling:
            person.next_at, person.next_mark, person.next_size = at, mark, found[2]
            break
        candidate += 1
    person.candidate = candidate


def leaving_at(person: Person) -> float:
    """Return the moment at which a person leaves if nothing changes until then."""
    pace = person.hazard * person.factor
    if pace <= 0.0:
        return UNSET
    return person.wearing + (person.lifetime - person.worn) / pace


def wear(law: Law, terms: Terms, book: Book, world: World, m: int, at: float) -> None:
    """Let a person's hazard be what it now is. Kept piece by piece, so that no change means no rounding.

    Asked for at enrolment, at every occasion to buy and on every visit: whatever changes it in between
    (a tier lost, a referrer gone) has its effect from the next of these on.
    """
    person = world.persons[m]
    factor = hazard_factor(law, terms, book, world, m, at)
    if factor != person.factor:
        person.worn += person.hazard * person.factor * (at - person.wearing)
        person.wearing = at
        person.factor = factor


def leave(book: Book, world: World, m: int, day: int) -> None:
    """Let a person leave the shop for good; what he has on the way still comes."""
    person = world.persons[m]
    person.left_day = day
    tally(world, person, day, LEFT, 1)
    tally(world, person, day, PRESENT, -1)
    if is_member(book, world, m):
        tally(world, person, day, MEMBERS, -1)


def notice_tier(book: Book, world: World, m: int, day: int) -> None:
    """Let a member see which tier he has, and whether a review was missed."""
    person = world.persons[m]
    standing = book.standings[m]
    if standing.grace_day != NEVER and day - person.missed_at > MISSED_AGAIN:
        person.missed_at = float(day)
    if standing.tier == person.tier:
        return
    _move(world, person, day, -1)
    if person.tier != NONE and standing.tier < person.tier:
        person.demoted_at = float(day)
    person.tier = standing.tier
    _move(world, person, day, 1)


def _move(world: World, person: Person, day: int, count: int) -> None:
    if person.left_day == NEVER:
        tally(world, person, day, PRESENT, count)
        tally(world, person, day, MEMBERS, count)
