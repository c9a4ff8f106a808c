"""Days of several replicates and arms: sums by week, stocks by day, and what is sure of their mean.

A table has a row for each replicate, arm and day, or several, which are then added up. What comes
out has a row a replicate and a column a day, so that two arms can be taken from one another before
anything is averaged: the replicates are paired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rewardsim.economics.intervals import Interval, mean_interval
from rewardsim.figures.style import days, headed, iso, legend_below, line, mark_days, plain, shade

if TYPE_CHECKING:
    import pandas as pd

WEEK = 7
PROGRAMME, WITHOUT = "programme", "without"
CALLED = {PROGRAMME: "the programme", WITHOUT: "no programme"}
BESIDE = {PROGRAMME: "with the programme", WITHOUT: "without it"}
ALONE = "one replicate, so no interval"


def called(arm: str) -> str:
    """Return what an arm is called in a sentence."""
    return CALLED.get(arm) or f"\u201c{plain(arm)}\u201d"


def beside(arm: str) -> str:
    """Return what an arm is called in a legend."""
    return BESIDE.get(arm) or plain(arm)


def lacking(table: pd.DataFrame, *arms: str) -> str:
    """Return why arms cannot be compared, "" where they can: one of them was not simulated."""
    missing = [called(arm) for arm in arms if not (table["arm"] == arm).any()]
    return f"nothing to compare with: {' and '.join(missing)} was not simulated" if missing else ""


def weekly(table: pd.DataFrame, value: str, arm: str) -> pd.DataFrame:
    """Return sums by week, counted from the first day; a last week that is not whole is left out.

    A column is named by the first day of its week.
    """
    import pandas as pd

    first = table["day"].min()
    weeks = ((table["day"].max() - first).days + 1) // WEEK
    place = (table["day"] - first).dt.days // WEEK
    mine = table[(table["arm"] == arm) & (place < weeks)]
    sums = mine.groupby(["replicate", place])[value].sum().unstack(fill_value=0)
    sums = sums.reindex(index=sorted(table["replicate"].unique()), columns=range(weeks), fill_value=0)
    return sums.set_axis([first + pd.Timedelta(days=WEEK * k) for k in range(weeks)], axis=1)


def stock(table: pd.DataFrame, change: str, arm: str) -> pd.DataFrame:
    """Return how many there are at each day's end, given by how many they change."""
    import pandas as pd

    mine = table[table["arm"] == arm]
    sums = mine.groupby(["replicate", "day"])[change].sum().unstack(fill_value=0)
    every = pd.date_range(table["day"].min(), table["day"].max())
    replicates = sorted(table["replicate"].unique())
    return sums.reindex(index=replicates, columns=every, fill_value=0).cumsum(axis=1)


def intervals(values: pd.DataFrame) -> list[Interval]:
    """Return the mean over replicates with its interval, for each column."""
    return [mean_interval(column.tolist()) for _, column in values.items()]


def estimates(found: Sequence[Interval], scale: float = 1) -> list[float]:
    """Return the means, each divided by a scale."""
    return [one.estimate / scale for one in found]


def band(
    x: Sequence[Any], found: Sequence[Interval], place: int, scale: float = 1, least: float = -inf
) -> list[go.Scatter]:
    """Return the 95 % interval of each mean as an area; nothing for a single replicate.

    ``least`` is what the quantity cannot fall below, where an interval may.
    """
    sides = [(max(one.low, least), one.high) for one in found if one.low is not None and one.high is not None]
    if not sides:
        return []
    low, high = ([side[k] / scale for side in sides] for k in range(2))
    # One closed outline: up along the upper ends, back along the lower ones.
    return [
        go.Scatter(
            x=[*x, *reversed(x)],
            y=[*high, *reversed(low)],
            fill="toself",
            fillcolor=shade(place, 0.22),
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            name="95 % interval",
        )
    ]


def mean_line(
    x: Sequence[Any], found: Sequence[Interval], name: str, place: int, *, form: str = ",.1f", scale: float = 1
) -> go.Scatter:
    """Return the means as a line; pointing at one shows its interval."""
    return go.Scatter(
        x=list(x),
        y=estimates(found, scale),
        mode="lines",
        name=name,
        line=line(place),
        customdata=[_between(one, form, scale) for one in found],
        hovertemplate=f"%{{y:{form}}}%{{customdata}}",
    )


def _between(one: Interval, form: str, scale: float) -> str:
    if one.low is None or one.high is None:
        return ""
    return f" ({one.low / scale:{form}} to {one.high / scale:{form}})"


def two_arms(one: pd.DataFrame, other: pd.DataFrame, arm: str, against: str) -> go.Figure:
    """Return a figure of two arms' means over time, and below them that of their difference with its interval."""
    x = days(one.columns.to_series())
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.07, row_heights=[0.55, 0.45])
    for place, (name, values) in enumerate(((arm, one), (against, other))):
        figure.add_trace(mean_line(x, intervals(values), beside(name), place), row=1, col=1)
    ahead = intervals(one - other)
    for trace in (*band(x, ahead, 2), mean_line(x, ahead, "difference", 2)):
        figure.add_trace(trace, row=2, col=1)
    return figure


def over_time(
    figure: go.Figure, title: str, said: Sequence[str], phases: Mapping[str, Any] | None, height: int = 640
) -> go.Figure:
    """Give panels over the same days their title, the phases that begin within them, and a legend below."""
    seen = [iso(day) for trace in figure.data for day in (min(trace.x), max(trace.x))]
    marks = {plain(name): day for name, day in (phases or {}).items() if min(seen) <= iso(day) <= max(seen)}
    headed(figure, title, said, height, marked=bool(marks))
    mark_days(figure, marks)
    figure.update_xaxes(hoverformat="%Y-%m-%d", type="date")
    return legend_below(figure.update_layout(hovermode="x unified"))


def paired_said(replicates: int) -> str:
    """Return what an interval in a picture rests on."""
    return f"mean and 95 % interval over {replicates:,} paired replicates" if replicates > 1 else ALONE
