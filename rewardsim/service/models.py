"""What requests and answers are made of, for OpenAPI. What comes in is checked by the scorer itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from rewardsim.rules.codes import ACCOUNTS, CAUSES, EVENT_TYPES, NOTES, OUTCOMES, REASONS

INT64 = 2**63 - 1
REF = "#/components/schemas/{model}"
Id = Annotated[str, Field(min_length=1, max_length=128, description="composed (NFC), without control characters")]
Word = Annotated[str, Field(min_length=1, max_length=1000)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2017-06-15"])]
Amount = Annotated[int, Field(ge=0, le=INT64, description="minor units of the currency")]
Count = Annotated[int, Field(ge=0, le=INT64)]
Whole = Annotated[int, Field(ge=-INT64 - 1, le=INT64)]
Outcome = Literal[tuple(OUTCOMES)]  # type: ignore[valid-type]


class Strict(BaseModel):
    """An object with these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Line(Strict):
    """One line of an order or a return."""

    number: Annotated[int, Field(ge=-(2**31), lt=2**31)]
    category: Word | None = None
    amount_minor: Amount
    discount_minor: Amount


class Post(Strict):
    """A post by which a member enters a draw."""

    hashtag: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    tags: Annotated[int, Field(ge=0, le=1000)]
    public: bool


class Basket(Strict):
    """What a quote is asked for."""

    member_id: Id
    occurred_day: Day
    second: Annotated[int, Field(ge=0, lt=86_400, description="of the day, in the programme's zone")]
    amount_minor: Amount
    discount_minor: Amount
    channel: Word | None = None
    category: Word | None = None
    lines: Annotated[list[Line], Field(min_length=1, max_length=1000)] | None = None
    tokens: Annotated[Whole, Field(description="to be redeemed on the basket")] = 0


class Event(Strict):
    """One thing that happened: the canonical event."""

    event_id: Id
    type: Literal[tuple(EVENT_TYPES)]  # type: ignore[valid-type]
    member_id: Id
    occurred_day: Day
    second: Annotated[int, Field(ge=0, lt=86_400)]
    amount_minor: Amount
    discount_minor: Amount
    tokens: Whole
    order_id: Id | None = None
    channel: Word | None = None
    category: Word | None = None
    item: Word | None = None
    counterpart_id: Id | None = None
    expiry_day: Day | None = None
    birthday: Day | None = None
    lines: Annotated[list[Line], Field(min_length=1, max_length=1000)] | None = None
    post: Post | None = None
    recorded: Whole | None = None
    source: Word | None = None
    source_row: Whole | None = None


class Balances(Strict):
    """What a member has."""

    pending: Count
    available: Count
    held: Count
    debt: Count


class Entry(Strict):
    """One movement of tokens."""

    line: Count
    event: Whole | None
    ordinal: Whole | None
    day: Day
    source: Literal[tuple(ACCOUNTS)]  # type: ignore[valid-type]
    target: Literal[tuple(ACCOUNTS)]  # type: ignore[valid-type]
    tokens: Count
    lot: Whole | None
    expiry_day: Day | None
    rule: str
    reason: Literal[tuple(REASONS)]  # type: ignore[valid-type]
    order: Whole | None


class Note(Strict):
    """One fact that moves no token."""

    line: Count
    event: Whole | None
    ordinal: Whole | None
    day: Day
    kind: Literal[tuple(NOTES)]  # type: ignore[valid-type]
    cause: Literal[tuple(CAUSES)]  # type: ignore[valid-type]
    tier_before: str | None
    tier: str | None
    draw: str | None
    number: Whole | None
    counterpart: Whole | None
    amount: Whole
    order: Whole | None


class Reply(Strict):
    """What an event did. Of one seen before: what it did then, marked as a duplicate."""

    event_id: Id
    status: Outcome
    first: str | None
    bundle: str
    number: Whole
    member_id: Id
    desired: Whole
    applied: Whole
    proposed: Whole
    entries: list[Entry]
    notes: list[Note]
    balances: Balances
    tier: str | None
    projected_tier: str | None
    to_keep: Whole | None
    to_rise: Whole | None
    chain: str


class Conflict(Strict):
    """An event whose id was used for another one."""

    event_id: Id
    status: Literal["conflict"]
    first: None
    bundle: str


class Replies(Strict):
    """The answers to a batch, in its order."""

    replies: list[Reply | Conflict]


class Part(Strict):
    """What one rule gives."""

    rule: str
    reason: str
    tokens: Count


class Earned(Strict):
    """What the basket would earn."""

    outcome: Outcome
    tokens: Count
    proposed: Annotated[Count, Field(description="decided as the day is settled")]
    rules: list[Part]


class MayRedeem(Strict):
    """The most that could be redeemed on the basket."""

    outcome: Outcome
    tokens: Count
    value_minor: Count


class Redeemed(Strict):
    """What the redemption asked for would do."""

    outcome: Outcome
    desired: Whole
    applied: Whole


class After(Strict):
    """Where the member would stand."""

    balances: Balances
    tier: str | None
    projected_tier: str | None
    to_keep: Whole | None
    to_rise: Whole | None


class Quote(Strict):
    """What would be. Nothing of it was kept."""

    member_id: Id
    day: Day
    bundle: str
    earn: Earned
    may_redeem: MayRedeem
    redeem: Redeemed | None
    after: After


class Member(BaseModel):
    """What a member has, as of the latest posting."""

    member_id: Id
    status: str
    enrolled_day: Day | None
    as_of: Day | None
    events: Count
    balances: dict[str, Whole]
    lots: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    coupons: list[dict[str, Any]]
    tickets: list[dict[str, Any]]
    entries: Count
    notes: Count
    chain: str
    bundle: str


class Explained(Strict):
    """A page of a member's ledger or journal; ``next`` is where the next page begins."""

    member_id: Id
    of: Literal["entries", "notes"]
    rows: list[dict[str, Any]]
    next: Count | None


class SettleBefore(Strict):
    """The day before which everything is settled."""

    day: Day


class Settled(Strict):
    """What settling did."""

    day: Day
    requests: Count
    draws: list[str]
    bundle: str


class BundleName(Strict):
    """A bundle within the folder of bundles."""

    path: Annotated[str, Field(min_length=1, max_length=200)]


class About(Strict):
    """A bundle."""

    hash: str
    version: str


class InService(Strict):
    """The bundle that answers, and the one before it."""

    now: About
    before: About | None


class Health(Strict):
    """Whether the service lives, and whether it takes events."""

    live: bool
    ready: bool
    bundle: About | None
    day: Day | None


class Differences(BaseModel):
    """How far the second bundle differs."""

    bundle: str
    scored: Count
    same: Count
    different: Count
    failed: Count
    missed: Count
    waiting: Count
    kinds: dict[str, Count]
    latest: list[dict[str, Any]]


class Error(Strict):
    """One fault."""

    pointer: str
    detail: str
    code: str
    found: str
    allowed: str
    todo: str


class Problem(BaseModel):
    """What is wrong, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Error]


def schemas() -> dict[str, Any]:
    """Return the schemas of everything, by name."""
    models = [kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, BaseModel)]
    listed = [(kind, "validation") for kind in models if kind.__module__ == __name__ and kind is not Strict]
    found: dict[str, Any] = models_json_schema(listed, ref_template=REF)[1]["$defs"]  # type: ignore[arg-type]
    return found
