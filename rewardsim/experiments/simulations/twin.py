"""One replicate: the same people under the same luck live through every arm, with and without the programme.

The arms run one after the other, here or in parts elsewhere. Of each only totals and a few bytes a
person are kept, so that two of them can be compared person by person; the first replicate's
programme arm is written in full.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rewardsim.transactions.columns import column_of

from . import tables
from .plan import PROGRAMME, WITHOUT, Arm, Plan
from .tables import Life, placed
from .totals import totals_from

if TYPE_CHECKING:
    import pyarrow as pa

SMALL = ("daily", "tokens", "issued", "settled", "replicates", "groups")
"""Tables every replicate has; those of all replicates are joined in the run."""
LARGE = ("members", "ledger", "journal", "events")
"""Tables of the first replicate's programme arm."""
Report = Callable[[int, int, int], None]


class Way(Protocol):
    """Where a replicate's arms are lived: ``here.Here`` or ``apart.Apart``."""

    def live(self, arm: Arm, folder: Path | None, progress: Callable[[int, int], None]) -> Life:
        """Live through an arm; with a folder, write everything down that happens."""

    def people(self) -> dict[str, int]:
        """Return the sums over the people of the arm lived last, see ``totals.people_of``."""

    def first(self) -> dict[str, Any]:
        """Return what a run's summary says of the arm lived last."""

    def write_members(self, path: Path) -> None:
        """Write the members of the arm lived last, beside what they did without the programme."""

    def groups(self, arm: Arm, against: Arm) -> pa.Table:
        """Return what groups of people did in two arms."""


def live_through(plan: Plan, replicate: int, folder: Path, way: Way, report: Report) -> dict[str, Any]:
    """Run a replicate's arms and write its tables into a folder; return what its manifest says of it.

    ``report`` is called with (arms done, days done in the arm at hand, days in all).
    """
    parts: dict[str, list[Any]] = {name: [] for name in SMALL}
    said: dict[str, Any] = {"digests": {}, "seconds": 0.0}
    # Without the programme first: the full table of members says what each would have done anyway.
    arms = sorted(plan.arms, key=lambda arm: arm.name != WITHOUT)
    for done, arm in enumerate(arms):
        full = folder if replicate == 0 and arm.name == PROGRAMME else None
        life = way.live(arm, full if plan.ledger else None, functools.partial(report, done))
        for name in ("daily", "tokens", "issued", "settled") if arm.programme else ("daily",):
            parts[name].append(getattr(tables, name)(life))
        parts["replicates"].append(_row(life, way.people()))
        if full:
            way.write_members(full / "members.parquet")
            said["first"] = way.first()
        said["digests"][arm.name] = life.done.digest
        said["seconds"] += life.done.seconds
        del life  # before the next arm needs the room
    parts["groups"] = [way.groups(arm, against) for arm, against in [*zip(arms, arms, strict=True), *plan.pairs]]
    for name, those in parts.items():
        write(folder / f"{name}.parquet", those)
    return said


def write(path: Path, those: Iterable[pa.Table]) -> None:
    """Write tables of one kind as one file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from rewardsim.engine.writing import PARQUET

    pq.write_table(pa.concat_tables(list(those)), path, **PARQUET)


def _row(life: Life, people: dict[str, int]) -> pa.Table:
    """Return the totals of an arm as a table of one row."""
    import numpy as np
    import pyarrow as pa

    columns = {
        name: column_of(np.array([value], dtype=np.int64), pa.int64())
        for name, value in totals_from(life, people).items()
    }
    return placed(columns, life.arm.name, life.replicate, 1)
