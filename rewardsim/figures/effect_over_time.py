"""A measure's effect period by period, scenario by scenario, with what is sure of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.economics.intervals import Interval
from rewardsim.figures.replicated import band, mean_line, over_time, paired_said
from rewardsim.figures.scaled import Scaled
from rewardsim.figures.style import COLOURS, INK, blank, days, plain, supposed
from rewardsim.figures.weighing import SHARE, in_words

if TYPE_CHECKING:
    import pandas as pd


def effect_over_time(
    effects: pd.DataFrame,
    *,
    scenarios: Sequence[str] = (),
    phases: Mapping[str, Any] | None = None,
    currency: str = "",
    digits: int = 0,
    token: str = "token",
    decimals: int = 0,
    assumed: str = "",
) -> go.Figure:
    """Draw an effect in each period with its 95 % interval; a line a scenario, as many as can be told apart.

    ``effects`` has scenario, measure, unit, from (the first day of a period), estimate, low, high and replicates;
    one measure.
    """
    if effects.empty:
        return blank("The effect over time", "nothing to compare with")
    measure, unit = str(effects["measure"].iloc[0]), str(effects["unit"].iloc[0])
    scaled = Scaled(currency, digits, token, decimals)
    named = list(scenarios) or list(dict.fromkeys(effects["scenario"]))
    shown = named[: len(COLOURS)]
    form, scale = (".1%" if unit == SHARE else ",.0f"), scaled.by(unit)
    figure = go.Figure()
    for place, scenario in enumerate(shown):
        mine = effects[effects["scenario"] == scenario].sort_values("from")
        found = [_interval(row) for row in mine.itertuples()]
        x = days(mine["from"])
        line = mean_line(x, found, plain(scenario), place, form=form, scale=scale)
        area = band(x, found, place, scale)
        for trace in area:
            trace.showlegend = place == 0
        figure.add_traces([*area, line])
    figure.add_hline(y=0, line={"color": INK, "width": 1}, layer="below")
    figure.update_yaxes(title_text=scaled.axis(measure, unit), tickformat="+" + scaled.form(unit))
    more = f"{len(named) - len(shown):,} more scenarios are not drawn" if len(named) > len(shown) else ""
    said = [paired_said(int(effects["replicates"].min())), more, supposed(assumed)]
    word = in_words(measure)
    over_time(figure, f"{word[:1].upper()}{word[1:]}, period by period", said, phases, 520)
    return figure.update_xaxes(title_text="period beginning")


def _interval(row: Any) -> Interval:
    """Return a row's interval; a single replicate has none."""
    sides = (row.low, row.high) if row.replicates > 1 else (None, None)
    return Interval(row.estimate, *sides, row.replicates)
