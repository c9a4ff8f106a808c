"""Members between tiers, from one day to the next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.style import COLOURS, INK, blank, days, dressed, iso, plain, supposing

if TYPE_CHECKING:
    import pandas as pd

NOT_YET = "not yet"
COLUMNS_MAX = 7
"""Days that have room beside each other."""
GAP = 22
"""Pixels between two tiers."""
HEIGHT = 560
MARGIN = {"l": 30, "r": 110, "t": 130, "b": 50}
NAME_LONG = 14
MOVES = {"rose": "rgba(23,105,209,0.45)", "fell": "rgba(196,69,0,0.55)", "began": "rgba(18,61,30,0.25)",
         "stayed": "rgba(128,110,89,0.22)"}  # fmt: skip
"""Colours of the bands, those of the house made translucent."""
SOLID = {"rose": "#8cb4e8", "fell": "#df9270", "began": "#a0b1a5", "stayed": "#d2ccc4"}
"""The bands' colours as they look on the paper."""


def tier_flows(
    journal: pd.DataFrame, levels: Sequence[str], on: Sequence[Any] | None = None, *, assumed: str = ""
) -> go.Figure:
    """Draw how many members went from which tier to which between days: a Sankey diagram.

    ``journal`` is a run's journal, ``levels`` the tiers from the lowest. ``on`` are the days at whose
    end members are counted; left out, the ends of quarters, or of years where quarters are too many.
    Who gets a tier only later stands under "not yet"; an account that closed stays in its last tier.
    """
    title = "Members between tiers"
    notes = journal[journal["kind"] == "tier_changed"].sort_values(["member_id", "seq"])
    chosen = sorted({iso(day) for day in on}) if on is not None else period_ends(notes["day"], journal["day"])
    table = tiers_on(notes, chosen)
    if table.empty or len(chosen) < 2:
        return blank(title, "nobody had a tier" if table.empty else "at least two days are needed")
    order = [NOT_YET, *levels]
    strange = sorted(set(table.to_numpy().ravel()) - set(order))
    if strange:
        raise ValueError(f"levels: found tiers {', '.join(strange)} in the journal; name all of the programme's tiers")
    boxes = [(place, tier) for place, day in enumerate(chosen) for tier in order if (table[day] == tier).any()]
    counts = [int((table[chosen[column]] == tier).sum()) for column, tier in boxes]
    spots = _positions(boxes, counts, len(chosen))
    figure = go.Figure(_sankey(table, chosen, order, boxes, counts, spots))
    dressed(figure, title, supposing(_said(table, chosen, order), assumed), height=HEIGHT)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(margin=MARGIN, title={"y": 0.96, "yref": "container", "yanchor": "top"})
    for place, day in enumerate(chosen):
        _write(figure, place / (len(chosen) - 1), 1.02, day, yanchor="bottom", xanchor="center" if place else "left")
    for (_, tier), count, x, y in zip(boxes, counts, *spots, strict=True):
        said = f"{plain(tier, NAME_LONG)} {count:,}"
        beside = {"xanchor": "left", "yanchor": "middle", "xshift": 9, "bgcolor": "rgba(255,255,255,0.55)"}
        _write(figure, x, 1 - y, said, **beside)
    words = (f'<span style="color:{SOLID[name]}">\u25a0</span> {name}' for name in MOVES)
    _write(figure, 0, -0.04, "   ".join(words), xanchor="left", yanchor="top")
    return figure


def _write(figure: go.Figure, x: float, y: float, text: str, **more: Any) -> None:
    """Write into the picture, 0 to 1 from the left and from the bottom."""
    font = {"size": 12, "color": INK}
    figure.add_annotation(x=x, y=y, xref="paper", yref="paper", text=text, showarrow=False, font=font, **more)


def tiers_on(notes: pd.DataFrame, chosen: Sequence[str]) -> pd.DataFrame:
    """Return each member's tier at the end of each day: a row a member, a column a day.

    ``notes`` are changes of tier, each member's in order of time. Members without a tier up to the
    last day are left out.
    """
    import pandas as pd

    columns = {}
    for day in chosen:
        seen = notes[notes["day"] <= pd.Timestamp(day)]
        columns[day] = seen.groupby("member_id")["tier"].last()
    table = pd.DataFrame(columns, columns=list(chosen), dtype=object)
    return table.fillna(NOT_YET).sort_index()


