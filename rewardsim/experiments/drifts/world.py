"""What members did in one world, counted from its events, ledger and journal alike, lived or simulated.

A fact is a number for each member enrolled by the last day. Production and forecast are counted by the
same queries, so that they can differ in nothing but what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rewardsim.economics.purposes import purpose_of
from rewardsim.rules.codes import OUTCOMES

WEEK = 7
RECENT_DAYS = 91
"""Who bought within so many days before the end counts as active."""
FORGET_DAYS = 14
"""An invitation younger than this may yet be answered."""
BY_RULE = "issued by "
APART = {"earning.welcome": "welcome", "earning.share": "shares"}
HAPPENED = tuple(word for word, code in OUTCOMES.items() if code < 50)
"""Outcomes of events that were taken in; the others are refused, or seen before."""
STANDING = ("PENDING", "AVAILABLE", "HELD", "DEBT")
"""Accounts whose balances are owed; a debt is a negative one."""
ENTRY = {
    "released": "source = 'PENDING' AND target IN ('AVAILABLE', 'DEBT')",
    "redeemed": "source IN ('AVAILABLE', 'HELD') AND target = 'REDEEMED' AND rule NOT LIKE 'exchange:%'",
    "exchanged": "source IN ('AVAILABLE', 'HELD') AND target = 'REDEEMED' AND rule LIKE 'exchange:%'",
    "expired": "target = 'EXPIRED'",
    "clawed": "target = 'CLAWED'",
}
"""Facts that are sums of entries."""
EVENT = {
    "orders": ("order", "1"),
    "revenue": ("order", "amount_minor"),
    "returns": ("return", "1"),
    "returned": ("return", "amount_minor"),
    "redemptions": ("redeem", "1"),
    "redeemed_at": ("redeem", "amount_minor"),
    "shares": ("share", "1"),
    "posts": ("draw_entry", "1"),
    "sent": ("invite", "1"),
}
"""Facts that are sums over events of a type."""


@dataclass(frozen=True)
class Span:
    """The days that are compared, the last one included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, eq=False)
class World:
    """What everybody enrolled did: arrays over members by name of the fact; a fact nobody has is not there."""

    members: int
    facts: dict[str, Any]
    daily: Any
    """Sums by day: orders, revenue, tokens issued, enrolments."""

    def of(self, name: str) -> Any:
        """Return a fact of every member."""
        import numpy as np

        found = self.facts.get(name)
        return np.zeros(self.members) if found is None else found

    def total(self, name: str) -> float:
        """Return a fact's sum."""
        return float(self.of(name).sum())


def measured(folder: Path, people: Any, span: Span) -> World:
    """Return the world of a folder with events, ledger and journal; ``people``: member, member_id, enrolled_day."""
    from rewardsim.engine.duck import quiet_connection

    with quiet_connection() as con:
        for name in ("events", "ledger", "journal"):
            con.read_parquet(str(folder / f"{name}.parquet")).create_view(f"every_{name}")
        con.register("people", people)
        _prepare(con, span)
        found = con.execute(" UNION ALL ".join(_queries(span))).fetchnumpy()
        members = con.execute("SELECT count(*) FROM who").fetchall()[0][0]
        daily = con.execute(_DAILY).df()
    return World(members, _by_member(found, members), daily)


def _by_member(found: Any, members: int) -> dict[str, Any]:
    """Return rows of (place, fact, amount) as an array over members for each fact, and those by purpose."""
    import numpy as np

    facts: dict[str, Any] = {}
    places, amounts = np.asarray(found["place"]), np.asarray(found["amount"], dtype=np.float64)
    names = np.asarray(found["fact"]).astype(str)
    for name in np.unique(names):
        mine = names == name
        facts[str(name)] = np.bincount(places[mine], weights=amounts[mine], minlength=members)
    for name in [name for name in facts if name.startswith(BY_RULE)]:
        purpose = f"issued:{purpose_told(name.removeprefix(BY_RULE))}"
        facts[purpose] = facts.get(purpose, 0) + facts.pop(name)
    facts["came"] = facts.get("enrolled", np.zeros(members)) - facts.get("joined", 0)
    facts["spent"] = facts.get("redeemed", 0) + facts.get("exchanged", np.zeros(members))
    return facts


def purpose_told(rule: str) -> str:
    """Return what tokens of a rule are for; a welcome is no share, for other assumptions stand behind it."""
    return APART.get(rule) or purpose_of(rule)


def _prepare(con: Any, span: Span) -> None:
    """Make the tables of those days: who is enrolled, what happened, when anybody first had tokens of a purchase."""
    first, last = f"DATE '{span.first}'", f"DATE '{span.last}'"
    words = ", ".join(f"'{word}'" for word in HAPPENED)
    con.execute(
        f"CREATE TEMP TABLE who AS SELECT row_number() OVER (ORDER BY member) - 1 AS place, member, member_id, "
        f"enrolled_day FROM people WHERE enrolled_day <= {last}"
    )
    con.execute(
        f"CREATE TEMP TABLE happened AS SELECT e.*, w.place FROM every_events e JOIN who w USING (member_id) "
        f"WHERE e.occurred_day <= {last} AND e.outcome IN ({words})"
    )
    con.execute(f"CREATE VIEW events AS SELECT * FROM happened WHERE occurred_day >= {first}")
    for name in ("ledger", "journal"):
        con.execute(
            f"CREATE VIEW {name}_till AS SELECT x.*, w.place FROM every_{name} x JOIN who w USING (member) "
            f"WHERE x.day <= {last}"
        )
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM {name}_till WHERE day >= {first}")
    # Until then the programme has rewarded no purchase of his: what he does is not its doing.
    con.execute(
        f"CREATE TEMP TABLE lives AS SELECT w.place, greatest(w.enrolled_day, {first}) AS since, "
        f"least(coalesce(r.day, {last}), {last}) AS rewarded "
        "FROM who w LEFT JOIN (SELECT place, min(day) AS day FROM ledger_till "
        "WHERE source = 'PENDING' AND target = 'AVAILABLE' GROUP BY place) r USING (place)"
    )


