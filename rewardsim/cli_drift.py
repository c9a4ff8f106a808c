"""``rewardsim drift``: what production did against what was forecast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rewardsim.cli_report import Json, print_json, reporting, secrets_of


def drift(
    run: Annotated[Path, typer.Argument(help="Folder of a simulation.", show_default=False)],
    actual: Annotated[
        Path,
        typer.Option(
            help="What production exported: the folder of `rewardsim records`, an event table, or a replay's folder.",
            show_default=False,
        ),
    ],
    until: Annotated[str, typer.Option(help="Last day to compare (YYYY-MM-DD); else the last one of both.")] = "",
    people: Annotated[
        int | None, typer.Option(help="How many people production could reach; else as many as were simulated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Run store for the replay; else the simulation's.")] = None,
    figure: Annotated[Path | None, typer.Option(help="Write a figure, which needs nothing else (HTML).")] = None,
    secret: Annotated[list[str] | None, typer.Option(help="Secret of a draw that was held, DRAW=FILE.")] = None,
    as_json: Json = False,
) -> None:
    """Compare production with a forecast, say which assumption broke; exit 1 where one did or the ledger differs."""
    from rewardsim.experiments.drifts.drift import drift as compare
    from rewardsim.experiments.simulations.run import SimulationRun

    with reporting(as_json):
        forecast = SimulationRun(run)
        secrets = secrets_of(secret, set(forecast.programme.names.draws)) if secret else None
        found = compare(forecast, actual, until=until or None, people=people, out=out, secrets=secrets)
        if figure is not None:
            found.plot().write_html(figure, include_plotlyjs=True)
    if as_json:
        print_json(found.to_dict())
    else:
        typer.echo(f"{found}\nfigure   {figure}" if figure else str(found))
    if not found.holds:
        raise typer.Exit(1)
