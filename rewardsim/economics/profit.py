"""What a programme brings and costs: token values, cost, margin, return on it. Minor units throughout.

Cost is counted once, as what members are given off their prices: tokens spent at checkout and
coupons used, at face value, and what privileges cost. Tokens are valued by the exact rational the
programme states and rounded once, down, per figure.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

from rewardsim.programme import Programme
from rewardsim.rules.records import BP, NONE, Terms
from rewardsim.rules.stretch import stretch_at

MARGIN_ASSUMED_BP = 2_500
"""Margin assumed where a population says nothing: a quarter of revenue."""


def checkout_value(terms: Terms) -> Fraction:
    """Return what a token takes off a price under some terms, 0 where none may be redeemed."""
    return Fraction(terms.redeem_value_num, terms.redeem_value_den) if terms.redeem_on else Fraction(0)


def face_value(programme: Programme, day: int) -> Fraction:
    """Return the most a token can bring on a day: at checkout, or in exchange for a coupon."""
    worths = programme.law_extra["item_values"]
    offered = [
        Fraction(worth, item.tokens)
        for item, worth in zip(programme.law().items, worths, strict=True)
        if worth != NONE and item.from_day <= day < item.to_day
    ]
    law = programme.law()
    return max([checkout_value(law.terms[stretch_at(law, day)]), *offered])


def spent_value(programme: Programme, spent: Any, first_day: int) -> int:
    """Return the value of tokens spent at checkout, given an array of how many each day from the first on.

    Exact where a token is worth whole minor units; else what each order rounds is not seen here.
    """
    terms = programme.law().terms
    bounds = [0, *(max(row.from_day - first_day, 0) for row in terms[1:]), len(spent)]
    parts = (
        int(spent[start:end].sum()) * checkout_value(row)
        for row, start, end in zip(terms, bounds, bounds[1:], strict=False)
    )
    return floor(sum(parts, Fraction(0)))


def margin_of(revenue: int, margin_bp: int) -> int:
    """Return the margin on revenue."""
    return revenue * margin_bp // BP


def break_even(cost: int, revenue: int, margin_bp: int) -> Fraction | None:
    """Return by which share revenue must grow to pay the cost; None where it never can."""
    return Fraction(cost * BP, revenue * margin_bp) if revenue and margin_bp else None


def owed(outstanding: int, value: Fraction) -> int:
    """Return the value of tokens outstanding."""
    return floor(outstanding * value)


def expected_cost(outstanding: int, value: Fraction, cost: int, ended: int) -> int:
    """Return what tokens outstanding will cost if they end as did those that have: ``ended``, at ``cost``.

    Before any has ended they are expected to cost their face value. Early in a programme few have
    had time to expire, and the figure is too high.
    """
    return floor(Fraction(outstanding * cost, ended)) if ended else owed(outstanding, value)
