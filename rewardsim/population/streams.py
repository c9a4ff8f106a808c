"""Names of members, and the streams of luck they have by their names."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from unicodedata import normalize

import numpy as np

PREFIX = b"rewardsim/member/v1\0"
"""As in ``behaviour.philox.stream_of``, which does this for one member."""


def base_ids(first: int, count: int) -> list[str]:
    """Return names of members by number, from ``first`` on; they do not depend on how many there are."""
    return ["M-%07d" % number for number in range(first, first + count)]  # noqa: UP031 - half the time


def streams_of(ids: Sequence[str]) -> tuple[Any, Any]:
    """Return the low and high words of members' streams."""
    if not "".join(ids).isascii():
        ids = [normalize("NFC", one) for one in ids]
    digests = b"".join([sha256(PREFIX + one.encode()).digest() for one in ids])
    words = np.frombuffer(digests, "<u4").reshape(-1, 8)[:, :2].astype(np.int64)
    return np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1])
