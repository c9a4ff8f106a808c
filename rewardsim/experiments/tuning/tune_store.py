"""A tuning as a stored run: its tables, the recommended programme, what a manager reads, and its digest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from rewardsim.economics.objectives import MEASURES
from rewardsim.experiments.store import key_of, publish, writing
from rewardsim.experiments.sweeps.lives import told_if_full
from rewardsim.experiments.sweeps.sweep_store import digest_of, replicate_tables, write_tables

from . import tables
from .difference import difference
from .trials import SHIPPED
from .tune_manifest import RECOMMENDED, manifest_of

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.programme import Programme

    from .tune import Tuned

DIFFERENCE = "difference.md"
"""File of a tuning that a manager reads."""
TRIALS, LEADERS, CONSTRAINTS, ROBUSTNESS, EFFECTS = "trials", "leaders", "constraints", "robustness", "effects"
SEARCH, FRESH, ASSUMED = "search", "fresh", "assumed"
"""Tables of lives: of the search, on fresh luck, and under other assumptions."""
SHOWN = (
    "incremental_net", "incremental_margin", "incremental_revenue", "purchases", "revenue", "margin", "cost",
    "issued", "redeemed", "expired", "liability", "active_members", "enrolled", "referred",
)  # fmt: skip
"""Measures of which a manager is told what the recommendation changes, besides objectives and limits."""


def store(done: Tuned, out: Path) -> Path:
    """Write a tuning into its folder and return it."""
    inputs = done.plan.inputs()
    frames = frames_of(done)
    programme = recommended(done)
    said = manifest_of(done, programme) | {"inputs": inputs, "digest": digest(done, programme)}
    with told_if_full(out), writing(out) as folder:
        for name, frame in frames.items():
            if len(frame):
                frame.to_parquet(folder / f"{name}.parquet", index=False)
        for name, seen in ((SEARCH, done.search), (FRESH, done.fresh), (ASSUMED, done.assumed)):
            write_tables(folder / f"{name}.parquet", replicate_tables(seen))
        if programme:
            (folder / RECOMMENDED).write_text(_file(done, programme), encoding="utf-8")
        (folder / DIFFERENCE).write_text(difference(done, frames, said), encoding="utf-8")
        return publish(folder, out, {"kind": "tune", "key": key_of(inputs), **said})


def recommended(done: Tuned) -> Programme | None:
    """Return the programme that is recommended: tuned, or as shipped; None where none is."""
    if done.advice.leader is None:
        return None
    trial = done.advice.leader.trial
    return done.plan.programme if trial.number == 0 or trial.scenario is None else trial.scenario.programme()


def digest(done: Tuned, programme: Programme | None) -> str:
    """Return the digest of all that was tried, of every life behind it, and of what is recommended."""
    said = {
        "trials": [[one.number, list(one.point), one.state] for one in done.trials.all],
        "lives": [digest_of(seen) for seen in (done.search, done.fresh, done.assumed)],
        "leaders": [one.trial.number for one in done.leaders],
        "front": done.front,
        "advice": done.advice.kind,
        "recommended": programme.hash if programme else "",
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def frames_of(done: Tuned) -> dict[str, pd.DataFrame]:
    """Return the tables of a tuning by name."""
    plan, roles = done.plan, tables.roles_of(done.leaders, done.advice)
    return {
        TRIALS: tables.trials_table(plan, done.trials.all, done.search, roles, done.front),
        LEADERS: tables.leaders_table(plan, done.leaders, roles, done.search, done.fresh),
        CONSTRAINTS: tables.constraints_table(done.leaders, roles),
        ROBUSTNESS: tables.robustness_table(plan, done.samples),
        EFFECTS: _effects(done),
    }


def _effects(done: Tuned) -> pd.DataFrame:
    """Return what the recommended programme changes against the shipped one, on fresh replicates."""
    import pandas as pd

    from rewardsim.experiments.sweeps.effects import effects

    if not done.advice.found or done.advice.leader is None:
        return pd.DataFrame()
    twin = done.plan.setting.counterfactual
    shown = [*tables.measures_of(done.plan), *(name for name in SHOWN if twin or not MEASURES[name].counterfactual)]
    name = done.advice.leader.trial.name
    found = effects(done.fresh, [SHIPPED, name], list(dict.fromkeys(shown)))
    return found[found["against"] == SHIPPED].reset_index(drop=True)


def _file(done: Tuned, programme: Programme) -> str:
    """Return the recommended programme as a file, with where it comes from as a comment."""
    changes = ", ".join(one for one in done.advice.leader.trial.levels) if done.advice.leader else ""
    said = f"tuned: {changes}" if changes else "as shipped"
    lines = [f"# {programme.name}, recommended by the tuning {done.plan.name!r} ({said}).", f"# See {DIFFERENCE}."]
    return "\n".join([*lines, "", programme.to_toml()])
