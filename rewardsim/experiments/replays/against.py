"""Two replays over the same events: how they differ, for whom, and by which rule.

A member's result differs where any balance or flow does. The rule that made the difference is
the one behind the member's first entry, by day, that the other run does not have. Tiers are
compared as they stand at the end, what the journals note by kind and cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.run import Run
from rewardsim.experiments.store import run_error

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES = ("issued", "redeemed", "expired", "clawed_back", "pending", "available", "held", "debt")


@dataclass
class Difference:
    """Frames: ``totals`` tokens of both, and b - a; ``members`` that differ; ``by_rule`` tokens moved by rule.

    ``levels`` members whose tier differs at the end, with the first change of tier that differs;
    ``notes`` how often each run noted what (referrals refused, tiers kept, ...), where that differs.
    """

    a: Run
    b: Run
    totals: pd.DataFrame
    members: pd.DataFrame
    by_rule: pd.DataFrame
    levels: pd.DataFrame
    notes: pd.DataFrame

    def to_dict(self, listed: int = 20) -> dict[str, Any]:
        """Return plain values for JSON, with the ``listed`` members that differ most."""
        shown = self.members.head(listed).astype({"day": str})
        return {
            "a": str(self.a.path),
            "b": str(self.b.path),
            "totals": self.totals.to_dict("index"),
            "by_rule": self.by_rule.to_dict("records"),
            "members_differing": len(self.members),
            "made_by": self.members["rule"].value_counts().sort_index().to_dict(),
            "members": shown.to_dict("records"),
            "levels_differing": len(self.levels),
            "levels": self.levels.head(listed).astype({"day": str}).to_dict("records"),
            "notes": self.notes.to_dict("records"),
        }

    def __str__(self) -> str:
        said = [
            f"a {self.a!r}",
            f"b {self.b!r}",
            self.totals.to_string(float_format="{:,.0f}".format),
            f"\n{len(self.members):,} members differ; the first rule to make the difference:",
            self.members["rule"].value_counts().to_string(header=False) if len(self.members) else "none",
            "\nthe members that differ most (available tokens):",
            self.members.head(10).to_string(index=False),
        ]
        if len(self.notes):
            said += ["\nwhat the journals note differently:", self.notes.to_string(index=False)]
        if len(self.levels):
            moves = self.levels.groupby(["tier_a", "tier_b"]).size().rename("members").reset_index()
            said += [f"\n{len(self.levels):,} members end in another tier:", moves.to_string(index=False)]
        return "\n".join(said)


def compare_replays(a: Run, b: Run) -> Difference:
    """Compare two replays; raise RunError unless both read the same events."""
    import pandas as pd

    from rewardsim.engine.duck import quiet_connection

    for name, todo in (("events", "replay both on one file"), ("until", "use one end"), ("order", "use one order")):
        one, other = (run.manifest["inputs"][name] or "the last event" for run in (a, b))
        if one != other:
            raise run_error(b.path, f"other_{name}", f"{name} {other}", f"{name} {one}, as in {a.path}", todo)
    one, other = a.summary()["tokens"], b.summary()["tokens"]
    totals = pd.DataFrame({"a": one, "b": other})
    totals["difference"] = totals["b"] - totals["a"]
    with quiet_connection() as con:
        for side, run in (("a", a), ("b", b)):
            con.read_parquet(str(run.path / "members.parquet")).create_view(f"members_{side}")
            con.read_parquet(str(run.path / "ledger.parquet")).create_view(f"ledger_{side}")
            con.read_parquet(str(run.path / "journal.parquet")).create_view(f"journal_{side}")
        frames = [con.sql(query).df() for query in (_members_query(), _BY_RULE, _LEVELS, _NOTES)]
    return Difference(a, b, totals, *frames)


_FLOWS = """
    SELECT member, day, rule::VARCHAR AS rule, source::VARCHAR AS source, target::VARCHAR AS target,
        sum(CASE side WHEN 'a' THEN -tokens ELSE tokens END) AS tokens, min(seq) AS seq
    FROM (SELECT 'a' AS side, * FROM ledger_a UNION ALL SELECT 'b', * FROM ledger_b)
    GROUP BY ALL HAVING sum(CASE side WHEN 'a' THEN -tokens ELSE tokens END) <> 0
"""
# The tier at the end, and the first change of tier that the other run does not know on that day.
_LEVELS = """
    WITH changes AS (
        SELECT 'a' AS side, member, day, seq, tier::VARCHAR AS tier FROM journal_a WHERE kind = 'tier_changed'
        UNION ALL SELECT 'b', member, day, seq, tier::VARCHAR FROM journal_b WHERE kind = 'tier_changed'),
    ends AS (
        SELECT member, max_by(tier, seq) FILTER (side = 'a') AS tier_a, max_by(tier, seq) FILTER (side = 'b') AS tier_b
        FROM changes GROUP BY member),
    firsts AS (
        SELECT member, min(day) AS day
        FROM (SELECT member, day, tier FROM changes GROUP BY ALL HAVING count(DISTINCT side) = 1) GROUP BY member)
    SELECT member_id, coalesce(tier_a, 'no tier') AS tier_a, coalesce(tier_b, 'no tier') AS tier_b, firsts.day
    FROM ends JOIN members_a USING (member) LEFT JOIN firsts USING (member)
    WHERE status <> 'closed' AND tier_a IS DISTINCT FROM tier_b ORDER BY member_id
"""
_NOTES = """
    SELECT kind::VARCHAR AS kind, cause::VARCHAR AS cause,
        count(*) FILTER (side = 'a') AS a, count(*) FILTER (side = 'b') AS b
    FROM (SELECT 'a' AS side, kind, cause FROM journal_a UNION ALL SELECT 'b', kind, cause FROM journal_b)
    GROUP BY 1, 2 HAVING a <> b ORDER BY 1, 2
"""
_BY_RULE = f"""
    SELECT rule, source, target, sum(tokens)::BIGINT AS difference FROM ({_FLOWS})
    GROUP BY ALL HAVING sum(tokens) <> 0 ORDER BY rule, source, target
"""


def _members_query() -> str:
    differs = " OR ".join(f"a.{name} <> b.{name}" for name in QUANTITIES)
    return f"""
        WITH first AS (SELECT member, min_by(rule, (day, seq)) AS rule, min(day) AS day FROM ({_FLOWS}) GROUP BY member)
        SELECT a.member_id, a.issued AS issued_a, b.issued AS issued_b, a.available AS available_a,
            b.available AS available_b, first.rule, first.day
        FROM members_a a JOIN members_b b USING (member_id) LEFT JOIN first ON first.member = a.member
        WHERE first.member IS NOT NULL OR {differs}
        ORDER BY abs(b.available - a.available) DESC, a.member_id
    """
