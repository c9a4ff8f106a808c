"""``rs.replay``: imported events under a programme, as a stored run."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.economics.totals import daily_table, totals
from rewardsim.experiments.accounts import members_table, phases_summary
from rewardsim.experiments.interrupts import Check, remembered
from rewardsim.experiments.outcomes import event_counts
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import find, key_of, publish, writing
from rewardsim.programme import Programme, load_programme
from rewardsim.programme.faults import Fault, Place
from rewardsim.transactions import TransactionError, event_schema
from rewardsim.transactions.canonical import check_files, check_table
from rewardsim.transactions.events import complete
from rewardsim.transactions.exported import exported_file, read_exported

from .kept import kept_events

if TYPE_CHECKING:
    from rewardsim.engine.prepare import PreparedEvents

EPOCH = date(1970, 1, 1)


def replay(
    programme: Programme | str | Path,
    events: Any,
    *,
    out: str | Path = "runs",
    engine: str = "compiled",
    until: date | None = None,
    order: str = "occurred",
    secrets: Mapping[str, bytes] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Replay events under a programme and return the stored run; an identical one is found, not recomputed.

    ``events`` is the path of a canonical event table, several, such a table in memory (Arrow, pandas, an
    import's result), the JSON lines that a scorer's store wrote (the file, or the folder of records), or a run
    that kept its events (the run, its folder, or its table). ``until`` carries accounts on to a later day than
    the last event; of a run's events, that is the run's last day where none is named. ``order`` is "occurred",
    or "recorded" to let late events be late. ``secrets`` are those of draws, by id; a draw without one is
    held by a public key, to try out what it would bring. Raises ProgrammeError, TransactionError, RunError for
    bad input; nothing is left behind then.
    """
    if not isinstance(programme, Programme):
        programme = load_programme(programme)
    check_secrets(programme, secrets or {})
    with ThreadPoolExecutor(1) as aside:
        aside.submit(importlib.import_module, "numba")
        source, described, last = _source(events, programme)
        until = until or last
        inputs = _inputs(programme, described, until, order, secrets or {})
        found = find(Path(out), key_of(inputs))
        if found:
            return Run(found)
        ready = aside.submit(_load, engine)
        with writing(Path(out)) as folder, _prepared(source, order, described.pop("sorted")) as prepared:
            _reach(prepared, until)
            ready.result()
            task = partial(_compute, programme, prepared, folder, engine, until, secrets or {})
            manifest = _attended(task, progress)
            manifest |= {"key": key_of(inputs), "inputs": inputs, "events": described}
            return Run(publish(folder, Path(out), manifest))


def _attended(
    task: Callable[[Callable[[int, int], None]], dict[str, Any]], progress: Callable[[int, int], None] | None
) -> dict[str, Any]:
    """Return what a task that reports its progress makes; an interrupt that was lost in it is raised."""
    with remembered() as check:
        made = task(_checked(progress, check))
        check()
    return made


def _checked(progress: Callable[[int, int], None] | None, check: Check) -> Callable[[int, int], None]:
    """Return progress that is told on, if anybody listens, and at which an interrupt is raised that was lost."""

    def report(done: int, of: int) -> None:
        check()
        if progress:
            progress(done, of)

    return report


def check_secrets(programme: Programme, secrets: Mapping[str, bytes]) -> None:
    """Refuse secrets of draws the programme does not have, and those that could be guessed; all of them together."""
    from rewardsim.draws.keys import SECRET_MIN

    draws = list(programme.names.draws)
    known = ", ".join(draws) or "none: the programme has no draws"
    faults = [
        Fault(Place("secrets"), "unknown_draw", name, known, "name a draw of the programme")
        for name in secrets
        if name not in draws
    ]
    todo = "make a new one"
    faults += [
        Fault(Place("secrets"), "short_secret", f"{len(secret)} bytes for {name}", f"{SECRET_MIN} or more", todo)
        for name, secret in secrets.items()
        if len(secret) < SECRET_MIN
    ]
    if faults:
        raise TransactionError(faults)


def _load(engine: str) -> None:
    """Have the rules compiled, or read from the cache, while the events are prepared."""
    if engine == "compiled":
        from rewardsim.engine.compiled import load

        load()


def _prepared(source: Any, order: str, ordered: bool) -> AbstractContextManager[PreparedEvents]:
    from rewardsim.engine.prepare import PreparedEvents

    return closing(PreparedEvents(source, order, sorted=ordered))


