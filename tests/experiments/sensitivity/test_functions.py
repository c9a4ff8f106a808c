"""Sensitivity of functions whose indices are known, through the path that lives take."""

from __future__ import annotations

import warnings
from math import isnan, nan, pi, sin
from typing import Any

import pytest

from rewardsim.experiments.scenarios import ScenarioError
from rewardsim.experiments.sensitivity import answered, morris_design, sobol_design

NAMES = ("x1", "x2", "x3")
G = (0, 1, 4.5, 9, 99, 99, 99, 99)


def ishigami(shares: Any) -> float:
    x, y, z = (2 * pi * share - pi for share in shares)
    return sin(x) + 7 * sin(y) ** 2 + 0.1 * z**4 * sin(x)


def sobol_g(shares: Any) -> float:
    product = 1.0
    for share, a in zip(shares, G, strict=True):
        product *= (abs(4 * share - 2) + a) / (1 + a)
    return product


def told(answer: Any, index: str) -> dict[str, float]:
    table = answer.to_frame()
    return dict(table[table["index"] == index][["factor", "estimate"]].itertuples(index=False))


def of(function: Any, design: Any) -> Any:
    return answered(design, {"y": [function(point) for point in design.shares]}, {"y": "count"})


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ishigami(seed: int) -> None:  # science.md G52
    answer = of(ishigami, sobol_design(NAMES, 4096, seed, second_order=True))
    assert told(answer, "first") == pytest.approx({"x1": 0.313905, "x2": 0.442411, "x3": 0}, abs=0.02)
    assert told(answer, "total") == pytest.approx({"x1": 0.557589, "x2": 0.442411, "x3": 0.243684}, abs=0.02)
    pairs = told(answer, "second")
    assert pairs["x1 x x3"] == pytest.approx(0.243684, abs=0.04)
    assert pairs["x1 x x2"] == pytest.approx(0, abs=0.04)


def test_the_moments_of_ishigami() -> None:  # science.md G52: mean 3.5, variance 13.844588
    import numpy as np

    values = np.array([ishigami(point) for point in sobol_design(NAMES, 4096).shares[::5]])
    assert values.mean() == pytest.approx(3.5, abs=0.02)
    assert values.var() == pytest.approx(13.844588, abs=0.2)


def test_sobol_s_g() -> None:  # science.md G52
    names = [f"x{i}" for i in range(8)]
    answer = of(sobol_g, sobol_design(names, 4096, 3))
    first = [0.716192, 0.179048, 0.023676, 0.007162]
    total = [0.787144, 0.242198, 0.034317, 0.010460]
    assert list(told(answer, "first").values())[:4] == pytest.approx(first, abs=0.02)
    assert list(told(answer, "total").values())[:4] == pytest.approx(total, abs=0.02)
    assert answer.drivers("y")[:4] == names[:4]
    (said,) = answer.said()
    assert said.startswith("y: x0 drives it: with it comes 79% of the variance")
    assert "x4, x5, x6, x7" in said
    assert "any value will do" in said


def test_intervals_cover_the_indices() -> None:
    known = {("x1", "first"): 0.313905, ("x2", "first"): 0.442411, ("x3", "first"): 0, ("x1", "total"): 0.557589}
    covered, asked = 0, 0
    for seed in range(40):
        table = of(ishigami, sobol_design(NAMES, 256, seed)).to_frame().set_index(["factor", "index"])
        for place, true in known.items():
            covered += table.loc[place, "low"] <= true <= table.loc[place, "high"]
            asked += 1
    assert covered / asked >= 0.93


def linear(shares: Any) -> float:
    return 10 * shares[0] - 3 * shares[1] + 0 * shares[2]


def test_morris_of_a_straight_line_is_exact() -> None:
    answer = of(linear, morris_design(NAMES, 10))
    assert told(answer, "mu_star") == pytest.approx({"x1": 10, "x2": 3, "x3": 0})
    assert told(answer, "mu") == pytest.approx({"x1": 10, "x2": -3, "x3": 0})
    assert told(answer, "sigma") == pytest.approx({"x1": 0, "x2": 0, "x3": 0}, abs=1e-9)
    assert answer.drivers("y") == ["x1", "x2", "x3"]
    assert answer.said() == ["y: x1 drives it: 10 over its range (10 to 10), upwards; next is x2"]
    assert "Morris, 40 points over 3 factors" in str(answer)


def test_morris_sees_what_depends_on_others() -> None:
    answer = of(lambda shares: 10 * shares[0] * (2 * shares[1] - 1), morris_design(NAMES, 50, 1))
    assert told(answer, "sigma")["x1"] > 3
    assert abs(told(answer, "mu")["x1"]) < 3
    assert "depends on the other factors" in answer.said()[0]


