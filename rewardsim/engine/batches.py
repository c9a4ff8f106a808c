"""From an Arrow batch of numbered events to the event and line records the law reads."""

from __future__ import annotations

from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardsim.programme.names import Names
from rewardsim.rules.codes import DRAW_ENTRY
from rewardsim.rules.records import NONE, Event, EventLine
from rewardsim.transactions.columns import lengths_of, numbers_of, present_in, texts_of

from .tables import dtype_of

BLOCK = 1 << 12
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
YEAR_BEFORE = 365
DAYS = 1 << 32  # more than there are


def event_records(batch: pa.RecordBatch, names: Names) -> tuple[Any, Any, Any]:
    """Return the batch's events, their lines, and the last mentions of orders, as arrays."""
    columns = {field: numbers_of(batch.column(column)) for field, column in COPIED.items()}
    columns["channel"] = codes_of(batch.column("channel"), names.channels)
    columns["item"] = np.where(
        columns["type"] == DRAW_ENTRY,
        codes_of(batch.column("item"), names.draws, NONE),
        item_rows(batch.column("item"), columns["day"], names),
    )
    columns["birthday"] = birthdays(batch.column("birthday"))
    columns["hashtag"], columns["tags"], columns["public"] = posts(batch.column("post"), names)
    counts = line_counts(batch)
    columns["line_first"], columns["line_count"] = np.cumsum(counts) - counts, counts
    events = records_of(columns, Event)
    return events, line_records(batch, events, names), numbers_of(batch.column("last_mention")).astype(np.int64)


def records_of(columns: dict[str, Any], record: type) -> Any:
    """Return columns as a structured array of records, a block that fits the processor's cache at a time."""
    rows = np.empty(len(next(iter(columns.values()))), dtype_of(record))
    for first in range(0, len(rows), BLOCK):
        part = rows[first : first + BLOCK]
        for field, column in columns.items():
            part[field] = column[first : first + BLOCK]
    return rows


def codes_of(words: pa.Array, codes: dict[str, int], unknown: int = 0) -> Any:
    """Return the programme's codes of a column of words, ``unknown`` where it does not name them."""
    if not codes or words.null_count == len(words):
        return np.full(len(words), unknown, dtype=np.int64)
    found = pc.index_in(words, value_set=texts_of(list(codes)).cast(words.type))
    lookup = np.array([*codes.values(), unknown], dtype=np.int64)
    return lookup[np.where(present_in(found) == 1, numbers_of(found), len(codes))]


def item_rows(ids: pa.Array, days: Any, names: Names) -> Any:
    """Return each event's item row as it stands on its day, NONE where the id is unknown."""
    rows = np.full(len(ids), NONE, dtype=np.int64)
    at = np.flatnonzero(ids.is_valid().to_numpy(zero_copy_only=False))
    if not len(at):
        return rows
    words = ids.take(pa.array(at)).dictionary_encode()
    known, word, day = words.dictionary.to_pylist(), words.indices.to_numpy().astype(np.int64), days[at]
    # One look-up for each id and day, however many events there are of it.
    _, first, place = np.unique(word * DAYS + day, return_index=True, return_inverse=True)
    found = [names.item(known[word[row]], int(day[row])) for row in first.tolist()]
    rows[at] = np.array(found, dtype=np.int64)[place]
    return rows


def birthdays(days: pa.Array) -> Any:
    """Return days of birth as day numbers, NONE where unknown.

    The last day of 1969 would read as NONE and moves a year back: of a birthday only month and day count.
    """
    if days.null_count == len(days):
        return np.full(len(days), NONE, dtype=np.int64)
    known = days.is_valid().to_numpy(zero_copy_only=False)
    numbers = pc.fill_null(days.cast(pa.int32()), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.where(known, np.where(numbers == NONE, NONE - YEAR_BEFORE, numbers), NONE)


def posts(posted: pa.Array, names: Names) -> tuple[Any, Any, Any]:
    """Return of each post the code of its hashtag, the friends it names, and 1 if all can read it; 0 without a post."""
    if posted.null_count == len(posted):
        return (np.zeros(len(posted), dtype=np.int64),) * 3
    hashtag, tags, public = (pc.struct_field(posted, name) for name in ("hashtag", "tags", "public"))
    words = pc.unique(hashtag.drop_null()).to_pylist()
    return (
        codes_of(hashtag, {word: names.hashtag(word) for word in words}),
        pc.fill_null(tags, 0).to_numpy(zero_copy_only=False).astype(np.int64),
        pc.fill_null(public, False).to_numpy(zero_copy_only=False).astype(np.int64),
    )


def line_counts(batch: pa.RecordBatch) -> Any:
    """Return how many lines each event has; an event without lines is one line."""
    return np.maximum(lengths_of(batch.column("lines")), 1).astype(np.int64)


def line_records(batch: pa.RecordBatch, events: Any, names: Names) -> Any:
    """Return the lines of a batch's events."""
    listed = batch.column("lines")
    lengths = lengths_of(listed)
    first = events["line_first"]
    lines = np.zeros(int(events["line_count"].sum()), dtype_of(EventLine))
    bare = lengths <= 0
    at = first[bare]
    lines["number"][at] = 1
    lines["amount"][at] = events["amount"][bare]
    lines["discount"][at] = events["discount"][bare]
    lines["category"][at] = codes_of(batch.column("category"), names.categories)[bare]
    flat = listed.flatten()
    if len(flat):
        lengths = np.maximum(lengths, 0)
        before = np.cumsum(lengths) - lengths
        at = np.repeat(first - before, lengths) + np.arange(len(flat))
        lines["number"][at] = numbers_of(flat.field("number"))
        lines["amount"][at] = numbers_of(flat.field("amount_minor"))
        lines["discount"][at] = numbers_of(flat.field("discount_minor"))
        lines["category"][at] = codes_of(flat.field("category"), names.categories)
    return lines


def as_objects(array: Any, record: type) -> list[Any]:
    """Return the rows of a structured array as record objects, for the interpreted engine."""
    return [record(*row) for row in array.tolist()]


def as_array(objects: list[Any], record: type) -> Any:
    """Return record objects as a structured array."""
    fields = dtype_of(record)
    if any(fields[name].kind == "f" for name in fields.names):
        return np.array(list(map(attrgetter(*fields.names), objects)), dtype=fields)
    rows = map(attrgetter(*fields.names), objects)
    flat = np.fromiter(chain.from_iterable(rows), np.int64, count=len(objects) * len(fields.names))
    return flat.view(fields)


def copied(rows: Any) -> Any:
    """Return a copy of adjoining rows of a structured array; numpy would copy them field by field."""
    return np.ascontiguousarray(rows).view(np.int64).copy().view(rows.dtype)


def joined(parts: list[Any]) -> Any:
    """Return structured arrays as one."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([part.view(np.int64) for part in parts]).view(parts[0].dtype)
