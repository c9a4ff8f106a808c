"""The sections arrival, enrolment, referral, birthdays and cohorts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rewardsim.population.quantities import Age, Mean, Period, Weeks
from rewardsim.programme.units import Share, Table, fault
from rewardsim.rules.records import BP

BASS = ("innovation", "imitation")


class Arrival(Table):
    """When members come to the shop. The population's clock starts on the simulation's first day."""

    existing: Share = 0
    """Share of the members who were customers before the first day; who has left since does not count."""
    tenure_weeks: Age = 0.0
    """How long ago they came, on average; spread evenly from 0 to twice that."""
    pattern: Literal["at_once", "even", "bass"] = "even"
    """How the others come: all at first, evenly, or by innovation and imitation (Bass)."""
    over_weeks: Weeks | None = None
    """even: weeks in which they come; the population's whole time if left out."""
    innovation: Mean | None = None
    """bass: p, in each period the share of those not yet there who come by themselves."""
    imitation: Mean | None = None
    """bass: q, the share that comes because all others are there already."""
    reached: Share | None = None
    """bass: share of the market that had come before the first day; none if left out."""
    period_days: Period | None = None
    """bass: the period of p and q; a year of 365 days if left out."""
    steps: Literal["continuous", "discrete"] | None = None
    """bass: as a curve (the default), or period by period, evenly within each."""

    @model_validator(mode="after")
    def fitting(self) -> Arrival:
        """The keys of the pattern and no others; a curve on which somebody comes."""
        of_bass = {*BASS, "reached", "period_days", "steps"}
        given = {key for key in (*of_bass, "over_weeks") if getattr(self, key) is not None}
        wanted = {"even": {"over_weeks"}, "bass": of_bass}.get(self.pattern, set())
        if given - wanted or (self.pattern == "bass" and not given >= set(BASS)):
            allowed = {"even": "at most `over_weeks`", "bass": "`innovation` and `imitation`"}
            raise fault(
                "inconsistent",
                f"for {self.pattern}: {allowed.get(self.pattern, 'no other keys')}",
                "add what is missing and remove the rest",
                found=f"{self.pattern} with {', '.join(sorted(given)) or 'nothing'}",
            )
        if self.pattern == "bass":
            self.somebody_comes()
        return self

    def somebody_comes(self) -> None:
        """Refuse curves that stand still, and steps that overshoot."""
        p, q, reached = self.innovation or 0.0, self.imitation or 0.0, self.reached or 0
        if reached >= BP:
            raise fault("inconsistent", "less than 100 %", "leave somebody to come", at=("reached",), found="100 %")
        if p == 0 and (q == 0 or reached == 0):
            allowed = "`innovation` above 0, or `imitation` above 0 and `reached` above 0"
            raise fault("inconsistent", allowed, "say why anybody comes", found="a market in which nobody moves")
        if self.steps == "discrete" and p + q > 1:
            found, todo = f"{p:g} + {q:g}", "use a shorter period, or continuous steps"
            raise fault("inconsistent", "p + q of at most 1 in discrete steps", todo, at=("steps",), found=found)


class Joining(Table):
    """Who of a group enrols, and when."""

    share: Share = BP
    """Share that enrols at all."""
    days: Age = 0.0
    """Mean days until they do, exponential."""


class Enrolment(Table):
    """How people become members of the programme, counted from their arrival or its start, what is later."""

    existing: Joining = Joining()
    """Customers from before the first day: they log in."""
    arriving: Joining = Joining()
    """Everybody else: they register."""


class Referral(Table):
    """Those who may yet be brought by invitation."""

    pool: Mean = 0.2
    """How many there are for each member."""
    days: Age = 0.0
    """Mean days from acceptance to enrolment, exponential; a friend comes when he enrols."""


class Birthdays(Table):
    """What is known of days of birth."""

    known: Share = 0
    """Share of members whose day of birth is known."""
    youngest: Annotated[int, Field(ge=0, le=120)] = 18
    """Youngest age on the first day, in years."""
    oldest: Annotated[int, Field(ge=1, le=120)] = 60
    """Oldest age, in years."""

    @model_validator(mode="after")
    def in_order(self) -> Birthdays:
        """The oldest is older."""
        if self.oldest <= self.youngest:
            found = f"{self.youngest} to {self.oldest} years"
            raise fault("inconsistent", "`oldest` above `youngest`", "correct an age", at=("oldest",), found=found)
        return self


class Cohorts(Table):
    """Under which cohorts members are reported."""

    by: Literal["month", "quarter", "year", "kind"] = "month"
    """By time of arrival, existing customers apart; or existing, organic and referred."""
