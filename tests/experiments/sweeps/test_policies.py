"""How many replicates next: to a precision, or until the best is found; and always an end."""

from __future__ import annotations

from math import isnan
from types import SimpleNamespace
from typing import Any

import pytest

from rewardsim.economics.intervals import mean
from rewardsim.experiments.scenarios.plan import Best, Precision
from rewardsim.experiments.sweeps.effects import effects
from rewardsim.experiments.sweeps.policies import FIRST_MIN, KN_FIRST_MIN, Fixed, Precise, policy_of
from rewardsim.experiments.sweeps.selection import BEST, ELIMINATED, NO_VALUE, UNDECIDED, WORSE, Selection

from .made import BASE, Draw, Made, shared

SAMPLE = (1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09)  # science.md G49
GAINS = {"base": 0.0, "a": 5_000.0, "b": 30_000.0, "c": 26_000.0, "d": -20_000.0}
NAMES = tuple(GAINS)


def go(policy: Any, seen: Made, rounds: int = 200) -> list[dict[str, int]]:
    """Ask and give until no more is wanted, as a sweep does; return what was asked."""
    asked: list[dict[str, int]] = []
    given: dict[str, int] = {}
    for _ in range(rounds):
        broken = {name for name, _ in seen.failing}
        wanted = policy.ask(seen)
        more = {name: n for name, n in wanted.items() if n > given.get(name, 0) and not (given and name in broken)}
        if not more:
            return asked
        asked.append(more)
        given |= more
        seen.give(more)
    raise AssertionError("it never ends")


def test_a_fixed_number() -> None:
    seen = Made(shared(GAINS))
    assert go(Fixed(NAMES, 3), seen) == [dict.fromkeys(NAMES, 3)]


def test_the_policy_follows_from_the_plan() -> None:
    scenarios = SimpleNamespace(names=["base", "a"])
    plan: Any = SimpleNamespace(scenarios=scenarios, replicates=8, precision=None, best=None)
    assert policy_of(plan) == Fixed(("base", "a"), 8)
    plan.precision = Precision("margin", relative=0.01)
    assert policy_of(plan) == Precise(("base", "a"), 8, plan.precision)
    plan.best = Best("margin")
    assert policy_of(plan) == Selection(("base", "a"), KN_FIRST_MIN, plan.best)
    plan.best = Best("margin", "ocba")
    assert policy_of(plan) == Selection(("base", "a"), 8, plan.best)
    plan.replicates = 2
    assert policy_of(plan).first == FIRST_MIN  # type: ignore[attr-defined]


def textbook(name: str, number: int) -> Any:
    """The sample of the textbook as the ten first differences to a base of 1.343, and then again."""
    gain = SAMPLE[number % 10] if name == "a" else 0
    return {"margin": 1_343_000 + round(gain * 1e6)}, {"margin": 1_343_000}


def test_the_next_number_is_what_the_spread_says() -> None:
    """With 95 % instead of the book's 90 %, by the same rule: t s / root n within the width."""
    seen = Made(textbook).give({"base": 10, "a": 10})
    policy = Precise(("base", "a"), 10, Precision("margin", absolute=200_000))
    from rewardsim.economics.intervals import replicates_needed

    needed = replicates_needed([round(1e6 * one) for one in SAMPLE], absolute=200_000)
    assert needed == 19
    assert policy.ask(seen) == {"a": 19, "base": 19}
    assert policy.ask(seen.give({"base": 19, "a": 19})) == {}
    finer = Precise(("base", "a"), 10, Precision("margin", absolute=20_000))
    assert finer.ask(Made(textbook).give({"base": 10, "a": 10})) == {"a": 20, "base": 20}  # at most twice as many


def test_a_precision_is_reached_and_little_more() -> None:
    seen, names = Made(shared(GAINS, seed=3)), ("base", "a", "b")
    policy = Precise(names, 5, Precision("margin", relative=0.001, replicates_max=400))
    asked = go(policy, seen)
    table = effects(seen, names, ["margin"]).query("against == 'base'")
    half = (table["high"] - table["low"]) / 2
    assert (half <= 0.001 * BASE).all()
    assert len(asked) > 2
    assert seen.counts["base"] == max(seen.counts["a"], seen.counts["b"])
    assert 80 < seen.counts["a"] < 170  # (1.96 x 4,000 x root 2 / 1,000) squared is 123


