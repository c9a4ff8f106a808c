"""``rewardsim score``, ``settle``, ``state`` and ``records``: a programme at work on a store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from rewardsim.cli_report import Json, print_json, reporting, secrets_of

if TYPE_CHECKING:
    from rewardsim.scoring import Scorer

Serving = Annotated[Path, typer.Argument(help="Programme file (TOML) or bundle.", show_default=False)]
Where = Annotated[str, typer.Option("--store", help="sqlite:FILE, postgresql://..., or memory: to keep nothing.")]
Needed = Annotated[str, typer.Option("--store", help="sqlite:FILE or postgresql://...", show_default=False)]
Secrets = Annotated[
    list[str] | None, typer.Option("--secret", help="Secret of a draw, DRAW=FILE; without one, luck is a public key's.")
]


class Loaded(NamedTuple):
    """What is at work: whose code, and how it is bound to a store of that code."""

    package: str
    bind: Callable[..., Any]  # (store, **options) -> scorer

    def __call__(self, module: str) -> Any:
        """Return a module of that code."""
        return import_module(f"{self.package}.{module}")


def load(path: Path) -> Loaded:
    """Return what a programme file or a bundle puts to work; raise with the faults of what is neither."""
    if path.suffix.lower() == ".toml":
        return Loaded("rewardsim", _of_programme(path))
    from rewardsim.scoring.boot import open_bundle

    bundle = open_bundle(path)
    return Loaded(bundle.package, bundle.scorer)


def _of_programme(path: Path) -> Callable[..., Scorer]:
    from rewardsim.programme import load_programme
    from rewardsim.scoring import Scorer

    found = load_programme(path)
    said = {"programme": found.id, "currency": found.currency, "timezone": found.timezone}
    return partial(Scorer, found.law(), found.names, bundle_hash=f"toml:{found.key}", **said)


def open_store(url: str, loaded: Loaded) -> Any:
    """Return the store that an address names, of the code that is at work."""
    kind, _, place = url.partition(":")
    if kind == "memory" and not place:
        return loaded("scoring").MemoryStore()
    if kind == "sqlite" and place:
        return loaded("scoring").SqliteStore(place)
    if kind in ("postgresql", "postgres") and place:
        from rewardsim.service.code import Code
        from rewardsim.service.serving import Place

        return Place(url, connections=1).store(Code(loaded.package))
    from rewardsim.transactions.faults import refuse

    raise refuse("bad_store", "--store", url.split("@")[-1], "sqlite:FILE, postgresql://..., or memory:")


@contextmanager
def _at_work(path: Path, url: str, secrets: list[str] | None = None) -> Iterator[tuple[Scorer, Any]]:
    """Yield a scorer on a store, and the commands of its code."""
    loaded = load(path)
    store = open_store(url, loaded)
    try:
        scorer = loaded.bind(store)
        if secrets:
            scorer.secrets = secrets_of(secrets, set(scorer.names.draws))
        yield scorer, loaded("scoring.commands")
    finally:
        store.close()


def score(serving: Serving, store: Where = "memory:", secret: Secrets = None) -> None:
    """Answer events, JSON lines on stdin, with replies on stdout; exit 1 if a line was no event."""
    with reporting(False), _at_work(serving, store, secret) as (scorer, commands):
        counts = commands.score(scorer, sys.stdin.buffer, sys.stdout)
    typer.echo(", ".join(f"{count:,} {status}" for status, count in counts.items()) or "no line", err=True)
    if counts.get("invalid") or counts.get("unavailable"):
        raise typer.Exit(1)


def settle(
    serving: Serving,
    store: Needed,
    day: Annotated[str, typer.Option(help="Settle the days before this one (YYYY-MM-DD).", show_default=False)],
    everybody: Annotated[
        bool, typer.Option("--everybody", help="Post what fell due for everybody; older events are late then.")
    ] = False,
    secret: Secrets = None,
    as_json: Json = False,
) -> None:
    """Settle the days before a day and hold their draws; safe to run twice."""
    with reporting(as_json), _at_work(serving, store, secret) as (scorer, commands):
        said = commands.settle(scorer, day, everybody)
    if as_json:
        print_json(said)
        return
    typer.echo(f"settled {said['requests']:,} request(s) of the days before {day}")
    for draw in said["draws"]:
        typer.echo(f"drawn   {draw}")


def state(
    serving: Serving,
    store: Needed,
    member: Annotated[str | None, typer.Option(help="Member id; without one, the store as a whole.")] = None,
) -> None:
    """Print what a member has, or what the store holds, as one object."""
    with reporting(False), _at_work(serving, store) as (scorer, commands):
        said = commands.state(scorer, member)
    print_json(said)


def records(
    serving: Serving,
    store: Needed,
    out: Annotated[Path, typer.Option(help="Folder to write into.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Write a store's events, ledger and journal as JSON lines; the events as a replay reads them."""
    with reporting(as_json), _at_work(serving, store) as (scorer, commands):
        said = commands.records(scorer, out)
    if as_json:
        print_json(said)
        return
    for name, count in said.items():
        typer.echo(f"written   {out / name}: {count:,}")
