"""Every record the law reads or writes; each field described once.

A field is a 64-bit integer. Amounts are in minor units of the programme's currency, tokens in
the token's smallest unit, days count from 1970-01-01 in the programme's zone, factors and
shares are in basis points (1/10000). ``NONE`` stands for "no such record", ``NEVER`` for "no
such day". Records are reached by index (``book.members[i]``), so that one source serves a list
of these objects, a numpy structured array, and rows fetched from a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

NONE = -1
NEVER = 10_000_000
BP = 10_000


@dataclass(slots=True)
class Event:
    """One thing that happened to one member. Read-only for the law."""

    type: int = 0  # event type, see codes.EVENT_TYPES; its number is also the priority within a second
    member: int = 0  # index of the member
    day: int = 0  # local calendar day on which it occurred
    second: int = 0  # second within that day
    prior: int = 0  # what is known of this event id: codes.NEW, SAME_PAYLOAD or OTHER_PAYLOAD
    number: int = 0  # global number of the event in its table
    amount: int = 0  # order: total before discounts; return: value returned; redeem: order total
    discount: int = 0  # part of the order's amount not paid, tokens excluded
    tokens: int = 0  # redeem: tokens requested; adjust: signed tokens; opening: tokens
    order: int = NONE  # index of the order, NONE where the order is not known
    channel: int = 0  # code of the channel, 0 where the programme does not name it
    item: int = NONE  # index of the exchange item at the event's day, NONE where unknown
    counterpart: int = NONE  # index of the other member, NONE where there is none
    expiry_day: int = NONE  # opening: the day the tokens expire, NONE where the policy decides
    line_first: int = 0  # index of the event's first line
    line_count: int = 0  # number of its lines; at least 1 for order, return and use


@dataclass(slots=True)
class EventLine:
    """One line of an order, return or use. The last three fields are the law's scratch paper."""

    number: int = 0  # line number within the order
    category: int = 0  # code of the category, 0 where the programme does not name it
    amount: int = 0  # line value before discounts; return: value returned of this line
    discount: int = 0  # part of the line's amount not paid
    basis: int = 0  # scratch: what the line earns on
    weight: int = 0  # scratch: the line's weight in an apportionment
    share: int = 0  # scratch: what an apportionment gave the line


@dataclass(slots=True)
class Terms:
    """The programme as flat integers for the days [from_day, to_day)."""

    from_day: int = 0  # first day of this stretch
    to_day: int = NEVER  # first day after it
    starts_day: int = 0  # first day of the programme
    ends_day: int = NEVER  # first day after the programme, NEVER if open
    enrolment: int = 0  # codes.AUTOMATIC (first event enrols) or codes.BY_EVENT
    late: int = 0  # codes.POST or codes.REJECT events that arrive after later ones
    amount_max: int = 0  # largest amount an event may carry
    tokens_max: int = 0  # largest number of tokens an event may carry
    counter_width: int = 0  # counters per member
    category_width: int = 0  # categories known to the programme, the unnamed one (0) included
    channel_width: int = 0  # channels known to the programme, the unnamed one (0) included
    earn_on: int = 0  # 1 if purchases earn
    basis: int = 0  # codes.GROSS, NET_OF_DISCOUNTS or NET_OF_TOKENS
    band_first: int = 0  # first row of the rate's bands
    band_count: int = 0  # number of bands; one band without an upper end is a plain rate
    proration: int = 0  # codes.STEP or PRO_RATA
    rounding: int = 0  # rounding of every award: codes.FLOOR, HALF_UP, HALF_EVEN or CEIL
    round_at: int = 0  # codes.AT_ORDER or AT_LINE
    minimum_order: int = 0  # smallest earning basis of an order that earns
    channel_set: int = 0  # row of channel_sets: channels that earn
    category_set: int = 0  # row of category_sets: categories that earn
    factor_row: int = 0  # row of category_factors: multiplier of each category in basis points
    counts_from_day: int = NEVER  # orders placed before the programme earn if delivered since then; NEVER if none do
    release_kind: int = 0  # codes.ON_PURCHASE, ON_DELIVERY, DAYS_AFTER_PURCHASE, DAYS_AFTER_DELIVERY or ON_DATE
    release_days: int = 0  # days of delay
    release_day: int = 0  # day of release for ON_DATE
    orders_max: int = 0  # orders that may earn per period, NONE without limit
    orders_period: int = 0  # codes.PERIODS of orders_max
    orders_counted_on: int = 0  # codes.COUNT_ON_ORDER or COUNT_ON_DELIVERY
    limit_first: int = 0  # first row of the limits on purchase tokens
    limit_count: int = 0  # number of those limits
    welcome_tokens: int = 0  # tokens for enrolling
    share_tokens: int = 0  # tokens for a share
    share_limit: int = 0  # shares rewarded per period, NONE without limit
    share_period: int = 0  # codes.PERIODS of share_limit
    redeem_on: int = 0  # 1 if tokens may be redeemed at checkout
    redeem_value_num: int = 0  # tokens * num // den = minor units
    redeem_value_den: int = 0  # see redeem_value_num
    redeem_min: int = 0  # fewest tokens in one redemption
    redeem_step: int = 0  # tokens are redeemed in whole multiples of this
    redeem_share_bp: int = 0  # largest share of the order paid with tokens
    redeem_excess: int = 0  # codes.REDUCE or REJECT a request beyond what is allowed
    consumption: int = 0  # codes.EARLIEST_EXPIRY or OLDEST_FIRST
    expiry_kind: int = 0  # codes.EXPIRES_NEVER, CALENDAR, ROLLING or SLIDING
    expiry_month: int = 0  # calendar: month of the last usable day
    expiry_dom: int = 0  # calendar: day of month of the last usable day
    expiry_years: int = 0  # calendar: years after the year counted from
    expiry_days: int = 0  # rolling, sliding: days
    expiry_months: int = 0  # rolling, sliding: calendar months (used when days is 0)
    expiry_from: int = 0  # codes.FROM_RELEASE or FROM_EARN
    clawback: int = 0  # codes.VALUE_SHARE or BY_LINE
    claw_rounding: int = 0  # rounding of a claw-back
    when_spent: int = 0  # codes.TO_DEBT, AVAILABLE_ONLY or PENDING_ONLY
    debt_limit: int = 0  # largest debt of a member, NONE without limit
    spent_tokens: int = 0  # codes.REVERSE, REISSUE or KEEP_SPENT: tokens spent on a returned order
    window_days: int = 0  # days in which a return is taken, from delivery or else purchase; NONE without limit
    unlinked: int = 0  # codes.REJECT or AT_CURRENT_RATE: a return without a known order


