"""Parameters and presets: complete, within their ranges, and anchored where they say so."""

from __future__ import annotations

import dataclasses
import math

import pytest

from rewardsim.behaviour.parameters import EFFECTS, PARAMETERS, PRESETS, ceiling
from rewardsim.behaviour.records import Habits, Person

FLOATS = [field.name for field in dataclasses.fields(Habits) if field.type == "float"]
# Pareto/NBD of CDNOW in weeks, and five years of it.
R, ALPHA, S, BETA = 0.5533, 10.5776, 0.6062, 11.6679
FIVE_YEARS = 260.0


def purchases(weeks: float, buying: float = 1.0, leaving: float = 1.0) -> float:
    """Expected purchases of a Pareto/NBD customer whose rates are multiplied."""
    beta = BETA / leaving
    return buying * R * beta / (ALPHA * (S - 1.0)) * (1.0 - (beta / (beta + weeks)) ** (S - 1.0))


class TestTable:
    def test_every_habit_is_a_parameter_in_order(self) -> None:
        assert list(PARAMETERS) == FLOATS[FLOATS.index("goal") :]
        assert all(name == parameter.name for name, parameter in PARAMETERS.items())

    @pytest.mark.parametrize("name", PARAMETERS)
    def test_each_says_what_it_is(self, name: str) -> None:
        one = PARAMETERS[name]
        assert one.low <= one.default <= one.high
        assert one.low < one.high
        assert min(len(one.unit), len(one.evidence), len(one.meaning)) > 3
        assert one.trait == "" or one.trait in {field.name for field in dataclasses.fields(Person)}

    def test_they_are_not_to_be_changed(self) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            PARAMETERS["goal"].default = 1.0  # type: ignore[misc]

    def test_documented_defaults(self) -> None:
        assert PARAMETERS["goal"].default == 0.25
        assert math.exp(PARAMETERS["membership"].default) == pytest.approx(1.02)
        assert math.exp(-PARAMETERS["stay_member"].default) == pytest.approx(0.9)
        assert math.exp(-PARAMETERS["stay_member"].high) == pytest.approx(0.6)
        assert math.exp(-PARAMETERS["stay_referrer"].default) == pytest.approx(0.82)
        one_in_eight = PARAMETERS["convert"].default / (1 + math.exp(-PARAMETERS["accept"].default))
        assert one_in_eight == pytest.approx(0.12, abs=0.002)


class TestPresets:
    @pytest.mark.parametrize("name", PRESETS)
    def test_each_is_complete_and_within_range(self, name: str) -> None:
        values = PRESETS[name]
        assert list(values) == list(PARAMETERS)
        outside = {k: v for k, v in values.items() if not PARAMETERS[k].low <= v <= PARAMETERS[k].high}
        assert outside == {}
        assert all(isinstance(value, float) for value in values.values())

    def test_the_candidates_are_the_same_under_all(self) -> None:
        assert {(values["multiplier_min"], values["multiplier_max"]) for values in PRESETS.values()} == {(0.25, 4.0)}

    def test_reference_is_the_defaults(self) -> None:
        assert PRESETS["reference"] == {name: one.default for name, one in PARAMETERS.items()}

    def test_no_response_has_no_effect_and_conservative_half_of_each(self) -> None:
        assert {PRESETS["no_response"][name] for name in EFFECTS} == {0.0}
        assert PRESETS["no_response"]["accept"] == -20.0
        for name in EFFECTS:
            assert PRESETS["conservative"][name] == PRESETS["reference"][name] / 2
        assert PRESETS["conservative"]["incremental"] < PRESETS["reference"]["incremental"]

    def test_g19_the_closed_form_is_the_published_one(self) -> None:
        assert purchases(52.0) == pytest.approx(1.473527, abs=1e-5)
        assert purchases(FIVE_YEARS) == pytest.approx(3.803589, abs=1e-5)
        assert purchases(FIVE_YEARS, leaving=0.9) / purchases(FIVE_YEARS) - 1 == pytest.approx(0.05037, abs=1e-5)

    def test_g20_the_salon_in_closed_form(self) -> None:
        values = PRESETS["salon"]
        buying, leaving = math.exp(values["membership"]), math.exp(-values["stay_member"])
        base = purchases(FIVE_YEARS)
        lift = purchases(FIVE_YEARS, buying, leaving) / base - 1
        by_attrition = purchases(FIVE_YEARS, leaving=leaving) / base - 1
        assert 0.28 <= lift <= 0.31
        assert by_attrition / lift >= 0.8
        assert (buying - 1) / lift <= 0.2
        assert values["basket"] == 0.0

    @pytest.mark.parametrize("weeks", [26.0, 52.0, FIVE_YEARS])
    @pytest.mark.parametrize("members", [0.7, 1.0])
    @pytest.mark.parametrize("rewarded", [0.0, 0.3])
    def test_g21_tokens_as_good_as_cash(self, weeks: float, members: float, rewarded: float) -> None:
        # ``rewarded``: how much of the effect of a redemption is felt on average
        values = PRESETS["cash_token"]
        buying = math.exp(values["membership"] + values["rewarded"] * rewarded)
        lift = members * (purchases(weeks, buying, math.exp(-values["stay_member"])) / purchases(weeks) - 1)
        assert values["goal"] == values["endowed"] == 0.0
        assert 0.01 <= lift <= 0.04


class TestCeiling:
    def test_one_without_effects(self) -> None:
        assert ceiling(PRESETS["no_response"], 4) == 1.0

    def test_every_effect_at_once(self) -> None:
        values = PRESETS["reference"]
        names = ("goal", "endowed", "rewarded", "membership", "coupon", "expiring")
        expected = math.exp(sum(values[name] for name in names) + 3 * values["tier_step"])
        assert ceiling(values, 3) == pytest.approx(expected, rel=1e-8)
        assert ceiling(values, 3) >= expected

    def test_never_above_the_bound(self) -> None:
        assert ceiling(PRESETS["reference"] | {"multiplier_max": 1.2}, 3) == 1.2
        assert ceiling(PRESETS["reference"] | {"goal": 2_000.0}, 3) == 4.0
