"""What is counted while people live, by day, tier and cohort; integers throughout."""

from __future__ import annotations

from rewardsim.rules.records import NONE

from .records import Person, World

PRESENT, ARRIVED, LEFT, ENROLLED, MEMBERS, PURCHASES, REVENUE, EXTRA, FORGONE = 0, 1, 2, 3, 4, 5, 6, 7, 8
RETURNS, RETURNED, DISCOUNTS, COUPONS, REDEMPTIONS, EXCHANGES = 9, 10, 11, 12, 13, 14
VISITS, INVITATIONS, ACCEPTED, JOINED, SHARES, POSTS = 15, 16, 17, 18, 19, 20
MEASURES = {
    "present": PRESENT,  # change in the number of people who may buy
    "arrived": ARRIVED,
    "left": LEFT,
    "enrolled": ENROLLED,
    "members": MEMBERS,  # change in the number of enrolled people who may buy
    "purchases": PURCHASES,
    "revenue": REVENUE,  # value of purchases before discounts and tokens
    "extra": EXTRA,  # of the purchases, those nobody would have made without the programme's pull
    "forgone": FORGONE,  # purchases left out because an earlier one was brought forward
    "returns": RETURNS,
    "returned": RETURNED,  # value taken back
    "discounts": DISCOUNTS,  # taken off by coupons
    "coupons": COUPONS,  # coupons and codes used
    "redemptions": REDEMPTIONS,  # checkouts at which tokens were spent
    "exchanges": EXCHANGES,
    "visits": VISITS,
    "invitations": INVITATIONS,
    "accepted": ACCEPTED,
    "joined": JOINED,  # members brought by invitation
    "shares": SHARES,
    "posts": POSTS,
}
WIDTH = len(MEASURES)


def tally(world: World, person: Person, day: int, measure: int, amount: int) -> None:
    """Add to a measure of a day, under the person's tier as he last knew it and his cohort."""
    habits = world.habits[0]
    place = (day - habits.first_day) * habits.tiers + person.tier - NONE
    place = (place * habits.cohorts + person.cohort) * WIDTH + measure
    world.tally[place] += amount
