"""The sections campaigns, redemption, exchange, expiry and returns."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from rewardsim.programme.units import (
    EVERY_DAY,
    Amount,
    AmountAboveZero,
    Count,
    Day,
    Days,
    Delay,
    Excess,
    FactorFromOne,
    Identifier,
    MonthDay,
    Months,
    Names,
    Period,
    Rounding,
    Row,
    Share,
    Table,
    Tokens,
    TokensAboveZero,
    UnitValue,
    Weekdays,
    fault,
)
from rewardsim.rules.records import BP


def check_window(row: Any) -> Any:
    """``ends`` is the first day after the window, so it lies behind ``starts``."""
    if row.starts is not None and row.ends is not None and row.ends <= row.starts:
        raise fault(
            "date-order",
            "a day after `starts` (`ends` is the first day after)",
            "correct a date",
            at=("ends",),
        )
    return row


# ---------------------------------------------------------------- campaigns


class CampaignLimit(Table):
    """A cap on one campaign's tokens per member."""

    tokens: TokensAboveZero
    """The cap."""
    period: Literal["order", "day", "week", "month", "year", "programme", "campaign"] = "campaign"
    """Calendar period; `campaign` is the campaign's whole time."""
    when_exceeded: Excess = "reduce"
    """`reduce` gives what is left, `reject` gives nothing."""


class Budget(Table):
    """What a campaign may give to all members together; settled at the end of each day."""

    tokens: TokensAboveZero
    """Tokens in each period."""
    period: Literal["day", "week", "month", "year", "programme", "campaign"] = "campaign"
    """Calendar period after which the budget is full again."""
    when_exceeded: Excess = "reduce"
    """`reduce` gives what is left, `reject` gives nothing."""


class Campaign(Row):
    """Extra tokens on orders in a window of time."""

    id: Identifier
    """Name of the campaign; rows of one id must not overlap in time."""
    phase: str | None = None
    """Phase in which it runs."""
    starts: Day | None = None
    """First day."""
    ends: Day | None = None
    """First day after."""
    weekdays: Weekdays = EVERY_DAY
    """Days of the week, `mon` to `sun`; all if empty."""
    categories: Names = []
    """Categories it rewards; all if empty."""
    channels: Names = []
    """Channels it rewards; all if empty."""
    minimum_order: Amount = 0
    """Smallest basis of the order lines it rewards, together."""
    multiplier: FactorFromOne = BP
    """Factor of the award; "1.5" gives half as much again."""
    tokens: Tokens = 0
    """Fixed tokens for each order."""
    stacking: Literal["add", "multiply", "exclusive"] = "add"
    """How it combines with others; of exclusive ones the highest priority wins."""
    priority: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] = 0
    """Larger goes first."""
    limit_per_member: CampaignLimit | None = None
    """Cap per member."""
    budget: Budget | None = None
    """Cap for all members together."""

    @model_validator(mode="after")
    def useful(self) -> Campaign:
        """A window in order, and something to give."""
        if self.multiplier == BP and not self.tokens:
            raise fault(
                "missing",
                '`multiplier` above "1" or `tokens` above 0',
                "say what the campaign gives",
                found="a campaign that gives nothing",
            )
        return check_window(self)  # type: ignore[no-any-return]


# ---------------------------------------------------------------- spending


class Checkout(Table):
    """Paying a part of an order with tokens."""

    phase: str | None = None
    """Phase in which it is possible."""
    enabled: bool = True
    """Whether tokens are taken at checkout."""
    value_per_token: UnitValue
    """What one token is worth; may be finer than the currency's minor unit."""
    tokens_min: Tokens = 0
    """Fewest tokens in one redemption."""
    tokens_step: TokensAboveZero | None = None
    """Tokens are taken in whole multiples of this; the smallest token unit if left out."""
    share_of_order_max: Share = BP
    """Largest share of an order paid with tokens."""
    when_exceeded: Excess = "reduce"
    """What happens to a request for more: `reduce` takes what is possible, `reject` nothing."""
    consumption: Literal["earliest_expiry_first", "oldest_first"] = "earliest_expiry_first"
    """Which tokens are spent first, here and in exchanges."""


class Redemption(Table):
    """How tokens become money off."""

    checkout: Checkout | None = None
    """Paying a part of an order with tokens."""


class Stock(Table):
    """Pieces shared by all members; given out in order of request at the end of each day."""

    count: Count
    """Pieces in each period."""
    replenish: Literal["never", "day", "week", "month", "year"] = "never"
    """Calendar period after which the stock is full again."""


