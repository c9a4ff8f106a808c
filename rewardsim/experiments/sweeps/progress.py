"""How far a sweep has come, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from rewardsim.experiments.simulations.progress import duration


@dataclass(frozen=True)
class Progress:
    """One moment of a sweep."""

    lives: int  # finished, found and failed ones included
    of: int  # known by now; a stop rule may ask for more
    found: int  # in the store, not lived now
    failed: int
    remaining: float  # seconds at the pace so far; 0 before there is one

    @property
    def done(self) -> float:
        """Share of the lives known by now, from 0 to 1."""
        return self.lives / self.of if self.of else 1.0

    def __str__(self) -> str:
        said = f"{self.lives:,} of {self.of:,} lives, {self.done:.0%}"
        if self.found:
            said += f", {self.found:,} found"
        if self.failed:
            said += f", {self.failed:,} failed"
        return f"{said}, {duration(self.remaining)} to go" if self.remaining else said


class Meter:
    """Counts lives as they are finished, and tells."""

    def __init__(self, tell: Callable[[Progress], None] | None) -> None:
        self._tell = tell or (lambda _: None)
        self._of = self._lived = self._found = self._failed = 0
        self._began = time.perf_counter()

    def expect(self, lives: int) -> None:
        """Take note of lives that are asked for."""
        self._of += lives

    def found(self) -> None:
        """Take note of a life that need not be lived."""
        self._found += 1
        self._told()

    def lived(self, failed: bool) -> None:
        """Take note of a life that has been lived, or failed."""
        self._lived += 1
        self._failed += failed
        self._told()

    def _told(self) -> None:
        finished = self._lived + self._found
        seconds = time.perf_counter() - self._began
        remaining = seconds * (self._of - finished) / self._lived if self._lived else 0.0
        self._tell(Progress(finished, max(self._of, finished), self._found, self._failed, max(remaining, 0.0)))
