"""The books are right: every balance is the sum of its ledger, lines have no gaps, nothing hangs in the air.

Queries that SQLite and PostgreSQL share; each looks at one moment of the store.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from rewardsim.scoring.sql import SqlStore

SHOWN_MAX = 20
SUMS = """SELECT member,
    sum(CASE WHEN target = 'PENDING' THEN tokens WHEN source = 'PENDING' THEN -tokens ELSE 0 END) AS pending,
    sum(CASE WHEN target = 'AVAILABLE' THEN tokens WHEN source = 'AVAILABLE' THEN -tokens ELSE 0 END) AS available,
    sum(CASE WHEN target = 'HELD' THEN tokens WHEN source = 'HELD' THEN -tokens ELSE 0 END) AS held,
    sum(CASE WHEN source = 'DEBT' THEN tokens WHEN target = 'DEBT' THEN -tokens ELSE 0 END) AS debt,
    count(*) AS entries, min(line) AS first_line, max(line) AS last_line
    FROM entries GROUP BY member"""
QUERIES = {
    "balance_is_sum_of_ledger": f"""SELECT m.member FROM members m LEFT JOIN ({SUMS}) e ON e.member = m.member
    WHERE m.pending <> coalesce(e.pending, 0) OR m.available <> coalesce(e.available, 0)
    OR m.held <> coalesce(e.held, 0) OR m.debt <> coalesce(e.debt, 0) ORDER BY m.member LIMIT {SHOWN_MAX}""",
    "ledger_has_no_gap": f"""SELECT m.member FROM members m LEFT JOIN ({SUMS}) e ON e.member = m.member
    WHERE m.entries <> coalesce(e.entries, 0) OR coalesce(e.first_line, 0) <> 0
    OR coalesce(e.last_line, -1) <> m.entries - 1 ORDER BY m.member LIMIT {SHOWN_MAX}""",
    "journal_has_no_gap": f"""SELECT m.member FROM members m LEFT JOIN (SELECT member, count(*) AS notes,
    max(line) AS last_line FROM notes GROUP BY member) n ON n.member = m.member
    WHERE m.notes <> coalesce(n.notes, 0) OR coalesce(n.last_line, -1) <> m.notes - 1
    ORDER BY m.member LIMIT {SHOWN_MAX}""",
    "ledger_has_its_member": f"""SELECT e.member FROM entries e LEFT JOIN members m ON m.member = e.member
    WHERE m.member IS NULL ORDER BY e.member LIMIT {SHOWN_MAX}""",
    "event_has_its_answer": f"""SELECT number FROM events WHERE reply IS NULL OR outcome IS NULL OR member IS NULL
    ORDER BY number LIMIT {SHOWN_MAX}""",
    "entry_has_its_event": f"""SELECT e.member FROM entries e LEFT JOIN events v ON v.number = e.event
    WHERE e.event IS NOT NULL AND v.number IS NULL ORDER BY e.member LIMIT {SHOWN_MAX}""",
}


class Contradiction(NamedTuple):
    """What does not hold in a store, and where: numbers of members, or of events."""

    law: str
    rows: list[int]

    def __str__(self) -> str:
        more = " and more" if len(self.rows) == SHOWN_MAX else ""
        return f"{self.law}: broken at {', '.join(map(str, self.rows))}{more}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"law": self.law, "rows": self.rows}


def contradictions(store: SqlStore) -> list[Contradiction]:
    """Return what does not hold in a store; nothing where its books are right."""
    found = ((law, [int(row) for (row,) in store.run(query)]) for law, query in QUERIES.items())
    return [Contradiction(law, rows) for law, rows in found if rows]


def size_of(store: SqlStore) -> dict[str, int]:
    """Return how many rows a store has."""
    tables = ("members", "events", "entries", "notes", "outbox")
    return {table: int(store.run(f"SELECT count(*) FROM {table}")[0][0]) for table in tables}
