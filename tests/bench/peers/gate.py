"""The gate before any figure: every program must find the same numbers, and lose no token.

Programs whose luck is their own are held to the mean of a reference, within 4 standard errors in each
column. The reference is the C program under other seeds, in blocks of members, because blocks tell
how much luck moves a total: members are independent, so the variance of a total is the sum over blocks.
What anybody would have bought without the programme is also held to its closed form.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from . import c_program
from .model import BASELINE, COLUMNS, Floats, Traits, expected_baseline

ERRORS = 4.0
BLOCKS = 25
REPLICATES = 8
KEY = (0x5EED, 0xCAFE)  # no contender's


@dataclass(frozen=True)
class Reference:
    """Mean of each column's total, its standard deviation from run to run, and the closed form."""

    mean: Floats
    deviation: Floats
    baseline: float

    def faults(self, totals: Sequence[Sequence[int]]) -> list[str]:
        """Return in words what the mean of some runs' totals has against it."""
        runs = len(totals)
        found = np.mean(np.array(totals, dtype=np.float64), axis=0)
        error = self.deviation * math.sqrt(1 / runs + 1 / REPLICATES)
        off = (found - self.mean) / error
        said = [
            f"{name} {found[k]:,.0f} instead of {self.mean[k]:,.0f}, {off[k]:+.1f} standard errors"
            for k, name in enumerate(COLUMNS)
            if abs(off[k]) > ERRORS
        ]
        beyond = (found[BASELINE] - self.baseline) / math.sqrt(self.baseline / runs)
        if abs(beyond) > ERRORS:
            said.append(f"baseline {beyond:+.1f} standard errors from its closed form")
        return said

    def worst(self, totals: Sequence[Sequence[int]]) -> float:
        """Return the largest distance of any column in standard errors."""
        error = self.deviation * math.sqrt(1 / len(totals) + 1 / REPLICATES)
        return float(np.abs((np.mean(np.array(totals, dtype=np.float64), axis=0) - self.mean) / error).max())


def reference(folder: Path, traits: Traits, first_day: int) -> Reference:
    """Run the C program over the members of a folder, in blocks, under luck of its own."""
    edges = np.linspace(0, len(traits), BLOCKS + 1).astype(int).tolist()
    totals = np.zeros((REPLICATES, BLOCKS, len(COLUMNS)))
    for replicate in range(REPLICATES):
        for block, (first, end) in enumerate(pairwise(edges)):
            key = (KEY[0] + replicate, KEY[1])
            ran = c_program.run(folder, end - first, key, first_day, first=first)
            totals[replicate, block] = ran.outcome.daily.sum(axis=0)
    deviation = np.sqrt(totals.var(axis=0, ddof=1).sum(axis=0))
    return Reference(totals.sum(axis=1).mean(axis=0), deviation, expected_baseline(traits))
