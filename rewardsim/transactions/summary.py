"""The numbers of an import, and what its mapping assumes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rewardsim.rules.codes import EVENT_TYPES
from rewardsim.transactions.grouping import exactness
from rewardsim.transactions.report import money_text

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from rewardsim.transactions.mapping import Mapping


def summarise(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, table: pa.Table, read: int, digest: str
) -> dict[str, Any]:
    """The machine-readable account of an import; counts are integers, money decimal strings."""
    ask = connection.sql
    decimals = mapping.money.decimals
    dropped = dict(
        ask(
            "SELECT split_part(why, ':', 2), count(*) FROM good WHERE why LIKE 'drop:%' GROUP BY 1 ORDER BY 1"
        ).fetchall()
    )
    (kept,) = ask("SELECT coalesce(sum(size), 0)::BIGINT FROM grouped WHERE fault IS NULL").fetchall()[0]
    (rejected,) = ask("SELECT count(*) FROM (SELECT DISTINCT file, row FROM rejected)").fetchall()[0]
    counts = dict(ask("SELECT type, count(*) FROM events GROUP BY 1").fetchall())
    sums = ask(
        "SELECT type, sum(amount)::BIGINT, sum(value)::HUGEINT::VARCHAR FROM grouped WHERE fault IS NULL GROUP BY 1"
    ).fetchall()
    totals = {kind: (minor, Decimal(exact) / exactness(mapping)) for kind, minor, exact in sums}
    (members,) = ask("SELECT count(DISTINCT member_id) FROM events").fetchall()[0]
    if read != kept + sum(dropped.values()) + rejected:
        raise AssertionError(f"{read} rows read, but {kept} kept, {dropped} dropped, {rejected} rejected")
    return {
        "rows": {"read": read, "kept": kept, "dropped": dropped, "rejected": rejected},
        "events": {kind: counts[kind] for kind in EVENT_TYPES if kind in counts},
        "members": members,
        "amount": money_text(totals.get("order", (0, 0))[0], decimals),
        "returned": money_text(totals.get("return", (0, 0))[0], decimals),
        "source_amount": {kind: f"{exact:f}" for kind, (_, exact) in sorted(totals.items())},
        "currency": mapping.money.currency,
        "timezone": mapping.time.zone,
        "first": _stamp(table, 0),
        "last": _stamp(table, -1),
        "mapping": mapping.name,
        "digest": digest,
    }


def _stamp(table: pa.Table, row: int) -> str | None:
    if not table.num_rows:
        return None
    place = row % table.num_rows
    day, second = table.column("occurred_day")[place].as_py(), table.column("second")[place].as_py()
    return f"{day.isoformat()}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def assumptions(mapping: Mapping, odd: dict[str, int]) -> list[str]:
    """What the mapping supposes and the source does not say, one sentence each."""
    money, time, said = mapping.money, mapping.time, []
    if money.exchange_rate is not None:
        rate = f"1 {money.source_currency} = {money.exchange_rate} {money.currency} throughout"
        said.append(f"{rate}; totals rounded ({money.sub_minor})")
    if mapping.constants.channel is not None:
        said.append(f"channel {mapping.constants.channel!r} where the source names none")
    if mapping.constants.category is not None:
        said.append(f"category {mapping.constants.category!r} where the source names none")
    if mapping.delivery is not None:
        days = mapping.delivery.after_days
        said.append(f"every order delivered {days} days after it was placed; the source has no deliveries")
    if mapping.events.order_from != "column":
        said.append(f"order ids made from {mapping.events.order_from.replace('_', ' and ')}; the source has none")
    if odd["spread"]:
        count = odd["spread"]
        said.append(f"{count} events have rows in more than one source and were put together; do the exports overlap?")
    if odd["nonexistent"]:
        count = odd["nonexistent"]
        said.append(f"{count} rows with a time that {time.source_zone} skipped were moved forward by the gap")
    if odd["ambiguous"]:
        count = odd["ambiguous"]
        said.append(f"{count} rows with a time that {time.source_zone} had twice were taken as the {time.ambiguous}")
    return said
