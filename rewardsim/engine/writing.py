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
ACCOUNT_NAMES = pa.array(list(codes.ACCOUNTS))
REASON_NAMES = pa.array(list(codes.REASONS))
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

    def close(self) -> None:
        """Wait for everything queued; raise what went wrong."""
        with self._pool:
            while self._waiting:
                self._waiting.popleft().result()


class LedgerWriter:
    """Appends entries to a Parquet file with a gapless sequence number."""

    def __init__(self, path: Path, rules: dict[int, str]) -> None:
        self._writer = pq.ParquetWriter(path, LEDGER, **PARQUET, **LEDGER_LAYOUT)
        self._rule_codes = np.array(sorted(rules), dtype=np.int64)
        self._rule_names = pa.array([rules[code] for code in sorted(rules)])
        self.entries = 0

    def write(self, entries: Any) -> None:
        """Append a structured array of entries."""
        self._writer.write_table(self._table(entries))
        self.entries += len(entries)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()

    def _table(self, entries: Any) -> pa.Table:
        count = len(entries)
        expiry = entries["expiry_day"].astype(np.int32)
        rules = np.searchsorted(self._rule_codes, entries["rule"]).astype(np.int16)
        columns = [
            pa.array(np.arange(self.entries, self.entries + count)),
            _with_nulls(entries["event"].copy(), entries["event"] == NONE),
            _with_nulls(entries["ordinal"].copy(), entries["ordinal"] == NONE),
            pa.array(entries["member"].astype(np.int32)),
            pa.array(entries["day"].astype(np.int32)).cast(pa.date32()),
            _words(entries["source"], ACCOUNT_NAMES),
            _words(entries["target"], ACCOUNT_NAMES),
            pa.array(entries["tokens"].copy()),
            _with_nulls(entries["lot"].astype(np.int32), entries["lot"] == NONE),
            _with_nulls(expiry, (expiry == NONE) | (expiry == NEVER)).cast(pa.date32()),
            pa.DictionaryArray.from_arrays(rules, self._rule_names),
            _words(entries["reason"], REASON_NAMES),
            _with_nulls(entries["order"].copy(), entries["order"] == NONE),
        ]
        return pa.Table.from_arrays(columns, schema=LEDGER)


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
        self._names = pa.array(list(codes.OUTCOMES))
        self._places = np.full(max(codes.OUTCOMES.values()) + 1, -1, dtype=np.int8)
        self._places[list(codes.OUTCOMES.values())] = np.arange(len(codes.OUTCOMES))

    def write(self, batch: pa.RecordBatch, outcomes: Any) -> None:
        """Append a batch of prepared events with their outcomes."""
        table = pa.Table.from_batches([batch]).drop_columns(list(NOT_KEPT))
        words = pa.DictionaryArray.from_arrays(self._places[outcomes["code"]], self._names)
        table = table.append_column("outcome", words)
        table = table.append_column("desired", pa.array(outcomes["desired"].copy()))
        table = table.append_column("applied", pa.array(outcomes["applied"].copy()))
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, **PARQUET, **EVENTS_LAYOUT)
        self._writer.write_table(table)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()


def _words(numbers: Any, names: pa.Array) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(numbers.astype(np.int8), names)


def _with_nulls(values: Any, absent: Any) -> pa.Array:
    return pa.array(values, mask=absent)
