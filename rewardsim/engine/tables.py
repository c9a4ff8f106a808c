"""The book's tables: lists of records for the interpreter, structured arrays for the compiler.

Both have the same rows under the same indexes. Tables grow between events, never within one.
"""

from __future__ import annotations

import dataclasses
from typing import Any, get_args, get_type_hints

from rewardsim.behaviour import records as b
from rewardsim.rules import records as r

TABLES: dict[str, type] = {
    "head": r.Head,
    "members": r.Member,
    "lots": r.Lot,
    "orders": r.Order,
    "lines": r.OrderLine,
    "pieces": r.Piece,
    "holdings": r.Holding,
    "counters": r.Counter,
    "pools": r.Pool,
    "requests": r.Request,
    "entries": r.Entry,
    "standings": r.Standing,
    "deeds": r.Deed,
    "ties": r.Tie,
    "rewards": r.Reward,
    "tickets": r.Ticket,
    "notes": r.Note,
}
# Tables whose unused rows hang on a free list: table -> the head's two fields.
FREE_LISTS = {
    "lots": ("lot_free", "lot_spare"),
    "orders": ("order_free", "order_spare"),
    "lines": ("line_free", "line_spare"),
    "pieces": ("piece_free", "piece_spare"),
    "holdings": ("holding_free", "holding_spare"),
    "deeds": ("deed_free", "deed_spare"),
    "rewards": ("reward_free", "reward_spare"),
    "tickets": ("ticket_free", "ticket_spare"),
}
MEMBERS_TABLES = ("members", "standings", "ties")  # one row a member, where there are any
LAW_RECORDS: dict[str, type] = {
    name: row for name, hint in get_type_hints(r.Law).items() if dataclasses.is_dataclass(row := get_args(hint)[0])
}
WORLD_RECORDS: dict[str, type] = {
    "habits": b.Habits,
    "persons": b.Person,
    "hands": b.Hand,
    "parcels": b.Parcel,
    "friends": b.Friend,
    "events": r.Event,
    "lines": r.EventLine,
    "seen": b.Seen,
}
UNUSED = 16  # rows of a table the programme has no use for: never short, never grown


def dtype_of(record: type) -> Any:
    """Return the numpy type of a record: one int64, or double, a field, in order."""
    import numpy as np

    kinds = {"int": np.int64, "float": np.float64}
    return np.dtype([(field.name, kinds[str(field.type)]) for field in dataclasses.fields(record)])


def blank(record: type, rows: int, compiled: bool, fresh: int | None = None) -> Any:
    """Return a table of ``rows`` records, all or the first of them fresh; the others take no memory yet."""
    if not compiled:
        return [record() for _ in range(rows)]
    import numpy as np

    table = np.zeros(rows, dtype_of(record))
    refresh(table[:fresh], record)
    return table


def refresh(table: Any, record: type) -> None:
    """Make every row of an array a fresh record, eight bytes at a time; numpy would go field by field."""
    import numpy as np

    fresh = np.array([dataclasses.astuple(record())], dtype_of(record))
    if len(table):
        table.view(np.int64).reshape(len(table), -1)[:] = fresh.view(np.int64)


def unwritten(record: type, rows: int) -> Any:
    """Return an array of ``rows`` records to be written before they are read."""
    import numpy as np

    return np.empty(rows, dtype_of(record))


def law_tables(law: r.Law, compiled: bool) -> r.Law:
    """Return the law as the engine wants it: as it is, or as arrays."""
    if not compiled:
        return law
    import numpy as np

    tables = {}
    for name, rows in law._asdict().items():
        record = LAW_RECORDS.get(name)
        if record is None:
            tables[name] = np.array(rows, dtype=np.int64)
        else:
            tables[name] = np.array([dataclasses.astuple(row) for row in rows], dtype=dtype_of(record))
    return r.Law(**tables)


def open_book(law: r.Law, members: int, compiled: bool, entries: int, rows: int, here: int | None = None) -> r.Book:
    """Return an empty book for so many members, with ``rows`` free rows in each growing table it uses.

    Where only some are ``here`` from the start, the others' rows are still to be refreshed.
    """
    width = law.terms[0].counter_width
    tiers, referral = has_tiers(law), has_referral(law)
    sizes = {
        "head": 1,
        "members": members,
        "counters": members * width,
        "pools": len(law.pools),
        "requests": rows,
        "entries": entries,
        "standings": members if tiers else 0,
        "ties": members if referral else 0,
        "notes": entries // 4 + UNUSED if tiers or referral or len(law.draws) else UNUSED,
    }
    free = dict.fromkeys(FREE_LISTS, rows)
    free |= {"deeds": rows if tiers else UNUSED, "rewards": rows if referral else UNUSED}
    free["tickets"] = rows + len(law.draws) if len(law.draws) else UNUSED
    fresh = dict.fromkeys(MEMBERS_TABLES, here) | {"counters": None if here is None else here * width}
    tables = {name: blank(record, sizes.get(name, 0), compiled, fresh.get(name)) for name, record in TABLES.items()}
    book = r.Book(**tables)
    return grown(book, compiled, free)


def has_tiers(law: r.Law) -> bool:
    """Tell whether a law knows tiers."""
    return len(law.levels) > 0


def has_referral(law: r.Law) -> bool:
    """Tell whether a law knows referral."""
    return any(int(terms.referral_from) != r.NEVER for terms in law.terms)


def grown(book: r.Book, compiled: bool, extra: dict[str, int]) -> r.Book:
    """Return the book with ``extra`` more rows in the named tables, entered in their free lists."""
    tables = book._asdict()
    for name, rows in extra.items():
        first = len(tables[name])
        tables[name] = lengthened(TABLES[name], tables[name], rows, compiled)
        if name in FREE_LISTS:
            _enter(tables[name], first, tables["head"][0], *FREE_LISTS[name])
    return r.Book(**tables)


def lengthened(record: type, table: Any, rows: int, compiled: bool) -> Any:
    """Return a table with so many fresh records after its own."""
    if not compiled:
        return table + blank(record, rows, compiled)
    longer = unwritten(record, len(table) + rows)
    longer[: len(table)].view("i8")[:] = table.view("i8")
    refresh(longer[len(table) :], record)
    return longer


def _enter(table: Any, first: int, head: Any, free: str, spare: str) -> None:
    """Chain the rows from ``first`` on in front of a free list."""
    last = len(table) - 1
    if isinstance(table, list):
        for row in range(first, last):
            table[row].next = row + 1
        table[last].next = getattr(head, free)
        setattr(head, free, first)
        setattr(head, spare, getattr(head, spare) + len(table) - first)
        return
    import numpy as np

    table["next"][first:last] = np.arange(first + 1, last + 1)
    table["next"][last] = head[free]
    head[free] = first
    head[spare] += len(table) - first
