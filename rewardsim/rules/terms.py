"""What the law reads of a programme: flat integers, one set per stretch of effective dates.

A field is a 64-bit integer. Amounts are in minor units of the programme's currency, tokens in
the token's smallest unit, days count from 1970-01-01 in the programme's zone, factors and
shares are in basis points (1/10000). ``NONE`` stands for "no such record", ``NEVER`` for "no
such day".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

NONE = -1
NEVER = 10_000_000
BP = 10_000
REFERRAL_LEVELS_MAX = 3  # referrers one friend can bring rewards to


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
    referral_from: int = NEVER  # first day of referral; NEVER without
    referral_to: int = NEVER  # first day after it
    invitation_required: int = 0  # 1 if a friend who names a referrer must have been invited by him
    referrer_tokens: int = 0  # tokens for the one who invited
    referee_tokens: int = 0  # tokens for the friend
    qualifies_on: int = 0  # codes.BY_ENROLMENT, BY_FIRST_DELIVERY or BY_ANY_DELIVERY
    referral_minimum: int = 0  # least the friend pays for the order that qualifies
    referral_days: int = NONE  # days after acceptance in which the friend must qualify, NONE without end
    referral_delay: int = 1  # days from qualification to posting
    referral_limit: int = NONE  # rewards or tokens of a referrer per period, NONE without limit
    referral_limit_unit: int = 0  # codes.LIMIT_FRIENDS or LIMIT_TOKENS
    referral_period: int = 0  # codes.PERIODS of that limit
    referral_excess: int = 0  # codes.REDUCE or REJECT
    referral_counter: int = 0  # the member's counter
    referral_levels: int = 0  # how far up the chain of referrers rewards go
    level_share_1: int = 0  # share of referrer_tokens, nearest referrer
    level_share_2: int = 0  # his referrer
    level_share_3: int = 0  # and the next
    referral_revoke: int = 0  # 1 if a return of the qualifying order takes the rewards back
    tiers_from: int = NEVER  # first day of tiers; NEVER without
    tiers_to: int = NEVER  # first day after them
    criterion: int = 0  # codes.CRITERIA
    tier_window: int = 0  # codes.TIER_WINDOWS
    tier_months: int = 0  # length of a rolling window
    upgrade: int = 0  # codes.IMMEDIATE or AT_REVIEW
    rate_applies: int = 0  # codes.RATE_BEFORE, RATE_AFTER or RATE_MARGINAL
    review_months: int = NONE  # months between reviews, NONE without reviews
    downgrade: int = 0  # codes.ONE_STEP, REASSESS or NEVER_DOWN
    grace_days: int = 0  # days from a failed review to the downgrade
    requalify: int = 0  # 1 if returns lower what qualifies
    level_first: int = 0  # first row of the tiers
    level_count: int = 0  # number of tiers
    express_counter: int = 0  # the member's counter of express deliveries


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
class Level:
    """One tier: where it begins and what it gives."""

    start: int = 0  # least qualifying amount, tokens or orders; exactly this much qualifies
    factor_bp: int = BP  # multiplier of purchase tokens, at least 10000
    express_orders: int = 0  # express deliveries per calendar month, NONE without limit
    express_cost: int = 0  # what one costs the programme
    early_minutes: int = 0  # head start in sales
    birthday_tokens: int = 0  # tokens on each birthday
    rule: int = 0  # rule code of its entries


@dataclass(slots=True)
class DrawTerms:
    """One lucky draw. Rows stand in order of the day of the draw, then content."""

    opens_day: int = 0  # first day of entry
    closes_day: int = 0  # first day after; entries are frozen then
    draws_day: int = 0  # day of the draw; prizes are posted on the next
    winners: int = 0  # prizes in all
    prize_first: int = 0  # first row of the prizes
    prize_count: int = 0  # number of those rows
    entry: int = 0  # codes.BY_POST, BY_PURCHASE or BY_ENROL
    hashtag: int = 0  # code of the hashtag a post must carry, 0 for any
    tags_min: int = 0  # fewest friends named in a post
    public: int = 0  # 1 if everybody must be able to read the post
    entries_max: int = 1  # entries of one member that count
    rule: int = 0  # rule code of its entries


@dataclass(slots=True)
class Prize:
    """Tokens for the ranks of a draw up to and without ``upto``, from the prize before on."""

    upto: int = 0  # first rank after, the best rank being 0
    tokens: int = 0  # tokens for each


@dataclass(slots=True)
class PoolTerms:
    """What members share: a campaign budget or a stock of codes."""

    size: int = 0  # tokens (budget) or pieces (stock) per period
    period: int = 0  # codes.PERIODS after which it is full again
    excess: int = 0  # codes.REDUCE or REJECT a wish beyond what is left


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
    levels: list[Level]
    draws: list[DrawTerms]
    prizes: list[Prize]
