"""From a source's columns to typed rows: what each field must be, and what is said when it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rewardsim.rules.codes import EVENT_TYPES
from rewardsim.transactions import grammar
from rewardsim.transactions.events import EARLIEST_BIRTHDAY, HASHTAG_MAX, TAGS_MAX
from rewardsim.transactions.faults import CLIP, refuse

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from rewardsim.transactions.mapping import Mapping

LABELS = ("member", "order", "event", "category", "channel", "item", "counterpart", "product", "lookup")
AMOUNTS = ("amount", "price", "quantity", "discount")
WHOLES = ("line", "tokens")
POSTED = ("hashtag", "tags", "public")


class Field(NamedTuple):
    """One column of the parsed rows."""

    name: str
    source: str
    """The source's name of it, for messages."""
    kind: str
    value: str
    code: str
    allowed: str
    required: bool = False


def wanted_columns(mapping: Mapping) -> dict[str, str]:
    """The source's column for each meaning that the mapping gives one."""
    wanted = {name: column for name, column in mapping.columns.model_dump().items() if column is not None}
    if mapping.products is not None:
        wanted["product"] = mapping.products.column
    if mapping.category_lookup is not None:
        wanted["lookup"] = mapping.category_lookup.column
    return wanted


def fields(mapping: Mapping, table: pa.Table, wanted: dict[str, str], file: str) -> list[Field]:
    """The rule of every column that a mapping names."""
    out = []
    for name, source in wanted.items():
        if name.startswith("x"):
            continue
        kind = grammar.kind_of(table.schema.field(name).type)
        if kind == "other" or (kind == "bool" and name != "public"):
            raise refuse("column_type", file, table.schema.field(name).type, "text, numbers or times", path=source)
        out.append(_field(name, source, kind, mapping))
    return out


def _field(name: str, source: str, kind: str, mapping: Mapping) -> Field:
    column = f's."{name}"'
    if name in LABELS:
        style = {"member": mapping.ids.member, "order": mapping.ids.order}.get(name, "text")
        allowed = f"text of 1 to {grammar.ID_MAX} characters without control characters"
        if style == "float_integer" or kind == "float":
            allowed = "a whole number below 2**53; ids stored as floats need ids.<column> = 'float_integer'"
        return Field(name, source, kind, grammar.label(column, kind, style), "bad_id", allowed, name == "event")
    if name in AMOUNTS:
        allowed = "a decimal of up to 12 digits and 6 decimals, such as 1234.56 (source separators: see [money])"
        return Field(
            name,
            source,
            kind,
            grammar.micro(column, kind, mapping.money),
            "bad_number",
            allowed,
            not mapping.typed,
        )
    if name in WHOLES:
        return Field(name, source, kind, grammar.whole(column, kind), "bad_number", "a whole number")
    if name == "type":
        known = ", ".join(grammar.quoted(word) for word in EVENT_TYPES)
        value = (
            f"(CASE WHEN trim({column}) IN ({known}) THEN trim({column}) END)"
            if kind == "text"
            else "CAST(NULL AS VARCHAR)"
        )
        return Field(name, source, kind, value, "unknown_type", ", ".join(EVENT_TYPES), True)
    if name in POSTED or name == "birthday":
        return Field(name, source, kind, *_rule_of_own(name, column, kind, mapping))
    formats = mapping.time.formats if name == "time" else ["iso"]
    allowed = "an existing time in " + " or ".join(formats) + (" (seconds 00 to 59)" if "iso" in formats else "")
    return Field(name, source, kind, grammar.seconds(column, kind, formats)[0], "bad_time", allowed, name == "time")


def _rule_of_own(name: str, column: str, kind: str, mapping: Mapping) -> tuple[str, str, str]:
    """Value, fault code and what is allowed of a column that only one type of event has."""
    if name == "birthday":
        formats = mapping.time.birthday_formats
        allowed = f"a day in {' or '.join(formats)}, {EARLIEST_BIRTHDAY} or later (time.birthday_formats)"
        return grammar.birthday(column, kind, formats), "bad_birthday", allowed
    if name == "hashtag":
        allowed = f"text of 1 to {HASHTAG_MAX} characters without control characters"
        return grammar.hashtag(column, kind), "bad_hashtag", allowed
    if name == "tags":
        return grammar.tags(column, kind), "bad_number", f"a whole number from 0 to {TAGS_MAX}"
    return grammar.flag(column, kind), "bad_flag", ", ".join((*grammar.TRUE_WORDS, *grammar.FALSE_WORDS))


