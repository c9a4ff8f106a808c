"""What may come in: text, Parquet, and frames in memory, as Arrow columns with row numbers.

Nothing is converted here: text stays text and every other column keeps the source's type. Files
are looked at before they are read; what is not what it says, or unfolds to far more than its
size, is refused.
"""

from __future__ import annotations

import difflib
import importlib.util
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rewardsim.programme.faults import Fault, Place
from rewardsim.transactions.faults import TransactionError, clip, refuse, row_fault
from rewardsim.transactions.textgate import Chunk, Gate, Limits

if TYPE_CHECKING:
    import pyarrow as pa

    from rewardsim.transactions.mapping import Mapping, Source

FIELD_MAX = 65_536
ARCHIVES = {
    b"PK\x03\x04": "a zip archive or workbook", b"7z\xbc\xaf": "a 7z archive", b"\xfd7zXZ": "an xz file",
    b"BZh": "a bzip2 file", b"\x28\xb5\x2f\xfd": "a zstd file", b"Rar!": "a rar archive",
    b"ARROW1": "an Arrow file", b"ORC": "an ORC file", b"SQLite format": "an SQLite database",
    b"%PDF": "a PDF", b"\x80\x04": "a pickle", b"\x80\x05": "a pickle",
}  # fmt: skip


class Loaded(NamedTuple):
    """One source in memory."""

    name: str
    columns: pa.Table
    """Semantic columns, and ``row`` (1-based data row)."""
    read: int
    faults: list[Fault]
    """Rows that could not be read at all."""
    last: int
    """Number of the last row, read or not."""


def load(source: Any, number: int, mapping: Mapping, wanted: dict[str, str], limits: Limits) -> Loaded:
    """Read the wanted columns of a path, a frame, a table or a relation.

    ``wanted`` gives the source's column for each semantic name.
    """
    if isinstance(source, str | os.PathLike):
        path = regular_file(source)
        kind = file_kind(path, mapping.source)
        read = _load_parquet if kind == "parquet" else _load_csv
        return read(path, mapping.source, wanted, limits)
    return _load_frame(source, f"frame {number}", wanted)


