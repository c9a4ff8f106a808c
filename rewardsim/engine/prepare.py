"""From a canonical event table to what the machine reads: numbers instead of names, in order.

DuckDB numbers members, orders and events out of core, so that memory stays flat. Members are
numbered by id, events by canonical order, orders by first mention; none depends on file order.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rewardsim.rules.codes import EVENT_TYPES

from .duck import quiet_connection

BATCH_ROWS = 1 << 17
MEMORY_LIMIT = "1GB"
ORDERS = {
    "occurred": "occurred_day, second, type_number, event_id, recorded",
    "recorded": "recorded",
}
COLUMNS = (
    "event_id, type, member_id, occurred_day, second, recorded, amount_minor, discount_minor, tokens, order_id, "
    "channel, category, item, counterpart_id, expiry_day, lines, source, source_row, birthday, post"
)
# What a table written before a column was there has in its place.
ABSENT = {"birthday": "NULL::DATE", "post": "NULL::STRUCT(hashtag VARCHAR, tags INTEGER, public BOOLEAN)"}
# What makes two events with one id the same event: everything but how they arrived.
PAYLOAD = (
    "type, member_id, occurred_day, second, amount_minor, discount_minor, tokens, order_id, channel, "
    "category, item, counterpart_id, expiry_day, lines, birthday, post"
)


NUMBERS = f"""
CREATE TABLE members AS
SELECT row_number() OVER (ORDER BY member_id) - 1 AS member, member_id FROM (
    SELECT member_id FROM numbered
    UNION SELECT counterpart_id FROM numbered WHERE counterpart_id IS NOT NULL);
CREATE TABLE orders AS
SELECT order_id, row_number() OVER (ORDER BY first) - 1 AS order_number, last_number
FROM (SELECT order_id, min(number) AS first, max(number) AS last_number
    FROM numbered WHERE order_id IS NOT NULL GROUP BY order_id);
CREATE TABLE repeats AS
SELECT number, CASE WHEN place = 1 THEN 0 WHEN payload IS NOT DISTINCT FROM first THEN 1 ELSE 2 END AS prior
FROM (SELECT number, row_number() OVER arrival AS place, payload, first_value(payload) OVER arrival AS first
    FROM (SELECT number, event_id, recorded, row({PAYLOAD}) AS payload FROM numbered WHERE hash(event_id) IN
        (SELECT hash(event_id) AS mark FROM numbered GROUP BY mark HAVING count(*) > 1))
    WINDOW arrival AS (PARTITION BY event_id ORDER BY recorded, number));
CREATE TABLE links AS
SELECT n.number, m.member, coalesce(o.order_number, -1) AS order_number,
    coalesce(n.number = o.last_number, false)::TINYINT AS last_mention,
    coalesce(c.member, -1)::INTEGER AS counterpart, coalesce(r.prior, 0)::TINYINT AS prior
FROM numbered n JOIN members m USING (member_id)
    LEFT JOIN orders o ON n.order_id = o.order_id
    LEFT JOIN members c ON n.counterpart_id = c.member_id
    LEFT JOIN repeats r ON n.number = r.number
