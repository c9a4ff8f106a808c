"""Effects of scenarios: paired, with intervals that hold alone and together, and nothing where nothing can be said."""

from __future__ import annotations

import random
from math import isnan
from typing import Any

import pytest

from rewardsim.economics.intervals import mean, paired_interval, replicates_needed
from rewardsim.economics.multiplicity import simultaneous_level
from rewardsim.experiments.sweeps.effects import COLUMNS, effects

from .made import Made, shared

NAMES = ["base", "small", "large"]
GAINS = {"base": 0.0, "small": 1_000.0, "large": 60_000.0}


def made(count: int = 8, **more: Any) -> Made:
    return Made(shared(GAINS), **more).give(dict.fromkeys(NAMES, count))


def row(table: Any, scenario: str, measure: str, against: str = "base") -> Any:
    (found,) = table[
        (table["scenario"] == scenario) & (table["measure"] == measure) & (table["against"] == against)
    ].to_dict("records")
    return found


def test_a_difference_is_paired() -> None:
    seen = made()
    found = row(effects(seen, NAMES, ["margin"]), "large", "margin")
    own, base = ([one["margin"] for one in seen.observations(name)[0]] for name in ("large", "base"))
    expected = paired_interval(own, base)
    assert (found["estimate"], found["low"], found["high"]) == (expected.estimate, expected.low, expected.high)
    assert (found["value"], found["base"]) == (mean(own), mean(base))
    assert found["relative"] == pytest.approx(expected.estimate / mean(base))
    together = paired_interval(own, base, simultaneous_level(2))
    assert (found["simultaneous_low"], found["simultaneous_high"]) == (together.low, together.high)
    assert found["high"] - found["low"] < 20_000  # shared luck of 50,000 a life is gone
    assert found["p_holm"] < 0.001


def test_rows_and_columns() -> None:
    table = effects(made(), NAMES, ["margin", "roi"])
    assert tuple(table.columns) == COLUMNS
    assert list(zip(table["scenario"], table["against"], table["measure"], strict=True)) == [
        ("base", "", "margin"), ("base", "", "roi"),
        ("small", "", "margin"), ("small", "", "roi"), ("small", "base", "margin"), ("small", "base", "roi"),
        ("large", "", "margin"), ("large", "", "roi"), ("large", "base", "margin"), ("large", "base", "roi"),
    ]  # fmt: skip
    assert set(table["unit"]) == {"money", "share"}
    assert str(table["needed"].dtype) == "Int64"


def test_what_the_programme_adds_is_tested_against_nothing() -> None:
    table = effects(made(), NAMES, ["margin", "incremental_margin"])
    assert isnan(row(table, "large", "margin", "")["p_holm"])  # that a value is not 0 is no question
    assert row(table, "large", "incremental_margin", "")["p_holm"] < 0.001
    assert row(table, "base", "incremental_margin", "")["p_holm"] > 0.05
    assert row(table, "large", "incremental_margin", "")["estimate"] == pytest.approx(60_000, abs=6_000)


def test_a_ratio_s_difference_is_of_ratios_of_means() -> None:
    seen = made(12)
    found = row(effects(seen, NAMES, ["roi"]), "large", "roi")

    def ratio(name: str) -> float:
        own, without = seen.observations(name)
        net = sum(a["net"] - b["net"] for a, b in zip(own, without or [], strict=True))
        return net / sum(one["cost"] for one in own)

    assert found["value"] == pytest.approx(ratio("large"))
    assert found["estimate"] == pytest.approx(ratio("large") - ratio("base"))
    assert found["low"] < 2.0 < found["high"]  # 60,000 of 30,000


def test_needed_is_for_one_per_cent_of_the_base() -> None:
    seen = made(5)
    found = row(effects(seen, NAMES, ["margin"]), "small", "margin")
    own, base = ([one["margin"] for one in seen.observations(name)[0]] for name in ("small", "base"))
    gained = [a - b for a, b in zip(own, base, strict=True)]
    assert found["needed"] == replicates_needed(gained, absolute=mean(base) * 0.01 / 1.01)
    finer = row(effects(seen, NAMES, ["margin"], precision=0.001), "small", "margin")
    assert finer["needed"] > found["needed"]


def test_replicates_are_paired_by_number() -> None:
    seen = made(8, failing=frozenset({("base", 2), ("large", 5)})).give({"large": 12})
    table = effects(seen, NAMES, ["margin"])
    assert row(table, "large", "margin")["replicates"] == 6  # 0 1 3 4 6 7
    assert row(table, "large", "margin", "")["replicates"] == 11
    assert row(table, "small", "margin")["replicates"] == 7
    assert row(table, "large", "margin")["high"] - row(table, "large", "margin")["low"] < 30_000


