"""Effects in words and numbers: the rows of a table of effects, and figures in the unit of their quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardsim.figures.style import plain

if TYPE_CHECKING:
    import pandas as pd

COUNT, MONEY, TOKENS, SHARE = "count", "money", "tokens", "share"
CALLED = {
    "returned": "goods returned",
    "margin": "margin before the cost",
    "cost": "cost of the programme",
    "net": "margin less the cost",
    "roi": "return on the cost",
    "incremental_share": "share of sales that is extra",
    "person_days": "days people stayed",
    "present": "people there at the end",
    "referred": "friends who joined",
    **{name: f"tokens {name}" for name in ("issued", "redeemed", "exchanged", "expired", "outstanding")},
}
"""What quantities are called, where not by their own name."""
WHOLE = 1_000
"""Figures from here on are shown without decimals."""
FINE = 0.01
"""Shares below this one are shown with two decimals of a percent."""


def effects_between(effects: pd.DataFrame, arm: str, against: str) -> pd.DataFrame:
    """Return the effects of one arm against another."""
    return effects[(effects["arm"] == arm) & (effects["against"] == against)]


def in_words(quantity: str) -> str:
    """Return what a quantity is called."""
    return CALLED.get(quantity) or plain(quantity.replace("_", " "))


def amount_of(value: float, unit: str, *, currency: str = "", digits: int = 0, decimals: int = 0) -> str:
    """Return an effect with its sign and unit; money comes in minor units, tokens in their smallest."""
    if unit == SHARE:
        return share_of(value)
    scale, after = {MONEY: (10**digits, digits), TOKENS: (10**decimals, decimals)}.get(unit, (1, 1))
    value /= scale
    said = f"{value:+z,.{after if abs(value) < WHOLE else 0}f}"
    return f"{said} {plain(currency)}" if unit == MONEY and currency else said


def share_of(value: float) -> str:
    """Return a share with its sign; small ones with more digits."""
    return f"{value:+z.1%}" if abs(value) >= FINE or not value else f"{value:+z.2%}"


def sure(row: Any) -> bool:
    """Return whether an effect's interval leaves out zero."""
    return bool(row.low > 0 or row.high < 0)
