"""Everybody of the first replicate, one row each: who he was, what he did, and what he would have done anyway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.behaviour.records import KINDS
from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE
from rewardsim.transactions.columns import column_of, texts_of

from .lives import Lives
from .tables import Life, words

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK = 1 << 17
"""Rows written at a time: a table of millions would double what is in memory."""
STATUS = {codes.UNKNOWN_MEMBER: "not enrolled", codes.ENROLLED: "enrolled", codes.CLOSED: "closed"}
STANDING_DAYS = {"tier_since": "since_day", "review_day": "review_day", "grace_day": "grace_day"}
STANDING_SUMS = ("qualifying", "to_keep", "to_rise")
BALANCES = ("pending", "available", "held", "debt", "shortfall")


def write_members(path: Path, tables: Iterable[pa.Table]) -> None:
    """Write tables of members as one file."""
    import pyarrow.parquet as pq

    from rewardsim.engine.writing import PARQUET

    writer = None
    for table in tables:
        writer = writer or pq.ParquetWriter(path, table.schema, **PARQUET)
        writer.write_table(table)
    if writer:
        writer.close()


def members_of(life: Life, twin: Lives | None, numbers: Any = None, block: int = BLOCK) -> Iterator[pa.Table]:
    """Yield the members of a life, a block at a time; ``twin`` is what the same people did without the programme.

    ``numbers`` are the members' among all, where these are a part of them.
    """
    import numpy as np

    count = len(life.done.persons)
    numbers = np.arange(count) if numbers is None else numbers
    for start in range(0, count, block):
        yield _rows(life, twin, slice(start, min(start + block, count)), numbers)


def _rows(life: Life, twin: Lives | None, rows: slice, numbers: Any) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    persons, ids = life.done.persons[rows], life.done.ids()
    inviter = persons["inviter"]
    columns = {
        "member": column_of(numbers[rows].astype(np.int32), pa.int32()),
        "member_id": texts_of(ids[rows]),
        "cohort": words(persons["cohort"], life.cohorts),
        "kind": words(persons["kind"], list(KINDS)),
        "arrival": column_of(np.floor(persons["arrival"]).astype(np.int32), pa.date32()),
        "left_day": _dates(persons["left_day"]),
        "generation": column_of(persons["generation"].astype(np.int32), pa.int32()),
        "inviter": column_of(numbers[inviter].astype(np.int32), pa.int32(), inviter == NONE),
        "inviter_id": pa.array([ids[m] if m != NONE else None for m in inviter.tolist()], pa.string()),
        "purchases": column_of(persons["orders"], pa.int64()),
        "revenue": column_of(persons["revenue"], pa.int64()),
    }
    if twin is not None:
        own = slice(rows.start, min(rows.stop, len(twin.orders)))
        for name, values in (("purchases_without", twin.orders), ("revenue_without", twin.revenue)):
            padded = np.zeros(len(persons), dtype=np.int64)  # friends would not have come
            padded[: max(own.stop - own.start, 0)] = values[own]
            columns[name] = column_of(padded, pa.int64())
    return pa.table(columns | _account(life, rows) | _standing(life, rows))


def _account(life: Life, rows: slice) -> dict[str, Any]:
    """Return status and balances."""
    import pyarrow as pa

    members = life.done.tables["members"][rows]
    columns = {"status": words(members["status"], [STATUS[code] for code in sorted(STATUS)])}
    columns |= {"enrolled_day": _dates(members["enrolled_day"])}
    columns |= {"events": column_of(members["events"], pa.int64())}
    balances, kinds = life.done.auditor.balances[rows], life.done.auditor.kinds[rows]
    exchanged, voided, given_back = (kinds[:, kind] for kind in range(3))
    figures = {
        "issued": -balances[:, codes.ISSUE],
        "redeemed": balances[:, codes.REDEEMED] - exchanged + given_back,
        "exchanged": exchanged,
        "expired": balances[:, codes.EXPIRED],
        "clawed_back": balances[:, codes.CLAWED] - voided,
        **{name: members[name] for name in BALANCES},
    }
    return columns | {name: column_of(values, pa.int64()) for name, values in figures.items()}


def _standing(life: Life, rows: slice) -> dict[str, Any]:
    """Return the tier as he last knew it, and what it rests on; nothing where the programme has no tiers."""
    import pyarrow as pa

    if not life.levels:
        return {}
    standings = life.done.tables["standings"][rows]
    columns = {
        "tier": words(life.done.persons["tier"][rows], life.levels),
        "projected_tier": words(standings["projected"], life.levels),
    }
    columns |= {name: _dates(standings[field]) for name, field in STANDING_DAYS.items()}
    return columns | {
        name: column_of(standings[name], pa.int64(), standings[name] == NONE) for name in STANDING_SUMS
    }


def _dates(days: Any) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    return column_of(days.astype(np.int32), pa.date32(), days == NEVER)
