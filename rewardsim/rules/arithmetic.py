"""Whole-number arithmetic with named rounding.

Only non-negative numerators are divided, by positive denominators, so that every language and
the compiled form agree. Callers keep products below 2**63; the programme's bounds see to it.
"""

from __future__ import annotations

from .codes import CEIL, FLOOR, HALF_UP
from .records import BP, NONE, EventLine


def divide(numerator: int, denominator: int, rounding: int) -> int:
    """Divide and round: ``floor``, ``half_up``, ``half_even`` or ``ceil`` (codes.ROUNDINGS)."""
    quotient = numerator // denominator
    rest = numerator - quotient * denominator
    if rest == 0 or rounding == FLOOR:
        return quotient
    if rounding == CEIL:
        return quotient + 1
    # rest against denominator - rest instead of 2 * rest: doubling could leave 63 bits.
    other = denominator - rest
    if rest > other or (rest == other and (rounding == HALF_UP or quotient % 2 == 1)):
        return quotient + 1
    return quotient


def share_of(total: int, share_bp: int) -> int:
    """Return ``share_bp`` basis points of ``total``, rounded down, without a large product."""
    return total // BP * share_bp + total % BP * share_bp // BP


def apportion(lines: list[EventLine], first: int, count: int, total: int) -> None:
    """Split ``total`` over lines by ``weight`` into ``share``: largest remainder, ties to the earlier line.

    The shares sum to ``total`` exactly. Where all weights are 0 the first line takes everything.
    """
    weights = 0
    for k in range(first, first + count):
        weights += lines[k].weight
    if weights == 0:
        for k in range(first, first + count):
            lines[k].share = 0
        lines[first].share = total
        return
    left = total
    for k in range(first, first + count):
        lines[k].share = total * lines[k].weight // weights
        left -= lines[k].share
    while left > 0:
        best = _largest_remainder(lines, first, count, total, weights)
        if best == NONE:
            # Out of bounds, which a checked programme rules out; still the shares must sum up.
            lines[first].share += left
            return
        lines[best].share += 1
        left -= 1


def _largest_remainder(lines: list[EventLine], first: int, count: int, total: int, weights: int) -> int:
    """Return the line with the largest remainder among those not yet rounded up."""
    best = NONE
    best_rest = -1
    for k in range(first, first + count):
        product = total * lines[k].weight
        if lines[k].share == product // weights and product % weights > best_rest:
            best = k
            best_rest = product % weights
    return best