def member_max_parts(value: Any) -> Any:
    """A bare number is a limit for the whole programme."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"count": value, "period": "programme"}
    if isinstance(value, dict):
        return value
    raise fault("wrong-type", 'a number, or { count = 1, period = "month" }', "write one of the two")


class MemberMax(Table):
    """How many pieces one member may get."""

    count: Count
    """Pieces in each period."""
    period: Period = "programme"
    """Calendar period in the programme's time zone."""


MemberMaxValue = Annotated[
    MemberMax, BeforeValidator(member_max_parts, json_schema_input_type=int | MemberMax)
]


class Exchange(Row):
    """Something tokens are exchanged for."""

    id: Identifier
    """Name of the item; rows of one id must not overlap in time."""
    phase: str | None = None
    """Phase in which it is offered."""
    starts: Day | None = None
    """First day it is offered."""
    ends: Day | None = None
    """First day after."""
    kind: Literal["coupon", "code"]
    """A coupon is money off; a code is access to a purchase."""
    tokens: TokensAboveZero
    """Price."""
    value: AmountAboveZero | None = None
    """What a coupon is worth; codes have no value."""
    categories: Names = []
    """Categories it may be used on; all if empty."""
    valid_days: Days | None = None
    """Days it stays valid; without end if left out."""
    stock: Stock | None = None
    """Pieces shared by all members; unlimited if left out."""
    per_member_max: MemberMaxValue | None = None
    """Pieces per member."""
    transferable: bool = False
    """Whether somebody else may use it."""
    reversible: bool = False
    """Giving an item back for its tokens is not possible; must be false."""

    @model_validator(mode="after")
    def known_kind(self) -> Exchange:
        """A coupon has a value, a code has none; neither can be given back."""
        if self.reversible:
            raise fault(
                "not-applied",
                "false",
                "remove the key: giving items back is not a rule yet",
                at=("reversible",),
                found="true",
            )
        if (self.kind == "coupon") != (self.value is not None):
            raise fault(
                "inconsistent",
                "`value` for a coupon, none for a code",
                "add or remove `value`",
                found=f"a {self.kind} with{'' if self.value else 'out'} `value`",
            )
        return check_window(self)  # type: ignore[no-any-return]


# ---------------------------------------------------------------- expiry and returns


class Expiry(Table):
    """When tokens are lost."""

    policy: Literal["calendar", "rolling", "sliding", "never"]
    """On a day of the year, some time after they were counted, after inactivity, or never."""
    at: MonthDay | None = None
    """calendar: last usable day of the year, month and day."""
    years_after: Annotated[int, Field(ge=0, le=100)] | None = None
    """calendar: years after the year counted from."""
    days: Days | None = None
    """rolling, sliding: days."""
    months: Months | None = None
    """rolling, sliding: calendar months, instead of days."""
    counted_from: Literal["release", "earn"] = "release"
    """Whether time runs from release or from purchase."""

    @model_validator(mode="after")
    def fitting(self) -> Expiry:
        """The keys of the chosen policy, and no others."""
        keys = {key for key in ("at", "years_after", "days", "months") if getattr(self, key) is not None}
        wanted = {"calendar": [{"at", "years_after"}], "never": [set()]}.get(
            self.policy, [{"days"}, {"months"}]
        )
        if keys not in wanted:
            allowed = {"calendar": "`at` and `years_after`", "never": "no other keys"}
            raise fault(
                "inconsistent",
                f"for {self.policy}: {allowed.get(self.policy, '`days` or `months`')}",
                "add what is missing and remove the rest",
                found=f"{self.policy} with {', '.join(sorted(keys)) or 'nothing'}",
            )
        return self


class Returns(Table):
    """What happens to tokens when goods come back."""

    clawback: Literal["value_share", "line"] = "value_share"
    """Tokens taken back by share of the order's value, or by the lines returned."""
    rounding: Rounding = "floor"
    """Rounding of the tokens taken back."""
    when_spent: Literal["debt", "available_only", "pending_only"] = "debt"
    """If they are spent: make a debt, take what is available, or only what is pending."""
    debt_limit: Tokens | None = None
    """Largest debt of a member; unlimited if left out."""
    spent_tokens: Literal["reverse", "reissue", "none"] = "reverse"
    """Tokens spent on the order come back with their old expiry, with a new one, or not."""
    window_days: Delay | None = None
    """Days after delivery (or else purchase) in which a return is taken; always if left out."""
    unlinked: Literal["reject", "current_rate"] = "reject"
    """A return without a known order is refused, or taken back at today's rate."""
    requalify_tier: bool = True
    """Whether returns reduce what counts towards a tier."""
