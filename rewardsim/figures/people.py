"""People who may buy, day by day in two arms: who stays because of the programme, and who comes by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.replicated import (
    PROGRAMME,
    WITHOUT,
    called,
    lacking,
    over_time,
    paired_said,
    stock,
    two_arms,
)
from rewardsim.figures.style import blank, days, line, supposed

if TYPE_CHECKING:
    import pandas as pd

FRIENDS = "of these friends who joined (first replicate)"


def people_over_time(
    daily: pd.DataFrame,
    friends: pd.DataFrame,
    *,
    phases: Mapping[str, Any] | None = None,
    arm: str = PROGRAMME,
    against: str = WITHOUT,
    assumed: str = "",
) -> go.Figure:
    """Draw how many people are there to buy in two arms, and below the difference and what friends make of it.

    ``daily`` has replicate, arm, day, and by how many ``present`` changes; ``friends`` day and by how many
    friends brought by invitation change, in the first replicate. The rest of the difference are people
    who stay for the programme.
    """
    title = f"People who stay: {called(arm)} against {called(against)}"
    missing = lacking(daily, arm, against)
    if missing:
        return blank(title, missing)
    one, other = (stock(daily, "present", name) for name in (arm, against))
    figure = two_arms(one, other, arm, against)
    if len(friends):
        there = friends.groupby("day")["present"].sum().reindex(one.columns, fill_value=0).cumsum()
        shown = {"mode": "lines", "line": line(3), "hovertemplate": "%{y:,d}", "name": FRIENDS}
        figure.add_trace(go.Scatter(x=days(one.columns.to_series()), y=there.tolist(), **shown), row=2, col=1)
    over_time(figure, title, [paired_said(len(one)), supposed(assumed)], phases)
    figure.update_yaxes(title_text="people at day's end", rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title_text="difference, people", rangemode="tozero", row=2, col=1)
    return figure.update_xaxes(title_text="day", row=2, col=1)
