"""Ranking and selection: OCBA's shares, KN's guarantee, and budgets that go where the doubt is."""

from __future__ import annotations

import random

import pytest

from rewardsim.economics.intervals import mean
from rewardsim.economics.ranking import kn_survivors, ocba_next, ocba_shares, probability_correct


@pytest.mark.parametrize(
    ("means", "deviations", "shares"),
    [
        ((1, 2, 3, 4, 5), (1, 1, 1, 1, 1), (25.383, 45.126, 101.534, 406.134, 421.823)),
        ((5, 4, 4.5, 3), (2, 1, 3, 1), (392.713, 16.303, 586.908, 4.076)),
    ],
)
def test_the_shares_of_the_handbook(means: tuple, deviations: tuple, shares: tuple) -> None:  # science.md G53
    found = [1_000 * share for share in ocba_shares(means, deviations)]
    assert found == pytest.approx(shares, abs=6e-4)


def test_shares_of_odd_cases() -> None:
    assert ocba_shares([3.0], [1.0]) == [1.0]
    assert sum(ocba_shares([3.0, 3.0, 1.0], [1.0, 1.0, 1.0])) == pytest.approx(1)
    assert ocba_shares([3.0, 3.0, 1.0], [1.0, 1.0, 1.0])[2] < 1e-6
    assert sum(ocba_shares([0.0, 0.0], [0.0, 0.0])) == pytest.approx(1)


def test_what_comes_next_is_whole_and_complete() -> None:
    luck = random.Random(1)
    samples = {str(i): [luck.gauss(i, 1) for _ in range(5)] for i in range(6)}
    given = ocba_next(samples, 17)
    assert sum(given.values()) == 17
    assert given["5"] + given["4"] > 12


def systems(luck: random.Random, means: list[float], shared: float = 0.0) -> dict[str, list[float]]:
    """40 replicates of every system, with luck they share."""
    common = [luck.gauss(0, shared) for _ in range(400)]
    return {str(i): [m + c + luck.gauss(0, 1) for c in common] for i, m in enumerate(means)}


def test_kn_selects_the_best_as_often_as_it_promises() -> None:
    """The least favourable case: all others worse by exactly the indifference zone, whatever luck is shared."""
    for shared in (0.0, 3.0):
        luck, correct, spent, rounds = random.Random(7), 0, 0, 400
        for _ in range(rounds):
            samples = systems(luck, [1.0, 0.0, 0.0, 0.0, 0.0], shared)
            gone = kn_survivors(samples, 10, 1.0, 0.90)
            survivors = [name for name, when in gone.items() if when is None]
            assert len(survivors) == 1
            correct += survivors == ["0"]
            spent += sum(when or max(w or 0 for w in gone.values()) for when in gone.values())
        assert correct / rounds >= 0.90 - 4 * (0.9 * 0.1 / rounds) ** 0.5
        assert correct / rounds >= 0.90  # as seeded
        assert spent / rounds / 5 < 45


def test_kn_s_answer_does_not_depend_on_what_came_later() -> None:
    """Eliminated systems may have been given fewer replicates; survivors' later ones change nothing before."""
    samples = systems(random.Random(3), [2.0, 1.5, 0.0, 0.2])
    gone = kn_survivors(samples, 8, 0.5)
    assert gone["2"] is not None
    assert gone["3"] is not None
    cut = {name: values[: gone[name]] if gone[name] else values for name, values in samples.items()}
    assert kn_survivors(cut, 8, 0.5) == gone
    early = {name: values[:12] for name, values in samples.items()}
    for name, when in kn_survivors(early, 8, 0.5).items():
        assert when == gone[name] or (when is None and (gone[name] or 99) > 12)


def test_kn_waits_for_everybody() -> None:
    samples = {"a": [1.0] * 8, "b": [0.0] * 7}
    assert kn_survivors(samples, 8, 0.1) == {"a": None, "b": None}
    assert kn_survivors({"a": [1.0]}, 8, 0.1) == {"a": None}
    later = {"a": [1.0, 2.0] * 6, "b": [0.0, 1.5] * 4}
    assert kn_survivors(later, 4, 0.001)["b"] is None


def test_kn_refuses_what_it_cannot_do() -> None:
    for first, zone in ((1, 1.0), (8, 0.0), (8, float("nan"))):
        with pytest.raises(ValueError, match="indifference zone"):
            kn_survivors({"a": [1.0], "b": [2.0]}, first, zone)


def test_ocba_picks_better_than_equal_shares() -> None:
    """One hundred replicates for ten systems: the same luck spent where the doubt is."""
    luck, rounds, right = random.Random(11), 400, {"ocba": 0, "equal": 0}
    for _ in range(rounds):
        samples = systems(luck, [0.35 * i for i in range(10)])
        equal = {name: values[:10] for name, values in samples.items()}
        right["equal"] += max(equal, key=lambda name: mean(equal[name])) == "9"
        taken = {name: values[:5] for name, values in samples.items()}
        while sum(map(len, taken.values())) < 100:
            for name, more in ocba_next(taken, 10).items():
                taken[name] = samples[name][: len(taken[name]) + more]
        right["ocba"] += max(taken, key=lambda name: mean(taken[name])) == "9"
    assert right["ocba"] > right["equal"] + 4 * (rounds * 0.25) ** 0.5


def test_the_probability_of_a_correct_selection_is_no_overstatement() -> None:
    luck, said, right, rounds = random.Random(12), 0.0, 0, 500
    for _ in range(rounds):
        samples = {name: values[:20] for name, values in systems(luck, [0.0, 0.2, 0.5]).items()}
        said += probability_correct(samples)
        right += max(samples, key=lambda name: mean(samples[name])) == "2"
    assert said / rounds <= right / rounds + 4 * (0.25 / rounds) ** 0.5
    assert probability_correct({"a": [1, 1], "b": [0, 0]}) == 1.0
    assert probability_correct({"a": [1, 1], "b": [1, 1]}) == 0.5
    assert probability_correct({"a": [0.0, 0.2], "b": [0.0, 0.1]}, 5.0) > 0.99


def by_the_book(samples: dict[str, list[float]], first: int, zone: float, level: float) -> dict[str, int | None]:
    """KN with c = 1 as written down: means, h squared, and the shrinking allowance."""
    import numpy as np

    arrays = {name: np.array(values) for name, values in samples.items()}
    eta = 0.5 * ((2 * (1 - level) / (len(samples) - 1)) ** (-2 / (first - 1)) - 1)
    h2 = 2 * eta * (first - 1)
    gone: dict[str, int | None] = dict.fromkeys(samples)
    alive = list(samples)
    for r in range(first, len(arrays[alive[0]]) + 1):
        if len(alive) == 1:
            break
        kept = []
        for i in alive:
            allowed = {
                j: max(0.0, zone / (2 * r) * (h2 * (arrays[i] - arrays[j])[:first].var(ddof=1) / zone**2 - r))
                for j in alive
                if j != i
            }
            if all(arrays[i][:r].mean() >= arrays[j][:r].mean() - width for j, width in allowed.items()):
                kept.append(i)
            else:
                gone[i] = r
        alive = kept
    return gone


def test_kn_is_the_procedure_of_the_book() -> None:
    for seed in range(40):
        luck = random.Random(seed)
        samples = {
            name: values[:120] for name, values in systems(luck, [luck.uniform(0, 1) for _ in range(4)], 2.0).items()
        }
        zone, level = luck.choice([0.1, 0.3, 0.8]), luck.choice([0.9, 0.95])
        assert kn_survivors(samples, 6, zone, level) == by_the_book(samples, 6, zone, level)
