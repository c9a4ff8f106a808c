"""The events that a run kept, read again: a simulation's (``--ledger``) or a replay's.

A run's ``events.parquet`` is no imported table: what became of each event stands beside it, rows lie as
they happened, and currency and zone are its programme's. It was written by a run, so that its
replay to the run's last day, under the run's programme, ends with the run's digest; of a simulation, that
of its first replicate under the programme.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rewardsim.experiments.store import MANIFEST, RunError, read_manifest, run_error, verify
from rewardsim.programme import parse_programme
from rewardsim.transactions import event_schema
from rewardsim.transactions.events import complete, in_order

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "events.parquet"


class Kept(NamedTuple):
    """A run's events as a canonical table, and the last day of the run."""

    table: pa.Table
    until: date


def kept_events(path: str | Path) -> Kept | None:
    """Return the events of the run that a path names, by its folder or by its table; None where it names no run.

    Raises RunError where the run is damaged, or kept no events.
    """
    found = Path(path)
    if found.is_dir() and (found / MANIFEST).is_file():
        return _read(found, read_manifest(found))
    if found.name != TABLE or not found.is_file():
        return None
    try:
        manifest = read_manifest(found.parent)
    except RunError:  # a table that lies by itself
        return None
    return _read(found.parent, manifest)


def _read(folder: Path, manifest: dict[str, Any]) -> Kept:
    import pyarrow.parquet as pq

    if TABLE not in manifest["tables"]:
        found, todo = f"a run of kind {manifest['kind']!r} that kept no events", "simulate with --ledger"
        raise run_error(folder, "no_events", found, "a simulation that kept its ledger, or a replay", todo)
    verify(folder)
    said = manifest["programme"]
    programme = parse_programme(said["text"], said["file"])
    named = {"rewardsim.currency": programme.currency, "rewardsim.timezone": programme.timezone}
    names = event_schema().names
    table = complete(pq.read_table(folder / TABLE)).select(names).cast(event_schema())
    return Kept(in_order(table).replace_schema_metadata(named), date.fromisoformat(manifest["summary"]["until"]))
