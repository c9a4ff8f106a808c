"""How every command speaks: faults on stderr or as one object, exit code 2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
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
