"""A member's ledger or journal, page by page, in words."""

from __future__ import annotations

from typing import Any

from .trial import NONE, Glass, glance


def page_of(glass: Glass, member_id: str, of: str, after: int, limit: int) -> dict[str, Any]:
    """Return up to ``limit`` lines from line ``after`` on, and the number at which the next page begins."""
    sql, schema, faults = (glass.code(f"scoring.{name}") for name in ("sql", "schema", "faults"))
    query, columns = (schema.LEDGER, sql.ENTRY_COLUMNS) if of == "entries" else (schema.JOURNAL, sql.NOTE_COLUMNS)
    store = glass.scorer.store
    with glance(store):
        member = store.find(member_id)
        if member == NONE:
            todo = "correct the id, or send the member's first event"
            said = faults.Fault("unknown_member", "", repr(member_id)[:140], "a member of the store", todo)
            raise faults.ScoringError([said])
        found = store.run(query + " LIMIT ?", member, after, limit + 1)
    rows = [dict(zip(columns, values, strict=True)) for values in found]
    following = rows[limit]["line"] if len(rows) > limit else None
    return {"member_id": member_id, "of": of, "rows": rows[:limit], "next": following}
