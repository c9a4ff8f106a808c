"""What happened, sent on: replies, entries that time or settlement wrote, and days that were settled.

A row leaves the outbox once whoever takes it has acknowledged it, so that nothing is lost by a kill
at any moment; what was sent twice carries the same ``seq``. Several relays share the work.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from rewardsim.scoring.reply import day_text
from rewardsim.scoring.schema import LEDGER
from rewardsim.scoring.sql import ENTRY_COLUMNS, SqlStore

PAGE = 100
PAUSE_S = 0.5
NEXT = "SELECT seq, kind, event, member, first_line, lines FROM outbox ORDER BY seq LIMIT ?"
REPLY = "SELECT event, reply FROM events WHERE number = ?"
TAKEN = "DELETE FROM outbox WHERE seq = ?"
Take = Callable[[dict[str, Any]], None]


def relay(store: SqlStore, take: Take, *, follow: bool = False, pause_s: float = PAUSE_S) -> int:
    """Hand every row to ``take``, which returns once it has it; return how many. ``follow`` goes on for ever."""
    count = 0
    while True:
        sent = _page(store, take)
        count += sent
        if sent == 0:
            if not follow:
                return count
            time.sleep(pause_s)


def _page(store: SqlStore, take: Take) -> int:
    """Send a page in one transaction: what is sent is deleted, or neither is kept."""
    with store.unit(False):
        rows = store.run(NEXT + skipping(store), PAGE)
        for row in rows:
            take(said(store, *row))
        for row in rows:
            store.run(TAKEN, row[0])
    return len(rows)


def skipping(store: SqlStore) -> str:
    """Return how rows are read that another relay may be sending."""
    return " FOR UPDATE SKIP LOCKED" if store.LOCKS[2] else ""


def said(
    store: SqlStore, seq: int, kind: str, event: int | None, member: int, first: int, lines: int
) -> dict[str, Any]:
    """Return what one row speaks of."""
    if kind == "settled":
        return {"seq": seq, "kind": kind, "day": day_text(first)}
    if kind == "reply":
        told, reply = store.run(REPLY, event)[0]
        return {"seq": seq, "kind": kind, "event": json.loads(told), "reply": json.loads(reply)}
    return {"seq": seq, "kind": kind, "entries": list(_entries(store, member, first, lines))}


def _entries(store: SqlStore, member: int, first: int, lines: int) -> Iterator[dict[str, Any]]:
    for values in store.run(LEDGER + " LIMIT ?", member, first, lines):
        yield dict(zip(ENTRY_COLUMNS, values, strict=True))
