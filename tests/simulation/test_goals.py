"""The goal gradient, met by the running simulator: G14, G16, and what A3 says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from rewardsim.behaviour.parameters import PRESETS
from simulation.card import DAYS, RATE, buyers, card, lived_on, moments
from simulation.living import live, within

GRADIENT = 0.54


@pytest.mark.parametrize(
    ("price", "given", "goal", "mean", "variance"),
    [(10, 0, 0.25, 8.959029, 8.067761), (10, 0, 0.5, 8.067761, 6.642533), (12, 2, 0.25, 8.749164, 7.682176)],
)
def test_completion_g14(tmp_path, price, given, goal, mean, variance):
    frame = lived_on(card(price, given), buyers(goal=goal), tmp_path, 1_500)
    done = moments(frame, 10)[:, -1] * RATE
    assert within(done, mean)
    assert within((done - mean) ** 2, variance)


def test_a_card_in_a_cafe_g16(tmp_path):
    """The preset makes a card full after 24.6 days instead of 29.4."""
    frame = lived_on(card(), buyers(**PRESETS["cafe"]), tmp_path, 2_500)
    at = moments(frame, 10)
    assert within(at[:, -1], 24.6)
    gaps = np.diff(at)
    assert within(gaps[:, 0], DAYS / 10)
    assert within(gaps[:, -1] - 0.8 * gaps[:, 0], 0.0)


@pytest.mark.slow
def test_the_last_interval_in_a_cafe_g16(tmp_path):
    """Last over first interval .80 within .05, completion within half a day: as many people as that takes."""
    frame = lived_on(card(), buyers(**PRESETS["cafe"]), tmp_path, 30_000)
    at = moments(frame, 10)
    gaps = np.diff(at).mean(axis=0)
    assert abs(gaps[-1] / gaps[0] - 0.8) < 0.05
    assert abs(at[:, -1].mean() - 24.6) < 0.25
    assert abs(1 - at[:, -1].mean() / DAYS - 0.163) < 0.01


@pytest.fixture(scope="module")
def pursued(tmp_path_factory):
    """A steep linear gradient, and a reward that is felt for a while."""
    rewarded = {"rewarded": 0.15, "rewarded_weeks": 8.0}
    return lived_on(card(), buyers(goal=GRADIENT, goal_shape=1.0, **rewarded), tmp_path_factory.mktemp("card"), 2_500)


def test_intervals_shrink_towards_the_goal_a3(pursued):
    gaps = np.diff(moments(pursued, 10))
    for stamp in range(10):
        assert within(gaps[:, stamp], np.exp(-GRADIENT * stamp / 10) / RATE)
    thirds = [gaps[:, part].mean(axis=1) for part in (slice(0, 3), slice(3, 7), slice(7, 10))]
    for before, after in pairwise(thirds):
        drop = before - after
        assert drop.mean() > 4 * drop.std(ddof=1) / np.sqrt(len(drop))


def test_a_reward_resets_the_pursuit_in_part_a3(pursued):
    """After it people buy at the pace of their new card, lifted a little by having been rewarded."""
    frame = pursued.copy()
    frame["orders"] = (frame["type"] == "order").groupby(frame["member_id"]).cumsum()
    frame["wait"] = -frame.groupby("member_id")["at"].diff(-1)
    first = frame[frame["type"] == "exchange"].groupby("member_id").head(1)
    first = first[(first["orders"] < 20) & (first["at"] < 50)].dropna()
    assert len(first) > 1_000
    pace = first["wait"] * RATE * np.exp(GRADIENT * (first["orders"] - 10) / 10)
    assert within(pace * np.exp(0.15), 1.0)
    assert pace.mean() < 1 - 4 * pace.std(ddof=1) / np.sqrt(len(pace))
    assert pace.mean() > np.exp(-GRADIENT)


def test_without_a_gradient_intervals_stay_the_same_a3(tmp_path):
    gaps = np.diff(moments(lived_on(card(), buyers(goal=0.0), tmp_path, 800), 10))
    assert within(gaps[:, -1] - gaps[:, 0], 0.0)
    assert within(gaps.ravel(), 1 / RATE)


def test_a_goal_that_can_never_be_reached_pulls_nobody():
    """Two orders earn in all, ten stamps are needed."""
    few = card().vary({"earning.purchase.orders_max": {"count": 2, "period": "programme"}})
    keen = buyers(goal=0.5, goal_shape=0.2)
    found, twin = (live(under, keen, members=500, weeks=10).persons["orders"] for under in (few, None))
    assert np.array_equal(found, twin)