def test_the_effect_on_margin_to_one_per_cent() -> None:
    """Common luck makes it cheap: five replicates do, where unpaired they would be hundreds."""
    seen = Made(shared(GAINS))
    assert go(Precise(("base", "b"), 2, Precision("margin", relative=0.01)), seen) == [{"base": 5, "b": 5}]


def test_a_lone_scenario_s_value_is_made_precise() -> None:
    seen = Made(shared(GAINS))
    go(Precise(("base",), 5, Precision("margin", relative=0.02)), seen)
    (found,) = effects(seen, ["base"], ["margin"]).to_dict("records")
    assert (found["high"] - found["low"]) / 2 <= 0.02 * found["value"]
    assert 20 < seen.counts["base"] < 60


def test_a_precision_out_of_reach_ends_at_the_limit() -> None:
    seen = Made(shared(GAINS))
    go(Precise(("base", "a"), 5, Precision("margin", relative=1e-6, replicates_max=60)), seen)
    assert seen.counts == {"base": 60, "a": 60}


@pytest.mark.parametrize("measure", ["tier_share:gold", "redeemed"])
def test_what_cannot_be_known_is_not_pursued(measure: str) -> None:
    """Not a number, or a share of nothing."""

    def draw(name: str, number: int) -> Any:
        return {"redeemed": number % 2 if name == "a" else 0}, {}

    seen = Made(draw, twins=False)
    assert len(go(Precise(("base", "a"), 5, Precision(measure, relative=0.01)), seen)) == 1


def test_failures_do_not_keep_others_from_an_end() -> None:
    for broken in ({("a", 4)}, {("base", 1)}, {("b", 0), ("b", 3), ("b", 4)}):
        seen = Made(shared(GAINS, seed=3), failing=frozenset(broken))
        go(Precise(("base", "a", "b"), 5, Precision("margin", relative=0.002)), seen)
        seen = Made(shared(GAINS, seed=3), failing=frozenset(broken))
        go(Selection(("base", "a", "b"), 5, Best("margin", "kn", 2_000.0)), seen)
        seen = Made(shared(GAINS, seed=3), failing=frozenset(broken))
        go(Selection(("base", "a", "b"), 5, Best("margin", "ocba", 2_000.0, replicates_max=30)), seen)


def test_who_failed_first_does_not_stop_the_others() -> None:
    seen = Made(shared(GAINS, seed=3), failing=frozenset({("a", 4)}))
    go(Precise(("base", "a", "b"), 5, Precision("margin", relative=0.001)), seen)
    assert seen.counts["a"] == 5
    assert seen.counts["b"] > 50
    assert seen.counts["base"] == seen.counts["b"]


@pytest.mark.parametrize("method", ["kn", "ocba"])
def test_who_failed_is_no_candidate(method: Any) -> None:
    seen = Made(shared(GAINS), failing=frozenset({("b", 1)}))
    policy = Selection(NAMES, 8, Best("margin", method, indifference=1_500.0, replicates_max=100))
    go(policy, seen)
    table = policy.ranking(seen)
    assert table["scenario"].tolist()[0] == "c"
    assert table["status"].tolist()[-1] == NO_VALUE
    assert table["scenario"].tolist()[-1] == "b"
    assert seen.counts["b"] == 8


def test_a_life_that_failed_later_takes_a_scenario_out_too() -> None:
    """Values are compared replicate by replicate, so that there may be no gap in them."""
    seen = Made(shared(GAINS), failing=frozenset({("b", 9)})).give(dict.fromkeys(NAMES, 12))
    table = Selection(NAMES, 8, Best("margin", "kn", indifference=1_500.0)).ranking(seen).set_index("scenario")
    assert table.loc["b", "status"] == NO_VALUE


