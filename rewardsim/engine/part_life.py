"""The life of a part of a society, and who keeps it: told what the others asked for, day after day.

A ``Keeper`` is what a worker holds. Its methods take and give texts, numbers, bytes and arrays of
numbers only, so that it may sit in another process or on another machine; ``distributed`` calls it.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import numpy as np

from rewardsim.population.parts import Part
from rewardsim.rules.records import NONE

from .audit import RANGE
from .cache import sources_digest
from .luck import part_of_draw
from .part_society import PartSociety
from .simulation import APART, BLOCK, Scene

if TYPE_CHECKING:
    from rewardsim.population import Population
    from rewardsim.programme import Programme


ROOMS = ("rules", "behaviour", "population", "draws", "engine", "programme")
"""Whose sources all keepers must have alike."""


class PartLife:
    """A part of the ``members`` of a simulation, from its first day to its last."""

    def __init__(
        self,
        programme: Programme | None,
        population: Population,
        members: int,
        part: Part,
        days: tuple[int, int],
        seed: int,
        replicate: int,
        compiled: bool = True,
    ) -> None:
        self.scene = scene = Scene(programme, population, members, *days, seed, replicate, part)
        self._closing = ExitStack()
        self._recording = self._closing.enter_context(scene.recording(None))
        ground = scene.ground(compiled, 1, False)
        society = PartSociety(scene.law, ground, scene.habits, scene.count, BLOCK, self._recording, self._rank)
        self.society = self._closing.enter_context(closing(society))
        self._numbers = [part.numbers()]
        self._friends: Any = None
        self._best: dict[int, list[int]] = {}
        self._ranks: dict[int, list[int]] = {}

    def close(self) -> None:
        """Let the threads go."""
        self._closing.close()

    def live(self, day: int, heard: dict[str, Any]) -> dict[str, Any]:
        """Hear what the others asked for on the day before, live through a day, and say what is asked of all."""
        if heard:
            self._hear(day - 1, heard)
        self.society.live(day, day)
        return self._say(day) if day < self.scene.habits.last_day else {}

    def live_apart(self, start: int) -> int:
        """Live through all days, where nothing is shared: some members, from one on; return the first of the others."""
        end, habits = min(start + APART, self.society.members), self.scene.habits
        self.society.live(habits.first_day, habits.last_day, start, end)
        return end

    def finish(self) -> None:
        """End the last day, and check everything."""
        self.society.finish(self.scene.habits.last_day)
        self.scene.audited()
        self.done = self.scene.result(self.society, 0.0, "")

    def known(self) -> int:
        """Return how many the programme has heard of; after the end."""
        self._known = self.scene.known(self.society)
        return len(self._known)

    def digest_part(self, before: int) -> tuple[bytes, bytes, bytes]:
        """Return this part of the digest, ``before`` members being known in the parts before it.

        That is what the digest is made of at both edges, where ranges of members are divided
        between parts, and between them the digests of whole ranges.
        """
        first, audit = -before % RANGE, self.scene.auditor
        head, rest = self._known[:first], self._known[first:]
        last = len(rest) // RANGE * RANGE
        said = self.scene.ids, self.scene.chains.chains
        whole = [audit.range_digest(*said, rest[at : at + RANGE]) for at in range(0, last, RANGE)]
        return audit.said(*said, head), b"".join(whole), audit.said(*said, rest[last:])

    def sums(self) -> dict[str, Any]:
        """Return what adds up over parts."""
        done = self.done
        return {
            "tally": done.tally,
            "settled": done.settled,
            "outcomes": self.society.outcomes(),
            "flows": done.auditor.flows,
            "issued": done.auditor.issued,
            "counts": done.chains.counts,
            "amounts": done.chains.amounts,
        }

    def numbers(self) -> Any:
        """Return everybody's number among all members, newcomers behind those there were at first."""
        return np.concatenate(self._numbers)

    def _say(self, day: int) -> dict[str, Any]:
        """Return what a day asks of all: what is taken from pools, friends won, tickets of draws that are due."""
        society, habits = self.society, self.scene.habits
        society.gather(day)
        self._friends = society.friends_won()[: habits.pool - habits.joined]
        said = {"wishes": society.wishes(), "friends": society.places(self._friends)}
        return said | {"draws": dict(map(self._told, society.tickets_due(day).items()))}

    def _told(self, due: tuple[int, list[tuple[int, int]]]) -> tuple[int, dict[str, Any]]:
        draw, tickets = due
        lottery, winners = self.scene.lottery, self.scene.law.draws[draw].winners
        self._best[draw], said = part_of_draw(lottery.draws[draw], lottery.named(tickets), winners)
        return draw, said

    def _hear(self, day: int, heard: dict[str, Any]) -> None:
        """Settle a day, knowing what the others asked for; let those friends in whom the pool still holds."""
        self.society.put_wishes(day, heard["wishes"])
        self._ranks = heard["ranks"]
        self.society.settle(day)
        friends = self._friends[: len(heard["admitted"])]
        if len(friends):
            self.scene.bring(self.society, friends, day)
            self._numbers.append(heard["admitted"])
        if heard["joined"] != self.scene.habits.joined:
            self.society.joined(heard["joined"])

    def _rank(self, draw: int, tickets: list[tuple[int, int]]) -> list[int]:
        """Return places in ``tickets``, best first; NONE where somebody kept elsewhere has the rank."""
        ranks = self._ranks[draw]
        places = [NONE] * (max(ranks, default=-1) + 1)
        for rank, place in zip(ranks, self._best[draw], strict=False):
            places[rank] = place
        return places


class Keeper:
    """Keeps a part of a society wherever it stands: in this process, in another one, on another machine."""

    life: PartLife | None = None

    def hello(self) -> dict[str, str]:
        """Return the versions on which results rest."""
        import scipy

        return {"sources": sources_digest(*ROOMS)[:12], "numpy": np.__version__, "scipy": scipy.__version__}

    def prepare(self) -> None:
        """Make machine code, or find it."""
        from .compiled_living import load

        load()

    def begin(self, programme: str, population: str, setting: dict[str, Any], ranges: list[tuple[int, int]]) -> int:
        """Begin a life: files as text (none for no programme), and the numbers kept here; return how many they are."""
        from rewardsim.population import parse_population
        from rewardsim.programme import parse_programme

        part = Part(tuple(range(*some) for some in ranges))
        law = parse_programme(programme) if programme else None
        self.end()  # before the next one needs the room
        self.life = PartLife(law, parse_population(population), part=part, **setting)
        return part.count

    def call(self, name: str, *given: Any) -> Any:
        """Have the life at hand do something."""
        if self.life is None:
            raise ConnectionError("a keeper that was started anew, and knows of no life")
        return getattr(self.life, name)(*given)

    def forget(self) -> None:
        """Forget everything."""
        self.end()

    def end(self) -> None:
        """Forget the life at hand."""
        if self.life is not None:
            self.life.close()
        self.life = None
