"""What production did: its events, replayed under the programme, and its own ledger checked against that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.replays.replay import replay
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import MANIFEST
from rewardsim.programme import Programme
from rewardsim.programme.faults import Fault, Place
from rewardsim.transactions import TransactionError
from rewardsim.transactions.exported import exported_file, read_exported
from rewardsim.transactions.faults import clip

if TYPE_CHECKING:
    import pyarrow as pa

LEDGER_FILE = "ledger.jsonl"
OF_PROGRAMME = "toml:"
"""What the bundle hash of a programme served from its file begins with; its key follows."""
COMPARED = ("ordinal", "event_id", "day", "source", "target", "tokens", "expiry_day", "rule", "reason")
ENTRY_TYPES = {"line": "int64", "ordinal": "int64", "day": "date32", "tokens": "int64", "expiry_day": "date32"}


@dataclass(frozen=True)
class Difference:
    """The first entry of a member that production has otherwise than a replay of its events."""

    member_id: str
    line: int
    day: date
    rule: str
    produced: str
    replayed: str

    def __str__(self) -> str:
        return (
            f"member {clip(self.member_id)}, entry {self.line} of {self.day}, rule {self.rule}: "
            f"production {self.produced}, replay {self.replayed}"
        )


@dataclass(frozen=True)
class Actual:
    """Production as a replayed run; what of its own ledger differs, None where it has sent none."""

    run: Run
    differences: list[Difference] | None
    unposted: int
    """Entries that fell due by time, which production has not posted yet."""

    def days(self) -> tuple[date, date]:
        """Return the first and the last day on which anything happened."""
        row = self.run.sql("SELECT min(occurred_day)::DATE AS first, max(occurred_day)::DATE AS last FROM events")
        first, last = row["first"][0], row["last"][0]
        return first.date(), last.date()

    def people(self) -> pa.Table:
        """Return members with their ids and the days on which they enrolled."""
        import pyarrow.parquet as pq

        return pq.read_table(self.run.path / "members.parquet", columns=["member", "member_id", "enrolled_day"])

    @property
    def folder(self) -> Path:
        """Where the tables are."""
        return self.run.path


def actual_of(
    export: str | Path,
    programme: Programme,
    until: date | None,
    out: Path,
    secrets: Mapping[str, bytes] | None = None,
) -> Actual:
    """Return what production did; raise TransactionError or RunError where an export cannot be used."""
    export = Path(export)
    if (export / MANIFEST).is_file():
        return Actual(_replayed(export, programme), None, 0)
    lines = exported_file(export)
    if lines is None:
        return Actual(replay(programme, export, out=out, until=until, secrets=secrets), None, 0)
    events, entries = read_exported(lines), _entries(lines.parent / LEDGER_FILE, programme)
    days = [day for day in (until, _last(events, "occurred_day"), _last(entries, "day")) if day]
    run = replay(programme, events, out=out, order="recorded", until=max(days, default=None), secrets=secrets)
    if entries is None:
        return Actual(run, None, 0)
    return Actual(run, *compare(run, entries))


def _replayed(folder: Path, programme: Programme) -> Run:
    """Return a replay that was made before; refuse one of another kind or programme."""
    run = Run(folder)
    faults = []
    if run.manifest["kind"] != "replay":
        found, allowed = f"a run of kind {run.manifest['kind']!r}", "a replay of production's events"
        faults.append(Fault(Place(str(folder)), "other_kind", found, allowed, "name what production exported"))
    if run.manifest["programme"]["hash"] != programme.hash:
        faults.append(_other_programme(folder, run.manifest["programme"]["hash"], programme.hash))
    if faults:
        raise TransactionError(faults)
    return run


def _other_programme(place: Path, found: str, wanted: str) -> Fault:
    todo = "compare with a simulation of the programme that production serves"
    return Fault(Place(str(place)), "other_programme", f"programme {found[:16]}", f"programme {wanted[:16]}", todo)


def _last(table: pa.Table | None, column: str) -> date | None:
    import pyarrow.compute as pc

    return pc.max(table[column]).as_py() if table is not None and table.num_rows else None


def _entries(path: Path, programme: Programme) -> pa.Table | None:
    """Return production's own entries, None where it has sent none; raise TransactionError with every fault."""
    import pyarrow as pa

    if not path.is_file():
        return None
    kinds = {name: getattr(pa, ENTRY_TYPES.get(name, "string"))() for name in ("member_id", "line", *COMPARED)}
    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    served: set[str] = set()
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            found = json.loads(line)
            served.add(found.get("bundle") or "")
            rows.append({name: _value(found[name], name) for name in kinds})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            allowed, todo = "an entry as `rewardsim records` writes it", "export again"
            faults.append(Fault(Place(path.name, number), "bad_entry", clip(error), allowed, todo))
    keys = [one.removeprefix(OF_PROGRAMME) for one in sorted(served) if one.startswith(OF_PROGRAMME)]
    faults += [_other_programme(path, key, programme.key) for key in keys if key != programme.key]
    if faults:
        raise TransactionError(faults)
    return pa.Table.from_pylist(rows, pa.schema(kinds.items()))


