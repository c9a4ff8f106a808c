"""The parts of a change of revenue sum to it exactly, and each is what its name says."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardsim.economics.decompose import PARTS, Trade, revenue_parts, rounded, shapley

amounts = st.integers(0, 10**15)


@st.composite
def trades(draw: st.DrawFn) -> Trade:
    """What a group may have done: no purchase on no day, no revenue without purchases."""
    days = draw(st.integers(0, 10**9))
    purchases = draw(st.integers(0, 10**6)) if days else 0
    return Trade(days, purchases, draw(amounts) if purchases else 0)


groups = st.dictionaries(st.tuples(st.integers(0, 4), st.sampled_from(["", "silver", "gold"])), trades(), max_size=8)


@given(groups, groups, amounts, amounts)
def test_the_parts_sum_to_the_whole(arm: dict, against: dict, joined: int, joined_against: int) -> None:
    parts = revenue_parts(arm, against, joined, joined_against)
    assert tuple(parts) == PARTS
    assert all(type(part) is int for part in parts.values())
    whole = sum(trade.revenue for trade in arm.values()) - sum(trade.revenue for trade in against.values())
    assert sum(parts.values()) == whole + joined - joined_against


@given(groups, groups)
def test_the_parts_turn_round_with_the_arms(arm: dict, against: dict) -> None:
    one, other = revenue_parts(arm, against), revenue_parts(against, arm)
    assert all(abs(one[name] + other[name]) <= 1 for name in PARTS)  # but for the rounding


@given(groups)
def test_no_change_has_no_parts(arm: dict) -> None:
    assert set(revenue_parts(arm, arm, 5, 5).values()) == {0}


BASE = {"a": Trade(1000, 100, 50_000), "b": Trade(500, 20, 30_000)}


@pytest.mark.parametrize(
    ("changed", "part", "worth"),
    [
        ({key: Trade(2 * t.days, 2 * t.purchases, 2 * t.revenue) for key, t in BASE.items()}, "attrition", 80_000),
        ({key: Trade(t.days, 2 * t.purchases, 2 * t.revenue) for key, t in BASE.items()}, "frequency", 80_000),
        ({key: Trade(t.days, t.purchases, 2 * t.revenue) for key, t in BASE.items()}, "basket", 80_000),
        ({"a": Trade(500, 50, 25_000), "b": Trade(1000, 40, 60_000)}, "mix", 5_000),
    ],
)
def test_one_change_is_one_part(changed: dict, part: str, worth: int) -> None:
    assert revenue_parts(changed, BASE) == dict.fromkeys(PARTS, 0) | {part: worth}


def test_friends_are_a_part_of_their_own() -> None:
    assert revenue_parts(BASE, BASE, 700, 200) == dict.fromkeys(PARTS, 0) | {"referral": 500}


def test_two_factors_share_what_they_do_together() -> None:
    parts = revenue_parts({"a": Trade(100, 40, 8_000)}, {"a": Trade(100, 20, 2_000)})
    # Frequency x2 and basket x2: 2,000 and 2,000 alone, 2,000 together, split evenly.
    assert parts == dict.fromkeys(PARTS, 0) | {"frequency": 3_000, "basket": 3_000}


def test_a_group_that_only_one_arm_has() -> None:
    parts = revenue_parts(BASE | {"new": Trade(500, 50, 10_000)}, BASE)
    assert sum(parts.values()) == 10_000
    assert (parts["frequency"], parts["basket"]) == (0, 0)  # presence, and with whom


def test_a_group_that_buys_only_in_one_arm() -> None:
    parts = revenue_parts({"a": Trade(100, 5, 900)}, {"a": Trade(100, 0, 0)})
    assert parts == dict.fromkeys(PARTS, 0) | {"frequency": 900}


@pytest.mark.parametrize("trade", [Trade(0, 1, 5), Trade(3, 0, 5)])
def test_what_cannot_be_is_refused(trade: Trade) -> None:
    with pytest.raises(ValueError, match="group a"):
        revenue_parts({"a": trade}, {})


def test_shapley_of_a_known_game() -> None:  # the glove game: one left glove, two right ones
    values = shapley(3, lambda members: Fraction(int(members[0] and (members[1] or members[2]))))
    assert values == [Fraction(2, 3), Fraction(1, 6), Fraction(1, 6)]


@given(st.lists(st.fractions(-(10**9), 10**9, max_denominator=10**6), min_size=1, max_size=6))
def test_rounding_keeps_the_sum(parts: list[Fraction]) -> None:
    parts.append(-sum(parts, Fraction(0)) + 7)
    found = rounded(parts)
    assert sum(found) == 7
    assert all(abs(whole - part) < 1 for whole, part in zip(found, parts, strict=True))


def test_largest_remainders_first_and_ties_in_order() -> None:
    assert rounded([Fraction(1, 2), Fraction(1, 2), Fraction(3, 4), Fraction(1, 4)]) == [1, 0, 1, 0]
    with pytest.raises(ValueError, match="not to a whole number"):
        rounded([Fraction(1, 2)])
