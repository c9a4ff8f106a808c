"""A law and its names as plain values and back, for files that any language reads.

Tables of records name their fields once. Whole numbers beyond 2**53, which some readers of JSON
would round, are decimal texts.
"""

from __future__ import annotations

from dataclasses import asdict, fields, is_dataclass
from operator import attrgetter
from typing import Any, get_args, get_type_hints

from ..rules import records as r
from .names import Names

RECORDS: dict[str, type] = {
    name: row for name, hint in get_type_hints(r.Law).items() if is_dataclass(row := get_args(hint)[0])
}
EXACT = 1 << 53


def plain_law(law: r.Law) -> dict[str, Any]:
    """Return a law as plain values."""
    said: dict[str, Any] = {}
    for name, rows in law._asdict().items():
        if name not in RECORDS:
            said[name] = [_plain(value) for value in rows]
            continue
        columns = [field.name for field in fields(RECORDS[name])]
        values = attrgetter(*columns)
        said[name] = {"fields": columns, "rows": [[_plain(value) for value in values(row)] for row in rows]}
    return said


def law_of(said: dict[str, Any]) -> r.Law:
    """Return the law that plain values speak of."""
    tables: dict[str, Any] = {}
    for name, table in said.items():
        if name not in RECORDS:
            tables[name] = [int(value) for value in table]
            continue
        made = []
        for values in table["rows"]:
            made.append(RECORDS[name](**dict(zip(table["fields"], map(int, values), strict=True))))
        tables[name] = made
    return r.Law(**tables)


def _plain(value: int) -> int | str:
    number = int(value)
    return number if -EXACT < number < EXACT else str(number)


def plain_names(names: Names) -> dict[str, Any]:
    """Return names as plain values; the codes of rules are texts, since JSON has no other keys."""
    said = asdict(names)
    return said | {"rules": {str(code): name for code, name in names.rules.items()}}


def names_of(said: dict[str, Any]) -> Names:
    """Return the names that plain values speak of."""
    rules = {int(code): name for code, name in said["rules"].items()}
    items = {name: tuple((a, b, row) for a, b, row in rows) for name, rows in said["items"].items()}
    return Names(**{**said, "rules": rules, "items": items})
