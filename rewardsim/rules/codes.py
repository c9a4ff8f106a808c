"""Every number with a name: event types, choices, outcomes, accounts, reasons, rules.

Plain integers, because a compiled rule compares integers; the dictionaries at the end of each
block give the words a person reads and writes. Numbers are part of the export format: append,
never renumber.
"""

# Event types. The number is also the priority among events of one second.
ENROL, OPENING, ADJUST, INVITE, REDEEM, USE, ORDER = 0, 1, 2, 3, 4, 5, 6
DELIVER, CANCEL, RETURN, EXCHANGE, SHARE, DRAW_ENTRY, CLOSE = 7, 8, 9, 10, 11, 12, 13
EVENT_TYPES = {
    "enrol": ENROL,
    "opening": OPENING,
    "adjust": ADJUST,
    "invite": INVITE,
    "redeem": REDEEM,
    "use": USE,
    "order": ORDER,
    "deliver": DELIVER,
    "cancel": CANCEL,
    "return": RETURN,
    "exchange": EXCHANGE,
    "share": SHARE,
    "draw_entry": DRAW_ENTRY,
    "close": CLOSE,
}

# What the store knows of an event id.
NEW, SAME_PAYLOAD, OTHER_PAYLOAD = 0, 1, 2

# Choices of a programme.
FLOOR, HALF_UP, HALF_EVEN, CEIL = 0, 1, 2, 3
ROUNDINGS = {"floor": FLOOR, "half_up": HALF_UP, "half_even": HALF_EVEN, "ceil": CEIL}
AUTOMATIC, BY_EVENT = 0, 1
ENROLMENTS = {"automatic": AUTOMATIC, "event": BY_EVENT}
POST, REJECT = 0, 1
LATE_POLICIES = {"post": POST, "reject": REJECT}
GROSS, NET_OF_DISCOUNTS, NET_OF_TOKENS = 0, 1, 2
BASES = {"gross": GROSS, "net_of_discounts": NET_OF_DISCOUNTS, "net_of_tokens": NET_OF_TOKENS}
STEP, PRO_RATA = 0, 1
PRORATIONS = {"step": STEP, "pro_rata": PRO_RATA}
AT_ORDER, AT_LINE = 0, 1
ROUND_PLACES = {"order": AT_ORDER, "line": AT_LINE}
PER_DAY, PER_WEEK, PER_MONTH, PER_YEAR, PER_PROGRAMME, PER_ORDER = 0, 1, 2, 3, 4, 5
PERIODS = {
    "day": PER_DAY,
    "week": PER_WEEK,
    "month": PER_MONTH,
    "year": PER_YEAR,
    "programme": PER_PROGRAMME,
    "campaign": PER_PROGRAMME,
    "order": PER_ORDER,
}
ON_PURCHASE, ON_DELIVERY, DAYS_AFTER_PURCHASE, DAYS_AFTER_DELIVERY, ON_DATE = 0, 1, 2, 3, 4
COUNT_ON_ORDER, COUNT_ON_DELIVERY = 0, 1
COUNTED_ON = {"order": COUNT_ON_ORDER, "delivery": COUNT_ON_DELIVERY}
REDUCE = 0  # beside REJECT
EXCESSES = {"reduce": REDUCE, "reject": REJECT}
ADD, MULTIPLY, EXCLUSIVE = 0, 1, 2
STACKINGS = {"add": ADD, "multiply": MULTIPLY, "exclusive": EXCLUSIVE}
EARLIEST_EXPIRY, OLDEST_FIRST = 0, 1
CONSUMPTIONS = {"earliest_expiry_first": EARLIEST_EXPIRY, "oldest_first": OLDEST_FIRST}
EXPIRES_NEVER, CALENDAR, ROLLING, SLIDING = 0, 1, 2, 3
EXPIRIES = {"never": EXPIRES_NEVER, "calendar": CALENDAR, "rolling": ROLLING, "sliding": SLIDING}
FROM_RELEASE, FROM_EARN = 0, 1
COUNTED_FROM = {"release": FROM_RELEASE, "earn": FROM_EARN}
VALUE_SHARE, BY_LINE = 0, 1
CLAWBACKS = {"value_share": VALUE_SHARE, "line": BY_LINE}
TO_DEBT, AVAILABLE_ONLY, PENDING_ONLY = 0, 1, 2
WHEN_SPENT = {"debt": TO_DEBT, "available_only": AVAILABLE_ONLY, "pending_only": PENDING_ONLY}
REVERSE, REISSUE, KEEP_SPENT = 0, 1, 2
SPENT_TOKENS = {"reverse": REVERSE, "reissue": REISSUE, "none": KEEP_SPENT}
AT_CURRENT_RATE = 0  # beside REJECT
UNLINKED = {"current_rate": AT_CURRENT_RATE, "reject": REJECT}
BY_ENROLMENT, BY_FIRST_DELIVERY, BY_ANY_DELIVERY = 0, 1, 2
QUALIFIES_ON = {
    "enrol": BY_ENROLMENT,
    "first_delivered_order": BY_FIRST_DELIVERY,
    "delivered_order": BY_ANY_DELIVERY,
}
LIMIT_FRIENDS, LIMIT_TOKENS = 0, 1  # what a referrer's limit counts
BY_SPEND, BY_TOKENS_EARNED, BY_ORDERS = 0, 1, 2
CRITERIA = {"spend": BY_SPEND, "tokens_earned": BY_TOKENS_EARNED, "orders": BY_ORDERS}
ROLLING_MONTHS, CALENDAR_YEAR, ANNIVERSARY, LIFETIME = 0, 1, 2, 3
TIER_WINDOWS = {
    "rolling_months": ROLLING_MONTHS,
    "calendar_year": CALENDAR_YEAR,
    "anniversary": ANNIVERSARY,
    "lifetime": LIFETIME,
}
IMMEDIATE, AT_REVIEW = 0, 1
UPGRADES = {"immediate": IMMEDIATE, "at_review": AT_REVIEW}
RATE_BEFORE, RATE_AFTER, RATE_MARGINAL = 0, 1, 2
RATES_APPLY = {"before": RATE_BEFORE, "after": RATE_AFTER, "marginal": RATE_MARGINAL}
ONE_STEP, REASSESS, NEVER_DOWN = 0, 1, 2
DOWNGRADES = {"one_step": ONE_STEP, "reassess": REASSESS, "never": NEVER_DOWN}
BY_POST, BY_PURCHASE, BY_ENROL = 0, 1, 2
DRAW_ENTRIES = {"social_post": BY_POST, "purchase": BY_PURCHASE, "enrol": BY_ENROL}