def _value(value: Any, name: str) -> Any:
    kind = ENTRY_TYPES.get(name)
    if value is None:
        return None
    if kind == "date32":
        return date.fromisoformat(value)
    if kind == "int64" and type(value) is not int:
        raise TypeError(f"{name}: {value!r} is no whole number")
    return value


def compare(run: Run, entries: pa.Table) -> tuple[list[Difference], int]:
    """Return each member's first difference of production's ledger and the replay's, and how much is not posted yet."""
    from rewardsim.experiments.run import connection

    with connection(run.path) as con:
        con.register("produced", entries)
        con.execute(
            "CREATE TEMP TABLE replayed AS SELECT l.member_id, e.event_id, l.* EXCLUDE (member_id), "
            "row_number() OVER (PARTITION BY l.member_id ORDER BY l.seq) - 1 AS line "
            "FROM ledger l LEFT JOIN events e ON e.number = l.event"
        )
        rows = con.execute(_DIFFERENT).fetchall()
        unposted = con.execute(_UNPOSTED).fetchall()[0][0]
    return [_difference(row) for row in rows], int(unposted)


def _difference(row: Sequence[Any]) -> Difference:
    member_id, line, day, rule, produced, replayed = row
    return Difference(member_id, line, day, rule, produced or "has none", replayed or "has none")


def _told(side: str) -> str:
    """Return SQL that tells an entry of one side."""
    return (
        f"CASE WHEN {side}.source IS NULL THEN NULL ELSE {side}.source || ' to ' || {side}.target || ' ' || "
        f"{side}.tokens || ' by ' || {side}.rule || ' (' || {side}.reason || ') on ' || {side}.day::DATE || "
        f"coalesce(' for ' || {side}.event_id, '') END"
    )


_SAME = " AND ".join(
    f"p.{name}::DATE IS NOT DISTINCT FROM r.{name}::DATE" if ENTRY_TYPES.get(name) == "date32"
    else f"p.{name} IS NOT DISTINCT FROM r.{name}"
    for name in COMPARED
)  # fmt: skip
_LATER = "EXISTS (SELECT 1 FROM produced q WHERE q.member_id = r.member_id AND q.line > r.line)"
_DIFFERENT = f"""
    SELECT * FROM (
        SELECT coalesce(p.member_id, r.member_id) AS member_id, coalesce(p.line, r.line) AS line,
            coalesce(p.day::DATE, r.day::DATE) AS day, coalesce(p.rule, r.rule) AS rule, {_told("p")}, {_told("r")}
        FROM produced p FULL JOIN replayed r ON p.member_id = r.member_id AND p.line = r.line
        WHERE CASE WHEN p.member_id IS NULL THEN r.event_id IS NOT NULL OR {_LATER}
            WHEN r.member_id IS NULL THEN true ELSE NOT ({_SAME}) END
    ) QUALIFY row_number() OVER (PARTITION BY member_id ORDER BY line) = 1 ORDER BY day, member_id
"""
_UNPOSTED = f"""
    SELECT count(*) FROM replayed r ANTI JOIN produced p ON p.member_id = r.member_id AND p.line = r.line
    WHERE r.event_id IS NULL AND NOT {_LATER}
"""
