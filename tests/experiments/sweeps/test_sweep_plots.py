"""Pictures of a sweep: the tables they are drawn from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from rewardsim.experiments.sweeps.sweep_plots import PICTURES, swings

RATE, TOKENS = "programme.earning.purchase.rate", "programme.earning.welcome.tokens"


@pytest.fixture
def run() -> Any:
    """A sweep in which the rate is moved alone, the higher end first, the tokens once, and both together once."""
    names = ["base", "twelve", "six", "none", "both"]
    levels = {RATE: [None, "12%", "6%", None, "6%"], TOKENS: [None, None, None, 0.0, 0.0]}
    effects = pd.DataFrame({"scenario": names[1:], "estimate": [5.0, -3.0, 1.0, -2.0]})
    effects = effects.assign(against="base", measure="net", unit="money", low=-9.0, high=9.0, replicates=4)
    money = {"currency": "INR", "minor_digits": 2, "token": "Bean", "token_decimals": 0}
    return SimpleNamespace(
        base="base",
        measures=["net"],
        scenarios=pd.DataFrame({"scenario": names, **levels}),
        effects=effects,
        programme=SimpleNamespace(**money),
        manifest={"population": {"id": "town", "preset": "conservative", "phi": 0.3}},
    )


def test_a_tornado_has_the_ends_of_factors_moved_alone_whatever_their_order(run: Any) -> None:
    drawn = swings(run)
    found = drawn["swings"][["factor", "side", "level", "estimate"]].to_numpy().tolist()
    assert found == [[RATE, "low", "6%", -3.0], [RATE, "high", "12%", 5.0]]
    assert (drawn["currency"], drawn["digits"], drawn["token"]) == ("INR", 2, "Bean")
    assert drawn["assumed"] == 'behaviour "conservative", phi = 0.3; population town'


def test_every_picture_says_what_it_shows() -> None:
    assert all(one.shows for one in PICTURES.values())
