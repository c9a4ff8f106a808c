"""``rewardsim export`` and ``rewardsim bundle``: a programme for production, and what is asked of what was made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsim.cli_report import Json, print_json, reporting

SHOWN_MAX = 20

bundles = typer.Typer(help="Verify, compare and read bundles.", no_args_is_help=True)
Bundle = Annotated[Path, typer.Argument(help="Bundle: a folder, a .pyz file, or a wheel.", show_default=False)]


def export(
    source: Annotated[
        Path, typer.Argument(help="Programme file (TOML), or folder of a run or tuning.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Bundle to write: a folder, or one file NAME.pyz.", show_default=False)],
    version: Annotated[str | None, typer.Option(help="Its version; left out, what the vectors say.")] = None,
    previous: Annotated[Path | None, typer.Option(help="The bundle it follows.")] = None,
    sign: Annotated[Path | None, typer.Option(help="Sign it with this Ed25519 private key (PEM).")] = None,
    native: Annotated[bool, typer.Option("--native", help="Build the native library beside it.")] = False,
    wheel: Annotated[bool, typer.Option("--wheel", help="Write it as a wheel too.")] = False,
    as_json: Json = False,
) -> None:
    """Write a programme as a bundle for production: rules, terms, golden vectors, a manifest over them."""
    from rewardsim.export.exporting import export as write

    with reporting(as_json):
        done = write(source, out, version=version, previous=previous, sign_with=sign, with_wheel=wheel, native=native)
    if as_json:
        print_json(done.to_dict())
        return
    typer.echo(f"bundle  {done.path}, version {done.version} ({done.change}), {done.vectors:,} steps of vectors")
    typer.echo(f"hash    {done.hash}\nrules   {done.rules_hash}")
    for name, place in (("wheel", done.wheel), ("signed", done.signature)):
        if place is not None:
            typer.echo(f"{name:<8}{place}")
    for place in done.native:
        typer.echo(f"native  {place}")


@bundles.command()
def verify(
    bundle: Bundle,
    key: Annotated[Path | None, typer.Option(help="Public key (PEM) that must have signed it.")] = None,
    signature: Annotated[Path | None, typer.Option(help="The signature, where it is not BUNDLE.sig.")] = None,
    as_json: Json = False,
) -> None:
    """Check a bundle: its signature first, then every hash and every vector; exit 1 if it must not serve."""
    from rewardsim.export.verifying import verify as check

    with reporting(as_json):
        said = check(bundle, key, signature)
    if as_json:
        print_json(said)
    else:
        signed = f"signed by {said['signed_by']}" if said["signed_by"] else "signature not asked for"
        head = f"{said['programme']} {said['version']}: {said['files']} files, {said['vectors']:,} steps of vectors"
        lines = [f"{fault['code']}: {fault['place']}: {fault['found']}" for fault in said["faults"]]
        typer.echo("\n".join(lines or [f"{head}, {signed}"]))
    if said["faults"]:
        raise typer.Exit(1)


@bundles.command()
def diff(bundle: Bundle, other: Bundle, as_json: Json = False) -> None:
    """Say what changed from one bundle to another; exit 1 if anything that is scored did."""
    from rewardsim.export.verifying import diff as compare

    with reporting(as_json):
        said = compare(bundle, other)
    if as_json:
        print_json(said)
    else:
        typer.echo(_difference(said))
    if said["degree"] == "major":
        raise typer.Exit(1)


@bundles.command()
def vectors(
    bundle: Bundle,
    other: Annotated[
        Path | None, typer.Argument(help="Another bundle, whose scorer is held against these vectors.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print a bundle's vectors as JSON lines; with another bundle, those that come to something else there."""
    from rewardsim.export.verifying import unlike, vector_lines

    with reporting(as_json):
        found = None if other is None else unlike(bundle, other)
        lines = vector_lines(bundle) if found is None else []
    if found is None:
        for text in lines:
            typer.echo(text, nl=False)
        return
    if as_json:
        print_json({"bundle": str(bundle), "other": str(other), "differences": found})
    else:
        typer.echo("\n".join(found) or "every vector passes")
    if found:
        raise typer.Exit(1)


def _difference(said: dict[str, Any]) -> str:
    """Return a comparison a person can read."""
    lines = [f"{said['before']['version']} -> {said['after']['version']}: {said['degree']}"]
    for name in ("programme", "terms", "vectors"):
        rows = said[name]
        lines += [f"{name:<10}{row}" for row in rows[:SHOWN_MAX]]
        if len(rows) > SHOWN_MAX:
            lines.append(f"{'':<10}... and {len(rows) - SHOWN_MAX:,} more")
    return "\n".join([*lines, f"rules     {'changed' if said['rules_changed'] else 'the same'}"])
