"""Parallel coordinates: a line a scenario or trial through all that was varied and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from rewardsim.figures.scaled import Scaled
from rewardsim.figures.style import COLOURS, blank, headed, plain, supposed
from rewardsim.figures.weighing import SHARE, in_words

if TYPE_CHECKING:
    import pandas as pd

BASE = "base"
SHORT = 26
"""Characters of an axis' name."""


def parallel_coordinates(
    table: pd.DataFrame,
    parameters: Sequence[str],
    measures: Mapping[str, str],
    *,
    currency: str = "",
    digits: int = 0,
    token: str = "token",
    decimals: int = 0,
    assumed: str = "",
) -> go.Figure:
    """Draw rows of a table as lines through its parameters and measures, coloured by the last measure.

    ``measures`` names columns with their units. Numbers stand in their order, words (rates such as
    "8%" too) by their size where they have one; a missing value is the base's.
    """
    title = "What was varied, and what came of it"
    if table.empty or not measures:
        return blank(title, "nothing to draw")
    scaled = Scaled(currency, digits, token, decimals)
    last, unit = list(measures.items())[-1]
    colour = (table[last] / scaled.by(unit)).tolist()
    axes = [_parameter(table[path].tolist(), path) for path in parameters]
    axes += [_measure(table[name], name, unit, scaled) for name, unit in measures.items()]
    scale = [[0.0, COLOURS[0]], [0.5, "#b9b2ac"], [1.0, COLOURS[1]]]
    bar = {"title": {"text": in_words(last)}, "tickformat": scaled.form(unit), "thickness": 12}
    line = {"color": colour, "colorscale": scale, "showscale": True, "colorbar": bar}
    unseen = {"color": "rgba(0,0,0,0)"}  # the ends of a range, which the ticks say already
    figure = go.Figure(go.Parcoords(dimensions=axes, line=line, labelangle=-12, labelside="top", rangefont=unseen))
    said = [f"{len(table):,} rows; drag along an axis to choose some", supposed(assumed)]
    headed(figure, title, said, 560)
    return figure.update_layout(margin={"t": 190, "l": 90, "r": 60})


def _measure(column: pd.Series, name: str, unit: str, scaled: Scaled) -> dict[str, Any]:
    form = ".1%" if unit == SHARE else "~s"
    return {"label": plain(in_words(name), SHORT), "values": (column / scaled.by(unit)).tolist(), "tickformat": form}


def _parameter(values: list[Any], path: str) -> dict[str, Any]:
    """Return an axis of whatever a parameter takes; its values at equal distances unless they are plain numbers."""
    name = plain(path.rpartition(".")[2] if len(path) > SHORT else path, SHORT)
    said = [BASE if _missing(value) else _whole(value) for value in values]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in said):
        return {"label": name, "values": [float(value) for value in said]}
    order = sorted(set(map(str, said)), key=_size)
    places = {word: place for place, word in enumerate(order)}
    ticks = {"tickvals": list(range(len(order))), "ticktext": [plain(word, 14) for word in order]}
    return {"label": name, "values": [places[str(value)] for value in said], **ticks}


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _whole(value: Any) -> Any:
    """Return a whole number as one: a column with missing values holds it with a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _size(word: str) -> tuple[int, float, str]:
    """Return what orders words: the base first, then those that begin with a number, by it."""
    if word == BASE:
        return 0, 0.0, word
    try:
        return 1, float(word.rstrip("%").replace(",", "")), word
    except ValueError:
        return 2, 0.0, word
