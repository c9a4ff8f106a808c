"""Checkpoints: a society at the end of a day, kept in a folder, to go on from as often as wanted.

Run to a date once, then let several futures branch off: the same programme, which gives what an
unbroken run gives, or one that differs after that date. How many shards there were, and which
engine, leaves no trace. Arrays only, nothing is pickled.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from rewardsim.behaviour.records import PARCEL_FREE, PARCEL_SPARE, SEEN_KEPT
from rewardsim.programme import Programme, parse_programme
from rewardsim.programme.faults import Fault, Place
from rewardsim.programme.units import day_date
from rewardsim.rules.records import NONE, Law
from rewardsim.transactions.atomic import sync

from .batches import as_array, as_objects
from .cache import sources_digest
from .tables import FREE_LISTS, TABLES, WORLD_RECORDS

FORMAT = "checkpoint/2"
ROOMS = ("rules", "behaviour", "population", "draws")  # whose sources a state rests on
STATE, MANIFEST = "state.npz", "checkpoint.json"
BOOK = [name for name in TABLES if name not in ("entries", "notes", "requests", "head")]  # the rest is empty at night
AUDITED = ("balances", "chains", "lots", "kinds", "flows", "issued")
KEYS = {"sources", "programme", "people", "day", "first_day", "last_day"}
KEYS |= {"members", "joined", "counted", "draws", "state"}
WHAT = (
    "counters of a member",
    "names of rules, categories, channels or draws, or the number of shared budgets",
    "sets of channels or categories",
    "campaigns",
    "items offered",
    "shared budgets, draws or tiers",
)
NOTED = ("chains", "counts", "amounts")


class CheckpointError(ValueError):
    """A checkpoint that is missing, of another kind, or cannot be gone on from under this programme."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def save(folder: Path, society: Any, scene: Any, day: int) -> None:
    """Keep a society as it is at the end of ``day``."""
    folder.mkdir(parents=True, exist_ok=True)
    ground = society.ground
    book, world = ground.books[0], ground.worlds[0]
    state = {f"book.{name}": _array(getattr(book, name), TABLES[name]) for name in BOOK}
    state["book.head"] = _one_list(state, np.concatenate([_array(b.head, TABLES["head"]) for b in ground.books]))
    state |= {f"world.{name}": _array(getattr(world, name), WORLD_RECORDS[name]) for name in ("persons", "parcels")}
    state["world.wakes"] = np.asarray(world.wakes, dtype=np.int64)
    state["world.counts"] = _one_parcel_list(state["world.parcels"], [list(w.counts) for w in ground.worlds])
    state["world.outcomes"] = society.outcomes()
    state |= {"tally": society.tally(), "settled": society.settled, "ids": np.array(list(scene.ids))}
    state |= {f"audit.{name}": getattr(scene.auditor, name) for name in AUDITED}
    state |= {f"notes.{name}": getattr(scene.chains, name) for name in NOTED}
    (folder / MANIFEST).unlink(missing_ok=True)
    np.savez(folder / STATE, **state)
    manifest = {
        "format": FORMAT,
        "sources": sources_digest(*ROOMS),
        "programme": _described(scene.programme),
        "people": scene.people_key,
        "day": day,
        "first_day": scene.habits.first_day,
        "last_day": scene.habits.last_day,
        "members": society.members,
        "joined": scene.habits.joined,
        "counted": {"entries": scene.auditor.entries, "notes": scene.chains.notes},
        "draws": scene.lottery.held if scene.lottery else {},
    }
    sync(folder / STATE)
    manifest["state"] = _hash(folder / STATE)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _described(programme: Programme | None) -> dict[str, str] | None:
    return {"text": programme.to_toml(), "file": programme.source.name} if programme else None


