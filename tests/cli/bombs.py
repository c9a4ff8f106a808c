"""Parquet files of a few hundred bytes that unfold to gigabytes. Run as a script: KIND PATH."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROWS = 110_000_000
EVENT_ROWS = 20_000_000


def build(kind: str, path: Path) -> Path:
    """Write a bomb in a process of its own, which gives its memory back."""
    subprocess.run([sys.executable, __file__, kind, str(path)], check=True)
    return path


def sales(path: Path) -> None:
    """Four columns of one text each, as a sales table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    flat = _same(pa.array(["1"]), ROWS)
    table = pa.table(dict.fromkeys(("member", "order", "time", "amount"), flat))
    pq.write_table(table, path, row_group_size=ROWS, **_options(ROWS))


def events(path: Path) -> None:
    """A canonical event table, by its schema and its word, of one event again and again."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from rewardsim.transactions import event_schema

    head = {"rewardsim.format": "events/1", "rewardsim.currency": "INR", "rewardsim.timezone": "Asia/Kolkata"}
    schema = event_schema().with_metadata(head | {"rewardsim.digest": "0" * 64})
    rows = EVENT_ROWS // 20
    columns = [
        pa.nulls(rows, field.type)
        if field.nullable
        else pa.repeat(pa.scalar("order" if field.name == "type" else "1"), rows)
        if pa.types.is_string(field.type)
        else pa.repeat(pa.scalar(1, pa.int32()).cast(field.type), rows)
        for field in schema
    ]
    part = pa.Table.from_arrays(columns, schema=schema)
    with pq.ParquetWriter(path, schema, **_options(rows)) as writer:
        for _ in range(20):
            writer.write_table(part)


def _same(value: object, rows: int) -> object:
    import pyarrow as pa

    indices = pa.Array.from_buffers(pa.int8(), rows, [None, pa.py_buffer(bytes(rows))])
    return pa.DictionaryArray.from_arrays(indices, value)


def _options(rows: int) -> dict[str, object]:
    return {
        "data_page_size": 1 << 30,
        "max_rows_per_page": rows,
        "compression": "zstd",
        "write_statistics": False,
    }


if __name__ == "__main__":
    {"sales": sales, "events": events}[sys.argv[1]](Path(sys.argv[2]))
