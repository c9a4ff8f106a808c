"""Purchases a week in two arms, and how far the one is ahead of the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.replicated import PROGRAMME, WITHOUT, called, lacking, over_time, paired_said, two_arms, weekly
from rewardsim.figures.style import blank, supposed

if TYPE_CHECKING:
    import pandas as pd


def purchases_over_time(
    daily: pd.DataFrame,
    *,
    phases: Mapping[str, Any] | None = None,
    arm: str = PROGRAMME,
    against: str = WITHOUT,
    assumed: str = "",
) -> go.Figure:
    """Draw purchases a week with and without the programme, and below their difference with its interval.

    ``daily`` has replicate, arm, day and purchases. Weeks are counted from the first day; a last one
    that is not whole is left out. The interval holds for each week by itself, not for all at once.
    """
    title = f"Purchases a week: {called(arm)} against {called(against)}"
    missing = lacking(daily, arm, against)
    one, other = (weekly(daily, "purchases", name) for name in (arm, against))
    if missing or not len(one.columns):
        return blank(title, missing or "less than a week was simulated")
    figure = two_arms(one, other, arm, against)
    over_time(figure, title, [paired_said(len(one)), supposed(assumed)], phases)
    figure.update_yaxes(title_text="purchases a week", rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title_text="difference,<br>purchases a week", row=2, col=1)
    return figure.update_xaxes(title_text="first day of the week", row=2, col=1)
