"""The files of a bundle: code byte for byte, terms, names, schemas, vectors, and the manifest over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rewardsim.export.schemas import schemas
from rewardsim.programme import Programme
from rewardsim.rules import codes
from rewardsim.rules.records import Law
from rewardsim.scoring import boot, state
from rewardsim.scoring.bundle import NAMES, TERMS, canonical
from rewardsim.scoring.law import plain_law, plain_names
from rewardsim.scoring.names import Names

PACKAGE = Path(__file__).parent.parent
ROOT = b'"""A programme for production. Run it: python -m NAME score|settle|state|selftest|vectors|migrate."""\n'
INNER = b'"""The programme\'s code, byte for byte that of the house it came from."""\n'
CALENDAR = {
    "days": "whole numbers from 1970-01-01 in the programme's zone",
    "calendar": "proleptic Gregorian; weeks begin on Monday",
    "months": "counted from the anchor day, clamped to the end of a shorter month",
    "windows": "half open: the first day in, the first day after out",
}


@dataclass
class Origin:
    """What is exported, and where it came from."""

    law: Law
    names: Names
    programme: dict[str, Any]  # id, name, currency, timezone, minor_digits, token, token_decimals, hash, key
    provenance: dict[str, Any] = field(default_factory=dict)
    text: str = ""  # the programme in its own words


def origin_of(programme: Programme, provenance: dict[str, Any] | None = None) -> Origin:
    """Return a programme as what is exported."""
    said = {
        "id": programme.id,
        "name": programme.name,
        "currency": programme.currency,
        "timezone": programme.timezone,
        "minor_digits": programme.minor_digits,
        "token": programme.token,
        "token_decimals": programme.token_decimals,
        "hash": programme.hash,
        "key": programme.key,
    }
    return Origin(programme.law(), programme.names, said, provenance or {}, programme.to_toml())


def code_files() -> boot.Files:
    """Return the code that goes into every bundle, under its names there."""
    files = {"__init__.py": ROOT, f"{boot.CODE}/__init__.py": INNER}
    for room in ("rules", "scoring"):
        for path in sorted((PACKAGE / room).glob("*.py")):
            files[f"{boot.CODE}/{room}/{path.name}"] = path.read_bytes()
    for name in ("__init__.py", "keys.py"):
        files[f"{boot.CODE}/draws/{name}"] = (PACKAGE / "draws" / name).read_bytes()
    for path in sorted((PACKAGE / "export" / "migrate").iterdir()):
        if path.suffix in (".py", ".jsonl"):
            files[f"{boot.MIGRATIONS}/{path.name}"] = path.read_bytes()
    files["__main__.py"] = (PACKAGE / "scoring" / "boot.py").read_bytes()
    return files


def content_of(origin: Origin, vectors: dict[str, bytes]) -> boot.Files:
    """Return every file of a bundle but its manifest."""
    files = code_files()
    files[TERMS] = canonical({"law": plain_law(origin.law)})
    files[NAMES] = canonical(plain_names(origin.names))
    if origin.text:
        files["programme.toml"] = origin.text.encode()
    for name, schema in schemas(origin.names).items():
        files[f"schema/{name}.json"] = canonical(schema)
    return dict(sorted((files | vectors).items()))


def complete(files: boot.Files, origin: Origin, version: str, previous: dict[str, Any] | None = None) -> boot.Files:
    """Return a bundle's files with the manifest over them."""
    hashes = boot.hashes_of(files)
    manifest = {
        "format": f"{boot.FORMAT}/{boot.VERSION}",
        "version": version,
        "hash": boot.hash_of(hashes),
        "rules_hash": boot.rules_hash(hashes),
        "scoring_hash": boot.part_hash(hashes, f"{boot.CODE}/scoring/"),
        "state_version": state.VERSION,
        "event_version": 1,
        "programme": origin.programme,
        "numbers": numbers_of(origin.law, origin.programme),
        "calendar": CALENDAR,
        "luck": "draws: HMAC-SHA256 keys as in bundle/draws/keys.py; without a secret, by a public key",
        "provenance": origin.provenance,
        "previous": previous,
        "files": hashes,
    }
    return {boot.MANIFEST: canonical(manifest), **files}


def numbers_of(law: Law, programme: dict[str, Any]) -> dict[str, Any]:
    """Return how numbers are to be read."""
    return {
        "integers": "64 bits; beyond 2**53 written as decimal text",
        "minor_digits": programme.get("minor_digits"),
        "token_decimals": programme.get("token_decimals"),
        "basis_points": 10_000,
        "roundings": sorted(codes.ROUNDINGS, key=codes.ROUNDINGS.__getitem__),
        "division": "non-negative numerators by positive denominators only",
        "amount_max": [terms.amount_max for terms in law.terms],
        "tokens_max": [terms.tokens_max for terms in law.terms],
    }
