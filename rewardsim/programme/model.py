"""The whole programme file as one strict model; a file with dated values gives several of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from rewardsim.programme.accounting import Accounting
from rewardsim.programme.currency import MINOR_DIGITS
from rewardsim.programme.draws import Draw
from rewardsim.programme.earning import Earning
from rewardsim.programme.faults import closest
from rewardsim.programme.referral import Referral
from rewardsim.programme.sections import Campaign, Exchange, Expiry, Redemption, Returns, check_window
from rewardsim.programme.tiers import Tiers
from rewardsim.programme.units import (
    AmountAboveZero,
    Day,
    Identifier,
    Row,
    Table,
    TokensAboveZero,
    fault,
)
from rewardsim.rules.records import NEVER

FIXED = ("schema", "programme", "bounds", "phases")
"""Sections that hold for the programme's whole life; nothing in them is dated."""
ROWS = ("phases", "campaigns", "exchange", "draws")
"""Sections that are arrays of tables, each with an id and dates of its own."""
OPTIONAL = ("referral", "tiers", "draws")
"""Sections that a programme may be run without."""


def known_currency(code: str) -> str:
    """A code of ISO 4217."""
    if code not in MINOR_DIGITS:
        near = closest(code, list(MINOR_DIGITS))
        raise fault(
            "unknown-currency", "a code of ISO 4217 such as INR", f"write {near}" if near else "look it up"
        )
    return code


def known_zone(name: str) -> str:
    """A zone of the IANA time zone database."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        near = closest(name, sorted(available_timezones()))
        todo = f'did you mean "{near}"?' if near else "look it up in the IANA time zone database"
        raise fault("unknown-timezone", 'a time zone such as "Asia/Kolkata"', todo) from None
    return name


class Token(Table):
    """The unit members collect."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """What it is called."""
    decimals: Annotated[int, Field(ge=0, le=4)] = 0
    """Digits after the point of its smallest unit."""


class Head(Table):
    """Who promises what to whom, and when."""

    id: Identifier
    """Short name for machines."""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Name for people."""
    currency: Annotated[str, AfterValidator(known_currency)]
    """Currency of every amount, ISO 4217."""
    timezone: Annotated[str, AfterValidator(known_zone)]
    """Zone in which days begin and end, IANA."""
    token: Token
    """The unit members collect."""
    starts: Day
    """First day."""
    ends: Day | None = None
    """First day after; open if left out. Tokens may still be spent afterwards."""
    enrolment: Literal["automatic", "event"] = "automatic"
    """Whether the first event enrols a member, or an enrol event must."""
    late_events: Literal["post", "reject"] = "post"
    """What happens to events that arrive after later ones."""

    @model_validator(mode="after")
    def in_order(self) -> Head:
        """``ends`` lies behind ``starts``."""
        return check_window(self)  # type: ignore[no-any-return]


class Bounds(Table):
    """Largest numbers the programme is built for; events beyond them are refused."""

    amount_max: AmountAboveZero | None = None
    """Largest amount of one event; 100 million if left out, or less where numbers would overflow."""
    tokens_max: TokensAboveZero | None = None
    """Largest number of tokens of an event or member; 1,000,000,000 smallest units if left out."""

    def amount(self, digits: int) -> int:
        """Largest amount in minor units."""
        return self.amount_max if self.amount_max is not None else 10 ** (8 + digits)

    def tokens(self) -> int:
        """Largest number of tokens in smallest units."""
        return self.tokens_max if self.tokens_max is not None else 10**9


class Phase(Row):
    """A stretch of the programme's life; sections that name it are off outside it."""

    id: Identifier
    """Name by which sections refer to it."""
    starts: Day
    """First day."""
    ends: Day | None = None
    """First day after; open if left out."""

    @model_validator(mode="after")
    def in_order(self) -> Phase:
        """``ends`` lies behind ``starts``."""
        return check_window(self)  # type: ignore[no-any-return]


class ProgrammeFile(Table):
    """A loyalty programme: what is promised, in which unit, from when."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    """Version of this format."""
    programme: Head
    """Who promises what to whom, and when."""
    bounds: Bounds = Bounds()
    """Largest numbers the programme is built for."""
    phases: list[Phase] = []
    """Stretches of the programme's life."""
    earning: Earning = Earning()
    """What members get tokens for."""
    campaigns: Annotated[list[Campaign], Field(max_length=900)] = []
    """Extra tokens in windows of time."""
    redemption: Redemption = Redemption()
    """How tokens become money off."""
    exchange: Annotated[list[Exchange], Field(max_length=900)] = []
    """What tokens are exchanged for."""
    expiry: Expiry = Expiry(policy="never")
    """When tokens are lost; never if left out."""
    returns: Returns = Returns()
    """What happens to tokens when goods come back."""
    referral: Referral | None = None
    """Tokens for bringing a friend."""
    tiers: Tiers | None = None
    """Standing of members."""
    draws: Annotated[list[Draw], Field(max_length=900)] = []
    """Tokens by lot."""
    accounting: Accounting = Accounting()
    """How the promise is shown in the books."""

    @model_validator(mode="after")
    def counts_before_start(self, info: ValidationInfo) -> ProgrammeFile:
        """What counts from before the programme lies before it."""
        purchase = self.earning.purchase
        if purchase and purchase.counts_from is not None and purchase.counts_from >= self.programme.starts:
            raise fault(
                "date-order",
                "a day before the programme starts",
                "correct the date or leave it out",
                at=("earning", "purchase", "counts_from"),
            )
        return self

    def window(
        self, phase: str | None, starts: int | None = None, ends: int | None = None
    ) -> tuple[int, int]:
        """Days of a section: its own window, cut to the programme's start and to its phase."""
        first = max(self.programme.starts, starts if starts is not None else self.programme.starts)
        last = ends if ends is not None else NEVER
        for row in self.phases:
            if row.id == phase:
                first, last = max(first, row.starts), min(last, row.ends if row.ends is not None else NEVER)
        return first, last


def scale_digits(head: Any) -> tuple[str, int, int]:
    """Currency, its digits and the token's decimals as far as a raw [programme] table tells."""
    head = head if isinstance(head, dict) else {}
    token = head.get("token")
    currency = head.get("currency") if isinstance(head.get("currency"), str) else ""
    decimals = token.get("decimals", 0) if isinstance(token, dict) else 0
    usable = isinstance(decimals, int) and 0 <= decimals <= 4
    return currency or "XXX", MINOR_DIGITS.get(currency or "", 2), int(decimals) if usable else 0
