"""Who may ask what, and how often: API keys, of which a file knows the hashes only."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from time import monotonic
from typing import Any

from rewardsim.scoring import Fault, ScoringError

ROLES = ("read", "score", "admin")
PREFIX = "rs_"  # so that a leaked key is known for what it is
FIELDS = {"name", "roles", "sha256"}


@dataclass(frozen=True)
class Key:
    """One key. ``admin`` may everything; ``score`` sends events and asks for quotes; ``read`` reads."""

    name: str
    roles: tuple[str, ...]
    digest: str

    def may(self, role: str) -> bool:
        """Tell whether the key opens what needs a role."""
        return role in self.roles or "admin" in self.roles


class Keys:
    """The keys of a service."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = tuple(keys)

    def find(self, shown: str) -> Key | None:
        """Return the key behind what was shown; every key is compared, in the same time for each."""
        digest = hash_of(shown)
        found = None
        for key in self._keys:
            if compare_digest(key.digest, digest):
                found = key
        return found


def hash_of(key: str) -> str:
    """SHA-256 of a key. Keys have 256 random bits, so nothing slower is needed."""
    return sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def read_keys(path: Path) -> Keys:
    """Return the keys of a file; raise ScoringError with every fault in it."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise ScoringError([Fault("keys_file", str(path), found, "a TOML file of keys", "correct it")]) from error
    rows = said.get("key")
    if set(said) != {"key"} or not isinstance(rows, list) or not rows:
        allowed = "tables [[key]] and nothing else"
        raise ScoringError([Fault("keys_file", str(path), ", ".join(said) or "nothing", allowed, "write them")])
    faults = [fault for place, row in enumerate(rows) for fault in _faults(row, f"{path} key {place + 1}")]
    names = [row["name"] for row in rows if isinstance(row, dict) and isinstance(row.get("name"), str)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.append(Fault("keys_file", str(path), f"{name!r} twice", "every name once", "rename one of them"))
    if faults:
        raise ScoringError(faults)
    return Keys([Key(row["name"], tuple(row["roles"]), row["sha256"].lower()) for row in rows])


def _faults(row: Any, place: str) -> list[Fault]:
    if not isinstance(row, dict) or set(row) != FIELDS:
        found = ", ".join(row) if isinstance(row, dict) else type(row).__name__
        return [Fault("keys_file", place, found, ", ".join(sorted(FIELDS)), "give all of them")]
    faults = []
    if not isinstance(row["name"], str) or not 0 < len(row["name"]) <= 40 or not row["name"].isprintable():
        faults.append(Fault("keys_file", f"{place} name", repr(row["name"])[:60], "1 to 40 characters", "name it"))
    roles = row["roles"]
    if not isinstance(roles, list) or not roles or not all(role in ROLES for role in roles):
        faults.append(Fault("keys_file", f"{place} roles", repr(roles)[:60], ", ".join(ROLES), "list some of them"))
    digest = row["sha256"]
    if not isinstance(digest, str) or len(digest) != 64 or not set(digest.lower()) <= set("0123456789abcdef"):
        faults.append(Fault("keys_file", f"{place} sha256", repr(digest)[:70], "64 hex digits", "make the key anew"))
    return faults


def new_key(name: str, roles: Sequence[str]) -> tuple[str, str]:
    """Return a new key, to be shown once, and the lines for the file."""
    key = PREFIX + secrets.token_urlsafe(32)
    listed = ", ".join(f'"{role}"' for role in roles)
    lines = f'[[key]]\nname = "{name}"\nroles = [{listed}]\nsha256 = "{hash_of(key)}"\n'
    faults = _faults({"name": name, "roles": list(roles), "sha256": hash_of(key)}, "key")
    if '"' in name or "\\" in name:
        faults.append(Fault("keys_file", "key name", name, "no quotation mark or backslash", "name it otherwise"))
    if faults:
        raise ScoringError(faults)
    return key, lines


class Bucket:
    """A bucket that fills with ``rate`` a second, up to ``burst``; an event takes one, so does any other request."""

    __slots__ = ("_burst", "_level", "_rate", "_then")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst, self._level, self._then = rate, burst, burst, monotonic()

    def wait(self, cost: float = 1.0) -> float:
        """Take from the bucket; return 0, or the seconds until there is enough, nothing taken.

        What costs more than the bucket holds is let in when it is full, and leaves it in debt. A cost
        of nothing asks whether there is one to take.
        """
        now = monotonic()
        self._level = min(self._burst, self._level + (now - self._then) * self._rate)
        self._then = now
        needed = min(max(cost, 1.0), self._burst)
        if self._level < needed:
            return (needed - self._level) / self._rate
        self._level -= cost
        return 0.0
