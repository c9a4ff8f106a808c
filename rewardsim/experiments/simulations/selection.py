"""Gaps between groups within one arm: shown, but never without saying that they are selection.

Members buy more than others, and those in a high tier more than those below, even where a
programme does nothing: heavy buyers enrol first and rise first. So each gap stands beside the gap
the very same people would have had without the programme. Only the difference of the two is an effect.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .effects import GroupRow, standing

if TYPE_CHECKING:
    import pandas as pd

LABEL = "selection, not effect: what kind of people are in a group, not what the programme does to them"


@dataclass(frozen=True)
class Selection:
    """Revenue a person-day by group in the programme's arm, and of the same people without the programme.

    ``table`` has a row for each group; ``gap`` is that between those who enrolled and those who did
    not. Amounts are minor units a person-day, persons a mean over replicates.
    """

    table: pd.DataFrame
    label: str = LABEL

    def __str__(self) -> str:
        return f"{self.label}\n{self.table.to_string(float_format='{:,.2f}'.format)}"

    def _repr_html_(self) -> str:
        return f"<p><b>{self.label}</b></p>{self.table.to_html(float_format='{:,.2f}'.format)}"


def selection(rows: Iterable[GroupRow], against: str) -> Selection:
    """Return the gaps between groups of people in an arm, and in the arm compared with."""
    import pandas as pd

    table = pd.DataFrame([row | {"standing": standing(row)} for row in rows if row["origin"] != "referred"])
    table["other"] = table["side"] == against
    sums = {}
    for name, key in (("by standing", "standing"), ("all", "enrolled")):
        sums[name] = table.groupby([key, "other"])[["persons", "days", "revenue"]].sum()
    replicates = table["replicate"].nunique()
    found = {group: _line(sums["by standing"], group, replicates) for group in sorted(table["standing"].unique())}
    yes, no = (_line(sums["all"], group, replicates) for group in ("yes", "no"))
    found["enrolled"], found["not enrolled"] = yes, no
    found["gap"] = [float("nan"), yes[1] - no[1], yes[2] - no[2]]
    names = ["persons", "with_programme", "without_programme"]
    return Selection(pd.DataFrame.from_dict(found, "index", columns=names, dtype="float64"))


def _line(sums: pd.DataFrame, group: str, replicates: int) -> list[float]:
    """Return persons, and revenue a person-day with and without the programme; no days, no figure."""
    line = []
    for other in (False, True):
        if (group, other) not in sums.index:
            return [0.0, float("nan"), float("nan")]
        persons, days, revenue = sums.loc[(group, other)]
        line += [persons / replicates, revenue / days if days else float("nan")]
    return [line[0], line[1], line[3]]
