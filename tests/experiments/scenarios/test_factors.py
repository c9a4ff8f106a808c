"""A factor's values are written as the file would have them, within what the programme allows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from rewardsim.experiments.scenarios import Factor
from rewardsim.experiments.scenarios.notation import Notation, number_of, read
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.programme.faults import CODES

from .conftest import GOAL, RATE, faults_of

CHECKOUT = "programme.redemption.checkout"
SHARES = (0, 0.25, 0.5, 0.9999999, 1)
AT: list[tuple[Factor, list[Any]]] = [
    (Factor(RATE, "5%", "12%"), ["5%", "6.75%", "8.5%", "12%", "12%"]),
    (Factor(RATE, "5%", "7%", step="0.5%"), ["5%", "5.5%", "6%", "7%", "7%"]),
    (Factor(RATE, "5%", "7.2%", step="1%"), ["5%", "5%", "6%", "7%", "7%"]),
    (Factor(RATE, values=("5%", {"tokens": 1, "per": "9.00"})), ["5%", "5%", *[{"tokens": 1, "per": "9.00"}] * 3]),
    (Factor("programme.earning.purchase.minimum_order", "0.00", "9.99"), ["0.00", "2.50", "5.00", "9.99", "9.99"]),
    (Factor(f"{CHECKOUT}.value_per_token", "0.05", "0.20"), ["0.0500", "0.0875", "0.1250", "0.2000", "0.2000"]),
    (Factor(f"{CHECKOUT}.value_per_token", "0.05", "0.20", log=True),
     ["0.0500", "0.0707", "0.1000", "0.2000", "0.2000"]),
    (Factor(f"{CHECKOUT}.share_of_order_max", "20%", "30%"), ["20%", "22.5%", "25%", "30%", "30%"]),
    (Factor(f"{CHECKOUT}.tokens_min", 10, 14), [10, 11, 12, 14, 14]),
    (Factor(f"{CHECKOUT}.tokens_min", 10, 1000, log=True), [10, 32, 100, 1000, 1000]),
    (Factor(f"{CHECKOUT}.tokens_min", 10, 20, step=5), [10, 10, 15, 20, 20]),
    (Factor("programme.campaigns.accessory-week.multiplier", "1.2", "2"),
     ["1.200", "1.400", "1.600", "2.000", "2.000"]),
    (Factor(GOAL, 0, 0.5), [Decimal(text) for text in ("0", "0.125", "0.25", "0.5", "0.5")]),
    (Factor("population.behaviour.incremental", 0, 1),
     [Decimal(text) for text in ("0", "0.25", "0.5", "1", "1")]),
    (Factor("population.birthdays.youngest", 16, 20), [16, 17, 18, 20, 20]),
    (Factor("population.response.goal_share", "20%", "60%"), ["20%", "30%", "40%", "60%", "60%"]),
    (
        Factor("programme.campaigns.accessory-week.starts", date(2017, 7, 1), date(2017, 7, 13), step=4),
        [date(2017, 7, day) for day in (1, 5, 9, 13, 13)],
    ),
    (Factor("population.behaviour.preset", values=("cafe", "salon")), ["cafe", "cafe", "salon", "salon", "salon"]),
]  # fmt: skip


@pytest.mark.parametrize(("factor", "wanted"), AT, ids=range(len(AT)))
def test_values_at_shares(builder: Builder, factor: Factor, wanted: list[Any]) -> None:
    fitted = factor.fitted(builder)
    assert [fitted.at(share) for share in SHARES] == wanted
    assert [type(value) for value in map(fitted.at, SHARES)] == [type(value) for value in wanted]
    assert all(not builder.faults([fitted.change(fitted.at(share / 97))], "") for share in range(98))


def test_steps_have_equal_shares() -> None:
    factor = Factor(RATE, "5%", "8%", step="1%")
    assert [factor.at((2 * part + 1) / 16) for part in range(8)] == ["5%", "5%", "6%", "6%", "7%", "7%", "8%", "8%"]


def test_counts_and_levels() -> None:
    stepped, listed, free = (
        Factor(RATE, "5%", "7.2%", step="1%"),
        Factor(GOAL, values=(0, 0.5)),
        Factor(RATE, "5%", "7%"),
    )
    assert (stepped.count, stepped.levels()) == (3, ("5%", "6%", "7%"))
    assert (listed.count, listed.levels(), listed.value(1)) == (2, (0, 0.5), 0.5)
    assert (free.count, free.levels()) == (None, ("5%", "7%"))
    assert [stepped.value(index) for index in range(3)] == list(stepped.levels())
    for factor, index in ((stepped, 3), (stepped, -1), (free, 0)):
        with pytest.raises(IndexError):
            factor.value(index)


def test_numbers_for_an_axis() -> None:
    assert Factor(RATE, "5%", "7%").number("6%") == 0.06
    assert Factor("programme.expiry.at", values=("12-31", "06-30")).number("06-30") == 1
    assert Factor(GOAL, values=(0.1, 0.5)).number(0.5) == 0.5
    assert number_of(date(1970, 1, 2)) == date(1970, 1, 2).toordinal()
    assert [number_of(value) for value in (True, "x", None, "12-31", float("inf"))] == [None] * 5


def test_a_change_has_the_factors_days(builder: Builder) -> None:
    factor = Factor(RATE, "5%", "7%", start=date(2018, 1, 1), end=date(2018, 6, 1)).fitted(builder)
    change = factor.change("6%")
    assert (change.start, change.end, change.column) == (
        date(2018, 1, 1),
        date(2018, 6, 1),
        f"{RATE}@2018-01-01..2018-06-01",
    )


@pytest.mark.parametrize("value", ["8%", "8.50 %", "0.10", "100", 5, Decimal("0.25"), 0.25, date(2018, 2, 3)])
def test_a_notation_writes_what_it_read(value: Any) -> None:
    found = read(value)
    assert found is not None
    assert read(found[0].write(found[1])) is not None
    assert read(found[0].write(found[1]))[1] == found[1]  # type: ignore[index]


def test_numbers_of_arrays_are_numbers() -> None:
    assert Factor(GOAL, np.float64(0.1), np.float64(0.3)) == Factor(GOAL, Decimal("0.1"), 0.3)
    assert Factor(GOAL, values=tuple(np.array([1, 2]))) == Factor(GOAL, values=(1, 2))


@pytest.mark.parametrize("high", [10**15, 10**400, Decimal("1e400"), Decimal("0." + "1" * 20), float("nan")])
def test_numbers_that_nobody_writes(builder: Builder, high: Any) -> None:
    assert faults_of(lambda: Factor(GOAL, 0, high).fitted(builder))[0].code == "wrong-type"


def test_halves_go_to_the_even_digit() -> None:
    assert [Notation("text", 1).write(Decimal(text)) for text in ("0.25", "0.35")] == ["0.2", "0.4"]
    assert [Notation("whole").write(Decimal(text)) for text in ("0.5", "1.5")] == [0, 2]


WRONG: list[tuple[Factor, str, str]] = [
    (Factor("earning.purchase.rate", "5%", "7%"), "unknown-path", "begins with"),
    (Factor(RATE), "either-or", "neither"),
    (Factor(RATE, "5%", "7%", values=("5%",)), "either-or", "both"),
    (Factor(RATE, "5%"), "missing", "one end"),
    (Factor(RATE, high="5%", step="1%"), "missing", "one end"),
    (Factor(RATE, "5%", 7), "wrong-unit", '"5%" to 7'),
    (Factor(RATE, "5%", "0.07"), "wrong-unit", "alike"),
    (Factor(RATE, "7%", "7%"), "inconsistent", "`low` below `high`"),
    (Factor(RATE, "9%", "7%"), "inconsistent", "`low` below `high`"),
    (Factor(RATE, "5%", "7%", step="3%"), "out-of-range", "whole range"),
    (Factor(RATE, "5%", "7%", step="0%"), "out-of-range", "above 0"),
    (Factor(RATE, "5%", "7%", step=1), "wrong-unit", "a percentage"),
    (Factor(RATE, "5%", "7%", step="0.0001%"), "too-many", "20,001 values"),
    (Factor(RATE, "5%", "7%", step="1%", log=True), "inconsistent", "`log`"),
    (Factor(RATE, "0%", "7%", log=True), "inconsistent", "above 0"),
    (Factor(RATE, values=()), "out-of-range", "0 values"),
    (Factor(RATE, values=("5%", "5%")), "repeated", '"5%" twice'),
    (Factor(RATE, values=("5%", "6%"), log=True), "inconsistent", "`log` with `values`"),
    (Factor(RATE, "a", "b"), "wrong-type", '"a"'),
    (Factor(GOAL, True, 1), "wrong-type", "true"),
    (Factor(GOAL, 0, float("inf")), "wrong-type", "inf"),
    (Factor(GOAL, 0, 0.5, start=date(2018, 1, 1)), "not-dated", "populations have no dates"),
    (Factor(GOAL, 0, 0.9), "out-of-range", "0.9 as `high`"),
    (Factor(RATE, "0%", "7%"), "out-of-range", '"0%" as `low`'),
    (Factor(f"{CHECKOUT}.share_of_order_max", "20%", "140%"), "out-of-range", '"140%" as `high`'),
    (Factor(f"{CHECKOUT}.share_of_order_mx", "20%", "40%"), "unknown-key", 'did you mean "share_of_order_max"'),
    (Factor("population.behaviour.preset", values=("cafe", "salong")), "wrong-choice", '"salong" as value 2'),
    (Factor("programme.earning.purchase.minimum_order", "0.001", "0.002"), "amount-digits", "2 digits"),
    (Factor("programme.campaigns.accessory-week.starts", date(2017, 7, 1), date(2017, 7, 20)),
     "date-order", "as `high`"),
    (Factor(f"{CHECKOUT}.tokens_min", 0, 10**7), "too-many", "10,000,001 values"),
]  # fmt: skip


@pytest.mark.parametrize(("factor", "code", "said"), WRONG, ids=range(len(WRONG)))
def test_what_a_factor_cannot_be(builder: Builder, factor: Factor, code: str, said: str) -> None:
    found = faults_of(lambda: factor.fitted(builder))
    assert code in {fault.code for fault in found}
    assert all(fault.code in CODES and fault.place.path == factor.path for fault in found)
    assert said in "\n".join(str(fault) for fault in found)
