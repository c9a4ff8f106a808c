"""Real odds of weighted entries: exact against golden numbers, integrated against exact, both against draws."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsim.draws import rank_tickets
from rewardsim.draws.odds import TOLERANCE, exact_chances, integrated_chances, odds

from .chances import interval
from .conftest import SECRET


def test_golden_successive_sampling() -> None:  # G67
    right = {1: Fraction(5, 12), 2: Fraction(11, 15), 3: Fraction(17, 20)}
    assert exact_chances({1: 1, 2: 1, 3: 1}, 2) == right
    found = integrated_chances({1: 1, 2: 1, 3: 1}, 2)
    assert {entries: pytest.approx(float(chance), abs=1e-9) for entries, chance in right.items()} == found


def test_equal_entries_share_alike() -> None:
    for entries in (1, 4):
        (row,) = odds([(f"m{i}", e) for i in range(90) for e in range(entries)], 9)
        assert row == (entries, 90, 0.1, Fraction(1, 10))
    assert odds([("ann", 1), ("bob", 1)], 5)[0].exact == 1


def test_odds_are_not_in_proportion() -> None:
    rows = odds([("ann", 1), ("bob", 1), ("bob", 2), ("cat", 1), ("cat", 2), ("cat", 3)], 2)
    assert [row.to_dict()["exact"] for row in rows] == ["5/12", "11/15", "17/20"]
    assert [row.to_dict()["odds"] for row in rows] == ["0.416667", "0.733333", "0.850000"]
    assert rows[2].chance < 3 * rows[0].chance


FIELDS = st.dictionaries(st.integers(1, 40), st.integers(1, 6), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(FIELDS, st.integers(1, 18))
def test_integrated_is_exact(sizes: dict[int, int], winners: int) -> None:
    exact, found = exact_chances(sizes, winners), integrated_chances(sizes, winners)
    assert max(abs(float(exact[entries]) - found[entries]) for entries in sizes) < TOLERANCE / 100
    assert sum(sizes[entries] * chance for entries, chance in exact.items()) == min(winners, sum(sizes.values()))


@pytest.mark.parametrize(
    ("sizes", "winners"),
    [({1: 5, 1000: 5}, 6), ({1: 900_000, 2: 50_000, 5: 50_000}, 1_000), ({3: 70_000, 1: 40_000}, 109_999)],
)
def test_large_and_uneven_fields_give_away_every_prize(sizes: dict[int, int], winners: int) -> None:
    found = integrated_chances(sizes, winners)
    assert abs(sum(sizes[entries] * found[entries] for entries in sizes) - winners) < TOLERANCE * winners
    assert [found[entries] for entries in sorted(sizes)] == sorted(found.values())


def test_a_large_field_is_integrated_and_says_so() -> None:
    tickets = [(f"m{i}", entry) for i in range(400) for entry in range(1 + i % 7)]
    rows = odds(tickets, 60)
    assert [row.exact for row in rows] == [None] * 7
    assert all(row.to_dict()["exact"] is None for row in rows)


def test_draws_win_as_often_as_the_odds_say() -> None:
    """Invariant 37: 2,500 draws of 4 from 12 members with 1, 2 or 5 entries."""
    tickets = [(f"m{i}", entry) for i in range(12) for entry in range(1, (1, 2, 5)[i % 3] + 1)]
    held = {member: sum(one == member for one, _ in tickets) for member, _ in tickets}
    draws, wins = 2_500, dict.fromkeys(held, 0)
    for number in range(draws):
        for index in rank_tickets(f"odds-{number}", SECRET, tickets)[:4]:
            wins[tickets[index][0]] += 1
    chances = {row.entries: row.chance for row in odds(tickets, 4)}
    for member, entries in held.items():
        low, high = interval(chances[entries], draws)
        assert low < wins[member] / draws < high, member