def _queries(span: Span) -> Sequence[str]:
    """Return queries of (place, fact, amount)."""
    first, last = f"DATE '{span.first}'", f"DATE '{span.last}'"
    facts = [
        f"SELECT place, '{name}' AS fact, sum({amount})::DOUBLE AS amount FROM events WHERE type = '{kind}' GROUP BY 1"
        for name, (kind, amount) in EVENT.items()
    ]
    facts += [
        f"SELECT place, '{name}', sum(tokens)::DOUBLE FROM ledger WHERE {condition} GROUP BY 1"
        for name, condition in ENTRY.items()
    ]
    facts += [
        f"SELECT place, '{BY_RULE}' || rule, sum(tokens)::DOUBLE FROM ledger WHERE source = 'ISSUE' GROUP BY 1, 2",
        "SELECT place, 'item:' || substr(rule, 10), count(DISTINCT event)::DOUBLE FROM ledger "
        "WHERE target = 'REDEEMED' AND rule LIKE 'exchange:%' GROUP BY 1, 2",
        f"SELECT place, 'outstanding', sum(CASE WHEN target IN {STANDING} THEN tokens ELSE 0 END "
        f"- CASE WHEN source IN {STANDING} THEN tokens ELSE 0 END)::DOUBLE FROM ledger_till GROUP BY 1",
        f"SELECT place, 'enrolled', (enrolled_day >= {first})::DOUBLE FROM who",
        "SELECT place, 'everybody', 1::DOUBLE FROM who",
        f"SELECT place, 'weeks', ({last} - since + 1) / {WEEK}::DOUBLE FROM lives",
        f"SELECT place, 'weeks_before', greatest(rewarded - since + 1, 0) / {WEEK}::DOUBLE FROM lives",
        f"SELECT place, 'weeks_after', ({last} - greatest(rewarded, since - 1)) / {WEEK}::DOUBLE FROM lives",
        "SELECT place, CASE WHEN occurred_day <= rewarded THEN 'orders_before' ELSE 'orders_after' END, "
        "count(*)::DOUBLE FROM events JOIN lives USING (place) WHERE type = 'order' GROUP BY 1, 2",
        "SELECT DISTINCT place, 'active', 1::DOUBLE FROM events "
        f"WHERE type = 'order' AND occurred_day > {last} - {RECENT_DAYS}",
        "SELECT o.place, 'delivered', count(*)::DOUBLE FROM events o JOIN events d USING (order_id) "
        "WHERE o.type = 'order' AND d.type = 'deliver' GROUP BY 1",
        "SELECT o.place, 'delivery_days', sum(d.occurred_day - o.occurred_day)::DOUBLE FROM events o "
        "JOIN events d USING (order_id) WHERE o.type = 'order' AND d.type = 'deliver' GROUP BY 1",
        "SELECT place, 'tokens_at', sum(applied)::DOUBLE FROM events WHERE type = 'redeem' GROUP BY 1",
        "SELECT place, 'tier:' || tier, 1::DOUBLE FROM (SELECT place, arg_max(tier, seq) AS tier FROM journal_till "
        "WHERE tier IS NOT NULL AND kind = 'tier_changed' GROUP BY 1)",
    ]
    return [*facts, *_of_friends(first, last)]


def _of_friends(first: str, last: str) -> list[str]:
    """Return queries of facts on invitations and on those they brought."""
    joined = (
        "SELECT DISTINCT w.place FROM happened h JOIN who w USING (place) WHERE h.type = 'enrol' "
        f"AND h.counterpart_id IS NOT NULL AND h.occurred_day BETWEEN {first} AND {last}"
    )
    return [
        f"SELECT place, 'joined', 1::DOUBLE FROM ({joined})",
        f"SELECT DISTINCT e.place, 'converted', 1::DOUBLE FROM events e WHERE type = 'order' AND e.place IN ({joined})",
        "SELECT i.place, CASE WHEN f.member_id IS NULL THEN 'unanswered' ELSE 'answered' END, count(*)::DOUBLE "
        f"FROM events i LEFT JOIN who f ON f.member_id = i.counterpart_id WHERE i.type = 'invite' "
        f"AND i.occurred_day <= {last} - {FORGET_DAYS} GROUP BY 1, 2",
    ]


_DAILY = """
    SELECT day::DATE AS day, fact, sum(amount)::DOUBLE AS amount FROM (
        SELECT occurred_day AS day, 'orders' AS fact, 1 AS amount FROM events WHERE type = 'order'
        UNION ALL SELECT occurred_day, 'revenue', amount_minor FROM events WHERE type = 'order'
        UNION ALL SELECT day, 'issued', tokens FROM ledger WHERE source = 'ISSUE'
        UNION ALL SELECT greatest(enrolled_day, (SELECT min(since) FROM lives)), 'enrolled', 1 FROM who
    ) GROUP BY ALL ORDER BY ALL
"""
