"""What a recommendation gains where the assumptions are others: a mark a sample, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.scaled import Scaled
from rewardsim.figures.style import COLOURS, INK, PAPER, blank, headed, legend_below, plain, supposed

if TYPE_CHECKING:
    import pandas as pd

GROUPS = ("better", "perhaps no difference", "worse")
PLACES = (0, 6, 1)
"""Colours of the groups."""


def robustness(
    samples: pd.DataFrame,
    *,
    unit: str,
    factors: Sequence[str] = (),
    currency: str = "",
    digits: int = 0,
    token: str = "token",
    decimals: int = 0,
    assumed: str = "",
) -> go.Figure:
    """Draw the gain in each sample of the assumptions with its interval, the worst sample first.

    ``samples`` has sample, measure, goal ("maximise" or "minimise"), gain, gain_low and gain_high; one measure,
    of this ``unit``. Pointing at a sample tells its ``factors``.
    """
    title = "The recommendation where the assumptions are others"
    if samples.empty:
        return blank(title, "no other assumptions were tried")
    scaled = Scaled(currency, digits, token, decimals)
    measure, scale = str(samples["measure"].iloc[0]), scaled.by(unit)
    sign = 1 if samples["goal"].iloc[0] == "maximise" else -1
    worst_first = samples.assign(worth=sign * samples["gain"]).sort_values("worth", kind="stable")
    ranked = worst_first.assign(place=range(1, len(samples) + 1), group=_groups(worst_first, sign))
    figure = go.Figure()
    for name, place in zip(GROUPS, PLACES, strict=True):
        rows = ranked[ranked["group"] == name]
        if len(rows):
            figure.add_trace(_marks(rows, name, COLOURS[place], scale, factors))
    better, surely = int((ranked["worth"] > 0).sum()), int((ranked["group"] == GROUPS[0]).sum())
    said = f"better in {better:,} of {len(ranked):,} samples, surely in {surely:,}; 95 % intervals, paired replicates"
    headed(figure, title, [said, supposed(assumed)], 480)
    figure.add_hline(y=0, line={"color": INK, "width": 1}, layer="below")
    figure.update_xaxes(title_text="samples, the worst first", nticks=min(len(ranked), 10), rangemode="tozero")
    figure.update_yaxes(title_text=f"change of {scaled.axis(measure, unit)}", tickformat="+" + scaled.form(unit))
    return legend_below(figure)


def _groups(rows: pd.DataFrame, sign: int) -> list[str]:
    """Return of each sample whether the recommendation is surely better, surely worse, or neither."""
    found = []
    for row in rows.itertuples():
        ends = sorted((sign * row.gain_low, sign * row.gain_high))
        found.append(GROUPS[0] if ends[0] > 0 else GROUPS[2] if ends[1] < 0 else GROUPS[1])
    return found


def _marks(rows: pd.DataFrame, name: str, colour: str, scale: int, factors: Sequence[str]) -> go.Scatter:
    told: list[Any] = [
        f"sample {row['sample']}" + "".join(f"<br>{plain(path)} = {plain(row[path])}" for path in factors)
        for _, row in rows.iterrows()
    ]
    filled = name == GROUPS[0]
    return go.Scatter(
        x=rows["place"].tolist(),
        y=(rows["gain"] / scale).tolist(),
        mode="markers",
        name=name,
        marker={"color": colour if filled else PAPER, "size": 8, "line": {"color": colour, "width": 2}},
        error_y={
            "array": ((rows["gain_high"] - rows["gain"]) / scale).tolist(),
            "arrayminus": ((rows["gain"] - rows["gain_low"]) / scale).tolist(),
            "color": colour,
        },
        customdata=told,
        hovertemplate=f"%{{customdata}}<br>%{{y:+,}}<extra>{name}</extra>",
    )
