"""Simulation: a population lives under a programme, or without one, from one day to another."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rewardsim.behaviour.parameters import ceiling
from rewardsim.behaviour.philox import key_of
from rewardsim.behaviour.records import Habits
from rewardsim.population.streams import in_order
from rewardsim.programme import Programme
from rewardsim.rules import codes

from .audit import Auditor
from .checkpoint import restore, save
from .ground import Ground
from .journal import Chains
from .luck import Lottery
from .recording import Recording
from .seen import SeenWriter
from .society import Society

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rewardsim.population import Population
    from rewardsim.population.parts import Part

    from .someone import Someone

ENGINES = ("compiled", "simpy")
THREADS = 2  # more bring little: threads wait for memory
APART = 1 << 17  # members who live apart from others, before progress is told
BLOCK = 1 << 12  # members side by side in a shard
DAY_AFTER = 1  # what the last day settles would be posted on it


@dataclass
class Simulated:
    """What a simulation leaves behind besides its tables on disk."""

    digest: str
    member_ids: Sequence[str]
    persons: Any  # structured array, newcomers behind the members there were at first
    tables: dict[str, Any]  # structured arrays: members, standings (if tiers), ties (if referral)
    auditor: Auditor
    chains: Chains
    draws: dict[str, dict[str, Any]]  # what was drawn, by id of the draw
    tally: Any  # int64 by day, tier (0: none), cohort and measure
    settled: Any  # int64 by day and kind of request: how many were settled at its end
    outcomes: dict[str, int]  # how many events had each outcome
    first_day: int
    last_day: int
    seconds: float

    @property
    def members(self) -> int:
        """Everybody there was, newcomers included."""
        return len(self.persons)

    def ids(self) -> Sequence[str]:
        """Return the members' ids by number."""
        return self.member_ids


def simulate_population(
    programme: Programme | None,
    population: Population,
    *,
    members: int | None = None,
    first_day: int,
    last_day: int,
    seed: int = 0,
    replicate: int = 0,
    engine: str = "compiled",
    threads: int | None = None,
    chunk: int | None = None,
    folder: Path | None = None,
    checkpoint: tuple[int, Path] | None = None,
    stop: bool = False,
    resume: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    behaviour: Callable[[Someone], Iterator[Any] | None] | None = None,
) -> Simulated:
    """Let a population live from ``first_day`` to ``last_day``; without a programme, as it would anyway.

    ``members`` come by themselves. With ``folder`` ledger, journal and events are written there.
    ``threads`` and ``chunk`` (members side by side in one) split the work, never what comes of it.
    ``checkpoint`` keeps the state at the end of a day in a folder, and ``stop`` ends there; ``resume``
    goes on from one, perhaps under a programme that differs after that day (ledger files then begin
    there). ``progress`` is called with (days done, days in all); ``behaviour`` (SimPy only) with each
    member, to return his process or None. Raises CheckpointError where it cannot be gone on from.
    """
    _check(engine, behaviour)
    began = time.perf_counter()
    scene = Scene(programme, population, members, first_day, last_day, seed, replicate)
    shards = 1 if engine == "simpy" else threads or min(os.cpu_count() or 1, THREADS)
    with scene.recording(folder) as recording:
        ground = scene.ground(engine == "compiled", shards, folder is not None)
        with closing(scene.society(ground, chunk or BLOCK, recording)) as society:
            first = restore(resume, society, scene) if resume else first_day
            last = checkpoint[0] if checkpoint and stop else last_day
            _live(Journey(society, scene, range(first, last + 1), checkpoint, progress, behaviour), engine)
            society.finish(last)
    return scene.result(society, time.perf_counter() - began)


def _check(engine: str, behaviour: Any) -> None:
    if engine not in ENGINES:
        raise ValueError(f"engine {engine!r} is unknown; allowed are {', '.join(ENGINES)}")
    if behaviour is not None and engine != "simpy":
        raise ValueError("behaviour of one's own is interpreted: give engine='simpy' with it")


