"""A factor: one path, and the values it may take."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .change import Change, canonical
from .notation import FINE, Notation, common, number_of, read

if TYPE_CHECKING:
    from rewardsim.programme.faults import Fault

    from .scenario import Builder

LEVELS_MAX = 10_000
"""Most values of one factor."""
EXTRA = 2
"""Digits beyond the written ones that values between two written ones have, where the file allows them."""


@dataclass(frozen=True)
class Factor:
    """One path and its range from ``low`` to ``high``, or its ``values``.

    Ends and ``step`` are written as the file would have them ("5%", "0.10", 500, 2018-01-01; the
    step of dates in days). Without ``step``, whole numbers of a programme and dates go by one and
    others are continuous, with as many digits as the file allows: at most two beyond those written
    (``digits``; ``fitted`` finds them). ``log`` spreads values evenly by their logarithm.
    ``start`` and ``end`` are those of the change.
    """

    path: str
    low: Any = None
    high: Any = None
    step: Any = None
    values: tuple[Any, ...] | None = None
    log: bool = False
    start: date | None = None
    end: date | None = None
    digits: int | None = None

    def __post_init__(self) -> None:
        for name in ("low", "high", "step"):
            object.__setattr__(self, name, canonical(getattr(self, name)))
        if self.values is not None:
            object.__setattr__(self, "values", tuple(canonical(value) for value in self.values))

    def at(self, share: float) -> Any:
        """The value at a share of the range, 0 to 1; with a step or values, each has an equal share."""
        if self.count is not None:
            return self.value(min(math.floor(share * self.count), self.count - 1))
        low, high = self.ends
        if self.log:
            number = Decimal(repr(float(low) * (float(high) / float(low)) ** share))
        else:
            number = low + (high - low) * Decimal(share)
        return self.notation.write(min(max(number, low), high))

    @property
    def count(self) -> int | None:
        """How many values there are; None where the range is continuous."""
        if self.values is not None:
            return len(self.values)
        if self.distance is None:
            return None
        low, high = self.ends
        return int(((high - low) / self.distance).to_integral_value(ROUND_FLOOR)) + 1

    def value(self, index: int) -> Any:
        """The value of a number, from 0 on, of a list or of a range with steps."""
        if self.values is not None:
            return self.values[index]
        if self.distance is None or not 0 <= index < (self.count or 0):
            raise IndexError(f"{self.path} has {self.count or 'no'} values with a number, not {index}")
        return self.notation.write(self.ends[0] + index * self.distance)

    def levels(self) -> tuple[Any, ...]:
        """Every value of a list or of a range with steps; both ends of a continuous range."""
        if self.count is None:
            return tuple(self.notation.write(end) for end in self.ends)
        return tuple(self.value(index) for index in range(self.count))

    def change(self, value: Any) -> Change:
        """The change that gives the path a value."""
        return Change(self.path, value, self.start, self.end)

    def number(self, value: Any) -> float:
        """A value on an axis: its number ("8%" is .08), or its place in the list where values are no numbers."""
        if self.values is not None and None in [number_of(one) for one in self.values]:
            return float(self.values.index(value))
        found = number_of(value)
        return math.nan if found is None else found

    def faults(self, file: str = "factors") -> list[Fault]:
        """What is wrong with the factor before any programme is looked at."""
        from .factor_check import factor_faults

        return factor_faults(self, file)

    def fitted(self, builder: Builder, file: str = "factors") -> Factor:
        """The factor with its digits; raises ScenarioError with what the programme or population forbids."""
        from .factor_check import fitted

        return fitted(self, builder, file)

    @property
    def written(self) -> Notation:
        """How the ends are written."""
        (first, _), (second, _) = read(self.low), read(self.high)  # type: ignore[misc]
        return common(first, second) or first

    @cached_property
    def notation(self) -> Notation:
        """How values of the range are written."""
        written = self.written
        if self.step is not None:
            return common(written, read(self.step)[0]) or written  # type: ignore[index]
        if written.kind == "whole" and self.path.startswith("population."):
            written = Notation("decimal")
        if self.digits is not None:
            return replace(written, digits=self.digits)
        extra = max(FINE, written.digits + EXTRA) if written.kind == "decimal" else written.digits + EXTRA
        return replace(written, digits=0 if written.kind in ("whole", "date") else extra)

    @cached_property
    def ends(self) -> tuple[Decimal, Decimal]:
        """Both ends of the range as numbers: percentages in percent, dates as ordinals."""
        return read(self.low)[1], read(self.high)[1]  # type: ignore[index]

    @cached_property
    def distance(self) -> Decimal | None:
        """Distance of neighbouring values, None where the range is continuous."""
        if self.step is not None:
            return read(self.step)[1]  # type: ignore[index]
        return Decimal(1) if self.notation.kind in ("whole", "date") and not self.log else None
