"""``rs.compare``: two simulations of the same people under the same luck, replicate by replicate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.economics.intervals import variance_reduction
from rewardsim.programme.faults import Fault, Place

from .effects import Effect, contrast, frame, of_groups, of_parts, parts
from .plan import PROGRAMME, SimulationError
from .run import SimulationRun
from .text import effect_table, effects_said

if TYPE_CHECKING:
    import pandas as pd

SAME = ("members", "from", "until", "seed", "replicates", "tables", "sources")
"""What two runs must have been made with alike, besides the population."""


@dataclass(frozen=True)
class Comparison:
    """What run ``b`` changes against run ``a``: the programmes' arms, paired by replicate."""

    a: SimulationRun
    b: SimulationRun
    found: list[Effect]

    @cached_property
    def effects(self) -> pd.DataFrame:
        """The differences b - a, with intervals over replicates."""
        return frame(("b", "a", one) for one in self.found)

    def variance_reduction(self, quantity: str) -> float | None:
        """Return how many times smaller a difference's variance is for the luck both runs share."""
        return variance_reduction(self.b.totals(PROGRAMME)[quantity], self.a.totals(PROGRAMME)[quantity])

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; money in decimal strings."""
        return {
            "base": str(self.a.path),
            "other": str(self.b.path),
            "replicates": self.a.manifest["inputs"]["replicates"],
            "effects": effects_said(self.found, self.a.programme, "all"),
            "parts": effects_said(self.found, self.a.programme, "part"),
            "cohorts": effects_said(self.found, self.a.programme, "cohort"),
        }

    def __str__(self) -> str:
        said = [f"a {self.a!r}", f"b {self.b!r}", "what b changes against a:"]
        return "\n".join([*said, *effect_table(self.found, self.a.programme)])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def compare(a: SimulationRun | str | Path, b: SimulationRun | str | Path) -> Comparison:
    """Return what simulation ``b`` changes against ``a``; refuse runs that had not the same people and luck.

    Groups of the decomposition are cohorts and tiers as each run's own people stand in them at the
    end, so that moving people between tiers is a change of mix. Raises SimulationError.
    """
    a, b = (run if isinstance(run, SimulationRun) else SimulationRun(run) for run in (a, b))
    faults = _differences(a, b)
    if faults:
        raise SimulationError(faults)
    found = contrast(b.totals(PROGRAMME), a.totals(PROGRAMME))
    rows = [row | {"side": side} for side, run in (("b", b), ("a", a)) for row in run.group_rows(PROGRAMME, PROGRAMME)]
    found += of_parts(parts(rows, "b", "a"))
    return Comparison(a, b, found + of_groups(rows, "a", "cohort", a.manifest["inputs"]["replicates"]))


def _differences(a: SimulationRun, b: SimulationRun) -> list[Fault]:
    """Return a fault for everything that keeps two runs from being paired."""
    one, other = a.manifest["inputs"], b.manifest["inputs"]
    faults = [
        Fault(
            Place(str(b.path)),
            f"other_{name}",
            f"{name} {_short(other[name])}",
            f"{name} {_short(one[name])}, as in {a.path}",
            f"simulate both with the same {name}",
        )
        for name in SAME
        if one[name] != other[name]
    ]
    ours, theirs = (inputs["arms"][PROGRAMME]["population"] for inputs in (one, other))
    if ours != theirs:
        found = f"population {b.manifest['population']['id']}, {_short(theirs)}"
        allowed = f"population {a.manifest['population']['id']}, {_short(ours)}, as in {a.path}"
        todo = "simulate both on the same population"
        faults.append(Fault(Place(str(b.path)), "other_population", found, allowed, todo))
    return faults


def _short(value: Any) -> str:
    return str(value)[:12]
