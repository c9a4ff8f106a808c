"""The [tiers] section: standing of members, by what they did in a window of time."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from rewardsim.programme.faults import show
from rewardsim.programme.units import (
    Amount,
    Count,
    Delay,
    FactorFromOne,
    Identifier,
    Months,
    Row,
    Scale,
    Table,
    TokensAboveZero,
    amount_in,
    fault,
    scale,
    tokens_in,
)
from rewardsim.rules.records import BP

TAKEN = "birthday"
"""No tier's name: tokens for birthdays go by it in explanations."""


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
    """Orders in each calendar month; or give `unlimited`."""
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
    """A present on each birthday."""

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
    earn_multiplier: FactorFromOne = BP
    """Factor of the tokens its members earn on orders, at least "1"."""
    privileges: Privileges = Privileges()
    """What it gives beside tokens."""


def distinct_levels(levels: list[Level]) -> list[Level]:
    """No two tiers of one name."""
    seen = {TAKEN}
    for index, level in enumerate(levels):
        if level.id in seen:
            raise fault(
                "duplicate-id",
                f'another name than "{TAKEN}"' if level.id == TAKEN else "each tier once",
                "rename or remove one",
                at=(index, "id"),
                found=show(level.id),
            )
        seen.add(level.id)
    return levels


class Tiers(Table):
    """Standing of members, by what they did in a window of time.

    `criterion`, `window` and the names of the tiers hold for the programme's whole life.
    """

    phase: str | None = None
    """Phase in which they exist; what was done before it counts."""
    criterion: Literal["spend", "tokens_earned", "orders"]
    """What is counted: money paid for orders, tokens earned on them, or orders."""
    window: TierWindow
    """Time over which it is counted."""
    upgrade: Literal["immediate", "at_review"] = "immediate"
    """When a member rises: with the order that reaches a tier, or at a review."""
    rate_applies: Literal["before", "after", "marginal"] = "before"
    """Rate of the order that crosses a threshold: the old, the new, or each for its part."""
    review: Review | None = None
    """How often standing is reviewed; never if left out."""
    downgrade: Literal["one_step", "reassess", "never"] = "reassess"
    """What a review may take away: one tier, all that no longer qualify, or nothing."""
    grace_days: Delay = 0
    """Days from a failed review until the downgrade takes effect."""
    levels: Annotated[list[Level], Field(min_length=1, max_length=20), AfterValidator(distinct_levels)]
    """The tiers, lowest first."""

    @model_validator(mode="after")
    def reviewed(self, info: ValidationInfo) -> Tiers:
        """Thresholds in the criterion's unit, each above the one before; reviews where they are needed."""
        starts = self.thresholds(scale(info))
        wrong = [index for index, (low, high) in enumerate(pairwise(starts), 1) if high <= low]
        if wrong:
            raise fault(
                "not-increasing",
                "more than the tier before",
                "put the tiers in order, lowest first",
                at=("levels", wrong[0], "from"),
                found=show(self.levels[wrong[0]].from_),
                also=[(("levels", index, "from"), show(self.levels[index].from_)) for index in wrong[1:]],
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