def test_amounts_are_written_as_their_unit_wants() -> None:
    answer = of(linear, morris_design(NAMES, 10))
    assert "10.0 counts over its range" in answer.said(lambda value, unit: f"{value:.1f} {unit}s")[0]


@pytest.mark.parametrize("make", [morris_design, sobol_design])
def test_a_constant_has_no_driver(make: Any) -> None:
    design = make(NAMES, 32)
    outputs = {"y": [5.0] * len(design.shares), "z": [linear(point) for point in design.shares]}
    answer = answered(design, outputs, {"y": "", "z": ""})
    assert answer.found["y"] == []
    assert answer.notes == {"y": "it is the same at every point: none of these factors changes it"}
    assert answer.said()[0] == f"y: {answer.notes['y']}"
    assert answer.drivers("z")[0] == "x1"
    assert set(answer.to_frame()["measure"]) == {"z"}


@pytest.mark.parametrize("make", [morris_design, sobol_design])
def test_a_sample_with_a_missing_value_is_left_out(make: Any) -> None:
    design = make(NAMES, 64, 2)
    values = [linear(point) for point in design.shares]
    values[7], values[9], values[200] = nan, nan, nan
    answer = answered(design, {"y": values}, {"y": ""})
    lost = len({place // design.block for place in (7, 9, 200)})
    assert answer.notes["y"] == f"{lost} of 64 samples left out, for lives that failed or had no value"
    assert answer.drivers("y") == ["x1", "x2", "x3"]
    assert answer.said()[0].endswith("had no value")
    whole = told(answered(design, {"y": [linear(point) for point in design.shares]}, {"y": ""}), answer._main)
    assert told(answer, answer._main) == pytest.approx(whole, abs=0.1)


def test_too_few_values_are_said_not_analysed() -> None:
    design = sobol_design(NAMES, 32)
    values = [linear(point) for point in design.shares]
    values[0] = nan
    answer = answered(design, {"y": values}, {"y": ""})
    assert answer.to_frame().empty
    assert "the 31 that remain are too few, 32 at least are needed" in answer.said()[0]


def test_too_few_samples_and_factors_are_refused_together() -> None:
    for make, names, samples, codes in (
        (sobol_design, NAMES, 16, ["out-of-range"]),
        (sobol_design, NAMES, 100, ["out-of-range"]),
        (morris_design, NAMES[:1], 2, ["out-of-range", "missing"]),
    ):
        with pytest.raises(ScenarioError) as caught:
            make(names, samples)
        assert sorted(fault.code for fault in caught.value.faults) == sorted(codes)


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rewardsim.experiments.sensitivity.design.find_spec", lambda name: None)
    with pytest.raises(ScenarioError, match=r'pip install "rewardsim\[tune\]"'):
        morris_design(NAMES, 10)


def test_few_samples_say_so() -> None:
    (said,) = of(ishigami, sobol_design(NAMES, 32, 5)).said()
    assert "take more samples" in said


def test_replicates_that_disagree_are_counted() -> None:
    design = morris_design(NAMES, 10)
    y = [linear(point) for point in design.shares]
    z = [linear(point[::-1]) for point in design.shares]
    answer = answered(design, {"y": y}, {"y": ""}, {"y": [y, z, y, [5.0] * len(y)]})
    assert answer.firsts["y"] == ["x1", "x3", "x1"]
    assert answer.said()[0].endswith("; first in 2 of 3 replicates")


def test_equals_are_not_told_apart() -> None:
    (said,) = of(lambda x: x[0] + x[1] + 0.1 * x[2], sobol_design(NAMES, 64, 5)).said()
    assert "not told apart from" in said


def test_what_the_library_warns_of_is_not_the_user_s_concern(monkeypatch: pytest.MonkeyPatch) -> None:
    from SALib.analyze import morris as analysing
    from SALib.sample import morris as sampling

    for module, name in ((sampling, "sample"), (analysing, "analyze")):
        inner = getattr(module, name)

        def warning(*given: Any, inner: Any = inner, **named: Any) -> Any:
            warnings.warn("this will change", FutureWarning, stacklevel=2)
            return inner(*given, **named)

        monkeypatch.setattr(module, name, warning)
    assert of(linear, morris_design(NAMES, 10)).drivers("y") == ["x1", "x2", "x3"]


def test_the_same_seed_is_the_same_answer_and_no_warning_gets_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        designs = [make(NAMES, 64, seed) for make in (morris_design, sobol_design) for seed in (0, 0, 1)]
        tables = [of(ishigami, design).to_frame() for design in designs]
    assert tables[0].equals(tables[1])
    assert tables[3].equals(tables[4])
    assert not tables[0].equals(tables[2])
    assert not tables[3].equals(tables[5])
    spreads = tables[0][tables[0]["index"] == "sigma"]
    assert [isnan(value) for value in spreads["low"]] == [True] * 3
