"""The journal of a run: notes checked into a chain of their own, and written beside the ledger.

A note names tiers and draws in words; a number that belongs to it (entry in a draw, rank of a
winner, express deliveries of the month) stands in ``number``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numba import njit

from rewardsim.programme.names import Names
from rewardsim.rules import codes
from rewardsim.rules.records import NONE, Note
from rewardsim.transactions.columns import column_of, texts_of

from .audit import APART, DAYS, FACTOR_A, FACTOR_B, link
from .cache import keyed_cache
from .tables import dtype_of
from .writing import PARQUET

TIER_NOTES = (codes.NOTE_TIER, codes.NOTE_KEPT, codes.NOTE_GRACE)
DRAW_NOTES = (codes.NOTE_ENTERED, codes.NOTE_WITHDRAWN, codes.NOTE_WON, codes.NOTE_LAPSED)
KINDS = np.arange(max(codes.NOTES.values()) + 1)
IS_TIER, IS_DRAW = np.isin(KINDS, TIER_NOTES), np.isin(KINDS, DRAW_NOTES)
LAYOUT = {
    "use_dictionary": ["kind", "cause", "tier_before", "tier", "draw"],
    "column_encoding": dict.fromkeys(
        ["seq", "event", "ordinal", "member", "day", "number", "counterpart", "amount", "order"], "DELTA_BINARY_PACKED"
    ),
    "write_statistics": ["day", "member"],
}
JOURNAL = pa.schema(
    [
        ("seq", pa.int64()),
        ("event", pa.int64()),
        ("ordinal", pa.int64()),
        ("member", pa.int32()),
        ("day", pa.date32()),
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("cause", pa.dictionary(pa.int8(), pa.string())),
        ("tier_before", pa.dictionary(pa.int8(), pa.string())),
        ("tier", pa.dictionary(pa.int8(), pa.string())),
        ("draw", pa.dictionary(pa.int16(), pa.string())),
        ("number", pa.int32()),
        ("counterpart", pa.int32()),
        ("amount", pa.int64()),
        ("order", pa.int64()),
    ]
)


class Chains:
    """One chain a member over his notes; how many of each kind there were, and the sum of their amounts.

    Other members enter by a hash of their id, so that a chain does not depend on their numbers.
    ``hashes`` may hold them already, in an array that fills up as members are added.
    """

    def __init__(self, ids: Callable[[], list[str]], members: int, hashes: Any = None) -> None:
        self.chains = np.zeros((members, 2), dtype=np.int64)
        self.counts = np.zeros(max(codes.NOTES.values()) + 1, dtype=np.int64)
        self.amounts = np.zeros_like(self.counts)
        self.notes = 0
        self._ids = ids
        self._hashes = np.zeros(0, dtype=np.int64) if hashes is None else hashes

    def read(self, notes: Any) -> None:
        """Take in a structured array of notes, in the order in which they were written."""
        self.notes += len(notes)
        self.counts += np.bincount(notes["kind"], minlength=len(self.counts))
        np.add.at(self.amounts, notes["kind"], notes["amount"])
        if not len(self._hashes):
            self._hashes = np.array([id_hash(name) for name in self._ids()], dtype=np.int64)
        _fold(notes, self.chains, self._hashes)


def id_hash(member_id: str) -> int:
    """Return 63 bits that stand for a member's id."""
    digest = hashlib.sha256(b"rewardsim/member/v1\0" + member_id.encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def _fold_plain(notes: Any, chains: Any, hashes: Any) -> None:
    for i in range(len(notes)):
        n = notes[i]
        other = 0
        if n.counterpart >= 0:
            other = hashes[n.counterpart]
        # Small fields share a word: day, kind, cause; before, after.
        kind = ((n.day + DAYS) * 128 + n.kind) * 128 + n.cause
        head = n.ordinal * APART + kind + other
        tail = n.amount * APART + (n.before + 1) * DAYS * 2 + n.after + 1
        chains[n.member, 0] = link(chains[n.member, 0], head, tail, FACTOR_A)
        chains[n.member, 1] = link(chains[n.member, 1], tail, head, FACTOR_B)


with keyed_cache():
    _fold = njit(_fold_plain, cache=True, nogil=True)


class JournalWriter:
    """Appends notes to a Parquet file with a gapless sequence number."""

    def __init__(self, path: Path, names: Names) -> None:
        self._writer = pq.ParquetWriter(path, JOURNAL, **PARQUET, **LAYOUT)
        self._kinds, self._causes = (_Words(words) for words in (codes.NOTES, codes.CAUSES))
        self._levels = texts_of(names.levels)
        self._draws = texts_of(sorted(names.draws, key=names.draws.__getitem__))
        self.notes = 0

    def write(self, notes: Any) -> None:
        """Append a structured array of notes."""
        count = len(notes)
        notes = {name: np.ascontiguousarray(notes[name]) for name in notes.dtype.names}
        kinds = notes["kind"]
        tiers, draws, express = IS_TIER[kinds], IS_DRAW[kinds], kinds == codes.NOTE_EXPRESS
        columns = [
            column_of(np.arange(self.notes, self.notes + count), pa.int64()),
            *(_integers(notes[name], np.int64) for name in ("event", "ordinal")),
            _integers(notes["member"], np.int32),
            column_of(notes["day"].astype(np.int32), pa.date32()),
            self._kinds.column(notes["kind"]),
            self._causes.column(notes["cause"]),
            _places(np.where(tiers, notes["before"], NONE), self._levels, np.int8),
            _places(np.where(tiers, notes["after"], np.where(express, notes["before"], NONE)), self._levels, np.int8),
            _places(np.where(draws, notes["before"], NONE), self._draws, np.int16),
            _integers(np.where(tiers, NONE, notes["after"]), np.int32),
            _integers(notes["counterpart"], np.int32),
            column_of(notes["amount"], pa.int64()),
            _integers(notes["order"], np.int64),
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=JOURNAL))
        self.notes += count

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def read_journal(path: Path, names: Names) -> Iterator[Any]:
    """Yield a journal file's notes as structured arrays, as they were written."""
    draws = names.draws
    levels = {name: place for place, name in enumerate(names.levels)}
    for batch in pq.ParquetFile(path).iter_batches():
        notes = np.zeros(batch.num_rows, dtype_of(Note))
        for name in ("event", "ordinal", "member", "counterpart", "amount", "order"):
            notes[name] = batch.column(name).fill_null(NONE).to_numpy(zero_copy_only=False)
        notes["day"] = batch.column("day").cast(pa.int32()).to_numpy(zero_copy_only=False)
        notes["kind"] = [codes.NOTES[word] for word in batch.column("kind").to_pylist()]
        notes["cause"] = [codes.CAUSES[word] for word in batch.column("cause").to_pylist()]
        tiers, express = IS_TIER[notes["kind"]], notes["kind"] == codes.NOTE_EXPRESS
        before, tier, draw = (
            np.array([places.get(word, NONE) for word in batch.column(name).to_pylist()], dtype=np.int64)
            for name, places in (("tier_before", levels), ("tier", levels), ("draw", draws))
        )
        number = batch.column("number").fill_null(NONE).to_numpy(zero_copy_only=False)
        notes["before"] = np.where(tiers, before, np.where(express, tier, draw))
        notes["after"] = np.where(tiers, tier, number)
        yield notes


class _Words:
    """Codes as words of a dictionary column."""

    def __init__(self, words: dict[str, int]) -> None:
        self._names = texts_of(list(words))
        self._places = np.full(max(words.values()) + 1, -1, dtype=np.int8)
        self._places[list(words.values())] = np.arange(len(words))

    def column(self, values: Any) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(column_of(self._places[values], pa.int8()), self._names)


def _places(values: Any, names: pa.Array, kind: Any) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(_integers(values, kind), names)


def _integers(values: Any, kind: Any) -> pa.Array:
    return column_of(values.astype(kind), pa.from_numpy_dtype(kind), values == NONE)
