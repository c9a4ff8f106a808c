"""Figures of sweeps and searches: what is drawn is what the tables say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from rewardsim import figures

from . import searched
from .searched import RATE, SHARE

MONEY = {"currency": "INR", "digits": 2}
FRONT = (("liability", "money"), ("net", "money"))


def trace(figure: go.Figure, name: str) -> Any:
    """The one trace with this name."""
    (found,) = [one for one in figure.data if one.name == name]
    return found


def notes(figure: go.Figure) -> dict[str, str]:
    """What is written beside each row."""
    return {note.y: note.text for note in figure.layout.annotations}


# ---------------------------------------------------------------- scenarios


def test_scenarios_stand_in_order_and_the_unsure_are_hollow() -> None:
    figure = figures.scenario_effects(searched.effects(), **MONEY)
    assert list(trace(figure, "differs from the base").x) == [1_500.0]
    assert list(trace(figure, "perhaps no difference").x) == [-200.0]
    assert list(trace(figure, "perhaps no difference").error_x.array) == [400.0]
    assert list(figure.layout.yaxis.categoryarray) == ["five", "eight"]
    assert notes(figure) == {"five": "+1,500", "eight": "-200.00"}
    assert "Bonferroni" in figure.layout.title.subtitle.text


def test_of_many_scenarios_the_highest_and_lowest_are_drawn() -> None:
    one = searched.effects().iloc[[2]]
    many = pd.concat([one.assign(scenario=f"s{k:03}", estimate=float(k) * 100) for k in range(90)])
    figure = figures.scenario_effects(many, **MONEY)
    shown = list(figure.layout.yaxis.categoryarray)
    assert shown[0] == "s089"
    assert shown[19:21] == ["s070", "s019"]
    assert shown[-1] == "s000"
    assert "of 90" in figure.layout.title.subtitle.text


def test_a_sweep_of_nothing_but_the_base_says_so() -> None:
    figure = figures.scenario_effects(searched.effects().head(1))
    assert figure.layout.title.subtitle.text == "no scenario beside the base"


# ---------------------------------------------------------------- time


def test_a_line_a_scenario_with_its_band() -> None:
    figure = figures.effect_over_time(searched.periods(), phases={"earn": "2017-06-15"}, **MONEY)
    assert list(trace(figure, "five").y) == [0, 100, 200]
    assert list(trace(figure, "eight").y) == [0, -100, -200]
    bands = [list(one.y) for one in figure.data if one.fill == "toself"]
    assert bands[0] == [5, 105, 205, 195, 95, -5]
    assert [note.text for note in figure.layout.annotations] == ["earn"]


def test_one_replicate_has_a_line_and_no_band() -> None:
    figure = figures.effect_over_time(searched.periods().assign(replicates=1, low=float("nan"), high=float("nan")))
    assert [one.fill for one in figure.data] == [None, None]
    assert "one replicate" in figure.layout.title.subtitle.text


# ---------------------------------------------------------------- what drives the answer


def test_the_widest_swing_is_on_top_with_both_ends() -> None:
    figure = figures.tornado(searched.swings(), **MONEY)
    assert list(figure.layout.yaxis.categoryarray) == [RATE, SHARE]
    low, high = trace(figure, "factor at its low end"), trace(figure, "factor at its high end")
    assert dict(zip(low.y, low.x, strict=True)) == {SHARE: -10.0, RATE: 500.0}
    assert dict(zip(high.y, high.x, strict=True)) == {SHARE: 20.0, RATE: -300.0}
    assert dict(zip(high.y, high.customdata, strict=True)) == {SHARE: "50%", RATE: "12%"}
    assert notes(figure) == {RATE: "+500.00", SHARE: "+20.00"}


def test_without_a_factor_moved_alone_there_is_no_tornado() -> None:
    assert "one-at-a-time" in figures.tornado(searched.swings().head(0)).layout.title.subtitle.text


def test_sobol_bars_are_ordered_by_the_total_index() -> None:
    figure = figures.sensitivity(searched.sobol())
    assert list(figure.layout.yaxis.categoryarray) == [RATE, SHARE]
    assert list(trace(figure, "alone").x) == [0.45, 0.05]
    total = trace(figure, "with all it acts together with")
    assert list(total.x) == [0.9, 0.5]
    assert list(total.error_x.array) == pytest.approx([0.1, 0.1])


def test_morris_shows_mean_effect_and_spread() -> None:
    figure = figures.sensitivity(searched.morris(), **MONEY)
    (points,) = figure.data
    assert (list(points.x), list(points.y), list(points.text)) == ([9, 1], [3, 0.1], [RATE, SHARE])
    assert figure.layout.xaxis.title.text.endswith("INR")


def test_an_unknown_measure_has_no_sensitivity() -> None:
    figure = figures.sensitivity(searched.sobol(), measure="cost")
    assert "no sensitivity of cost" in figure.layout.title.subtitle.text
    assert figures.sensitivity(searched.sobol().head(0)).layout.title.subtitle.text


# ---------------------------------------------------------------- searches


def test_the_front_is_a_line_and_every_trial_has_one_mark() -> None:
    figure = figures.pareto_front(searched.trials(), *FRONT, parameters=(RATE,), **MONEY)
    assert list(trace(figure, "front").x) == [4_000, 4_600, 4_800]
    assert list(trace(figure, "front").y) == [92_000, 94_000, 95_000]
    marks = {one.name: len(one.x) for one in figure.data if one.mode == "markers"}
    assert marks == {
        "breaks a constraint": 1,
        "allowed": 1,
        "on the front": 2,
        "as it is now": 1,
        "tried again on fresh luck": 1,
        "recommended": 1,
    }
    assert trace(figure, "recommended").customdata[0] == f"trial 5<br>{RATE} = 7%"
    assert "6 of them allowed" in figure.layout.title.subtitle.text


def test_coordinates_put_words_in_the_order_of_their_size() -> None:
    (lines,) = figures.parallel_coordinates(searched.trials(), (RATE, SHARE), {"net": "money"}, **MONEY).data
    rate, share, net = lines.dimensions
    assert list(rate.ticktext) == ["base", "5%", "5.5%", "6%", "7%", "10%", "12%"]
    assert list(rate.values) == [0, 6, 3, 1, 2, 4, 5]
    assert list(share.values) == [40, 50, 40, 40, 30, 30, 20]
    assert list(net.values) == list(lines.line.color) == [90_000, 99_000, 91_000, 92_000, 90_500, 94_000, 95_000]


def test_samples_stand_from_the_worst_on_and_say_what_they_assume() -> None:
    said = ("population.behaviour.incremental",)
    figure = figures.robustness(searched.samples(), unit="money", factors=said, **MONEY)
    assert {one.name: (list(one.x), list(one.y)) for one in figure.data} == {
        "better": ([3], [500.0]),
        "perhaps no difference": ([2], [30.0]),
        "worse": ([1], [-200.0]),
    }
    assert trace(figure, "worse").customdata[0] == "sample 1<br>population.behaviour.incremental = 0.9"
    assert "better in 2 of 3 samples, surely in 1" in figure.layout.title.subtitle.text


def test_where_less_is_better_a_fall_is_a_gain() -> None:
    table = searched.samples().assign(goal="minimise")
    figure = figures.robustness(table, unit="money", **MONEY)
    assert list(trace(figure, "better").y) == [-200.0]
    assert list(trace(figure, "worse").x) == [1]


def test_names_from_files_are_shown_as_they_stand() -> None:
    hostile = "<b>x</b>$y$\n%{x}"
    table = searched.effects().replace("five", hostile)
    (mark,) = [one for one in figures.scenario_effects(table).data if len(one.x) and one.x[0] > 0]
    assert mark.y[0] == "&lt;b&gt;x&lt;/b&gt;&#36;y&#36;\ufffd%{x}"
