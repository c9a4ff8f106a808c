"""The command line. Every command: ``--json`` for one object on stdout, progress on stderr.

Exit codes: 0 done, 1 the answer is no, 2 bad input with all of its faults reported together.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsim.cli_draw import app as draw_commands
from rewardsim.cli_drift import drift
from rewardsim.cli_export import bundles as bundle_commands
from rewardsim.cli_export import export
from rewardsim.cli_report import Json, print_json, reporting, secrets_of
from rewardsim.cli_score import records, score, settle, state
from rewardsim.cli_serve import key, outbox, serve, store_commands
from rewardsim.cli_simulate import compare, simulate
from rewardsim.cli_sweep import sweep
from rewardsim.cli_tune import tune

app = typer.Typer(
    name="rewardsim",
    help="Design a reward-token programme on populations and real transactions, then run it by the same rules.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Without = Annotated[str, typer.Option(help="Sections to leave out, by name and comma: referral, tiers, draws.")]
app.add_typer(draw_commands, name="draw")
app.add_typer(bundle_commands, name="bundle")
app.add_typer(store_commands, name="store")
ProgrammeFile = Annotated[Path, typer.Argument(help="Programme file (TOML).", show_default=False)]


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    """Design a reward-token programme on populations and real transactions, then run it by the same rules."""
    if version:
        from rewardsim import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def check(programme: ProgrammeFile, as_json: Json = False) -> None:
    """Validate and lint a programme file; exit 2 with every fault, 0 with hints if it can be used."""
    from rewardsim.programme import load_programme

    with reporting(as_json):
        found = load_programme(programme)
    hints = [str(hint) for hint in found.lint()]
    if as_json:
        said = {"programme": found.id, "hash": found.hash, "shared": list(found.shared), "hints": hints}
        print_json({**said, "stretches": len(found.stretches)})
        return
    typer.echo(f"{programme}: {found.name}, {len(found.stretches)} stretch(es) of terms, hash {found.hash[:16]}")
    if found.shared:
        typer.echo(f"shared by members, settled at the day's end: {', '.join(found.shared)}")
    for hint in hints:
        typer.echo(f"hint: {hint}")


@app.command()
def schema(
    what: Annotated[
        str, typer.Argument(help="programme, event, mapping, population, sweep or tune.", show_default=False)
    ],
) -> None:
    """Print the JSON Schema of a file or record."""
    from rewardsim import population, programme, transactions
    from rewardsim.experiments.scenarios.sweep_schema import sweep_schema
    from rewardsim.experiments.tuning.tune_file import tune_schema

    makers: dict[str, Callable[[], Any]] = {
        "programme": programme.programme_schema,
        "event": transactions.schema_json,
        "mapping": transactions.mapping_schema_json,
        "population": population.population_schema,
        "sweep": sweep_schema,
        "tune": tune_schema,
    }
    if what not in makers:
        typer.echo(f"schema: found {what!r}, allowed {', '.join(makers)}, do: name one of them", err=True)
        raise typer.Exit(2)
    print_json(makers[what]())


@app.command("import")
def import_(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files to read; none where the mapping names a package.")
    ] = None,
    mapping: Annotated[Path, typer.Option(help="Mapping file (TOML).", show_default=False)] = ...,  # type: ignore[assignment]
    out: Annotated[Path, typer.Option(help="Event table to write (Parquet).", show_default=False)] = ...,  # type: ignore[assignment]
    rejects: Annotated[Path | None, typer.Option(help="Write rejected rows here and import the rest.")] = None,
    as_json: Json = False,
) -> None:
    """Import outside data as a canonical event table; every row is accounted for."""
    from rewardsim.transactions import import_transactions, load_mapping

    with reporting(as_json):
        result = import_transactions(files or [], load_mapping(mapping), out=out, rejects=rejects)
    if as_json:
        print_json({**result.to_dict(), "out": str(out)})
    else:
        typer.echo(str(result))
        typer.echo(f"written   {out}")


@app.command()
def replay(
    programme: ProgrammeFile,
    events: Annotated[
        list[Path],
        typer.Argument(
            help="Event tables (Parquet), a store's records, or a run that kept its events.", show_default=False
        ),
    ],
    against: Annotated[Path | None, typer.Option(help="Another programme to compare with.")] = None,
    without: Without = "",
    out: Annotated[Path, typer.Option(help="Run store.")] = Path("runs"),
    until: Annotated[str, typer.Option(help="Carry accounts on to this date (YYYY-MM-DD).")] = "",
    order: Annotated[str, typer.Option(help="occurred, or recorded to let late events be late.")] = "occurred",
    engine: Annotated[str, typer.Option(help="compiled or interpreted.")] = "compiled",
    secret: Annotated[
        list[str] | None, typer.Option(help="Secret of a draw, DRAW=FILE; without one, luck is a public key's.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Replay imported events under a programme; with --against, say what another one changes and why."""
    from rewardsim.experiments.replays.replay import replay as run_replay

    with reporting(as_json):
        options = {"out": out, "until": _date(until), "order": _choice("order", order, ("occurred", "recorded"))}
        options["engine"] = _choice("engine", engine, ("compiled", "interpreted"))
        chosen = [_load(path, without) for path in ([programme, against] if against else [programme])]
        secrets = secrets_of(secret or [], {name for found in chosen for name in found.names.draws})
        runs = [
            run_replay(found, events, progress=_progress(as_json), secrets=_of(found, secrets), **options)
            for found in chosen
        ]
        difference = runs[0].against(runs[1]) if against else None
    if as_json:
        print_json(_said(runs[0]) | ({"against": difference.to_dict()} if difference else {}))
        return
    typer.echo(_report(runs[0], without))
    if difference:
        typer.echo(f"\n{difference}")


