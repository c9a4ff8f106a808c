"""Fingerprints of what was written: a chain a member over his entries, another over his notes.

The same numbers as a replay's (``engine.audit``, ``engine.journal``), in plain integers, so that
one digest compares a production store with a replay of its events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from ..rules.codes import ACCOUNTS
from ..rules.records import Entry, Note

WIDTH = len(ACCOUNTS)
RANGE = 4096  # members per range of the digest
MASK = (1 << 63) - 1
DAYS = 1 << 24  # more than any day, before or after 1970
TWICE_DAYS = 2 * DAYS
FACTOR_A = 0x2545F4914F6CDD1D
FACTOR_B = 0x5851F42D4C957F2D
APART = 0x1E3779B97F4A7C15
EMPTY = bytes(16)


def fold_entry(chains: list[int], entry: Entry) -> None:
    """Fold an entry into its member's chain, the first two words of ``chains``."""
    flow = entry.source * WIDTH + entry.target
    kind = (((entry.day + DAYS) * 128 + flow) * 32 + entry.reason) * 65536 + entry.rule
    head = entry.ordinal * APART + kind
    tail = entry.tokens * APART + (entry.lot + 1) * TWICE_DAYS + entry.expiry_day + 1
    # ``_link`` written out, for the speed: nearly every event makes entries.
    a = ((chains[0] ^ head) * FACTOR_A + tail) & MASK
    b = ((chains[1] ^ tail) * FACTOR_B + head) & MASK
    chains[0], chains[1] = a ^ a >> 29, b ^ b >> 29


def fold_note(chains: list[int], note: Note, counterpart: int) -> None:
    """Fold a note into its member's chain, the last two words of ``chains``; ``counterpart`` is an id's hash or 0."""
    kind = ((note.day + DAYS) * 128 + note.kind) * 128 + note.cause
    head = note.ordinal * APART + kind + counterpart
    tail = note.amount * APART + (note.before + 1) * TWICE_DAYS + note.after + 1
    chains[2] = _link(chains[2], head, tail, FACTOR_A)
    chains[3] = _link(chains[3], tail, head, FACTOR_B)


def _link(chain: int, word: int, other: int, factor: int) -> int:
    """Link two words to a chain of 63 bits."""
    chain = ((chain ^ word) * factor + other) & MASK
    return chain ^ chain >> 29


def id_hash(member_id: str) -> int:
    """Return 63 bits that stand for a member's id."""
    digest = hashlib.sha256(b"rewardsim/member/v1\0" + member_id.encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def digest_of(members: Iterable[tuple[str, Any]]) -> str:
    """Return the digest of ledger and journal: members (id, chains) in order of their ids.

    SHA-256 of a fixed range of members, then of the list; a member without notes adds nothing for them.
    """
    whole = hashlib.sha256()
    part = bytearray()
    count = 0
    for member_id, chains in members:
        _extend(part, member_id, chains)
        count += 1
        if count % RANGE == 0:
            whole.update(hashlib.sha256(part).digest())
            part.clear()
    if count % RANGE:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def _extend(part: bytearray, member_id: str, chains: Any) -> None:
    a, b, c, d = chains
    entries, notes = a or b, c or d
    if entries or notes:
        name = member_id.encode()
        part += len(name).to_bytes(8, "little") + name + (_words(a, b) if entries else EMPTY)
    if notes:
        part += b"journal" + _words(c, d)


def _words(a: int, b: int) -> bytes:
    return a.to_bytes(8, "little") + b.to_bytes(8, "little")
