"""What becomes of tokens: conservation every day (A9), expiry (A5), points plus cash (A7), their value (A10)."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from rewardsim.rules import codes
from simulation.altered import Altered
from simulation.everything import FIRST, LAST, lived
from simulation.living import ACCOUNTS, Kept, counted, day, flow, live, total
from simulation.plain import club, crowd

NEVER_REDEEMED = -1.0e6
POINTS = '[earning.purchase]\nrate = { tokens = 1, per = "1.00" }\nbasis = "gross"\n'


def till(value: str = "0.01", fewest: int = 50, most: str = "100%") -> str:
    return f'[redemption.checkout]\nvalue_per_token = "{value}"\ntokens_min = {fewest}\nshare_of_order_max = "{most}"\n'


def savers(**habits: float):
    """People who buy every other week for 10.00 and whom nothing but their tokens' expiry moves."""
    return Altered(crowd(purchases={"per_week": 0.5}, response__reluctance={"mean": -2.2, "sd": 1.2}), habits=habits)


# ---------------------------------------------------------------- conservation


def balances(done) -> np.ndarray:
    """Balances of all accounts at each day's end, by summing what went in and out."""
    flows = done.auditor.flows[:, : ACCOUNTS * ACCOUNTS].reshape(-1, ACCOUNTS, ACCOUNTS)
    return (flows.sum(axis=1) - flows.sum(axis=2)).cumsum(axis=0)


def test_tokens_are_conserved_every_day_a9(full: Kept) -> None:
    held = balances(full.done)
    issued = -held[:, codes.ISSUE]
    gone = held[:, [codes.REDEEMED, codes.EXPIRED, codes.CLAWED]].sum(axis=1)
    there = held[:, [codes.PENDING, codes.AVAILABLE, codes.HELD]].sum(axis=1)
    owed = -held[:, codes.DEBT]
    assert issued.dtype == np.int64
    assert np.array_equal(issued, gone + there - owed)
    assert (np.diff(issued) >= 0).all()
    assert min(gone.min(), there.min(), owed.min()) >= 0
    assert held[-1, codes.HELD] == 0
    assert issued[-1] == full.done.auditor.issued.sum()


def test_no_member_ever_holds_less_than_nothing_a9(full: Kept) -> None:
    """Entry by entry, member by member, from the written ledger."""
    ledger = pq.read_table(full.tables / "ledger.parquet").to_pandas()
    for account in ("PENDING", "AVAILABLE", "HELD"):
        signed = ledger["tokens"] * ((ledger["target"] == account).astype(int) - (ledger["source"] == account))
        assert (signed.groupby(ledger["member"]).cumsum() >= 0).all(), account
        last = signed.groupby(ledger["member"]).sum()
        book = full.done.tables["members"][account.lower()]
        assert np.array_equal(last.to_numpy(), book[last.index]), account
    assert (ledger["tokens"] > 0).all()
    assert ledger["tokens"].dtype == np.int64


@pytest.mark.parametrize("days", [60, 200, 330])
def test_books_at_any_day_are_what_flows_say_a9(full: Kept, days: int) -> None:
    """Stop on a day: the members' accounts add up to the flows of the run that went on."""
    stopped = lived(last_day=FIRST + days)
    held = balances(full.done)[days]
    for name, account in (("pending", codes.PENDING), ("available", codes.AVAILABLE), ("held", codes.HELD)):
        assert stopped.tables["members"][name].sum() == held[account], name
    assert stopped.tables["members"]["debt"].sum() == -held[codes.DEBT]


# ---------------------------------------------------------------- expiry


def expiring(days: int):
    brief = club(POINTS, till(), f'[expiry]\npolicy = "rolling"\ndays = {days}\n')
    return live(brief, savers(), members=3_000, weeks=78)


def test_shorter_expiry_more_breakage_less_liability_a5() -> None:
    short, middle, long = (expiring(days) for days in (90, 180, 365))
    assert total(short, "purchases") == total(long, "purchases")
    broken = [flow(done, "AVAILABLE", "EXPIRED").sum() for done in (short, middle, long)]
    assert broken[0] > 1.1 * broken[1]
    assert broken[1] > 1.1 * broken[2] > 0
    owed = [done.tables["members"]["available"].sum() for done in (short, middle, long)]
    assert 1.1 * owed[0] < owed[1]
    assert 1.1 * owed[1] < owed[2]


@pytest.mark.parametrize(("pressed", "bunched"), [(0.7, True), (0.0, False)])
def test_redemptions_bunch_before_expiry_a5(pressed, bunched) -> None:
    """Share of purchases at which tokens are spent, in the last 30 days of the year against the 30 before."""
    yearly = club(POINTS, till(), '[expiry]\npolicy = "calendar"\nat = "12-31"\nyears_after = 0\n')
    done = live(yearly, savers(redeem_expiring=pressed), members=5_000, last_day=day("2020-12-31"))
    months = (slice(-60, -30), slice(-30, None))
    spent, bought = ([counted(done, name)[part].sum() for part in months] for name in ("redemptions", "purchases"))
    (before, last), (one, other) = np.divide(spent, bought), np.sqrt(spent) / bought
    assert (last - before > 4 * np.hypot(one, other)) == bunched


# ---------------------------------------------------------------- redemption


def test_points_plus_cash_more_redemptions_a7() -> None:
    """Whoever may pay a part with tokens redeems more often than who must pay for the whole purchase."""
    whole, part = (
        live(club(POINTS, till(fewest=fewest)), savers(), members=3_000, weeks=156) for fewest in (1_000, 50)
    )
    assert total(whole, "purchases") == total(part, "purchases")
    assert total(part, "redemptions") > 1.5 * total(whole, "redemptions") > 0


@pytest.mark.parametrize("weeks", [13, 52])
@pytest.mark.parametrize(
    "raised",
    [({"token_worth": 0.5}, "0.01", {"token_worth": 1.3}, "0.01"), ({}, "0.01", {}, "0.02"), ({}, "0.005", {}, "0.03")],
    ids=["felt", "doubled", "sixfold"],
)
def test_a_higher_value_never_loses_a_redemption_a10(weeks, raised) -> None:
    """Under the same luck everybody who redeemed by some day has done so by it, and there are more redemptions."""
    mind, value, other_mind, other_value = raised
    low, high = (
        live(club(POINTS, till(worth, fewest=1)), savers(**habits), members=2_500, weeks=weeks)
        for habits, worth in ((mind, value), (other_mind, other_value))
    )
    once, then = (done.persons["redeemed_at"] > NEVER_REDEEMED for done in (low, high))
    assert 50 < once.sum() < then.sum()
    assert (then | ~once).all()
    assert total(high, "redemptions") > total(low, "redemptions")


def test_nobody_redeems_before_he_may() -> None:
    """Nothing is asked for that the law would refuse."""
    done = live(club(POINTS, till(fewest=35, most="20%")), savers(), members=1_000, weeks=52)
    assert set(done.outcomes) <= {"applied", "applied_in_part"}
    assert flow(done, "AVAILABLE", "REDEEMED").sum() >= 35 * total(done, "redemptions") > 0


def test_the_last_day_is_the_horizon(full: Kept) -> None:
    assert (full.done.first_day, full.done.last_day) == (FIRST, LAST)
    assert len(full.done.tally) == LAST - FIRST + 1