# States of records.
UNKNOWN_MEMBER, ENROLLED, CLOSED = 0, 1, 2
NO_ORDER, PLACED, CANCELLED = 0, 1, 2
NOT_REFERRED, ASKED, LINKED, QUALIFIED, FAILED, REVOKED = 0, 1, 2, 3, 4, 5  # of a referee

# What a request asks for; settled at the day's end.
ASK_BUDGET, ASK_STOCK, ASK_INVITE, ASK_ACCEPT, ASK_QUALIFY, ASK_REVOKE, ASK_PRIZE = 0, 1, 2, 3, 4, 5, 6

# Outcomes, in order of precedence within each class: where several hold, the first is given.
# below 10 applied, 10-49 no effect, 50-59 seen before, 60 and above rejected for ever.
APPLIED, APPLIED_IN_PART, PROPOSED = 0, 1, 2
BEFORE_START, AFTER_END, CHANNEL_EXCLUDED, BELOW_MINIMUM_ORDER, ORDERS_LIMIT = 10, 11, 12, 13, 14
NOTHING_EARNED, LIMIT_REACHED, ALREADY_ENROLLED, ALREADY_DELIVERED, NOT_ENROLLED = 15, 16, 17, 18, 19
RULE_OFF, NOTHING_TO_TAKE = 20, 21
DUPLICATE, CONFLICT = 50, 51
MEMBER_CLOSED, LATE, OUT_OF_BOUNDS = 60, 61, 62  # 63 was a rule not applied yet
UNKNOWN_ORDER, OTHER_MEMBERS_ORDER, ORDER_EXISTS, ORDER_NOT_PLACED, ORDER_CANCELLED = 64, 65, 66, 67, 68
ORDER_DELIVERED, RETURN_TOO_LATE, RETURN_EXCEEDS_ORDER, UNKNOWN_LINE = 69, 70, 71, 72
REDEMPTION_OFF, UNKNOWN_ITEM, ITEM_NOT_OFFERED, ITEM_LIMIT, IN_DEBT = 73, 74, 75, 76, 77
INSUFFICIENT_TOKENS, BELOW_REDEMPTION_MINIMUM, BEYOND_ORDER_SHARE = 78, 79, 80
NO_VALID_COUPON, NOT_TRANSFERABLE, CATEGORY_NOT_ELIGIBLE, OPENING_NOT_FIRST = 81, 82, 83, 84
REFERRAL_NOT_STARTED, REFERRAL_OVER, NO_FRIEND, SELF_REFERRAL = 85, 86, 87, 88
UNKNOWN_DRAW, NOT_BY_POST, DRAW_NOT_OPEN, DRAW_CLOSED = 89, 90, 91, 92
POST_NOT_PUBLIC, WRONG_HASHTAG, TOO_FEW_TAGS = 93, 94, 95
OUTCOMES = {
    "applied": APPLIED,
    "applied_in_part": APPLIED_IN_PART,
    "proposed": PROPOSED,
    "before_start": BEFORE_START,
    "after_end": AFTER_END,
    "channel_excluded": CHANNEL_EXCLUDED,
    "below_minimum_order": BELOW_MINIMUM_ORDER,
    "orders_limit": ORDERS_LIMIT,
    "nothing_earned": NOTHING_EARNED,
    "limit_reached": LIMIT_REACHED,
    "already_enrolled": ALREADY_ENROLLED,
    "already_delivered": ALREADY_DELIVERED,
    "not_enrolled": NOT_ENROLLED,
    "rule_off": RULE_OFF,
    "nothing_to_take": NOTHING_TO_TAKE,
    "duplicate": DUPLICATE,
    "conflict": CONFLICT,
    "member_closed": MEMBER_CLOSED,
    "late": LATE,
    "out_of_bounds": OUT_OF_BOUNDS,
    "unknown_order": UNKNOWN_ORDER,
    "other_members_order": OTHER_MEMBERS_ORDER,
    "order_exists": ORDER_EXISTS,
    "order_not_placed": ORDER_NOT_PLACED,
    "order_cancelled": ORDER_CANCELLED,
    "order_delivered": ORDER_DELIVERED,
    "return_too_late": RETURN_TOO_LATE,
    "return_exceeds_order": RETURN_EXCEEDS_ORDER,
    "unknown_line": UNKNOWN_LINE,
    "redemption_off": REDEMPTION_OFF,
    "unknown_item": UNKNOWN_ITEM,
    "item_not_offered": ITEM_NOT_OFFERED,
    "item_limit": ITEM_LIMIT,
    "in_debt": IN_DEBT,
    "insufficient_tokens": INSUFFICIENT_TOKENS,
    "below_redemption_minimum": BELOW_REDEMPTION_MINIMUM,
    "beyond_order_share": BEYOND_ORDER_SHARE,
    "no_valid_coupon": NO_VALID_COUPON,
    "not_transferable": NOT_TRANSFERABLE,
    "category_not_eligible": CATEGORY_NOT_ELIGIBLE,
    "opening_not_first": OPENING_NOT_FIRST,
    "referral_not_started": REFERRAL_NOT_STARTED,
    "referral_over": REFERRAL_OVER,
    "no_friend": NO_FRIEND,
    "self_referral": SELF_REFERRAL,
    "unknown_draw": UNKNOWN_DRAW,
    "not_by_post": NOT_BY_POST,
    "draw_not_open": DRAW_NOT_OPEN,
    "draw_closed": DRAW_CLOSED,
    "post_not_public": POST_NOT_PUBLIC,
    "wrong_hashtag": WRONG_HASHTAG,
    "too_few_tags": TOO_FEW_TAGS,
}

