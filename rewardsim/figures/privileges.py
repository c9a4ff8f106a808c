"""What tiers' privileges cost: deliveries in money, birthdays in tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rewardsim.figures.style import blank, dressed, fill, in_tokens, plain, supposing

if TYPE_CHECKING:
    import pandas as pd

NO_TIER = "no tier"
BIRTHDAY = "tiers.birthday"


def privilege_cost(
    journal: pd.DataFrame, ledger: pd.DataFrame, levels: Sequence[str], *, currency: str, digits: int,
    token: str = "token", decimals: int = 0, assumed: str = "",
) -> go.Figure:  # fmt: skip
    """Draw by month and tier what express deliveries cost, and below it the tokens given on birthdays.

    ``journal`` and ``ledger`` are a run's, ``levels`` the tiers from the lowest. Amounts are in minor
    units with ``digits`` after the point; they become currency here only. ``assumed`` names what
    nobody published, such as the cost of a delivery.
    """
    cost, gifts = express_by_month(journal), birthdays_by_month(journal, ledger)
    title = "What privileges cost"
    if cost.empty and gifts.empty:
        return blank(title, "no express delivery and no birthday tokens")
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    months = _months(cost, gifts)
    for place, tier in enumerate([*levels, NO_TIER]):
        for row, table, places in ((1, cost, digits), (2, gifts, decimals)):
            bars = _bars(table, tier, place, months, places)
            bars.showlegend = row == 1 or not (cost["tier"] == tier).any()
            if any(bars.y):
                figure.add_trace(bars, row=row, col=1)
    spent, given = int(cost["amount"].sum()) / 10**digits, int(gifts["amount"].sum()) / 10**decimals
    said = (
        f"{int(cost['count'].sum()):,} express deliveries: {spent:,.{digits}f} {plain(currency)}; "
        f"{int(gifts['count'].sum()):,} birthdays: {given:,.{decimals}f} {plain(token)}s"
    )
    dressed(figure, title, supposing(said, assumed), height=620)
    figure.update_layout(barmode="stack", legend={"title": {"text": "tier"}, "traceorder": "reversed"}, bargap=0.25)
    figure.update_layout(title={"y": 0.96, "yref": "container", "yanchor": "top"}, margin={"t": 100})
    figure.update_yaxes(title_text=f"express deliveries,<br>{plain(currency)} a month", tickformat="~s", row=1, col=1)
    figure.update_yaxes(title_text=f"birthdays,<br>{plain(token)}s a month", tickformat="~s", row=2, col=1)
    figure.update_yaxes(rangemode="tozero")
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=months)
    figure.update_xaxes(title_text="month", row=2, col=1)
    return figure


def express_by_month(journal: pd.DataFrame) -> pd.DataFrame:
    """Return month, tier, cost in minor units and number of the express deliveries."""
    return _by_month(journal[journal["kind"] == "express_delivery"], "amount")


def birthdays_by_month(journal: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return month, tier, tokens and number of the birthday gifts; the tier is that of the day."""
    import pandas as pd

    gifts = ledger[(ledger["rule"] == BIRTHDAY) & (ledger["source"] == "ISSUE")]
    gifts = gifts.drop(columns="tier", errors="ignore").sort_values("day", kind="stable")
    changes = journal[journal["kind"] == "tier_changed"].sort_values(["day", "seq"])
    known = pd.merge_asof(gifts, changes[["day", "member_id", "tier"]], on="day", by="member_id")
    return _by_month(known, "tokens")


def _by_month(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    table = rows.assign(month=rows["day"].dt.strftime("%Y-%m"), tier=rows["tier"].astype(object).fillna(NO_TIER))
    found = table.groupby(["month", "tier"], observed=True)[column].agg(amount="sum", count="size")
    return found.astype("int64").reset_index()


def _months(*tables: pd.DataFrame) -> list[str]:
    """Return every month from the first to the last, those without anything too."""
    import pandas as pd

    found = sorted({month for table in tables for month in table["month"]})
    return pd.period_range(found[0], found[-1], freq="M").strftime("%Y-%m").tolist()


def _bars(table: pd.DataFrame, tier: str, place: int, months: list[str], places: int) -> go.Bar:
    """Return a tier's bars, one a month."""
    one = table[table["tier"] == tier].set_index("month").reindex(months)[["amount", "count"]].fillna(0)
    one = one.astype("int64")
    return go.Bar(
        x=months,
        y=in_tokens(one["amount"], places),
        name=plain(tier),
        legendgroup=plain(tier),
        marker=fill(place),
        customdata=one["count"].tolist(),
        hovertemplate=f"%{{x}}<br>%{{y:,.{places}f}} in %{{customdata:,d}}<extra>{plain(tier)}</extra>",
    )
