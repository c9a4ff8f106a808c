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

# States of records.
UNKNOWN_MEMBER, ENROLLED, CLOSED = 0, 1, 2
NO_ORDER, PLACED, CANCELLED = 0, 1, 2

# Outcomes, in order of precedence within each class: where several hold, the first is given.
# below 10 applied, 10-49 no effect, 50-59 seen before, 60 and above rejected for ever.
APPLIED, APPLIED_IN_PART, PROPOSED = 0, 1, 2
BEFORE_START, AFTER_END, CHANNEL_EXCLUDED, BELOW_MINIMUM_ORDER, ORDERS_LIMIT = 10, 11, 12, 13, 14
NOTHING_EARNED, LIMIT_REACHED, ALREADY_ENROLLED, ALREADY_DELIVERED, NOT_ENROLLED = 15, 16, 17, 18, 19
RULE_OFF, NOTHING_TO_TAKE = 20, 21
DUPLICATE, CONFLICT = 50, 51
MEMBER_CLOSED, LATE, OUT_OF_BOUNDS, RULE_NOT_APPLIED = 60, 61, 62, 63
UNKNOWN_ORDER, OTHER_MEMBERS_ORDER, ORDER_EXISTS, ORDER_NOT_PLACED, ORDER_CANCELLED = 64, 65, 66, 67, 68
ORDER_DELIVERED, RETURN_TOO_LATE, RETURN_EXCEEDS_ORDER, UNKNOWN_LINE = 69, 70, 71, 72
REDEMPTION_OFF, UNKNOWN_ITEM, ITEM_NOT_OFFERED, ITEM_LIMIT, IN_DEBT = 73, 74, 75, 76, 77
INSUFFICIENT_TOKENS, BELOW_REDEMPTION_MINIMUM, BEYOND_ORDER_SHARE = 78, 79, 80
NO_VALID_COUPON, NOT_TRANSFERABLE, CATEGORY_NOT_ELIGIBLE, OPENING_NOT_FIRST = 81, 82, 83, 84
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
    "rule_not_applied": RULE_NOT_APPLIED,
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

# Rules that stand behind entries. Campaigns and exchange items follow from these two on.
RULE_PURCHASE, RULE_WELCOME, RULE_SHARE, RULE_RELEASE, RULE_REDEMPTION, RULE_EXPIRY = 1, 2, 3, 4, 5, 6
RULE_RETURN, RULE_CANCEL, RULE_ADJUST, RULE_OPENING, RULE_CLOSE = 7, 8, 9, 10, 11
RULE_REFERRAL, RULE_TIER, RULE_DRAW = 12, 13, 14
RULE_CAMPAIGN_BASE, RULE_ITEM_BASE = 1000, 2000
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
    "tiers": RULE_TIER,
    "draws": RULE_DRAW,
}
