"""The quantities a programme file may state, each with one notation, read into integers.

Amounts become minor units, tokens their smallest unit, factors and shares basis points, days
numbers since 1970-01-01. A multiplier is a factor (``"1.5"``), a share is a percentage
(``"20%"``), and neither is ever read as the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from numbers import Number
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from rewardsim.programme.faults import listing, show
from rewardsim.rules.records import BP

EPOCH = date(1970, 1, 1)
WHOLE_MAX = 10**15
"""Largest amount or number of tokens a file may state, in smallest units."""
WHOLE_TOKENS = "write whole tokens as a number without quotes or point"
FACTOR_MAX = 100 * BP
RATE_MAX = Fraction(100)

_DECIMAL = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,9}))?")
_PERCENT = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,4}))?[ ]?%")
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True)
class Scale:
    """Digits that turn written quantities into integers; handed to every validator."""

    currency: str = "XXX"
    digits: int = 2
    decimals: int = 0


class Table(BaseModel):
    """A table of a programme file: nothing beyond the named keys, nothing coerced."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=False, use_attribute_docstrings=True
    )


class Row(Table):
    """A table of an array of tables: it has dates of its own, so its values are never dated."""


def fault(code: str, allowed: str, todo: str, **more: Any) -> PydanticCustomError:
    """An error that becomes a Fault; ``found`` and ``at`` (path below the value) may be added.

    ``also`` holds (at, found) of further faults of the same kind.
    """
    context = {"allowed": allowed, "todo": todo, **more}
    # the code is data here, though the type asks for a literal
    return PydanticCustomError(code, "{todo}", context)  # type: ignore[arg-type]


def scale(info: ValidationInfo) -> Scale:
    """The scale in force, or a usual one where none was given."""
    return info.context if isinstance(info.context, Scale) else Scale()


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_date(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=number)


