"""Every row's place in time by the programme's clock."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rewardsim.transactions import zones
from rewardsim.transactions.parsing import column_types, wanted_columns

if TYPE_CHECKING:
    import duckdb

    from rewardsim.transactions.mapping import Mapping

EPOCH = date(1970, 1, 1).toordinal()
SHOWN = "strftime(make_timestamp(t_source * 1000000), '%Y-%m-%d %H:%M:%S')"


def place_in_time(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> dict[str, int]:
    """Make ``timed`` of ``parsed``: ``t`` is the second by the programme's clock.

    A naive time is one of the source's zone. Times outside the plausible window are rejected, so
    are missing and double times where the mapping says so. Returns how many there were of each.
    """
    time = mapping.time
    earliest, latest = ((day.toordinal() - EPOCH) * zones.DAY for day in (time.earliest, time.latest))
    window = f"p_time BETWEEN {earliest - 2 * zones.DAY} AND {latest + 2 * zones.DAY}"
    days = connection.sql(
        f"SELECT DISTINCT CAST(floor(p_time / {zones.DAY}) AS BIGINT) FROM parsed WHERE {window}"
    ).fetchall()
    naive, aware = connection.sql(
        "SELECT count(*) FILTER (WHERE NOT aware), count(*) FILTER (WHERE aware) FROM parsed"
    ).fetchall()[0]
    stretches = zones.spans(day for (day,) in days)
    gap, overlap = (
        f"(NOT aware AND {zones.window_sql('p_time', time.source_zone, stretches, kind)})" if naive else "false"
        for kind in ("gap", "overlap")
    )
    utc = zones.to_utc_sql("p_time", time.source_zone, stretches, time.ambiguous)
    local = zones.to_local_sql("utc", time.zone, stretches)
    if time.source_zone == time.zone and not aware:
        # Within one zone a local time needs no detour; only one that does not exist moves.
        local = f"(CASE WHEN gap THEN {local} ELSE p_time END)"
    wanted = wanted_columns(mapping)
    absent = "".join(
        f", CAST(NULL AS {kind}) AS p_{name}" for name, kind in column_types().items() if name not in wanted
    )
    connection.execute(
        f"CREATE TEMP VIEW timed AS SELECT * EXCLUDE (p_time, utc){absent}, {local} AS t, p_time AS t_source FROM "
        f"(SELECT *, CASE WHEN aware THEN p_time ELSE {utc} END AS utc, {gap} AS gap, {overlap} AS overlap "
        "FROM parsed WHERE p_time IS NOT NULL)"
    )
    _reject_times(connection, mapping, earliest, latest)
    counts = connection.sql(
        "SELECT count(*) FILTER (WHERE gap), count(*) FILTER (WHERE overlap) FROM timed"
    ).fetchall()[0]
    return dict(zip(("nonexistent", "ambiguous"), counts, strict=True))


def _reject_times(connection: duckdb.DuckDBPyConnection, mapping: Mapping, earliest: int, latest: int) -> None:
    time = mapping.time
    hint = "10 digits are epoch_s, 13 digits epoch_ms; the window is time.earliest to time.latest"
    tests = [
        ("implausible_time", f"t < {earliest} OR t >= {latest}", f"{time.earliest} until before {time.latest} ({hint})")
    ]
    if time.nonexistent == "reject":
        tests.append(("nonexistent_time", "gap", f"a time that exists in {time.source_zone}"))
    if time.ambiguous == "reject":
        tests.append(("ambiguous_time", "overlap", f"a time that occurs once in {time.source_zone}"))
    for code, condition, allowed in tests:
        connection.execute(
            f"INSERT INTO rejected SELECT file, row, ?, ?, CASE WHEN abs(t_source) < 100000000000 THEN {SHOWN} "
            f"ELSE CAST(t_source AS VARCHAR) || ' s' END, ? FROM timed WHERE {condition}",
            [mapping.columns.time, code, allowed],
        )
