"""What a programme changes for those who came at the same time, cohort by cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rewardsim.figures.replicated import PROGRAMME, WITHOUT, called, paired_said
from rewardsim.figures.style import COLOURS, INK, blank, fill, headed, legend_below, plain, supposed
from rewardsim.figures.weighing import MONEY, amount_of, effects_between

if TYPE_CHECKING:
    import pandas as pd

EXISTING = "existing"


def effect_by_cohort(
    effects: pd.DataFrame,
    *,
    currency: str = "",
    digits: int = 0,
    arm: str = PROGRAMME,
    against: str = WITHOUT,
    assumed: str = "",
) -> go.Figure:
    """Draw the change of revenue by cohort with its intervals: in money, and as a share of what it was.

    ``effects`` is a simulation's table of effects. Friends who joined are in no cohort: without the
    programme they would not be there. A share is left out where the other arm sold nothing.
    """
    title = f"Change of revenue by cohort: {called(arm)} against {called(against)}"
    table = effects_between(effects, arm, against)
    table = table[(table["by"] == "cohort") & (table["quantity"] == "revenue")]
    if table.empty:
        return blank(title, "nothing to compare with")
    table = table.assign(later=table["group"] != EXISTING).sort_values(["later", "group"], ignore_index=True)
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.07)
    figure.add_trace(_money(table, digits, currency), row=1, col=1)
    figure.add_trace(_shares(table[table["base"] > 0]), row=2, col=1)
    said = [paired_said(int(table["replicates"].iloc[0])) + ", without friends who joined", supposed(assumed)]
    headed(figure, title, said, 620)
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=[plain(name) for name in table["group"]])
    figure.update_yaxes(zeroline=True, zerolinecolor=INK)
    figure.update_yaxes(title_text=f"change of revenue,<br>{plain(currency)}", tickformat="~s", row=1, col=1)
    figure.update_yaxes(title_text="change, of what<br>it was without", tickformat="+.0%", row=2, col=1)
    figure.update_xaxes(title_text="cohort, by arrival", row=2, col=1)
    return legend_below(figure)


def _money(table: pd.DataFrame, digits: int, currency: str) -> go.Bar:
    """Return bars of the change in major units."""
    known = [amount_of(value, MONEY, currency=currency, digits=digits) for value in table["estimate"]]
    return go.Bar(
        x=[plain(name) for name in table["group"]],
        y=(table["estimate"] / 10**digits).tolist(),
        error_y={"array": (_halves(table) / 10**digits).tolist(), "color": COLOURS[6]},
        name="change of revenue",
        marker=fill(0),
        customdata=known,
        hovertemplate="%{x}: %{customdata}<extra></extra>",
    )


def _shares(table: pd.DataFrame) -> go.Scatter:
    """Return marks of the change as a share of the base."""
    return go.Scatter(
        x=[plain(name) for name in table["group"]],
        y=(table["estimate"] / table["base"]).tolist(),
        error_y={"array": (_halves(table) / table["base"]).tolist(), "color": COLOURS[1]},
        mode="markers",
        name="as a share",
        marker={"color": COLOURS[1], "size": 8, "symbol": "diamond"},
        hovertemplate="%{x}: %{y:+.1%}<extra></extra>",
    )


def _halves(table: pd.DataFrame) -> pd.Series:
    """Return half of each interval, 0 where a single replicate has none."""
    return table["half_width"].fillna(0.0)
