"""What commands that take long share: the store, a progress line, warnings for people, a word on interrupts."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

NO, INTERRUPTED = 1, 130
Store = Annotated[Path, typer.Option(help="Run store.")]


@contextmanager
def interruptible(kept: str) -> Iterator[None]:
    """Turn an interrupt into a word on what is kept, and exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"\ninterrupted: {kept}", err=True)
        raise typer.Exit(INTERRUPTED) from None


def lives_kept(out: Path) -> str:
    """Return what is said of an interrupted sweep or tuning."""
    return f"finished lives are kept in {out}; the same command goes on with the others"


@contextmanager
def spoken_warnings() -> Iterator[None]:
    """Say warnings to people, without the line of code they come from; at once, as a simulation may take long."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_: typer.echo(f"warning: {message}", err=True)
        yield


def progress_line(quiet: bool) -> Callable[[Any], None] | None:
    """Return a progress line for a terminal; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        return None

    def show(now: Any) -> None:
        end = "\n" if now.done >= 1 else ""
        print(f"\r{now}\x1b[K", end=end, file=sys.stderr, flush=True)

    return show
