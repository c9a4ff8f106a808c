"""The [earning] section: tokens for orders, for enrolling and for sharing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from rewardsim.programme.units import (
    Amount,
    AmountAboveZero,
    Count,
    Day,
    Delay,
    Excess,
    Factor,
    Names,
    Period,
    Rounding,
    Row,
    Table,
    Tokens,
    TokensAboveZero,
    fault,
    rate_parts,
)


class Rate(Table):
    """Tokens per step of order value."""

    tokens: TokensAboveZero
    """Tokens for each step."""
    per: AmountAboveZero
    """The step, an amount."""


RateValue = Annotated[Rate, BeforeValidator(rate_parts, json_schema_input_type=str | Rate)]


class Band(Row):
    """One stretch of order value with a rate of its own; an order across several is split."""

    up_to: AmountAboveZero | None = None
    """Order value at which the band ends; the last band has none."""
    rate: RateValue | None = None
    """The rate, also as a percentage; or give `tokens` and `per` here."""
    tokens: TokensAboveZero | None = None
    """Tokens for each step."""
    per: AmountAboveZero | None = None
    """The step, an amount."""

    @model_validator(mode="after")
    def one_rate(self) -> Band:
        """Either a rate, or both its parts."""
        parts = (self.tokens is not None) + (self.per is not None)
        if parts != (0 if self.rate else 2):
            raise fault("either-or", "`rate`, or `tokens` and `per` together", "give one of the two")
        return self

    def pair(self) -> tuple[int, int]:
        """Tokens and step."""
        return (self.rate.tokens, self.rate.per) if self.rate else (self.tokens or 0, self.per or 0)


def release_parts(value: Any) -> Any:
    """``"purchase"`` and ``"delivery"`` are delays of no day."""
    if value in ("purchase", "delivery"):
        return {"days": 0, "after": value}
    if isinstance(value, dict):
        return value
    allowed = '"purchase", "delivery", { days = 14, after = "delivery" } or { date = 2017-07-01 }'
    raise fault("wrong-choice", allowed, "choose one of them")


class Release(Table):
    """When awarded tokens become spendable."""

    days: Delay | None = None
    """Days of delay."""
    after: Literal["purchase", "delivery"] = "purchase"
    """What the delay counts from."""
    date: Day | None = None
    """A fixed day of release."""

    @model_validator(mode="after")
    def one_kind(self) -> Release:
        """A delay or a date."""
        if (self.days is None) == (self.date is None):
            raise fault("either-or", "`days` or `date`", "give one of the two")
        return self


ReleaseValue = Annotated[
    Release, BeforeValidator(release_parts, json_schema_input_type=Literal["purchase", "delivery"] | Release)
]


class OrdersMax(Table):
    """How many orders earn."""

    count: Count
    """Orders that earn in each period."""
    period: Period = "programme"
    """Calendar period in the programme's time zone."""
    counted_on: Literal["order", "delivery"] = "order"
    """Whether an order counts when it is placed or when it is delivered."""


class TokenLimit(Row):
    """A cap on tokens per member."""

    tokens: TokensAboveZero
    """The cap."""
    period: Literal["order", "day", "week", "month", "year", "programme"] = "programme"
    """Calendar period, or `order` for each award."""
    when_exceeded: Excess = "reduce"
    """`reduce` gives what is left, `reject` gives nothing."""


def factor_map(value: Any) -> Any:
    """Category names with a factor each; the place of a wrong one is its name."""
    if not isinstance(value, dict):
        raise fault("wrong-type", 'a table of factors, such as { accessory = "1.5" }', "write a table")
    return value


CategoryFactors = Annotated[dict[str, Factor], BeforeValidator(factor_map)]


