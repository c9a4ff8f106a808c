"""How far a simulation has come, how fast it goes, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from rewardsim.experiments.interrupts import Check

from .plan import Plan
from .twin import Report


@dataclass(frozen=True)
class Progress:
    """One moment of a simulation."""

    replicates: int  # finished, found ones included
    of: int
    done: float  # share of the work asked for, from 0 to 1
    rate: float  # member-days a second, 0 before there is one
    remaining: float  # seconds, at that rate; 0 before there is one

    def __str__(self) -> str:
        said = f"replicate {min(self.replicates + 1, self.of)} of {self.of}, {self.done:.0%}"
        if self.rate:
            said += f", {self.rate:,.0f} member-days/s, {duration(self.remaining)} to go"
        return said


class Meter:
    """Turns the days of single runs into the progress of all; at each, ``check`` may raise."""

    def __init__(self, plan: Plan, tell: Callable[[Progress], None] | None, check: Check = lambda: None) -> None:
        self._plan = plan
        self._tell = tell or (lambda _: None)
        self._check = check
        self._found = 0
        self._began = time.perf_counter()

    def found(self, replicate: int) -> None:
        """Take note of a replicate that need not be computed."""
        self._found += 1
        self._tell(self._at(replicate + 1, 0.0))

    def of(self, replicate: int) -> Report:
        """Return what a replicate is to report to: (arms done, days done, days in all)."""

        def report(arms: int, days: int, of: int) -> None:
            self._check()
            share = (arms + days / of) / len(self._plan.arms)
            self._tell(self._at(replicate, share))

        return report

    def _at(self, finished: int, share: float) -> Progress:
        plan = self._plan
        if share >= 1:
            finished, share = finished + 1, 0.0
        computed = finished - self._found + share
        seconds = time.perf_counter() - self._began
        left = plan.replicates - finished - share
        rate = computed * len(plan.arms) * plan.members * plan.days / seconds if seconds > 0 else 0.0
        remaining = seconds * left / computed if computed else 0.0
        return Progress(finished, plan.replicates, (finished + share) / plan.replicates, rate, remaining)


def duration(seconds: float) -> str:
    """Return a time for people."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
