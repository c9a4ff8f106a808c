"""A run: what was computed once, read back as often as wanted."""

from __future__ import annotations

from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .store import read_manifest, run_error, verify

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.programme import Programme

TABLES = ("ledger", "journal", "events", "members", "daily")


class Run:
    """A stored run. Tables are pandas frames, read when first asked for.

    ``ledger`` one row an entry, with member ids; ``journal`` one row a fact that moved no token:
    invitations, tiers, draws, privileges; ``events`` the events with their outcomes;
    ``members`` the accounts at the end; ``daily`` flows and balances by day. Amounts are in minor
    units, tokens in the token's smallest unit.
    """

    def __init__(self, folder: str | Path) -> None:
        self.path = Path(folder)
        self.manifest: dict[str, Any] = read_manifest(self.path)

    @property
    def digest(self) -> str:
        """Digest of ledger and journal: a function of events, programme, end and draws' secrets alone."""
        return str(self.manifest["digest"])

    @cached_property
    def programme(self) -> Programme:
        """The programme the run was made with."""
        from rewardsim.programme import parse_programme

        return parse_programme(self.manifest["programme"]["text"], self.manifest["programme"]["file"])

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """The entries, in the order of writing."""
        return self.sql("SELECT * FROM ledger ORDER BY seq")

    @cached_property
    def journal(self) -> pd.DataFrame:
        """The notes, in the order of writing, with the ids of both members."""
        return self.sql("SELECT * FROM journal ORDER BY seq")

    @cached_property
    def events(self) -> pd.DataFrame:
        """The events in canonical order, with outcome, tokens desired and tokens applied."""
        return self.sql("SELECT * FROM events ORDER BY number")

    @cached_property
    def members(self) -> pd.DataFrame:
        """The accounts at the end of the run."""
        return self.sql("SELECT * FROM members ORDER BY member")

    @cached_property
    def daily(self) -> pd.DataFrame:
        """Flows of each day and balances at its end."""
        return self.sql("SELECT * FROM daily ORDER BY day")

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer to a query over ledger, journal, events, members and daily."""
        with connection(self.path) as con:
            return con.sql(query).df()

    def summary(self) -> dict[str, Any]:
        """Return the run's totals."""
        return dict(self.manifest["summary"])

    def explain(self, member_id: str) -> Any:
        """Return each event of a member, its entries, and the rules that did not fire and why."""
        from rewardsim.experiments.replays.explain import explain

        return explain(self, member_id)

    def against(self, other: Run) -> Any:
        """Return how this run and another over the same events differ, and by which rule."""
        from rewardsim.experiments.replays.against import compare_replays

        return compare_replays(self, other)

    def verify(self) -> None:
        """Raise RunError where a stored table is damaged, or ledger and journal do not lead to the digest."""
        from rewardsim.engine.audit import Auditor
        from rewardsim.engine.journal import Chains, read_journal
        from rewardsim.engine.writing import read_ledger

        verify(self.path)
        ids = self.members["member_id"].tolist()
        auditor = Auditor(len(ids), *self._days())
        for entries in read_ledger(self.path / "ledger.parquet", self.programme.names.rules):
            auditor.read(entries)
        chains = Chains(lambda: ids, len(ids))
        for notes in read_journal(self.path / "journal.parquet", self.programme.names):
            chains.read(notes)
        if auditor.digest(ids, chains.chains) != self.digest:
            found = "a ledger or journal of another digest"
            raise run_error(self.path, "other_digest", found, self.digest, "run again")

    def _days(self) -> tuple[int, int]:
        """Return the first and the last day of the run, as numbers."""
        row = self.sql("SELECT min(day) - DATE '1970-01-01' AS first, max(day) - DATE '1970-01-01' AS last FROM daily")
        return int(row["first"][0]), int(row["last"][0])

    def __repr__(self) -> str:
        programme = self.manifest["programme"]["id"]
        return f"<Run {self.path.name} {self.manifest['kind']} of {programme}, digest {self.digest[:12]}>"

    def _repr_html_(self) -> str:
        totals = self.manifest["summary"]["tokens"]
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{value:,}</td></tr>" for name, value in totals.items())
        return f"<table><caption>{escape(repr(self))}</caption>{rows}</table>"


def connection(folder: Path) -> Any:
    """Return a DuckDB connection with the run's tables as views; ledger and journal carry member ids."""
    from rewardsim.engine.duck import quiet_connection

    con = quiet_connection()
    for name in TABLES:
        con.read_parquet(str(folder / f"{name}.parquet")).create_view(f"raw_{name}")
        if name not in ("ledger", "journal"):
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM raw_{name}")
    con.execute("CREATE VIEW ledger AS SELECT l.*, m.member_id FROM raw_ledger l JOIN raw_members m USING (member)")
    con.execute(
        """
        CREATE VIEW journal AS SELECT j.*, m.member_id, o.member_id AS counterpart_id
        FROM raw_journal j JOIN raw_members m USING (member) LEFT JOIN raw_members o ON j.counterpart = o.member
        """
    )
    return con
