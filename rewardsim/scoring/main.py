"""The command line of a bundle: ``python BUNDLE score|settle|state|records|selftest|vectors|migrate``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import commands, migrate, vectors
from .bundle import Bundle
from .faults import Fault, ScoringError, StoreRefused, did_you_mean
from .memory import MemoryStore
from .scorer import Scorer
from .sqlite import SqliteStore
from .store import Store

STORES = "sqlite:FILE or memory:"


def run(bundle: Bundle, arguments: Sequence[str]) -> int:
    """Run a command; return its exit code: 0 done, 1 the answer is no, 2 bad input."""
    given = _parser(bundle).parse_args(arguments)
    try:
        return int(COMMANDS[given.command](bundle, given))
    except ScoringError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 2


def _parser(bundle: Bundle) -> argparse.ArgumentParser:
    about = f"{bundle.about['programme']} {bundle.version}, bundle {bundle.hash[:16]}. It passed its self-test."
    parser = argparse.ArgumentParser("bundle", description=about)
    parser.add_argument("--version", action="version", version=f"{bundle.version} {bundle.hash}")
    commands_of = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        one = commands_of.add_parser(name, help=(function.__doc__ or "").splitlines()[0])
        if name in ("score", "settle", "state", "records", "migrate"):
            one.add_argument("--store", default="memory:" if name == "score" else None, help=STORES)
            one.add_argument("--secret", action="append", default=[], metavar="DRAW=FILE", help="secret of a draw")
    known = commands_of.choices
    known["settle"].add_argument("--day", required=True, help="settle the days before this one")
    known["settle"].add_argument("--everybody", action="store_true", help="post what fell due for every member too")
    known["state"].add_argument("--member", help="member id; without one, the store as a whole")
    known["records"].add_argument("--out", required=True, type=Path, help="folder to write into")
    return parser


def _open(bundle: Bundle, given: argparse.Namespace) -> Scorer:
    secrets = dict(_secret(bundle, text) for text in given.secret)
    return bundle.scorer(open_store(given.store), secrets=secrets)


def open_store(address: str | None) -> Store:
    """Return the store that an address names."""
    kind, _, place = (address or "").partition(":")
    if kind == "memory" and not place:
        return MemoryStore()
    if kind == "sqlite" and place:
        return SqliteStore(place)
    raise ScoringError([Fault("bad_store", "--store", repr(address), STORES, "name one of them")])


def _secret(bundle: Bundle, text: str) -> tuple[str, bytes]:
    name, _, path = text.partition("=")
    if name not in bundle.names.draws:
        allowed, todo = "DRAW=FILE", did_you_mean(name, list(bundle.names.draws), "name a draw of the programme")
        raise ScoringError([Fault("unknown_draw", "--secret", repr(name), allowed, todo)])
    try:
        return name, Path(path).read_bytes()
    except OSError as error:
        raise ScoringError([Fault("unreadable", "--secret", str(error), "DRAW=FILE", "name a file")]) from error


def _score(bundle: Bundle, given: argparse.Namespace) -> int:
    """Answer events, JSON lines on stdin, with replies on stdout."""
    scorer = _open(bundle, given)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    counts = commands.score(scorer, sys.stdin.buffer, sys.stdout)
    print(", ".join(f"{count} {status}" for status, count in counts.items()) or "no line", file=sys.stderr)
    print(f"digest {scorer.digest()}", file=sys.stderr)
    return 1 if counts.get("invalid") or counts.get("unavailable") else 0


def _settle(bundle: Bundle, given: argparse.Namespace) -> int:
    """Settle the days before a day and hold their draws; safe to run twice."""
    return _print(commands.settle(_open(bundle, given), given.day, given.everybody))


def _state(bundle: Bundle, given: argparse.Namespace) -> int:
    """Print what a member has, or what the store holds."""
    return _print(commands.state(_open(bundle, given), given.member))


def _records(bundle: Bundle, given: argparse.Namespace) -> int:
    """Write a store's events, ledger and journal as JSON lines."""
    return _print(commands.records(_open(bundle, given), given.out))


def _selftest(bundle: Bundle, given: argparse.Namespace) -> int:
    """Say that the self-test was passed; a bundle that fails it says nothing else."""
    steps = sum(text.count(b"\n") for text in vectors.vector_files(bundle.files).values())
    said = {"bundle": bundle.hash, "version": bundle.version, "files": len(bundle.files), "vectors": steps}
    return _print({**said, "passed": True})


def _vectors(bundle: Bundle, given: argparse.Namespace) -> int:
    """Print the vectors, for a library in another language."""
    for text in vectors.vector_files(bundle.files).values():
        sys.stdout.write(text.decode())
    return 0


def _migrate(bundle: Bundle, given: argparse.Namespace) -> int:
    """Bring a store's states to the version that this bundle reads."""
    return _print({"bundle": bundle.hash, "steps": sorted(migrate.steps_of(bundle)), **_migration(bundle, given)})


def _migration(bundle: Bundle, given: argparse.Namespace) -> dict[str, int]:
    if given.store is None:
        return {"state_version": bundle.manifest["state_version"]}
    kind, _, place = given.store.partition(":")
    if kind != "sqlite" or not Path(place).is_file():
        todo = "name the store's file; for PostgreSQL: rewardsim store migrate URL BUNDLE"
        raise StoreRefused([Fault("no_store", "--store", repr(given.store), "sqlite:FILE that is there", todo)])
    store = SqliteStore(place)
    try:
        return migrate.migrate_store(bundle, store)
    finally:
        store.close()


def _print(said: dict[str, object]) -> int:
    print(json.dumps(said, indent=1, ensure_ascii=False))
    return 0


COMMANDS = {
    "score": _score,
    "settle": _settle,
    "state": _state,
    "records": _records,
    "selftest": _selftest,
    "vectors": _vectors,
    "migrate": _migrate,
}
