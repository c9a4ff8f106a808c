"""From an Arrow batch of numbered events to the event and line records the law reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardsim.programme.names import Names
from rewardsim.rules.records import NONE, Event, EventLine

from .tables import dtype_of

COPIED = {
    "type": "type_number",
    "member": "member",
    "day": "day",
    "second": "second",
    "prior": "prior",
    "number": "number",
    "amount": "amount_minor",
    "discount": "discount_minor",
    "tokens": "tokens",
    "order": "order_number",
    "counterpart": "counterpart",
    "expiry_day": "expiry",
}


def event_records(batch: pa.RecordBatch, names: Names) -> tuple[Any, Any, Any]:
    """Return the batch's events, their lines, and the last mentions of orders, as arrays."""
    events = np.empty(batch.num_rows, dtype_of(Event))
    for field, column in COPIED.items():
        events[field] = batch.column(column).to_numpy(zero_copy_only=False)
    events["channel"] = codes_of(batch.column("channel"), names.channels)
    events["item"] = item_rows(batch.column("item"), events["day"], names)
    lines = line_records(batch, events, names)
    return events, lines, np.array(batch.column("last_mention").to_numpy())


def codes_of(words: pa.Array, codes: dict[str, int]) -> Any:
    """Return the programme's codes of a column of words, 0 where it does not name them."""
    if not codes or words.null_count == len(words):
        return np.zeros(len(words), dtype=np.int64)
    found = pc.index_in(words, value_set=pa.array(list(codes), words.type))
    lookup = np.array([*codes.values(), 0], dtype=np.int64)
    return lookup[pc.fill_null(found, len(codes)).to_numpy(zero_copy_only=False)]


def item_rows(ids: pa.Array, days: Any, names: Names) -> Any:
    """Return each event's item row as it stands on its day, NONE where the id is unknown."""
    rows = np.full(len(ids), NONE, dtype=np.int64)
    for at in np.flatnonzero(pc.is_valid(ids).to_numpy(zero_copy_only=False)):
        rows[at] = names.item(ids[int(at)].as_py(), int(days[at]))
    return rows


def line_records(batch: pa.RecordBatch, events: Any, names: Names) -> Any:
    """Return the lines of a batch and point its events at them; an event without lines is one line."""
    listed = batch.column("lines")
    lengths = pc.fill_null(pc.list_value_length(listed), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.maximum(lengths, 1)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(counts) else counts
    events["line_first"], events["line_count"] = first, counts
    lines = np.zeros(int(counts.sum()), dtype_of(EventLine))
    bare = lengths == 0
    at = first[bare]
    lines["number"][at] = 1
    lines["amount"][at] = events["amount"][bare]
    lines["discount"][at] = events["discount"][bare]
    lines["category"][at] = codes_of(batch.column("category"), names.categories)[bare]
    flat = listed.flatten()
    if len(flat):
        before = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        at = np.repeat(first - before, lengths) + np.arange(len(flat))
        lines["number"][at] = flat.field("number").to_numpy(zero_copy_only=False)
        lines["amount"][at] = flat.field("amount_minor").to_numpy(zero_copy_only=False)
        lines["discount"][at] = flat.field("discount_minor").to_numpy(zero_copy_only=False)
        lines["category"][at] = codes_of(flat.field("category"), names.categories)
    return lines


def as_objects(array: Any, record: type) -> list[Any]:
    """Return the rows of a structured array as record objects, for the interpreted engine."""
    return [record(*row) for row in array.tolist()]


def as_array(objects: list[Any], record: type) -> Any:
    """Return record objects as a structured array."""
    fields = dtype_of(record)
    rows = [tuple(getattr(row, name) for name in fields.names) for row in objects]
    return np.array(rows, dtype=fields)
