"""A sweep as a stored run: its tables, its digest, what its manifest says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.simulations.plan import PROGRAMME, WITHOUT, sources
from rewardsim.experiments.store import KEY_SHOWN, key_of, publish, writing

from .jobs import arm_inputs
from .lives import Lives, told_if_full
from .observed import Observed, Packed, Place
from .outcome import TIER

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from rewardsim.experiments.scenarios import Scenario, SweepPlan

SWEEPS_VERSION = 1
"""Raise where the stored tables mean something else than before."""
REPLICATES, DAYS, FAILURES = "replicates", "days", "failures"
RANKING, SENSITIVITY = "ranking", "sensitivity"
ARMS = (PROGRAMME, WITHOUT)  # by whether it is the counterfactual
LIVES_AT_A_TIME = 256


def inputs_of(plan: SweepPlan) -> dict[str, Any]:
    """Return all that a sweep's result depends on; workers are not among it."""
    setting = plan.setting
    questions = {"precision": plan.precision, "best": plan.best, "guards": plan.guards, "measures": plan.measures}
    questions["sensitivity"] = plan.sensitivity
    return {
        "kind": "sweep",
        "version": SWEEPS_VERSION,
        "name": plan.name,
        "sources": sources(),
        "scenarios": [_scenario_inputs(one) for one in plan.scenarios],
        "members": setting.members,
        "from": setting.first.isoformat(),
        "until": setting.last.isoformat(),
        "seed": setting.seed,
        "counterfactual": int(setting.counterfactual),
        "replicates": plan.replicates,
        "questions": {name: repr(question) for name, question in questions.items()},
    }


def _scenario_inputs(scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        **arm_inputs(scenario.programme_key, scenario.words, scenario.population_key),
        "levels": {path: repr(value) for path, value in scenario.levels.items()},
    }


def store(
    plan: SweepPlan,
    observed: Observed,
    lives: Lives,
    out: Path,
    answers: Mapping[str, pd.DataFrame],
    told: Sequence[str],
) -> Path:
    """Write a sweep into its folder and return it; one with failures gets a key of its own.

    ``answers`` are further tables by name, to what was asked beyond effects; ``told`` is said of them.
    """
    inputs = inputs_of(plan)
    digest = digest_of(observed)
    failed = sorted(str(tuple(place)) for place in observed.failed)
    key = key_of({**inputs, "failed": failed, "digest": digest} if failed else inputs)
    with told_if_full(out), writing(out) as folder:
        write_tables(folder / f"{REPLICATES}.parquet", replicate_tables(observed))
        write_tables(folder / f"{DAYS}.parquet", _day_tables(observed, lives))
        if failed:
            write_tables(folder / f"{FAILURES}.parquet", iter([_failure_table(observed)]))
        for name, table in answers.items():
            table.to_parquet(folder / f"{name}.parquet", index=False)
        said = _manifest(plan, observed) | {"inputs": inputs, "digest": digest, "told": list(told)}
        return publish(folder, out, {"kind": "sweep", "key": key, "complete": not failed, **said})


def digest_of(observed: Observed) -> str:
    """Return the digest of every life's ledger and totals, by scenario and replicate."""
    whole = hashlib.sha256()
    for place, life in sorted(observed.found.items()):
        row = [*place[:2], ARMS[place.without], life.digest, sorted(life.counted.items())]
        whole.update(json.dumps(row, separators=(",", ":")).encode() + b"\n")
    return whole.hexdigest()


def _manifest(plan: SweepPlan, observed: Observed) -> dict[str, Any]:
    """Return what the manifest says besides key, inputs and digest."""
    base = plan.scenarios.base
    people = base.population()
    programme = next((one.programme() for one in plan.scenarios if one.programme_key), None)
    return {
        "name": plan.name,
        "base": base.name,
        "programme": {
            "id": programme.id if programme else "",
            "hash": programme.hash if programme else "",
            "file": "programme.toml",
            "text": next(one.programme_text for one in plan.scenarios if one.programme_key),
        },
        "population": {
            "id": people.id,
            "name": people.name,
            "preset": people.preset,
            "phi": people.habits_values()["incremental"],
            "assumptions": list(people.assumptions),
            "margin_bp": people.margin_bp,
            "text": people.text,
        },
        "scenarios": {one.name: {path: plain(value) for path, value in one.levels.items()} for one in plan.scenarios},
        "measures": list(plan.measures),
        "guards": [{**asdict(one), **_limits(one)} for one in plan.guards],
        "precision": asdict(plan.precision) if plan.precision else None,
        "best": asdict(plan.best) if plan.best else None,
        "summary": {
            "scenarios": len(plan.scenarios),
            "lives": len({life.key for life in observed.found.values()}),
            "seconds": round(observed.seconds, 3),
        },
        "text": plan.text,
    }


