"""One simulation over several keepers of a part each: who says what to whom, and what comes of it.

Members are split by name; friends live where their inviter does. Within a day the parts need
nothing of each other. At its end each says what its members take from shared pools, how many
friends it won, and, when a draw is due, what its best tickets are; it is told the same of the
others, and settles its own. No table of members comes here: a day's wishes, at the end sums, and
32 bytes for every 4,096 members, from which the very digest of one machine is made.

How the keepers are reached is the business of ``ask``: function calls in one process (tests), or
``dask_engine``. A pool asked by a million members a day sends as many rows of 56 bytes to every
other part; programmes without pools, draws and referral exchange nothing at all.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from rewardsim.population.parts import parts
from rewardsim.rules import codes

from .audit import RANGE
from .luck import joined_draw
from .part_society import KEY

if TYPE_CHECKING:
    from rewardsim.population import Population
    from rewardsim.programme import Programme

Ask = Callable[[str, Sequence[tuple[Any, ...]]], list[Any]]
"""Call a method of every keeper, each with arguments of its own; return what they answer, in their order."""
Told = Callable[[int, int], None]
"""Called with (days done, days in all)."""


@dataclass
class Summed:
    """What a distributed simulation leaves behind: as ``simulation.Simulated``, but for its members."""

    digest: str
    auditor: Any  # with flows and issued
    chains: Any  # with counts and amounts
    draws: dict[str, dict[str, Any]]
    tally: Any
    settled: Any
    outcomes: dict[str, int]
    first_day: int
    last_day: int
    seconds: float


class Crossing:
    """What crosses between parts at a day's end."""

    def __init__(self, programme: Programme | None, members: int, pool: int) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self._names = {row: name for name, row in programme.names.draws.items()} if programme else {}
        self._winners = [row.winners for row in programme.law().draws] if programme else []
        self._members, self._pool, self._joined = members, pool, 0

    def exchange(self, said: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what each part must hear, given what each said."""
        admitted = self._admit([one["friends"] for one in said])
        ranks = self._draw([one["draws"] for one in said])
        others = [
            np.concatenate([said[0]["wishes"][:0], *(other["wishes"] for other in said if other is not one)])
            for one in said
        ]
        return [
            {"wishes": wishes, "admitted": mine, "ranks": won, "joined": self._joined}
            for wishes, mine, won in zip(others, admitted, ranks, strict=True)
        ]

    def _admit(self, friends: Sequence[Any]) -> list[Any]:
        """Return the numbers of each part's friends who become members: the first, as many as the pool still holds."""
        keys = np.concatenate(friends)
        columns = dict(zip(KEY, keys.T, strict=True))
        part = np.repeat(np.arange(len(friends)), [len(some) for some in friends])
        order = np.lexsort((columns["ordinal"], columns["low"], columns["high"], columns["second"]))
        part = part[order[: self._pool - self._joined]]
        first = self._members + self._joined
        self._joined += len(part)
        return [first + np.flatnonzero(part == place) for place in range(len(friends))]

    def _draw(self, said: Sequence[dict[int, Any]]) -> list[dict[int, list[int]]]:
        """Return the ranks that each part's best tickets won, by draw."""
        ranks: list[dict[int, list[int]]] = [{} for _ in said]
        for draw in said[0]:
            won, record = joined_draw([one[draw] for one in said], self._winners[draw])
            self.held[self._names[draw]] = record
            for mine, some in zip(ranks, won, strict=True):
                mine[draw] = some
        return ranks


def simulate_parts(
    ask: Ask,
    keepers: int,
    programme: Programme | None,
    population: Population,
    *,
    members: int,
    first_day: int,
    last_day: int,
    seed: int = 0,
    replicate: int = 0,
    compiled: bool = True,
    progress: Told | None = None,
) -> Summed:
    """Let a population live, a part of it with each keeper; the arguments are those of ``simulate_population``.

    The keepers still have their lives afterwards.
    """
    began = time.perf_counter()
    setting = {"members": members, "days": (first_day, last_day), "seed": seed, "replicate": replicate}
    texts = programme.to_toml() if programme else "", population.text
    ranges = [[(some.start, some.stop) for some in part.ranges] for part in parts(members, keepers)]
    counts = ask("begin", [(*texts, setting | {"compiled": compiled}, mine) for mine in ranges])
    told = progress or (lambda done, of: None)
    pool = population.tables(programme, first_day, last_day, members)["pool"]
    crossing = Crossing(programme, members, pool)
    if programme and programme.shared:
        _live(ask, keepers, crossing, range(first_day, last_day + 1), told)
    else:
        _live_apart(ask, counts, last_day - first_day + 1, told)
    digest = joined_digest(ask, keepers) if programme else ""
    return _summed(ask, keepers, crossing, digest, (first_day, last_day), began)


def _live(ask: Ask, keepers: int, crossing: Crossing, days: range, told: Told) -> None:
    """Live through the days together."""
    heard: list[dict[str, Any]] = [{}] * keepers
    for done, day in enumerate(days, 1):
        said = ask("call", [("live", day, mine) for mine in heard])
        heard = crossing.exchange(said) if day < days[-1] else heard
        told(done, len(days))
    ask("call", [("finish",)] * keepers)


def _live_apart(ask: Ask, counts: Sequence[int], days: int, told: Told) -> None:
    """Live through the days, each for himself."""
    most, starts = max(counts), [0] * len(counts)
    while starts != list(counts):
        starts = ask("call", [("live_apart", start) for start in starts])
        told(int(days * max(starts) / most), days)
    ask("call", [("finish",)] * len(counts))


def joined_digest(ask: Ask, keepers: int) -> str:
    """Return the digest of all parts together: that of ``Auditor.digest`` over everybody."""
    known = ask("call", [("known",)] * keepers)
    befores = [0, *accumulate(known)]
    found = ask("call", [("digest_part", before) for before in befores[:-1]])
    whole, edge = hashlib.sha256(), b""
    for before, count, (head, ranges, tail) in zip(befores, known, found, strict=False):
        edge += head
        if 0 < -before % RANGE <= count:
            whole.update(hashlib.sha256(edge).digest())
            edge = b""
        whole.update(ranges)
        edge += tail
    if befores[-1] % RANGE:
        whole.update(hashlib.sha256(edge).digest())
    return whole.hexdigest()


def _summed(ask: Ask, keepers: int, crossing: Crossing, digest: str, days: tuple[int, int], began: float) -> Summed:
    """Return the sums over all parts."""
    found = added(ask("call", [("sums",)] * keepers))
    counts = found["outcomes"]
    return Summed(
        digest=digest,
        auditor=SimpleNamespace(flows=found["flows"], issued=found["issued"]),
        chains=SimpleNamespace(counts=found["counts"], amounts=found["amounts"]),
        draws=crossing.held,
        tally=found["tally"],
        settled=found["settled"],
        outcomes={name: int(counts[code]) for name, code in codes.OUTCOMES.items() if counts[code]},
        first_day=days[0],
        last_day=days[1],
        seconds=time.perf_counter() - began,
    )


def added(said: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums of what stands under each name."""
    first, *others = said
    return {name: sum((other[name] for other in others), value) for name, value in first.items()}