class Purchase(Table):
    """Tokens for orders."""

    phase: str | None = None
    """Phase in which orders earn; always if left out."""
    basis: Literal["gross", "net_of_discounts", "net_of_tokens"] = "net_of_discounts"
    """What an order earns on: its value, less discounts, less also what was paid with tokens."""
    rate: RateValue | None = None
    """Tokens per amount, or a percentage of the amount: "8%" is 2 tokens per 25."""
    bands: Annotated[list[Band], Field(min_length=1, max_length=100)] | None = None
    """Instead of `rate`: rates by stretch of order value, each for its own part of the order."""
    proration: Literal["step", "pro_rata"] = "step"
    """`step` rewards whole steps only, `pro_rata` parts of a step too."""
    rounding: Rounding = "floor"
    """Rounding of every award."""
    round_at: Literal["order", "line"] = "order"
    """Whether an order is rounded as a whole or line by line."""
    released_on: ReleaseValue = Release(days=0, after="purchase")
    """When the tokens become spendable."""
    orders_max: OrdersMax | None = None
    """How many orders of a member earn."""
    limits: Annotated[list[TokenLimit], Field(max_length=50)] = []
    """Caps on a member's purchase tokens, applied in this order."""
    channels: Names = []
    """Channels that earn; all if empty."""
    categories: Names = []
    """Categories that earn; all if empty."""
    exclude_categories: Names = []
    """Categories that do not earn."""
    category_multipliers: CategoryFactors = {}
    """Factor of each category's order lines."""
    counts_from: Day | None = None
    """Orders placed before the programme earn if delivered since this day."""
    minimum_order: Amount = 0
    """Smallest basis of an order that earns."""

    @model_validator(mode="after")
    def consistent(self) -> Purchase:
        """One rate; bands that rise; counting on delivery only where delivery matters."""
        if (self.rate is None) == (self.bands is None):
            raise fault("either-or", "`rate` or `bands`", "give one of the two")
        check_bands(self.bands or [])
        counted = self.orders_max is not None and self.orders_max.counted_on == "delivery"
        if counted and (self.released_on.after != "delivery" or self.released_on.date is not None):
            todo = 'set released_on = "delivery", or count on "order"'
            raise fault(
                "inconsistent",
                '"delivery" only for tokens released on delivery',
                todo,
                at=("orders_max", "counted_on"),
                found='"delivery"',
            )
        both = sorted(set(self.categories) & set(self.exclude_categories))
        if both:
            raise fault(
                "inconsistent",
                "a category in one of the lists",
                "remove it from one of them",
                at=("exclude_categories",),
                found=f'"{both[0]}" that is in `categories` too',
            )
        return self


def check_bands(bands: list[Band]) -> None:
    """Upper ends rise, and only the last band is open."""
    last = 0
    for index, band in enumerate(bands):
        open_end = index == len(bands) - 1
        if (band.up_to is None) != open_end:
            raise fault(
                "not-increasing",
                "`up_to` in every band but the last",
                "correct the last bands",
                at=("bands", index),
                found="a last band with `up_to`" if open_end else "an open band",
            )
        if band.up_to is not None and band.up_to <= last:
            raise fault(
                "not-increasing",
                "a larger `up_to` than the band before",
                "put the bands in order",
                at=("bands", index, "up_to"),
            )
        last = band.up_to or 0


class Welcome(Table):
    """Tokens for enrolling, once."""

    phase: str | None = None
    """Phase in which they are given."""
    tokens: Tokens
    """How many."""
    on: Literal["enrol"] = "enrol"
    """What they are given for."""


class ShareLimit(Table):
    """How often a member is rewarded."""

    count: Count
    """Times in each period."""
    period: Period = "day"
    """Calendar period in the programme's time zone."""


class ShareReward(Table):
    """Tokens for sharing a page."""

    phase: str | None = None
    """Phase in which they are given."""
    tokens: Tokens
    """Tokens for each share."""
    limit: ShareLimit | None = None
    """How often a member is rewarded; always if left out."""


class Earning(Table):
    """What members get tokens for."""

    purchase: Purchase | None = None
    """Tokens for orders."""
    welcome: Welcome | None = None
    """Tokens for enrolling."""
    share: ShareReward | None = None
    """Tokens for sharing."""
