"""What became of the events: applied, without effect, or refused, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from rewardsim.figures.style import dressed, fill
from rewardsim.rules.codes import EVENT_TYPES, OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

CLASSES = ((10, "applied"), (50, "no effect"), (60, "seen before"))
REJECTED = "rejected"
BESIDE_MAX = 6
"""Types of events whose bars have room beside each other; more are stacked."""


def outcomes(events: pd.DataFrame) -> go.Figure:
    """Draw how many events of each type had each outcome, as bars with counts and shares.

    ``events`` is a run's event table, or just its columns ``type`` and ``outcome``. Outcomes stand in
    the order of their precedence; the share is that of the type's events. Where types are many, their
    bars are stacked with their sum, and each has its number on pointing at it.
    """
    counts = events.groupby(["type", "outcome"], observed=True).size()
    kinds = sorted(counts.index.unique("type"), key=lambda kind: EVENT_TYPES.get(kind, len(EVENT_TYPES)))
    found = sorted(counts.index.unique("outcome"), key=_code)
    figure = go.Figure([_bars(counts[kind], kind, place, found) for place, kind in enumerate(kinds)])
    height = max(360, 200 + 26 * sum(max(1, len(counts[kind])) for kind in kinds))
    said = f"{len(events):,} events, {_refused(events):,} rejected"
    many = len(kinds) > BESIDE_MAX
    dressed(figure, "What became of the events", said, 200 + 40 * len(found) if many else height)
    legend = {"title": {"text": "event", "font": {"size": 13}}, "traceorder": "normal"}
    figure.update_layout(barmode="stack" if many else "group", legend=legend)
    room = 1.25 * max(counts, default=1)
    if many:
        figure.update_traces(textposition="none")
        sums = counts.groupby("outcome", observed=True).sum()
        room = 1.1 * sums.max()
        for outcome in found:
            at = {"x": int(sums[outcome]), "y": _label(outcome), "xanchor": "left", "xshift": 4}
            figure.add_annotation(**at, text=f"{sums[outcome]:,}", showarrow=False)
    figure.update_xaxes(title_text="events", tickformat=",d", range=[0, room])
    figure.update_yaxes(title_text="outcome", autorange="reversed", type="category")
    return figure


def class_of(outcome: str) -> str:
    """Return whether an outcome is applied, without effect, seen before or rejected for ever."""
    return next((name for below, name in CLASSES if _code(outcome) < below), REJECTED)


def _bars(counts: pd.Series, kind: str, place: int, found: list[str]) -> go.Bar:
    """Return the bars of one event type, one for each outcome."""
    number = {outcome: int(counts.get(outcome, 0)) for outcome in found}
    total = sum(number.values())
    return go.Bar(
        orientation="h",
        x=list(number.values()),
        y=[_label(outcome) for outcome in found],
        name=kind,
        marker=fill(place),
        text=[f" {count:,} ({count / total:.1%})" if count else "" for count in number.values()],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x:,d} " + kind + "<br>%{y}<extra></extra>",
    )


def _label(outcome: str) -> str:
    said, group = outcome.replace("_", " "), class_of(outcome)
    return said if group == "applied" else f"{said}<br>({group})"


def _code(outcome: str) -> int:
    return OUTCOMES.get(outcome, max(OUTCOMES.values()) + 1)


def _refused(events: pd.DataFrame) -> int:
    by_word = events["outcome"].value_counts()
    return sum(int(count) for word, count in by_word.items() if class_of(str(word)) == REJECTED)