ORDER BY n.number;
"""


class PreparedEvents:
    """A canonical event table, numbered and ready to be read in order.

    ``source`` is a table in memory or a list of Parquet files. ``order`` is "occurred" (canonical
    order, late events in their place) or "recorded" (order of arrival, late events late). A single
    file known to be ``sorted`` canonically is read as it lies.
    """

    def __init__(self, source: Any, order: str = "occurred", *, sorted: bool = False) -> None:
        if order not in ORDERS:
            raise ValueError(f"order {order!r} is unknown; allowed are {', '.join(ORDERS)}")
        scratch = tempfile.mkdtemp(prefix="rewardsim-")
        self._sweep = weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        self._connection = quiet_connection(Path(scratch) / "numbers.duckdb")
        self._connection.execute(f"SET memory_limit='{MEMORY_LIMIT}'")
        files = [str(path) for path in source] if isinstance(source, (list, tuple)) else []
        if not files:
            self._connection.register("given", source)
        place = "file_row_number" if sorted and len(files) == 1 and order == "occurred" else ""
        self._number(_given(files, place), place or f"row_number() OVER (ORDER BY {ORDERS[order]}) - 1", bool(place))
        self.members: int = self._one("SELECT count(*) FROM members")
        self.orders: int = self._one("SELECT count(*) FROM orders")
        self.events: int = self._one("SELECT count(*) FROM numbered")
        self.first_day: int = self._one("SELECT coalesce(min(day), 0) FROM numbered")
        self.last_day: int = self._one("SELECT coalesce(max(day), 0) FROM numbered")
        self._connection.execute("DROP TABLE orders; DROP TABLE repeats")

    def close(self) -> None:
        """Drop the numbers."""
        self._connection.close()
        self._sweep()

    def member_ids(self) -> Any:
        """Return the members' ids as an Arrow array, by number."""
        # A cursor of its own: the batches may still be read.
        table = self._connection.cursor().sql("SELECT member_id FROM members ORDER BY member").to_arrow_table()
        return table.column(0).combine_chunks()

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Any]:
        """Yield Arrow batches in the order of replay; an empty one where there is no event."""
        import pyarrow as pa

        # Texts are read as they lie and never sorted: what was numbered is a narrow table of its own.
        events = self._connection.cursor().sql("SELECT * FROM numbered").to_arrow_reader(rows)
        links = self._connection.cursor().sql("SELECT * FROM links").to_arrow_reader(rows)
        names = [*events.schema.names, *links.schema.names[1:]]
        if self.events == 0:
            empty = [*events.schema.empty_table().columns, *links.schema.empty_table().columns[1:]]
            yield pa.RecordBatch.from_arrays([column.combine_chunks() for column in empty], names)
        for event, link in _side_by_side(events, links):
            if not event.column("number").equals(link.column(0)):
                raise AssertionError("events and their numbers came in different orders")
            yield pa.RecordBatch.from_arrays([*event.columns, *link.columns[1:]], names)

    def _one(self, query: str) -> int:
        return int(self._connection.sql(query).fetchall()[0][0])

    def _number(self, given: str, place: str, as_it_lies: bool) -> None:
        """Number events, members and orders. What lies in order is read again instead of copied."""
        types = " ".join(f"WHEN '{name}' THEN {number}" for name, number in EVENT_TYPES.items())
        kind, sort = ("VIEW", "") if as_it_lies else ("TABLE", "ORDER BY number")
        given_columns = self._connection.sql(f"FROM {given} LIMIT 0").columns
        added = "".join(f", {null} AS {name}" for name, null in ABSENT.items() if name not in given_columns)
        self._connection.execute(
            f"""
            CREATE {kind} numbered AS
            SELECT {place} AS number, {COLUMNS}, type_number,
                occurred_day - DATE '1970-01-01' AS day, coalesce(expiry_day - DATE '1970-01-01', -1) AS expiry
            FROM (SELECT *, CASE type {types} END AS type_number{added} FROM {given}) {sort};
            {NUMBERS}
            """
        )


def _side_by_side(left: Iterator[Any], right: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the rows of two streams of batches in pairs of batches of one length."""
    rest = None
    for part in left:
        while part.num_rows:
            if rest is None or not rest.num_rows:
                rest = next(right)
            count = min(part.num_rows, rest.num_rows)
            yield part.slice(0, count), rest.slice(0, count)
            part, rest = part.slice(count), rest.slice(count)


def _given(files: list[str], place: str) -> str:
    """Return what stands in the FROM clause for the source."""
    if not files:
        return "given"
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    options = "file_row_number=true" if place else "union_by_name=true"
    return f"read_parquet([{names}], {options})"