def _limits(guard: Any) -> dict[str, str | None]:
    """Return a guard's limits as exact texts."""
    return {name: None if (limit := getattr(guard, name)) is None else str(limit) for name in ("at_most", "at_least")}


def plain(value: Any) -> Any:
    """Return a level as JSON can say it."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def replicate_tables(observed: Observed) -> Iterator[pa.Table]:
    """Return one row a life in every place it has, some scenarios at a time."""
    import pyarrow as pa

    names = list(dict.fromkeys(name for names in {life.names for life in observed.found.values()} for name in names))
    names.sort(key=lambda name: (name.startswith(TIER), name))
    places = sorted(observed.found)
    for first in range(0, max(len(places), 1), LIVES_AT_A_TIME):
        part = [(place, observed.found[place]) for place in places[first : first + LIVES_AT_A_TIME]]
        yield pa.table(_columns(part, names))


def _columns(part: list[tuple[Place, Packed]], names: list[str]) -> dict[str, pa.Array]:
    import pyarrow as pa

    counted = [life.counted for _, life in part]
    return {
        "scenario": pa.array([place.scenario for place, _ in part], pa.string()),
        "replicate": pa.array([place.replicate for place, _ in part], pa.int32()),
        "arm": pa.array([ARMS[place.without] for place, _ in part], pa.string()),
        "life": pa.array([life.key for _, life in part], pa.string()),
        "digest": pa.array([life.digest for _, life in part], pa.string()),
        **{name: pa.array([one.get(name) for one in counted], pa.int64()) for name in names},
    }


def read_observed(path: Path) -> Observed:
    """Return the lives of a table of replicates by scenario, replicate and arm."""
    import pyarrow.parquet as pq

    found = Observed()
    for batch in pq.ParquetFile(path).iter_batches(LIVES_AT_A_TIME):
        for row in batch.to_pylist():
            place = Place(row.pop("scenario"), row.pop("replicate"), row.pop("arm") == WITHOUT)
            key, digest = row.pop("life"), row.pop("digest")
            found.put(place, found.packed(key, digest, {name: n for name, n in row.items() if n is not None}))
    return found


def _day_tables(observed: Observed, lives: Lives) -> Iterator[pa.Table]:
    """Return what happened by day in every life, once each, some lives at a time."""
    import pyarrow as pa

    keys = list(dict.fromkeys(life.key for _, life in sorted(observed.found.items())))
    for first in range(0, len(keys), LIVES_AT_A_TIME):
        yield pa.concat_tables(_named(lives.daily(key), key) for key in keys[first : first + LIVES_AT_A_TIME])


def _named(days: pa.Table, key: str) -> pa.Table:
    """Return a life's days with its name."""
    import pyarrow as pa

    return days.add_column(0, "life", pa.array([key[:KEY_SHOWN]] * len(days), pa.string()))


def _failure_table(observed: Observed) -> pa.Table:
    import pyarrow as pa

    rows = [
        {"scenario": place.scenario, "replicate": place.replicate, "arm": ARMS[place.without], "life": failure.key}
        | {name: value for name, value in failure.said().items() if name != "replicate"}
        for place, failure in sorted(observed.failed.items())
    ]
    return pa.Table.from_pylist(rows)


def write_tables(path: Path, tables: Iterator[pa.Table]) -> None:
    """Write tables of one schema as one file, without holding more than one; nothing where there is none."""
    import contextlib

    import pyarrow.parquet as pq

    from rewardsim.engine.writing import PARQUET

    with contextlib.ExitStack() as stack:
        writer = None
        for table in tables:
            writer = writer or stack.enter_context(pq.ParquetWriter(path, table.schema, **PARQUET))
            writer.write_table(table)
