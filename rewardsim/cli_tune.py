"""``rewardsim tune``: the values of a programme's parameters that serve best within limits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsim.cli_progress import NO, Store, interruptible, lives_kept, progress_line, spoken_warnings
from rewardsim.cli_report import Json, print_json, reporting


def tune(
    plan: Annotated[Path, typer.Argument(help="File of a tuning (TOML).", show_default=False)],
    workers: Annotated[
        str, typer.Option(help="serial, processes, dask, or the address of a Dask scheduler.")
    ] = "processes",
    jobs: Annotated[int | None, typer.Option(help="Lives at a time; else as many as processors.")] = None,
    trials: Annotated[int | None, typer.Option(help="Most points that are tried; else as the file says.")] = None,
    replicates: Annotated[int | None, typer.Option(help="Lives of each trial; else as the file says.")] = None,
    members: Annotated[int | None, typer.Option(help="How many members; else as the file says.")] = None,
    out: Store = Path("runs"),
    as_json: Json = False,
) -> None:
    """Tune a programme within limits and say what to change, with evidence; exit 1 where no change is recommended.

    Finished lives are kept: after any interruption the same command goes on with what is missing.
    """
    from rewardsim.experiments.tuning.tune import tune as run_tuning

    options: dict[str, Any] = {"workers": workers, "jobs": jobs, "trials": trials}
    options |= {"replicates": replicates, "members": members, "out": out, "progress": progress_line(as_json)}
    with reporting(as_json), interruptible(lives_kept(out)), spoken_warnings():
        run = run_tuning(plan, **options)
    if as_json:
        print_json(run.to_dict())
    else:
        typer.echo(str(run))
    if not run.found:
        raise typer.Exit(NO)
