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
        self.first = count
        self._others: list[str] = []

    def __len__(self) -> int:
        return self.first + len(self._others)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        if at < 0:
            at += len(self)
        if 0 <= at < self.first:
            return NAME % (at + 1)
        return self._others[at - self.first]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # others may be added

    def numbers(self, rows: Any) -> Any:
        """Return the numbers in the names of some of the first, an array."""
        return rows + 1

    def __iadd__(self, names: Sequence[str]) -> Ids:
        self._others += names
        return self


def encoded(ids: Sequence[str], rows: Any) -> tuple[Any, Any]:
    """Return some names, by number, as rows of bytes that are filled up with zeros, and how long each is."""
    if isinstance(ids, Ids) and len(rows) and rows.max() < ids.first:
        numbers = ids.numbers(rows)
        digits = max(DIGITS, len(str(numbers.max())))
        if digits == max(DIGITS, len(str(numbers.min()))):
            return _numbered(numbers, digits)
    names = [ids[m].encode() for m in rows.tolist()]
    lengths = np.array([len(name) for name in names], dtype=np.int64)
    texts = np.zeros((len(names), lengths.max(initial=0)), dtype=np.uint8)
    texts[np.arange(texts.shape[1]) < lengths[:, None]] = np.frombuffer(b"".join(names), dtype=np.uint8)
    return texts, lengths


def _numbered(numbers: Any, digits: int) -> tuple[Any, Any]:
    """Return names of the first, all of so many digits, as bytes."""
    begin = len(NAME % 0) - DIGITS
    texts = np.empty((len(numbers), begin + digits), dtype=np.uint8)
    texts[:, :begin] = np.frombuffer((NAME % 0)[:begin].encode(), dtype=np.uint8)
    for place in range(digits):
        texts[:, begin + place] = numbers // 10 ** (digits - 1 - place) % 10 + ord("0")
    return texts, np.full(len(numbers), texts.shape[1])


def in_order(ids: Sequence[str], known: Any) -> Any:
    """Return the numbers of some members, an array, in the order of their names."""
    parts = [encoded(ids, known[at : at + BLOCK])[0] for at in range(0, len(known), BLOCK)]
    if not parts:
        return known
    texts = np.concatenate([np.ascontiguousarray(part).view(f"S{part.shape[1]}")[:, 0] for part in parts])
    return known[np.argsort(texts, kind="stable")]


def streams_of(ids: Sequence[str]) -> tuple[Any, Any]:
    """Return the low and high words of members' streams."""
    if not "".join(ids).isascii():
        ids = [normalize("NFC", one) for one in ids]
    digests = b"".join([sha256(PREFIX + one.encode()).digest() for one in ids])
    words = np.frombuffer(digests, "<u4").reshape(-1, 8)[:, :2].astype(np.int64)
    return np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1])