@dataclass
class Journey:
    """A society, the days before it, and what is to be done at their ends."""

    society: Society
    scene: Scene
    days: range
    checkpoint: tuple[int, Path] | None
    progress: Callable[[int, int], None] | None
    behaviour: Callable[[Someone], Iterator[Any] | None] | None

    def end_day(self, day: int) -> range:
        """Settle a day that has been lived; return the numbers of those who join."""
        joined = range(0)
        if day < self.society.habits.last_day:
            joined = self.scene.welcome(self.society, self.society.end_day(day), day)
        self.keep(day)
        if self.progress:
            self.progress(day - self.days[0] + 1, len(self.days))
        return joined

    def keep(self, day: int) -> None:
        """Keep a checkpoint, if it is asked for at the end of this day."""
        if self.checkpoint and self.checkpoint[0] == day:
            self.society.hand_on()
            self.scene.audited()
            save(self.checkpoint[1], self.society, self.scene, day)


def _live(journey: Journey, engine: str) -> None:
    if engine == "simpy":
        from .simpy_engine import Clockwork

        Clockwork(journey).run()
    elif journey.scene.programme is None or not journey.scene.programme.shared:
        _live_apart(journey)
    else:
        for day in journey.days:
            journey.society.live(day, day)
            journey.end_day(day)


def _live_apart(journey: Journey) -> None:
    """Let members live through all days one after the other: nothing is shared, so nobody waits for anybody."""
    first, last = journey.days[0], journey.days[-1]
    ends = [last] if journey.checkpoint is None else sorted({min(journey.checkpoint[0], last), last})
    for end in ends:
        for m in range(0, journey.society.members, APART):
            journey.society.live(first, end, m, min(m + APART, journey.society.members))
            if journey.progress:
                done = min(m + APART, journey.society.members) / journey.society.members
                journey.progress(first - journey.days[0] + int((end - first + 1) * done), len(journey.days))
        journey.keep(end)
        first = end + 1


