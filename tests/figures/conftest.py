"""Small tables as a run has them."""

from __future__ import annotations

import pandas as pd
import pytest

FLOWS = ("issued", "voided", "released", "redeemed", "exchanged", "given_back", "expired", "clawed_back", "adjusted")
JOURNAL = ("event", "day", "kind", "cause", "tier", "amount", "member_id", "counterpart_id")
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


@pytest.fixture
def moves() -> pd.DataFrame:
    """A ledger by purpose: each kind of rule once, 40 void again, a birthday of a silver member."""
    rows = [
        ("2017-06-20", "ann", "ISSUE", "PENDING", 100, "earning.purchase"),
        ("2017-06-20", "ann", "ISSUE", "PENDING", 25, "campaign:summer"),
        ("2017-06-25", "ann", "PENDING", "CLAWED", 40, "earning.purchase"),
        ("2017-06-30", "bob", "ISSUE", "AVAILABLE", 50, "earning.welcome"),
        ("2017-07-02", "bob", "ISSUE", "AVAILABLE", 5, "earning.share"),
        ("2017-07-03", "ann", "ISSUE", "DEBT", 9, "referral"),
        ("2017-09-01", "ann", "ISSUE", "PENDING", 7, "tiers.silver"),
        ("2017-09-04", "ann", "ISSUE", "AVAILABLE", 500, "tiers.birthday"),
        ("2017-09-05", "bob", "ISSUE", "AVAILABLE", 30, "draws.launch"),
        ("2017-09-06", "bob", "ISSUE", "AVAILABLE", 3, "opening"),
        ("2017-09-07", "bob", "AVAILABLE", "REDEEMED", 8, "redemption.checkout"),
    ]
    table = pd.DataFrame(rows, columns=["day", "member_id", "source", "target", "tokens", "rule"])
    return table.assign(day=pd.to_datetime(table["day"]))


@pytest.fixture
def journal() -> pd.DataFrame:
    """Ann brings bob, who qualifies; bob brings cem, revoked; dan is refused everywhere; ann and bob have tiers."""
    rows = [
        (1, "2017-08-01", "invited", "", None, 0, "ann", "bob"),
        (2, "2017-08-02", "referral_accepted", "", None, 0, "bob", "ann"),
        (3, "2017-08-03", "referral_refused", "existing_member", None, 0, "ann", "dan"),
        (4, "2017-08-04", "referral_qualified", "", None, 0, "bob", "ann"),
        (4, "2017-08-04", "referral_refused", "referrer_limit", None, 0, "ann", "bob"),
        (5, "2017-08-05", "referral_accepted", "", None, 0, "cem", "bob"),
        (6, "2017-08-06", "referral_qualified", "", None, 0, "cem", "bob"),
        (7, "2017-08-07", "referral_revoked", "", None, 0, "cem", "bob"),
        (8, "2017-08-08", "referral_refused", "self", None, 0, "dan", "dan"),
        (9, "2017-08-09", "referral_accepted", "", None, 0, "eve", "cem"),
        (10, "2017-08-10", "referral_refused", "lapsed", None, 0, "eve", "cem"),
        (11, "2017-08-11", "referral_refused", "invited_already", None, 0, "ann", "bob"),
        (12, "2017-08-12", "invited", "", None, 0, "dan", "fay"),
        (None, "2017-09-01", "tier_changed", "begins", "silver", 1000, "ann", None),
        (None, "2017-09-01", "tier_changed", "begins", "member", 0, "bob", None),
        (13, "2017-09-10", "express_delivery", "", "silver", 9900, "ann", None),
        (14, "2017-11-10", "express_delivery", "", "gold", 9950, "bob", None),
        (15, "2017-11-09", "tier_changed", "threshold_reached", "gold", 5000, "bob", None),
        (None, "2018-02-01", "tier_kept", "review", "silver", 1000, "ann", None),
        (None, "2018-03-01", "tier_changed", "grace_over", "member", 0, "ann", None),
        (None, "2018-03-31", "tier_changed", "begins", "member", 0, "cem", None),
    ]
    table = pd.DataFrame(rows, columns=list(JOURNAL)).astype({"event": "Int64"})
    return table.assign(day=pd.to_datetime(table["day"]), seq=range(len(table)))
