"""Flows and balances of a ledger: the figures of a run, in total and by day.

The figures follow from transfers between accounts alone. ``exchanged`` is what left for coupons
and codes, ``redeemed`` what left at checkout; ``given_back`` came back when orders were returned;
``voided`` was refused at delivery, ``clawed_back`` taken back because of returns.
"""

from __future__ import annotations

from typing import Any

from rewardsim.rules.codes import (
    ACCOUNTS,
    ADJUSTED,
    AVAILABLE,
    CLAWED,
    DEBT,
    EXPIRED,
    HELD,
    ISSUE,
    PENDING,
    REDEEMED,
)
from rewardsim.transactions.columns import column_of

WIDTH = len(ACCOUNTS)
DAILY = (
    "issued", "voided", "released", "redeemed", "exchanged", "given_back", "expired", "clawed_back", "adjusted",
    "pending", "available", "held", "debt", "outstanding",
)  # fmt: skip


def figures(flows: Any) -> dict[str, Any]:
    """Return flows per row of a (rows, flows) array: how many tokens went which way.

    Column ``source * accounts + target`` counts transfers; the last two those to exchange items and
    those that voided an award.
    """

    def between(sources: list[int], targets: list[int]) -> Any:
        return sum(flows[:, source * WIDTH + target] for source in sources for target in targets)

    everything = list(range(WIDTH))
    exchanged, voided = flows[:, WIDTH * WIDTH], flows[:, WIDTH * WIDTH + 1]
    return {
        "issued": between([ISSUE], everything),
        "voided": voided,
        "released": between([PENDING], [AVAILABLE, DEBT]),
        "redeemed": between([AVAILABLE, HELD], [REDEEMED]) - exchanged,
        "exchanged": exchanged,
        "given_back": between([REDEEMED], [AVAILABLE, DEBT]),
        "expired": between(everything, [EXPIRED]),
        "clawed_back": between(everything, [CLAWED]) - voided,
        "adjusted": between([ADJUSTED], everything) - between(everything, [ADJUSTED]),
        "pending": between(everything, [PENDING]) - between([PENDING], everything),
        "available": between(everything, [AVAILABLE]) - between([AVAILABLE], everything),
        "held": between(everything, [HELD]) - between([HELD], everything),
        "debt": between([DEBT], everything) - between(everything, [DEBT]),
    }


def totals(flows: Any, shortfall: int) -> dict[str, int]:
    """Return the totals of a run; ``outstanding`` counts debt as negative."""
    sums = {name: sum(int(value) for value in column) for name, column in figures(flows).items()}
    sums["outstanding"] = sums["pending"] + sums["available"] + sums["held"] - sums["debt"]
    sums["clawback_shortfall"] = shortfall
    return sums


def daily_table(flows: Any, first_day: int) -> Any:
    """Return flows and end-of-day balances by day as an Arrow table."""
    import numpy as np
    import pyarrow as pa

    columns = figures(flows)
    for name in ("pending", "available", "held", "debt"):
        columns[name] = np.cumsum(columns[name])
    columns["outstanding"] = columns["pending"] + columns["available"] + columns["held"] - columns["debt"]
    days = np.arange(first_day, first_day + len(flows), dtype=np.int32)
    return pa.table(
        {"day": column_of(days, pa.date32()), **{name: column_of(columns[name], pa.int64()) for name in DAILY}}
    )
