"""What tokens were issued for, by day, week or month, with the programme's phases on the time line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.economics.purposes import OTHER, PURPOSES, purpose_of
from rewardsim.figures.style import INK, PAPER, blank, days, dressed, fill, in_tokens, mark_days, plain

if TYPE_CHECKING:
    import pandas as pd

TAKEN = "void or taken back"
SAID = [*(name.replace("_", " ") for name in (*PURPOSES, OTHER)), TAKEN]
"""What tokens are for, in words and in order."""
PERIODS = {"day": ("D", "D1"), "week": ("W-SUN", 7 * 86_400_000), "month": ("M", "M1")}
"""Names of a period in pandas and in plotly. Weeks begin on Monday."""
MONDAY = "2000-01-03"


def phases(
    ledger: pd.DataFrame, starts: Mapping[str, Any], *, every: str = "month", token: str = "token", decimals: int = 0
) -> go.Figure:
    """Draw tokens issued by purpose and period as stacked bars, with the first day of each phase marked.

    ``ledger`` is a run's ledger; ``starts`` names the phases' first days; ``every`` is "day", "week" or
    "month". Below zero stands what was void at delivery or taken back for returns. A purpose's total
    is in the legend.
    """
    if every not in PERIODS:
        raise ValueError(f"every: found {every!r}, allowed {', '.join(PERIODS)}; choose one of them")
    moved = moved_by_purpose(ledger, every)
    issued = int(moved.loc[moved["purpose"] != TAKEN, "tokens"].sum()) / 10**decimals
    title = f"{plain(token)}s issued, by purpose and {every}"
    if moved.empty:
        return blank(title, f"no {plain(token)} was issued")
    figure = go.Figure()
    for place, name in enumerate(SAID):
        one = moved[moved["purpose"] == name]
        if len(one):
            figure.add_trace(purpose_bars(one, name, place, every, decimals))
    marks = {plain(name): day for name, day in starts.items()}
    mark_days(figure, marks)
    dressed(figure, title, f"{issued:,.{decimals}f} issued in all", height=520)
    figure.update_layout(barmode="relative", legend={"traceorder": "normal"}, bargap=0.15)
    figure.update_layout(title={"y": 0.96, "yref": "container", "yanchor": "top"})
    figure.update_xaxes(title_text=f"{every} of the entry", type="date")
    figure.update_yaxes(title_text=f"{plain(token)}s by {every}", tickformat="~s")
    return figure


def moved_by_purpose(ledger: pd.DataFrame, every: str) -> pd.DataFrame:
    """Return purpose, first day of the period and tokens; what was taken back counts below zero."""
    moves = ledger[(ledger["source"] == "ISSUE") | (ledger["target"] == "CLAWED")]
    by_rule = {rule: purpose_said(str(rule)) for rule in moves["rule"].unique()}
    taken = moves["target"] == "CLAWED"
    begins = moves["day"].dt.to_period(PERIODS[every][0]).dt.start_time.dt.strftime("%Y-%m-%d")
    table = moves.assign(
        purpose=moves["rule"].map(by_rule).astype(object).mask(taken, TAKEN),
        begins=begins,
        tokens=moves["tokens"].mask(taken, -moves["tokens"]),
    )
    return table.groupby(["purpose", "begins"], as_index=False)["tokens"].sum()


def purpose_said(rule: str) -> str:
    """Return in words what tokens issued by a rule are for."""
    return purpose_of(rule).replace("_", " ")


def purpose_bars(one: pd.DataFrame, name: str, place: int, every: str, decimals: int) -> go.Bar:
    """Return the bars of a purpose, tokens by first day of the period; those taken back are hollow."""
    total = one["tokens"].sum() / 10**decimals
    hollow = {"color": PAPER, "line": {"color": INK, "width": 1.2}}
    shared = {"color": INK} if name == OTHER else fill(place)
    return go.Bar(
        x=days(one["begins"]),
        y=in_tokens(one["tokens"], decimals),
        name=f"{name}: {total:,.{decimals}f}",
        marker=hollow if name == TAKEN else shared,
        xperiod=PERIODS[every][1],
        xperiod0=MONDAY if every == "week" else None,
        xperiodalignment="middle",
        hovertemplate=f"%{{y:,.{decimals}f}} {name}<br>{every} from %{{customdata}}<extra></extra>",
        customdata=days(one["begins"]),
    )
