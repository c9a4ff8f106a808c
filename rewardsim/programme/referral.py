"""The [referral] section: tokens for bringing a friend, and for the friend."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rewardsim.programme.units import (
    Amount,
    Count,
    Days,
    Delay,
    Excess,
    Period,
    Share,
    Table,
    Tokens,
    TokensAboveZero,
    fault,
)
from rewardsim.rules.records import BP


class ReferrerLimit(Table):
    """How much a member gets for the friends he brings."""

    count: Count | None = None
    """Friends rewarded in each period; or give `tokens`."""
    tokens: TokensAboveZero | None = None
    """Tokens in each period; or give `count`."""
    period: Period = "programme"
    """Calendar period in the programme's time zone."""
    when_exceeded: Excess = "reject"
    """What happens to further rewards: `reduce` gives the tokens that are left, `reject` gives nothing."""

    @model_validator(mode="after")
    def one_unit(self) -> ReferrerLimit:
        """Friends or tokens."""
        if (self.count is None) == (self.tokens is None):
            raise fault("either-or", "`count` (friends) or `tokens`", "give one of the two")
        return self


class Referral(Table):
    """Tokens for bringing a friend, and for the friend."""

    phase: str | None = None
    """Phase in which friends may be invited and may qualify."""
    invitation: Literal["optional", "required"] = "optional"
    """Whether a friend who names a member must have been invited by him."""
    referrer_tokens: Tokens
    """Tokens for the member who invited."""
    referee_tokens: Tokens = 0
    """Tokens for the friend."""
    qualifies_on: Literal["enrol", "first_delivered_order", "delivered_order"] = "first_delivered_order"
    """What the friend must do: enrol, or get his first order, or any order, of at least `minimum_order` delivered."""
    minimum_order: Amount = 0
    """Least the friend pays for that order; discounts, tokens spent and returns are taken off."""
    within_days: Days | None = None
    """Days after the friend accepted in which he must do it; without end if left out."""
    post_after_days: Annotated[Delay, Field(ge=1)] = 1
    """Days until the tokens are posted; at least 1, because a day is settled at its end."""
    limit_per_referrer: ReferrerLimit | None = None
    """How much a member gets for the friends he brings; unlimited if left out."""
    levels: Annotated[int, Field(ge=1, le=3)] = 1
    """How far up the chain of invitations the reward goes."""
    levels_share: Annotated[list[Share], Field(min_length=1, max_length=3)] = [BP]
    """Share of `referrer_tokens` for each level, nearest first; together they may be more than 100 %."""
    revoke_if_returned: bool = True
    """Whether a return that leaves too little of the friend's order takes the tokens back."""

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
