"""What a worker does: live one life. The only function that is sent anywhere."""

from __future__ import annotations

import functools
import io
import json
import traceback
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.store import key_of

from .jobs import Job, arm_inputs, life_inputs
from .outcome import FAILED, Outcome

if TYPE_CHECKING:
    import pyarrow as pa

    from rewardsim.experiments.simulations.plan import Arm
    from rewardsim.experiments.simulations.tables import Life

ARM = "life"
PARSED = 64
"""Programmes and populations a worker remembers, so that a scenario's replicates are parsed once."""


def live(job_json: str) -> tuple[str, bytes]:
    """Live one life; return its outcome as JSON, and what happened by day as Parquet.

    A failure is an outcome too: ``{"failed": {stage, error, traceback, seed, replicate}}``, and no bytes.
    """
    stage, job = "load", None
    try:
        job = Job.from_json(job_json)
        arm = _arm(job)
        stage = "simulate"
        life = _lived(job, arm)
        stage = "count"
        return json.dumps(_outcome(job, life).said()), _parquet(by_day(life))
    except Exception as error:
        where = {"seed": job.seed, "replicate": job.replicate} if job else {"seed": 0, "replicate": 0}
        said = {"stage": stage, "error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
        return json.dumps({FAILED: said | where}), b""


def _arm(job: Job) -> Arm:
    """Return the arm of a job; refuse one whose key this worker's sources do not lead to."""
    from rewardsim.experiments.simulations.plan import Arm

    arm = Arm(ARM, _programme(job.programme) if job.programme else None, _population(job.population))
    said = arm.inputs() if arm.programme else arm_inputs("", (), arm.population.nature)
    key = key_of(life_inputs(said, job.members, job.first_day, job.last_day, job.seed, job.replicate))
    if key != job.key:
        raise ValueError("this worker's rewardsim is not the driver's: install the same version on both")
    return arm


@functools.lru_cache(maxsize=PARSED)
def _programme(text: str) -> Any:
    from rewardsim.programme import parse_programme

    return parse_programme(text)


@functools.lru_cache(maxsize=PARSED)
def _population(text: str) -> Any:
    from rewardsim.population import parse_population

    return parse_population(text, "population.toml")


def _lived(job: Job, arm: Arm) -> Life:
    """Have the engine run the life, on one thread: it is the workers that are many."""
    from rewardsim.engine.simulation import simulate_population
    from rewardsim.experiments.simulations.tables import Life
    from rewardsim.population.cohorts import cohort_names

    days = {"first_day": job.first_day, "last_day": job.last_day}
    luck = {"seed": job.seed, "replicate": job.replicate, "threads": 1}
    done = simulate_population(arm.programme, arm.population, members=job.members, **days, **luck)
    cohorts = cohort_names(arm.population.file.cohorts.by, job.first_day, job.last_day)
    return Life(arm, job.replicate, cohorts, done)


def _outcome(job: Job, life: Life) -> Outcome:
    """Count a life."""
    from rewardsim.experiments.simulations.lives import lives_of
    from rewardsim.experiments.simulations.totals import totals_of

    return Outcome(job.key, totals_of(life, lives_of(life)), _tiers(life), life.done.digest, life.done.seconds)


def _tiers(life: Life) -> dict[str, int]:
    """Return members by tier at the end, as a simulation's summary counts them."""
    from types import SimpleNamespace

    from rewardsim.experiments.accounts import phases_summary

    if life.arm.programme is None:
        return {}
    done = life.done
    seen = SimpleNamespace(chains=done.chains, tables=done.tables, members=done.tables["members"], draws=done.draws)
    tiers: dict[str, int] = phases_summary(seen, life.arm.programme).get("tiers", {})
    return tiers


def by_day(life: Life) -> pa.Table:
    """Return what happened by day: every measure over all tiers and cohorts, and every flow of tokens."""
    import numpy as np
    import pyarrow as pa

    from rewardsim.behaviour.measures import MEASURES
    from rewardsim.economics.totals import DAILY, daily_table
    from rewardsim.experiments.simulations.tables import flows_of
    from rewardsim.transactions.columns import column_of

    flows = flows_of(life)
    moved = daily_table(flows, life.done.first_day)
    counted = life.done.tally.sum(axis=(1, 2))
    # Tokens may still be posted on the day after the last, on which nobody lives.
    counted = np.concatenate([counted, np.zeros((len(flows) - len(counted), counted.shape[1]), dtype=np.int64)])
    columns = {name: column_of(counted[:, place].copy(), pa.int64()) for name, place in MEASURES.items()}
    return pa.table({"day": moved.column("day"), **columns, **{name: moved.column(name) for name in DAILY}})


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    from rewardsim.engine.writing import PARQUET

    with io.BytesIO() as file:
        pq.write_table(table, file, **PARQUET)
        return file.getvalue()
