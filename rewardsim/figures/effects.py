"""What a programme changes, as shares of what there would be without it, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.replicated import ALONE, PROGRAMME, WITHOUT, called, paired_said
from rewardsim.figures.style import (
    COLOURS,
    INK,
    PAPER,
    blank,
    headed,
    label,
    legend_below,
    plain,
    rows_from_top,
    supposed,
)
from rewardsim.figures.weighing import amount_of, effects_between, in_words, share_of, sure

if TYPE_CHECKING:
    import pandas as pd

ROWS = (
    "purchases", "revenue", "returned", "margin", "cost", "net", "person_days", "present", "issued", "redeemed",
    "exchanged", "outstanding",
)  # fmt: skip
"""Quantities that are drawn; against no programme, those that there are none of stay away."""
NO_TIER = "no tier"
ROW = 46
"""Pixels of a row."""
SURE, UNSURE = "interval without zero", "interval with zero: perhaps no effect"


def effects(
    effects: pd.DataFrame,
    *,
    levels: Sequence[str] = (),
    currency: str = "",
    digits: int = 0,
    arm: str = PROGRAMME,
    against: str = WITHOUT,
    assumed: str = "",
) -> go.Figure:
    """Draw how much an arm changes each quantity, as a share of what it is in the other, with its interval.

    ``effects`` is a simulation's table of effects, ``levels`` its tiers from the lowest. Below the
    quantities stands the revenue of those who end in each tier: the same people in both arms.
    """
    title = f"What {called(arm)} changes against {called(against)}"
    table = effects_between(effects, arm, against)
    table = table[table["base"] > 0]
    rows = [(name, row) for name, row in _rows(table, levels) if row is not None]
    if not rows:
        return blank(title, "nothing to compare with")
    figure = go.Figure()
    replicates = int(rows[0][1].replicates)
    for certain in (True, False):
        mine = [(name, row) for name, row in rows if sure(row) == certain]
        if mine:
            figure.add_trace(_marks(mine, certain, replicates, currency, digits))
    headed(figure, title, [paired_said(replicates), supposed(assumed)], 170 + ROW * len(rows))
    figure.add_vline(x=0, line={"color": INK, "width": 1}, layer="below")
    figure.update_xaxes(title_text=f"change against {called(against)}", tickformat="+.1~%")
    rows_from_top(figure, [name for name, _ in rows], "quantity")
    for name, row in rows:
        label(figure, row.estimate / row.base, name, share_of(row.estimate / row.base))
    return legend_below(figure)


def _rows(table: pd.DataFrame, levels: Sequence[str]) -> list[tuple[str, Any]]:
    """Return name and effect of each row that may be drawn, None where there is no such effect."""
    whole = {row.quantity: row for row in table[table["by"] == "all"].itertuples()}
    tiers = table[(table["by"] == "tier") & (table["quantity"] == "revenue")]
    below = {row.group: row for row in tiers.itertuples()}
    rows = [(in_words(quantity), whole.get(quantity)) for quantity in ROWS]
    return rows + [(f"revenue: {plain(tier, 16)}", below.get(tier)) for tier in (NO_TIER, *levels)]


def _marks(rows: list[tuple[str, Any]], certain: bool, replicates: int, currency: str, digits: int) -> go.Scatter:
    """Return effects as marks with their intervals and figures; those that may be none are hollow."""
    halves = [row.half_width / row.base if replicates > 1 else 0 for _, row in rows]
    shares = [row.estimate / row.base for _, row in rows]
    colour = COLOURS[0] if certain else COLOURS[1]
    known = [amount_of(row.estimate, row.unit, currency=currency, digits=digits) for _, row in rows]
    return go.Scatter(
        x=shares,
        y=[name for name, _ in rows],
        mode="markers",
        name=SURE if certain else UNSURE if replicates > 1 else ALONE,
        marker={"color": colour if certain else PAPER, "size": 9, "line": {"color": colour, "width": 2}},
        error_x={"array": halves, "color": colour},
        customdata=known,
        hovertemplate="%{y}: %{x:+.2%}<br>%{customdata}<extra></extra>",
    )
