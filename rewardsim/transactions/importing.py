"""The road from a source to canonical events; nothing is written unless everything holds."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.transactions import grammar
from rewardsim.transactions.digest import events_digest
from rewardsim.transactions.events import write_events
from rewardsim.transactions.faults import SHOWN_MAX, TransactionError, clip, refuse, row_fault
from rewardsim.transactions.grouping import event_rows, group, number_runs, value_rows
from rewardsim.transactions.lines import canonical_table
from rewardsim.transactions.mapping import Mapping
from rewardsim.transactions.mapping_file import load_mapping
from rewardsim.transactions.parsing import create_tables, parse, wanted_columns
from rewardsim.transactions.report import ImportResult, write_rejects
from rewardsim.transactions.sources import Loaded, all_columns, load, package_file
from rewardsim.transactions.summary import assumptions, summarise
from rewardsim.transactions.textgate import LIMITS, Limits
from rewardsim.transactions.timing import place_in_time

if TYPE_CHECKING:
    import duckdb

ALLOWED = {
    "null_member": "a member on every row (rows.null_member)",
    "null_order": "an order id where one is needed (rows.null_order)",
    "non_product": "products (see [products])",
    "zero_quantity": "a quantity other than 0 (rows.zero_quantity)",
    "zero_price": "a price other than 0 (rows.zero_price)",
    "negative_price": "a price of at least 0 (rows.negative_price)",
    "null_counterpart": "the friend who is invited (columns.counterpart)",
    "misplaced_birthday": "a birthday on enrol events only",
    "birthday_after_event": "a birthday that is not after the enrolment",
    "misplaced_post": "hashtag, tags and public on draw_entry events only",
    "negative_amount": "an amount of at least 0 (cancellation.negative; typed events are never negative)",
    "amount_out_of_range": "at most money.amount_max",
    "two_members": "one member for all rows of an event",
    "wrong_sign": "a total of at least 0 (of a return: goods coming back)",
    "discount_above_amount": "a discount of at most the amount",
    "sub_minor": "whole minor units, or a rounding in money.sub_minor",
}


def import_transactions(
    sources: Any,
    mapping: Mapping | str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    rejects: str | os.PathLike[str] | None = None,
    limits: Limits = LIMITS,
) -> ImportResult:
    """Import outside data as canonical events.

    ``sources``: a path, a pandas or other Arrow-capable frame, a DuckDB relation, a list of these,
    or None where the mapping names a package's file. ``out`` receives the events as Parquet.
    Raises TransactionError, with nothing written, if a source is refused or any row is rejected;
    with ``rejects`` the rejected rows go to that CSV file and the others are imported.
    """
    import duckdb

    plan = mapping if isinstance(mapping, Mapping) else load_mapping(mapping)
    wanted, given = wanted_columns(plan), _listed(sources, plan)
    _spare_sources(given, out, rejects)
    with tempfile.TemporaryDirectory() as spill, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {grammar.quoted(spill)}")
        connection.execute("SET autoinstall_known_extensions = false")
        files, read = _read_all(connection, given, plan, wanted, limits)
        odd = _to_events(connection, plan)
        rejected = _rejected(connection, files, rejects is None)
        table = canonical_table(connection, plan, files)
        digest = events_digest(table, plan.money.currency, plan.time.zone)
        summary = summarise(connection, plan, table, read, digest)
    # The events come last: where they stand, their rejects stand too.
    if rejects is not None:
        write_rejects(rejects, rejected)
    if out is not None:
        header = {"currency": plan.money.currency, "timezone": plan.time.zone}
        write_events(table, out, header | {"digest": digest, "mapping": plan.digest()})
    return ImportResult(table, summary, assumptions(plan, odd))


def _spare_sources(sources: list[Any], *targets: str | os.PathLike[str] | None) -> None:
    """Refuse to write over what is being read."""
    read = {Path(source).resolve() for source in sources if isinstance(source, str | os.PathLike)}
    for target in targets:
        if target is not None and Path(target).resolve() in read:
            raise refuse("own_source", Path(target).name, "a source of this import", "another name for the output")


def _listed(sources: Any, plan: Mapping) -> list[Any]:
    if sources is None or (isinstance(sources, Sequence) and not isinstance(sources, str) and not sources):
        if plan.source.package is None or plan.source.file is None:
            raise refuse("no_source", plan.name, "nothing", "a file, or source.package in the mapping")
        return [package_file(plan.source.package, plan.source.file)]
    return list(sources) if isinstance(sources, list | tuple) else [sources]


def _read_all(
    connection: duckdb.DuckDBPyConnection, sources: list[Any], plan: Mapping, wanted: dict[str, str], limits: Limits
) -> tuple[list[str], int]:
    """Read and parse every source; names in order, and rows read."""
    files, read, base = [], 0, 0
    plans = [_columns(source, plan, wanted, limits) for source in sources]
    create_tables(connection, wanted, max((len(columns) - len(wanted) for columns in plans), default=0))
    for number, (source, columns) in enumerate(zip(sources, plans, strict=True)):
        loaded = load(source, number + 1, plan, columns, limits)
        files.append(loaded.name)
        read += loaded.read
        _keep_faults(connection, loaded, number)
        parse(connection, plan, loaded.columns, columns, loaded.name, number, base)
        base += loaded.last
    _read_lookup(connection, plan, limits)
    return files, read


def _columns(source: Any, plan: Mapping, wanted: dict[str, str], limits: Limits) -> dict[str, str]:
    """The columns to read; to know exact duplicates, all of them (``x0`` and on)."""
    if plan.rows.duplicates == "keep":
        return wanted
    return wanted | {f"x{index}": name for index, name in enumerate(all_columns(source, plan, limits))}


def _keep_faults(connection: duckdb.DuckDBPyConnection, loaded: Loaded, number: int) -> None:
    import pyarrow as pa

    if loaded.faults:
        rows = [(f.place.line, f.place.path, f.code, f.found, f.allowed) for f in loaded.faults]
        table = pa.table(
            dict(zip(("row", "col", "code", "found", "allowed"), map(list, zip(*rows, strict=True)), strict=True))
        )
        connection.register("faults", table)
        connection.execute(f"INSERT INTO rejected SELECT {number}, * FROM faults")
        connection.unregister("faults")


def _read_lookup(connection: duckdb.DuckDBPyConnection, plan: Mapping, limits: Limits) -> None:
    lookup = plan.category_lookup
    if lookup is None or plan.source.package is None:
        return
    path = package_file(plan.source.package, lookup.file)
    table = load(path, 0, plan, {"key": lookup.key, "value": lookup.value}, limits).columns
    key, value = (
        grammar.label(f"s.{name}", grammar.kind_of(table.schema.field(name).type)) for name in ("key", "value")
    )
    connection.register("lookup_rows", table)
    connection.execute(
        f"CREATE TEMP TABLE lookup AS SELECT {key} AS key, min({value}) AS value FROM lookup_rows s GROUP BY 1"
    )


def _to_events(connection: duckdb.DuckDBPyConnection, plan: Mapping) -> dict[str, int]:
    odd = place_in_time(connection, plan)
    column = plan.columns.amount or plan.columns.price or ""
    value_rows(connection, plan)
    if plan.typed and plan.columns.line is not None:
        number_runs(connection)
    group(connection, plan)
    places = _places(plan)
    connection.execute(
        "INSERT INTO rejected SELECT file, row, coalesce(map_extract_value(MAP(?, ?), split_part(why, ':', 2)), ?), "
        f"split_part(why, ':', 2), coalesce({_found(plan)}, ''), '' FROM good WHERE why LIKE 'reject:%'",
        [list(places), list(places.values()), column],
    )
    connection.execute(
        "INSERT INTO rejected SELECT g.file, g.row, ?, r.fault, r.key, '' FROM grouped r "
        "JOIN good g ON g.type = r.type AND g.key = r.key AND g.part = r.part AND g.why IS NULL "
        "WHERE r.fault IS NOT NULL",
        [column],
    )
    event_rows(connection, plan)
    (odd["spread"],) = connection.sql("SELECT count(*) FROM grouped WHERE spread AND fault IS NULL").fetchall()[0]
    return odd


def _places(plan: Mapping) -> dict[str, str]:
    """The column to name for each reason that is not one of the amount."""
    columns = plan.columns
    return {
        "null_member": columns.member,
        "null_order": columns.order or "",
        "null_counterpart": columns.counterpart or "",
        "misplaced_birthday": columns.birthday or "",
        "birthday_after_event": columns.birthday or "",
        "misplaced_post": columns.hashtag or columns.tags or columns.public or "",
    }


def _found(plan: Mapping) -> str:
    """SQL of what is shown of a row that does not count: what is wrong with it, or else whose event it is."""
    born = (
        ""
        if plan.columns.birthday is None
        else ("WHEN why LIKE '%birthday%' THEN strftime(make_timestamp(p_birthday * 1000000), '%Y-%m-%d') ")
    )
    alone = "WHEN why = 'reject:null_counterpart' THEN 'no counterpart' "
    return f"(CASE {born}{alone}WHEN why = 'reject:misplaced_post' THEN 'a post on ' || type ELSE key END)"


def _rejected(connection: duckdb.DuckDBPyConnection, files: list[str], final: bool) -> list[tuple[Any, ...]]:
    """All rejected rows as (file, row, column, code, found, allowed); raises if that is ``final``."""
    (count,) = connection.sql("SELECT count(*) FROM rejected").fetchall()[0]
    limit = f"LIMIT {SHOWN_MAX}" if final else ""
    found = connection.sql(f"SELECT * FROM rejected ORDER BY file, row, col, code {limit}").fetchall()
    rows = [
        (files[f], row, col, code, clip(value), rule or ALLOWED.get(code, ""))
        for f, row, col, code, value, rule in found
    ]
    if final and rows:
        raise TransactionError(
            (row_fault(code, file, row, col, value, rule) for file, row, col, code, value, rule in rows), count
        )
    return rows
