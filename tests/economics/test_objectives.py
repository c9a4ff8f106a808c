"""Measures: defined once, every total among them, ratios as values whose mean is the ratio of means."""

from __future__ import annotations

import random
from collections.abc import Iterator
from math import exp, isnan, sqrt

import pytest

from rewardsim.behaviour.measures import MEASURES as COUNTED
from rewardsim.economics.intervals import mean, mean_interval, paired_interval, ratio_interval, variance
from rewardsim.economics.objectives import (
    MEASURES,
    QUANTITIES,
    UNITS,
    MeasureError,
    above_and_below,
    ended_tokens,
    linearised,
    measure,
    spent_tokens,
    values,
)
from rewardsim.economics.profit import expected_cost
from rewardsim.experiments.simulations import effects

OWN = {
    "revenue": 1_300_000, "margin": 325_000, "cost": 20_000, "net": 305_000, "purchases": 130, "express_cost": 2_000,
    "redeemed": 700, "exchanged": 200, "given_back": 100, "expired": 400, "enrolled": 90, "joined": 15, "members": 70,
    "liability_expected": 0, "outstanding": 500, "tier:silver": 60, "tier:gold": 20,
}  # fmt: skip
WITHOUT = {"revenue": 1_200_000, "margin": 300_000, "cost": 0, "net": 300_000, "purchases": 120}
KNOWN = {
    "net": 305_000,
    "incremental_revenue": 100_000,
    "incremental_margin": 25_000,
    "incremental_net": 5_000,
    "incremental_purchases": 10,
    "roi": 0.25,
    "cost_per_incremental_revenue": 0.2,
    "incremental_share": 1 / 13,
    "cost_per_token": 22.5,
    "expected_redemption": 800 / 1_200,
    "breakage": 400 / 1_200,
    "referral_growth": 0.2,
    "active_members": 70,
    "tier_share:gold": 0.25,
    "tier_share:silver": 0.75,
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_measure_of_one_life(name: str) -> None:
    assert values(measure(name), [OWN], [WITHOUT]) == [pytest.approx(KNOWN[name], rel=1e-12)]


def test_every_total_of_a_life_is_a_measure() -> None:
    assert set(COUNTED) <= set(UNITS)
    assert set(QUANTITIES) <= set(UNITS) <= set(MEASURES)
    assert all(one.name == name and one.meaning and one.unit for name, one in MEASURES.items())
    assert {one.wanted for one in MEASURES.values()} == {"more", "less", ""}


def test_reports_take_their_quantities_from_here() -> None:
    assert effects.QUANTITIES is QUANTITIES


def test_cost_and_redemption_make_the_expected_liability() -> None:
    """Tokens outstanding, times the share expected to be spent, times what one costs: the same figure as reported."""
    cost, share = (values(measure(name), [OWN])[0] for name in ("cost_per_token", "expected_redemption"))
    reported = expected_cost(OWN["outstanding"], 0, OWN["cost"] - OWN["express_cost"], ended_tokens(OWN))  # type: ignore[arg-type]
    assert reported == int(OWN["outstanding"] * share * cost) == 7_500
    assert (spent_tokens(OWN), ended_tokens(OWN)) == (800, 1_200)


def lives(count: int, luck: random.Random) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    for _ in range(count):
        base = round(luck.gauss(1_000_000, 50_000))
        gain, cost = round(luck.gauss(90_000, 9_000)), round(luck.gauss(30_000, 2_000))
        own = {"revenue": base + gain, "cost": cost, "net": (base + gain) // 4 - cost}
        yield own, {"revenue": base, "cost": 0, "net": base // 4}


@pytest.mark.parametrize("name", ["roi", "cost_per_incremental_revenue", "incremental_share"])
def test_a_ratio_has_the_delta_method_s_interval(name: str) -> None:
    own, without = zip(*lives(12, random.Random(1)), strict=True)
    expected = ratio_interval(*above_and_below(measure(name), own, without))  # type: ignore[arg-type]
    found = mean_interval(values(measure(name), own, without))
    assert expected is not None
    assert found.estimate == pytest.approx(expected.estimate)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_the_ratio_metric_of_the_handbook() -> None:  # science.md G58
    found = linearised((2, 3, 7, 8, 11), (1, 2, 3, 4, 5))
    assert mean(found) == pytest.approx(2.066667, abs=6e-7)
    assert sqrt(variance(found) / 5) == pytest.approx(0.116534, abs=6e-7)


def test_a_ratio_to_nothing_is_not_a_number() -> None:
    loss = [OWN | {"revenue": 1_100_000}]
    assert isnan(values(measure("cost_per_incremental_revenue"), loss, [WITHOUT])[0])
    assert isnan(values(measure("expected_redemption"), [OWN | dict.fromkeys(OWN, 0)])[0])
    assert all(isnan(value) for value in values(measure("roi"), [WITHOUT] * 3, [WITHOUT] * 3))


def test_the_counterfactual_is_asked_for_where_it_is_needed() -> None:
    with pytest.raises(MeasureError) as caught:
        values(measure("incremental_margin"), [OWN])
    (fault,) = caught.value.faults
    assert (fault.place.file, fault.code) == ("incremental_margin", "no-twin")
    assert "simulate with the counterfactual" in fault.todo
    assert [one.name for one in MEASURES.values() if one.counterfactual] == [
        "incremental_revenue", "incremental_margin", "incremental_net", "incremental_purchases",
        "roi", "cost_per_incremental_revenue", "incremental_share",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "levels", "near"),
    [
        ("incremental_margn", None, "incremental_margin"),
        ("libility", None, "liability"),
        ("tier_share:glod", ["silver", "gold"], "tier_share:gold"),
        ("tiershare:gold", ["silver", "gold"], "tier_share:gold"),
    ],
)
def test_an_unknown_measure_is_told_with_its_neighbour(name: str, levels: list[str] | None, near: str) -> None:
    with pytest.raises(MeasureError) as caught:
        measure(name, levels=levels)
    (fault,) = caught.value.faults
    assert fault.found == f'"{name}"'
    assert fault.todo == f'did you mean "{near}"?'


def test_a_level_that_a_programme_has_not_has_no_share() -> None:
    assert isnan(values(measure("tier_share:golden"), [OWN])[0])
    assert isnan(values(measure("tier_share:gold"), [WITHOUT])[0])
    assert values(measure("tier_share:gold", levels=["silver", "gold"]), [OWN]) == [0.25]


def test_something_that_is_no_word_is_no_measure() -> None:
    with pytest.raises(MeasureError, match="choose one of them"):
        measure(7)  # type: ignore[arg-type]


def covered(name: str, truth: float, draw: object, replicates: int = 8) -> int:
    count = 0
    for _ in range(1_000):
        own, without = zip(*draw(replicates), strict=True)  # type: ignore[operator]
        found = mean_interval(values(measure(name), own, without))
        count += found.low <= truth <= found.high  # type: ignore[operator]
    return count


def test_coverage_of_a_ratio() -> None:  # 1,000 nominal 95 % intervals cover between .926 and .971
    luck = random.Random(3)
    assert 926 <= covered("cost_per_incremental_revenue", 30_000 / 90_000, lambda n: list(lives(n, luck))) <= 971


def skewed(count: int, luck: random.Random, people: int) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """Totals of few people who spend very unequally (lognormal, as baskets do), with the programme and without it."""
    for _ in range(count):
        spent = [luck.lognormvariate(0, 1.2) for _ in range(people)]
        gain = sum(0.3 * luck.expovariate(1) * one for one in spent)
        own = {"revenue": round(1e6 * (sum(spent) + gain)), "cost": round(2e5 * sum(spent))}
        yield own, {"revenue": round(1e6 * sum(spent)), "cost": 0}


def test_coverage_in_a_skewed_population() -> None:
    """One replicate is a sum over people: of some hundred people and 20 replicates the level is kept."""
    luck = random.Random(4)
    assert 926 <= covered("cost_per_incremental_revenue", 2 / 3, lambda n: list(skewed(n, luck, 100)), 20) <= 971


def test_coverage_of_a_paired_difference_in_a_skewed_population() -> None:
    luck, truth, count = random.Random(5), 0.3e6 * 100 * exp(0.72), 0
    for _ in range(1_000):
        own, without = zip(*skewed(20, luck, 100), strict=True)
        found = paired_interval([one["revenue"] for one in own], [one["revenue"] for one in without])
        count += found.low <= truth <= found.high  # type: ignore[operator]
    assert 926 <= count <= 971


def test_too_few_replicates_of_too_few_people_fall_short() -> None:
    """What is honest about n: four replicates of three people who spend so unequally do not keep 95 %."""
    luck = random.Random(6)
    assert covered("cost_per_incremental_revenue", 2 / 3, lambda n: list(skewed(n, luck, 3)), 4) < 926
