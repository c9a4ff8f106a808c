"""What a parameter was, and what it does, in the words of the programme's own format."""

from __future__ import annotations

import pytest

from rewardsim.experiments.tuning.meaning import UNSET, meaning, written
from rewardsim.programme import load_programme

from .made import DATA

SAID = {
    "programme.earning.purchase.rate": ('{ tokens = 1, per = "10.00" }', "Tokens per amount"),
    "programme.earning.purchase.orders_max.count": ("5", "Orders that earn in each period."),
    "programme.campaigns.accessory-week.multiplier": ('"1.5"', "Factor of the award"),
    "programme.exchange.coupon-100.tokens": ("2500", "Price."),
    "programme.expiry.months": (UNSET, "rolling, sliding: calendar months"),
    "programme.nowhere.at.all": (UNSET, ""),
}


@pytest.mark.parametrize("path", SAID)
def test_a_path_is_told_as_the_file_has_it(path: str) -> None:
    programme = load_programme(DATA / "programmes" / "reward-mi.toml")
    value, words = SAID[path]
    assert written(programme, path) == value
    assert meaning(path).startswith(words)
    assert bool(meaning(path)) == bool(words)