@dataclass(slots=True)
class Band:
    """One stretch of order value with its rate. A purchase across several bands is split."""

    upper: int = 0  # order value in minor units at which the band ends, NONE for the last
    tokens: int = 0  # tokens per step
    per: int = 0  # step in minor units
    common: int = 0  # tokens * (common denominator // per): exact pro-rata numerator
    denominator: int = 0  # the common denominator of all bands


@dataclass(slots=True)
class Limit:
    """A cap on purchase tokens per member and period."""

    tokens: int = 0  # cap
    period: int = 0  # codes.PERIODS; PER_ORDER is a cap on one award
    excess: int = 0  # codes.REDUCE or REJECT
    counter: int = 0  # the member's counter that keeps the use


@dataclass(slots=True)
class Campaign:
    """Extra tokens on orders in a window. Rows stand in canonical order: priority, then content."""

    from_day: int = 0  # first day
    to_day: int = NEVER  # first day after
    weekdays: int = 0  # bit 0 Monday .. bit 6 Sunday
    category_set: int = 0  # row of category_sets
    channel_set: int = 0  # row of channel_sets
    minimum_order: int = 0  # smallest earning basis of its lines together
    factor_bp: int = 0  # multiplier; 10000 leaves the award as it is
    bonus_tokens: int = 0  # fixed tokens per order
    stacking: int = 0  # codes.ADD, MULTIPLY or EXCLUSIVE
    priority: int = 0  # the highest exclusive campaign wins
    limit_tokens: int = 0  # cap per member and period, NONE without
    limit_period: int = 0  # codes.PERIODS
    limit_excess: int = 0  # codes.REDUCE or REJECT
    limit_counter: int = 0  # the member's counter
    pool: int = 0  # index of the shared budget, NONE without
    rule: int = 0  # rule code of its entries


@dataclass(slots=True)
class Item:
    """Something tokens are exchanged for: a coupon or a code."""

    from_day: int = 0  # first day it is offered
    to_day: int = NEVER  # first day after
    tokens: int = 0  # price
    valid_days: int = 0  # days a granted coupon stays valid, NONE without end
    category_set: int = 0  # row of category_sets it may be used on
    transferable: int = 0  # 1 if somebody else may use it
    per_member_max: int = 0  # grants per member and period, NONE without limit
    per_member_period: int = 0  # codes.PERIODS
    counter: int = 0  # the member's counter
    pool: int = 0  # index of the shared stock, NONE without
    kind: int = 0  # number shared by all rows of one item id; a coupon is used under it
    rule: int = 0  # rule code of its entries


