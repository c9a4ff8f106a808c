"""Indices of sensitivity: each factor's share of an answer's variance, or Morris' mean effect and its spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from rewardsim.figures.scaled import Scaled
from rewardsim.figures.style import (
    COLOURS,
    INK,
    blank,
    fill,
    headed,
    legend_below,
    plain,
    rows_from_top,
    supposed,
)
from rewardsim.figures.weighing import in_words

if TYPE_CHECKING:
    import pandas as pd

ROW = 52
"""Pixels of a row."""
SHARES = {"first": "alone", "total": "with all it acts together with"}
MEAN, SPREAD = "mu_star", "sigma"


def sensitivity(
    indices: pd.DataFrame,
    *,
    measure: str = "",
    currency: str = "",
    digits: int = 0,
    token: str = "token",
    decimals: int = 0,
    assumed: str = "",
) -> go.Figure:
    """Draw how much of a measure each factor decides, the most on top; by whichever method the indices are of.

    ``indices`` has measure, unit, factor, index ("first" and "total" of Sobol, or "mu_star" and "sigma" of Morris),
    estimate, low and high. The first measure, unless one is named.
    """
    if indices.empty:
        return blank("Which factor drives the answer", "no sensitivity was asked for")
    measure = measure or str(indices["measure"].iloc[0])
    table = indices[indices["measure"] == measure]
    if table.empty:
        return blank("Which factor drives the answer", f"no sensitivity of {plain(measure)} is known")
    kinds = set(table["index"])
    if kinds & set(SHARES):
        return _sobol(table, measure, assumed)
    return _morris(table, measure, Scaled(currency, digits, token, decimals), assumed)


def _sobol(table: pd.DataFrame, measure: str, assumed: str) -> go.Figure:
    """Return bars of first-order and total indices with their intervals."""
    factors = _ordered(table, "total")
    figure = go.Figure()
    for place, (index, called) in enumerate(SHARES.items()):
        mine = table[table["index"] == index].set_index("factor").reindex(factors)
        figure.add_trace(
            go.Bar(
                x=mine["estimate"].tolist(),
                y=[plain(factor) for factor in factors],
                orientation="h",
                name=called,
                marker=fill(place),
                error_x={
                    "array": (mine["high"] - mine["estimate"]).fillna(0).tolist(),
                    "arrayminus": (mine["estimate"] - mine["low"]).fillna(0).tolist(),
                    "color": INK,
                    "thickness": 1,
                },
                hovertemplate="%{y}: %{x:.1%}<extra>" + called + "</extra>",
            )
        )
    said = ["Sobol indices with 95 % intervals; negative ones are noise around zero", supposed(assumed)]
    title = f"Which factor drives {in_words(measure)}"
    headed(figure, title, said, 190 + ROW * len(factors))
    figure.update_layout(barmode="group", bargap=0.3)
    figure.update_xaxes(title_text="share of the variance", tickformat=".0%")
    rows_from_top(figure, [plain(factor) for factor in factors], "factor")
    return legend_below(figure)


def _morris(table: pd.DataFrame, measure: str, scaled: Scaled, assumed: str) -> go.Figure:
    """Return each factor's mean effect against how much that effect changes with the others."""
    wide = table.pivot(index="factor", columns="index", values="estimate")
    unit = str(table["unit"].iloc[0])
    wide = wide.loc[_ordered(table, MEAN)] / scaled.by(unit)
    figure = go.Figure(
        go.Scatter(
            x=wide[MEAN].tolist(),
            y=wide[SPREAD].tolist(),
            mode="markers+text",
            text=[plain(factor) for factor in wide.index],
            textposition="top center",
            marker={"color": COLOURS[0], "size": 10},
            cliponaxis=False,
            showlegend=False,
            hovertemplate="%{text}<br>mean effect %{x:,.3s}<br>spread %{y:,.3s}<extra></extra>",
        )
    )
    said = ["Morris: far right matters; high up depends on other factors, or is curved", supposed(assumed)]
    headed(figure, f"Which factor drives {in_words(measure)}", said, 520)
    most = float(wide[MEAN].max()) or 1.0
    across = f"mean absolute effect over the factor's range: {scaled.axis(measure, unit)}"
    form = scaled.form(unit)
    figure.update_xaxes(title_text=across, range=[-0.12 * most, 1.2 * most], tickformat=form)
    return figure.update_yaxes(title_text="spread of the effect", rangemode="tozero", tickformat=form)


def _ordered(table: pd.DataFrame, index: str) -> list[str]:
    """Return the factors, those with the largest index first."""
    mine = table[table["index"] == index].sort_values("estimate", ascending=False, kind="stable")
    return [str(factor) for factor in mine["factor"]]
