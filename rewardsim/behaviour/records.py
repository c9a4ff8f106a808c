"""What behaviour knows: who a member is, what he has on the way, and the habits all share.

As in ``rewardsim.rules.records``, one source serves objects and structured arrays: a field is an
integer or, where annotated so, a double. Times are days since 1970-01-01 in the programme's zone;
a double counts parts of a day. Amounts are minor units. ``NONE`` and ``NEVER`` are the law's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rewardsim.rules.records import NEVER, NONE, Event, EventLine

# How a member comes to the shop.
EXISTING, ORGANIC, REFERRED = 0, 1, 2
KINDS = {"existing": EXISTING, "organic": ORGANIC, "referred": REFERRED}


@dataclass(slots=True)
class Person:
    """One person, under his member's index: traits, drawn once, then what he has lived through."""

    low: int = 0  # stream, low 32 bits
    high: int = 0  # stream, high 32 bits
    kind: int = 0  # EXISTING, ORGANIC or REFERRED
    cohort: int = 0  # number of the cohort he is reported under
    arrival: float = 0.0  # moment from which he may buy
    enrol_day: int = NEVER  # day on which he enrols, NEVER if he does not
    enrol_second: int = 0  # second of that day
    birthday: int = NONE  # day of birth, NONE where unknown
    inviter: int = NONE  # index of the member who brought him, NONE without
    generation: int = 0  # 0, or one more than his inviter's
    rate: float = 0.0  # purchases a day without any programme, season apart
    hazard: float = 0.0  # attrition a day without any programme
    lifetime: float = 0.0  # cumulative hazard at which he leaves, exponential with mean 1
    spend: float = 0.0  # size of a basket, in minor units per unit of the basket table
    goal: float = 0.0  # 1 if goals move him, 0 if they do not
    reluctance: float = 0.0  # log-odds of redeeming with nothing to gain
    patience: float = 0.0  # days after which waiting halves a reward
    invites: float = 0.0  # invitations in 30 days
    returns: float = 0.0  # probability that a purchase is returned
    shares: float = 0.0  # probability of sharing on a visit
    posts: float = 0.0  # probability of posting on a visit, while a draw is open
    left_day: int = NEVER  # day on which he left the shop for good, NEVER while he is there
    worn: float = 0.0  # cumulative hazard at moment ``wearing``
    wearing: float = 0.0  # moment of the latest change of hazard
    factor: float = 1.0  # of the hazard, since then
    candidate: int = 0  # number of the next candidate purchase
    next_at: float = 0.0  # its moment
    next_mark: float = 0.0  # its mark, in multiples of his rate: bought if no pull of that strength is missing
    next_size: int = 0  # word of its basket
    visit: int = 0  # number of the next visit
    visit_at: float = 1.0e7  # its moment
    borrowed: float = 0.0  # purchases brought forward and not yet repaid
    redeemed_at: float = -1.0e7  # moment of the latest redemption or exchange
    tier: int = NONE  # tier he last knew he had
    demoted_at: float = -1.0e7  # moment of his latest loss of a tier
    missed_at: float = -1.0e7  # moment at which he last missed a goal
    orders: int = 0  # purchases made
    revenue: int = 0  # their value
    parcel_first: int = NONE  # purchases on the way, earliest first
    invited: int = 0  # friends who accepted an invitation of his
    friend_first: int = NONE  # of these, those his invitation is still to be recorded for
    friend_next: int = NONE  # next of the same inviter


@dataclass(slots=True)
class Hand:
    """The purchase or visit in hand. A shard's people act one after the other, so one row does for all."""

    stage: int = 0  # how far it has come, see ``stages``; 0 between them
    amount: int = 0  # purchase: value
    discount: int = 0  # discount by the coupon used
    category: int = 0  # place of its category in the population
    channel: int = 0  # place of its channel
    returned: int = 0  # 1 if it will be taken back
    order: int = NONE  # its row among the orders, NONE before there is one


@dataclass(slots=True)
class Parcel:
    """A purchase on its way: to be delivered, and perhaps taken back."""

    order: int = NONE  # row of the order, NONE where the programme never saw it
    task: int = 0  # codes.DELIVER or RETURN
    day: int = 0  # when
    second: int = 0  # when
    amount: int = 0  # value before discounts
    category: int = 0  # place of its category
    return_day: int = NEVER  # day it is taken back, NEVER if it is kept
    return_amount: int = 0  # value taken back
    next: int = NONE  # next parcel of the member, or next free row


