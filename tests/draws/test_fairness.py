"""Golden numbers of fair draws, and one test that fair draws pass and famous biased ones fail."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest

from rewardsim.draws import rank_tickets

from .chances import binomial_upper, chi_square, chi_square_tail, corrected, hypergeometric, interval
from .conftest import SECRET

CHANCE = 0.001  # a fair draw fails so rarely; secrets and ids are fixed, so that it passes for good


def test_golden_hypergeometric() -> None:  # G66
    chances = hypergeometric(1000, 200, 300)
    mean = sum(i * p for i, p in enumerate(chances))
    assert mean == 60
    assert float(sum(i * i * p for i, p in enumerate(chances)) - mean**2) == pytest.approx(33.633634, abs=5e-7)
    below = list(itertools.accumulate(chances))
    assert [next(i for i, p in enumerate(below) if p >= q) for q in (Fraction(1, 40), Fraction(39, 40))] == [49, 71]
    assert float(hypergeometric(1000, 200, 10)[0]) == pytest.approx(0.106164, abs=5e-7)
    assert pytest.approx(0.107374, abs=5e-7) == 0.8**10
    assert float(Fraction(10 * 9, 1000 * 999)) == pytest.approx(9.009009e-5, abs=5e-12)


def test_golden_corrected_chi_square() -> None:  # G68
    sizes, winners = (500, 300, 150, 50), (58, 27, 12, 3)
    naive = chi_square(winners, [size / 10 for size in sizes])
    assert naive == pytest.approx(2.98)
    assert chi_square_tail(naive, 3) == pytest.approx(0.394719, abs=5e-7)
    statistic, p = corrected(winners, sizes, 100)
    assert statistic == pytest.approx(3.3078, abs=5e-5)
    assert p == pytest.approx(0.346559, abs=5e-7)
    assert pytest.approx(2.702703, abs=5e-7) == 3 * (1000 - 100) / (1000 - 1)


def test_golden_tails() -> None:  # G70
    statistic = chi_square((18, 22, 20, 25, 15), [20] * 5)
    assert statistic == pytest.approx(2.9)
    assert chi_square_tail(statistic, 4) == pytest.approx(0.574697, abs=5e-7)
    for critical, df, tail in ((9.487729, 4, 0.05), (21.665994, 9, 0.01), (27.877165, 9, 0.001)):
        assert chi_square_tail(critical, df) == pytest.approx(tail, rel=1e-6)
    assert float(2 * binomial_upper(1000, 540)) == pytest.approx(0.012444, abs=5e-7)


def test_golden_a_year_of_draws() -> None:  # G72
    assert pytest.approx(0.058377, abs=5e-7) == 1 - (1 - 50 / 10_000) ** 12


def test_golden_biased_shuffles() -> None:  # G71
    paths = Counter("".join(map(str, swapped(3, path))) for path in itertools.product(range(3), repeat=3))
    assert paths == {"012": 4, "021": 5, "102": 5, "120": 5, "201": 4, "210": 4}
    modulo = Counter(Counter(value % 10_000 for value in range(1 << 16)).values())
    assert modulo == {7: 5_536, 6: 4_464}
    assert pytest.approx([0.0681, -0.0845], abs=5e-5) == [7 / 6.5536 - 1, 6 / 6.5536 - 1]


def swapped(count: int, path: tuple[int, ...]) -> list[int]:
    """The naive shuffle along a path: each place swapped with any place."""
    row = list(range(count))
    for place, other in enumerate(path):
        row[place], row[other] = row[other], row[place]
    return row


Draw = Callable[[int, int, int], list[int]]  # number of the draw, field, winners -> the winners


def ours(number: int, field: int, winners: int) -> list[int]:
    """Ours, under one secret."""
    return rank_tickets(f"draw-{number}", SECRET, [(f"m{i}", 1) for i in range(field)])[:winners]


def predictable(number: int, field: int, winners: int) -> list[int]:
    """Ours without a secret, as a replay draws."""
    return rank_tickets(f"draw-{number}", None, [(f"m{i}", 1) for i in range(field)])[:winners]


def naive_shuffle(number: int, field: int, winners: int) -> list[int]:
    """Everybody swapped with anybody."""
    chance = random.Random(number)
    return swapped(field, tuple(chance.randrange(field) for _ in range(field)))[:winners]


def sixteen_bits(number: int, field: int, winners: int) -> list[int]:
    """A value of 16 bits modulo the field, until there are enough winners."""
    chance, found = random.Random(number), {}
    while len(found) < winners:
        found[chance.randrange(1 << 16) % field] = True
    return list(found)


def p_of_members(draw: Draw) -> float:
    """2,000 draws of 3 from 10: how often each member wins."""
    wins = Counter(member for number in range(2_000) for member in draw(number, 10, 3))
    return corrected([wins[member] for member in range(10)], [1] * 10, 3, 2_000)[1]


def p_of_halves(draw: Draw) -> float:
    """20 draws of 500 from 10,000: how often members before and after 5,536 win."""
    early = sum(member < 5_536 for number in range(20) for member in draw(number, 10_000, 500))
    return corrected([early, 10_000 - early], [5_536, 4_464], 500, 20)[1]


def p_of_orders(draw: Draw) -> float:
    """6,000 draws of all 3: how often each order comes up."""
    orders = Counter(tuple(draw(number, 3, 3)) for number in range(6_000))
    return chi_square_tail(chi_square([orders[one] for one in itertools.permutations(range(3))], [1_000] * 6), 5)


@pytest.mark.parametrize("test", [p_of_members, p_of_halves, p_of_orders])
@pytest.mark.parametrize("draw", [ours, predictable])
def test_our_draw_is_fair(draw: Draw, test: Callable[[Draw], float]) -> None:
    assert test(draw) > CHANCE


@pytest.mark.parametrize(
    ("draw", "test"), [(naive_shuffle, p_of_members), (naive_shuffle, p_of_orders), (sixteen_bits, p_of_halves)]
)
def test_the_same_test_finds_biased_draws(draw: Draw, test: Callable[[Draw], float]) -> None:
    assert test(draw) < CHANCE / 1_000


def test_wins_of_vips_and_pairs_are_hypergeometric() -> None:
    """G66 for our draw: mean and variance of VIPs among 30 of 100, and how often a pair wins together."""
    draws, vips, pairs = 1_500, [], 0
    for number in range(draws):
        won = set(ours(number, 100, 30))
        vips.append(sum(member < 20 for member in won))
        pairs += {0, 1} <= won
    mean, spread = 6, 30 * 0.2 * 0.8 * 70 / 99
    assert abs(sum(vips) / draws - mean) < 4 * math.sqrt(spread / draws)
    assert sum((v - mean) ** 2 for v in vips) / draws == pytest.approx(spread, rel=4 * math.sqrt(2 / draws))
    low, high = interval(30 * 29 / (100 * 99), draws)
    assert low < pairs / draws < high
