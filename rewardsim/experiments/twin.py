"""One replicate: the same people under the same luck live through every arm, with and without the programme.

The arms run one after the other. Of each only totals and a few bytes a person are kept, so that two
of them can be compared person by person; the first replicate's programme arm is written in full.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.transactions.columns import column_of

from . import twin_tables
from .checkpoints import latest
from .outcomes import event_counts
from .simulate_plan import EPOCH, PROGRAMME, WITHOUT, Arm, Plan
from .twin_lives import Lives, groups, lives_of
from .twin_members import write_members
from .twin_tables import Life, placed
from .twin_totals import totals_of

if TYPE_CHECKING:
    import pyarrow as pa

SMALL = ("daily", "tokens", "issued", "settled", "replicates", "groups")
"""Tables every replicate has; those of all replicates are joined in the run."""
LARGE = ("members", "ledger", "journal", "events")
"""Tables of the first replicate's programme arm."""
Report = Callable[[int, int, int], None]


def live_through(
    plan: Plan, replicate: int, folder: Path, engine: str, threads: int | None, report: Report, store: Path
) -> dict[str, Any]:
    """Run a replicate's arms and write its tables into a folder; return what its manifest says of it.

    Arms go on from checkpoints of the store, where it has any. ``report`` is called with (arms done,
    days done in the arm at hand, days in all).
    """
    known: dict[str, Lives] = {}
    parts: dict[str, list[Any]] = {name: [] for name in SMALL}
    said: dict[str, Any] = {"digests": {}, "seconds": 0.0}
    # Without the programme first: the full table of members says what each would have done anyway.
    for done, arm in enumerate(sorted(plan.arms, key=lambda arm: arm.name != WITHOUT)):
        progress = functools.partial(report, done)
        full = folder if replicate == 0 and arm.name == PROGRAMME else None
        ledger = full if plan.ledger else None
        resume = None if ledger or not arm.programme else latest(store, plan, arm, replicate)
        life = _lived(plan, arm, replicate, engine, threads, ledger, resume, progress)
        known[arm.name] = lives_of(life)
        for name in ("daily", "tokens", "issued", "settled") if arm.programme else ("daily",):
            parts[name].append(getattr(twin_tables, name)(life))
        parts["replicates"].append(_row(life, known[arm.name]))
        if full:
            write_members(full / "members.parquet", life, known.get(WITHOUT))
            said["first"] = _first(life)
        said["digests"][arm.name] = life.done.digest
        said["seconds"] += life.done.seconds
        del life  # before the next arm needs the room
    parts["groups"] = [groups(lives, lives, replicate) for lives in known.values()]
    parts["groups"] += [groups(known[arm.name], known[against.name], replicate) for arm, against in plan.pairs]
    for name, tables in parts.items():
        write(folder / f"{name}.parquet", tables)
    return said


def write(path: Path, tables: Iterable[pa.Table]) -> None:
    """Write tables of one kind as one file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from rewardsim.engine.writing import PARQUET

    pq.write_table(pa.concat_tables(list(tables)), path, **PARQUET)


def _lived(
    plan: Plan,
    arm: Arm,
    replicate: int,
    engine: str,
    threads: int | None,
    folder: Path | None,
    resume: Path | None,
    progress: Callable[[int, int], None],
) -> Life:
    """Have the engine run one arm."""
    from rewardsim.engine.simulation import simulate_population

    done = simulate_population(
        arm.programme,
        arm.population,
        members=plan.members,
        first_day=plan.first_day,
        last_day=plan.last_day,
        seed=plan.seed,
        replicate=replicate,
        engine=engine,
        threads=threads,
        folder=folder,
        resume=resume,
        progress=progress,
    )
    cohorts = arm.population.tables(arm.programme, plan.first_day, plan.last_day, plan.members)["cohort_names"]
    return Life(arm, replicate, list(cohorts), done)


def _row(life: Life, lives: Lives) -> pa.Table:
    """Return the totals of an arm as a table of one row."""
    import numpy as np
    import pyarrow as pa

    columns = {
        name: column_of(np.array([value], dtype=np.int64), pa.int64())
        for name, value in totals_of(life, lives).items()
    }
    return placed(columns, life.arm.name, life.replicate, 1)


def _first(life: Life) -> dict[str, Any]:
    """Return what is said of the first replicate under the programme: accounts, tiers, what was noted."""
    from types import SimpleNamespace

    from .accounts import phases_summary

    done = life.done
    members = done.tables["members"]
    seen = SimpleNamespace(chains=done.chains, tables=done.tables, members=members, draws=done.draws)
    return {
        "members": int((members["status"] > 0).sum()),
        "members_in_debt": int((members["debt"] > 0).sum()),
        "events": event_counts(done.outcomes),
        "outcomes": done.outcomes,
        **phases_summary(seen, life.arm.programme),
        "until": (EPOCH + timedelta(days=done.last_day)).isoformat(),
    }