@dataclass(slots=True)
class PoolTerms:
    """What members share: a campaign budget or a stock of codes."""

    size: int = 0  # tokens (budget) or pieces (stock) per period
    period: int = 0  # codes.PERIODS after which it is full again
    excess: int = 0  # codes.REDUCE or REJECT a wish beyond what is left


@dataclass(slots=True)
class Head:
    """The book's own counters: the day, the next free rows, and the last event's two figures."""

    day: int = -NEVER  # latest day seen; -NEVER before the first event
    cause: int = NONE  # number of the event whose entries are being written
    ordinal: int = 0  # its number within its member
    entry_count: int = 0  # entries written since the last flush
    entry_mark: int = 0  # entries written when the effect of the event began
    request_count: int = 0  # requests waiting for settlement
    settled_count: int = 0  # of these, already settled
    lot_free: int = NONE  # first free lot
    lot_spare: int = 0  # free lots left
    order_free: int = NONE  # first free order
    order_spare: int = 0  # free orders left
    line_free: int = NONE  # first free order line
    line_spare: int = 0  # free order lines left
    piece_free: int = NONE  # first free piece
    piece_spare: int = 0  # free pieces left
    holding_free: int = NONE  # first free holding
    holding_spare: int = 0  # free holdings left
    desired: int = 0  # tokens the event would have moved without caps, stock or balance
    applied: int = 0  # tokens it moved
    proposed: int = 0  # tokens or pieces it asked of a pool


@dataclass(slots=True)
class Member:
    """One account. Lots and unreleased orders hang on it as linked lists."""

    status: int = 0  # codes.UNKNOWN_MEMBER, ENROLLED or CLOSED
    enrolled_day: int = NEVER  # day of enrolment
    clock_day: int = -NEVER  # latest day posted
    events: int = 0  # events seen, whatever their outcome; numbers the member's entries
    active: int = 0  # 1 once anything but enrolment and opening balances was applied
    welcomed: int = 0  # 1 once the welcome reward was decided
    pending: int = 0  # tokens awarded, not yet spendable
    available: int = 0  # tokens that may be spent
    held: int = 0  # tokens set aside for an exchange not yet settled
    debt: int = 0  # tokens owed after a claw-back
    shortfall: int = 0  # tokens that could not be clawed back, ever
    lot_first: int = NONE  # first lot in order of expiry, NONE without
    lot_last: int = NONE  # last lot
    lot_count: int = 0  # open lots
    sliding_count: int = 0  # of these, lots whose expiry slides
    lots_made: int = 0  # lots ever opened; the next lot's serial
    order_first: int = NONE  # first order with pending tokens
    order_last: int = NONE  # last of these
    release_day: int = NEVER  # earliest release day among them
    order_count: int = 0  # orders with pending tokens
    holding_first: int = NONE  # first coupon or code held


@dataclass(slots=True)
class Lot:
    """Available tokens of one expiry. Grants of equal expiry share a lot."""

    serial: int = 0  # number of the lot within its member, never reused
    tokens: int = 0  # what remains
    expiry_day: int = 0  # first day on which they can no longer be spent
    slide: int = 0  # 0 fixed; n > 0 slides n days, n < 0 slides -n months after each activity
    next: int = NONE  # next lot of the member, or next free row


@dataclass(slots=True)
class Order:
    """A purchase as it was awarded. Returns refer to it, never to today's rules."""

    number: int = NONE  # number of the order in the event table; the ledger names it so
    member: int = NONE  # index of the member, NONE on a fresh row
    status: int = 0  # codes.NO_ORDER, PLACED or CANCELLED
    day: int = 0  # day of purchase
    placed_by: int = NONE  # number within the member of the event that placed it, NONE once void
    counted_day: int = NEVER  # day it was counted among the rewarded orders, NEVER if it was not
    delivered_day: int = NEVER  # day of delivery, NEVER before
    amount: int = 0  # value before discounts
    returned: int = 0  # value returned so far
    terms: int = NONE  # row of the terms it was awarded under
    earned: int = 0  # tokens awarded, voided ones excluded
    pending: int = 0  # of these, not yet released
    clawed: int = 0  # tokens claimed back so far, shortfall included
    release_day: int = NEVER  # day the pending tokens are released, NEVER while unknown
    released: int = 0  # 1 once released: later awards on it go straight to available
    lot: int = NONE  # serial of the lot its tokens were released into, NONE before
    spent: int = 0  # tokens redeemed on it
    spent_value: int = 0  # their value in minor units
    given_back: int = 0  # of the tokens spent, given back on returns
    piece_first: int = NONE  # lots those tokens came from, last taken first
    line_first: int = NONE  # lines on record (clawback by line), NONE without
    requests: int = 0  # open requests that name it
    asked: int = 0  # of these, made by its present placing
    final: int = 0  # engine: 1 once no later event of the table names it
    next: int = NONE  # next order of the member with pending tokens, or next free row
    previous: int = NONE  # the order of the member with pending tokens before it


