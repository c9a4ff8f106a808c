"""One look for every figure, given to each explicitly: no other library's figures change.

Colours keep a contrast of 4.5 on white and stay apart under the three colour blindnesses; a dash,
a pattern or a label says the same a second time. No button sends a figure's data anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

if TYPE_CHECKING:
    import pandas as pd

COLOURS = ("#1769d1", "#c44500", "#123d1e", "#a6538a", "#7a2cf0", "#1c1440", "#806e59")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "9px,3px,2px,3px,2px,3px")
PATTERNS = ("", "/", ".", "x", "-", "\\", "+")
INK = "#1f2933"
GRID = "#e4e7eb"
PAPER = "#ffffff"
LONG = 40
"""Characters of a name that are shown."""
UPLOADS = ("sendChartToCloud", "sendDataToCloud", "editInChartStudio")
"""Names, past and present, of the buttons that send a figure's data to a server."""


def _axis() -> dict[str, Any]:
    return {
        "gridcolor": GRID,
        "linecolor": INK,
        "showline": True,
        "ticks": "outside",
        "tickcolor": INK,
        "zerolinecolor": INK,
        "automargin": True,
        "title": {"standoff": 12, "font": {"size": 13}},
    }


def _template() -> go.layout.Template:
    layout = {
        "colorway": COLOURS,
        "font": {"family": "Inter, Segoe UI, Helvetica, Arial, sans-serif", "size": 13, "color": INK},
        "title": {"x": 0, "xref": "paper", "xanchor": "left", "font": {"size": 17}},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "xaxis": _axis(),
        "yaxis": _axis(),
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": INK, "font": {"color": INK}, "namelength": -1},
        "modebar": {"remove": UPLOADS},
        "margin": {"l": 80, "r": 30, "t": 80, "b": 60},
        "legend": {"bgcolor": "rgba(255,255,255,0)"},
        "separators": ".,",
    }
    return go.layout.Template(layout=layout)


TEMPLATE = _template()


def dressed(figure: go.Figure, title: str, subtitle: str, height: int = 460) -> go.Figure:
    """Give a figure the template, its title and its height in pixels; return it."""
    figure.update_layout(template=TEMPLATE, title={"text": title, "subtitle": {"text": subtitle}}, height=height)
    return figure


def headed(figure: go.Figure, title: str, said: Sequence[str], height: int, marked: bool = False) -> go.Figure:
    """Give a figure the template, a title, lines below it and the room they take; return it.

    Lines that are empty are left out. ``marked`` leaves room for the names of days above the panels.
    """
    lines = [text for text in said if text]
    dressed(figure, title, "<br>".join(lines), height)
    top = 52 + 18 * sum(1 + text.count("<br>") for text in lines) + 44 * marked
    at = {"y": 1 - 16 / height, "yref": "container", "yanchor": "top"}
    return figure.update_layout(margin={"t": top}, title=at)


def plain(name: Any, most: int = LONG) -> str:
    """Return a name from the data as text that plotly shows as it stands: no markup, no formula, not too long."""
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in str(name))
    text = text if len(text) <= most else text[: most - 1] + "\u2026"
    return escape(text, quote=False).replace("$", "&#36;")


def supposing(said: str, assumed: str) -> str:
    """Return a subtitle with what the figures in it rest on but nobody published, "" for nothing."""
    return f"{said}<br>{supposed(assumed)}" if assumed else said


def supposed(assumed: str) -> str:
    """Return the line that says what is assumed, "" for nothing."""
    return f"assumed: {plain(assumed, 200)}" if assumed else ""


def blank(title: str, said: str) -> go.Figure:
    """Return a figure without data that says why."""
    figure = go.Figure()
    dressed(figure, title, said, height=260)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", text=said, showarrow=False, font={"size": 15})
    return figure


def line(place: int) -> dict[str, Any]:
    """Return colour and dash of the line drawn in a place, counted from 0."""
    return {"color": COLOURS[place % len(COLOURS)], "dash": DASHES[place % len(DASHES)], "width": 2.2}


def shade(place: int, alpha: float) -> str:
    """Return the colour of a place made translucent."""
    colour = COLOURS[place % len(COLOURS)]
    parts = ",".join(str(int(colour[k : k + 2], 16)) for k in (1, 3, 5))
    return f"rgba({parts},{alpha:g})"


def fill(place: int) -> dict[str, Any]:
    """Return colour and pattern of the bars drawn in a place, counted from 0."""
    # From the second round on, patterns move on, so that no two bars of a figure are alike.
    colour, shape = COLOURS[place % len(COLOURS)], PATTERNS[(place + place // len(COLOURS)) % len(PATTERNS)]
    return {
        "color": colour,
        "pattern": {"shape": shape, "bgcolor": colour, "fgcolor": PAPER, "size": 6, "solidity": 0.25},
    }


def legend_below(figure: go.Figure) -> go.Figure:
    """Lay a figure's legend at its lower edge, where a narrow screen has room for it; return the figure."""
    edge = {"orientation": "h", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom", "traceorder": "normal"}
    return figure.update_layout(legend=edge)


def label(figure: go.Figure, x: float, y: str, text: str) -> None:
    """Write a figure above a mark, so that it can be read over whatever lines there are."""
    above = {"yshift": 15, "showarrow": False, "bgcolor": "rgba(255,255,255,0.85)", "borderpad": 0}
    figure.add_annotation(x=x, y=y, text=text, font={"size": 12, "color": INK}, **above)


def rows_from_top(figure: go.Figure, names: Sequence[str], title: str) -> None:
    """Have named rows stand in their order from the top, with room above the first for its label."""
    order = {"type": "category", "categoryorder": "array", "categoryarray": list(names)}
    figure.update_yaxes(**order, range=[len(names) - 0.4, -0.8], title_text=title, showgrid=False)


def in_tokens(values: pd.Series, decimals: int) -> list[float] | list[int]:
    """Return smallest units as tokens, ready to draw."""
    plain = values.tolist()
    return [value / 10**decimals for value in plain] if decimals else plain


def days(values: pd.Series) -> list[str]:
    """Return days as ISO texts, which every version of plotly draws alike."""
    return [iso(value) for value in values.tolist()]


def iso(day: Any) -> str:
    """Return a day (date, timestamp or ISO text) as ISO text."""
    if isinstance(day, datetime):
        day = day.date()
    return day.isoformat() if isinstance(day, date) else str(day)[:10]


def mark_days(figure: go.Figure, marks: Mapping[str, Any] | None) -> None:
    """Draw a dotted line through all panels on each named day, its name above, in three heights."""
    if marks and (figure.layout.margin.t or 0) < 130:
        figure.update_layout(margin={"t": 130})
    ordered = sorted((marks or {}).items(), key=lambda mark: iso(mark[1]))
    for place, (name, day) in enumerate(ordered):
        at = iso(day)
        stroke = {"color": INK, "width": 1, "dash": "dot"}
        figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, xref="x", yref="paper", line=stroke)
        figure.add_annotation(
            x=at, y=1, xref="x", yref="paper", text=name, showarrow=False, xanchor="left", yanchor="bottom",
            yshift=14 * (place % 3), font={"size": 11, "color": INK},
        )  # fmt: skip
