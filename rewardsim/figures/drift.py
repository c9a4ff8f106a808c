"""Production over its forecast, week by week: a panel a series, each with the band one world would lie in."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rewardsim.economics.intervals import Interval, mean, quantile, variance
from rewardsim.figures.replicated import ALONE, WEEK, band, mean_line, over_time
from rewardsim.figures.style import blank, days, line, plain

if TYPE_CHECKING:
    import pandas as pd

ACTUAL = -1
"""The replicate that production is."""
SERIES = ("enrolled", "orders", "revenue", "issued")
COLUMNS = 2
PANEL, REST = 280, 190


def drift(daily: pd.DataFrame, *, currency: str, digits: int, token: str, decimals: int) -> go.Figure:
    """Draw enrolments, purchases, their value and tokens issued by week: production, and the forecast's band.

    ``daily`` has replicate (-1 is production), day, fact and amount. The band is the 95 % interval of one more
    world, wider than that of the mean.
    """
    title = "Production against its forecast"
    if daily.empty:
        return blank(title, "nothing happened")
    scales = {"revenue": 10**digits, "issued": 10**decimals}
    names = {"enrolled": "enrolments", "orders": "purchases", "revenue": currency, "issued": f"{plain(token)}s issued"}
    rows = len(SERIES) // COLUMNS
    figure = make_subplots(rows=rows, cols=COLUMNS, vertical_spacing=0.16, horizontal_spacing=0.12)
    for place, fact in enumerate(SERIES):
        at = {"row": place // COLUMNS + 1, "col": place % COLUMNS + 1}
        weeks = _weekly(daily, fact)
        x, scale = days(weeks.columns.to_series()), scales.get(fact, 1)
        worlds = weeks.drop(index=ACTUAL, errors="ignore")
        found = [one_world(column.tolist()) for _, column in worlds.items()]
        real = weeks.reindex(index=[ACTUAL], fill_value=0).loc[ACTUAL] / scale
        shown = {"mode": "lines", "line": line(1), "hovertemplate": "%{y:,.0f}", "name": "production"}
        forecast = mean_line(x, found, "forecast", 0, form=",.0f", scale=scale)
        for trace in (*band(x, found, 0, scale, least=0), forecast, go.Scatter(x=x, y=real.tolist(), **shown)):
            trace.showlegend = place == 0
            figure.add_trace(trace, **at)
        figure.update_yaxes(title_text=f"{names[fact]} a week", rangemode="tozero", nticks=5, **at)
    count = daily.loc[daily["replicate"] != ACTUAL, "replicate"].nunique()
    said = f"mean of {count:,} replicates, and the 95 % interval of one more world" if count > 1 else ALONE
    over_time(figure, title, [said], None, REST + PANEL * rows)
    return figure.update_xaxes(title_text="week beginning", nticks=5)


def one_world(values: list[Any]) -> Interval:
    """Return the mean over replicates with the interval in which one more world would lie."""
    count, middle = len(values), mean(values)
    if count < 2:
        return Interval(middle, None, None, count)
    half = quantile(count - 1, 0.95) * sqrt(variance(values) * (1 + 1 / count))
    return Interval(middle, middle - half, middle + half, count)


def _weekly(daily: pd.DataFrame, fact: str) -> pd.DataFrame:
    """Return sums by whole week, a row a replicate and a column a week."""
    import pandas as pd

    first = daily["day"].min()
    weeks = max(((daily["day"].max() - first).days + 1) // WEEK, 1)
    mine = daily[daily["fact"] == fact]
    place = (mine["day"] - first).dt.days // WEEK
    sums = mine.groupby(["replicate", place])["amount"].sum().unstack(fill_value=0)
    sums = sums.reindex(index=sorted(daily["replicate"].unique()), columns=range(weeks), fill_value=0)
    return sums.set_axis([first + pd.Timedelta(days=WEEK * k) for k in range(weeks)], axis=1)
