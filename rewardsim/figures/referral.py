"""Referral: who brought whom, as far as there is room, and why referrals came to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import plotly.graph_objects as go

from rewardsim.figures.invited import STAGES, STATES, chains, referral_notes, referral_pairs
from rewardsim.figures.style import COLOURS, INK, PAPER, blank, dressed, fill, iso, plain, supposing

if TYPE_CHECKING:
    import pandas as pd

MOST = 250
"""Rows of a tree that can still be read."""
WIDTH, ROW, STEP, SIGN = 1000, 19, 22, 6.6
"""Pixels: of all columns, of a row, of a generation, of a letter."""
TOP = 150
TALL = 24
"""Rows of a chain that always stay together."""
NAME_LONG = 16
FEW = 10
"""Refusals that can be counted on the axis one by one."""
SYMBOLS = {"invited": "circle-open", "accepted": "circle", "qualified": "square", "revoked": "diamond", "refused": "x"}
SHADES = dict(zip(STATES, (COLOURS[0], COLOURS[0], COLOURS[2], COLOURS[3], COLOURS[1]), strict=True))


class Spot(NamedTuple):
    """A member's place in the picture, in pixels, and the pair that put him there."""

    x: float
    y: float
    depth: int
    member: str
    pair: dict[str, Any] | None
    again: bool = False


def referral_tree(journal: pd.DataFrame, *, most: int = MOST, assumed: str = "") -> go.Figure:
    """Draw who brought whom, each friend below the one who brought him, marked with what became of it.

    ``journal`` is a run's journal. A friend whose referral was refused stands, with the cause, below
    the one it was about, and again wherever else somebody brought him. Up to ``most`` rows are drawn,
    the largest chains first; what is left out is stated.
    """
    title, pairs = "Who brought whom", referral_pairs(journal)
    if pairs.empty:
        return blank(title, "nobody was invited, and nobody named a referrer")
    every = chains(pairs)
    drawn = _that_fit(every, most)
    spots, height = _placed(drawn)
    figure = go.Figure(_branches(spots))
    flat = [spot for chain in spots for spot in chain]
    for state in ("first", *STATES):
        marks = [spot for spot in flat if _state(spot) == state]
        if marks:
            figure.add_trace(_marks(marks, state))
    dressed(figure, title, supposing(_said(pairs, every, drawn), assumed), height=int(height) + TOP + 20 + ROW)
    figure.update_xaxes(visible=False, range=[-STEP, WIDTH])
    figure.update_yaxes(visible=False, range=[height, -ROW])
    figure.update_layout(
        width=WIDTH + STEP + 30,  # a narrower one would lay names over each other
        margin={"l": 20, "r": 10, "t": TOP, "b": 20},
        title={"y": 1 - 30 / figure.layout.height, "yref": "container", "yanchor": "top"},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
    )
    return figure


def _that_fit(every: list[list[Any]], most: int) -> list[list[Any]]:
    """Return the largest chains that have room together; of the very first as much as has room."""
    drawn, rows = [], 0
    for chain in every:
        if drawn and rows + len(chain) > most:
            break
        drawn.append(chain[:most])
        rows += len(chain)
    return drawn