def column_types() -> dict[str, str]:
    """The SQL type of every parsed column."""
    return {
        **dict.fromkeys((*LABELS, "type", "hashtag"), "VARCHAR"),
        **dict.fromkeys((*AMOUNTS, *WHOLES, "time", "expiry", "birthday", "tags"), "BIGINT"),
        "public": "BOOLEAN",
    }


def create_tables(connection: duckdb.DuckDBPyConnection, wanted: dict[str, str], extra: int) -> None:
    """Make the empty tables ``rejected`` and ``parsed``, the latter with ``extra`` untyped columns."""
    kinds = column_types()
    columns = "".join(f", p_{name} {kinds[name]}" for name in wanted) + "".join(f", x{i} VARCHAR" for i in range(extra))
    connection.execute(
        "CREATE TEMP TABLE rejected("
        "file INTEGER, row BIGINT, col VARCHAR, code VARCHAR, found VARCHAR, allowed VARCHAR)"
    )
    connection.execute(
        f"CREATE TEMP TABLE parsed(n BIGINT, file INTEGER, row BIGINT, aware BOOLEAN, bad BIGINT{columns})"
    )


def parse(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    table: pa.Table,
    wanted: dict[str, str],
    file: str,
    number: int,
    base: int,
) -> None:
    """Append one source's rows to ``parsed``; each field that breaks its grammar goes to ``rejected``.

    Row ``r`` gets the number ``base + r`` in the order of arrival.
    """
    rules = fields(mapping, table, wanted, file)
    connection.register("source_rows", table)
    kind = next(rule.kind for rule in rules if rule.name == "time")
    aware = grammar.seconds('s."time"', kind, mapping.time.formats)[1]
    extra = [name for name in wanted if name.startswith("x")]
    inner = ", ".join(
        [f"{rule.value} AS p_{rule.name}, {_filled(rule)} AS f_{rule.name}" for rule in rules]
        + [f'CAST(s."{name}" AS VARCHAR) AS {name}' for name in extra]
    )
    bad = " + ".join(f"CASE WHEN {_broken(rule)} THEN {1 << bit} ELSE 0 END" for bit, rule in enumerate(rules))
    names = ", ".join([f"p_{rule.name}" for rule in rules] + extra)
    connection.execute(
        f"INSERT INTO parsed BY NAME SELECT row + {base} AS n, {number} AS file, row, "
        f"coalesce(aware, false) AS aware, {bad} AS bad, {names} "
        f"FROM (SELECT s.row, {aware} AS aware, {inner} FROM source_rows s)"
    )
    _report(connection, rules, number)
    connection.unregister("source_rows")


def _report(connection: duckdb.DuckDBPyConnection, rules: list[Field], number: int) -> None:
    """Write down each broken field of one source."""
    (found,) = connection.sql(f"SELECT coalesce(bit_or(bad), 0) FROM parsed WHERE file = {number}").fetchall()[0]
    for bit, rule in enumerate(rules):
        if found & (1 << bit):
            connection.execute(
                f"INSERT INTO rejected SELECT {number}, s.row, ?, CASE WHEN {_filled(rule)} THEN ? ELSE 'missing' END, "
                f"coalesce(left(CAST({_column(rule)} AS VARCHAR), {2 * CLIP}), ''), ? "
                f"FROM source_rows s JOIN parsed p ON p.row = s.row AND p.file = {number} "
                f"WHERE p.bad & {1 << bit} <> 0",
                [rule.source, rule.code, rule.allowed],
            )


def _column(rule: Field) -> str:
    return f's."{rule.name}"'


def _filled(rule: Field) -> str:
    return f"coalesce({grammar.filled(_column(rule), rule.kind)}, false)"


def _broken(rule: Field) -> str:
    """SQL that is true where a field breaks its rule; an optional field may be empty."""
    return f"p_{rule.name} IS NULL" + ("" if rule.required else f" AND f_{rule.name}")
