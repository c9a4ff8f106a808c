"""The interpreted engine: one SimPy process per member, and one that settles every day's end.

It is the obvious way to say what the compiled engine does, and its oracle: the same rules and the
same behaviour, interpreted, wake each member when his next thing is due. And it is the place for
behaviour of one's own: a function that is given ``Someone`` and returns a generator, or None to
leave him to his habits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import simpy

from rewardsim.behaviour.presence import arrive

from .someone import Someone

DAY_END = 1 - 2.0**-20  # a tenth of a second before midnight, after all that anybody does in the day


class Clockwork:
    """The processes of a society in one SimPy environment, whose clock counts days."""

    def __init__(self, journey: Any) -> None:
        self.journey, self.society = journey, journey.society
        self.environment = simpy.Environment(initial_time=journey.days[0])
        self.processes: list[simpy.Process] = []
        self._begin(range(self.society.members))
        self.environment.process(self._settlement())

    def run(self) -> None:
        """Let everybody live through all days."""
        self.environment.run(until=self.journey.days[-1] + 1)

    def _begin(self, members: range) -> None:
        self.processes += [self.environment.process(self._process(m)) for m in members]

    def _process(self, m: int) -> Iterator[Any]:
        """Return a member's process: one that was written for him, or what his habits bring."""
        if self.journey.behaviour is not None:
            written = self.journey.behaviour(Someone(self.environment, self.society, self.journey.scene, m))
            if written is not None:
                arrive(self.society.ground.worlds[0], m, int(self.environment.now))
                return written
        return self._member(m)

    def _member(self, m: int) -> Iterator[Any]:
        """Sleep until something happens, live through that day, and sleep again."""
        while True:
            try:
                yield self.environment.timeout(self.society.ground.worlds[0].wakes[m] - self.environment.now)
            except simpy.Interrupt:
                continue
            self.society.live_one(m, int(self.environment.now))

    def _settlement(self) -> Iterator[Any]:
        """End each day. Friends it won begin their lives; who brought them wakes to record it."""
        for day in self.journey.days:
            yield self.environment.timeout(day + DAY_END - self.environment.now)
            newcomers = self.journey.end_day(day)
            for inviter in {self.society.ground.worlds[0].persons[m].inviter for m in newcomers}:
                self.processes[inviter].interrupt()
            self._begin(newcomers)