@dataclass(slots=True)
class Friend:
    """Somebody who accepted an invitation today; he becomes a member at the day's end."""

    inviter: int = 0  # index of the member who invites
    second: int = 0  # second of the day
    ordinal: int = 0  # number of the friend among those of his inviter, from 1
    converts: int = 0  # 1 if he will buy, 0 if he only registers


@dataclass(slots=True)
class Habits:
    """One row: the world's key, and every parameter of ``parameters`` under its name."""

    key_0: int = 0  # key of the world's luck
    key_1: int = 0
    programme: int = 0  # 1 if there is a programme
    first_day: int = 0  # first day of the simulation
    last_day: int = 0  # last day
    cohorts: int = 1  # cohorts in the tally
    tiers: int = 1  # tiers in the tally, below the first included
    season_max: float = 1.0  # largest season factor
    ceiling: float = 4.0  # no multiplier of these habits exceeds it
    pool: int = 0  # people who may yet be brought by invitation
    joined: int = 0  # of these, those who were, up to yesterday
    goal: float = 0.0
    goal_shape: float = 1.0
    goal_reach: float = 2.0
    endowed: float = 0.0
    rewarded: float = 0.0
    rewarded_weeks: float = 4.0
    membership: float = 0.0
    tier_step: float = 0.0
    coupon: float = 0.0
    expiring: float = 0.0
    loss_aversion: float = 2.0
    demoted_weeks: float = 8.0
    incremental: float = 1.0
    repay: float = 0.5
    multiplier_min: float = 0.25
    multiplier_max: float = 4.0
    stay_member: float = 0.0
    stay_tier_step: float = 0.0
    stay_balance: float = 0.0
    stay_referrer: float = 0.0
    leave_demoted: float = 0.0
    leave_missed: float = 0.0
    leave_weeks: float = 8.0
    basket: float = 0.0
    top_up_within: float = 0.0
    top_up: float = 0.0
    redeem_value: float = 0.8
    redeem_expiring: float = 0.7
    redeem_all: float = 1.0
    token_worth: float = 0.8
    exchange_value: float = 0.8
    convert: float = 1.0
    accept: float = -2.0
    accept_reward: float = 0.2
    accept_pool: float = 1.0
    invite_shape: float = 0.5
    invite_once: float = 0.0
    invite_referred: float = 1.0
    friend_margin: float = 0.0
    friend_margin_weeks: float = 26.0


@dataclass(slots=True)
class Seen:
    """One event as the programme saw it, with its outcome; kept where the ledger is."""

    member: int = 0
    ordinal: int = 0  # number within the member
    type: int = 0
    day: int = 0
    second: int = 0
    amount: int = 0
    discount: int = 0
    tokens: int = 0
    order: int = NONE  # number of the order
    item: int = NONE
    counterpart: int = NONE
    birthday: int = NONE
    category: int = 0  # code of its line's category
    channel: int = 0  # code of the channel
    code: int = 0  # outcome
    desired: int = 0
    applied: int = 0


class World(NamedTuple):
    """All tables behaviour reads and writes; ``habits``, ``hands``, ``events`` and ``lines`` have one row."""

    habits: list[Habits]
    persons: list[Person]
    hands: list[Hand]  # scratch: what the shard's person of the moment is about
    wakes: list[int]  # next day on which something happens to each person
    parcels: list[Parcel]
    friends: list[Friend]  # of the day
    counts: list[int]  # COUNT_...: free rows and fill of the tables above
    seasons: list[float]  # season factor by day since first_day
    baskets: list[float]  # quantiles of a basket's size at i / (len - 1)
    category_factors: list[float]  # of a basket's size, by place of its category
    delays: list[int]  # days to delivery, equally likely, shortest first
    returns_after: list[int]  # days from delivery to a return, equally likely
    categories: list[int]  # cumulative 32-bit weights of the categories
    category_codes: list[int]  # their codes in the programme
    channels: list[int]  # cumulative 32-bit weights of the channels
    channel_codes: list[int]  # their codes in the programme
    worths: list[int]  # by row of the law's items: value to a member in minor units
    cuts: list[int]  # by row of the law's items: minor units it takes off the price, 0 for a code
    tally: list[int]  # measures by day, tier and cohort, see ``measures``
    events: list[Event]  # scratch: the event proposed
    lines: list[EventLine]  # scratch: its line
    seen: list[Seen]  # events of the day, where they are kept
    due: list[int]  # scratch: members whose day it is
    outcomes: list[int]  # how many events had each outcome code


# Places in ``counts``.
PARCEL_FREE, PARCEL_SPARE, FRIEND_COUNT, SEEN_COUNT, SEEN_KEPT = 0, 1, 2, 3, 4
COUNTS = 5
