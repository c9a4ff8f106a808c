"""The whole population file as one strict model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from rewardsim.population.buying import (
    Basket,
    Category,
    Channel,
    Delivery,
    Lifetime,
    Purchases,
    Returns,
    weighted,
    with_margins,
)
from rewardsim.population.joining import Arrival, Birthdays, Cohorts, Enrolment, Referral
from rewardsim.population.minds import Correlation, Response
from rewardsim.population.season import Season
from rewardsim.programme.model import known_currency
from rewardsim.programme.units import Amount, Day, Identifier, Table, fault

MEMBERS_MAX = 100_000_000
LONGEST = 36_525
"""Days of a hundred years."""

Categories = Annotated[list[Category], Field(min_length=1, max_length=1000), AfterValidator(with_margins)]
Channels = Annotated[list[Channel], Field(min_length=1, max_length=1000), AfterValidator(weighted)]


class Head(Table):
    """Who lives where, and when."""

    id: Identifier
    """Short name for machines."""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Name for people."""
    currency: Annotated[str, AfterValidator(known_currency)]
    """Currency of every amount, ISO 4217."""
    members: Annotated[int, Field(ge=1, le=MEMBERS_MAX)]
    """How many there are unless a simulation says otherwise, friends apart."""
    starts: Day
    """First day unless a simulation says otherwise."""
    until: Day
    """Last day unless a simulation says otherwise."""
    assumptions: Annotated[list[Annotated[str, Field(min_length=1, max_length=500)]], Field(max_length=100)] = []
    """What whoever reads a result must know."""

    @model_validator(mode="after")
    def in_order(self) -> Head:
        """The last day is not before the first, nor a lifetime after it."""
        if self.until < self.starts:
            allowed = "`starts` or a later day (`until` is the last day)"
            raise fault("date-order", allowed, "correct a date", at=("until",))
        if self.until - self.starts >= LONGEST:
            raise fault("out-of-range", "at most 100 years after `starts`", "correct a date", at=("until",))
        return self


class PopulationFile(Table):
    """A population: who the members are before any programme touches them."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    """Version of this format."""
    population: Head
    """Who lives where, and when."""
    arrival: Arrival = Arrival()
    """When members come to the shop."""
    enrolment: Enrolment = Enrolment()
    """How they become members of the programme."""
    purchases: Purchases
    """How often they buy."""
    lifetime: Lifetime | None = None
    """How long they stay; nobody leaves if left out."""
    basket: Basket
    """What a purchase is worth."""
    categories: Categories
    """What is sold."""
    channels: Channels
    """Where it is sold."""
    delivery: Delivery = Delivery()
    """How long parcels take; no time if left out."""
    returns: Returns = Returns()
    """What is sent back; nothing if left out."""
    season: Season = Season()
    """How lively each day is; all alike if left out."""
    response: Response = Response()
    """Traits that decide how the programme moves a member."""
    correlation: Correlation = Correlation()
    """Correlations between rate, spend and enrolment."""
    referral: Referral = Referral()
    """Those who may yet be brought by invitation."""
    birthdays: Birthdays = Birthdays()
    """What is known of days of birth."""
    worths: dict[str, Amount] = {}
    """What a code is worth to a member, by the programme's item id; coupons are worth their value."""
    cohorts: Cohorts = Cohorts()
    """Under which cohorts members are reported."""
    behaviour: dict[str, Any] = {}
    """A preset, and parameters of behaviour that differ from it."""
