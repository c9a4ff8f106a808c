"""From typed rows to events: what is dropped, which rows are one event, exact totals, the order.

Amounts stay exact decimals until an event's total is known: whole numbers of 10**-6 of a unit, of
10**-12 where a price is multiplied by a quantity. Only then is the exchange rate applied, if there
is one, and the total rounded, once.
"""

from __future__ import annotations

import re
from decimal import Decimal
from math import gcd
from typing import TYPE_CHECKING

from rewardsim.rules.codes import EVENT_TYPES
from rewardsim.transactions.grammar import quoted
from rewardsim.transactions.parsing import column_types, wanted_columns

if TYPE_CHECKING:
    import duckdb

    from rewardsim.transactions.mapping import Mapping

MICRO = 10**6
LINED = "('order', 'return', 'use')"
COPIED = (
    "member", "line", "channel", "tokens", "item", "counterpart", "expiry", "birthday", "hashtag", "tags", "public",
)  # fmt: skip
POSTED = " OR ".join(f"p_{name} IS NOT NULL" for name in ("hashtag", "tags", "public"))
TYPED_TESTS = (
    ("reject", "negative_amount", "a < 0 OR p_discount < 0"),
    ("reject", "null_counterpart", "type = 'invite' AND p_counterpart IS NULL"),
    ("reject", "misplaced_birthday", "type <> 'enrol' AND p_birthday IS NOT NULL"),
    ("reject", "birthday_after_event", "p_birthday > t"),
    ("reject", "misplaced_post", f"type <> 'draw_entry' AND ({POSTED})"),
)


