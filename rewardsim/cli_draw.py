"""``rewardsim draw``: commit to a secret, hold the draw, check its result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsim.cli_report import Json, print_json, reporting

SHOWN_MAX = 10

app = typer.Typer(help="Hold a lucky draw that anybody can check.", no_args_is_help=True)
Draw = Annotated[str, typer.Option(help="Id of the draw.", show_default=False)]
Secret = Annotated[Path, typer.Option(help="File with the secret; all of its bytes count.", show_default=False)]
Out = Annotated[Path, typer.Option(help="Folder of the draw's files.", show_default=False)]


@app.command()
def commit(
    draw: Draw,
    secret: Secret,
    out: Out,
    programme: Annotated[Path | None, typer.Option(help="Programme whose terms are published too.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Make the secret; its file must not exist.")] = False,
    as_json: Json = False,
) -> None:
    """Publish a commitment to a secret, before entries close."""
    from rewardsim.draws.holding import commit as publish

    with reporting(as_json):
        said = publish(draw, secret, out, programme, new)
    if as_json:
        print_json(said)
        return
    typer.echo(f"commitment {said['commitment']}")
    typer.echo(f"written    {said['file']}: publish it before entries close, and keep {secret} to yourself until then")


@app.command()
def run(
    draw: Draw,
    secret: Secret,
    entries: Annotated[
        Path, typer.Option(help="Entrants (CSV, Parquet, JSON lines), or a replay's folder.", show_default=False)
    ],
    out: Out,
    winners: Annotated[int | None, typer.Option(help="How many win.", show_default=False)] = None,
    programme: Annotated[Path | None, typer.Option(help="Programme that says what is won.")] = None,
    as_json: Json = False,
) -> None:
    """Freeze the entrants, reveal the secret, name the winners; once for each draw."""
    from rewardsim.draws.holding import hold

    with reporting(as_json):
        result = hold(draw, secret, entries, out, winners, programme)
    if as_json:
        print_json(result)
    else:
        typer.echo(_report(result, out))


@app.command()
def verify(
    result: Annotated[Path, typer.Argument(help="ID.result.json", show_default=False)],
    entrants: Annotated[Path, typer.Argument(help="ID.entrants.csv", show_default=False)],
    commitment: Annotated[Path | None, typer.Option(help="ID.commitment.json as it was published.")] = None,
    as_json: Json = False,
) -> None:
    """Check a result: exit 0 if the winners are right, 1 with each difference if not."""
    from rewardsim.draws.holding import verify as check
    from rewardsim.draws.keys import listed, verdict

    with reporting(as_json):
        said, wrong = check(result, entrants, commitment)
    if as_json:
        print_json({"draw": said["draw"], "right": not wrong, "differences": wrong, "commitment": said["commitment"]})
    else:
        typer.echo(listed(wrong) if wrong else verdict(said, commitment is not None))
    if wrong:
        raise typer.Exit(1)


def _report(result: dict[str, Any], out: Path) -> str:
    """Return a result a person can read."""
    from rewardsim.programme.faults import one_line

    winners = result["winners"]
    field = f"{_count(result['members'], 'member')}, {_count(result['entries'], 'entry', 'entries')}"
    lines = [
        f"draw {result['draw']}: {_count(len(winners), 'winner')} of {field}",
        f"scheme     {result['scheme']}",
        f"entrants   {result['entrants_digest']}",
        f"commitment {result['commitment']}",
        *(f"odds       {_odds(row)}" for row in result["odds"][:SHOWN_MAX]),
        *(f"{row['rank']:>10,} {one_line(row['member_id'])}{_prize(row)}" for row in winners[:SHOWN_MAX]),
    ]
    if len(winners) > SHOWN_MAX:
        lines.append(f"{'':>10} ... and {len(winners) - SHOWN_MAX:,} more")
    check = (
        f"python verify.py {result['draw']}.result.json {result['draw']}.entrants.csv {result['draw']}.commitment.json"
    )
    return "\n".join([*lines, f"written    {out}", f"check      {check}"])


def _odds(row: dict[str, Any]) -> str:
    exact = f" ({row['exact']})" if row["exact"] else ""
    return f"{row['odds']}{exact} with {_count(row['entries'], 'entry', 'entries')}: {_count(row['members'], 'member')}"


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def _prize(row: dict[str, Any]) -> str:
    return "" if row["tokens"] is None else f": {row['tokens']:,} tokens"
