"""``rewardsim serve``, ``key``, ``outbox`` and ``store check|migrate``: production over a network."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rewardsim.cli_report import Json, print_json, reporting, secrets_of

if TYPE_CHECKING:
    from rewardsim.scoring.sql import SqlStore
    from rewardsim.service.code import Code

NEEDED = ("fastapi", "prometheus_client", "psycopg", "uvicorn")
store_commands = typer.Typer(help="Look after a store.", no_args_is_help=True)
Store = Annotated[str, typer.Argument(help="postgresql://... or sqlite:FILE", show_default=False)]


def serve(
    bundle: Annotated[Path, typer.Argument(help="Bundle, or programme file (TOML).", show_default=False)],
    store: Annotated[str, typer.Option(help="postgresql://... or sqlite:FILE", show_default=False)],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 for any that is free.", min=0, max=65_535)] = 8000,
    keys: Annotated[Path | None, typer.Option(help="API keys (TOML); needed beyond the loopback.")] = None,
    bundles: Annotated[Path | None, typer.Option(help="Folder whose bundles may be loaded while it serves.")] = None,
    shadow: Annotated[Path | None, typer.Option(help="Second bundle that scores the same without effect.")] = None,
    shadow_store: Annotated[str | None, typer.Option(help="Store of the second bundle.")] = None,
    rate: Annotated[float, typer.Option(help="Events, or other requests, a second for each key.", min=0.1)] = 200.0,
    burst: Annotated[float, typer.Option(help="Events, or other requests, at once for each key.", min=1)] = 400.0,
    workers: Annotated[int, typer.Option(help="Requests at the store at once.", min=1, max=64)] = 8,
    future: Annotated[bool, typer.Option("--any-day", help="Take events of days to come (for rehearsals).")] = False,
    secret: Annotated[list[str] | None, typer.Option(help="Secret of a draw, DRAW=FILE.")] = None,
) -> None:
    """Serve a bundle over HTTP until a signal ends it; the OpenAPI description is at /openapi.json."""
    with reporting(False), _installed():
        from rewardsim.service.app import Limits
        from rewardsim.service.server import Options
        from rewardsim.service.server import serve as run

        limits = Limits(rate=rate, burst=burst, workers=workers)
        draws = (lambda names: secrets_of(secret, set(names.draws))) if secret else None
        clock = None if future else wall_clock
        run(Options(bundle, store, host, port, keys, bundles, shadow, shadow_store, limits, draws, clock))


@contextmanager
def _installed() -> Iterator[None]:
    """Say what to install where the service's packages are not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in NEEDED:
            raise
        from rewardsim.scoring import Fault, ScoringError

        todo = 'pip install "rewardsim[service]"'
        raise ScoringError([Fault("not_installed", "", f"no package {error.name}", ", ".join(NEEDED), todo)]) from error


def wall_clock(timezone: str) -> Callable[[], int]:
    """Return a clock that tells today's day in a zone."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from rewardsim.scoring.checks import EPOCH

    zone = ZoneInfo(timezone)
    return lambda: datetime.now(zone).toordinal() - EPOCH


def key(
    name: Annotated[str, typer.Argument(help="Whose key it is.", show_default=False)],
    role: Annotated[list[str], typer.Option(help="read, score or admin; several are allowed.", show_default=False)],
    keys: Annotated[Path, typer.Option(help="File to add it to; only its hash is kept.", show_default=False)],
) -> None:
    """Make an API key; print it once."""
    with reporting(False), _installed():
        from rewardsim.service.keys import new_key, read_keys

        made, lines = new_key(name, role)
        before = keys.read_text(encoding="utf-8") if keys.exists() else ""
        fresh = keys.with_name(keys.name + ".new")
        fresh.touch(mode=0o600)
        fresh.write_text(f"{before}\n{lines}" if before else lines, encoding="utf-8")
        try:
            read_keys(fresh)
            fresh.replace(keys)
        finally:
            fresh.unlink(missing_ok=True)
    typer.echo(made)


@store_commands.command()
def check(store: Store, as_json: Json = False) -> None:
    """Check that every balance is the sum of its ledger and nothing hangs in the air; exit 1 if not."""
    with reporting(as_json), _installed(), _existing(store) as opened:
        from rewardsim.service.audit import contradictions, size_of

        found, size = contradictions(opened), size_of(opened)
    if as_json:
        print_json({"right": not found, "contradictions": [one.to_dict() for one in found], **size})
    else:
        counts = ", ".join(f"{count:,} {table}" for table, count in size.items())
        typer.echo("\n".join(map(str, found)) if found else f"right: {counts}")
    if found:
        raise typer.Exit(1)


@store_commands.command()
def migrate(
    store: Store,
    bundle: Annotated[Path, typer.Argument(help="Bundle whose states they shall be.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Bring a store's states to the version a bundle reads, in one transaction; done twice, it is done once."""
    with reporting(as_json), _installed():
        from rewardsim.scoring.boot import open_bundle
        from rewardsim.service.code import Code

        loaded = open_bundle(bundle)
        code = Code(loaded.package)
        with _existing(store, code) as opened:
            said = {"bundle": loaded.hash, **code("scoring.migrate").migrate_store(loaded, opened)}
    if as_json:
        print_json(said)
    else:
        typer.echo(f"{said['states']:,} state(s) of version {said['from']}, now of version {said['state_version']}")


def outbox(
    store: Store,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for more.")] = False,
) -> None:
    """Write what happened as JSON lines, each at least once, and strike out what was written."""

    def take(row: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n")
        sys.stdout.flush()

    with reporting(False), _installed(), _existing(store) as opened, suppress(KeyboardInterrupt):
        from rewardsim.service.outbox import relay

        relay(opened, take, follow=follow)


@contextmanager
def _existing(url: str, code: Code | None = None) -> Iterator[SqlStore]:
    """Open a store that is there already, by somebody's code or the house's own."""
    from rewardsim.scoring import Fault, StoreRefused
    from rewardsim.service.code import HOUSE
    from rewardsim.service.serving import Place

    missing = url.startswith("sqlite:") and not Path(url.removeprefix("sqlite:")).exists()
    place = None if missing else Place(url, 1)
    try:
        opened: Any = place and place.store(code or HOUSE)
        if opened is None or not opened.has_tables():
            shown = url.rpartition("@")[2]
            raise StoreRefused([Fault("no_store", "", shown, "a store that is there", "name one")])
        yield opened
    finally:
        if place is not None:
            place.close()
