"""Small tables as a run has them."""

from __future__ import annotations

import pandas as pd
import pytest

FLOWS = ("issued", "voided", "released", "redeemed", "exchanged", "given_back", "expired", "clawed_back", "adjusted")
LEDGER = ("day", "member_id", "source", "target", "tokens", "lot", "expiry_day")


@pytest.fixture
def daily() -> pd.DataFrame:
    """Three days: 100 issued, 60 released, 30 spent on credit of 10, 20 lost; nothing exchanged or held."""
    table = pd.DataFrame({"day": pd.date_range("2017-12-30", periods=3)}).assign(**dict.fromkeys(FLOWS, 0))
    table["issued"], table["released"] = [100, 0, 0], [0, 60, 0]
    table["redeemed"], table["expired"] = [0, 30, 0], [0, 0, 20]
    table["pending"], table["available"], table["held"] = [100, 40, 40], [0, 40, 20], [0, 0, 0]
    table["debt"] = [0, 10, 10]
    table["outstanding"] = table["pending"] + table["available"] + table["held"] - table["debt"]
    return table


@pytest.fixture
def ledger() -> pd.DataFrame:
    """Two members: lots usable to the end of 2018, of March 2019, and for ever; one lot half spent, 7 pending."""
    rows = [
        ("2017-06-15", "ann", "ISSUE", "AVAILABLE", 50, 1, "2019-01-01"),
        ("2017-06-16", "ann", "ISSUE", "PENDING", 30, None, None),
        ("2017-06-20", "ann", "PENDING", "AVAILABLE", 30, 2, "2019-04-01"),
        ("2017-06-21", "bob", "ISSUE", "AVAILABLE", 8, 1, "2019-01-01"),
        ("2017-06-21", "bob", "ISSUE", "AVAILABLE", 5, 2, None),
        ("2017-06-22", "ann", "AVAILABLE", "REDEEMED", 25, 1, "2019-01-01"),
        ("2017-06-23", "bob", "ISSUE", "PENDING", 7, None, None),
        ("2019-01-01", "ann", "AVAILABLE", "EXPIRED", 25, 1, "2019-01-01"),
        ("2019-01-01", "bob", "AVAILABLE", "EXPIRED", 8, 1, "2019-01-01"),
    ]
    table = pd.DataFrame(rows, columns=list(LEDGER)).astype({"lot": "Int32"})
    table["day"], table["expiry_day"] = pd.to_datetime(table["day"]), pd.to_datetime(table["expiry_day"])
    return table


@pytest.fixture
def events() -> pd.DataFrame:
    """Six events: four orders, one of them without tokens and one refused; two deliveries."""
    rows = [("deliver", "applied"), ("order", "order_exists"), ("order", "applied"), ("order", "nothing_earned")]
    return pd.DataFrame([*rows, ("deliver", "applied"), ("order", "applied")], columns=["type", "outcome"])