def test_without_the_counterfactual_there_are_no_rows_of_it() -> None:
    table = effects(made(twins=False), NAMES, ["margin", "incremental_margin", "roi"])
    assert set(table["measure"]) == {"margin"}


def test_one_replicate_has_no_interval() -> None:
    found = row(effects(made(1), NAMES, ["margin"]), "large", "margin")
    assert found["estimate"] > 0
    assert all(isnan(found[name]) for name in ("low", "high", "simultaneous_low", "p_holm"))
    assert found["needed"] is None


def test_what_is_not_defined_is_not_a_number() -> None:
    table = effects(made(), NAMES, ["tier_share:gold", "cost_per_incremental_revenue"])
    found = row(table, "large", "tier_share:gold")
    assert isnan(found["estimate"])
    assert isnan(found["p_holm"])
    assert row(table, "large", "cost_per_incremental_revenue", "")["estimate"] == pytest.approx(0.125, abs=0.01)


def test_nothing_observed_is_an_empty_table() -> None:
    table = effects(Made(shared(GAINS)), NAMES, ["margin"])
    assert len(table) == 0
    assert tuple(table.columns) == COLUMNS


def test_a_comparison_of_a_with_a_rejects_one_in_twenty() -> None:
    """Two arms of the same gain, each with luck of its own, over 600 sweeps: 5 % within 4 standard errors."""
    alone, together = 0, 0
    for seed in range(600):
        seen = Made(shared(dict.fromkeys(("base", "same", "again", "more"), 5_000.0), seed)).give(
            dict.fromkeys(("base", "same", "again", "more"), 6)
        )
        table = effects(seen, ["base", "same", "again", "more"], ["margin"]).query("against == 'base'")
        first = table.iloc[0]
        alone += not first["low"] <= 0 <= first["high"]
        together += not ((table["simultaneous_low"] <= 0) & (table["simultaneous_high"] >= 0)).all()
        sure = (table["simultaneous_low"] > 0) | (table["simultaneous_high"] < 0)
        assert (table["p_holm"] < 0.05).any() == sure.any()
    assert alone / 600 == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / 600) ** 0.5)
    assert together / 600 <= 0.05 + 4 * (0.05 * 0.95 / 600) ** 0.5


def test_coverage_of_paired_differences() -> None:  # 1,000 nominal 95 % intervals cover between .926 and .971
    covered = 0
    for seed in range(1_000):
        seen = Made(shared({"base": 0.0, "large": 60_000.0}, seed)).give({"base": 8, "large": 8})
        found = effects(seen, ["base", "large"], ["margin"]).iloc[-1]
        covered += found["low"] <= 60_000 <= found["high"]
    assert 926 <= covered <= 971


@pytest.fixture(scope="module")
def lives() -> list[tuple[dict[str, int], dict[str, int]]]:
    """Real lives of a small town under one programme, each under luck of its own."""
    from rewardsim.experiments.sweeps.jobs import job_of
    from rewardsim.experiments.sweeps.living import live
    from rewardsim.experiments.sweeps.outcome import Outcome, result_of

    from .town_sweep import SETTING, scenarios

    found, base = [], scenarios(1).base
    for number in range(120):
        job = job_of(base, SETTING, number)
        result = result_of(job.key, live(job.to_json())[0])
        assert isinstance(result, Outcome)
        found.append((result.counted, {}))
    return found


@pytest.mark.parametrize("measure", ["revenue", "net", "issued", "referral_growth"])
def test_real_lives_against_themselves_reject_one_in_twenty(lives: Any, measure: str) -> None:
    """The same programme in both arms: 1,000 times eight replicates each, within 4 standard errors."""
    from rewardsim.economics.intervals import p_value
    from rewardsim.economics.objectives import measure as named
    from rewardsim.experiments.sweeps.effects import paired, sample_of

    luck, rejected = random.Random(1), 0
    for _ in range(1_000):
        drawn = luck.sample(lives, 16)
        arms = {name: drawn[first : first + 8] for name, first in (("base", 0), ("same", 8))}
        seen = Made(lambda name, number, arms=arms: arms[name][number], twins=False).give({"base": 8, "same": 8})
        own, against = paired(sample_of(seen, "same"), sample_of(seen, "base"), named(measure))
        rejected += p_value([a - b for a, b in zip(own, against, strict=True)]) < 0.05  # type: ignore[operator]
    assert rejected / 1_000 == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / 1_000) ** 0.5)


def test_every_total_of_a_life_has_a_unit_and_every_measure_a_total(lives: Any) -> None:
    from rewardsim.economics.objectives import MEASURES, UNITS, values

    counted, _ = lives[0]
    assert {name for name in counted if not name.startswith("tier:")} == set(UNITS)
    assert all(len(values(one, [counted], [counted])) == 1 for one in MEASURES.values())
