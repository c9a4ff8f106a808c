"""Scenarios side by side: what each changes against the base in one measure, best on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.replicated import ALONE, paired_said
from rewardsim.figures.scaled import Scaled
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
from rewardsim.figures.weighing import in_words

if TYPE_CHECKING:
    import pandas as pd

ROW = 46
"""Pixels of a row."""
MOST = 40
"""Scenarios that are drawn."""
SURE, UNSURE = "differs from the base", "perhaps no difference"


def scenario_effects(
    effects: pd.DataFrame,
    *,
    measure: str = "",
    currency: str = "",
    digits: int = 0,
    token: str = "token",
    decimals: int = 0,
    assumed: str = "",
) -> go.Figure:
    """Draw a measure's difference to the base, scenario by scenario, with intervals that hold for all at once.

    ``effects`` has scenario, against, measure, unit, estimate, simultaneous_low, simultaneous_high and
    replicates. The first measure, unless one is named.
    """
    measure = measure or (str(effects["measure"].iloc[0]) if len(effects) else "")
    table = effects[(effects["measure"] == measure) & (effects["against"] != "")]
    word = in_words(measure)
    title = f"{word[:1].upper()}{word[1:]}: each scenario against the base"
    if table.empty:
        return blank(title, "no scenario beside the base")
    unit = str(table["unit"].iloc[0])
    scaled = Scaled(currency, digits, token, decimals)
    shown, left = _shown(table.sort_values("estimate", ascending=False, kind="stable"))
    figure = go.Figure()
    certain = (shown["simultaneous_low"] > 0) | (shown["simultaneous_high"] < 0)
    for sure in (True, False):
        if (certain == sure).any():
            figure.add_trace(_marks(shown[certain == sure], sure, scaled.by(unit)))
    few = int(shown["replicates"].min())
    note = "intervals hold for all scenarios together (Bonferroni)" if few > 1 and len(table) > 1 else ""
    headed(figure, title, [paired_said(few), note, left, supposed(assumed)], 190 + ROW * len(shown))
    figure.add_vline(x=0, line={"color": INK, "width": 1}, layer="below")
    figure.update_xaxes(title_text=f"change of {scaled.axis(measure, unit)}", tickformat="+" + scaled.form(unit))
    rows_from_top(figure, [plain(name) for name in shown["scenario"]], "scenario")
    for row in shown.itertuples():
        label(figure, row.estimate / scaled.by(unit), plain(row.scenario), scaled.said(row.estimate, unit))
    return legend_below(figure)


def _shown(ranked: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the scenarios that are drawn, and what is said of those that are not."""
    import pandas as pd

    if len(ranked) <= MOST:
        return ranked, ""
    ends = pd.concat([ranked[: MOST // 2], ranked[-MOST // 2 :]])
    return ends, f"the {MOST // 2} highest and lowest of {len(ranked):,}"


def _marks(rows: pd.DataFrame, sure: bool, scale: int) -> go.Scatter:
    """Return scenarios as marks with intervals; those that may make no difference are hollow."""
    colour = COLOURS[0] if sure else COLOURS[1]
    halves: list[Any] = ((rows["simultaneous_high"] - rows["simultaneous_low"]) / 2 / scale).fillna(0).tolist()
    many = int(rows["replicates"].min()) > 1
    return go.Scatter(
        x=(rows["estimate"] / scale).tolist(),
        y=[plain(name) for name in rows["scenario"]],
        mode="markers",
        name=(SURE if sure else UNSURE) if many else ALONE,
        marker={"color": colour if sure else PAPER, "size": 9, "line": {"color": colour, "width": 2}},
        error_x={"array": halves, "color": colour},
        hovertemplate="%{y}: %{x:+,}<extra></extra>",
    )
