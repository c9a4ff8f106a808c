"""Addressed luck: Philox4x32-10, a function of who, what for and when, never of what came before.

The key says which world (seed and replicate), the counter which decision in it: the member's
stream (64 bits), the step (32), the purpose (16) and a number within the decision (16). Nothing of
scenario, worker or order is in the address, so the same member meets the same luck under every
variant. A product may pass 63 bits: where it wraps, its two halves are still the same words, so that
plain Python, numba and arrays of int64 agree. Not a cipher: real prizes are drawn by ``rewardsim.draws``.

Source: Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
"""

from __future__ import annotations

import hashlib
from unicodedata import normalize

WORD = 0xFFFFFFFF
FACTOR_0, FACTOR_1 = 0xD2511F53, 0xCD9E8D57
WEYL_0, WEYL_1 = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
UNIT = 2.0**-32


def words(key_0: int, key_1: int, low: int, high: int, step: int, purpose: int, sub: int) -> tuple[int, int, int, int]:
    """Return the four 32-bit words at an address."""
    c0, c1, c2, c3 = low, high, step & WORD, (purpose << 16) | sub
    for _ in range(ROUNDS):
        a = FACTOR_0 * c0
        b = FACTOR_1 * c2
        c0, c1, c2, c3 = ((b >> 32) & WORD) ^ c1 ^ key_0, b & WORD, ((a >> 32) & WORD) ^ c3 ^ key_1, a & WORD
        key_0 = (key_0 + WEYL_0) & WORD
        key_1 = (key_1 + WEYL_1) & WORD
    return c0, c1, c2, c3


def uniform(word: int) -> float:
    """Return a word as a number strictly between 0 and 1."""
    return (word + 0.5) * UNIT


def key_of(seed: int, replicate: int | None = None) -> tuple[int, int]:
    """Return the key of a world: of a seed, and of one of its replicates."""
    text = str(seed) if replicate is None else f"{seed}/{replicate}"
    return _two_words(b"rewardsim/rng/v1\0" + text.encode())


def stream_of(member_id: str) -> tuple[int, int]:
    """Return a member's stream, low word first: the first 64 bits of a hash of his id."""
    return _two_words(b"rewardsim/member/v1\0" + normalize("NFC", member_id).encode())


def _two_words(text: bytes) -> tuple[int, int]:
    digest = hashlib.sha256(text).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")
