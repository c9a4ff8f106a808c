"""What is kept of a life, or of one that failed: a few numbers by name, no table of members."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

FAILED = "failed"
STAGES = ("load", "simulate", "count", "worker")
"""Where a life may fail: reading its files, living, counting, or because its worker died."""
TIER = "tier:"


@dataclass(frozen=True)
class Outcome:
    """What came of a life. Money is in minor units, tokens in their smallest unit."""

    key: str
    totals: dict[str, int]  # by name, as ``simulations.totals.totals_of`` counts them
    tiers: dict[str, int]  # members by tier at the end
    digest: str  # of its ledger; "" without a programme
    seconds: float

    @property
    def counted(self) -> dict[str, int]:
        """The totals, and members by tier as ``tier:<level>``: what a measure is made of."""
        return self.totals | {f"{TIER}{level}": count for level, count in self.tiers.items()}

    def said(self) -> dict[str, Any]:
        """Return the outcome as plain values, without its key."""
        return {"totals": self.totals, "tiers": self.tiers, "digest": self.digest, "seconds": self.seconds}


@dataclass(frozen=True)
class Failure:
    """A life that came to nothing, and what is needed to see it fail again."""

    key: str
    stage: str
    error: str
    traceback: str
    seed: int
    replicate: int

    def said(self) -> dict[str, Any]:
        """Return the failure as plain values, without its key."""
        return {name: value for name, value in vars(self).items() if name != "key"}


def result_of(key: str, text: str) -> Outcome | Failure:
    """Return what a worker's answer says."""
    said = json.loads(text)
    return Failure(key, **said[FAILED]) if FAILED in said else Outcome(key, **said)
