"""Two runs over the same events, side by side and as the difference between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rewardsim.figures.style import days, dressed, in_tokens, line
from rewardsim.figures.tokens import FLOWS, cumulative_line, two_panels, words

if TYPE_CHECKING:
    import pandas as pd


def difference_over_time(
    daily_a: pd.DataFrame, daily_b: pd.DataFrame, names: Sequence[str] = ("a", "b"), *, token: str = "token",
    decimals: int = 0,
) -> go.Figure:  # fmt: skip
    """Draw what is outstanding in both runs, and below how far the second is ahead of the first.

    Takes two runs' daily tables and two short names. The lower panel is second minus first, flows so
    far. A day that only one run has counts as a day without flows.
    """
    one, other = aligned(daily_a, daily_b)
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06)
    form = f"%{{y:,.{decimals}f}}"
    for place, (name, table) in enumerate(zip(names, (one, other), strict=True)):
        y = in_tokens(table["outstanding"], decimals)
        shared = {"x": days(table["day"]), "mode": "lines", "legend": "legend", "hovertemplate": form}
        figure.add_trace(go.Scatter(**shared, y=y, name=name, line=line(place)), row=1, col=1)
    for trace in difference_traces(one, other, decimals):
        figure.add_trace(trace, row=2, col=1)
    dressed(figure, f"{names[1]} against {names[0]}", _said(one, other, token, decimals), height=720)
    below = f"{names[1]} minus {names[0]},<br>moved so far, {token}s"
    return two_panels(figure, one["day"], f"outstanding at day's end, {token}s", below)


def aligned(daily_a: pd.DataFrame, daily_b: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables over the same days: no flows where a run has no day, balances carried on."""
    every = daily_a[["day"]].merge(daily_b[["day"]], how="outer").sort_values("day", ignore_index=True)
    return _on(every, daily_a), _on(every, daily_b)


def _on(every: pd.DataFrame, daily: pd.DataFrame) -> pd.DataFrame:
    table = every.merge(daily[["day", *FLOWS, "outstanding"]], how="left", on="day")
    table["outstanding"] = table["outstanding"].ffill()
    kinds = dict.fromkeys([*FLOWS, "outstanding"], "int64")
    return table.fillna(dict.fromkeys(kinds, 0)).astype(kinds)


def difference_traces(one: pd.DataFrame, other: pd.DataFrame, decimals: int) -> list[go.Scatter]:
    """Return second minus first: each flow so far."""
    traces = []
    for place, name in enumerate(FLOWS):
        ahead = other[name].cumsum() - one[name].cumsum()
        traces.append(cumulative_line(one["day"], ahead, words(name), place, decimals))
        traces[-1].legend = "legend2"
    return traces


def _said(one: pd.DataFrame, other: pd.DataFrame, token: str, decimals: int) -> str:
    """Say how far apart the two are at the end and at the most."""
    ahead = other["outstanding"] - one["outstanding"]
    if not ahead.any():
        return f"outstanding {token}s never differ"
    widest = ahead.abs().idxmax()
    day = days(one["day"].loc[[widest]])[0]
    return f"outstanding differs most on {day}: {ahead.loc[widest] / 10**decimals:+,.{decimals}f} {token}s"
