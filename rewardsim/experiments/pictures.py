"""``run.plot.<figure>()``: pictures of a run by name.

Figures take tables and know runs; a run must not know figures, or every arrow of the house would turn
round. So a run knows a picture by its name and tables only. Who draws it is answered by the package's
front door, which may open every room: ``rewardsim._figure`` loads ``rewardsim.figures`` on first use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import rewardsim


class Picture(NamedTuple):
    """What is drawn: by which function of ``rewardsim.figures``, from which tables of a run.

    ``asks`` names the words that choose among the tables; all others go to the figure.
    """

    figure: str
    shows: str
    tables: Callable[..., dict[str, Any]]
    asks: tuple[str, ...] = ()


def units_of(programme: Any) -> dict[str, Any]:
    """Return what figures must know of a programme's money and tokens."""
    return {
        "currency": programme.currency,
        "digits": programme.minor_digits,
        "token": programme.token,
        "decimals": programme.token_decimals,
    }


def assumed_of(population: Mapping[str, Any]) -> dict[str, str]:
    """Return what every figure of effects rests on, from what a manifest says of a population."""
    said = f'behaviour "{population["preset"]}", phi = {population["phi"]:g}; population {population["id"]}'
    return {"assumed": said}


class Plots:
    """The pictures of a run: ``run.plot.effects()``; further words go to the figure."""

    def __init__(self, run: Any, pictures: Mapping[str, Picture]) -> None:
        self._run = run
        self._pictures = pictures

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self._pictures:
            raise AttributeError(f"no picture {name!r}; there are {', '.join(self._pictures)}")
        picture = self._pictures[name]

        def draw(**options: Any) -> Any:
            asked = {name: options.pop(name) for name in picture.asks if name in options}
            return rewardsim._figure(picture.figure)(**{**picture.tables(self._run, **asked), **options})

        draw.__doc__ = f"Draw {picture.shows}."
        return draw

    def __dir__(self) -> list[str]:
        return list(self._pictures)

    def __repr__(self) -> str:
        return "\n".join(f"{name:<12}{picture.shows}" for name, picture in self._pictures.items())
