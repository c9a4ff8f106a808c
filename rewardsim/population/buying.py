"""The sections purchases, lifetime, basket, categories, channels, delivery and returns."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from rewardsim.population.quantities import FactorAboveZero, Money, Shape, Weeks, Weight
from rewardsim.programme.units import AmountAboveZero, Row, Share, Table, fault

BUSIEST = 10.0
"""Most purchases a day an average member may make; more is a unit mistaken."""
DELAYS_MAX = 10_000

Word = Annotated[str, Field(min_length=1, max_length=100)]
DelayList = Annotated[list[Annotated[int, Field(ge=0, le=365)]], Field(min_length=1, max_length=DELAYS_MAX)]


def check_forms(table: Any, spread: tuple[str, ...], alike: str) -> None:
    """Either all keys of a distribution or the one value that everybody shares."""
    given = {key for key in (*spread, alike) if getattr(table, key) is not None}
    if given not in ({alike}, set(spread)):
        *most, last = (f"`{key}`" for key in spread)
        raise fault(
            "either-or",
            f"either {', '.join(most)} and {last}, or `{alike}`",
            "write one of the two",
            found=", ".join(sorted(given)) or "neither",
        )


class Purchases(Table):
    """How often members buy: rates a week, gamma distributed, or the same for everybody."""

    r: Shape | None = None
    """Shape of the rates; small where members differ much."""
    alpha_weeks: Weeks | None = None
    """Rate parameter in weeks: r / alpha_weeks purchases a week on average."""
    per_week: FactorAboveZero | None = None
    """Purchases a week, the same for everybody."""

    @model_validator(mode="after")
    def one_form(self) -> Purchases:
        """A distribution or one rate, and not more than a shop can see."""
        check_forms(self, ("r", "alpha_weeks"), "per_week")
        if self.mean_per_day() > BUSIEST:
            found = f"{self.mean_per_day():.4g} purchases a day on average"
            raise fault("out-of-range", f"at most {BUSIEST:g} a day", "check the unit: rates are a week", found=found)
        return self

    def mean_per_day(self) -> float:
        """Purchases a day of an average member."""
        return (self.per_week if self.per_week is not None else (self.r or 0.0) / (self.alpha_weeks or 1.0)) / 7


class Lifetime(Table):
    """How long members stay: attrition a week, gamma distributed, or the same for everybody."""

    s: Shape | None = None
    """Shape of the hazards."""
    beta_weeks: Weeks | None = None
    """Rate parameter in weeks: s / beta_weeks is the mean hazard a week."""
    weeks: Weeks | None = None
    """Mean lifetime in weeks, the same for everybody."""

    @model_validator(mode="after")
    def one_form(self) -> Lifetime:
        """A distribution or one lifetime."""
        check_forms(self, ("s", "beta_weeks"), "weeks")
        return self


class Basket(Table):
    """What a purchase is worth: gamma about a mean that is a member's own, or always the same."""

    p: Shape | None = None
    """Shape of one member's baskets."""
    q: FactorAboveZero | None = None
    """Shape across members; above 1."""
    v: Money | None = None
    """Scale across members, in the currency: p * v / (q - 1) is the mean basket."""
    amount: AmountAboveZero | None = None
    """Value of every basket."""

    @model_validator(mode="after")
    def one_form(self) -> Basket:
        """A distribution with a mean, or one amount."""
        check_forms(self, ("p", "q", "v"), "amount")
        if self.q is not None and self.q <= 1:
            todo = "write a larger q: at 1 or less the mean basket is infinite"
            raise fault("out-of-range", "a number above 1", todo, at=("q",), found=f"{self.q:g}")
        return self


class Category(Row):
    """What is sold; one category a purchase."""

    id: Word
    """The word the programme uses for it."""
    weight: Weight
    """How often it is bought, against the others' weights."""
    factor: FactorAboveZero = 1.0
    """Its price level: baskets of it are so many times those of [basket]."""
    margin: Share | None = None
    """Share of its price that remains after its costs."""


class Channel(Row):
    """Where people buy."""

    id: Word
    """The word the programme uses for it."""
    weight: Weight
    """How often it is used, against the others' weights."""


class Delivery(Table):
    """How long parcels take."""

    days: DelayList = [0]
    """Days from purchase to delivery, equally likely; write a number twice to have it twice as often."""


class Returns(Table):
    """What is sent back."""

    share: Share = 0
    """Share of purchases returned."""
    concentration: Shape | None = None
    """How alike members are in it: the beta distribution's a + b; the same for everybody if left out."""
    after_days: DelayList = [7]
    """Days from delivery to the return, equally likely."""


def with_margins(rows: list[Category]) -> list[Category]:
    """Weighted rows, of which all have a margin or none."""
    without = [index for index, row in enumerate(rows) if row.margin is None]
    if without and len(without) < len(rows):
        also = [((index,), "no margin") for index in without[1:]]
        todo = "write `margin` for every category, or for none"
        raise fault("inconsistent", "margins of all or none", todo, at=(without[0],), found="no margin", also=also)
    return weighted(rows)


def weighted(rows: list[Any]) -> list[Any]:
    """Rows with different ids, not all of weight zero."""
    names = [row.id for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        places = [index for index, name in enumerate(names) if name in names[:index]]
        also = [((index, "id"), f'"{names[index]}" again') for index in places[1:]]
        found = f'"{names[places[0]]}" again'
        raise fault("duplicate-id", "each id once", "rename or remove it", at=(places[0], "id"), found=found, also=also)
    if not any(row.weight for row in rows):
        raise fault("inconsistent", "a weight above 0", "give one of them a weight", found="weights that are all 0")
    return rows