def period_ends(changes: pd.Series, days_noted: pd.Series) -> list[str]:
    """Return the ends of the periods with changes of tier, and of the one before, up to the last day noted."""
    import pandas as pd

    if changes.empty:
        return []
    for every in ("Q", "Y"):
        first, last = (day.to_period(every) for day in (changes.min(), changes.max()))
        ends = pd.period_range(first - 1, last)
        if len(ends) <= COLUMNS_MAX:
            break
    return days(pd.Series(ends.end_time).clip(upper=days_noted.max()))


def _sankey(
    table: pd.DataFrame, chosen: Sequence[str], order: Sequence[str], boxes: list[Any], counts: list[int],
    spots: tuple[list[float], list[float]],
) -> go.Sankey:  # fmt: skip
    """Return boxes by day and tier, the highest tier on top, and bands for the members between them."""
    place_of = {box: place for place, box in enumerate(boxes)}
    bands = [
        (place_of[k, before], place_of[k + 1, after], int(count), _move(before, after, order), before, after)
        for k, (day, following) in enumerate(pairwise(chosen))
        for (before, after), count in table.groupby([day, following]).size().items()
    ]
    shade = {tier: COLOURS[place % len(COLOURS)] for place, tier in enumerate(order[1:])}
    at = [f"{plain(tier)} at the end of {chosen[column]}" for column, tier in boxes]
    return go.Sankey(
        arrangement="fixed",
        node={
            "x": spots[0], "y": spots[1], "pad": GAP, "thickness": 14,
            "color": [shade.get(tier, "#9aa5b1") for _, tier in boxes],
            "line": {"color": INK, "width": 0.5},
            "customdata": at,
            "hovertemplate": "%{value:,d} members<br>%{customdata}<extra></extra>",
        },
        link={
            "source": [band[0] for band in bands],
            "target": [band[1] for band in bands],
            "value": [band[2] for band in bands],
            "color": [MOVES[band[3]] for band in bands],
            "customdata": [f"{band[3]}: {plain(band[4])} to {plain(band[5])}" for band in bands],
            "hovertemplate": "%{value:,d} members %{customdata}<extra></extra>",
        },
    )  # fmt: skip


def _move(before: str, after: str, order: Sequence[str]) -> str:
    """Return what moving from one tier to another is called."""
    if before == NOT_YET and after != NOT_YET:
        return "began"
    ahead = order.index(after) - order.index(before)
    return "stayed" if not ahead else "rose" if ahead > 0 else "fell"


def _positions(boxes: list[Any], counts: list[int], columns: int) -> tuple[list[float], list[float]]:
    """Return the boxes' places, 0 to 1 from the left and from the top, as the diagram scales them."""
    inner = HEIGHT - MARGIN["t"] - MARGIN["b"]
    gap = GAP / inner
    most = max(sum(1 for column, _ in boxes if column == k) for k in range(columns))
    scale = (1 - gap * (most - 1)) / sum(count for (column, _), count in zip(boxes, counts, strict=True) if not column)
    lowest = [1.0] * columns
    y = []
    for (column, _), count in zip(boxes, counts, strict=True):
        y.append(lowest[column] - count * scale / 2)
        lowest[column] -= count * scale + gap
    # Exactly 0 and 1 would be taken for "not given".
    x = [min(max(column / (columns - 1), 0.001), 0.999) for column, _ in boxes]
    return x, [min(max(value, 0.001), 0.999) for value in y]


def _said(table: pd.DataFrame, chosen: Sequence[str], order: Sequence[str]) -> str:
    """Count members and their moves."""
    moves = dict.fromkeys(MOVES, 0)
    for day, following in pairwise(chosen):
        for (before, after), count in table.groupby([day, following]).size().items():
            moves[_move(before, after, order)] += int(count)
    return (
        f"{len(table):,} members; counted at the end of {len(chosen)} days, between them "
        f"{moves['rose']:,} rose and {moves['fell']:,} fell"
    )
