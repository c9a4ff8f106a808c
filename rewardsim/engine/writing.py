"""The run's large tables on disk: written as they come, in Parquet, with page checksums."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE, Entry
from rewardsim.transactions.columns import column_of, texts_of

from .tables import dtype_of

PARQUET = {"compression": "zstd", "compression_level": 1, "write_page_checksum": True}
# Words worth a dictionary, numbers worth their differences, and nothing else: ids are too many.
LEDGER_LAYOUT = {
    "use_dictionary": ["source", "target", "rule", "reason"],
    "column_encoding": dict.fromkeys(
        ["seq", "event", "ordinal", "member", "day", "tokens", "lot", "expiry_day", "order"], "DELTA_BINARY_PACKED"
    ),
    "write_statistics": ["day", "member"],
}
EVENTS_LAYOUT = {
    "use_dictionary": ["type", "channel", "category", "item", "outcome", "source"],
    "write_statistics": ["number", "occurred_day"],
}
LEDGER = pa.schema(
    [
        ("seq", pa.int64()),
        ("event", pa.int64()),
        ("ordinal", pa.int64()),
        ("member", pa.int32()),
        ("day", pa.date32()),
        ("source", pa.dictionary(pa.int8(), pa.string())),
        ("target", pa.dictionary(pa.int8(), pa.string())),
        ("tokens", pa.int64()),
        ("lot", pa.int32()),
        ("expiry_day", pa.date32()),
        ("rule", pa.dictionary(pa.int16(), pa.string())),
        ("reason", pa.dictionary(pa.int8(), pa.string())),
        ("order", pa.int64()),
    ]
)
# The columns as they are cut out of the entries, a block that fits the processor's cache at a time.
CUT = {
    **dict.fromkeys(("event", "ordinal", "tokens", "rule", "order"), np.int64),
    **dict.fromkeys(("member", "day", "lot", "expiry_day"), np.int32),
    **dict.fromkeys(("source", "target", "reason"), np.int8),
}
BLOCK = 1 << 12
# What the outcome adds to the events' own columns; helpers of the preparation are left out.
NOT_KEPT = (
    "type_number", "day", "expiry", "order_number", "last_mention", "counterpart", "prior",
)  # fmt: skip


class Background:
    """One thread that works through tasks in order, a few at most waiting; errors come back later."""

    WAITING_MAX = 3

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._waiting: deque[Future[None]] = deque()

    def submit(self, task: Callable[..., None], *arguments: Any) -> None:
        """Queue a task; wait while too many are waiting."""
        self._waiting.append(self._pool.submit(task, *arguments))
        while len(self._waiting) > self.WAITING_MAX:
            self._waiting.popleft().result()

    def wait(self) -> None:
        """Wait for everything queued; raise what went wrong."""
        while self._waiting:
            self._waiting.popleft().result()

    def close(self) -> None:
        """Wait for everything queued, and let the thread go."""
        with self._pool:
            self.wait()


class LedgerWriter:
    """Appends entries to a Parquet file with a gapless sequence number."""

    def __init__(self, path: Path, rules: dict[int, str]) -> None:
        self._writer = pq.ParquetWriter(path, LEDGER, **PARQUET, **LEDGER_LAYOUT)
        self._places = np.zeros(max(rules, default=0) + 1, dtype=np.int16)
        self._places[sorted(rules)] = np.arange(len(rules))
        self._rules = texts_of([rules[code] for code in sorted(rules)])
        self._accounts, self._reasons = texts_of(list(codes.ACCOUNTS)), texts_of(list(codes.REASONS))
        self.entries = 0

    def write(self, entries: Any) -> None:
        """Append a structured array of entries."""
        self._writer.write_table(self._table(entries))
        self.entries += len(entries)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()

    def _table(self, entries: Any) -> pa.Table:
        found = _cut(entries)
        found["seq"] = np.arange(self.entries, self.entries + len(entries))
        absent = {name: found[name] == NONE for name in ("event", "ordinal", "lot", "order")}
        absent["expiry_day"] = (found["expiry_day"] == NONE) | (found["expiry_day"] == NEVER)
        words = {"source": self._accounts, "target": self._accounts, "rule": self._rules, "reason": self._reasons}
        found["rule"] = self._places[found["rule"]]
        columns = [
            _words(found[field.name], words[field.name])
            if field.name in words
            else column_of(found[field.name], field.type, absent.get(field.name))
            for field in LEDGER
        ]
        return pa.Table.from_arrays(columns, schema=LEDGER)


def _cut(entries: Any) -> dict[str, Any]:
    """Return the columns of a structured array of entries."""
    columns = {name: np.empty(len(entries), kind) for name, kind in CUT.items()}
    for first in range(0, len(entries), BLOCK):
        part = entries[first : first + BLOCK]
        for name, column in columns.items():
            column[first : first + BLOCK] = part[name]
    return columns


def read_ledger(path: Path, rules: dict[int, str]) -> Iterator[Any]:
    """Yield a ledger file's entries as structured arrays, as they were written."""
    places = {name: code for code, name in sorted(rules.items(), reverse=True)}
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for batch in file.iter_batches():
            yield _entries(batch, places)


def _entries(batch: pa.RecordBatch, rules: dict[str, int]) -> Any:
    """Turn a ledger batch back into entries."""
    entries = np.empty(batch.num_rows, dtype_of(Entry))
    for name in ("event", "ordinal", "member", "tokens", "lot", "order"):
        entries[name] = pc.fill_null(batch.column(name), NONE).to_numpy(zero_copy_only=False)
    for name, codes_of in (("source", codes.ACCOUNTS), ("target", codes.ACCOUNTS), ("reason", codes.REASONS)):
        entries[name] = _numbers(batch.column(name), codes_of)
    entries["rule"] = _numbers(batch.column("rule"), rules)
    entries["day"] = batch.column("day").cast(pa.int32()).to_numpy()
    # A lot without an expiry day never expires; without a lot there is none.
    expiry = pc.fill_null(batch.column("expiry_day").cast(pa.int32()), NEVER).to_numpy(zero_copy_only=False)
    entries["expiry_day"] = np.where(entries["lot"] == NONE, NONE, expiry)
    return entries


def _numbers(words: pa.DictionaryArray, codes_of: dict[str, int]) -> Any:
    lookup = np.array([codes_of[name] for name in words.dictionary.to_pylist()], dtype=np.int64)
    return lookup[words.indices.to_numpy()]


class EventWriter:
    """Appends events with what became of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._names = texts_of(list(codes.OUTCOMES))
        self._places = np.full(max(codes.OUTCOMES.values()) + 1, -1, dtype=np.int8)
        self._places[list(codes.OUTCOMES.values())] = np.arange(len(codes.OUTCOMES))

    def write(self, batch: pa.RecordBatch, outcomes: Any) -> None:
        """Append a batch of prepared events with their outcomes."""
        table = pa.Table.from_batches([batch]).drop_columns(list(NOT_KEPT))
        table = table.append_column("outcome", _words(self._places[outcomes["code"]], self._names))
        for name in ("desired", "applied"):
            table = table.append_column(name, column_of(outcomes[name], pa.int64()))
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, **PARQUET, **EVENTS_LAYOUT)
        self._writer.write_table(table)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()


def _words(numbers: Any, names: pa.Array) -> pa.DictionaryArray:
    kind = pa.int8() if numbers.dtype == np.int8 else pa.int16()
    return pa.DictionaryArray.from_arrays(column_of(numbers, kind), names)