def package_file(package: str, file: str) -> Path:
    """A data file inside an installed package, which is located but not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise refuse(
            "no_package", package, "not installed", "an installed package", f"pip install {package.replace('_', '-')}"
        )
    root = Path(spec.submodule_search_locations[0]).resolve()
    path = (root / file).resolve()
    if not path.is_relative_to(root):
        raise refuse("outside", package, file, "a file inside the package")
    return regular_file(path)


def regular_file(source: str | os.PathLike[str]) -> Path:
    """A path that names a regular file; no address, folder, pipe or device is opened."""
    text = os.fspath(source)
    if "://" in text:
        raise refuse("address", text, text, "a file on this machine", "download it first")
    path = Path(text)
    if not path.exists():
        near = difflib.get_close_matches(path.name, _neighbours(path), 1)
        raise refuse("no_file", path.name, text, "an existing file", f"did you mean {near[0]!r}?" if near else "")
    if not path.is_file():
        raise refuse("not_a_file", path.name, "a folder, pipe or device", "a regular file")
    return path


def _neighbours(path: Path) -> list[str]:
    return sorted(item.name for item in path.parent.iterdir()) if path.parent.is_dir() else []


def file_kind(path: Path, source: Source) -> str:
    """``csv`` or ``parquet``, from the first bytes; refuses a file that is not what it should be."""
    with path.open("rb") as stream:
        head = stream.read(300)
    found = (
        "parquet"
        if head[:4] == b"PAR1"
        else next((words for magic, words in ARCHIVES.items() if head.startswith(magic)), "")
    )
    if head[257:262] == b"ustar":
        found = "a tar archive"
    allowed = {"auto": "CSV text (plain or .gz) or Parquet", "csv": "CSV text (plain or .gz)", "parquet": "Parquet"}[
        source.format
    ]
    if found and (found != "parquet" or source.format == "csv"):
        raise refuse("wrong_kind", path.name, found, allowed, "unpack or export it first")
    if not found and (source.format == "parquet" or path.suffix.lower() in (".parquet", ".pq")):
        raise refuse("wrong_kind", path.name, head[:16], allowed + " that begins with PAR1")
    if not found and (head.lstrip()[:1] in (b"{", b"[") or path.suffix.lower() in (".json", ".jsonl", ".ndjson")):
        raise refuse(
            "wrong_kind", path.name, head[:40], allowed, "JSON is not read: write the events as CSV or Parquet"
        )
    return found or "csv"


def check_columns(file: str, names: Sequence[str], wanted: dict[str, str]) -> None:
    """Refuse a source that lacks a column the mapping names, all missing ones together."""
    faults = []
    for meaning, column in wanted.items():
        if column not in names:
            near = difflib.get_close_matches(column, names, 1)
            todo = f"did you mean {near[0]!r}?" if near else "correct the mapping"
            faults.append(Fault(Place(file, 0, meaning), "no_column", column, clip(", ".join(names), 300), todo))
    if faults:
        raise TransactionError(faults)


# ---------------------------------------------------------------- text


def _load_csv(path: Path, source: Source, wanted: dict[str, str], limits: Limits) -> Loaded:
    import pyarrow as pa

    gate = Gate(path, source, limits)
    names = gate.header()
    if wanted:
        check_columns(path.name, names, wanted)
    tables = [_parse_chunk(chunk, names, source, wanted, gate) for chunk in gate.chunks()]
    empty = pa.table({**{name: pa.array([], pa.string()) for name in wanted}, "row": pa.array([], pa.int64())})
    return Loaded(path.name, pa.concat_tables([empty, *tables]), gate.read, gate.faults, gate.last)


def _parse_chunk(chunk: Chunk, names: list[str], source: Source, wanted: dict[str, str], gate: Gate) -> pa.Table:
    """A chunk's columns as text; rows of a wrong width become faults."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv

    bad: list[int] = []

    def wrong_width(row: Any) -> str:
        place = int(chunk.rows[row.number - 1])
        bad.append(row.number - 1)
        found = f"{row.actual_columns} fields: {row.text}"
        gate.faults.append(row_fault("field_count", gate.file, place, "", found, f"{row.expected_columns} fields"))
        return "skip"

    keys = {name: f"c{index}" for index, name in enumerate(names)}
    delimiter = "\t" if source.delimiter == "whitespace" else source.delimiter
    quote = False if source.delimiter == "whitespace" or not source.quote else source.quote
    used = sorted({keys[column] for column in wanted.values()})
    if not len(chunk.rows):
        return pa.table({**{name: pa.array([], pa.string()) for name in wanted}, "row": pa.array([], pa.int64())})
    table = pyarrow.csv.read_csv(
        pa.BufferReader(chunk.body),
        pyarrow.csv.ReadOptions(column_names=list(keys.values()), use_threads=False, block_size=len(chunk.body) + 1),
        pyarrow.csv.ParseOptions(
            delimiter=delimiter, quote_char=quote, invalid_row_handler=wrong_width, ignore_empty_lines=False
        ),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(keys.values(), pa.string()), include_columns=used, strings_can_be_null=False
        ),
    )
    rows = np.delete(chunk.rows, bad)
    if table.num_rows != len(rows):
        raise refuse("row_count", gate.file, f"{table.num_rows} rows read from {len(rows)} lines", "one row a line")
    columns = {name: table.column(keys[column]) for name, column in wanted.items()}
    return pa.table({**columns, "row": pa.array(rows, pa.int64())})


# ---------------------------------------------------------------- Parquet


def _load_parquet(path: Path, _: Source, wanted: dict[str, str], limits: Limits) -> Loaded:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        shape = pq.read_schema(path)
        twice = sorted({name for name in shape.names if shape.names.count(name) > 1})
        if twice:
            raise refuse("duplicate_header", path.name, ", ".join(twice), "each column named once")
        check_columns(path.name, shape.names, wanted)
        used = sorted(set(wanted.values()))
        texts = [
            name
            for name in used
            if pa.types.is_string(shape.field(name).type) or pa.types.is_large_string(shape.field(name).type)
        ]
        file = pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=True)
        check_unfolding(path, file.metadata, len(used), limits)
        batches = list(_counted(file.iter_batches(65_536, columns=used), path.name, limits))
    except (OSError, pa.ArrowException) as error:
        raise refuse("damaged", path.name, error, "a whole Parquet file", "fetch or write it again") from error
    schema = batches[0].schema if batches else pa.schema([shape.field(name) for name in used])
    table = pa.Table.from_batches(batches, schema)
    return _numbered(path.name, table, wanted)


