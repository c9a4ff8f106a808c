"""Invitations: their distribution, the finite pool, certainty."""

from __future__ import annotations

import math
import random

import pytest

from behaviour.made import ALWAYS_WORD, NEVER_WORD, Scene, scene
from rewardsim.behaviour.inviting import INVITATIONS_MAX, accepts, invitations
from rewardsim.behaviour.philox import uniform
from rewardsim.behaviour.records import REFERRED

N = 20_000


def numbers(made: Scene, n: int = N, step: int = 0) -> list[int]:
    """The invitations of so many people like the first, each with his own luck."""
    found = []
    for low in range(n):
        made.person.low = low
        found.append(invitations(made.world, made.person, step))
    return found


def moments(found: list[int]) -> tuple[float, float, float, float]:
    """Mean, variance, and the standard errors of both."""
    n = len(found)
    mean = sum(found) / n
    second = sum((x - mean) ** 2 for x in found) / n
    fourth = sum((x - mean) ** 4 for x in found) / n
    return mean, second, math.sqrt(second / n), math.sqrt((fourth - second**2) / n)


class TestNumber:
    @pytest.mark.parametrize(("mean", "shape"), [(0.5, 0.3), (1.5, 0.5), (0.4, 1.0), (3.0, 5.0)])
    def test_it_is_negative_binomial(self, mean: float, shape: float) -> None:
        made = scene().set(invite_shape=shape)
        made.person.invites = mean
        first, second, error_1, error_2 = moments(numbers(made))
        assert abs(first - mean) <= 4 * error_1
        assert abs(second - (mean + mean**2 / shape)) <= 4 * error_2

    @pytest.mark.parametrize("mean", [0.2, 1.5, 6.0])
    def test_shape_nothing_is_poisson(self, mean: float) -> None:
        made = scene().set(invite_shape=0.0)
        made.person.invites = mean
        found = numbers(made)
        first, second, error_1, error_2 = moments(found)
        assert abs(first - mean) <= 4 * error_1
        assert abs(second - mean) <= 4 * error_2
        for k in range(4):
            chance = math.exp(-mean) * mean**k / math.factorial(k)
            assert abs(found.count(k) / N - chance) <= 4 * math.sqrt(chance * (1 - chance) / N)

    def test_a_large_shape_is_nearly_poisson(self) -> None:
        made = scene()
        made.person.invites = 1.5
        made.habits.invite_shape = 1e7
        nearly = numbers(made, 2_000)
        assert nearly == numbers(made.set(invite_shape=0.0), 2_000)

    def test_few_invite_much(self) -> None:
        made = scene()
        made.person.invites = 1.5
        none = [numbers(made.set(invite_shape=shape), 5_000).count(0) for shape in (0.3, 1.0, 5.0, 0.0)]
        assert none == sorted(none, reverse=True)

    def test_whoever_is_more_inclined_invites_no_fewer(self) -> None:
        made = scene().set(invite_shape=0.5)
        found = []
        for made.person.invites in (0.0, 0.1, 1.0, 5.0):
            found.append(numbers(made, 500))
        assert all(list(column) == sorted(column) for column in zip(*found, strict=True))

    def test_those_who_were_brought_invite_more(self) -> None:
        made = scene().set(invite_referred=1.5)
        made.person.invites, made.person.kind = 1.0, REFERRED
        mean, _, error, _ = moments(numbers(made))
        assert abs(mean - 1.5) <= 4 * error

    def test_there_is_an_end(self) -> None:
        made = scene().set(invite_shape=0.3)
        made.person.invites = 1_000.0
        found = numbers(made, 500)
        assert max(found) == INVITATIONS_MAX
        assert min(found) >= 0

    def test_nobody_invites_without_an_inclination(self) -> None:
        assert set(numbers(scene(), 100)) == {0}

    def test_visits_have_their_own_luck(self) -> None:
        made = scene()
        made.person.invites = 2.0
        assert numbers(made, 50, 0) != numbers(made, 50, 1)
        assert numbers(made, 50, 0) == numbers(made, 50, 0)


class TestOnce:
    def test_exactly_so_many_and_then_none(self) -> None:
        made = scene().set(invite_once=5.0)
        made.person.invites = 3.0
        assert set(numbers(made, 100)) == {5}
        assert set(numbers(made, 100, 1)) == {0}

    def test_a_fraction_is_a_chance(self) -> None:
        made = scene().set(invite_once=2.25)
        found = numbers(made)
        assert set(found) == {2, 3}
        assert abs(found.count(3) / N - 0.25) <= 4 * math.sqrt(0.25 * 0.75 / N)


class TestAcceptance:
    def share(self, made: Scene, n: int = N) -> float:
        rng = random.Random(4)
        return sum(self.accepted(made, rng.getrandbits(32)) for _ in range(n)) / n

    def accepted(self, made: Scene, word: int) -> bool:
        return accepts(made.law, made.terms, made.world, 0, word)

    def made(self, **terms: int) -> Scene:
        made = scene(**terms).set(pool=1_000, accept=-1.4)
        made.person.visit_at = made.habits.first_day + 400.5
        return made

    def near(self, found: float, expected: float) -> bool:
        return abs(found - expected) <= 4 * math.sqrt(expected * (1 - expected) / N)

    def test_by_log_odds(self) -> None:
        assert self.near(self.share(self.made()), 0.197816)

    def test_a_reward_helps(self) -> None:
        # 100 tokens at 10 minor units, .8 believed: 800 minor units; at 100 times the value, ln 9
        made = self.made(redeem_on=1, referee_tokens=100).set(accept_reward=0.5)
        assert self.near(self.share(made), 1 / (1 + math.exp(1.4 - 0.5 * math.log(1.08))))
        made.terms.redeem_value_num = 1_000
        assert self.near(self.share(made), 1 / (1 + math.exp(1.4 - 0.5 * math.log(9.0))))

    def test_the_pool_runs_dry(self) -> None:
        made = self.made().set(accept=20.0, joined=750)
        assert self.near(self.share(made), 0.25)
        assert self.near(self.share(made.set(accept_pool=0.5)), 0.625)
        assert self.share(made.set(accept_pool=1.0, joined=1_000), 100) == 0.0
        assert self.share(made.set(joined=1_005), 100) == 0.0
        assert self.share(made.set(joined=0, pool=0), 100) == 0.0
        assert self.near(self.share(made.set(joined=2_000, pool=1_000, accept_pool=0.5)), 0.5)

    def test_certainty_is_certain_and_so_is_impossibility(self) -> None:
        made = self.made().set(accept=20.0)
        assert self.accepted(made, NEVER_WORD) is True
        assert self.accepted(made.set(accept=-20.0), ALWAYS_WORD) is False

    def test_acceptance_is_monotone_in_the_reward(self) -> None:
        rng = random.Random(9)
        for _ in range(300):
            word = rng.getrandbits(32)
            found = []
            for tokens in (0, 50, 500, 5_000):
                found.append(self.accepted(self.made(redeem_on=1, referee_tokens=tokens), word))
            assert found == sorted(found)


def test_a_word_is_never_nothing_nor_all() -> None:
    assert 0.0 < uniform(0) < uniform(NEVER_WORD) < 1.0