def in_major(number: int, digits: int) -> str:
    """Smallest units as a decimal string, such as 12345 with 2 digits as ``"123.45"``."""
    sign, text = "-" if number < 0 else "", str(abs(number)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else sign + text


def parse_day(value: Any) -> int:
    """A TOML date as a day number."""
    allowed = "a date such as 2017-06-15, without quotes"
    if isinstance(value, datetime) or not isinstance(value, date):
        try:
            written = date.fromisoformat(value[:10]) if isinstance(value, str) else value.date()
        except (ValueError, AttributeError):
            raise fault("bad-date", allowed, "write a date") from None
        raise fault("bad-date", allowed, f"write {written.isoformat()}")
    if not 1970 <= value.year <= 9000:
        raise fault("bad-date", "a date from 1970-01-01 to 9000-12-31", "correct the year")
    return day_number(value)


def parse_amount(value: Any, info: ValidationInfo) -> int:
    """A decimal string as minor units of the programme's currency."""
    return amount_in(value, scale(info))


def amount_in(value: Any, unit: Scale) -> int:
    """A decimal string as minor units."""
    example = "100" if unit.digits == 0 else "100." + "0" * unit.digits
    allowed = f'an amount of {unit.currency} in quotes, such as "{example}"'
    if _bare(value):
        raise fault("bare-number", allowed, f'put quotes around it: "{value}"')
    match = _DECIMAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise fault("bad-amount", allowed, "write digits and at most one point, no sign and no separators")
    whole, part = match.group(1), match.group(2) or ""
    if len(part) > unit.digits:
        allowed = f"at most {unit.digits} digits after the point ({unit.currency})"
        raise fault("amount-digits", allowed, "leave out the digits beyond the minor unit")
    return _bounded(int(whole + part.ljust(unit.digits, "0")), "amount")


def parse_tokens(value: Any, info: ValidationInfo) -> int:
    """A whole number of tokens, or a decimal string where a token has decimals."""
    return tokens_in(value, scale(info))


def tokens_in(value: Any, unit: Scale) -> int:
    """A number of tokens in their smallest unit."""
    decimals = unit.decimals
    text = f' or "0.{"5".ljust(decimals, "0")}"' if decimals else ""
    allowed = f"a number of tokens such as 500{text}"
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise fault("bad-tokens", allowed, WHOLE_TOKENS)
    if isinstance(value, int):
        if value < 0:
            raise fault("out-of-range", "0 or more tokens", "leave out the sign")
        return _bounded(value * 10**decimals, "number of tokens")
    match = _DECIMAL.fullmatch(value)
    if match is None or not decimals or len(match.group(2) or "") > decimals:
        todo = f"write at most {decimals} digits after the point"
        raise fault("bad-tokens", allowed, todo if decimals else WHOLE_TOKENS)
    return _bounded(int(match.group(1) + (match.group(2) or "").ljust(decimals, "0")), "number of tokens")


def _bare(value: Any) -> bool:
    """Whether a number stands where a text with its unit belongs."""
    return isinstance(value, Number) and not isinstance(value, bool)


def _bounded(number: int, noun: str) -> int:
    if number > WHOLE_MAX:
        raise fault("out-of-range", f"at most {WHOLE_MAX} smallest units", f"lower the {noun}")
    return number


def positive(value: int) -> int:
    """Refuses zero."""
    if value <= 0:
        raise fault("out-of-range", "more than 0", "write a larger value, or leave the key out")
    return value


def parse_factor(value: Any) -> int:
    """A multiplier such as ``"1.5"`` in basis points; percentages and bare numbers are refused."""
    allowed = 'a factor in quotes, such as "1.5" (one and a half times)'
    if _bare(value):
        todo = f'write "{value}" if {value} times is meant; 50 % more is "1.5"'
        raise fault("bare-number", allowed, todo)
    if isinstance(value, str) and (share := _PERCENT.fullmatch(value)):
        factor = _plain(_fraction(share) / 100)
        todo = f'write "{factor}", or "{_plain(1 + _fraction(share) / 100)}" for {value} more'
        raise fault("wrong-unit", allowed, todo)
    match = _DECIMAL.fullmatch(value) if isinstance(value, str) else None
    if match is None or len(match.group(2) or "") > 4:
        raise fault("wrong-unit", allowed, "write digits and at most one point, at most 4 digits after it")
    factor_bp = int(_fraction(match) * BP)
    if factor_bp > FACTOR_MAX:
        raise fault("out-of-range", f"a factor of at most {FACTOR_MAX // BP}", 'write twice as much as "2"')
    return factor_bp


def at_least_one(value: Any) -> Any:
    """A factor that adds and never takes away; read on by ``parse_factor``."""
    if parse_factor(value) < BP:
        raise fault("out-of-range", 'a factor of "1" or more', 'write "1.5" for half as much again')
    return value


def parse_share(value: Any) -> int:
    """A percentage such as ``"20%"`` in basis points, at most 100 %."""
    allowed = 'a share in percent, such as "20%", at most "100%"'
    if _bare(value):
        raise fault("bare-number", allowed, f'write "{value}%" if {value} percent is meant')
    if isinstance(value, str) and (bare := _DECIMAL.fullmatch(value)):
        shown = _plain(_fraction(bare) * 100) if _fraction(bare) <= 1 else value
        raise fault("wrong-unit", allowed, f'write "{shown}%" if that is meant')
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match is None or len(match.group(2) or "") > 2:
        raise fault(
            "wrong-unit", allowed, "write a number with at most 2 digits after the point and a % sign"
        )
    share = int(_fraction(match) * BP / 100)
    if share > BP:
        raise fault("out-of-range", '"0%" to "100%"', "lower the share")
    return share


def rate_parts(value: Any) -> Any:
    """``"8%"`` of the amount as whole tokens per amount in major units; tables pass through."""
    if isinstance(value, dict):
        return value
    allowed = 'tokens per amount, { tokens = 1, per = "10.00" }, or a percentage such as "8%"'
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        text = value if isinstance(value, str) and _DECIMAL.fullmatch(value) else ""
        todo = f'write "{text}%" if percent of the amount is meant' if text else "write one of the two forms"
        raise fault("wrong-unit", allowed, todo)
    rate = _fraction(match) / 100
    if not 0 < rate <= RATE_MAX:
        raise fault("out-of-range", 'more than "0%" and at most "10000%"', "correct the percentage")
    return {"tokens": rate.numerator, "per": str(rate.denominator)}


def parse_month_day(value: Any) -> tuple[int, int]:
    """``"12-31"`` as (12, 31)."""
    match = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        # 2000 is a leap year: 02-29 is a day of the calendar, clamped in other years
        day = date(2000, int(match.group(1)), int(match.group(2))) if match else None
    except ValueError:
        day = None
    if day is None:
        raise fault("bad-date", 'a day of the year as month and day, such as "12-31"', "correct the day")
    return day.month, day.day


def parse_unit_value(value: Any) -> Fraction:
    """What one token is worth in major units: a decimal string with up to 9 digits."""
    allowed = 'what one token is worth, in quotes, such as "0.10"'
    if _bare(value):
        raise fault("bare-number", allowed, f'put quotes around it: "{value}"')
    match = _DECIMAL.fullmatch(value) if isinstance(value, str) else None
    if match is None or _fraction(match) <= 0:
        raise fault(
            "bad-amount", allowed, "write a positive decimal number, at most 9 digits after the point"
        )
    return _fraction(match)


def _fraction(match: re.Match[str]) -> Fraction:
    part = match.group(2) or ""
    return Fraction(int(match.group(1) + part), 10 ** len(part))


def _plain(number: Fraction) -> str:
    """A terminating decimal without trailing zeros."""
    digits = f"{number * 10**8 // 1:09d}"
    return (digits[:-8] + "." + digits[-8:]).rstrip("0").rstrip(".")


def words(value: Any) -> list[str]:
    """A list of names without repetition."""
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise fault("wrong-type", 'a list of names, such as ["accessory"]', "write a list of texts")
    twice = sorted({word for word in value if value.count(word) > 1}) if len(value) <= 1000 else []
    if twice or len(value) > 1000:
        raise fault("repeated", "each name once, at most 1000", f"remove {listing(twice) or 'some'}")
    return value


def weekday_bits(value: Any) -> int:
    """Weekday names as bits, Monday lowest; an empty list is every day."""
    chosen = words(value)
    for name in chosen:
        if name not in WEEKDAYS:
            raise fault("wrong-choice", listing(WEEKDAYS), "correct the weekday", found=show(name))
    return sum(1 << WEEKDAYS.index(name) for name in chosen) or EVERY_DAY


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = 127

_AMOUNT = {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,3})?$", "examples": ["10.00"]}
_TOKENS = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})?$"},
    ]
}
_FACTOR = {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,4})?$", "examples": ["1.5"]}
_SHARE = {"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,2})?[ ]?%$", "examples": ["20%"]}
_DAYS = {"type": "array", "items": {"enum": list(WEEKDAYS)}, "uniqueItems": True}
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True, "maxItems": 1000}
_VALUE = {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,9})?$", "examples": ["0.10"]}
_END_OF_YEAR = {"type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$", "examples": ["12-31"]}

