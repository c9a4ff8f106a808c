"""Members by tier, day by day: a panel a tier, each to its own scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rewardsim.figures.replicated import (
    PROGRAMME,
    band,
    called,
    intervals,
    lacking,
    mean_line,
    over_time,
    paired_said,
    stock,
)
from rewardsim.figures.style import blank, days, plain, supposed

if TYPE_CHECKING:
    import pandas as pd

NO_TIER = "no tier"
PANEL, REST = 125, 200
"""Pixels of a tier's panel, and of what is above and below all of them."""


def members_by_tier(
    daily: pd.DataFrame,
    levels: Sequence[str],
    *,
    phases: Mapping[str, Any] | None = None,
    arm: str = PROGRAMME,
    assumed: str = "",
) -> go.Figure:
    """Draw how many members there are in each tier at each day's end, the highest tier on top.

    ``daily`` has replicate, arm, day, tier, and by how many ``members`` change: those enrolled who may
    still buy. ``levels`` are the tiers from the lowest. A tier counts as its members last knew it.
    """
    title = f"Members by tier, with {called(arm)}"
    missing = lacking(daily, arm)
    table = daily.assign(tier=daily["tier"].astype(object).where(daily["tier"].notna(), NO_TIER))
    moved = set(table.loc[(table["arm"] == arm) & (table["members"] != 0), "tier"])
    named = [tier for tier in (*reversed(levels), NO_TIER) if tier in moved]
    if missing or not named:
        return blank(title, missing or "nobody enrolled")
    figure = make_subplots(rows=len(named), cols=1, shared_xaxes=True, vertical_spacing=0.06 / len(named) ** 0.5)
    for row, tier in enumerate(named, 1):
        # Rows of other tiers count as no change, so that every panel has every day and replicate.
        values = stock(table.assign(members=table["members"].where(table["tier"] == tier, 0)), "members", arm)
        x, found, place = days(values.columns.to_series()), intervals(values), len(named) - row
        name = f"{plain(tier, 20)}: {found[-1].estimate:,.0f} at the end"
        for trace in (*band(x, found, place, least=0), mean_line(x, found, name, place)):
            trace.showlegend = trace.name == name or row == 1
            figure.add_trace(trace, row=row, col=1)
        figure.update_yaxes(title_text=f"{plain(tier, 12)},<br>members", rangemode="tozero", nticks=4, row=row, col=1)
    height = REST + PANEL * len(named)
    over_time(figure, title, [paired_said(len(values)).replace("paired ", ""), supposed(assumed)], phases, height)
    return figure.update_xaxes(title_text="day", row=len(named), col=1)
