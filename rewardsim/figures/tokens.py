"""A run's tokens: what moved and what stood by day, and when what stands will be lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rewardsim.figures.style import COLOURS, INK, days, dressed, fill, in_tokens, iso, line, mark_days

if TYPE_CHECKING:
    import pandas as pd

FLOWS = ("issued", "released", "redeemed", "exchanged", "expired", "clawed_back", "voided")
"""Columns of a daily table, tokens of that day."""
BALANCES = ("available", "pending", "held")
"""Columns of a daily table, tokens at the day's end; with debt taken off they make outstanding."""
USABLE = ("AVAILABLE", "HELD")
"""Accounts whose tokens lie in lots with an expiry day."""
NOT_RELEASED, NEVER = "not released", "never"
LABELS_MAX = 14
"""Bars that have room for a number each."""
FEW = 3
"""Bars that are labelled among however many empty ones."""


def words(name: str) -> str:
    """Return a column's name for people."""
    return name.replace("_", " ")


def tokens_over_time(
    daily: pd.DataFrame, *, token: str = "token", decimals: int = 0, phases: Mapping[str, Any] | None = None
) -> go.Figure:
    """Draw cumulative flows above, and below the balances that stack up to what is outstanding.

    ``daily`` is a run's daily table. ``phases`` names days to mark, such as the phases' first days. A
    flow that never happened is in the legend, marked "(none)", and not drawn. Debt lies below zero.
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06)
    for trace in flow_traces(daily, decimals):
        figure.add_trace(trace, row=1, col=1)
    for trace in balance_traces(daily, decimals):
        figure.add_trace(trace, row=2, col=1)
    mark_days(figure, phases)
    last = daily["outstanding"].iloc[-1] / 10**decimals if len(daily) else 0
    until = iso(daily["day"].iloc[-1]) if len(daily) else "no day"
    said = f"{last:,.{decimals}f} outstanding at the end ({until})"
    dressed(figure, f"{token}s over time", said, height=720)
    return two_panels(figure, daily["day"], f"moved so far, {token}s", f"standing at day's end, {token}s")


def flow_traces(daily: pd.DataFrame, decimals: int) -> list[go.Scatter]:
    """Return a line of tokens so far for each kind of flow."""
    return [
        cumulative_line(daily["day"], daily[name].cumsum(), words(name), place, decimals)
        for place, name in enumerate(FLOWS)
    ]


def cumulative_line(at: pd.Series, values: pd.Series, name: str, place: int, decimals: int) -> go.Scatter:
    """Return one line; one that is zero throughout waits in the legend, marked so."""
    nothing = not values.any()
    return go.Scatter(
        x=days(at),
        y=in_tokens(values, decimals),
        name=f"{name} (none)" if nothing else name,
        mode="lines",
        line=line(place),
        visible="legendonly" if nothing else True,
        hovertemplate=f"%{{y:,.{decimals}f}}",
        legend="legend",
    )


def balance_traces(daily: pd.DataFrame, decimals: int) -> list[go.Scatter]:
    """Return the stacked balances, debt below zero where there is any, and their sum as a line."""
    x, form = days(daily["day"]), f"%{{y:,.{decimals}f}}"
    shared = {"x": x, "mode": "lines", "hovertemplate": form, "legend": "legend2"}
    traces = []
    for place, name in enumerate((*BALANCES, "debt")):
        sign = -1 if name == "debt" else 1
        nothing = not daily[name].any()
        traces.append(
            go.Scatter(
                **shared,
                y=in_tokens(sign * daily[name], decimals),
                name=f"{name} (none)" if nothing else name,
                visible="legendonly" if nothing else True,
                stackgroup="owed" if name == "debt" else "standing",
                line={"width": 0.5, "color": COLOURS[place]},
                fillcolor=COLOURS[place],
                fillpattern=fill(place)["pattern"],
            )
        )
    total = in_tokens(daily["outstanding"], decimals)
    traces.append(go.Scatter(**shared, y=total, name="outstanding", line={"color": INK, "width": 2}))
    return traces


def two_panels(figure: go.Figure, at: pd.Series, above: str, below: str) -> go.Figure:
    """Give two panels over the same days their titles, legends and hover."""
    figure.update_yaxes(title_text=above, row=1, col=1, tickformat="~s", rangemode="tozero")
    figure.update_yaxes(title_text=below, row=2, col=1, tickformat="~s", rangemode="tozero")
    figure.update_xaxes(title_text="day", row=2, col=1)
    figure.update_xaxes(hoverformat="%Y-%m-%d")
    if len(at) > 1:  # room on the right, so that what happens on the last days is seen
        figure.update_xaxes(range=[iso(at.iloc[0]), iso(at.iloc[-1] + (at.iloc[-1] - at.iloc[0]) / 50)])
    figure.update_layout(
        hovermode="x unified",
        title={"y": 0.97, "yref": "container", "yanchor": "top"},
        legend={"x": 1.01, "y": 1, "yanchor": "top"},
        legend2={"x": 1.01, "y": 0.47, "yanchor": "top"},
    )
    return figure


def lots_by_expiry(ledger: pd.DataFrame, *, on: Any = None, token: str = "token", decimals: int = 0) -> go.Figure:
    """Draw what is outstanding at the end of a day by the month of its last usable day: the cliffs.

    ``ledger`` is a run's ledger; ``on`` a day (its last one if left out). Tokens not released yet have
    no expiry and stand apart, as do those that never expire; debt is not counted. Where lots slide
    with activity, a lot's day is the one its latest entry gives.
    """
    chosen = iso(on) if on is not None else (iso(ledger["day"].max()) if len(ledger) else "no day")
    table = outstanding_by_month(ledger, chosen)
    total = int(table["tokens"].sum()) / 10**decimals
    held_by = f"{token}s in %{{customdata[0]}} lots of %{{customdata[1]}} members"
    figure = go.Figure(
        go.Bar(
            x=table["month"].tolist(),
            y=in_tokens(table["tokens"], decimals),
            text=bar_labels(table["tokens"], decimals),
            width=0.7,
            textposition="outside",
            cliponaxis=False,
            constraintext="none",
            customdata=table[["lots", "members", "first", "last"]].astype(str).to_numpy().tolist(),
            marker=fill(0),
            hovertemplate=f"%{{x}}<br>%{{y:,.{decimals}f}} {held_by}"
            "<br>last usable days %{customdata[2]} to %{customdata[3]}<extra></extra>",
        )
    )
    said = f"{total:,.{decimals}f} outstanding at the end of {chosen}"
    dressed(figure, f"When outstanding {token}s will be lost", said)
    figure.update_xaxes(title_text="month of the last usable day", type="category")
    figure.update_yaxes(title_text=f"{token}s", tickformat="~s", rangemode="tozero")
    return figure


def bar_labels(tokens: pd.Series, decimals: int) -> list[str]:
    """Return a label for each bar that is not empty, or none at all where they might touch."""
    if len(tokens) > LABELS_MAX and (tokens != 0).sum() > FEW:
        return [""] * len(tokens)
    return [f"{value / 10**decimals:,.{decimals}f}" if value else "" for value in tokens.tolist()]


def outstanding_by_month(ledger: pd.DataFrame, on: str) -> pd.DataFrame:
    """Return month, tokens, lots, members, first and last usable day, for every month from that of ``on``."""
    import pandas as pd

    seen = ledger[ledger["day"] <= pd.Timestamp(on)] if len(ledger) else ledger
    lots = _open_lots(seen)
    until = lots["expiry_day"] - pd.Timedelta(days=1)
    lots["month"] = until.dt.strftime("%Y-%m").fillna(NEVER)
    lots["until"] = until.dt.strftime("%Y-%m-%d").fillna(NEVER)
    pending = _net(seen, ("PENDING",)).groupby(seen["member_id"]).sum()
    pending = pending[pending != 0]
    table = lots.groupby("month").agg(
        tokens=("tokens", "sum"), lots=("lot", "size"), members=("member_id", "nunique"),
        first=("until", "min"), last=("until", "max"),
    )  # fmt: skip
    dated = [month for month in table.index if month != NEVER]
    first = min([on[:7], *dated])
    order = pd.period_range(first, max(dated), freq="M").strftime("%Y-%m").tolist() if dated else []
    order += [NEVER] * (NEVER in table.index)
    table = table.reindex(order).fillna({"tokens": 0, "lots": 0, "members": 0, "first": "-", "last": "-"})
    if len(pending):
        table.loc[NOT_RELEASED] = [pending.sum(), 0, len(pending), "-", "-"]
    counts = {"tokens": "int64", "lots": "int64", "members": "int64"}
    return table.astype(counts).rename_axis("month").reset_index()


def _open_lots(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the lots that hold tokens: member, lot, tokens, first day on which they are lost."""
    moves = ledger.assign(net=_net(ledger, USABLE))
    moves = moves[moves["lot"].notna()]
    lots = moves.groupby(["member_id", "lot"], sort=True).agg(tokens=("net", "sum"), expiry_day=("expiry_day", "last"))
    return lots[lots["tokens"] != 0].reset_index()


def _net(ledger: pd.DataFrame, accounts: tuple[str, ...]) -> pd.Series:
    """Return by entry the tokens that came into some accounts, less those that left them."""
    came = ledger["target"].isin(accounts).astype("int64") - ledger["source"].isin(accounts).astype("int64")
    return came * ledger["tokens"]
