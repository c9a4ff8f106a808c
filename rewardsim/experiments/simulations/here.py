"""The arms of a replicate, each lived on this machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.outcomes import event_counts

from .checkpoints import latest
from .lives import Lives, groups, lives_of
from .members import members_of, write_members
from .plan import EPOCH, WITHOUT, Arm, Plan
from .tables import Life
from .totals import people_of

if TYPE_CHECKING:
    import pyarrow as pa


class Here:
    """Has the engine live the arms one after the other; of those before only a few bytes a person are kept.

    Arms go on from checkpoints of the store, where it has any.
    """

    def __init__(self, plan: Plan, replicate: int, engine: str, threads: int | None, store: Path) -> None:
        self._plan, self._replicate = plan, replicate
        self._engine, self._threads, self._store = engine, threads, store
        self._known: dict[str, Lives] = {}
        self._life: Life | None = None

    def live(self, arm: Arm, folder: Path | None, progress: Callable[[int, int], None]) -> Life:
        """Live through an arm; with a folder, write everything down that happens."""
        from rewardsim.engine.simulation import simulate_population

        self._life = None  # before the next one needs the room
        plan, replicate = self._plan, self._replicate
        resume = None if folder or not arm.programme else latest(self._store, plan, arm, replicate)
        done = simulate_population(
            arm.programme,
            arm.population,
            members=plan.members,
            first_day=plan.first_day,
            last_day=plan.last_day,
            seed=plan.seed,
            replicate=replicate,
            engine=self._engine,
            threads=self._threads,
            folder=folder,
            resume=resume,
            progress=progress,
        )
        self._life = life = Life(arm, replicate, cohorts_of(plan, arm), done)
        self._known[arm.name] = lives_of(life)
        return life

    def people(self) -> dict[str, int]:
        """Return the sums over the people of the arm lived last."""
        return people_of(self._life, self._known[self._life.arm.name])

    def first(self) -> dict[str, Any]:
        """Return what a run's summary says of the arm lived last."""
        return first_of(self._life)

    def write_members(self, path: Path) -> None:
        """Write the members of the arm lived last, beside what they did without the programme."""
        write_members(path, members_of(self._life, self._known.get(WITHOUT)))

    def groups(self, arm: Arm, against: Arm) -> pa.Table:
        """Return what groups of people did in two arms."""
        return groups(self._known[arm.name], self._known[against.name], self._replicate)


def cohorts_of(plan: Plan, arm: Arm) -> list[str]:
    """Return the names of an arm's cohorts."""
    return list(arm.population.tables(arm.programme, plan.first_day, plan.last_day, plan.members)["cohort_names"])


def first_of(life: Life) -> dict[str, Any]:
    """Return what is said of the first replicate under the programme: accounts, tiers, what was noted."""
    from types import SimpleNamespace

    from rewardsim.experiments.accounts import phases_summary

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
