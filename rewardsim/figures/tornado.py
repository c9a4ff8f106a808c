"""A tornado: what each factor does to one measure when it alone moves from its low to its high end."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.replicated import paired_said
from rewardsim.figures.scaled import Scaled
from rewardsim.figures.style import INK, blank, fill, headed, legend_below, plain, rows_from_top, supposed
from rewardsim.figures.weighing import in_words

if TYPE_CHECKING:
    import pandas as pd

ROW = 52
"""Pixels of a row."""
MOST = 20
"""Factors that are drawn: those that matter most."""
SIDES = {"low": "factor at its low end", "high": "factor at its high end"}


def tornado(
    swings: pd.DataFrame,
    *,
    currency: str = "",
    digits: int = 0,
    token: str = "token",
    decimals: int = 0,
    assumed: str = "",
) -> go.Figure:
    """Draw by how much a measure changes against the base at both ends of each factor, widest on top.

    ``swings`` has factor, side ("low" or "high"), level, measure, unit, estimate, low, high and replicates;
    one measure.
    """
    if swings.empty:
        return blank("What moves the answer", "no factor went to two ends alone: use a design of kind one-at-a-time")
    measure, unit = str(swings["measure"].iloc[0]), str(swings["unit"].iloc[0])
    scaled = Scaled(currency, digits, token, decimals)
    widest = swings.groupby("factor")["estimate"].agg(lambda values: values.abs().max())
    factors = widest.sort_values(ascending=False, kind="stable").index.tolist()[:MOST]
    names = {factor: plain(factor) for factor in factors}
    figure = go.Figure()
    for place, side in enumerate(SIDES):
        mine = swings[(swings["side"] == side) & swings["factor"].isin(factors)]
        figure.add_trace(_bars(mine, names, side, place, scaled.by(unit)))
    said = [paired_said(int(swings["replicates"].min())), _left_out(len(widest)), supposed(assumed)]
    title = f"What moves {in_words(measure)}, each factor alone"
    headed(figure, title, said, 190 + ROW * len(factors))
    figure.update_layout(barmode="overlay", bargap=0.35)
    figure.add_vline(x=0, line={"color": INK, "width": 1})
    figure.update_xaxes(title_text=f"change of {scaled.axis(measure, unit)}", tickformat="+" + scaled.form(unit))
    rows_from_top(figure, list(names.values()), "factor")
    for factor in factors:
        _name_widest(figure, swings[swings["factor"] == factor], names[factor], scaled, unit)
    return legend_below(figure)


def _name_widest(figure: go.Figure, ends: pd.DataFrame, name: str, scaled: Scaled, unit: str) -> None:
    """Write the larger of a factor's two changes beyond the end of its interval."""
    wide = max(ends.itertuples(), key=lambda row: abs(row.estimate))
    right = wide.estimate >= 0
    end = wide.high if right else wide.low
    beyond = {"xanchor": "left", "xshift": 6} if right else {"xanchor": "right", "xshift": -6}
    at = (wide.estimate if isnan(end) else end) / scaled.by(unit)  # a single replicate has no interval
    text = scaled.said(wide.estimate, unit)
    figure.add_annotation(x=at, y=name, text=text, showarrow=False, font={"size": 12, "color": INK}, **beyond)


def _bars(rows: pd.DataFrame, names: dict[str, str], side: str, place: int, scale: int) -> go.Bar:
    """Return the bars of one end of the factors, with their intervals."""
    halves = ((rows["high"] - rows["low"]) / 2 / scale).fillna(0).tolist()
    levels: list[Any] = [plain(level) for level in rows["level"].tolist()]
    return go.Bar(
        x=(rows["estimate"] / scale).tolist(),
        y=[names[factor] for factor in rows["factor"].tolist()],
        orientation="h",
        name=SIDES[side],
        marker=fill(place),
        error_x={"array": halves, "color": INK, "thickness": 1},
        customdata=levels,
        hovertemplate="%{y} = %{customdata}: %{x:+,}<extra></extra>",
    )


def _left_out(count: int) -> str:
    return f"the {MOST} that matter most, of {count:,}" if count > MOST else ""
