"""What a change of revenue is made of: attrition, frequency, basket, mix, and friends who joined.

Revenue of the people both arms have is

    days * sum over groups of (share of days) * (purchases a day) * (revenue a purchase)

with groups of cohort and tier. Each of the four is taken from one arm or the other; a factor's part
is its Shapley value, the mean change it makes over all orders in which the four could be switched.
No order is preferred, and the parts sum to the whole. Friends brought by invitation are revenue
apart, arm against arm. All of it is exact rational arithmetic; parts are rounded to minor units by
largest remainder at the very end, so that they still sum to the whole.

Where one arm has no value of a factor (a group nobody is present in buys at no rate; a group that
buys nothing has no basket), it is given the other arm's: the change then counts as presence, or as
frequency. Source: Shapley (1953); as a decomposition, Shorrocks (2013).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import NamedTuple

FACTORS = ("attrition", "frequency", "basket", "mix")
PARTS = (*FACTORS, "referral")


class Trade(NamedTuple):
    """What a group of people did in one arm."""

    days: int = 0  # days on which a person could buy, summed over persons
    purchases: int = 0
    revenue: int = 0  # minor units


Groups = Mapping[Hashable, Trade]
Rates = dict[Hashable, Fraction]


def revenue_parts(
    groups: Groups, against: Groups, joined: int = 0, joined_against: int = 0
) -> dict[str, int]:
    """Return the parts of the change of revenue from ``against`` to ``groups``; they sum to it exactly.

    ``joined`` is the revenue of friends brought by invitation, who are in neither mapping.
    """
    arms = (_arm(against, groups), _arm(groups, against))
    parts = shapley(len(FACTORS), lambda switched: _revenue(*(arms[on][i] for i, on in enumerate(switched))))
    return dict(zip(PARTS, rounded([*parts, Fraction(joined - joined_against)]), strict=True))


def shapley(players: int, worth: Callable[[tuple[bool, ...]], Fraction]) -> list[Fraction]:
    """Return each player's Shapley value in a game given by what every coalition is worth."""
    known = {}
    for size in range(players + 1):
        for members in combinations(range(players), size):
            known[frozenset(members)] = worth(tuple(player in members for player in range(players)))
    values = [Fraction(0)] * players
    for coalition, before in known.items():
        for player in set(range(players)) - coalition:
            orders = factorial(len(coalition)) * factorial(players - len(coalition) - 1)
            values[player] += (known[coalition | {player}] - before) * Fraction(orders, factorial(players))
    return values


def rounded(parts: Sequence[Fraction]) -> list[int]:
    """Return integers next to the parts with the same sum, which must be whole; ties to the first."""
    total = sum(parts, Fraction(0))
    if total.denominator != 1:
        raise ValueError(f"parts sum to {total}, not to a whole number")
    floors = [part.numerator // part.denominator for part in parts]
    missing = int(total) - sum(floors)
    by_rest = sorted(range(len(parts)), key=lambda place: floors[place] - parts[place])
    for place in by_rest[:missing]:
        floors[place] += 1
    return floors


class Arm(NamedTuple):
    """The factors of an arm's revenue, in the order of FACTORS, each by group."""

    days: Rates  # under the one key "all"
    frequency: Rates  # purchases a day
    basket: Rates  # revenue a purchase
    shares: Rates  # of days


def _arm(mine: Groups, other: Groups) -> Arm:
    """Return an arm's factors; what has no value in it is the other arm's."""
    days, days_of_other = (sum(trade.days for trade in groups.values()) for groups in (mine, other))
    arm = Arm({"all": Fraction(days)}, {}, {}, {})
    for key in {*mine, *other}:
        one, two = (groups.get(key, Trade()) for groups in (mine, other))
        if (one.purchases and not one.days) or (one.revenue and not one.purchases):
            raise ValueError(f"group {key}: revenue without purchases, or purchases on no day: {one}")
        arm.frequency[key] = _ratio(one.purchases, one.days, _ratio(two.purchases, two.days))
        arm.basket[key] = _ratio(one.revenue, one.purchases, _ratio(two.revenue, two.purchases))
        arm.shares[key] = _ratio(one.days, days, _ratio(two.days, days_of_other))
    return arm


def _ratio(above: int, below: int, otherwise: Fraction = Fraction(0)) -> Fraction:
    return Fraction(above, below) if below else otherwise


def _revenue(days: Rates, frequency: Rates, basket: Rates, shares: Rates) -> Fraction:
    """Return the revenue under factors taken from any arm."""
    products = (share * frequency[key] * basket[key] for key, share in shares.items())
    return days["all"] * sum(products, Fraction(0))
