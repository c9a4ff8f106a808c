"""What is kept of each person's life until the arms of a replicate are compared: a few bytes each.

People are paired by number: those an arm begins with are the same in every arm. A group is a
cohort, a tier and whether a person enrolled, as the arm whose effect is asked for had him at the
end; the other arm's figures are those of the very same people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rewardsim.behaviour.records import REFERRED
from rewardsim.rules.codes import UNKNOWN_MEMBER
from rewardsim.transactions.columns import column_of

from .tables import Life, placed, words

if TYPE_CHECKING:
    import pyarrow as pa

ORIGINS = ("own", "referred")


@dataclass(frozen=True)
class Sorts:
    """An arm's groups by number, and the words for them."""

    arm: str
    levels: list[str]
    cohorts: list[str]

    def places(self) -> Any:
        """Return cohort, tier (from -1) and enrolment of every group, by its number."""
        import numpy as np

        shape = (len(self.cohorts), len(self.levels) + 1, 2)
        cohort, tier, enrolled = np.unravel_index(np.arange(np.prod(shape)), shape)
        return cohort, tier - 1, enrolled


@dataclass(frozen=True)
class Lives(Sorts):
    """Arrays over everybody of an arm, those it began with first."""

    group: Any  # number of cohort, tier and enrolment, see ``places``
    referred: Any
    days: Any  # days on which he could buy
    orders: Any
    revenue: Any


def lives_of(life: Life) -> Lives:
    """Return what is kept of the people of an arm."""
    import numpy as np

    persons = life.done.persons
    enrolled = np.zeros(len(persons), dtype=np.int64)
    if life.arm.programme:
        enrolled[:] = life.done.tables["members"]["status"] != UNKNOWN_MEMBER
    group = (persons["cohort"] * (len(life.levels) + 1) + persons["tier"] + 1) * 2 + enrolled
    return Lives(
        arm=life.arm.name,
        levels=life.levels,
        cohorts=life.cohorts,
        group=group.astype(np.int32),
        referred=persons["kind"] == REFERRED,
        days=presence(persons, life.done.first_day, life.done.last_day),
        orders=persons["orders"].astype(np.int32),
        revenue=persons["revenue"].copy(),
    )


def presence(persons: Any, first_day: int, last_day: int) -> Any:
    """Return the days on which each person could buy, his last one included."""
    import numpy as np

    begins = np.maximum(np.floor(persons["arrival"]).astype(np.int64), first_day)
    ends = np.minimum(persons["left_day"], last_day)
    return np.maximum(ends - begins + 1, 0).astype(np.int32)


def groups(lives: Lives, against: Lives, replicate: int) -> pa.Table:
    """Return what groups of people did in two arms; of an arm against itself, its own groups.

    Friends brought by invitation are grouped as their own arm has them: the other never met them.
    """
    return groups_table(lives, against, group_sums(lives, against), replicate)


def group_sums(lives: Lives, against: Lives) -> list[Any]:
    """Return persons, days, purchases and revenue of every group: of each arm, those of its own, then friends."""
    own = ~lives.referred
    paired, friends = lives.group[own], lives.group[lives.referred]
    sums = [_sums(lives, own, paired, lives), _sums(lives, lives.referred, friends, lives)]
    if against is not lives:
        brought = against.referred
        sums += [_sums(against, ~brought, paired, lives), _sums(against, brought, against.group[brought], against)]
    return sums


def _sums(side: Lives, rows: Any, group: Any, grouped: Lives) -> Any:
    """Return the sums of some people of one side, by the groups of one arm."""
    import numpy as np

    sums = np.zeros((len(grouped.places()[0]), 4), dtype=np.int64)
    for place, values in enumerate((1, side.days[rows], side.orders[rows], side.revenue[rows])):
        np.add.at(sums[:, place], group, values)
    return sums


def groups_table(lives: Sorts, against: Sorts, sums: list[Any], replicate: int) -> pa.Table:
    """Return the sums of groups in words, groups without people left out."""
    import pyarrow as pa

    sides = [(lives, lives), (lives, lives), (against, lives), (against, against)]  # whose sums, by whose groups
    tables = [
        _side(lives, against, side, grouped, ORIGINS[place % 2], found, replicate)
        for place, ((side, grouped), found) in enumerate(zip(sides, sums, strict=False))
    ]
    return pa.concat_tables(tables)


def _side(
    lives: Sorts, against: Sorts, side: Sorts, grouped: Sorts, origin: str, sums: Any, replicate: int
) -> pa.Table:
    """Return the sums of one side as a table."""
    import numpy as np
    import pyarrow as pa

    cohort, tier, enrolled = grouped.places()
    (found,) = np.nonzero(sums.any(axis=1))
    said = {"against": against.arm, "side": side.arm, "origin": origin}
    columns = {name: words(np.zeros(len(found), np.int32), [word]) for name, word in said.items()}
    columns |= {
        "cohort": words(cohort[found], grouped.cohorts),
        "tier": words(tier[found], grouped.levels),
        "enrolled": words(enrolled[found], ["no", "yes"]),
    }
    names = ("persons", "days", "purchases", "revenue")
    columns |= {name: column_of(sums[found, place], pa.int64()) for place, name in enumerate(names)}
    return placed(columns, lives.arm, replicate, len(found))
