"""``rewardsim sweep``: the scenarios of a file, lived and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsim.cli_progress import NO, Store, interruptible, lives_kept, progress_line, spoken_warnings
from rewardsim.cli_report import Json, print_json, reporting


def sweep(
    plan: Annotated[Path, typer.Argument(help="Sweep file (TOML).", show_default=False)],
    workers: Annotated[
        str, typer.Option(help="serial, processes, dask, or the address of a Dask scheduler.")
    ] = "processes",
    jobs: Annotated[int | None, typer.Option(help="Lives at a time; else as many as processors.")] = None,
    replicates: Annotated[int | None, typer.Option(help="Independent worlds; else as the file says.")] = None,
    members: Annotated[int | None, typer.Option(help="How many members; else as the file says.")] = None,
    out: Store = Path("runs"),
    as_json: Json = False,
) -> None:
    """Live the scenarios of a sweep file, and say what each changes; exit 1 if a guard is not held or lives failed.

    Finished lives are kept: after any interruption the same command goes on with what is missing.
    """
    from rewardsim.experiments.sweeps.sweep import sweep as run_sweep

    options: dict[str, Any] = {"workers": workers, "jobs": jobs, "replicates": replicates, "members": members}
    with reporting(as_json), interruptible(lives_kept(out)), spoken_warnings():
        run = run_sweep(plan, **options, out=out, progress=progress_line(as_json))
    if as_json:
        print_json(run.to_dict())
    else:
        typer.echo(str(run))
    if not run.complete or not run.kept_guards:
        raise typer.Exit(NO)