@app.command()
def explain(
    run: Annotated[Path, typer.Argument(help="Run folder.", show_default=False)],
    member: Annotated[str, typer.Option(help="Member id.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Tell a member's history: each entry, the rule behind it, and the rules that did not fire and why."""
    from rewardsim.experiments.opening import open_run

    with reporting(as_json):
        told = open_run(run).explain(member)
    if as_json:
        print_json(told.to_dict())
    else:
        typer.echo(str(told))


for command in (simulate, compare, sweep, tune, drift, export, score, settle, state, records, serve, key, outbox):
    app.command()(command)


def _load(path: Path, without: str) -> Any:
    from rewardsim.programme import load_programme

    found = load_programme(path)
    areas = [area.strip() for area in without.split(",") if area.strip()]
    return found.without(*areas) if areas else found


def _of(programme: Any, secrets: dict[str, bytes]) -> dict[str, bytes]:
    """Return the secrets of a programme's own draws."""
    return {name: secret for name, secret in secrets.items() if name in programme.names.draws}


def _said(run: Any) -> dict[str, Any]:
    """Return the keys a replay's object has at least, and the run's other figures."""
    return {"run": str(run.path), "digest": run.digest, **run.summary()}


def _report(run: Any, without: str) -> str:
    """Return a summary a person can read."""
    said, digits = run.summary(), run.programme.token_decimals
    events = said["events"]
    unit = f"{run.programme.token}s" if not digits else f"{run.programme.token}s, in 1/{10**digits}"
    lines = [
        f"{run.programme.name}: {events['read']:,} events of {said['members']:,} members, until {said['until']}",
        "events   " + ", ".join(f"{count:,} {name.replace('_', '-')}" for name, count in events.items() if count),
        "outcomes " + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in said["outcomes"].items()),
        f"tokens   ({unit})",
        *(f"  {name.replace('_', ' '):<20}{count:>18,}" for name, count in said["tokens"].items()),
    ]
    if said["members_in_debt"]:
        lines.append(f"{said['members_in_debt']:,} members are in debt")
    lines += _phases(said)
    if without:
        lines.append(f"left out by request: {without}")
    return "\n".join([*lines, f"run      {run.path}", f"digest   {run.digest}", f"seconds  {said['seconds']}"])


def _phases(said: dict[str, Any]) -> list[str]:
    """Return a line each on tiers, draws, and whatever else the journal counts."""
    lines = []
    if said["journal"]:
        lines.append("journal  " + ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in said["journal"].items()))
    if "tiers" in said:
        lines.append("tiers    " + ", ".join(f"{count:,} {name}" for name, count in said["tiers"].items()))
    for name, draw in said.get("draws", {}).items():
        if not draw["held"]:
            lines.append(f"draw     {name}: not held by {said['until']}, but on {draw['draws_on']}; see --until")
            continue
        count = f"{draw['entries']:,} entries of {draw['entrants']:,} members"
        lines.append(f"draw     {name}: {count}, luck by {draw['luck']}")
    return lines


def _progress(quiet: bool) -> Callable[[int, int], None] | None:
    """Return a progress line for a terminal; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        end = "\n" if done == total else ""
        print(f"\r{done:,} of {total:,} events", end=end, file=sys.stderr, flush=True)

    return show


def _date(text: str) -> Any:
    from datetime import date

    from rewardsim.transactions.faults import refuse

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise refuse("bad_date", "--until", text, "a date such as 2018-12-31") from error


def _choice(name: str, value: str, allowed: tuple[str, ...]) -> str:
    from rewardsim.transactions.faults import refuse

    if value not in allowed:
        raise refuse("bad_choice", f"--{name}", value, " or ".join(allowed))
    return value


if __name__ == "__main__":
    app()
