"""A stored sweep: its tables, what each scenario changes against the base, and how it shows itself."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.economics.guards import HELD, Guard, Verdict, verdicts
from rewardsim.experiments.pictures import Plots
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import run_error, verify

from .observed import Observed, Totals
from .sweep_plots import PICTURES
from .sweep_store import DAYS, FAILURES, RANKING, REPLICATES, SENSITIVITY, read_observed
from .sweep_text import html_of, json_of, text_of

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from rewardsim.economics.power import TrialSize
    from rewardsim.population import Population


FAILED = ("scenario", "replicate", "arm", "life", "stage", "error", "traceback", "seed")
"""Columns of ``failures``: where, which life, at which stage, and what is needed to see it fail again."""


class SweepRun(Run):
    """A stored sweep. Tables are pandas frames, read when first asked for.

    ``effects`` what each scenario changes against the base, with intervals; ``scenarios`` what was varied;
    ``replicates`` the totals of each life; ``daily`` what happened in each by day; ``failures`` lives that
    came to nothing, with seed and traceback; ``guards`` the verdicts; ``ranking`` where the best was asked
    for. Amounts are in minor units, tokens in their smallest unit.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        if self.manifest["kind"] != "sweep":
            found = f"a run of kind {self.manifest['kind']!r}"
            raise run_error(self.path, "other_kind", found, "a sweep", "name the folder of a sweep")

    @property
    def complete(self) -> bool:
        """Whether no life failed."""
        return bool(self.manifest["complete"])

    @property
    def base(self) -> str:
        """Name of the scenario that others are compared with."""
        return str(self.manifest["base"])

    @property
    def names(self) -> list[str]:
        """Names of all scenarios, the base first."""
        return list(self.manifest["scenarios"])

    @property
    def measures(self) -> list[str]:
        """Names of the measures that were asked for."""
        return list(self.manifest["measures"])

    @cached_property
    def population(self) -> Population:
        """The base's population."""
        from rewardsim.population import parse_population

        return parse_population(self.manifest["population"]["text"], f"{self.manifest['population']['id']}.toml")

    @cached_property
    def scenarios(self) -> pd.DataFrame:
        """One row a scenario, the base first: its name, and what it changes by path; missing as in the base."""
        import pandas as pd

        return pd.DataFrame([{"scenario": name, **levels} for name, levels in self.manifest["scenarios"].items()])

    @cached_property
    def replicates(self) -> pd.DataFrame:
        """Totals of each life by scenario, replicate and arm; "without" is the arm without a programme."""
        return self.sql(f"SELECT * FROM {REPLICATES} ORDER BY scenario, replicate, arm")

    @cached_property
    def daily(self) -> pd.DataFrame:
        """What happened in each life by day. ``present`` and ``members`` are changes, balances are those at its end."""
        return self.sql(
            f"SELECT r.scenario, r.replicate, r.arm, d.* EXCLUDE life FROM {REPLICATES} r JOIN {DAYS} d"
            " ON d.life = left(r.life, 16) ORDER BY scenario, replicate, arm, day"
        )

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Lives that came to nothing: see ``FAILED`` for the columns."""
        import pandas as pd

        if f"{FAILURES}.parquet" not in self.manifest["tables"]:
            return pd.DataFrame(columns=[*FAILED])
        return self.sql(f"SELECT * FROM {FAILURES} ORDER BY scenario, replicate, arm")

    @cached_property
    def effects(self) -> pd.DataFrame:
        """The measures of each scenario, and what it changes against the base under common luck, with intervals."""
        from .effects import effects

        return effects(self.observed, self.names, self.measures)

    @cached_property
    def guards(self) -> list[Verdict]:
        """How each guard stands in each scenario it is for: held, broken or undecided."""
        asked = [
            Guard(row["measure"], _limit(row["at_most"]), _limit(row["at_least"]), row["scenario"])
            for row in self.manifest["guards"]
        ]
        seen = {name: self.observations(name) for name in self.names} if asked else {}
        return verdicts(asked, {name: found for name, found in seen.items() if found[0]})

    @property
    def kept_guards(self) -> bool:
        """Whether every guard is held beyond doubt."""
        return all(verdict.status == HELD for verdict in self.guards)

    @cached_property
    def ranking(self) -> pd.DataFrame | None:
        """Scenarios from the best on, where that was asked for."""
        return self.sql(f"SELECT * FROM {RANKING}") if f"{RANKING}.parquet" in self.manifest["tables"] else None

    @cached_property
    def sensitivity(self) -> pd.DataFrame:
        """Which factor drives which measure, where that was asked for; else an empty table."""
        import pandas as pd

        if f"{SENSITIVITY}.parquet" not in self.manifest["tables"]:
            return pd.DataFrame(columns=["measure", "unit", "factor", "index", "estimate", "low", "high"])
        return self.sql(f"SELECT * FROM {SENSITIVITY}")

    @cached_property
    def observed(self) -> Observed:
        """The lives by scenario, replicate and arm, as measures read them."""
        return read_observed(self.path / f"{REPLICATES}.parquet")

    @property
    def plot(self) -> Plots:
        """Pictures of the sweep, by name."""
        return Plots(self, PICTURES)

    def observations(self, scenario: str) -> tuple[list[Totals], list[Totals] | None]:
        """Return a scenario's totals and its counterfactual's (None where it has none), one each a replicate."""
        return self.observed.observations(scenario)

    def over_time(self, quantity: str, scenario: str, every: str = "month", against: str | None = None) -> pd.DataFrame:
        """Return what a scenario changes by period against the base (or ``against``), with intervals.

        ``quantity`` is a column of ``daily``; flows are summed, balances are those at the period's end.
        The base itself is set against its lives without a programme, where there are any. ``every`` is
        "day", "week", "month", "quarter" or "year". Columns: scenario, against, measure, unit, from, value,
        base, estimate, low, high, replicates.
        """
        from .over_time import over_time

        return over_time(self, quantity, scenario, every, against)

    def trial(self, measure: str, scenario: str, against: str | None = None) -> TrialSize:
        """Return the members an A/B test of a scenario against the base (or ``against``) needs; see ``production``."""
        from .production import trial

        return trial(self, measure, scenario, against)

    def steady(self, quantity: str, scenario: str) -> date | None:
        """Return the day from which on a scenario's quantity by day is steady, None where it is not in these days."""
        from .production import steady

        return steady(self, quantity, scenario)

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer to a query over the run's tables."""
        from rewardsim.engine.duck import quiet_connection

        with quiet_connection() as con:
            for name in self.manifest["tables"]:
                con.read_parquet(str(self.path / name)).create_view(name.removesuffix(".parquet"))
            return con.sql(query).df()

    def summary(self) -> dict[str, Any]:
        """Return the effects, guards and failures as plain values; money in decimal strings."""
        return json_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {"run": str(self.path), "digest": self.digest, **self.summary()}

    def verify(self) -> None:
        """Raise RunError where a stored table is damaged."""
        verify(self.path)

    def explain(self, member_id: str) -> Any:
        """Refuse: a sweep keeps no members."""
        todo = "simulate one scenario with the ledger, replay its events, and explain that"
        raise run_error(self.path, "no_replay", "a sweep", "a replay", todo)

    def against(self, other: Run) -> Any:
        """Refuse: scenarios are compared within a sweep."""
        todo = "put both into one sweep, where they share their luck"
        raise run_error(self.path, "other_kind", "a sweep", "a simulation or a replay", todo)

    def __str__(self) -> str:
        return text_of(self)

    def __repr__(self) -> str:
        inputs, said = self.manifest["inputs"], self.manifest["summary"]
        return (
            f"<SweepRun {self.path.name} of {said['scenarios']:,} scenario(s), {said['lives']:,} lives of"
            f" {inputs['members']:,} members, {inputs['from']} to {inputs['until']}, digest {self.digest[:12]}>"
        )

    def _repr_html_(self) -> str:
        return html_of(self)


def _limit(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