def test_who_was_left_behind_stays_out() -> None:
    """Going through a ratio's values again may find otherwise; who has fewer replicates was eliminated."""
    seen = Made(shared({"base": 0.0, "a": 0.0, "b": 0.0})).give({"base": 12, "a": 12, "b": 8})
    policy = Selection(("base", "a", "b"), 8, Best("margin", "kn", indifference=50.0))
    assert set(policy.ask(seen)) == {"base", "a"}
    table = policy.ranking(seen).set_index("scenario")
    assert (table.loc["b", "status"], table.loc["b", "stage"]) == (ELIMINATED, 8)
    assert table.index[-1] == "b"


def test_coverage_of_an_interval_that_stopped_itself() -> None:
    """Stopping by what is seen costs little: 95 % intervals cover at least 92 % here."""
    covered = 0
    for seed in range(400):
        seen = Made(shared({"base": 0.0, "a": 10_000.0}, seed))
        go(Precise(("base", "a"), 5, Precision("margin", relative=0.0025)), seen)
        found = effects(seen, ["base", "a"], ["margin"]).iloc[-1]
        covered += found["low"] <= 10_000 <= found["high"]
    assert covered / 400 >= 0.92 - 4 * (0.08 * 0.92 / 400) ** 0.5
    assert covered / 400 >= 0.91


def test_kn_finds_the_best_and_spends_little_on_the_rest() -> None:
    seen = Made(shared(GAINS))
    policy = Selection(NAMES, 8, Best("margin", "kn", indifference=1_500.0))
    asked = go(policy, seen)
    table = policy.ranking(seen)
    assert asked[0] == dict.fromkeys(NAMES, 8)
    assert table["scenario"].tolist()[:2] == ["b", "c"]
    assert table["status"].tolist() == [BEST, *[ELIMINATED] * 4]
    assert seen.counts["d"] == 8
    assert seen.counts["b"] >= seen.counts["c"] >= 8
    assert table.loc[1, "behind"] == pytest.approx(4_000, abs=4_000)
    assert table.loc[1, "stage"] >= 8
    assert isnan(table.loc[0, "probability"])
    assert table.loc[0, "behind"] == 0


def test_kn_is_right_as_often_as_it_promises() -> None:
    """All others worse by the indifference zone exactly, and a shared luck many times larger than it."""
    right, rounds, names = 0, 150, ("base", "x", "y", "z")
    for seed in range(rounds):
        seen = Made(shared(dict.fromkeys(names, 0.0) | {"y": 3_000.0}, seed))
        policy = Selection(names, 8, Best("margin", "kn", indifference=3_000.0, level=0.9))
        go(policy, seen)
        right += policy.ranking(seen).loc[0, "scenario"] == "y"
    assert right / rounds >= 0.9


def test_kn_may_be_undecided_at_the_limit() -> None:
    seen = Made(shared({"base": 0.0, "a": 0.0, "d": -500_000.0}))
    policy = Selection(("base", "a", "d"), 5, Best("margin", "kn", indifference=100.0, replicates_max=20))
    go(policy, seen)
    table = policy.ranking(seen)
    assert table["status"].tolist() == [UNDECIDED, UNDECIDED, ELIMINATED]
    assert seen.counts["base"] == seen.counts["a"] == 20


def test_less_may_be_better() -> None:
    def draw(name: str, number: int) -> Any:
        own, without = shared(GAINS)(name, number)
        return own | {"cost": {"base": 30_000, "a": 20_000}[name] + number}, without

    policy = Selection(("base", "a"), 5, Best("cost", "kn", 100.0))
    seen = Made(draw)
    go(policy, seen)
    table = policy.ranking(seen)
    assert table["scenario"].tolist() == ["a", "base"]
    assert table["value"].tolist() == [20_002, 30_002]
    assert table["behind"].tolist() == [0, 10_000]


def test_one_per_cent_does_not_matter_unless_said_otherwise() -> None:
    policy = Selection(NAMES, 6, Best("margin"))
    seen = Made(shared(GAINS))
    go(policy, seen)
    assert policy.ranking(seen).loc[0, "scenario"] in ("b", "c")
    assert max(seen.counts.values()) <= 10  # 26,000 and 30,000 are alike, to 10,000


