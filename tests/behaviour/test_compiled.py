"""Compiled behaviour is interpreted behaviour, to the last bit."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from behaviour.answers import QUESTIONS, answer
from behaviour.harness import ready
from behaviour.made import AT, random_scene

MEMBERS = 400
SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_compiled_and_interpreted_agree_exactly(seed: int) -> None:
    made = random_scene(seed, MEMBERS)
    rng = random.Random(1000 + seed)
    moments = [AT + rng.uniform(-0.5, 0.49) for _ in range(MEMBERS)]
    words = [rng.getrandbits(32) for _ in range(3 * MEMBERS)]
    fast = ready("answer", made, moments, words, len(QUESTIONS) * MEMBERS)()
    slow = [0.0] * (len(QUESTIONS) * MEMBERS)
    answer(made.law, made.book, made.world, moments, words, slow)
    width = len(QUESTIONS)
    differ = [
        (QUESTIONS[place % width], place // width, one, other)
        for place, (one, other) in enumerate(zip(fast, slow, strict=True))
        if one != other
    ]
    assert differ == []


def test_the_scenes_are_rich_enough() -> None:
    seen: list[set[float]] = [set() for _ in QUESTIONS]
    for seed in SEEDS:
        made = random_scene(seed, 100)
        rng = random.Random(seed)
        words = [rng.getrandbits(32) for _ in range(300)]
        found = [0.0] * (100 * len(QUESTIONS))
        answer(made.law, made.book, made.world, [AT] * 100, words, found)
        for place, value in enumerate(found):
            seen[place % len(QUESTIONS)].add(value)
    counts = {name: len(values) for name, values in zip(QUESTIONS, seen, strict=True)}
    few = {"coupon_for": 3, "item_wish": 3, "accepts": 2, "token_value": 5, "invitations": 10}
    assert {name: n for name, n in counts.items() if n < few.get(name, 20)} == {}


@pytest.mark.bench
def test_a_multiplier_costs_little() -> None:
    members = 100_000
    ask = ready("press", random_scene(3, members), [AT] * members, [], members)
    ask()
    best = min(_seconds(ask) for _ in range(5))
    print(f"multiplier: {best / members * 1e9:.0f} ns a member, all effects on, members read from memory")
    assert best / members < 2e-6


def _seconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began