def value_rows(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Make ``good`` of ``timed``: type, key and exact value of every row that was not rejected.

    ``why`` is NULL for a row that is kept, else ``drop:`` or ``reject:`` and the reason.
    """
    typed = mapping.typed
    amount = "p_amount" if mapping.columns.price is None else "CAST(p_price AS HUGEINT) * p_quantity"
    wide = "BIGINT" if mapping.columns.price is None else "HUGEINT"
    discount = f"coalesce(abs(p_discount), 0) * CAST({exactness(mapping) // MICRO} AS {wide})"
    made = {
        "column": "p_order",
        "member_day": "p_member || '@' || strftime(make_timestamp(t * 1000000), '%Y-%m-%d')",
        "row": "'row-' || lpad(CAST(n AS VARCHAR), 9, '0')",
    }[mapping.events.order_from]
    lookup = "LEFT JOIN lookup k ON k.key = t.p_lookup" if mapping.category_lookup else ""
    inner = (
        f"SELECT t.*, {made} AS okey, coalesce({amount}, 0) AS a, {'k.value' if lookup else 'p_category'} AS category"
        f"{_copies(connection)} FROM timed t {lookup} "
        "WHERE NOT EXISTS (FROM rejected r WHERE r.file = t.file AND r.row = t.row)"
    )
    sign = "a" if typed else "CASE WHEN type = 'return' THEN -a ELSE a END"
    copied = ", ".join(f"p_{name}" for name in wanted_columns(mapping) if name in COPIED)
    connection.execute(
        f"CREATE TEMP TABLE good AS SELECT n, file, row, t, type, okey, category, {copied}, {sign} AS value, "
        f"{_why(mapping, typed)} AS why, CAST({_part(mapping)} AS BIGINT) AS part, "
        f"{_key(mapping)} AS key, "
        f"{discount if mapping.columns.discount else 'CAST(0 AS BIGINT)'} AS discount "
        f"FROM (SELECT *, {_kind(mapping)} AS type FROM ({inner}))"
    )


def _copies(connection: duckdb.DuckDBPyConnection) -> str:
    """SQL that numbers rows equal in every column of the source, where these were read."""
    names = connection.sql(
        "SELECT column_name FROM duckdb_columns() "
        "WHERE table_name = 'parsed' AND regexp_full_match(column_name, 'x[0-9]+')"
    ).fetchall()
    columns = ", ".join(name for (name,) in names)
    return f", row_number() OVER (PARTITION BY {columns} ORDER BY n) AS copy" if columns else ""


def _kind(mapping: Mapping) -> str:
    """SQL of a row's type: as the source names it, as the mapping does, or from the row itself."""
    if mapping.typed:
        return "p_type" if mapping.events.type is None else quoted(mapping.events.type)
    tests = []
    if mapping.cancellation.prefix is not None:
        tests.append(f"starts_with(okey, {quoted(mapping.cancellation.prefix)})")
    if mapping.cancellation.negative == "return":
        tests.append("a < 0")
    return f"(CASE WHEN {' OR '.join(tests)} THEN 'return' ELSE 'order' END)" if tests else "'order'"


def _key(mapping: Mapping) -> str:
    """SQL of what rows of one event share.

    Where the mapping names the type and the source no event, the key is made of what the row says,
    so that a row given twice is one event given twice. A slash within an id is written ``~1``.
    """
    if mapping.columns.event is not None:
        return "p_event"
    if mapping.events.type is None:
        return "okey"
    named = [name for name in ("member", "order", "item", "counterpart") if name in wanted_columns(mapping)]
    ids = ", ".join(f"replace(replace(coalesce(p_{name}, ''), '~', '~0'), '/', '~1')" for name in named)
    when = "strftime(make_timestamp(t * 1000000), '%Y-%m-%dT%H:%M:%S')"
    return f"concat_ws('/', {quoted(mapping.events.type)}, {when}, {ids})"


def _why(mapping: Mapping, typed: bool) -> str:
    """SQL of the reason for which a row does not count; the first that holds is given."""
    rows, products = mapping.rows, mapping.products
    no_order = "okey IS NULL" + (" AND type IN ('order', 'deliver', 'cancel', 'redeem')" if typed else "")
    tests = [(rows.null_member, "null_member", "p_member IS NULL"), (rows.null_order, "null_order", no_order)]
    if products is not None:
        other = f"NOT regexp_matches(coalesce(p_product, ''), {quoted(products.pattern)})"
        tests.append((products.others, "non_product", other))
    if rows.duplicates == "drop_exact":
        tests.append(("drop", "exact_duplicate", "copy > 1"))
    price = "p_price" if mapping.columns.price is not None else "p_amount"
    if mapping.columns.price is not None:
        tests.append((rows.zero_quantity, "zero_quantity", "p_quantity = 0"))
        tests.append((rows.negative_price, "negative_price", "p_price < 0"))
    if typed:
        tests += TYPED_TESTS
    else:
        tests.append((rows.zero_price, "zero_price", f"{price} = 0"))
        tests.append((mapping.cancellation.negative, "negative_amount", "type = 'order' AND a < 0"))
    limit = int(Decimal(mapping.money.amount_max) * exactness(mapping))
    tests.append(("reject", "amount_out_of_range", f"abs(a) > {limit}"))
    arms = [f"WHEN {test} THEN '{policy}:{name}'" for policy, name, test in tests if policy in ("drop", "reject")]
    return f"(CASE {' '.join(arms)} END)"


def _part(mapping: Mapping) -> str:
    """SQL of what tells apart events with one key: nothing, the row, or (NULL) a run of lines."""
    if mapping.typed:
        return "CASE WHEN p_line IS NULL THEN n END" if mapping.columns.line is not None else "n"
    return "n" if mapping.events.grain == "order" else "0"


def number_runs(connection: duckdb.DuckDBPyConnection) -> None:
    """Give each run of rising line numbers of one event id its own ``part``.

    Lines 1 2 3 1 2 of one id are two events with that id: whether the second is a duplicate or a
    conflict is for the law to say.
    """
    connection.execute(
        "UPDATE good SET part = r.part FROM (SELECT n, max(begins) OVER (PARTITION BY key ORDER BY n) AS part FROM ("
        "SELECT n, key, CASE WHEN coalesce(p_line <= lag(p_line) OVER k OR type <> lag(type) OVER k, true) THEN n END "
        "AS begins FROM good WHERE p_line IS NOT NULL AND why IS NULL WINDOW k AS (PARTITION BY key ORDER BY n)"
        ")) r WHERE r.n = good.n"
    )


def exactness(mapping: Mapping) -> int:
    """How many steps of an exact value make one unit of the source's currency."""
    return MICRO if mapping.columns.price is None else MICRO * MICRO


def scale(mapping: Mapping) -> tuple[int, int]:
    """An exact value times the first, divided by the second, is in minor units."""
    rate = Decimal(mapping.money.exchange_rate or "1")
    times, unit = int(rate * MICRO) * 10**mapping.money.decimals, exactness(mapping) * MICRO
    common = gcd(times, unit)
    return times // common, unit // common


def rounded(value: str, unit: int, rounding: str) -> str:
    """SQL of a value that is not negative, divided by ``unit`` and rounded."""
    quotient, rest = f"({value}) // {unit}", f"(({value}) % {unit})"
    if rounding in ("floor", "reject") or unit == 1:
        return f"({quotient})"
    up = {
        "ceil": f"{rest} > 0",
        "half_up": f"2 * {rest} >= {unit}",
        "half_even": f"2 * {rest} > {unit} OR (2 * {rest} = {unit} AND ({quotient}) % 2 = 1)",
    }[rounding]
    return f"({quotient} + CASE WHEN {up} THEN 1 ELSE 0 END)"


def group(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Make ``grouped``: one row an event, its exact totals and those in minor units."""
    times, unit = scale(mapping)
    rounding = mapping.money.sub_minor
    limit = int(Decimal(mapping.money.amount_max) * exactness(mapping))
    minor_limit = int(Decimal(mapping.money.amount_max) * 10**mapping.money.decimals)
    connection.execute(
        "CREATE TEMP TABLE grouped AS WITH g AS ("
        "SELECT type, key, part, min(n) AS first, min(t) AS t, count(*) AS size, "
        "min(p_member) <> max(p_member) AS two_members, min(value) < 0 AND max(value) > 0 AS mixed, "
        "min(file) <> max(file) AS spread, "
        "sum(value) AS value, sum(discount) AS discount FROM good WHERE why IS NULL GROUP BY type, key, part), "
        f"m AS (SELECT *, CASE WHEN value BETWEEN 0 AND {limit} THEN CAST(value AS HUGEINT) * {times} END AS v, "
        f"CASE WHEN discount BETWEEN 0 AND value AND value <= {limit} "
        f"THEN CAST(discount AS HUGEINT) * {times} END AS d FROM g), "
        f"r AS (SELECT *, {rounded('v', unit, rounding)} AS amount, {rounded('d', unit, rounding)} AS off FROM m) "
        "SELECT * EXCLUDE (amount, off, v, d), CAST(amount AS BIGINT) AS amount, CAST(off AS BIGINT) AS off, "
        "CASE WHEN two_members THEN 'two_members' WHEN value < 0 THEN 'wrong_sign' "
        f"WHEN value > {limit} OR amount > {minor_limit} THEN 'amount_out_of_range' "
        "WHEN discount > value THEN 'discount_above_amount' "
        f"WHEN {str(rounding == 'reject').lower()} AND (v % {unit} <> 0 OR d % {unit} <> 0) THEN 'sub_minor' "
        "END AS fault FROM r"
    )


def event_rows(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> None:
    """Make ``events``: the canonical rows without their lines, numbered in canonical order."""
    typed = mapping.typed
    channel, category = own(mapping, "channel"), category_sql(mapping)
    if mapping.constants.channel:
        channel = f"coalesce({channel}, {quoted(mapping.constants.channel)})"
    numbered = f"{own(mapping, 'line')} IS NOT NULL" if typed else str(mapping.events.lines).lower()
    lined = f"r.type IN {LINED} AND NOT r.mixed AND {numbered}"
    second = "((r.t % 86400) + 86400) % 86400"
    base = (
        f"SELECT {_event_id(mapping)} AS event_id, r.type, g.p_member AS member_id, (r.t - {second}) // 86400 AS day, "
        f"{second} AS second, r.first AS recorded, r.amount, r.off, coalesce({own(mapping, 'tokens')}, 0) AS tokens, "
        f"{_order_link(mapping)} AS order_id, {channel} AS channel, "
        f"CASE WHEN {lined} THEN NULL ELSE {category} END AS category, "
        f"{own(mapping, 'item')} AS item, {own(mapping, 'counterpart')} AS counterpart, "
        f"{own(mapping, 'expiry')} // 86400 AS expiry, {own(mapping, 'birthday')} // 86400 AS birthday, "
        f"{_post(mapping)}, {lined} AS lined, "
        "r.size, r.key, r.part, g.file, g.row FROM grouped r JOIN good g ON g.n = r.first WHERE r.fault IS NULL"
    )
    types = ", ".join(f"('{name}', {number})" for name, number in EVENT_TYPES.items())
    connection.execute(
        f"CREATE TEMP TABLE events AS WITH b AS ({base}), a AS (FROM b{_deliveries(mapping)}) "
        "SELECT row_number() OVER (ORDER BY day, second, k.number, event_id, recorded) AS number, a.* "
        f"FROM a JOIN (VALUES {types}) k(name, number) ON k.name = a.type"
    )


def own(mapping: Mapping, name: str) -> str:
    """SQL of a row's column, NULL where the source has none."""
    return f"g.p_{name}" if name in wanted_columns(mapping) else f"CAST(NULL AS {column_types()[name]})"


def _post(mapping: Mapping) -> str:
    """SQL of the columns of a post: whether there is one, and what it holds."""
    hashtag, tags, public = (own(mapping, name) for name in ("hashtag", "tags", "public"))
    posted = f"{hashtag} IS NOT NULL OR {tags} IS NOT NULL OR {public} IS NOT NULL"
    return f"{posted} AS posted, {hashtag} AS hashtag, coalesce({tags}, 0) AS tags, coalesce({public}, false) AS public"


def category_sql(mapping: Mapping) -> str:
    """SQL of a row's category."""
    constant = mapping.constants.category
    return f"coalesce(g.category, {quoted(constant)})" if constant else "g.category"


def _event_id(mapping: Mapping) -> str:
    """SQL of an event's id; a return that shares its order's id is told apart from it."""
    if mapping.typed:
        return "g.key"
    prefix = mapping.cancellation.prefix
    own = f"NOT starts_with(g.okey, {quoted(prefix)})" if prefix else "true"
    name = f"g.okey || CASE WHEN r.type = 'return' AND {own} THEN '/return' ELSE '' END"
    return f"lpad(CAST(r.first AS VARCHAR), 9, '0') || ':' || {name}" if mapping.events.tie == "file" else name


def _order_link(mapping: Mapping) -> str:
    if mapping.typed:
        return "g.okey"
    prefix = mapping.cancellation.prefix or ""
    linked = {
        "none": "NULL",
        "same": "g.okey",
        "without_prefix": f"regexp_replace(g.okey, {quoted('^' + re.escape(prefix))}, '')",
    }[mapping.cancellation.link]
    return f"CASE WHEN r.type = 'return' THEN {linked} ELSE g.okey END"


def _deliveries(mapping: Mapping) -> str:
    if mapping.delivery is None:
        return ""
    return (
        " UNION ALL BY NAME SELECT * REPLACE (event_id || '/deliver' AS event_id, 'deliver' AS type, "
        f"day + {mapping.delivery.after_days} AS day, CAST(0 AS BIGINT) AS amount, CAST(0 AS BIGINT) AS off, "
        "NULL AS category, NULL AS channel, false AS lined) FROM b WHERE type = 'order'"
    )