def restore(folder: Path, society: Any, scene: Any) -> int:
    """Make a fresh society what was kept; return the first day still to be lived.

    Raises CheckpointError where the checkpoint cannot be gone on from.
    """
    manifest = read_checkpoint(folder)
    days = scene.habits.first_day, scene.habits.last_day
    faults = faults_of(manifest, scene.programme, scene.people_key, *days, str(folder))
    if faults:
        raise CheckpointError(faults)
    with np.load(folder / STATE, allow_pickle=False) as state:
        _restore_tables(society, state)
        scene.ids += state["ids"].tolist()[len(scene.ids) :]
        scene.know_streams(state["world.persons"][: manifest["members"]])
        for name in AUDITED:
            _put(getattr(scene.auditor, name), state[f"audit.{name}"])
        for name in NOTED:
            _put(getattr(scene.chains, name), state[f"notes.{name}"])
        _put(society.settled, state["settled"])
    society.members = manifest["members"]
    society.habits.joined = manifest["joined"]
    society.ground.put_habits(society.habits)
    scene.auditor.entries, scene.chains.notes = manifest["counted"]["entries"], manifest["counted"]["notes"]
    if scene.lottery:
        scene.lottery.held.update(manifest["draws"])
    return int(manifest["day"]) + 1


def _restore_tables(society: Any, state: Any) -> None:
    compiled = society.ground.compiled
    book = {name: _table(state[f"book.{name}"], TABLES[name], compiled) for name in BOOK}
    kept = {name: state[f"world.{name}"] for name in ("persons", "parcels")}
    # Who comes after an earlier end than was meant is reported under the last cohort there is.
    kept["persons"]["cohort"] = np.minimum(kept["persons"]["cohort"], society.habits.cohorts - 1)
    world = {name: _table(table, WORLD_RECORDS[name], compiled) for name, table in kept.items()}
    world["wakes"] = state["world.wakes"] if compiled else state["world.wakes"].tolist()
    tally = np.zeros_like(society.tally())
    _put(tally, state["tally"])
    own = {"counts": state["world.counts"], "outcomes": state["world.outcomes"], "tally": tally.ravel()}
    own["counts"][SEEN_KEPT] = society.ground.worlds[0].counts[SEEN_KEPT]
    society.ground.replace(book, _table(state["book.head"], TABLES["head"], compiled), world, own)


def _put(target: Any, kept: Any) -> None:
    """Write what was kept into the corner of an array that it covers; days and columns may have been added."""
    target[tuple(slice(0, min(a, b)) for a, b in zip(kept.shape, target.shape, strict=True))] = kept[
        tuple(slice(0, min(a, b)) for a, b in zip(kept.shape, target.shape, strict=True))
    ]


def _one_list(state: dict[str, Any], heads: Any) -> Any:
    """Return one head whose free lists are those of all shards' heads."""
    head = heads[:1].copy()
    for name, (free, spare) in FREE_LISTS.items():
        following = state[f"book.{name}"]["next"]
        for other in heads[1:]:
            if other[free] != NONE:
                following[_last(following, int(other[free]))] = head[free][0]
                head[free] = other[free]
                head[spare] += other[spare]
    return head


def _one_parcel_list(parcels: Any, counts: list[list[int]]) -> Any:
    """Return one shard's counts whose free parcels are those of all shards."""
    whole = np.array(counts[0], dtype=np.int64)
    for other in counts[1:]:
        if other[PARCEL_FREE] != NONE:
            parcels["next"][_last(parcels["next"], int(other[PARCEL_FREE]))] = whole[PARCEL_FREE]
            whole[PARCEL_FREE] = other[PARCEL_FREE]
            whole[PARCEL_SPARE] += other[PARCEL_SPARE]
    return whole


def _last(following: Any, row: int) -> int:
    while following[row] != NONE:
        row = int(following[row])
    return row


def _array(table: Any, record: type) -> Any:
    return as_array(table, record) if isinstance(table, list) else table.copy()


def _table(array: Any, record: type, compiled: bool) -> Any:
    return array if compiled else as_objects(array, record)


def read_checkpoint(folder: Path) -> dict[str, Any]:
    """Return what a checkpoint says of itself; raise CheckpointError where there is none, or a damaged one."""
    path = folder / MANIFEST
    if not path.exists():
        fault = Fault(Place(str(folder)), "no_checkpoint", f"no {MANIFEST}", "a checkpoint", "name one")
        raise CheckpointError([fault])
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(folder) from error
    whole = isinstance(found, dict) and found.get("format") == FORMAT and found.keys() >= KEYS
    if not whole or _hash(folder / STATE) != found["state"]:
        raise _damaged(folder)
    return found


