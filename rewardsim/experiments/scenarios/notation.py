"""How a number is written in a file, so that numbers between two written ones are written likewise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal

PERCENT = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?[ ]?%")
DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")
FINE = 6
"""Digits after the point of a bare decimal: parameters of a population."""
LARGEST, DIGITS_MAX = 10**15, 15
"""Bounds of a number that may vary: its size, and its digits after the point."""
Kind = Literal["percent", "text", "whole", "decimal", "date"]
WORDS: dict[Kind, str] = {
    "percent": 'a percentage such as "8%"',
    "text": 'a decimal in quotes such as "1.5"',
    "whole": "a whole number",
    "decimal": "a number",
    "date": "a date",
}


@dataclass(frozen=True)
class Notation:
    """A kind of quantity, and how many digits are written after its point."""

    kind: Kind
    digits: int = 0

    def write(self, number: Decimal) -> Any:
        """The number as the file would have it, rounded half to even to its digits."""
        if self.kind in ("whole", "date"):
            whole = int(number.to_integral_value(ROUND_HALF_EVEN))
            return whole if self.kind == "whole" else date.fromordinal(whole)
        rounded = number.quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_EVEN)
        text = f"{rounded:f}"
        if self.kind == "percent":
            return f"{_short(text)}%"
        return text if self.kind == "text" else Decimal(_short(text))


def read(value: Any) -> tuple[Notation, Decimal] | None:
    """What a written quantity is and its number, percentages in percent, dates as ordinals; None where it is none."""
    if isinstance(value, bool | datetime):
        return None
    if isinstance(value, date):
        return Notation("date"), Decimal(value.toordinal())
    if isinstance(value, int):
        return (Notation("whole"), Decimal(value)) if abs(value) < LARGEST else None
    if isinstance(value, float | Decimal):
        number = Decimal(repr(float(value))) if isinstance(value, float) else value
        return (Notation("decimal", _digits(f"{number:f}")), number) if _usable(number) else None
    text = value if isinstance(value, str) else ""
    if PERCENT.fullmatch(text):
        number = text.rstrip("% ")
        return Notation("percent", _digits(number)), Decimal(number)
    return (Notation("text", _digits(text)), Decimal(text)) if DECIMAL.fullmatch(text) else None


def number_of(value: Any) -> float | None:
    """A written quantity as a number for an axis: "8%" is .08; None where it is none."""
    found = read(value)
    if found is None:
        return None
    notation, number = found
    return float(number / 100 if notation.kind == "percent" else number)


def common(first: Notation, second: Notation) -> Notation | None:
    """The notation that holds both, with as many digits as the finer; None where kinds differ."""
    digits = max(first.digits, second.digits)
    kinds = {first.kind, second.kind}
    if len(kinds) == 1:
        return Notation(first.kind, digits)
    return Notation("decimal", digits) if kinds == {"whole", "decimal"} else None


def _usable(number: Decimal) -> bool:
    """Whether a number is one, and of a size that can be written without an exponent."""
    return number.is_finite() and abs(number) < LARGEST and number.as_tuple().exponent >= -DIGITS_MAX  # type: ignore[operator]


def _digits(text: str) -> int:
    return len(text.partition(".")[2])


def _short(text: str) -> str:
    """Without zeros that say nothing."""
    return text.rstrip("0").rstrip(".") if "." in text else text
