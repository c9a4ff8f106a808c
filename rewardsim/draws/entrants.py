"""Who takes part: a list in CSV, Parquet or JSON lines, or what a replay's journal says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rewardsim.draws.faults import refuse
from rewardsim.draws.keys import Unreadable, Wrong, checked_tickets, read_tickets
from rewardsim.draws.terms import row_of
from rewardsim.programme import parse_programme
from rewardsim.programme.units import day_number

TICKETS_MAX = 50_000_000
BYTES_MAX = 4 << 30
COLUMNS = ["member_id", "entry"]
JOURNAL = "journal.parquet"
ENTERED, WITHDRAWN = "draw_entered", "draw_entry_withdrawn"


def read_entrants(path: Path, draw_id: str) -> list[tuple[str, int]]:
    """Tickets in canonical order; refuse everything that is wrong with their list at once."""
    if path.is_dir():
        return _of_run(path, draw_id)
    if not path.is_file():
        found = "a device or pipe" if path.exists() else "no file"
        raise refuse("no_entrants", path, found, "a list of entrants, or a run folder", "name one")
    if path.stat().st_size > BYTES_MAX:
        raise refuse("too_large", path, f"{path.stat().st_size} bytes", f"at most {BYTES_MAX}", "check the file")
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == b"PAR1":
        return checked_tickets(_parquet_rows(path), str(path))
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json") or head[:1] == b"{":
        return checked_tickets(_json_rows(path), str(path))
    return read_tickets(str(path))


def _json_rows(path: Path) -> Iterator[tuple[Any, ...]]:
    with path.open("rb") as stream:
        for row, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                found = None
                said = f"{error!s:.80}"
            else:
                said = f"{line.decode(errors='replace').strip()!r:.80}"
            if isinstance(found, dict) and set(COLUMNS) <= set(found):
                yield row, found["member_id"], found["entry"]
            else:
                yield Wrong(str(path), row, "bad_row", said, "an object with member_id and entry", "correct the row")


def _parquet_rows(path: Path) -> Iterator[tuple[int, Any, Any]]:
    for row, (member, entry) in enumerate(_columns(path, COLUMNS), 1):
        yield row, member, entry


def _columns(path: Path, names: list[str], only: str = "") -> Iterator[tuple[Any, ...]]:
    """Rows of some columns of a Parquet file, in its order; if wanted, those whose first column says ``only``."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            missing = [name for name in names if file.schema_arrow.names.count(name) != 1]
            if missing:
                found = f"the columns {', '.join(file.schema_arrow.names)[:200]}"
                raise refuse("no_column", path, found, f"{' and '.join(missing)} once", "correct the file")
            if file.metadata.num_rows > TICKETS_MAX:
                raise refuse("too_large", path, f"{file.metadata.num_rows} rows", f"at most {TICKETS_MAX}", "check it")
            for batch in file.iter_batches(65_536, columns=names):
                rows = batch.filter(pc.equal(batch.column(names[0]), only)) if only else batch
                yield from zip(*(rows.column(name).to_pylist() for name in names), strict=True)
    except (OSError, pa.ArrowException) as error:
        raise refuse("damaged", path, f"{error!s:.80}", "a whole Parquet file", "write it again") from error


def _of_run(folder: Path, draw_id: str) -> list[tuple[str, int]]:
    """Tickets that were entered and not withdrawn by the end of a run."""
    journal = folder / JOURNAL
    _check_closed(folder, draw_id)
    held: dict[tuple[int, int], int] = {}
    columns = ["draw", "seq", "member", "kind", "number"]
    for _, seq, member, kind, entry in _columns(journal, columns, draw_id):
        if kind == ENTERED:
            held[member, entry] = seq
        elif kind == WITHDRAWN:
            held.pop((member, entry), None)
    if not held:
        allowed, todo = f"entries of the draw {draw_id!r}", "check the draw's id and the run"
        raise Unreadable([Wrong(str(journal), 0, "no_entrants", "no ticket", allowed, todo)])
    ids = dict(_columns(folder / "members.parquet", ["member", "member_id"]))
    return checked_tickets(((seq, ids[member], entry) for (member, entry), seq in held.items()), str(journal))


def _check_closed(folder: Path, draw_id: str) -> None:
    """Refuse a run that is damaged, or that ends while entries are still open."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        programme = parse_programme(manifest["programme"]["text"], manifest["programme"]["file"])
        until = date.fromisoformat(manifest["summary"]["until"])
        wanted = {folder / name: manifest["tables"][name] for name in (JOURNAL, "members.parquet")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        allowed = f"a replay's folder with manifest.json and {JOURNAL}"
        raise refuse("no_run", folder, "no such run", allowed, "name one, or a list of entrants") from error
    for path, digest in wanted.items():
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != digest:
                raise refuse("damaged", path, "a changed file", "the one that was written", "run again")
    closes = row_of(programme, draw_id, folder).closes_day
    if day_number(until) < closes - 1:
        allowed = "a run that goes on until entries are closed"
        raise refuse("still_open", folder, f"a run until {until}", allowed, "replay with a later --until")
