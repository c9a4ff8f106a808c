"""Names of members, and the streams of luck they have by their names."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from operator import eq
from typing import Any
from unicodedata import normalize

import numpy as np

PREFIX = b"rewardsim/member/v1\0"
"""As in ``behaviour.philox.stream_of``, which does this for one member."""
BLOCK = 1 << 16  # names written out at a time
DIGITS = 7  # with which names begin
NAME = f"M-%0{DIGITS}d"  # filled in by %, which takes half the time


class Ids(Sequence[str]):
    """Names of members by number. Those of the first are made when asked for; others' are kept.

    They do not depend on how many there are: the first is "M-0000001".
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._others: list[str] = []

    def __len__(self) -> int:
        return self._count + len(self._others)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        if at < 0:
            at += len(self)
        if 0 <= at < self._count:
            return NAME % (at + 1)
        return self._others[at - self._count]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # others may be added

    def __iadd__(self, names: Sequence[str]) -> Ids:
        self._others += names
        return self


def in_order(ids: Sequence[str], known: Any) -> Any:
    """Return the numbers of some members, an array, in the order of their names."""
    parts = [np.array([ids[m].encode() for m in known[at : at + BLOCK].tolist()]) for at in range(0, len(known), BLOCK)]
    return known[np.argsort(np.concatenate(parts), kind="stable")] if parts else known


def streams_of(ids: Sequence[str]) -> tuple[Any, Any]:
    """Return the low and high words of members' streams."""
    if not "".join(ids).isascii():
        ids = [normalize("NFC", one) for one in ids]
    digests = b"".join([sha256(PREFIX + one.encode()).digest() for one in ids])
    words = np.frombuffer(digests, "<u4").reshape(-1, 8)[:, :2].astype(np.int64)
    return np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1])