# What a rule says of an event: it fires, or the first condition that failed.
FIRES, NOT_IN_WINDOW, WRONG_WEEKDAY, WRONG_CHANNEL, NO_ELIGIBLE_LINE = 0, 1, 2, 3, 4
BELOW_CAMPAIGN_MINIMUM, BEATEN_BY_EXCLUSIVE = 5, 6
VERDICTS = {
    "fires": FIRES,
    "not_in_window": NOT_IN_WINDOW,
    "wrong_weekday": WRONG_WEEKDAY,
    "wrong_channel": WRONG_CHANNEL,
    "no_eligible_line": NO_ELIGIBLE_LINE,
    "below_campaign_minimum": BELOW_CAMPAIGN_MINIMUM,
    "beaten_by_exclusive": BEATEN_BY_EXCLUSIVE,
}

# Accounts of the ledger.
ISSUE, PENDING, AVAILABLE, HELD, REDEEMED, EXPIRED, CLAWED, DEBT, ADJUSTED = 0, 1, 2, 3, 4, 5, 6, 7, 8
ACCOUNTS = {
    "ISSUE": ISSUE,
    "PENDING": PENDING,
    "AVAILABLE": AVAILABLE,
    "HELD": HELD,
    "REDEEMED": REDEEMED,
    "EXPIRED": EXPIRED,
    "CLAWED": CLAWED,
    "DEBT": DEBT,
    "ADJUST": ADJUSTED,
}

# Why an entry has the size it has.
AS_COMPUTED, CUT_BY_LIMIT, CUT_BY_BUDGET, ABSORBED_BY_DEBT, BECAME_DEBT, REFUSED_BY_STOCK = 0, 1, 2, 3, 4, 5
VOID_ORDERS_LIMIT, VOID_BEFORE_COUNT, ON_CLOSE, GIVEN_BACK = 6, 7, 8, 9
REASONS = {
    "as_computed": AS_COMPUTED,
    "cut_by_limit": CUT_BY_LIMIT,
    "cut_by_budget": CUT_BY_BUDGET,
    "absorbed_by_debt": ABSORBED_BY_DEBT,
    "became_debt": BECAME_DEBT,
    "refused_by_stock": REFUSED_BY_STOCK,
    "void_orders_limit": VOID_ORDERS_LIMIT,
    "void_before_count": VOID_BEFORE_COUNT,
    "on_close": ON_CLOSE,
    "given_back": GIVEN_BACK,
}

