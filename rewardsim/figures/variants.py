"""One quantity over several arms: what a change of the programme, or of an assumption, does to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.replicated import ALONE, WITHOUT, beside, called, paired_said
from rewardsim.figures.style import COLOURS, INK, blank, headed, label, plain, rows_from_top, supposed
from rewardsim.figures.weighing import MONEY, SHARE, TOKENS, amount_of, in_words

if TYPE_CHECKING:
    import pandas as pd

ROW = 56
"""Pixels of a row."""


def effect_by_arm(
    effects: pd.DataFrame,
    quantity: str = "revenue",
    *,
    arms: Sequence[str] | Mapping[str, str] = (),
    against: str = WITHOUT,
    currency: str = "",
    digits: int = 0,
    token: str = "token",
    decimals: int = 0,
    assumed: str = "",
) -> go.Figure:
    """Draw a quantity's effect in several arms against the same one, each with its interval.

    ``effects`` is a simulation's table of effects. ``arms`` are those to draw in their order, with
    what to call them if it is a mapping; left out, all there are. Rows of arms share their luck, so
    they differ by less than their intervals suggest: ask for one against the other to know by how much.
    """
    word = in_words(quantity)
    title = f"{word[:1].upper()}{word[1:]}: each arm against {called(against)}"
    table = effects[(effects["by"] == "all") & (effects["quantity"] == quantity) & (effects["against"] == against)]
    there = {row.arm: row for row in table.itertuples()}
    rows = [(_name(arm, arms), there[arm]) for arm in (arms or there) if arm in there]
    if not rows:
        return blank(title, f"no effect on {word} is known")
    unit = rows[0][1].unit
    scale = 10 ** {MONEY: digits, TOKENS: decimals}.get(unit, 0)
    figure = go.Figure(_marks(rows, scale))
    headed(figure, title, [paired_said(int(rows[0][1].replicates)), supposed(assumed)], 170 + ROW * len(rows))
    units = {MONEY: f", {plain(currency)}" if currency else "", TOKENS: f", {plain(token)}s"}
    form = "+.1~%" if unit == SHARE else "~s"
    figure.update_xaxes(title_text=f"{word}{units.get(unit, '')}", tickformat=form)
    rows_from_top(figure, [name for name, _ in rows], "arm")
    for name, row in rows:
        label(figure, row.estimate / scale, name, amount_of(row.estimate, unit, digits=digits, decimals=decimals))
    figure.add_vline(x=0, line={"color": INK, "width": 1}, layer="below")
    return figure


def _marks(rows: list[tuple[str, Any]], scale: int) -> go.Scatter:
    """Return the effects as marks with their intervals."""
    many = rows[0][1].replicates > 1
    return go.Scatter(
        x=[row.estimate / scale for _, row in rows],
        y=[name for name, _ in rows],
        error_x={"array": [row.half_width / scale if many else 0 for _, row in rows], "color": COLOURS[0]},
        mode="markers",
        marker={"color": COLOURS[0], "size": 9},
        name="effect" if many else ALONE,
        hovertemplate="%{y}: %{x:+,}<extra></extra>",
    )


def _name(arm: str, arms: Sequence[str] | Mapping[str, str]) -> str:
    return plain(arms[arm]) if isinstance(arms, Mapping) else beside(arm)
