"""A search among programmes: two objectives against one another, what is allowed, and what nothing else beats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.scaled import Scaled
from rewardsim.figures.style import COLOURS, PAPER, blank, headed, legend_below, plain, supposed

if TYPE_CHECKING:
    import pandas as pd

Axis = tuple[str, str]
"""A measure and its unit."""
ROLES = {
    "shipped": ("as it is now", "x", 5),
    "leader": ("tried again on fresh luck", "circle-open", 3),
    "recommended": ("recommended", "star", 1),
}
"""What trials are called that have a role, with their mark and its colour."""


def pareto_front(
    trials: pd.DataFrame,
    across: Axis,
    up: Axis,
    *,
    parameters: Sequence[str] = (),
    currency: str = "",
    digits: int = 0,
    token: str = "token",
    decimals: int = 0,
    assumed: str = "",
) -> go.Figure:
    """Draw every trial of a search by two of its measures, the front as a line.

    ``trials`` has trial, a column a measure, feasible and front (true or false) and role ("", "shipped",
    "leader" or "recommended"). Pointing at a trial tells its ``parameters``.
    """
    title = "What the search found"
    if trials.empty:
        return blank(title, "no trial is finished")
    scaled = Scaled(currency, digits, token, decimals)
    figure = go.Figure()
    for name, rows, mark in _groups(trials):
        if len(rows):
            figure.add_trace(_marks(name, rows, mark, across, up, parameters, scaled))
    best = trials[trials["front"]].sort_values(across[0])
    if len(best) > 1:
        x, y = ((best[measure] / scaled.by(unit)).tolist() for measure, unit in (across, up))
        line = {"color": COLOURS[0], "width": 1.5, "dash": "dot"}
        figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, name="front", hoverinfo="skip"))
    allowed = f"{len(trials):,} trials under the same luck, {int(trials['feasible'].sum()):,} of them allowed"
    headed(figure, title, [allowed, supposed(assumed)], 560)
    for update, (measure, unit) in ((figure.update_xaxes, across), (figure.update_yaxes, up)):
        update(title_text=scaled.axis(measure, unit), tickformat=scaled.form(unit), zeroline=False)
    return legend_below(figure)


def _groups(trials: pd.DataFrame) -> list[tuple[str, pd.DataFrame, dict[str, Any]]]:
    """Return the trials by what is said of them, those most worth a look last, so that they lie on top."""
    plainly = trials["role"] == ""
    found = [
        ("breaks a constraint", trials[plainly & ~trials["feasible"]], _mark("x-thin", 6, 8)),
        ("allowed", trials[plainly & trials["feasible"] & ~trials["front"]], _mark("circle", 0, 7)),
        ("on the front", trials[plainly & trials["front"]], _mark("diamond", 0, 10)),
    ]
    for role, (name, sign, place) in ROLES.items():
        found.append((name, trials[trials["role"] == role], _mark(sign, place, 14)))
    return found


def _mark(symbol: str, place: int, size: int) -> dict[str, Any]:
    colour = COLOURS[place]
    drawn = symbol.endswith(("-open", "-thin"))  # by its line alone
    line = {"color": colour, "width": 1.5} if drawn else {"color": PAPER, "width": 0.5}
    return {"symbol": symbol, "size": size, "color": colour, "line": line}


def _marks(
    name: str,
    rows: pd.DataFrame,
    mark: dict[str, Any],
    across: Axis,
    up: Axis,
    parameters: Sequence[str],
    scaled: Scaled,
) -> go.Scatter:
    """Return trials as marks of one kind."""
    told = [
        f"trial {row['trial']}" + "".join(f"<br>{plain(path)} = {plain(row[path])}" for path in parameters)
        for _, row in rows.iterrows()
    ]
    return go.Scatter(
        x=(rows[across[0]] / scaled.by(across[1])).tolist(),
        y=(rows[up[0]] / scaled.by(up[1])).tolist(),
        mode="markers",
        name=name,
        marker=mark,
        customdata=told,
        hovertemplate="%{customdata}<br>%{x:,.5~s}, %{y:,.5~s}<extra></extra>",
    )
