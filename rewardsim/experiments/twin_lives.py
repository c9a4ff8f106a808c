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

from .twin_tables import Life, placed, words

if TYPE_CHECKING:
    import pyarrow as pa

ORIGINS = ("own", "referred")


@dataclass(frozen=True)
class Lives:
    """Arrays over everybody of an arm, those it began with first."""

    arm: str
    levels: list[str]
    cohorts: list[str]
    group: Any  # number of cohort, tier and enrolment, see ``places``
    referred: Any
    days: Any  # days on which he could buy
    orders: Any
    revenue: Any

    def places(self) -> Any:
        """Return cohort, tier (from -1) and enrolment of every group, by its number."""
        import numpy as np

        shape = (len(self.cohorts), len(self.levels) + 1, 2)
        cohort, tier, enrolled = np.unravel_index(np.arange(np.prod(shape)), shape)
        return cohort, tier - 1, enrolled


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
    import numpy as np
    import pyarrow as pa

    own = ~lives.referred
    paired = lives.group[own]
    sides = [(lives, own, paired), (lives, lives.referred, lives.group[lives.referred])]
    if against is not lives:
        friends = against.referred
        sides += [(against, ~friends, paired), (against, friends, against.group[friends])]
    tables = []
    for place, (side, rows, group) in enumerate(sides):
        origin = ORIGINS[place % 2]
        columns = {"against": against.arm, "side": side.arm, "origin": origin}
        sums = _sums(side, rows, group, side if origin == ORIGINS[1] else lives)
        one_word = {name: words(np.zeros(len(sums["cohort"]), np.int32), [word]) for name, word in columns.items()}
        tables.append(placed(one_word | sums, lives.arm, replicate, len(sums["cohort"])))
    return pa.concat_tables(tables)


def _sums(side: Lives, rows: Any, group: Any, grouped: Lives) -> dict[str, Any]:
    """Return the sums of some people of one side, by the groups of one arm."""
    import numpy as np
    import pyarrow as pa

    cohort, tier, enrolled = grouped.places()
    sums = np.zeros((len(cohort), 4), dtype=np.int64)
    for place, values in enumerate((1, side.days[rows], side.orders[rows], side.revenue[rows])):
        np.add.at(sums[:, place], group, values)
    (found,) = np.nonzero(sums.any(axis=1))
    names = ("persons", "days", "purchases", "revenue")
    return {
        "cohort": words(cohort[found], grouped.cohorts),
        "tier": words(tier[found], grouped.levels),
        "enrolled": words(enrolled[found], ["no", "yes"]),
        **{name: column_of(sums[found, place], pa.int64()) for place, name in enumerate(names)},
    }
