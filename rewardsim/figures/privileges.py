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
    panels = [(cost, digits, f"express deliveries,<br>{plain(currency)} a month")]
    panels += [(gifts, decimals, f"birthdays,<br>{plain(token)}s a month")]
    panels = [panel for panel in panels if len(panel[0])]
    figure = make_subplots(rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.08)
    months, named = _months(cost, gifts), set[str]()
    for row, (table, places, words) in enumerate(panels, start=1):
        for place, tier in enumerate([*levels, NO_TIER]):
            if (table["tier"] == tier).any():
                bars = _bars(table, tier, place, months, places)
                figure.add_trace(bars.update(showlegend=tier not in named), row=row, col=1)
                named.add(tier)
        figure.update_yaxes(title_text=words, tickformat=",~f", rangemode="tozero", row=row, col=1)
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=months)
    figure.update_xaxes(title_text="month", row=len(panels), col=1)
    spent, given = int(cost["amount"].sum()) / 10**digits, int(gifts["amount"].sum()) / 10**decimals
    said = (
        f"express deliveries: {int(cost['count'].sum()):,}, {spent:,.{digits}f} {plain(currency)}; "
        f"birthdays: {int(gifts['count'].sum()):,}, {given:,.{decimals}f} {plain(token)}s"
    )
    dressed(figure, title, supposing(said, assumed), height=180 + 220 * len(panels))
    figure.update_layout(barmode="stack", bargap=0.25, margin={"t": 110})
    figure.update_layout(legend={"title": {"text": "tier", "font": {"size": 13}}, "traceorder": "reversed"})
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
        hovertemplate=f"%{{x}}<br>%{{y:,.{places}f}} in %{{customdata:,d}}",
    )