def _damaged(folder: Path) -> CheckpointError:
    what = "a checkpoint that is damaged, or of another format"
    return CheckpointError([Fault(Place(str(folder)), "damaged", what, f"one of format {FORMAT}", "delete it")])


def _hash(path: Path) -> str:
    """Return the SHA-256 of a file, empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def faults_of(
    manifest: dict[str, Any], programme: Programme | None, people: str, first_day: int, last_day: int, place: str
) -> list[Fault]:
    """Return why a simulation cannot go on from a checkpoint, all of it."""
    said: list[tuple[str, str, str, str]] = []
    if manifest["sources"] != sources_digest(*ROOMS):
        said.append(("other_sources", "other rules or behaviour", "those it was made with", "make the checkpoint anew"))
    kept = manifest["first_day"], manifest["last_day"]
    if kept[0] != first_day or not manifest["day"] < last_day <= kept[1]:
        asked = f"{day_date(first_day)} to {day_date(last_day)}"
        allowed = f"from {day_date(kept[0])}, to between {day_date(manifest['day'] + 1)} and {day_date(kept[1])}"
        said.append(("other_days", asked, allowed, "ask for these days"))
    if manifest["people"] != people:
        what = "another population, number of members, seed or replicate"
        said.append(("other_people", what, "those it was made with", "give these"))
    known = manifest["programme"]
    if (known is None) != (programme is None):
        said.append(("other_programme", "with and without a programme", "both or neither", "fork what is alike"))
    elif known and programme:
        before = parse_programme(known["text"], known["file"])
        todo = f"let changes start on {day_date(manifest['day'] + 1)} or later"
        said += [
            ("reaches_back", what, f"the same up to {day_date(manifest['day'])}", todo)
            for what in differences(before, programme, manifest["day"])
        ]
    return [Fault(Place(place), *one) for one in said]


def differences(before: Programme, after: Programme, day: int) -> list[str]:
    """Return in what two programmes differ that a state of ``day`` rests on."""
    old, new = before.law(), after.law()
    begun = [[place for place, row in enumerate(law.terms) if row.from_day <= day] for law in (old, new)]
    said = [
        f"terms from {day_date((new if place in begun[1] else old).terms[place].from_day)}"
        for place in sorted({*begun[0], *begun[1]})
        if place not in begun[0] or place not in begun[1] or _view(old, place) != _view(new, place)
    ]
    facts = zip(WHAT, _facts(before, old, day), _facts(after, new, day), strict=True)
    return said + [what for what, one, other in facts if not _begins(other, one)]


def _facts(programme: Programme, law: Law, day: int) -> tuple[list[Any], ...]:
    """Return what a state rests on besides terms, in the order of ``WHAT``: lists that may only grow at their end."""
    names = programme.names
    words = (names.rules, names.categories, names.channels, names.hashtags, names.draws, len(law.pools))
    return (
        [law.terms[0].counter_width],
        [words],
        [list(law.channel_sets), list(law.category_sets), list(law.category_factors)],
        [_open(row, day) for row in law.campaigns],
        [_open(row, day) for row in law.items],
        [list(law.pools), list(law.draws), list(law.prizes), names.levels],
    )


def _begins(other: Any, one: Any) -> bool:
    """Tell whether a list begins like another, lists within it likewise."""
    if len(other) < len(one):
        return False
    pairs = zip(one, other[: len(one)], strict=True)
    return all(_begins(b, a) if isinstance(a, list) else a == b for a, b in pairs)


def _view(law: Law, place: int) -> Any:
    """Return a stretch's terms with the rows they refer to, but for the day they end."""
    terms = law.terms[place]
    said = {field.name: getattr(terms, field.name) for field in dataclasses.fields(terms)}
    del said["to_day"]
    return (
        said,
        law.bands[terms.band_first : terms.band_first + terms.band_count],
        law.limits[terms.limit_first : terms.limit_first + terms.limit_count],
        law.levels[terms.level_first : terms.level_first + terms.level_count],
    )


def _open(row: Any, day: int) -> Any:
    """Return an item or campaign as it matters to what happened up to a day."""
    return dataclasses.replace(row, to_day=min(row.to_day, day + 1)) if row.from_day <= day else row
