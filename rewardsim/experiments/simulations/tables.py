"""The tables of one life: what an engine left behind, as Arrow tables that carry replicate and arm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from rewardsim.behaviour.measures import MEASURES
from rewardsim.economics.totals import DAILY, daily_table
from rewardsim.rules import codes
from rewardsim.transactions.columns import column_of, texts_of

if TYPE_CHECKING:
    import pyarrow as pa

    from .plan import Arm

ASKS = {
    codes.ASK_BUDGET: "campaign_budget",
    codes.ASK_STOCK: "exchange",
    codes.ASK_INVITE: "invitation",
    codes.ASK_ACCEPT: "referral_accepted",
    codes.ASK_QUALIFY: "referral_qualified",
    codes.ASK_REVOKE: "referral_revoked",
    codes.ASK_PRIZE: "prize",
}
"""What is settled at a day's end."""


class Life(NamedTuple):
    """One replicate of one arm, with the words for its numbers."""

    arm: Arm
    replicate: int
    cohorts: list[str]
    done: Any  # engine.simulation.Simulated

    @property
    def levels(self) -> list[str]:
        """Tiers, lowest first."""
        return self.arm.programme.names.levels if self.arm.programme else []


def daily(life: Life) -> pa.Table:
    """Return the measures by day, tier and cohort; rows on which nothing was counted are left out."""
    import numpy as np
    import pyarrow as pa

    tally = life.done.tally
    day, tier, cohort = np.nonzero(tally.any(axis=3))
    counted = tally[day, tier, cohort]
    columns = {
        "day": _days(day, life),
        "tier": words(tier - 1, life.levels),
        "cohort": words(cohort, life.cohorts),
        **{name: column_of(counted[:, place], pa.int64()) for name, place in MEASURES.items()},
    }
    return _placed(columns, life, len(day))


def tokens(life: Life) -> pa.Table:
    """Return tokens moved by day, and balances at its end."""
    flows = flows_of(life)
    table = daily_table(flows, life.done.first_day)
    return _placed({name: table.column(name) for name in ("day", *DAILY)}, life, len(flows))


def flows_of(life: Life) -> Any:
    """Return the flows by day; a last day that only takes what was settled before it goes if nothing was."""
    flows = life.done.auditor.flows
    return flows if len(flows) and flows[-1].any() else flows[: life.done.last_day - life.done.first_day + 1]


def issued(life: Life) -> pa.Table:
    """Return tokens issued by day and rule."""
    import numpy as np
    import pyarrow as pa

    by_rule = life.done.auditor.issued
    rules = life.arm.programme.names.rules if life.arm.programme else {}
    day, rule = np.nonzero(by_rule) if rules else np.zeros((2, 0), np.int64)
    columns = {
        "day": _days(day, life),
        "rule": words(rule, [rules[code] for code in sorted(rules)]),
        "tokens": column_of(by_rule[day, rule] if rules else np.zeros(0, np.int64), pa.int64()),
    }
    return _placed(columns, life, len(day))


def settled(life: Life) -> pa.Table:
    """Return how many requests of each kind were settled at each day's end."""
    import numpy as np
    import pyarrow as pa

    day, kind = np.nonzero(life.done.settled)
    names = [ASKS[code] for code in range(len(ASKS))]
    columns = {
        "day": _days(day, life),
        "kind": words(kind, names),
        "settled": column_of(life.done.settled[day, kind].astype(np.int64), pa.int64()),
    }
    return _placed(columns, life, len(day))


def words(places: Any, names: list[str]) -> pa.Array:
    """Return numbers as words, missing where they are negative."""
    import numpy as np
    import pyarrow as pa

    numbers = column_of(places.astype(np.int32), pa.int32(), places < 0)
    return pa.DictionaryArray.from_arrays(numbers, texts_of(names)).dictionary_decode()


def placed(columns: dict[str, Any], arm: str, replicate: int, rows: int) -> pa.Table:
    """Return columns as a table that says which replicate and arm it is of."""
    import numpy as np
    import pyarrow as pa

    number = column_of(np.full(rows, replicate, dtype=np.int32), pa.int32())
    return pa.table({"replicate": number, "arm": words(np.zeros(rows, dtype=np.int32), [arm]), **columns})


def _placed(columns: dict[str, Any], life: Life, rows: int) -> pa.Table:
    return placed(columns, life.arm.name, life.replicate, rows)


def _days(places: Any, life: Life) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    return column_of((places + life.done.first_day).astype(np.int32), pa.date32())
