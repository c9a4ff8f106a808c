"""``rewardsim simulate`` and ``rewardsim compare``: a population under a programme, and what it changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsim.cli_progress import Store, interruptible, progress_line, spoken_warnings
from rewardsim.cli_report import Json, print_json, reporting

USUAL = Path("data/populations/india-2017.toml")
OTHER = "other"
Workers = Annotated[
    str | None, typer.Option(help="With dask: the address of a cluster, or how many processes to start here.")
]
Page = Annotated[Path | None, typer.Option(help="Write a page with figures, which needs nothing else (HTML).")]


def simulate(
    programme: Annotated[Path, typer.Argument(help="Programme file (TOML).", show_default=False)],
    population: Annotated[
        Path | None, typer.Option(help=f"Population file (TOML); else {USUAL}, where there is one.")
    ] = None,
    members: Annotated[int | None, typer.Option(help="How many members; else the population's own.")] = None,
    start: Annotated[str, typer.Option("--from", help="First day (YYYY-MM-DD); else the population's.")] = "",
    until: Annotated[str, typer.Option(help="Last day (YYYY-MM-DD); else the population's.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of all luck.")] = 0,
    replicates: Annotated[int, typer.Option(help="Independent worlds; intervals need two or more.")] = 8,
    engine: Annotated[str, typer.Option(help="compiled, simpy or dask.")] = "compiled",
    workers: Workers = None,
    threads: Annotated[int | None, typer.Option(help="Threads of the compiled engine.")] = None,
    against: Annotated[Path | None, typer.Option(help="Another programme to compare with.")] = None,
    no_counterfactual: Annotated[
        bool, typer.Option("--no-counterfactual", help="Leave out the arm without a programme.")
    ] = False,
    checkpoint: Annotated[
        str, typer.Option(help="Keep the state at the end of this day, for variants to branch off (YYYY-MM-DD).")
    ] = "",
    ledger: Annotated[bool, typer.Option("--ledger", help="Keep every entry of the first replicate.")] = False,
    out: Store = Path("runs"),
    report: Page = None,
    as_json: Json = False,
) -> None:
    """Simulate a population under a programme, and say what the programme changes."""
    options: dict[str, Any] = {"members": members, "start": start or None, "until": until or None, "seed": seed}
    options |= {"replicates": replicates, "engine": engine, "threads": threads, "ledger": ledger, "out": out}
    options |= {"workers": int(workers) if workers and workers.isdecimal() else workers}
    options |= {"counterfactual": not no_counterfactual, "variants": {OTHER: against} if against else {}}
    with reporting(as_json), interruptible(_kept(out)), spoken_warnings():
        run = _simulated(programme, population, options, checkpoint, as_json)
        if report is not None:
            from rewardsim.figures import report as write_report

            write_report(run, report)
    if as_json:
        print_json({"run": str(run.path), "digest": run.digest, **run.summary()})
    else:
        typer.echo(f"{run}\nreport   {report}" if report else str(run))


def _simulated(
    programme: Path, population: Path | None, options: dict[str, Any], checkpoint: str, as_json: bool
) -> Any:
    """Run the simulation; say which population was taken where none was named."""
    from rewardsim.experiments.simulations.checkpoints import checkpoint as keep
    from rewardsim.experiments.simulations.simulate import simulate as run_simulation

    people = population or _usual()
    if population is None and not as_json:
        typer.echo(f"population: {people}", err=True)
    if checkpoint:
        names = ("members", "start", "until", "seed", "replicates", "engine", "threads", "out")
        keep(programme, people, checkpoint, **{name: options[name] for name in names})
    return run_simulation(programme, people, **options, progress=progress_line(as_json))


def compare(
    run_a: Annotated[Path, typer.Argument(help="Folder of a simulation.", show_default=False)],
    run_b: Annotated[Path, typer.Argument(help="Folder of another.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Say what one simulation changes against another of the same people and luck."""
    from rewardsim.experiments.simulations.compare import compare as compare_runs

    with reporting(as_json):
        found = compare_runs(run_a, run_b)
    if as_json:
        print_json(found.to_dict())
    else:
        typer.echo(str(found))


def _kept(out: Path) -> str:
    """Return what is said of an interrupted simulation."""
    said = f"finished replicates are kept in {out}; the same command goes on with the others"
    return f"{said}, and --replicates with fewer shows what there is"


def _usual() -> Path:
    """Return the population taken where none is named."""
    from rewardsim.transactions.faults import refuse

    if not USUAL.is_file():
        raise refuse("missing", "--population", "nothing", "a population file (TOML)", "name one")
    return USUAL