def _inputs(
    programme: Programme, described: dict[str, Any], until: date | None, order: str, secrets: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return all that a replay's result depends on; of a secret, the commitment to it."""
    from rewardsim.draws.keys import commitment
    from rewardsim.engine.cache import sources_digest

    return {
        "kind": "replay",
        "programme": programme.key,
        # Tables name rules and tiers in words: a renamed one is told anew.
        "words": [*programme.names.levels, *(programme.names.rules[code] for code in sorted(programme.names.rules))],
        "rules": sources_digest("rules", "draws"),
        "events": described["digest"],
        "arrival": described["arrival"],
        "until": until.isoformat() if until else "",
        "order": order,
        "draws": {
            name: commitment(name, secrets[name]) for name in sorted(secrets) if name in programme.names.draws
        },
    }


def _compute(
    programme: Programme,
    prepared: Any,
    folder: Path,
    engine: str,
    until: date | None,
    secrets: Mapping[str, bytes],
    progress: Callable[[int, int], None],
) -> dict[str, Any]:
    """Run the replay into a folder; return what the manifest says of it."""
    import pyarrow.parquet as pq

    from rewardsim.engine.replay import replay_events
    from rewardsim.engine.writing import PARQUET

    day = (until - EPOCH).days if until else None
    done = replay_events(
        programme, prepared, folder, engine=engine, until=day, secrets=secrets, progress=progress
    )
    flows = done.auditor.flows
    pq.write_table(daily_table(flows, done.auditor.first_day), folder / "daily.parquet", **PARQUET)
    pq.write_table(members_table(done, programme), folder / "members.parquet", **PARQUET)
    return {
        "kind": "replay",
        "digest": done.digest,
        "engine": engine,
        "programme": {
            "id": programme.id,
            "hash": programme.hash,
            "file": Path(programme.source.name).name,
            "text": programme.to_toml(),
        },
        "summary": summary(done) | phases_summary(done, programme),
    }


def _reach(prepared: Any, until: date | None) -> None:
    """Refuse an end before the last event: a replay takes the whole table."""
    from rewardsim.transactions.faults import refuse

    last = EPOCH + timedelta(days=prepared.last_day)
    if until is not None and prepared.events and until < last:
        raise refuse("early_end", "until", until.isoformat(), f"{last} or later", "name a later day")


def summary(done: Any) -> dict[str, Any]:
    """Return the totals of a replay, as counts and whole tokens."""
    members = done.members
    tokens = totals(done.auditor.flows, int(members["shortfall"].sum()))
    counts = done.outcomes
    return {
        "members": int((members["events"] > 0).sum()),
        "members_in_debt": int((members["debt"] > 0).sum()),
        "members_short": int((members["shortfall"] > 0).sum()),
        "events": event_counts(counts),
        "outcomes": counts,
        "entries": done.auditor.entries,
        "tokens": tokens,
        "until": (EPOCH + timedelta(days=done.last_day)).isoformat(),
        "seconds": round(done.seconds, 3),
    }


def _source(events: Any, programme: Programme) -> tuple[Any, dict[str, Any], date | None]:
    """Return what the preparation reads, what the manifest says of it, and the last day of the run it is from."""
    last = None
    if isinstance(events, Run):
        events = events.path
    if isinstance(events, (str, Path)):
        events = [events]
    if isinstance(events, Sequence) and len(events) == 1:
        if exported := exported_file(events[0]):
            events = read_exported(exported)
        elif kept := kept_events(events[0]):
            events, last = kept
    if isinstance(events, Sequence):
        source: Any = [Path(path) for path in events]
        described = check_files(source)
    else:
        source = _table(events)
        described = check_table(source, programme.currency, programme.timezone)
    _same_terms(described, programme)
    return source, described, last


def _table(events: Any) -> Any:
    """Return events in memory as an Arrow table of the canonical columns."""
    import pyarrow as pa

    table = events if isinstance(events, pa.Table) else pa.table(events)
    return complete(table).select(event_schema().names).cast(event_schema().with_metadata(table.schema.metadata))


def _same_terms(described: dict[str, Any], programme: Programme) -> None:
    """Refuse events whose currency or zone is not the programme's: their integers would be misread."""
    wanted = {"currency": ("[money] currency", programme.currency), "timezone": ("[time] zone", programme.timezone)}
    place = Place(", ".join(described["files"]) or "events")
    faults = [
        Fault(
            place,
            f"other_{name}",
            described[name],
            f"the programme's {right}",
            f'import the data with {key} = "{right}" in its mapping, or change the programme',
        )
        for name, (key, right) in wanted.items()
        if described[name] != right
    ]
    if faults:
        raise TransactionError(faults)
