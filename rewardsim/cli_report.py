"""How every command speaks: faults on stderr or as one object, exit code 2; and the options of several."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="One machine-readable object on stdout.")]


@contextmanager
def reporting(as_json: bool) -> Iterator[None]:
    """Turn bad input into its report and exit code 2."""
    try:
        yield
    except (ValueError, OSError) as error:
        faults = getattr(error, "faults", None)
        if faults is None and not isinstance(error, OSError) and type(error) is ValueError:
            raise
        if as_json:
            rows = [fault.to_dict() for fault in faults] if faults else []
            count = getattr(error, "count", len(rows))
            print_json({"error": str(error), "count": count, "faults": rows})
        else:
            typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def print_json(value: Any) -> None:
    """One object on stdout."""
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def secrets_of(given: list[str], draws: set[str]) -> dict[str, bytes]:
    """Read the secrets of draws from their files; raise with every option that cannot be used."""
    from rewardsim.draws.files import read_secret
    from rewardsim.programme.faults import Fault, Place
    from rewardsim.transactions import TransactionError

    secrets: dict[str, bytes] = {}
    faults: list[Fault] = []
    known = ", ".join(sorted(draws)) or "none: the programme has no draws"
    for text in given:
        name, _, path = text.partition("=")
        if not name or not path:
            todo = "name the draw and the file of its secret"
            faults.append(Fault(Place("--secret"), "bad_choice", text, "DRAW=FILE", todo))
        elif name not in draws:
            faults.append(Fault(Place("--secret"), "unknown_draw", name, known, "name a draw of the programme"))
        elif name in secrets:
            faults.append(Fault(Place("--secret"), "twice", name, "one secret a draw", "take one of them out"))
        else:
            try:
                secrets[name] = read_secret(Path(path))
            except ValueError as error:
                faults += getattr(error, "faults", [])
    if faults:
        raise TransactionError(faults)
    return secrets
