"""Sections read, checked and lowered now, whose rules come later: referral, tiers, draws."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from rewardsim.programme.faults import show
from rewardsim.programme.units import (
    Amount,
    Count,
    Day,
    Days,
    Delay,
    Excess,
    Factor,
    Identifier,
    Months,
    Period,
    Row,
    Scale,
    Share,
    Table,
    Tokens,
    TokensAboveZero,
    amount_in,
    fault,
    scale,
    tokens_in,
)
from rewardsim.rules.records import BP


class ReferrerLimit(Table):
    """How many friends a member is rewarded for."""

    count: Count
    """Friends in each period."""
    period: Period = "programme"
    """Calendar period in the programme's time zone."""
    when_exceeded: Excess = "reject"
    """What happens to further rewards."""


class Referral(Table):
    """Tokens for bringing a friend, and for the friend."""

    phase: str | None = None
    """Phase in which it runs."""
    referrer_tokens: Tokens
    """Tokens for the member who invited."""
    referee_tokens: Tokens = 0
    """Tokens for the friend."""
    qualifies_on: Literal["enrol", "first_delivered_order"] = "first_delivered_order"
    """What the friend must do."""
    minimum_order: Amount = 0
    """Smallest basis of the friend's order."""
    within_days: Days | None = None
    """Days after enrolment in which the friend must do it."""
    post_after_days: Annotated[Delay, Field(ge=1)] = 1
    """Days until the tokens are posted; at least 1, because a day is settled at its end."""
    limit_per_referrer: ReferrerLimit | None = None
    """How many friends a member is rewarded for."""
    levels: Annotated[int, Field(ge=1, le=3)] = 1
    """How far up the chain of invitations the reward goes."""
    levels_share: Annotated[list[Share], Field(min_length=1, max_length=3)] = [BP]
    """Share of `referrer_tokens` for each level, nearest first."""
    revoke_if_returned: bool = True
    """Whether a return of the friend's order takes the tokens back."""

    @model_validator(mode="after")
    def share_per_level(self) -> Referral:
        """As many shares as levels."""
        if len(self.levels_share) != self.levels:
            raise fault(
                "inconsistent",
                f"{self.levels} shares, one for each level",
                "correct `levels` or the list",
                at=("levels_share",),
                found=f"a list of {len(self.levels_share)}",
            )
        return self


class TierWindow(Table):
    """Time over which a member qualifies."""

    kind: Literal["rolling_months", "calendar_year", "anniversary", "lifetime"]
    """Which stretch of time counts."""
    count: Months | None = None
    """rolling_months: how many."""

    @model_validator(mode="after")
    def counted(self) -> TierWindow:
        """Only a rolling window has a length."""
        if (self.kind == "rolling_months") != (self.count is not None):
            raise fault(
                "inconsistent",
                "`count` for rolling_months, none otherwise",
                "add or remove `count`",
                found=f"{self.kind} with{'' if self.count else 'out'} `count`",
            )
        return self


class Review(Table):
    """How often a tier is reviewed."""

    months: Months
    """Months between reviews."""


class ExpressDelivery(Table):
    """Free fast delivery."""

    orders_per_month: Count | None = None
    """Orders in each calendar month."""
    unlimited: bool = False
    """Every order."""
    cost_per_order: Amount = 0
    """What one costs the programme."""

    @model_validator(mode="after")
    def how_many(self) -> ExpressDelivery:
        """A number, or unlimited."""
        if self.unlimited == (self.orders_per_month is not None):
            raise fault("either-or", "`orders_per_month` or `unlimited = true`", "give one of the two")
        return self


class EarlyAccess(Table):
    """A head start in sales."""

    minutes: Annotated[int, Field(ge=1, le=100_000)]
    """Minutes before everybody else."""


class Birthday(Table):
    """A present."""

    tokens: TokensAboveZero
    """Tokens each year."""


class Privileges(Table):
    """What a tier gives beside tokens."""

    express_delivery: ExpressDelivery | None = None
    """Free fast delivery."""
    early_access: EarlyAccess | None = None
    """A head start in sales."""
    birthday: Birthday | None = None
    """A present."""


class Level(Row):
    """One tier."""

    id: Identifier
    """Name of the tier."""
    from_: Annotated[Any, Field(alias="from", json_schema_extra={"type": ["string", "integer"]})]
    """Where it begins, at exactly this much: an amount (spend), tokens, or a number of orders."""
    earn_multiplier: Factor = BP
    """Factor of the tokens its members earn."""
    privileges: Privileges = Privileges()
    """What it gives beside tokens."""