Day = Annotated[int, BeforeValidator(parse_day), WithJsonSchema({"type": "string", "format": "date"})]
Amount = Annotated[int, BeforeValidator(parse_amount), WithJsonSchema(_AMOUNT)]
Tokens = Annotated[int, BeforeValidator(parse_tokens), WithJsonSchema(_TOKENS)]
AmountAboveZero = Annotated[Amount, AfterValidator(positive)]
TokensAboveZero = Annotated[Tokens, AfterValidator(positive)]
Factor = Annotated[int, BeforeValidator(parse_factor), WithJsonSchema(_FACTOR)]
FactorFromOne = Annotated[Factor, BeforeValidator(at_least_one)]
Share = Annotated[int, BeforeValidator(parse_share), WithJsonSchema(_SHARE)]
UnitValue = Annotated[Any, BeforeValidator(parse_unit_value), WithJsonSchema(_VALUE)]
MonthDay = Annotated[tuple[int, int], BeforeValidator(parse_month_day), WithJsonSchema(_END_OF_YEAR)]
Weekdays = Annotated[int, BeforeValidator(weekday_bits), WithJsonSchema(_DAYS)]
Names = Annotated[list[str], BeforeValidator(words), WithJsonSchema(_NAMES)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Days = Annotated[int, Field(ge=1, le=36_500)]
Delay = Annotated[int, Field(ge=0, le=36_500)]
Months = Annotated[int, Field(ge=1, le=1_200)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Rounding = Literal["floor", "half_up", "half_even", "ceil"]
Excess = Literal["reduce", "reject"]
Period = Literal["day", "week", "month", "year", "programme"]