def check_unfolding(path: Path, metadata: Any, columns: int, limits: Limits) -> None:
    """Refuse a Parquet file that would unfold to far more than its size, before reading it."""
    size = path.stat().st_size
    stored = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    unfolded = max(stored, metadata.num_rows * columns * 8)
    if unfolded > limits.decoded_max:
        raise refuse("too_large", path.name, f"{unfolded} bytes when read", f"at most {limits.decoded_max} bytes")
    if unfolded > limits.ratio_free and unfolded > limits.ratio_max * size:
        raise refuse(
            "bomb", path.name, f"{unfolded} bytes from {size}", f"at most {limits.ratio_max} times the file's size"
        )


def _counted(batches: Iterator[pa.RecordBatch], file: str, limits: Limits) -> Iterator[pa.RecordBatch]:
    """The batches, as long as what they unfold to stays within the limits."""
    total = 0
    for batch in batches:
        total += sum(_unfolded(column, file) for column in batch.columns)
        if total > limits.decoded_max:
            raise refuse("too_large", file, f"over {total} bytes", f"at most {limits.decoded_max} bytes")
        yield batch


def _unfolded(column: pa.Array, file: str) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type) or not len(column.dictionary):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary)
    longest = pc.max(lengths).as_py() or 0
    if longest > FIELD_MAX:
        raise refuse("field_too_long", file, f"a text of {longest} bytes", f"texts of at most {FIELD_MAX} bytes")
    return int(pc.sum(pc.take(lengths, column.indices)).as_py() or 0) + 4 * len(column)


# ---------------------------------------------------------------- memory


def _load_frame(source: Any, name: str, wanted: dict[str, str]) -> Loaded:
    import pyarrow as pa

    try:
        if hasattr(source, "to_arrow_table"):  # a DuckDB relation
            table = source.to_arrow_table()
        elif type(source).__module__.split(".")[0] == "pandas":
            table = pa.Table.from_pandas(source, preserve_index=False)
        elif hasattr(source, "__arrow_c_stream__"):
            table = pa.table(source)
        else:
            allowed = "a path, a pandas or other Arrow-capable frame, or a DuckDB relation"
            raise refuse("unknown_source", name, type(source).__name__, allowed)
    except pa.ArrowException as error:
        raise refuse(
            "mixed_column", name, error, "columns of one type each", "turn mixed columns into text first"
        ) from error
    twice = sorted({column for column in table.column_names if table.column_names.count(column) > 1})
    if twice:
        raise refuse("duplicate_header", name, ", ".join(twice), "each column named once")
    check_columns(name, table.column_names, wanted)
    return _numbered(name, table, wanted)


def _numbered(name: str, table: pa.Table, wanted: dict[str, str]) -> Loaded:
    import numpy as np
    import pyarrow as pa

    columns = {meaning: table.column(column) for meaning, column in wanted.items()}
    rows = pa.array(np.arange(1, table.num_rows + 1))
    return Loaded(name, pa.table({**columns, "row": rows}), table.num_rows, [], table.num_rows)


def all_columns(source: Any, mapping: Mapping, limits: Limits) -> list[str]:
    """The names of all columns of a source."""
    import pyarrow.parquet as pq

    if isinstance(source, str | os.PathLike):
        path = regular_file(source)
        if file_kind(path, mapping.source) == "csv":
            return Gate(path, mapping.source, limits).header()
        try:
            return list(pq.read_schema(path).names)
        except (OSError, ValueError) as error:
            raise refuse("damaged", path.name, error, "a whole Parquet file") from error
    return list(source.column_names if hasattr(source, "column_names") else getattr(source, "columns", []))
