"""How far a member is with what he is doing: the events of one purchase, or of one visit, in their order."""

NO_STAGE = 0
AT_TOKENS, AT_COUPON, AT_ORDER = 1, 2, 3
AT_EXCHANGE, AT_SHARE, AT_POST = 4, 5, 6