# What the journal notes beside the ledger: facts that move no token.
NOTE_INVITED, NOTE_LINKED, NOTE_REFUSED, NOTE_QUALIFIED, NOTE_REVOKED = 1, 2, 3, 4, 5
NOTE_TIER, NOTE_KEPT, NOTE_GRACE = 10, 11, 12
NOTE_EXPRESS = 20
NOTE_ENTERED, NOTE_WITHDRAWN, NOTE_WON, NOTE_LAPSED = 30, 31, 32, 33
NOTES = {
    "invited": NOTE_INVITED,
    "referral_accepted": NOTE_LINKED,
    "referral_refused": NOTE_REFUSED,
    "referral_qualified": NOTE_QUALIFIED,
    "referral_revoked": NOTE_REVOKED,
    "tier_changed": NOTE_TIER,
    "tier_kept": NOTE_KEPT,
    "tier_in_grace": NOTE_GRACE,
    "express_delivery": NOTE_EXPRESS,
    "draw_entered": NOTE_ENTERED,
    "draw_entry_withdrawn": NOTE_WITHDRAWN,
    "draw_won": NOTE_WON,
    "prize_lapsed": NOTE_LAPSED,
}

# Why a note says what it says; for referrals in order of precedence.
NO_CAUSE = 0
WHY_NOT_STARTED, WHY_OVER, WHY_SELF, WHY_EXISTING_MEMBER, WHY_SECOND_REFERRER, WHY_INVITED_ALREADY = 1, 2, 3, 4, 5, 6
WHY_REFERRER_UNKNOWN, WHY_REFERRER_CLOSED, WHY_NOT_INVITED, WHY_CYCLE, WHY_LAPSED = 7, 8, 9, 10, 11
WHY_ORDER_TOO_SMALL, WHY_REFERRER_LIMIT = 12, 13
WHY_BEGINS, WHY_ROSE, WHY_REVIEW, WHY_GRACE_OVER, WHY_RETURNED = 20, 21, 22, 23, 24
WHY_DEMOTION_OFF = 25
CAUSES = {
    "": NO_CAUSE,
    "not_started": WHY_NOT_STARTED,
    "over": WHY_OVER,
    "self": WHY_SELF,
    "existing_member": WHY_EXISTING_MEMBER,
    "second_referrer": WHY_SECOND_REFERRER,
    "invited_already": WHY_INVITED_ALREADY,
    "referrer_unknown": WHY_REFERRER_UNKNOWN,
    "referrer_closed": WHY_REFERRER_CLOSED,
    "not_invited": WHY_NOT_INVITED,
    "cycle": WHY_CYCLE,
    "lapsed": WHY_LAPSED,
    "order_too_small": WHY_ORDER_TOO_SMALL,
    "referrer_limit": WHY_REFERRER_LIMIT,
    "begins": WHY_BEGINS,
    "threshold_reached": WHY_ROSE,
    "review": WHY_REVIEW,
    "grace_over": WHY_GRACE_OVER,
    "order_returned": WHY_RETURNED,
    "never_downgraded": WHY_DEMOTION_OFF,
}

# Rules that stand behind entries. Campaigns, exchange items, tiers and draws follow from their bases on.
RULE_PURCHASE, RULE_WELCOME, RULE_SHARE, RULE_RELEASE, RULE_REDEMPTION, RULE_EXPIRY = 1, 2, 3, 4, 5, 6
RULE_RETURN, RULE_CANCEL, RULE_ADJUST, RULE_OPENING, RULE_CLOSE = 7, 8, 9, 10, 11
RULE_REFERRAL, RULE_BIRTHDAY = 12, 13
RULE_CAMPAIGN_BASE, RULE_ITEM_BASE, RULE_LEVEL_BASE, RULE_DRAW_BASE = 1000, 2000, 3000, 4000
RULES = {
    "earning.purchase": RULE_PURCHASE,
    "earning.welcome": RULE_WELCOME,
    "earning.share": RULE_SHARE,
    "earning.release": RULE_RELEASE,
    "redemption.checkout": RULE_REDEMPTION,
    "expiry": RULE_EXPIRY,
    "returns": RULE_RETURN,
    "cancellation": RULE_CANCEL,
    "adjustment": RULE_ADJUST,
    "opening": RULE_OPENING,
    "closing": RULE_CLOSE,
    "referral": RULE_REFERRAL,
    "tiers.birthday": RULE_BIRTHDAY,
}
