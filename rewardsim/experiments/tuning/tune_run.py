"""A stored tuning: what was tried, what is recommended, and how sure that is."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.pictures import Plots
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import run_error, verify

from .advice import CHANGE
from .tune_plots import PICTURES

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.programme import Programme


class TuneRun(Run):
    """A stored tuning. Tables are pandas frames, read when first asked for.

    ``trials`` every point that was tried; ``leaders`` the best of them, on luck the search has not seen;
    ``front`` those of the leaders within the limits that no other surely beats in every objective;
    ``constraints`` how leaders stand to each limit; ``effects`` what the recommended programme changes;
    ``robustness`` the same under other assumptions; ``search``, ``fresh`` and ``assumed`` the lives behind
    it. Amounts are in minor units, tokens in their smallest unit.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        if self.manifest["kind"] != "tune":
            found = f"a run of kind {self.manifest['kind']!r}"
            raise run_error(self.path, "other_kind", found, "a tuning", "name the folder of a tuning")

    @property
    def advice(self) -> dict[str, Any]:
        """What to do and why: kind ("change", "keep", "undecided", "infeasible"), reason, trial, strains."""
        return dict(self.manifest["advice"])

    @property
    def found(self) -> bool:
        """Whether a change of the programme is recommended."""
        return bool(self.advice["kind"] == CHANGE)

    @cached_property
    def shipped(self) -> Programme:
        """The programme as it was."""
        return self._programme(self.manifest["shipped"])

    @cached_property
    def recommended(self) -> Programme | None:
        """The programme that is recommended, tuned or as shipped; None where none is."""
        return self._programme(self.manifest["programme"]) if "programme" in self.manifest else None

    @property
    def programme(self) -> Programme:  # type: ignore[override]
        """The recommended programme, or the shipped one where none is."""
        return self.recommended or self.shipped

    @cached_property
    def trials(self) -> pd.DataFrame:
        """Every trial: values of parameters, means of measures over the search's replicates, how it fared."""
        return self._table("trials", "trial")

    @cached_property
    def leaders(self) -> pd.DataFrame:
        """Leaders and the shipped programme by measure: searched and fresh level, and what is gained."""
        return self._table("leaders", "trial, measure")

    @cached_property
    def front(self) -> pd.DataFrame:
        """Trials within every limit, on fresh luck, that no other leader surely beats in every objective."""
        return self.trials[self.trials["front"]].reset_index(drop=True)

    @cached_property
    def constraints(self) -> pd.DataFrame:
        """How leaders stand to each limit on fresh replicates, and how much room is left."""
        return self._table("constraints", "trial, measure")

    @cached_property
    def effects(self) -> pd.DataFrame:
        """What the recommended programme changes against the shipped one; empty where none is recommended."""
        return self._table("effects", "measure")

    @cached_property
    def robustness(self) -> pd.DataFrame:
        """What the recommended programme changes, sample by sample of the assumptions."""
        return self._table("robustness", "sample, measure")

    @property
    def evidence(self) -> dict[str, Any]:
        """What speaks for the recommendation: search, robustness, sizes of a test, lives behind it."""
        names = ("advice", "search", "base", "robustness", "trial_sizes", "lives")
        return {name: self.manifest[name] for name in names}

    @property
    def difference(self) -> str:
        """The page a manager reads, in Markdown."""
        return (self.path / "difference.md").read_text(encoding="utf-8")

    @property
    def parameters(self) -> list[str]:
        """What varied: columns of ``trials``."""
        return list(self.manifest["parameters"])

    @property
    def measures(self) -> list[str]:
        """Measures of objectives, then of constraints, each once: columns of ``trials``."""
        return list(self.manifest["measures"])

    @property
    def plot(self) -> Plots:
        """Pictures of the tuning, by name."""
        return Plots(self, PICTURES)

    def candidate(self, trial: int) -> Programme:
        """Return the programme of a trial, as one of the front that is preferred to the recommended one."""
        from rewardsim.experiments.scenarios.cells import column_change

        rows = self.trials[self.trials["trial"] == trial]
        if not len(rows):
            allowed = f"a trial from 0 to {len(self.trials) - 1}"
            raise run_error(self.path, "no_trial", f"trial {trial}", allowed, "name one of them")
        changes = self.manifest["levels"][str(trial)]
        programme = self.shipped
        for column, text in changes.items():
            change = column_change(column)
            programme = programme.vary({change.inner: _value(text)}, change.start, change.end)
        return programme

    def summary(self) -> dict[str, Any]:
        """Return recommendation, limits, effects and evidence as plain values; money in decimal strings."""
        from .tune_text import json_of

        return json_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        return {"run": str(self.path), "digest": self.digest, **self.summary()}

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer to a query over the tuning's tables."""
        from rewardsim.engine.duck import quiet_connection

        with quiet_connection() as con:
            for name in self.manifest["tables"]:
                if name.endswith(".parquet"):
                    con.read_parquet(str(self.path / name)).create_view(name.removesuffix(".parquet"))
            return con.sql(query).df()

    def verify(self) -> None:
        """Raise RunError where a stored table is damaged."""
        verify(self.path)

    def explain(self, member_id: str) -> Any:
        """Refuse: a tuning keeps no members."""
        todo = "simulate the recommended programme with the ledger, replay its events, and explain that"
        raise run_error(self.path, "no_replay", "a tuning", "a replay", todo)

    def against(self, other: Run) -> Any:
        """Refuse: a tuning is compared with the shipped programme only."""
        todo = "put both recommended programmes into one sweep, where they share their luck"
        raise run_error(self.path, "other_kind", "a tuning", "a simulation or a replay", todo)

    def _programme(self, said: dict[str, str]) -> Programme:
        from rewardsim.programme import parse_programme

        return parse_programme(said["text"], said["file"])

    def _table(self, name: str, order: str) -> pd.DataFrame:
        """Return a table, an empty one where the tuning came to none."""
        import pandas as pd

        if f"{name}.parquet" not in self.manifest["tables"]:
            return pd.DataFrame()
        return self.sql(f"SELECT * FROM {name} ORDER BY {order}")

    def __str__(self) -> str:
        from .tune_text import text_of

        return text_of(self)

    def __repr__(self) -> str:
        inputs, said = self.manifest["inputs"], self.manifest
        return (
            f"<TuneRun {self.path.name} of {said['shipped']['id']}: {said['search']['trials']} trials,"
            f" {said['lives']:,} lives of {inputs['members']:,} members, {self.advice['kind']},"
            f" digest {self.digest[:12]}>"
        )

    def _repr_html_(self) -> str:
        from .tune_text import html_of

        return html_of(self)


def _value(text: str) -> Any:
    """Return a value from its TOML text."""
    import tomllib

    return tomllib.loads(f"value = {text}")["value"]