def distinct_levels(levels: list[Level]) -> list[Level]:
    """No two tiers of one name."""
    seen: set[str] = set()
    for index, level in enumerate(levels):
        if level.id in seen:
            raise fault(
                "duplicate-id",
                "each tier once",
                "rename or remove one",
                at=(index, "id"),
                found=show(level.id),
            )
        seen.add(level.id)
    return levels


class Tiers(Table):
    """Standing of members, by what they did in a window of time."""

    phase: str | None = None
    """Phase in which they exist."""
    criterion: Literal["spend", "tokens_earned", "orders"]
    """What is counted."""
    window: TierWindow
    """Time over which it is counted."""
    upgrade: Literal["immediate", "at_review"] = "immediate"
    """When a member rises."""
    rate_applies: Literal["before", "after", "marginal"] = "before"
    """Rate of the order that crosses a threshold."""
    review: Review | None = None
    """How often standing is reviewed."""
    downgrade: Literal["one_step", "reassess", "never"] = "reassess"
    """What a review may take away."""
    grace_days: Delay = 0
    """Days until a downgrade takes effect."""
    levels: Annotated[list[Level], Field(min_length=1, max_length=20), AfterValidator(distinct_levels)]
    """The tiers, lowest first."""

    @model_validator(mode="after")
    def rising(self, info: ValidationInfo) -> Tiers:
        """Thresholds in the criterion's unit, each above the one before."""
        starts = self.thresholds(scale(info))
        for index, (low, high) in enumerate(pairwise(starts), 1):
            if high <= low:
                raise fault(
                    "not-increasing",
                    "more than the tier before",
                    "put the tiers in order, lowest first",
                    at=("levels", index, "from"),
                    found=show(self.levels[index].from_),
                )
        if self.review is None and (self.upgrade == "at_review" or self.downgrade != "never"):
            raise fault(
                "missing",
                "`review = { months = 12 }`",
                "say how often, or never downgrade",
                found="an upgrade or downgrade at a review, without `review`",
            )
        return self

    def thresholds(self, unit: Scale) -> list[int]:
        """Where each tier begins, in minor units, smallest token units or orders."""
        starts = []
        for index, level in enumerate(self.levels):
            try:
                starts.append(self.threshold(level.from_, unit))
            except PydanticCustomError as error:
                # the place of the level belongs to the message
                context = dict(error.context or {}) | {
                    "at": ("levels", index, "from"),
                    "found": show(level.from_),
                }
                raise fault(error.type, **context) from None
        return starts

    def threshold(self, value: Any, unit: Scale) -> int:
        """One threshold by the criterion."""
        if self.criterion == "spend":
            return amount_in(value, unit)
        if self.criterion == "tokens_earned":
            return tokens_in(value, unit)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return value
        raise fault("wrong-type", "a number of orders without quotes", "write a whole number")


class DrawEntry(Table):
    """What a member must do to take part."""

    kind: Literal["social_post", "purchase", "enrol"]
    """The deed."""
    hashtag: Annotated[str, Field(pattern=r"^#\w{1,64}$")] | None = None
    """social_post: the word it must contain."""
    tags_min: Annotated[int, Field(ge=0, le=100)] = 0
    """social_post: fewest friends named."""
    public: bool = True
    """social_post: whether everybody must be able to read it."""


class Draw(Row):
    """Tokens by lot."""

    id: Identifier
    """Name of the draw."""
    phase: str | None = None
    """Phase in which it is held."""
    opens: Day
    """First day of entry."""
    closes: Day
    """First day after."""
    draws_on: Day
    """Day of the draw."""
    winners: Count
    """Number of prizes."""
    tokens: TokensAboveZero
    """Tokens for each winner."""
    entry: DrawEntry
    """What a member must do to take part."""
    entries_per_member_max: Count = 1
    """Entries of one member that count."""

    @model_validator(mode="after")
    def in_order(self) -> Draw:
        """Opens, closes, draws."""
        if self.closes <= self.opens:
            raise fault(
                "date-order",
                "a day after `opens` (`closes` is the first day after)",
                "correct a date",
                at=("closes",),
            )
        if self.draws_on < self.closes:
            raise fault("date-order", "the day of `closes` or later", "correct a date", at=("draws_on",))
        return self


class Accounting(Table):
    """How the promise is shown in the books."""

    recognition: Literal["ifrs15", "incremental_cost"] = "ifrs15"
    """A share of the price deferred, or the cost of what is owed."""
    breakage: Literal["estimate", "when_remote"] = "estimate"
    """Whether tokens that will never be used are estimated in advance."""
