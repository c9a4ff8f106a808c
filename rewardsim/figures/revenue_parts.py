"""What a change of revenue is made of, part by part up to the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import plotly.graph_objects as go

from rewardsim.economics.decompose import PARTS
from rewardsim.figures.replicated import PROGRAMME, WITHOUT, called, paired_said
from rewardsim.figures.style import COLOURS, INK, blank, fill, headed, legend_below, plain, supposed
from rewardsim.figures.weighing import MONEY, amount_of, effects_between

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "revenue"
MEANS = {
    "attrition": "people stay longer (below zero: leave earlier)",
    "frequency": "they buy more often (below zero: less)",
    "basket": "they spend more at a time (below zero: less)",
    "mix": "days are spent by other kinds of people",
    "referral": "friends who joined",
    TOTAL: "all of them",
}
ROW = 54
"""Pixels of a bar and what is between two."""


class Step(NamedTuple):
    """A bar of the waterfall: where it begins, how far it goes, half its interval, and what it says."""

    name: str
    begin: float
    change: float
    half: float
    said: str

    @property
    def kind(self) -> str:
        """Whether it adds, takes away, or is the sum."""
        return "sum" if self.name == TOTAL else "adds" if self.change >= 0 else "takes away"

    @property
    def ends(self) -> tuple[float, float]:
        """How far to the left and to the right it reaches, its whisker included."""
        end = self.begin + self.change
        return min(self.begin, end - self.half), max(self.begin, end + self.half)


def revenue_parts(
    effects: pd.DataFrame,
    *,
    currency: str = "",
    digits: int = 0,
    arm: str = PROGRAMME,
    against: str = WITHOUT,
    assumed: str = "",
) -> go.Figure:
    """Draw the change of revenue as a waterfall: attrition, frequency, basket, mix, referral, and their sum.

    ``effects`` is a simulation's table of effects. Each bar begins where the one above it ends;
    its whisker is the part's own interval, not that of the sum so far.
    """
    title = f"What the change of revenue is made of: {called(arm)} against {called(against)}"
    table = effects_between(effects, arm, against)
    table = table[table["quantity"] == "revenue"]
    steps = _steps(table, digits)
    if not steps:
        return blank(title, "nothing to compare with")
    figure = go.Figure([_bars(steps, kind) for kind in ("adds", "takes away", "sum") if _of(steps, kind)])
    figure.add_trace(_joints(steps[:-1]))
    for step in steps:
        at = {"x": step.ends[1], "y": step.name, "xanchor": "left", "xshift": 5}
        figure.add_annotation(**at, text=step.said, showarrow=False)
    headed(figure, title, [paired_said(int(table["replicates"].iloc[0])), supposed(assumed)], 170 + ROW * len(steps))
    low, high = (pick(step.ends[k] for step in steps) for k, pick in enumerate((min, max)))
    room = (high - low) or 1
    figure.update_xaxes(title_text=_unit(currency), tickformat="~s", range=[low - 0.05 * room, high + 0.3 * room])
    figure.add_vline(x=0, line={"color": INK, "width": 1})
    figure.update_yaxes(title_text="part", type="category", showgrid=False)
    figure.update_yaxes(categoryorder="array", categoryarray=[step.name for step in steps], autorange="reversed")
    return legend_below(figure.update_layout(barmode="overlay", bargap=0.45))


def _unit(currency: str) -> str:
    return f"change of revenue, {plain(currency)}" if currency else "change of revenue"


def _steps(table: pd.DataFrame, digits: int) -> list[Step]:
    """Return the bars from the first part to the sum, in major units; none where there are no parts."""
    rows = table[table["by"].isin(("part", "all"))].itertuples()
    found = {row.group or TOTAL: row for row in rows}
    if not {*PARTS, TOTAL} <= set(found):
        return []
    steps, at, scale = [], 0.0, 10**digits
    for name in (*PARTS, TOTAL):
        row = found[name]
        half = row.half_width / scale if row.replicates > 1 else 0.0
        said = amount_of(row.estimate, MONEY, digits=digits)
        steps.append(Step(name, 0.0 if name == TOTAL else at, row.estimate / scale, half, said))
        at += row.estimate / scale
    return steps


def _of(steps: list[Step], kind: str) -> list[Step]:
    return [step for step in steps if step.kind == kind]


def _bars(steps: list[Step], kind: str) -> go.Bar:
    """Return the bars of a kind, with their whiskers."""
    mine = _of(steps, kind)
    markers: dict[str, Any] = {"adds": fill(0), "takes away": fill(1), "sum": {"color": INK}}
    return go.Bar(
        orientation="h",
        name=kind,
        marker=markers[kind],
        y=[step.name for step in mine],
        x=[step.change for step in mine],
        base=[step.begin for step in mine],
        error_x={"array": [step.half for step in mine], "color": COLOURS[6], "thickness": 2},
        customdata=[[step.said, MEANS[step.name]] for step in mine],
        hovertemplate="%{y} %{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    )


def _joints(steps: list[Step]) -> go.Scatter:
    """Return a mark where each part ends and the next begins."""
    return go.Scatter(
        x=[step.begin + step.change for step in steps],
        y=[step.name for step in steps],
        mode="markers",
        name="sum so far",
        marker={"symbol": "line-ns", "size": 30, "line": {"width": 1.5, "color": INK}},
        hovertemplate="sum so far: %{x:,.0f}<extra></extra>",
    )
