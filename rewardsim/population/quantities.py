"""Numbers of a population file: plain decimals with a range; amounts and shares are the programme's."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from rewardsim.programme.units import fault, parse_unit_value, scale


def range_text(low: float, high: float, above: bool) -> str:
    """A range in words."""
    if math.isinf(high):
        return f"a number above {low:g}" if above else f"a number of {low:g} or more"
    return f"a number above {low:g}, at most {high:g}" if above else f"a number from {low:g} to {high:g}"


def parse_number(value: Any, low: float, high: float, above: bool) -> float:
    """A number within a range; texts, truth values, infinities and what is no number are refused."""
    allowed = range_text(low, high, above)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        todo = "write the number without quotes" if isinstance(value, str) else "write a number"
        raise fault("wrong-type", allowed, todo)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not (low < number if above else low <= number) or number > high or math.isinf(number):
        raise fault("out-of-range", allowed, "correct the number")
    return number


def number(low: float = 0.0, high: float = math.inf, *, above: bool = False) -> Any:
    """The type of a number from ``low`` (or above it) to ``high``."""
    schema: dict[str, Any] = {"type": "number", "exclusiveMinimum" if above else "minimum": low}
    if not math.isinf(high):
        schema["maximum"] = high
    read = BeforeValidator(lambda value: parse_number(value, low, high, above))
    return Annotated[float, read, WithJsonSchema(schema)]


def parse_money(value: Any, info: ValidationInfo) -> Fraction:
    """An amount in major units that may be finer than the minor unit, as fits are."""
    try:
        return parse_unit_value(value)
    except PydanticCustomError as error:
        told = error.context or {}
        allowed = f'an amount of {scale(info).currency} above 0 in quotes, such as "15.44"'
        raise fault(error.type, allowed, told["todo"]) from None


Money = Annotated[
    Any, BeforeValidator(parse_money), WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})?$"})
]
Weight = number()
Shape = number(0.01, 10_000)
Weeks = number(0, 100_000, above=True)
Age = number(0, 100_000)
Mean = number(0, 1_000)
Factor = number(0, 1_000)
FactorAboveZero = number(0, 1_000_000, above=True)
Coefficient = number(-0.99, 0.99)
LogOdds = number(-20, 20)
Spread = number(0, 20)
Period = number(1, 36_525)
