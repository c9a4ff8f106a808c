"""The arms of a replicate, each lived in parts by keepers that may be anywhere; here, only what they add up to."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.engine.distributed import simulate_parts
from rewardsim.engine.part_life import Keeper

from .here import cohorts_of, first_of
from .lives import Lives, Sorts, group_sums, groups_table, lives_of
from .members import members_of, write_members
from .plan import PROGRAMME, WITHOUT, Arm, Plan
from .tables import Life
from .totals import people_of

if TYPE_CHECKING:
    import pyarrow as pa

    from rewardsim.engine.distributed import Ask


FEW = 1 << 14
"""Members told at a time: those of all keepers are on their way together."""


class TwinKeeper(Keeper):
    """Keeps a part of the people of a replicate through all its arms, until the arms are compared."""

    def __init__(self) -> None:
        self._known: dict[str, Lives] = {}
        self._members: Iterator[pa.Table] = iter(())

    def ended(self, arm: str, cohorts: list[str], full: bool) -> tuple[dict[str, int], dict[str, Any]]:
        """End an arm; return the sums over its people, and where the ``full`` story is asked for, its summary."""
        scene, done = self.life.scene, self.life.done
        life = Life(Arm(arm, scene.programme, scene.population), scene.replicate, cohorts, done)
        self._known[arm] = lives_of(life)
        if full:
            self._members = members_of(life, self._known.get(WITHOUT), self.life.numbers(), FEW)
        return people_of(life, self._known[arm]), first_of(life) if full else {}

    def members(self) -> bytes:
        """Return some more members of the arm lived last, as Parquet; nothing after the last."""
        import pyarrow.parquet as pq

        table = next(self._members, None)
        if table is None:
            return b""
        with io.BytesIO() as file:
            pq.write_table(table, file)
            return file.getvalue()

    def groups(self, arm: str, against: str) -> list[Any]:
        """Return the sums of groups of people in two arms."""
        return group_sums(self._known[arm], self._known[against])

    def end(self) -> None:
        """Forget the life at hand."""
        self._members = iter(())
        super().end()

    def forget(self) -> None:
        """Forget everything."""
        self._known.clear()
        self.end()


class Apart:
    """Has keepers live the arms of a replicate, one after the other."""

    def __init__(self, plan: Plan, replicate: int, ask: Ask, keepers: int) -> None:
        self._plan, self._replicate = plan, replicate
        self._ask, self._keepers = ask, keepers
        self._sorts: dict[str, Sorts] = {}

    def live(self, arm: Arm, folder: Path | None, progress: Callable[[int, int], None]) -> Life:
        """Live through an arm; no folder is written."""
        plan = self._plan
        done = simulate_parts(
            self._ask,
            self._keepers,
            arm.programme,
            arm.population,
            members=plan.members,
            first_day=plan.first_day,
            last_day=plan.last_day,
            seed=plan.seed,
            replicate=self._replicate,
            progress=progress,
        )
        life = Life(arm, self._replicate, cohorts_of(plan, arm), done)
        self._sorts[arm.name] = Sorts(arm.name, life.levels, life.cohorts)
        full = self._replicate == 0 and arm.name == PROGRAMME
        ended = self._all("ended", arm.name, life.cohorts, full)
        self._people, self._first = added([people for people, _ in ended]), added([first for _, first in ended])
        if "draws" in self._first:
            self._first["draws"] |= done.draws
        return life

    def people(self) -> dict[str, int]:
        """Return the sums over the people of the arm lived last."""
        return self._people

    def first(self) -> dict[str, Any]:
        """Return what a run's summary says of the arm lived last."""
        return self._first

    def write_members(self, path: Path) -> None:
        """Write the members of the arm lived last, beside what they did without the programme; a few at a time."""
        write_members(path, self._tables())

    def groups(self, arm: Arm, against: Arm) -> pa.Table:
        """Return what groups of people did in two arms."""
        found = self._all("groups", arm.name, against.name)
        sums = [sum(parts) for parts in zip(*found, strict=True)]
        return groups_table(self._sorts[arm.name], self._sorts[against.name], sums, self._replicate)

    def _tables(self) -> Iterator[pa.Table]:
        import pyarrow.parquet as pq

        while some := [one for one in self._all("members") if one]:
            for one in some:
                yield pq.read_table(io.BytesIO(one))

    def _all(self, name: str, *given: Any) -> list[Any]:
        return self._ask(name, [given] * self._keepers)


def added(said: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sums of what stands under each name, also within what stands there; texts are everybody's."""
    names = dict.fromkeys(name for one in said for name in one)
    found: dict[str, Any] = {}
    for name in names:
        values = [one[name] for one in said if name in one]
        if isinstance(values[0], Mapping):
            found[name] = added(values)
        else:
            found[name] = values[0] if isinstance(values[0], (str, bool)) else sum(values)
    return found
