"""The canonical event table: its schema, how it is written, read and checked.

One row an event, sorted by (occurred_day, second, number of the type, event_id); events that
repeat an id keep their order of arrival. A day counts in the programme's zone; an amount is an
integer of the currency's smallest unit.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.programme.faults import Fault
from rewardsim.rules.codes import EVENT_TYPES
from rewardsim.transactions.atomic import alive, sync
from rewardsim.transactions.faults import TransactionError, clip, refuse, row_fault

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "events/1"
ROW_GROUP = 65_536
HASHTAG_MAX = 100
TAGS_MAX = 1000
EARLIEST_BIRTHDAY = date(1900, 1, 1)

# name: (Arrow type, null allowed, meaning). The published description of the table.
FIELDS: dict[str, tuple[str, bool, str]] = {
    "event_id": ("string", False, "identity of the event; the same id again is a duplicate or a conflict"),
    "type": ("string", False, "one of the event types"),
    "member_id": ("string", False, "the member it happened to"),
    "occurred_day": ("date32", False, "calendar day in the programme's zone"),
    "second": ("int32", False, "second within that day by the local clock, 0 to 86399"),
    "recorded": ("int64", False, "order of arrival; row order of the sources"),
    "amount_minor": ("int64", False, "order: total before discounts; return: value returned; else 0"),
    "discount_minor": ("int64", False, "part of the amount that was not paid, tokens excluded"),
    "tokens": ("int64", False, "redeem: requested; adjust: signed; opening: balance; else 0"),
    "order_id": ("string", True, "the order it belongs to"),
    "channel": ("string", True, "where it was sold"),
    "category": ("string", True, "category of an event without lines"),
    "item": ("string", True, "exchange, use: id of the item; draw_entry: id of the draw"),
    "counterpart_id": ("string", True, "the other member; invite: the friend; enrol: who brought the member"),
    "expiry_day": ("date32", True, "opening: first day on which the tokens can no longer be used"),
    "lines": ("lines", True, "lines of an order, return or use; absent: one line like the event"),
    "source": ("string", True, "name of the file it came from"),
    "source_row": ("int64", True, "1-based data row in that file; of several, the first"),
    "birthday": ("date32", True, "enrol: the member's day of birth"),
    "post": ("post", True, "draw_entry: what was posted; absent where the entry is by other means"),
}
# Columns that tables written before them lack; such a table is read as if they were null.
ADDED = ("birthday", "post")
LINE_FIELDS: dict[str, tuple[str, bool, str]] = {
    "number": ("int32", False, "number of the line within the order"),
    "category": ("string", True, "category of the line"),
    "amount_minor": ("int64", False, "value of the line before discounts"),
    "discount_minor": ("int64", False, "part of it that was not paid"),
}
POST_FIELDS: dict[str, tuple[str, bool, str]] = {
    "hashtag": ("string", True, "the hashtag as it was posted"),
    "tags": ("int32", False, "how many friends the post names"),
    "public": ("bool", False, "whether everybody can read it"),
}


def event_schema() -> pa.Schema:
    """The Arrow schema of the canonical event table (without a file's metadata)."""
    import pyarrow as pa

    plain = {"string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "date32": pa.date32(), "bool": pa.bool_()}

    def listed(fields: dict[str, tuple[str, bool, str]]) -> list[pa.Field]:
        return [pa.field(name, plain[kind], nullable) for name, (kind, nullable, _) in fields.items()]

    plain["lines"] = pa.list_(pa.field("item", pa.struct(listed(LINE_FIELDS)), False))
    # Below a post that is null, other libraries write nulls: what a post must hold is checked row by row.
    plain["post"] = pa.struct([field.with_nullable(True) for field in listed(POST_FIELDS)])
    return pa.schema(listed(FIELDS))


def complete(table: Any) -> Any:
    """A table or batch with the columns that its version of the format did not have yet, null."""
    import pyarrow as pa

    for name in ADDED:
        if name not in table.schema.names:
            field = event_schema().field(name)
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table


def in_order(table: pa.Table) -> pa.Table:
    """Return a table's rows in canonical order; those of an unknown type last within their second."""
    import pyarrow as pa
    import pyarrow.compute as pc

    by_number = sorted(EVENT_TYPES, key=EVENT_TYPES.__getitem__)
    keys = {name: table[name] for name in ("occurred_day", "second", "event_id", "recorded")}
    keys["type"] = pc.index_in(table["type"], value_set=pa.array(by_number))
    order = [(name, "ascending") for name in ("occurred_day", "second", "type", "event_id", "recorded")]
    return table.take(pc.sort_indices(pa.table(keys), sort_keys=order))


def schema_json() -> dict[str, Any]:
    """JSON Schema of one event, as a row of the table reads in JSON."""
    kinds: dict[str, dict[str, Any]] = {
        "string": {"type": "string"},
        "date32": {"type": "string", "format": "date"},
        "bool": {"type": "boolean"},
    }
    for name, bits in (("int32", 31), ("int64", 63)):
        kinds[name] = {"type": "integer", "minimum": -(2**bits), "maximum": 2**bits - 1}

    def properties(fields: dict[str, tuple[str, bool, str]]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, (kind, nullable, meaning) in fields.items():
            body: dict[str, Any] = dict(kinds[kind])
            if nullable:
                body["type"] = [body["type"], "null"]
            out[name] = {"description": meaning, **body}
        return out

    def closed(fields: dict[str, tuple[str, bool, str]]) -> dict[str, Any]:
        required = [name for name, (_, nullable, _) in fields.items() if not nullable]
        return {"type": "object", "properties": properties(fields), "required": required, "additionalProperties": False}

    kinds["lines"] = {"type": "array", "items": closed(LINE_FIELDS)}
    kinds["post"] = closed(POST_FIELDS)
    kinds["post"]["properties"]["hashtag"].update(minLength=1, maxLength=HASHTAG_MAX)
    kinds["post"]["properties"]["tags"].update(minimum=0, maximum=TAGS_MAX)
    event = closed(FIELDS)
    event["properties"]["type"]["enum"] = sorted(EVENT_TYPES, key=EVENT_TYPES.__getitem__)
    event["properties"]["second"].update(minimum=0, maximum=86_399)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rewardsim event",
        "version": FORMAT,
        **event,
    }


def write_events(table: pa.Table, path: str | os.PathLike[str], metadata: dict[str, str]) -> None:
    """Write a canonical table so that the name holds the old file or the whole new one.

    ``metadata`` holds currency, timezone, digest, mapping; stored as ``rewardsim.<key>``.
    """
    import pyarrow.parquet as pq

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    marked = {"rewardsim.format": FORMAT, **{f"rewardsim.{key}": value for key, value in metadata.items()}}
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as sink:
            options = {"compression": "zstd", "write_page_checksum": True, "store_schema": True}
            with pq.ParquetWriter(sink, table.schema.with_metadata(marked), **options) as writer:
                writer.write_table(table, row_group_size=ROW_GROUP)
            sink.flush()
            os.fsync(sink.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync(target.parent)


def _sweep(target: Path) -> None:
    """Remove what a killed writer of the same file left behind."""
    for left in target.parent.glob(f".{target.name}.*.tmp"):
        if not alive(left.name.rsplit(".", 2)[1]):
            left.unlink(missing_ok=True)


def event_batches(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], rows: int = ROW_GROUP
) -> Iterator[pa.RecordBatch]:
    """Batches of one canonical file, or of several one after the other, checksums verified.

    Raises TransactionError if a file is not a canonical event table, if files differ in currency
    or zone, or if a page fails its checksum. Rows are checked by ``validate_events``, not here.
    """
    import pyarrow as pa

    names = _names(paths)
    files = [_open(Path(name)) for name in names]
    headers = {(_meta(file, "currency"), _meta(file, "timezone")) for _, file in files}
    if len(headers) > 1:
        raise refuse("mixed_tables", str(names[0]), sorted(headers), "files of one currency and one time zone")
    for path, file in files:
        try:
            yield from map(complete, file.iter_batches(batch_size=rows))
        except (OSError, pa.ArrowException) as error:
            raise refuse(
                "damaged", path.name, error, "a file whose pages agree with their checksums", "write it again"
            ) from error


def read_events(paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], check: bool = True) -> pa.Table:
    """A canonical table in memory, its metadata on the schema; rows checked unless told not to.

    The order of several files must be canonical across them too.
    """
    import pyarrow as pa

    first = _names(paths)[0]
    _, file = _open(Path(first))
    table = pa.Table.from_batches(event_batches(paths), event_schema().with_metadata(file.schema_arrow.metadata))
    if check and (faults := validate_events(table, Path(first).name)):
        raise TransactionError(faults)
    return table


def _names(paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> list[str | os.PathLike[str]]:
    names = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not names:
        raise refuse("no_file", "events", "no file", "at least one event table")
    return names


def _open(path: Path) -> tuple[Path, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
    except FileNotFoundError as error:
        raise refuse("no_file", str(path), path.name, "an existing file") from error
    except (OSError, pa.ArrowException) as error:
        raise refuse("not_parquet", path.name, error, "a canonical event table in Parquet") from error
    shape = file.schema_arrow
    known = [name for name in event_schema().names if name in shape.names or name not in ADDED]
    if _meta(file, "format") != FORMAT or shape.names != known:
        found = _meta(file, "format") or "Parquet of another kind"
        todo = "make one with `rewardsim import FILE --mapping M.toml --out EVENTS.parquet`"
        raise refuse("not_events", path.name, found, f"an event table of format {FORMAT}", todo)
    if not shape.equals(pa.schema([event_schema().field(name) for name in known]), check_metadata=False):
        raise refuse("not_events", path.name, "other column types", str(event_schema()).replace("\n", ", "))
    return path, file


def header_of(path: Path) -> dict[str, str]:
    """What a canonical file says of itself: currency, time zone, digest, hash of the mapping."""
    _, file = _open(path)
    return {key: _meta(file, key) for key in ("currency", "timezone", "digest", "mapping")}


def _meta(file: Any, key: str) -> str:
    return (file.schema_arrow.metadata or {}).get(f"rewardsim.{key}".encode(), b"").decode()


def validate_events(table: pa.Table, file: str = "events") -> list[Fault]:
    """What in a table breaks the canonical form; at most a handful of rows of each kind."""
    import duckdb

    table = complete(table)
    if not table.schema.equals(event_schema(), check_metadata=False):
        return [row_fault("schema", file, 0, "", clip(table.schema.names), "the schema of event_schema()")]
    types = ", ".join(f"('{name}', {number})" for name, number in EVENT_TYPES.items())
    faults: list[Fault] = []
    with duckdb.connect() as connection:
        connection.register("events_given", table)
        connection.execute(
            # Numbered before the join: a join may return its rows in any order.
            f"CREATE TEMP TABLE e AS SELECT g.*, k.number AS priority "
            f"FROM (SELECT row_number() OVER () AS n, * FROM events_given) g "
            f"LEFT JOIN (VALUES {types}) k(name, number) ON k.name = g.type"
        )
        for code, column, condition, allowed in _ROW_RULES:
            query = f"SELECT n, CAST({column} AS VARCHAR) FROM ({_SHIFTED}) WHERE {condition} ORDER BY n LIMIT 5"
            faults += [
                row_fault(code, file, n, column, value, allowed) for n, value in connection.execute(query).fetchall()
            ]
    return faults


_SHIFTED = "SELECT *, lag((occurred_day, second, priority, event_id, recorded)) OVER (ORDER BY n) AS previous FROM e"
_ROW_RULES: Iterable[tuple[str, str, str, str]] = (
    ("unknown_type", "type", "priority IS NULL", ", ".join(EVENT_TYPES)),
    ("order", "event_id", "previous > (occurred_day, second, priority, event_id, recorded)", "rows in canonical order"),
    ("second", "second", "second NOT BETWEEN 0 AND 86399", "0 to 86399"),
    ("empty_id", "event_id", "event_id = '' OR member_id = ''", "ids that are not empty"),
    (
        "negative",
        "amount_minor",
        "amount_minor < 0 OR discount_minor NOT BETWEEN 0 AND amount_minor",
        "0 <= discount <= amount",
    ),
    (
        "lines_sum", "amount_minor",
        "lines IS NOT NULL AND (list_sum(list_transform(lines, lambda x: x.amount_minor)) <> amount_minor "
        "OR list_sum(list_transform(lines, lambda x: x.discount_minor)) <> discount_minor OR len(lines) = 0)",
        "lines that sum to the event's amount and discount",
    ),
    ("null_counterpart", "counterpart_id", "type = 'invite' AND counterpart_id IS NULL", "the friend who is invited"),
    ("empty_id", "counterpart_id", "counterpart_id = ''", "ids that are not empty"),
    ("misplaced", "birthday", "birthday IS NOT NULL AND type <> 'enrol'", "a birthday on enrol events only"),
    (
        "birthday", "birthday", f"birthday < DATE '{EARLIEST_BIRTHDAY}' OR birthday > occurred_day",
        f"{EARLIEST_BIRTHDAY} to the day of the event",
    ),
    ("misplaced", "post", "post IS NOT NULL AND type <> 'draw_entry'", "a post on draw_entry events only"),
    (
        "tags", "post", f"post IS NOT NULL AND coalesce(post.tags NOT BETWEEN 0 AND {TAGS_MAX}, true)",
        f"0 to {TAGS_MAX} tags",
    ),
    ("public", "post", "post IS NOT NULL AND post.public IS NULL", "a post that is public or is not"),
    (
        "hashtag", "post", f"length(post.hashtag) NOT BETWEEN 1 AND {HASHTAG_MAX} "
        "OR post.hashtag <> nfc_normalize(post.hashtag)",
        f"no hashtag, or one of 1 to {HASHTAG_MAX} characters in Unicode's composed form (NFC)",
    ),
)  # fmt: skip