def test_ocba_goes_where_the_doubt_is() -> None:
    seen = Made(shared(GAINS, own=8_000), twins=True)
    policy = Selection(NAMES, 8, Best("net", "ocba", indifference=1_000.0, replicates_max=300))
    go(policy, seen)
    table = policy.ranking(seen)
    assert table.loc[0, "scenario"] in ("b", "c")
    close, far = seen.counts["b"] + seen.counts["c"], seen.counts["d"] + seen.counts["base"]
    assert close > 2 * far
    assert 0 < table.loc[0, "probability"] <= 1


def independent(seed: int) -> Draw:
    import random

    def draw(name: str, number: int) -> Any:
        luck = random.Random(f"{seed}/{name}/{number}")
        return {"margin": round(luck.gauss(1_000 * int(name), 3_000))}, {}

    return draw


def test_ocba_stops_when_it_is_sure() -> None:
    right, rounds, names = 0, 100, ("1", "2", "3", "6")
    for seed in range(rounds):
        seen = Made(independent(seed), twins=False)
        policy = Selection(names, 5, Best("margin", "ocba", indifference=0.1, level=0.9))
        go(policy, seen)
        table = policy.ranking(seen)
        right += table.loc[0, "scenario"] == "6"
        assert table["status"].tolist() == [BEST, WORSE, WORSE, WORSE]
        assert table.loc[0, "probability"] >= 0.9
    assert right / rounds >= 0.9 - 4 * (0.09 / rounds) ** 0.5


def test_ocba_picks_better_than_equal_shares() -> None:
    """The same number of lives in all, given by OCBA and given equally."""
    names, right, rounds = tuple("123456"), {"ocba": 0, "equal": 0}, 200
    for seed in range(rounds):
        seen = Made(independent(seed), twins=False)
        policy = Selection(names, 5, Best("margin", "ocba", indifference=0.1, level=0.999, replicates_max=60))
        given = policy.ask(seen)
        while given and sum(seen.give(given).counts.values()) < 120:
            given = policy.ask(seen)
        right["ocba"] += policy.ranking(seen).loc[0, "scenario"] == "6"
        equal = Made(independent(seed), twins=False).give(dict.fromkeys(names, sum(seen.counts.values()) // 6))
        means = {name: mean([one["margin"] for one in equal.observations(name)[0]]) for name in names}
        right["equal"] += max(means, key=means.__getitem__) == "6"
    assert right["ocba"] > right["equal"]


def test_who_has_no_value_is_no_candidate() -> None:
    def draw(name: str, number: int) -> Any:
        own, without = shared(GAINS)(name, number)
        return (without if name == "base" else own), without

    policy = Selection(("base", "a", "b"), 5, Best("roi", "kn", 0.05))
    seen = Made(draw)
    go(policy, seen)
    table = policy.ranking(seen)
    assert table["scenario"].tolist() == ["b", "a", "base"]
    assert table["status"].tolist()[-1] == NO_VALUE
    assert isnan(table.loc[2, "value"])


def test_nothing_to_choose_from_is_no_endless_search() -> None:
    seen = Made(shared(GAINS), twins=False)
    policy = Selection(("base", "a"), 5, Best("incremental_margin"))
    assert len(go(policy, seen)) == 1
    assert policy.ranking(seen)["status"].tolist() == [NO_VALUE, NO_VALUE]
    zeros = Made(lambda name, number: ({"margin": 0}, {}), twins=False)
    assert len(go(Selection(("base", "a"), 5, Best("margin")), zeros)) == 1


def test_the_same_is_asked_again_after_an_interruption() -> None:
    policy, seen = Selection(NAMES, 8, Best("margin", "kn", 1_500.0)), Made(shared(GAINS))
    asked = go(policy, seen)
    again = Made(shared(GAINS))
    assert go(policy, again) == asked
    assert policy.ranking(again).equals(policy.ranking(seen))
