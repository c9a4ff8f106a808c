"""The [[draws]] section: tokens by lot."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rewardsim.programme.units import Count, Day, Identifier, Row, Table, TokensAboveZero, fault


class DrawEntry(Table):
    """What a member must do to take part."""

    kind: Literal["social_post", "purchase", "enrol"]
    """The deed: a post, each order, or enrolling, between `opens` and `closes`."""
    hashtag: Annotated[str, Field(pattern=r"^#\w{1,64}$")] | None = None
    """social_post: the word it must contain; upper and lower case are alike."""
    tags_min: Annotated[int, Field(ge=0, le=100)] = 0
    """social_post: fewest friends named."""
    public: bool = True
    """social_post: whether everybody must be able to read it."""


class Prize(Row):
    """Equal prizes for some winners, next after those of the entry before."""

    count: Count
    """Number of winners."""
    tokens: TokensAboveZero
    """Tokens for each."""


class Draw(Row):
    """Tokens by lot; a member wins once at most."""

    id: Identifier
    """Name of the draw; posts name it."""
    phase: str | None = None
    """Phase in which entry is possible."""
    opens: Day
    """First day of entry."""
    closes: Day
    """First day after."""
    draws_on: Day
    """Day of the draw; prizes are posted on the next."""
    winners: Count | None = None
    """Number of equal prizes; or give `prizes`."""
    tokens: TokensAboveZero | None = None
    """Tokens for each winner."""
    prizes: Annotated[list[Prize], Field(min_length=1, max_length=100)] | None = None
    """Prizes by rank, best first, instead of `winners` and `tokens`."""
    entry: DrawEntry
    """What a member must do to take part."""
    entries_per_member_max: Count = 1
    """Entries of one member that count."""

    @model_validator(mode="after")
    def in_order(self) -> Draw:
        """Opens, closes, draws; one way of saying what is won."""
        if self.closes <= self.opens:
            raise fault(
                "date-order",
                "a day after `opens` (`closes` is the first day after)",
                "correct a date",
                at=("closes",),
            )
        if self.draws_on < self.closes:
            raise fault("date-order", "the day of `closes` or later", "correct a date", at=("draws_on",))
        given = (self.winners is not None) + (self.tokens is not None)
        if given != (0 if self.prizes else 2):
            raise fault("either-or", "`winners` and `tokens` together, or `prizes`", "give one of the two")
        return self

    def ranks(self) -> list[tuple[int, int]]:
        """Prizes as (first rank after, tokens), ranks counted from 0; equal neighbours are one."""
        pairs = [(prize.count, prize.tokens) for prize in self.prizes or []]
        steps: list[tuple[int, int]] = []
        upto = 0
        for count, tokens in pairs or [(self.winners or 0, self.tokens or 0)]:
            upto += count
            if steps and steps[-1][1] == tokens:
                steps.pop()
            steps.append((upto, tokens))
        return steps