def _placed(drawn: list[list[Any]]) -> tuple[list[list[Spot]], float]:
    """Return the spots of each chain, or piece of one, and the height: each goes where there is most room."""
    rows = [row for chain in drawn for row in chain]
    wide = max(STEP * (depth + 2) + SIGN * len(_label(member, pair)) for depth, member, pair in rows)
    columns = max(1, int(WIDTH // wide))
    step = STEP * min(1, WIDTH / wide)  # very long chains stand steeper
    filled, placed = [0.0] * columns, []
    for piece, again in _pieces(drawn, max(TALL, len(rows) // columns)):
        column = filled.index(min(filled))
        left, top = column * WIDTH / columns, filled[column]
        spots = [Spot(left + step * d, top + ROW * k, d, m, pair) for k, (d, m, pair) in enumerate(piece)]
        placed.append([spots[0]._replace(again=again), *spots[1:]])
        filled[column] = top + ROW * len(piece) + ROW / 2
    return placed, max(filled)


def _pieces(drawn: list[list[Any]], tall: int) -> Iterator[tuple[list[Any], bool]]:
    """Cut chains that are too tall between the branches of the one at the top, who then stands there again."""
    for chain in drawn:
        piece, again = chain[:1], False
        starts = [place for place, (depth, _, _) in enumerate(chain) if depth == 1]
        for start, end in pairwise([*starts, len(chain)]):
            if len(piece) > 1 and len(piece) + end - start > tall:
                yield piece, again
                piece, again = chain[:1], True
            piece = piece + chain[start:end]
        yield piece, again


def _branches(placed: list[list[Spot]]) -> go.Scatter:
    """Return the lines from each member down and across to those he brought."""
    x: list[float | None] = []
    y: list[float | None] = []
    for spots in placed:
        above: dict[int, Spot] = {}
        for spot in spots:
            above[spot.depth] = spot
            if spot.depth:
                parent = above[spot.depth - 1]
                x += [parent.x, parent.x, spot.x, None]
                y += [parent.y, spot.y, spot.y, None]
    stroke = {"color": "#9aa5b1", "width": 1}
    return go.Scatter(x=x, y=y, mode="lines", line=stroke, hoverinfo="skip", showlegend=False, name="brought")


def _marks(spots: Sequence[Spot], state: str) -> go.Scatter:
    """Return the members of one state, named."""
    first = state == "first"
    return go.Scatter(
        x=[spot.x for spot in spots],
        y=[spot.y for spot in spots],
        mode="markers+text",
        name="at the top" if first else state,
        text=[f" {_label(spot.member, spot.pair)}{' (continued)' * spot.again}" for spot in spots],
        textposition="middle right",
        textfont={"size": 11, "color": INK},
        marker={
            "symbol": "circle" if first else SYMBOLS[state],
            "size": 9,
            "color": PAPER if first else SHADES[state],
            "line": {"color": INK if first else SHADES[state], "width": 1.5},
        },
        customdata=[_told(spot) for spot in spots],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )


def _state(spot: Spot) -> str:
    return "first" if spot.pair is None else str(spot.pair["state"])


def _label(member: str, pair: dict[str, Any] | None) -> str:
    """Return a member's name, and behind it why his referral was refused."""
    name = plain(member, NAME_LONG)
    return f"{name} \u00b7 {pair['cause'].replace('_', ' ')}" if pair and pair["state"] == "refused" else name


def _told(spot: Spot) -> str:
    if spot.pair is None:
        return f"{plain(spot.member)}, brought by nobody"
    said = f"{plain(spot.member)}, brought by {plain(spot.pair['referrer'])}<br>{spot.pair['state']}"
    cause = f" ({spot.pair['cause'].replace('_', ' ')})" if spot.pair["cause"] else ""
    return f"{said}{cause}, {iso(spot.pair['day'])}"


def _said(pairs: pd.DataFrame, every: list[list[Any]], drawn: list[list[Any]]) -> str:
    """Count the pairs by state, and say what is not drawn."""
    counts = pairs["state"].value_counts()
    said = ", ".join(f"{counts[state]:,} {state}" for state in STATES if state in counts)
    shown, there = (sum(len(chain) - 1 for chain in rows) for rows in (drawn, every))
    if shown == there:
        return said
    left = every[len(drawn) :]
    largest = f", {len(left):,} chains of at most {len(left[0]) - 1:,} friends among them" if left else ""
    return f"{said}<br>drawn: {shown:,} of {there:,}, the largest chains; left out: {there - shown:,}{largest}"


def referral_refusals(journal: pd.DataFrame) -> go.Figure:
    """Draw how many referrals were refused for which cause, and at which step.

    ``journal`` is a run's journal. A refused reward is one that a referrer did not get, although his
    friend qualified.
    """
    notes = referral_notes(journal)
    refused = notes[notes["state"] == "refused"]
    title = "Why referrals were refused"
    if refused.empty:
        return blank(title, "no referral was refused")
    counts = refused.groupby(["stage", "cause"]).size()
    causes = refused["cause"].value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable").index
    figure = go.Figure()
    for place, stage in enumerate(STAGES):
        if stage in counts.index.unique("stage"):
            figure.add_trace(_refused(counts[stage].to_dict(), stage, place, list(causes)))
    said = f"{len(refused):,} refusals noted, {(notes['state'] == 'qualified').sum():,} friends qualified"
    dressed(figure, title, said, height=max(320, 200 + 30 * len(causes)))
    at = {"title": {"text": "refused at the", "font": {"size": 13}}, "traceorder": "normal"}
    figure.update_layout(barmode="stack", legend=at)
    figure.update_xaxes(title_text="refusals", tickformat=",d", rangemode="tozero")
    if refused["cause"].value_counts().max() <= FEW:
        figure.update_xaxes(dtick=1)
    figure.update_yaxes(title_text="cause", autorange="reversed", type="category")
    return figure


def _refused(counts: dict[str, int], stage: str, place: int, causes: list[str]) -> go.Bar:
    """Return the bars of one step, one for each cause."""
    number = [counts.get(cause, 0) for cause in causes]
    return go.Bar(
        orientation="h",
        x=number,
        y=[plain(cause.replace("_", " ")) for cause in causes],
        name=stage,
        marker=fill(place),
        hovertemplate="%{x:,d} at the " + stage + "<br>%{y}<extra></extra>",
    )
