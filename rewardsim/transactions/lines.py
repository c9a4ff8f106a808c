"""The lines of events: exact shares of a total that was rounded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardsim.transactions.events import event_schema
from rewardsim.transactions.grouping import category_sql, own, scale

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from rewardsim.transactions.mapping import Mapping


def line_rows(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> pa.Table:
    """All lines, sorted by event and row: event, number, category, amount and discount in minor units."""
    times, unit = scale(mapping)
    (largest,) = connection.sql("SELECT coalesce(max(greatest(abs(value), discount)), 0) FROM good").fetchall()[0]
    # Division of 128-bit numbers is slow; it is used only where 64 bits could overflow.
    wide = "BIGINT" if int(largest) * times < 2**62 else "HUGEINT"
    value, off = (f"CAST(g.{name} AS {wide}) * {times}" for name in ("value", "discount"))
    if not mapping.columns.discount:
        off = "CAST(0 AS BIGINT)"
    sql = (
        f"SELECT e.number AS event, g.n, {own(mapping, 'line')} AS number, {category_sql(mapping)} AS category, "
        f"CAST(({value}) // {unit} AS BIGINT) AS amount, CAST(({off}) // {unit} AS BIGINT) AS off, "
        f"({value}) % {unit} AS rest, ({off}) % {unit} AS rest_off FROM events e "
        "JOIN good g ON g.type = e.type AND g.key = e.key AND g.part = e.part AND g.why IS NULL WHERE e.lined"
    )
    connection.execute(f"CREATE TEMP TABLE split AS {sql}")
    (odd,) = connection.sql("SELECT count(*) FROM split WHERE rest > 0 OR rest_off > 0").fetchall()[0]
    if odd:
        _apportion(connection)
    return connection.sql("SELECT event, number, category, amount, off FROM split ORDER BY event, n").to_arrow_table()


def _apportion(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise the lines with the largest remainders until they sum to their event's total."""
    for name, rest in (("amount", "rest"), ("off", "rest_off")):
        connection.execute(
            f"UPDATE split SET {name} = {name} + 1 FROM ("
            f"SELECT s.event, s.n, row_number() OVER (PARTITION BY s.event ORDER BY s.{rest} DESC, s.n) AS place, "
            f"e.{name} - sum(s.{name}) OVER (PARTITION BY s.event) AS missing "
            "FROM split s JOIN events e ON e.number = s.event "
            f"WHERE s.event IN (SELECT event FROM split WHERE {rest} > 0)) q "
            "WHERE q.event = split.event AND q.n = split.n AND q.place <= q.missing"
        )


def canonical_table(connection: duckdb.DuckDBPyConnection, mapping: Mapping, files: list[str]) -> pa.Table:
    """The canonical table of ``events`` and their lines."""
    import pyarrow as pa

    events = connection.sql("SELECT * FROM events ORDER BY number").to_arrow_table()
    schema = event_schema()
    names = {
        "occurred_day": "day", "amount_minor": "amount", "discount_minor": "off",
        "counterpart_id": "counterpart", "expiry_day": "expiry", "source_row": "row",
    }  # fmt: skip
    columns: list[Any] = []
    for field in schema:
        if field.name == "lines":
            columns.append(_lists(events, line_rows(connection, mapping), field.type))
        elif field.name == "post":
            columns.append(_posts(events, field.type))
        elif field.name == "source":
            columns.append(pa.array(files, pa.string()).take(events.column("file")))
        else:
            column = events.column(names.get(field.name, field.name))
            through = column.cast(pa.int32()) if field.type == pa.date32() else column
            columns.append(through.cast(field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _lists(events: pa.Table, lines: pa.Table, kind: pa.DataType) -> pa.Array:
    """Lines as one list an event; a line without a number of its own takes its place."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    lined = events.column("lined").to_numpy(zero_copy_only=False)
    sizes = np.where(lined, events.column("size").to_numpy(), 0)
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    place = pa.array(np.arange(1, len(lines) + 1) - np.repeat(offsets[:-1], sizes))
    arrays = [
        pc.coalesce(lines.column("number"), place).cast(pa.int32()),
        lines.column("category").cast(pa.string()),
        lines.column("amount"),
        lines.column("off"),
    ]
    flat = pa.StructArray.from_arrays([_one(array) for array in arrays], fields=list(kind.value_type))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat, type=kind, mask=pa.array(~lined))


def _posts(events: pa.Table, kind: pa.DataType) -> pa.Array:
    """What was posted, null where nothing was."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = [_one(events.column(field.name).cast(field.type)) for field in kind]
    return pa.StructArray.from_arrays(parts, fields=list(kind), mask=pc.invert(_one(events.column("posted"))))


def _one(column: Any) -> pa.Array:
    import pyarrow as pa

    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
