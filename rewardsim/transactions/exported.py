"""Events as a scorer's store writes them, one JSON object a line, as a canonical table."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.programme.faults import Fault

from .events import FIELDS, LINE_FIELDS, POST_FIELDS, event_schema, in_order
from .faults import SHOWN_MAX, TransactionError, refuse, row_fault

if TYPE_CHECKING:
    import pyarrow as pa

ENDING = ".jsonl"
EVENTS_FILE = "events.jsonl"
"""What `rewardsim records` calls the events in the folder it writes."""
Shape = Mapping[str, tuple[str, bool, str]]


def exported_file(path: str | os.PathLike[str]) -> Path | None:
    """Return the file of JSON lines that a path names, itself or in a folder of records; None for any other."""
    found = Path(path)
    if found.suffix == ENDING:
        return found
    inside = found / EVENTS_FILE
    return inside if found.is_dir() and inside.is_file() else None


def read_exported(path: Path) -> pa.Table:
    """Return exported events as a canonical table; ``recorded`` keeps the order in which they came.

    Raises TransactionError with the faults of all lines. What the rows say is checked where any table is.
    """
    import pyarrow as pa

    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise refuse("no_file", str(path), error.strerror, "a readable file of JSON lines") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            rows.append(_row(line, number, path.name, faults))
    if faults:
        raise TransactionError(faults[:SHOWN_MAX], len(faults))
    return in_order(pa.Table.from_pylist(rows, event_schema()))


def write_exported(table: pa.Table, path: str | os.PathLike[str]) -> int:
    """Write events as JSON lines in their order in the table, ready to be scored; return how many."""
    rows = table.select(event_schema().names).to_pylist()
    with Path(path).open("w", encoding="utf-8") as sink:
        for row in rows:
            days = {name: value.isoformat() for name, value in row.items() if isinstance(value, date)}
            sink.write(json.dumps(row | days, ensure_ascii=False, separators=(",", ":")) + "\n")
    return len(rows)


def _row(line: bytes, number: int, file: str, faults: list[Fault]) -> dict[str, Any]:
    """Return one line's event with every field; add what is wrong with it to the faults."""
    try:
        found = json.loads(line)
    except ValueError as error:  # no JSON, or not UTF-8
        faults.append(row_fault("not_json", file, number, "", error, "one JSON object a line"))
        return {}
    row = {"recorded": number - 1, **found} if isinstance(found, dict) else found
    before = len(faults)
    read = _object(row, FIELDS, "", number, file, faults)
    return read if len(faults) == before else {}


def _object(found: Any, shape: Shape, at: str, number: int, file: str, faults: list[Fault]) -> dict[str, Any]:
    """Return an object's fields as a table wants them."""
    if not isinstance(found, dict):
        faults.append(row_fault("wrong_type", file, number, at, type(found).__name__, "an object"))
        return {}
    for name in found.keys() - shape.keys():
        faults.append(row_fault("unknown_key", file, number, f"{at}{name}", name, ", ".join(shape)))
    read = {}
    for name, (kind, nullable, _) in shape.items():
        value = found.get(name)
        if value is None:
            if not nullable:
                faults.append(row_fault("missing", file, number, f"{at}{name}", "nothing", f"a value: {kind}"))
            read[name] = None
        else:
            read[name] = _value(value, kind, f"{at}{name}", number, file, faults)
    return read


def _value(value: Any, kind: str, at: str, number: int, file: str, faults: list[Fault]) -> Any:
    """Return a value of one of the kinds of ``FIELDS``."""
    if kind == "lines" and isinstance(value, list):
        return [_object(line, LINE_FIELDS, f"{at}/{k}/", number, file, faults) for k, line in enumerate(value)]
    if kind == "post":
        return _object(value, POST_FIELDS, f"{at}/", number, file, faults)
    if kind == "date32" and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            faults.append(row_fault("bad_date", file, number, at, value, "a date such as 2018-12-31"))
            return None
    bits = {"int32": 31, "int64": 63}.get(kind)
    good = (
        type(value) is int and -(2**bits) <= value < 2**bits
        if bits
        else type(value) is {"string": str, "bool": bool}.get(kind)
    )
    if not good:
        allowed = (
            f"a whole number of {bits + 1} bits"
            if bits
            else {"string": "a text", "bool": "true or false"}.get(kind, kind)
        )
        faults.append(row_fault("wrong_type", file, number, at, repr(value), allowed))
    return value
