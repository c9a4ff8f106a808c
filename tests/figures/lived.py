"""Small tables as a simulation has them: two replicates, with a programme and without, fifteen days."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rewardsim.economics.decompose import PARTS
from rewardsim.experiments.simulations.effects import QUANTITIES, contrast, frame, of_groups, of_parts

FIRST = pd.Timestamp("2017-06-15")
LEVELS = ("member", "silver", "gold")
ARMS = ("programme", "without")
BASE = {
    "purchases": [100, 110],
    "revenue": [1_000_000, 1_100_000],
    "person_days": [900, 940],
    "net": [400_000, 430_000],
}
MORE = {
    "purchases": [12, 8],
    "revenue": [150_000, 50_000],
    "person_days": [30, 30],
    "net": [-2_000, 4_000],
    "cost": [40_000, 41_000],
    "issued": [7_000, 7_500],
}


def lived() -> dict[str, pd.DataFrame]:
    """The tables by name."""
    return {
        "sim_daily": daily(),
        "sim_effects": effects(),
        "sim_issued": issued(),
        "sim_tokens": tokens(),
        "sim_friends": pd.DataFrame({"generation": [1, 2], "joined": [5, 2], "bought": [3, 0]}),
        "sim_production": production(),
        "sim_moves": pd.DataFrame({"day": [FIRST, FIRST + pd.Timedelta(days=3)], "present": [4, -1]}),
    }


def production() -> pd.DataFrame:
    """Three weeks of production (-1) and of two replicates: a purchase of 10.00 a day, and one more in production."""
    rows = [
        (replicate, FIRST + pd.Timedelta(days=k), fact, amount * (2 if replicate == -1 else 1))
        for replicate in (-1, 0, 1)
        for k in range(22)
        for fact, amount in (("orders", 1), ("revenue", 1_000), ("issued", 100), ("enrolled", k % 2))
    ]
    return pd.DataFrame(rows, columns=["replicate", "day", "fact", "amount"])


def daily() -> pd.DataFrame:
    """Each day: one purchase for each replicate, counted from 1, and two more with the programme; some in silver.

    On the first day 10 people are there, and one leaves each fifth day, with the programme in replicate 1 only.
    """
    rows = []
    for replicate in range(2):
        for arm in ARMS:
            for k in range(15):
                own = {"purchases": 1 + replicate, "present": 10 if k == 0 else 0, "members": 0, "invitations": 0}
                left = k and k % 5 == 0 and (arm == "without" or replicate == 1)
                own["present"] -= int(left)
                rows.append((replicate, arm, k, None, "existing", own))
                if arm == "programme":
                    more = {
                        "purchases": 2,
                        "present": 0,
                        "members": 3 if k == 0 else 0,
                        "invitations": 4,
                        "accepted": 1,
                    }
                    rows.append((replicate, arm, k, "silver" if k else None, "existing", more))
                    if k == 7:  # two of them rise
                        rows.append((replicate, arm, k, None, "existing", {"members": -2 - replicate}))
                        rows.append((replicate, arm, k, "silver", "existing", {"members": 2 + replicate}))
    names = ("replicate", "arm", "day", "tier", "cohort")
    measures = ("purchases", "present", "members", "invitations", "accepted")
    table = pd.DataFrame([dict(zip(names, row[:5], strict=True)) | row[5] for row in rows])
    table["day"] = FIRST + pd.to_timedelta(table["day"], unit="D")
    return table.fillna(dict.fromkeys(measures, 0)).astype(dict.fromkeys(measures, "int64"))


def effects() -> pd.DataFrame:
    """Effects of the programme, and of a variant that does nothing, against none."""
    found = []
    for arm in ("programme", "same"):
        base = {name: BASE.get(name, [0, 0]) for name in QUANTITIES}
        with_it = {
            name: [a + b for a, b in zip(base[name], MORE.get(name, [0, 0]), strict=True)] for name in QUANTITIES
        }
        every = contrast(with_it if arm == "programme" else base, base)
        if arm == "programme":
            every += of_parts(parts())
            every += of_groups(rows(), "without", "tier", 2) + of_groups(rows(), "without", "cohort", 2)
        found += [(arm, "without", one) for one in every]
    return frame(found)


def parts() -> list[dict[str, int]]:
    """The parts of the change of revenue in both replicates; the basket takes away."""
    return [
        dict(zip(PARTS, (100_000, 60_000, -30_000, 5_000, 15_000), strict=True)),
        dict(zip(PARTS, (40_000, 20_000, -20_000, 5_000, 5_000), strict=True)),
    ]


def rows() -> list[dict[str, Any]]:
    """What groups of people did in both arms."""
    found = []
    for replicate in range(2):
        for side in ARMS:
            for cohort, tier, revenue in (("2017-06", "silver", 700), ("existing", "member", 300), ("2017-07", "", 0)):
                more = (10 + 50 * replicate) * (side == "programme") * (tier == "silver")
                row = {"replicate": replicate, "side": side, "origin": "own", "cohort": cohort, "tier": tier}
                row |= {"enrolled": "yes", "persons": 1, "days": 15, "purchases": 2, "revenue": 100 * (revenue + more)}
                found.append(row)
    return found


def issued() -> pd.DataFrame:
    """Tokens issued: for purchases each day, for welcome once."""
    made = [
        (replicate, "programme", FIRST + pd.Timedelta(days=15 * k), rule, count + replicate)
        for replicate in range(2)
        for k, rule, count in ((0, "earning.purchase", 100), (0, "earning.welcome", 50), (1, "earning.purchase", 200))
    ]
    return pd.DataFrame(made, columns=["replicate", "arm", "day", "rule", "tokens"])


def tokens() -> pd.DataFrame:
    """Tokens standing by day: one more each day, and ten times the replicate; five taken back on the second day."""
    made = [
        (replicate, "programme", FIRST + pd.Timedelta(days=k), 0, 5 * (k == 1), 100 + k + 10 * replicate)
        for replicate in range(2)
        for k in range(15)
    ]
    return pd.DataFrame(made, columns=["replicate", "arm", "day", "voided", "clawed_back", "outstanding"])
