"""The digest of a canonical event table: what it says, not how it is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

from .columns import lengths_of, numbers_of, present_in, text_bytes

if TYPE_CHECKING:
    import pyarrow as pa

# Provenance stays out: moving or renaming a source file, or permuting its rows, changes nothing.
DIGESTED = (
    "event_id", "type", "member_id", "occurred_day", "second", "amount_minor", "discount_minor", "tokens",
    "order_id", "channel", "category", "item", "counterpart_id", "expiry_day",
)  # fmt: skip
# Columns with few values, digested as row numbers and values. One that has none adds nothing: the
# digest is that of a table written before there was such a column.
RARE = {"birthday": ("birthday.rows", "birthday"), "post": ("post.rows", "post.hashtag", "post.tags", "post.public")}
LINE_FIELDS = ("number", "category", "amount_minor", "discount_minor")


def events_digest(events: Any, currency: str = "", timezone: str = "") -> str:
    """SHA-256 over the decoded values of events in canonical order, as hex.

    ``events`` is a table, a record batch reader, or batches one after the other; how the rows are
    cut into batches, row groups or files does not matter. Each column has a running hash of its
    own: integers as little-endian, texts as byte lengths and bytes, a missing value as length or
    presence 0; of columns with few values, those and their rows. The columns' hashes, currency and
    zone are hashed together.
    """
    hasher = TableHasher()
    for batch in _batches(events):
        hasher.update(batch)
    return hasher.hexdigest(currency, timezone)


class TableHasher:
    """Running hashes, one a column."""

    def __init__(self) -> None:
        self._absent = {part for parts in RARE.values() for part in parts}
        names = [*DIGESTED, "lines", *(f"lines.{name}" for name in LINE_FIELDS), *chain(*RARE.values())]
        self._parts = {name: (hashlib.sha256(), hashlib.sha256()) for name in names}
        self._arrival = hashlib.sha256()
        self.rows = 0

    def update(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        import pyarrow.compute as pc

        for name in RARE:
            self._add_rare(name, batch)
        self.rows += batch.num_rows
        self._arrival.update(_words(numbers_of(batch.column("recorded"))))
        for name in DIGESTED:
            self._add(name, batch.column(name))
        lines = batch.column("lines")
        self._parts["lines"][0].update(_words(lengths_of(lines)))
        flat = lines.flatten()
        for name in LINE_FIELDS:
            self._add(f"lines.{name}", pc.struct_field(flat, name))

    def arrival(self) -> str:
        """The digest of the order of arrival, which decides between events of one id."""
        return self._arrival.hexdigest()

    def hexdigest(self, currency: str, timezone: str) -> str:
        """The digest of all rows so far."""
        whole = hashlib.sha256(f"events/1\n{currency}\n{timezone}\n{self.rows}\n".encode())
        for name, (values, lengths) in self._parts.items():
            if name not in self._absent:
                whole.update(f"{name} {values.hexdigest()} {lengths.hexdigest()}\n".encode())
        return whole.hexdigest()

    def _add_rare(self, name: str, batch: pa.RecordBatch) -> None:
        """Add the values of a column that mostly has none."""
        import pyarrow.compute as pc

        if name not in batch.schema.names or batch.column(name).null_count == batch.num_rows:
            return
        self._absent.difference_update(RARE[name])
        held = batch.column(name).is_valid()
        column = batch.column(name).filter(held)
        self._parts[f"{name}.rows"][0].update(_words(numbers_of(pc.indices_nonzero(held)) + self.rows))
        for part in RARE[name][1:]:
            self._add(part, column if part == name else pc.struct_field(column, part.removeprefix(f"{name}.")))

    def _add(self, name: str, column: pa.Array) -> None:
        import pyarrow as pa

        values, lengths = self._parts[name]
        if pa.types.is_dictionary(column.type):
            column = column.cast(pa.large_string())
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            lengths.update(_words(lengths_of(column)))
            values.update(text_bytes(column))
            return
        if pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())
        lengths.update(_words(present_in(column)))
        values.update(_words(numbers_of(column) * present_in(column)))


def _words(numbers: Any) -> Any:
    """Return integers as little-endian 64-bit words."""
    return numbers.astype("<i8", order="C", copy=False)


def _batches(events: Any) -> Iterable[pa.RecordBatch]:
    if hasattr(events, "to_batches"):
        return events.to_batches()
    if hasattr(events, "num_rows"):
        return [events]
    return events