@dataclass(slots=True)
class OrderLine:
    """A line of an order on record, kept where claw-back goes by line."""

    number: int = 0  # line number
    category: int = 0  # category code
    amount: int = 0  # value before discounts
    returned: int = 0  # value returned so far
    earned: int = 0  # tokens awarded on it
    next: int = NONE  # next line of the order, or next free row


@dataclass(slots=True)
class Piece:
    """Tokens taken from one lot by a redemption or a hold, to be put back there if undone."""

    tokens: int = 0  # tokens taken and not yet put back
    serial: int = 0  # serial of the lot
    expiry_day: int = 0  # its expiry day
    slide: int = 0  # its slide
    next: int = NONE  # next piece, or next free row


@dataclass(slots=True)
class Holding:
    """A coupon or code in a member's hands."""

    kind: int = 0  # kind of the item
    item: int = 0  # row of the item it was granted under
    expiry_day: int = 0  # first day on which it can no longer be used
    next: int = NONE  # next holding of the member, or next free row


@dataclass(slots=True)
class Counter:
    """Use of a limit by one member in one period."""

    period: int = -NEVER  # number of the period counted
    used: int = 0  # tokens or pieces used in it


@dataclass(slots=True)
class Pool:
    """Use of a shared budget or stock in one period."""

    period: int = -NEVER  # number of the period counted
    used: int = 0  # tokens or pieces granted in it


@dataclass(slots=True)
class Request:
    """A wish for something shared, proposed during the day and settled at its end."""

    day: int = 0  # day proposed
    second: int = 0  # second within that day
    type: int = 0  # type of the event that proposed it
    number: int = 0  # number of that event; with day, second and type the order of settlement
    member: int = 0  # index of the member
    ordinal: int = 0  # the event's number within its member
    pool: int = NONE  # index of the pool
    order: int = NONE  # campaign: the order; NONE for an exchange
    campaign: int = NONE  # index of the campaign, NONE for an exchange
    item: int = NONE  # row of the item, NONE for a campaign
    wanted: int = 0  # tokens (campaign) or 1 (exchange)
    piece_first: int = NONE  # exchange: the lots the held tokens came from


@dataclass(slots=True)
class Entry:
    """One line of the ledger: tokens > 0 moved from one account to another. Immutable."""

    event: int = NONE  # global number of the event that caused it, NONE where time did
    ordinal: int = NONE  # that event's number within its member, NONE where time did
    member: int = 0  # index of the member
    day: int = 0  # day on which it takes effect
    source: int = 0  # account the tokens leave, codes.ACCOUNTS
    target: int = 0  # account they enter
    tokens: int = 0  # how many, always > 0
    lot: int = NONE  # serial of the lot on the available side, NONE without
    expiry_day: int = NONE  # expiry day of that lot, NONE without
    rule: int = 0  # code of the rule behind it
    reason: int = 0  # codes.REASONS
    order: int = NONE  # number of the order, NONE without


class Law(NamedTuple):
    """All read-only tables of a programme, in the order the rules name them."""

    terms: list[Terms]
    bands: list[Band]
    limits: list[Limit]
    campaigns: list[Campaign]
    items: list[Item]
    pools: list[PoolTerms]
    channel_sets: list[int]
    category_sets: list[int]
    category_factors: list[int]


class Book(NamedTuple):
    """All tables the rules write. ``head`` has one row."""

    head: list[Head]
    members: list[Member]
    lots: list[Lot]
    orders: list[Order]
    lines: list[OrderLine]
    pieces: list[Piece]
    holdings: list[Holding]
    counters: list[Counter]
    pools: list[Pool]
    requests: list[Request]
    entries: list[Entry]
