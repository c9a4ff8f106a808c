"""Referral in numbers: from invitations to friends who buy, and how far chains of friends go."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from rewardsim.figures.style import blank, fill, headed, legend_below, supposed

if TYPE_CHECKING:
    import pandas as pd

STEPS = ("invitations", "accepted", "joined", "bought")
BAR, REST = 34, 300
"""Pixels of a bar, and of what is around them."""


def referral_funnel(counts: pd.DataFrame, friends: pd.DataFrame, *, assumed: str = "") -> go.Figure:
    """Draw how many invitations became members who buy, and below the friends by generation.

    ``counts`` are measures (invitations, accepted) of one replicate's programme arm, one row or more.
    ``friends`` has generation, joined and bought of the same replicate: generation 1 was brought by
    people who came by themselves, 2 by those of generation 1, and so on.
    """
    title = "From an invitation to a friend who buys"
    reached = {name: int(counts[name].sum()) for name in STEPS[:2]}
    reached |= {name: int(friends[name].sum()) for name in STEPS[2:]}
    if not any(reached.values()):
        return blank(title, "nobody was invited")
    generations = friends.sort_values("generation")
    figure = make_subplots(rows=2, cols=1, vertical_spacing=0.2, row_heights=[len(STEPS), max(len(generations), 1)])
    figure.add_trace(_funnel(reached), row=1, col=1)
    if len(generations):
        for trace in _by_generation(generations):
            figure.add_trace(trace, row=2, col=1)
    height = REST + BAR * (len(STEPS) + len(generations))
    headed(figure, title, ["first replicate, with the programme", supposed(assumed)], height)
    figure.update_xaxes(title_text="number", tickformat=",d", range=[0, 1.25 * max(reached.values())], row=1, col=1)
    figure.update_yaxes(title_text="step", type="category", autorange="reversed", row=1, col=1)
    most = 1.5 * max(generations["joined"], default=1)
    figure.update_xaxes(title_text="friends", tickformat=",d", range=[0, most], row=2, col=1)
    figure.update_yaxes(title_text="generation", type="category", autorange="reversed", row=2, col=1)
    return legend_below(figure.update_layout(barmode="overlay"))


def _funnel(reached: dict[str, int]) -> go.Bar:
    """Return a bar for each step, labelled with its share of the step before."""
    counts = list(reached.values())
    shares = ["", *(f" ({now / before:.1%} of these)" if before else "" for before, now in pairwise(counts))]
    return go.Bar(
        orientation="h",
        x=counts,
        y=list(reached),
        name="invitations and what came of them",
        marker=fill(0),
        text=[f" {count:,}{share}" for count, share in zip(counts, shares, strict=True)],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x:,d} %{y}<extra></extra>",
        showlegend=False,
    )


def _by_generation(generations: pd.DataFrame) -> list[go.Bar]:
    """Return friends by generation: all who joined, and before them those who bought."""
    names = [str(number) for number in generations["generation"]]
    pairs = zip(generations["joined"], generations["bought"], strict=True)
    said = [f" {joined:,} ({bought:,} bought)" for joined, bought in pairs]
    return [
        go.Bar(
            orientation="h",
            x=generations[name].tolist(),
            y=names,
            name=name,
            marker=fill(place),
            width=width,
            text=said if name == "joined" else None,
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x:,d} " + name + ", generation %{y}<extra></extra>",
        )
        for name, place, width in (("joined", 6, 0.75), ("bought", 2, 0.4))
    ]
