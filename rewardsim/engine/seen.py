"""A simulation's events, written as the canonical event table with what became of each.

So a simulated population can be replayed: the same events under the same programme give the same
ledger. An event's id is the member's stream and its number within the member; ties between members
are settled in the order of their streams, which is that of the ids.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rewardsim.programme.names import Names
from rewardsim.rules import codes
from rewardsim.rules.records import NONE, Law
from rewardsim.transactions import event_schema
from rewardsim.transactions.columns import column_of

from .living import NUMBERS
from .writing import EVENTS_LAYOUT, PARQUET

TYPES = {code: name for name, code in codes.EVENT_TYPES.items()}
OUTCOMES = {code: name for name, code in codes.OUTCOMES.items()}


class SeenWriter:
    """Appends the events of a simulation to a Parquet file."""

    def __init__(self, path: Path, names: Names, law: Law, ids: list[str], streams: Any) -> None:
        self._path = path
        self._law = law
        self._ids = ids
        self._streams = streams
        self._channels = {code: word for word, code in names.channels.items()}
        self._categories = {code: word for word, code in names.categories.items()}
        self._items = {row: name for name, rows in names.items.items() for _, _, row in rows}
        self._draws = {row: name for name, row in names.draws.items()}
        self._hashtags = {code: word for word, code in names.hashtags.items()}
        schema = event_schema().remove_metadata()
        schema = schema.insert(0, pa.field("number", pa.int64())).append(pa.field("outcome", pa.string()))
        for name in ("desired", "applied"):
            schema = schema.append(pa.field(name, pa.int64()))
        self._writer = pq.ParquetWriter(path, schema, **PARQUET, **EVENTS_LAYOUT)
        self._schema = schema
        self._events = 0

    def write(self, seen: Any) -> None:
        """Append a structured array of events."""
        count = len(seen)
        members = seen["member"]
        ids = [self._ids[m] for m in members.tolist()]
        draws = (seen["type"] == codes.DRAW_ENTRY).tolist()
        streams, ordinals = self._streams[members].tolist(), seen["ordinal"].tolist()
        items = zip(seen["item"].tolist(), draws, strict=True)
        columns = {
            "number": members * NUMBERS + seen["ordinal"],
            "event_id": [event_id(stream, n) for stream, n in zip(streams, ordinals, strict=True)],
            "type": [TYPES[code] for code in seen["type"].tolist()],
            "member_id": ids,
            "occurred_day": column_of(seen["day"].astype(np.int32), pa.date32()),
            "second": seen["second"].astype(np.int32),
            "recorded": np.arange(self._events, self._events + count),
            "amount_minor": seen["amount"],
            "discount_minor": seen["discount"],
            "tokens": seen["tokens"],
            "order_id": [_order_id(name, n) for name, n in zip(ids, seen["order"].tolist(), strict=True)],
            "channel": [self._channels.get(code) for code in seen["channel"].tolist()],
            "category": [self._categories.get(code) for code in seen["category"].tolist()],
            "item": [(self._draws if of_draw else self._items).get(row) for row, of_draw in items],
            "counterpart_id": [self._ids[m] if m != NONE else None for m in seen["counterpart"].tolist()],
            "birthday": column_of(seen["birthday"].astype(np.int32), pa.date32(), seen["birthday"] == NONE),
            "post": [self._post(row) if d else None for row, d in zip(seen["item"].tolist(), draws, strict=True)],
            "outcome": [OUTCOMES[code] for code in seen["code"].tolist()],
            "desired": seen["desired"],
            "applied": seen["applied"],
        }
        absent = {name for name in self._schema.names if name not in columns}
        arrays = [
            pa.nulls(count, field.type) if field.name in absent else _column(columns[field.name], field.type)
            for field in self._schema
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._events += count

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()

    def _post(self, row: int) -> dict[str, Any]:
        draw = self._law.draws[row]
        return {"hashtag": self._hashtags.get(draw.hashtag), "tags": draw.tags_min, "public": True}


def event_id(stream: int, ordinal: int) -> str:
    """Return the id of a member's n-th event."""
    return f"{stream:016x}-{ordinal:07d}"


def _order_id(member_id: str, number: int) -> str | None:
    return None if number == NONE else f"{member_id}/{number % NUMBERS}"


def _column(values: Any, kind: Any) -> pa.Array:
    return values if isinstance(values, pa.Array) else pa.array(values, kind)
