"""Tokens over time: what they were issued for, and how many are outstanding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rewardsim.figures.phases import SAID, TAKEN, purpose_bars, purpose_said
from rewardsim.figures.replicated import PROGRAMME, band, called, intervals, lacking, mean_line, over_time
from rewardsim.figures.style import blank, days, plain, supposed

if TYPE_CHECKING:
    import pandas as pd


def tokens_by_purpose(
    issued: pd.DataFrame,
    tokens: pd.DataFrame,
    *,
    phases: Mapping[str, Any] | None = None,
    arm: str = PROGRAMME,
    token: str = "token",
    decimals: int = 0,
    assumed: str = "",
) -> go.Figure:
    """Draw tokens issued a month by purpose as stacked bars, and below how many are outstanding.

    ``issued`` has replicate, arm, day, rule and tokens; ``tokens`` is a simulation's table of tokens by
    day. Bars are means over replicates; below zero stands what was void at delivery or taken back.
    """
    word = plain(token)
    title = f"{word}s by purpose, with {called(arm)}"
    missing = lacking(tokens, arm)
    moved = _monthly(issued, tokens, arm) if not missing else issued.iloc[:0]
    if moved.empty:
        return blank(title, missing or f"no {word} was issued")
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.07, row_heights=[0.6, 0.4])
    for place, name in enumerate(SAID):
        one = moved[moved["purpose"] == name]
        if len(one):
            figure.add_trace(purpose_bars(one, name, place, "month", decimals), row=1, col=1)
    values = _outstanding(tokens, arm)
    x, found = days(values.columns.to_series()), intervals(values)
    scale = 10**decimals
    last = f"outstanding: {found[-1].estimate / scale:,.{decimals}f} at the end"
    for trace in (*band(x, found, 2, scale), mean_line(x, found, last, 2, form=f",.{decimals}f", scale=scale)):
        figure.add_trace(trace, row=2, col=1)
    said = f"means over {len(values):,} replicates" if len(values) > 1 else "one replicate"
    over_time(figure, title, [said, supposed(assumed)], phases, 700)
    figure.update_layout(barmode="relative", bargap=0.15)
    figure.update_yaxes(title_text=f"{word}s a month", tickformat="~s", row=1, col=1)
    figure.update_yaxes(title_text=f"outstanding,<br>{word}s", tickformat="~s", rangemode="tozero", row=2, col=1)
    return figure.update_xaxes(title_text="day", row=2, col=1)


def _monthly(issued: pd.DataFrame, tokens: pd.DataFrame, arm: str) -> pd.DataFrame:
    """Return purpose, first day of the month and tokens, means over replicates; what was taken counts below zero."""
    import pandas as pd

    replicates = tokens["replicate"].nunique()
    given, moved = (table[table["arm"] == arm] for table in (issued, tokens))
    by_rule = {rule: purpose_said(str(rule)) for rule in given["rule"].unique()}
    taken = pd.DataFrame({"purpose": TAKEN, "day": moved["day"], "tokens": -(moved["voided"] + moved["clawed_back"])})
    rows = pd.concat([given.assign(purpose=given["rule"].map(by_rule))[["purpose", "day", "tokens"]], taken])
    rows = rows[rows["tokens"] != 0]
    begins = rows["day"].dt.to_period("M").dt.start_time.dt.strftime("%Y-%m-%d")
    sums = rows.assign(begins=begins).groupby(["purpose", "begins"], as_index=False)["tokens"].sum()
    return sums.assign(tokens=sums["tokens"] / replicates)


def _outstanding(tokens: pd.DataFrame, arm: str) -> pd.DataFrame:
    """Return tokens outstanding, a row a replicate and a column a day; where one ends earlier its last is kept."""
    mine = tokens[tokens["arm"] == arm]
    return mine.pivot(index="replicate", columns="day", values="outstanding").ffill(axis=1)
