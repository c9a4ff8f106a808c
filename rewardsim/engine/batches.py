"""From an Arrow batch of numbered events to the event and line records the law reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardsim.programme.names import Names
from rewardsim.rules.codes import DRAW_ENTRY
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
YEAR_BEFORE = 365
DAYS = 1 << 32  # more than there are


def event_records(batch: pa.RecordBatch, names: Names) -> tuple[Any, Any, Any]:
    """Return the batch's events, their lines, and the last mentions of orders, as arrays."""
    events = np.empty(batch.num_rows, dtype_of(Event))
    for field, column in COPIED.items():
        events[field] = batch.column(column).to_numpy(zero_copy_only=False)
    events["channel"] = codes_of(batch.column("channel"), names.channels)
    events["item"] = np.where(
        events["type"] == DRAW_ENTRY,
        codes_of(batch.column("item"), names.draws, NONE),
        item_rows(batch.column("item"), events["day"], names),
    )
    events["birthday"] = birthdays(batch.column("birthday"))
    events["hashtag"], events["tags"], events["public"] = posts(batch.column("post"), names)
    lines = line_records(batch, events, names)
    return events, lines, np.ascontiguousarray(batch.column("last_mention").to_numpy(), dtype=np.int64)


def codes_of(words: pa.Array, codes: dict[str, int], unknown: int = 0) -> Any:
    """Return the programme's codes of a column of words, ``unknown`` where it does not name them."""
    if not codes or words.null_count == len(words):
        return np.full(len(words), unknown, dtype=np.int64)
    found = pc.index_in(words, value_set=pa.array(list(codes), words.type))
    lookup = np.array([*codes.values(), unknown], dtype=np.int64)
    return lookup[pc.fill_null(found, len(codes)).to_numpy(zero_copy_only=False)]


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
