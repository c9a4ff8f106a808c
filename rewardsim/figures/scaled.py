"""Values of measures as they are drawn: the scale of their unit, what stands at the axis, and what beside a mark."""

from __future__ import annotations

from typing import NamedTuple

from rewardsim.figures.style import plain
from rewardsim.figures.weighing import MONEY, SHARE, TOKENS, amount_of, in_words


class Scaled(NamedTuple):
    """What turns money in minor units and tokens in their smallest unit into what people read."""

    currency: str = ""
    digits: int = 0
    token: str = "token"
    decimals: int = 0

    def by(self, unit: str) -> int:
        """Return what a value of a unit is divided by."""
        return 10 ** {MONEY: self.digits, TOKENS: self.decimals}.get(unit, 0)

    def axis(self, measure: str, unit: str) -> str:
        """Return the title of an axis that shows a measure."""
        units = {MONEY: f", {plain(self.currency)}" if self.currency else "", TOKENS: f", {plain(self.token)}s"}
        return f"{in_words(measure)}{units.get(unit, '')}"

    def form(self, unit: str) -> str:
        """Return how the figures at an axis are written."""
        return ".1~%" if unit == SHARE else "~s"

    def said(self, value: float, unit: str) -> str:
        """Return a change with its sign."""
        return amount_of(value, unit, digits=self.digits, decimals=self.decimals)

    def level(self, value: float, unit: str) -> str:
        """Return a value that is no change."""
        return self.said(value, unit).removeprefix("+")