class Scene:
    """Everything a simulation begins with, and the names of those who join on the way."""

    def __init__(
        self,
        programme: Programme | None,
        population: Population,
        members: int | None,
        first_day: int,
        last_day: int,
        seed: int,
        replicate: int,
        part: Part | None = None,
    ) -> None:
        """``part`` are those of the ``members`` who are kept here; everybody, where it is not given."""
        self.programme = programme
        self.population = population
        self.law = programme.law() if programme else None
        self.seed, self.replicate = seed, replicate
        self.people_key = people_key(population, members, seed, replicate)
        whole = population.members if members is None else members
        self.count = count = part.count if part else whole
        names = part.ids() if part else None
        self._people, self.ids = population.people(programme, count, seed, replicate, first_day, last_day, names)
        found = population.tables(programme, first_day, last_day, whole)
        self.habits = self._habits(found, first_day, last_day)
        self.tables = found
        self.capacity = count + (self.habits.pool if programme else 0)
        self.streams = np.zeros(self.capacity, dtype=np.uint64)
        self._hashes = np.zeros(self.capacity, dtype=np.int64)
        self.know_streams(self._people)
        rules = sorted(programme.names.rules) if programme else []
        self.auditor = Auditor(self.capacity, first_day, last_day + DAY_AFTER, rules)
        self.chains = Chains(lambda: self.ids, self.capacity, self._hashes)
        self.lottery = Lottery(programme.names, lambda: self.ids, {}) if programme else None

    def _habits(self, found: dict[str, Any], first_day: int, last_day: int) -> Habits:
        values = self.population.habits_values()
        tiers = len(self.programme.names.levels) if self.programme else 0
        habits = Habits(**values)
        habits.key_0, habits.key_1 = key_of(self.seed, self.replicate)
        habits.programme = int(self.programme is not None)
        habits.first_day, habits.last_day = first_day, last_day
        habits.cohorts, habits.tiers = len(found["cohort_names"]), tiers + 1
        habits.season_max = found["season_max"]
        habits.ceiling = ceiling(values, tiers)
        habits.pool = found["pool"]
        return habits

    def ground(self, compiled: bool, shards: int, keep: bool) -> Ground:
        """Return fresh ground for everybody there is or may come to be; ``keep`` to have events written down."""
        ground = Ground(self.tables, self.habits, self.capacity, compiled, shards)
        people, self._people = self._people, None  # there are many of them: not twice at a time
        ground.put_persons(0, people, np.maximum(people["arrival"].astype(np.int64), self.habits.first_day))
        del people
        ground.open_books(self.law, self.count)
        if keep and self.programme:
            ground.keep_events()
        return ground

    def society(self, ground: Ground, block: int, recording: Recording) -> Society:
        """Return everybody on their ground."""
        return Society(self.law, ground, self.habits, self.count, block, recording, self.lottery)

    def know_streams(self, people: Any, first: int = 0) -> None:
        """Note the streams of people from a number on."""
        streams = (people["high"].astype(np.uint64) << np.uint64(32)) | people["low"].astype(np.uint64)
        self.streams[first : first + len(people)] = streams
        self._hashes[first : first + len(people)] = (streams >> np.uint64(1)).astype(np.int64)

    def recording(self, folder: Path | None) -> Recording:
        """Return what checks, and with a folder writes, everything that happens."""
        folder = folder if self.programme else None
        self._recording = Recording(self.programme, folder, self.auditor, self.chains, self._events_writer)
        return self._recording

    def audited(self) -> None:
        """Wait until everything handed on has been audited."""
        self._recording.wait()

    def _events_writer(self, path: Path) -> SeenWriter:
        return SeenWriter(path, self.programme.names, self.law, self.ids, self.streams)

    def welcome(self, society: Society, friends: Any, day: int) -> Any:
        """Make members of the friends the day won, as many as the pool still holds; return their numbers."""
        friends, first = friends[: self.habits.pool - self.habits.joined], society.members
        if len(friends):
            self.bring(society, friends, day)
            society.joined(self.habits.joined + len(friends))
        return range(first, society.members)

    def bring(self, society: Society, friends: Any, day: int) -> None:
        """Make members of friends."""
        first = society.members
        inviters = friends["inviter"].tolist()
        ids = [f"{self.ids[m]}.{n}" for m, n in zip(inviters, friends["ordinal"].tolist(), strict=True)]
        parents = society.ground.persons_at(inviters)
        people = self.population.newcomers(
            parents,
            friends["ordinal"],
            friends["converts"],
            ids,
            day,
            self.seed,
            self.replicate,
            first_day=self.habits.first_day,
            last_day=self.habits.last_day,
        )
        people["inviter"] = inviters
        self.ids += ids
        self.know_streams(people, first)
        society.welcome(people, np.maximum(people["arrival"].astype(np.int64), day + 1), inviters, day)

    def result(self, society: Society, seconds: float, digest: str | None = None) -> Simulated:
        """Return what is left when all days are over; with its digest, where none is given."""
        persons, counts = society.persons(), society.outcomes()
        if self.programme:
            self.auditor.check(society.ground.books[0])
        return Simulated(
            digest=self._digest(society) if digest is None else digest,
            member_ids=self.ids,
            persons=persons,
            tables={name: society.table(name) for name in ("members", "standings", "ties")},
            auditor=self.auditor,
            chains=self.chains,
            draws=self.lottery.held if self.lottery else {},
            tally=society.tally(),
            settled=society.settled,
            outcomes={name: int(counts[code]) for name, code in codes.OUTCOMES.items() if counts[code]},
            first_day=self.habits.first_day,
            last_day=self.habits.last_day,
            seconds=seconds,
        )

    def _digest(self, society: Society) -> str:
        """Return the digest a replay of the same events would have: of those the programme has heard of."""
        if not self.programme:
            return ""
        return self.auditor.digest(self.ids, self.chains.chains, self.known(society))

    def known(self, society: Society) -> Any:
        """Return the numbers of those the programme has heard of, in the order of their names; after the end."""
        known = np.flatnonzero((society.table("members")["events"] > 0) | (society.persons()["inviter"] >= 0))
        return in_order(self.ids, known)


def people_key(population: Population, members: int | None, seed: int, replicate: int) -> str:
    """Return what people are the same by: their population, its habits included, how many, and their luck."""
    count = population.members if members is None else members
    return f"{population.key}/{count}/{seed}/{replicate}"
