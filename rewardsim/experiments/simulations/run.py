"""A stored simulation: its tables, what the programme changes, and how it shows itself."""

from __future__ import annotations

from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.pictures import Plots
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import run_error, verify

from .effects import Effect, contrast, frame, of_groups, of_parts, parts
from .plan import PROGRAMME, WITHOUT
from .plots import PICTURES
from .selection import Selection, selection
from .text import json_of, text_of

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.population import Population

ORDERS = {
    "daily": "replicate, arm, day, tier, cohort",
    "tokens": "replicate, arm, day",
    "issued": "replicate, arm, day, rule",
    "settled": "replicate, arm, day, kind",
    "replicates": "replicate, arm",
    "groups": "replicate, arm, against, side, origin, cohort, tier, enrolled",
    "members": "member",
    "ledger": "seq",
    "journal": "seq",
    "events": "number",
}
"""Tables and the order of their rows; the last three are kept with the ledger only."""

class SimulationRun(Run):
    """A stored simulation. Tables are pandas frames, read when first asked for.

    ``effects`` what the programme (and each variant) changes, with intervals; ``parts`` the change of
    revenue by replicate, in its parts; ``replicates`` totals of each replicate and arm; ``daily`` measures by
    day, tier and cohort; ``tokens`` moved by day; ``issued`` by rule; ``settled`` what each day's end
    settled; ``members`` everybody of the first replicate; ``ledger``, ``journal`` and ``events`` of the
    first replicate, where they were kept. Amounts are in minor units, tokens in their smallest unit.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        if self.manifest["kind"] != "simulation":
            found = f"a run of kind {self.manifest['kind']!r}"
            raise run_error(self.path, "other_kind", found, "a simulation", "name the folder of a simulation")

    @cached_property
    def population(self) -> Population:
        """The population the run was made with."""
        from rewardsim.population import parse_population

        return parse_population(self.manifest["population"]["text"], f"{self.manifest['population']['id']}.toml")

    @cached_property
    def effects(self) -> pd.DataFrame:
        """What each arm changes against another, with intervals over replicates; see ``effects.Effect``."""
        return frame((arm, against, one) for (arm, against), found in self.contrasts.items() for one in found)

    @cached_property
    def contrasts(self) -> dict[tuple[str, str], list[Effect]]:
        """The effects by pair of arms, as values."""
        return {(arm, against): self._contrast(arm, against) for arm, against in self.manifest["pairs"]}

    @cached_property
    def parts(self) -> pd.DataFrame:
        """The change of revenue in each replicate, in minor units, in parts that sum to it."""
        import pandas as pd

        rows = [
            {"arm": arm, "against": against, "replicate": replicate, **found, "total": sum(found.values())}
            for arm, against in self.manifest["pairs"]
            for replicate, found in enumerate(parts(self.group_rows(arm, against), arm, against))
        ]
        return pd.DataFrame(rows)

    @cached_property
    def daily(self) -> pd.DataFrame:
        """Measures by replicate, arm, day, tier and cohort; what nobody did has no row."""
        return self._table("daily")

    @cached_property
    def tokens(self) -> pd.DataFrame:
        """Tokens moved by replicate, arm and day, and balances at the day's end."""
        return self._table("tokens")

    @cached_property
    def issued(self) -> pd.DataFrame:
        """Tokens issued by replicate, arm, day and rule."""
        return self._table("issued")

    @cached_property
    def settled(self) -> pd.DataFrame:
        """How many requests of each kind were settled at each day's end."""
        return self._table("settled")

    @cached_property
    def replicates(self) -> pd.DataFrame:
        """Totals of each replicate and arm."""
        return self._table("replicates")

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """The first replicate's entries, in the order of writing."""
        return self._kept("ledger")

    @cached_property
    def journal(self) -> pd.DataFrame:
        """The first replicate's notes, in the order of writing."""
        return self._kept("journal")

    @cached_property
    def events(self) -> pd.DataFrame:
        """The first replicate's events as the programme saw them, with their outcomes."""
        return self._kept("events")

    @property
    def plot(self) -> Plots:
        """Pictures of the run, by name."""
        return Plots(self, PICTURES)

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer to a query over the run's tables."""
        from rewardsim.engine.duck import quiet_connection

        with quiet_connection() as con:
            for name in self.manifest["tables"]:
                con.read_parquet(str(self.path / name)).create_view(name.removesuffix(".parquet"))
            return con.sql(query).df()

    def selection(self) -> Selection:
        """Return the gaps between members and others, labelled as selection, beside those without the programme."""
        if [PROGRAMME, WITHOUT] not in self.manifest["pairs"]:
            todo = "simulate with the counterfactual"
            raise run_error(self.path, "no_twin", "no arm without the programme", "a run that has one", todo)
        return selection(self.group_rows(PROGRAMME, WITHOUT), WITHOUT)

    def summary(self) -> dict[str, Any]:
        """Return the totals of the first replicate, and what the programme changes over all of them."""
        return json_of(self)

    def compare(self, other: SimulationRun | str | Path) -> Any:
        """Return what another run over the same people changes against this one."""
        from .compare import compare

        return compare(self, other)

    def against(self, other: Run) -> Any:
        """Return what another simulation of the same people changes against this one."""
        return self.compare(other.path)

    def explain(self, member_id: str) -> Any:
        """Refuse: it is the replay of a simulation's events that can be explained."""
        todo = "simulate with the ledger, replay its events.parquet under the same programme, and explain that"
        raise run_error(self.path, "no_replay", "a simulation", "a replay", todo)

    def verify(self) -> None:
        """Raise RunError where a stored table is damaged."""
        verify(self.path)

    def totals(self, arm: str) -> dict[str, list[int]]:
        """Return every total of an arm, by replicate."""
        import pyarrow.parquet as pq

        rows = pq.read_table(self.path / "replicates.parquet").to_pylist()
        mine = sorted((row for row in rows if row["arm"] == arm), key=lambda row: row["replicate"])
        return {name: [row[name] for row in mine] for name in mine[0]}

    def group_rows(self, arm: str, against: str) -> list[dict[str, Any]]:
        """Return what groups of people did in a pair of arms."""
        import pyarrow.parquet as pq

        pair = [("arm", "=", arm), ("against", "=", against)]
        return list(pq.read_table(self.path / "groups.parquet", filters=pair).to_pylist())

    def _contrast(self, arm: str, against: str) -> list[Effect]:
        rows = self.group_rows(arm, against)
        found = contrast(self.totals(arm), self.totals(against)) + of_parts(parts(rows, arm, against))
        for by in ("tier", "cohort"):
            found += of_groups(rows, against, by, self.manifest["inputs"]["replicates"])
        return found

    def _table(self, name: str) -> pd.DataFrame:
        return self.sql(f"SELECT * FROM {name} ORDER BY {ORDERS[name]}")

    def _kept(self, name: str) -> pd.DataFrame:
        """Return a table that is there with the ledger only."""
        if f"{name}.parquet" not in self.manifest["tables"]:
            allowed = "a simulation that kept its ledger"
            raise run_error(self.path, "no_ledger", f"no {name}", allowed, "simulate with the ledger")
        return self._table(name)

    def __str__(self) -> str:
        return text_of(self)

    def __repr__(self) -> str:
        inputs = self.manifest["inputs"]
        programme, population = self.manifest["programme"]["id"], self.manifest["population"]["id"]
        return (
            f"<SimulationRun {self.path.name} of {programme} on {population}: {inputs['members']:,} members,"
            f" {inputs['from']} to {inputs['until']}, {inputs['replicates']} replicate(s), digest {self.digest[:12]}>"
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(text_of(self))}</pre>"
