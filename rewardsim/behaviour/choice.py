"""From reasons to chances: log-odds, how a gain weighs beside a purchase, how an effect wanes."""

from __future__ import annotations

import math

DAYS_A_WEEK = 7.0
FORGOTTEN = 40.0  # time constants after which an effect is over: exp(-40) moves no decision


def probability(log_odds: float) -> float:
    """Return the probability behind log-odds, whatever their size."""
    if log_odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)


def weight_of(gain: float, size: float) -> float:
    """Return how a gain weighs beside an amount, ``ln(1 + gain / size)``; 0 beside nothing."""
    if gain <= 0.0 or size <= 0.0:
        return 0.0
    return math.log1p(gain / size)


def waning(since: float, at: float, weeks: float) -> float:
    """Return what is left at a moment of an effect that was 1 at ``since``; it wanes by e in ``weeks``."""
    days = at - since
    span = DAYS_A_WEEK * weeks
    if days < 0.0 or days >= FORGOTTEN * span:
        return 0.0
    return math.exp(-days / span)


def lately(since: float, at: float, weeks: float) -> bool:
    """Tell whether something happened in the last ``weeks``."""
    return 0.0 <= at - since < DAYS_A_WEEK * weeks
