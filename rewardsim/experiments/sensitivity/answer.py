"""The answer: which factor drives which measure, as a table and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .analysis import FIRST, MU, MU_STAR, SIGMA, TOTAL, Index, Indices, indices
from .design import MORRIS, Design

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("measure", "unit", "factor", "index", "estimate", "low", "high")
NEGLIGIBLE = 0.05
"""Share of variance below which a factor may be left at any value of its range."""
WIDE = 0.1
"""Half-width of a total index from which on more samples are called for."""
Say = Callable[[float, str], str]


@dataclass(frozen=True)
class Sensitivity:
    """Indices of every measure. ``notes`` say, by measure, why there are none or what was left out.

    ``firsts`` names, by measure, the factor that drives it most in each replicate alone: where they
    disagree, it is luck that is told, and more replicates are called for.
    """

    design: Design
    units: Mapping[str, str]
    found: Mapping[str, list[Index]]
    notes: Mapping[str, str]
    firsts: Mapping[str, list[str]] = field(default_factory=dict)
    points: pd.DataFrame | None = field(default=None, repr=False, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an index: measure, unit, factor, index, estimate, low, high.

        Morris' ``mu_star``, ``mu`` and ``sigma`` are in the measure's unit (money in minor units), per whole
        range of the factor; Sobol's ``first``, ``total`` and ``second`` are shares of variance.
        """
        import pandas as pd

        rows = [(name, self.units[name], *index) for name, found in self.found.items() for index in found]
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(COLUMNS[4:], "float64"))

    def drivers(self, measure: str) -> list[str]:
        """Return the factors of a measure, the one that drives it most first."""
        return [one.factor for one in _ranked(self.found[measure], self._main)]

    def said(self, say: Say | None = None) -> list[str]:
        """Return which factor drives each measure, in sentences; ``say`` writes an amount of a unit."""
        told = []
        for name, found in self.found.items():
            driven = [self._driven(found, self.units[name], say or _plain) + self._agreed(name)] if found else []
            told.append(f"{name}: {'; '.join([*driven, *filter(None, [self.notes.get(name)])])}")
        return told

    def __str__(self) -> str:
        count = f"{len(self.design.shares):,} points over {len(self.design.names)} factors"
        return "\n".join([f"sensitivity by {self.design.method.capitalize()}, {count}", *self.said()])

    @property
    def _main(self) -> str:
        return MU_STAR if self.design.method == MORRIS else TOTAL

    def _agreed(self, measure: str) -> str:
        """Return in how many replicates the first factor is first."""
        firsts, first = self.firsts.get(measure, []), self.drivers(measure)[0]
        return f"; first in {firsts.count(first)} of {len(firsts)} replicates" if len(firsts) > 1 else ""

    def _driven(self, found: Sequence[Index], unit: str, say: Say) -> str:
        """Return the sentence of one measure."""
        first, *others = _ranked(found, self._main)
        by_kind = {(one.factor, one.index): one.estimate for one in found}
        told = self._moves(first, by_kind, unit, say) if self.design.method == MORRIS else _decides(first, by_kind)
        close = [one.factor for one in others if one.high > first.low]
        if close:
            told += f"; not told apart from {', '.join(close)}"
        elif others:
            told += f"; next is {others[0].factor}"
        return told + ("" if self.design.method == MORRIS else _rest(others, first))

    @staticmethod
    def _moves(first: Index, by_kind: Mapping[tuple[str, str], float], unit: str, say: Say) -> str:
        """Return what Morris says of a factor."""
        size, way, spread = first.estimate, by_kind[first.factor, MU], by_kind[first.factor, SIGMA]
        between = f"{say(first.low, unit)} to {say(first.high, unit)}"
        told = f"{first.factor} drives it: {say(size, unit)} over its range ({between})"
        if abs(way) > 0.9 * size:
            told += ", upwards" if way > 0 else ", downwards"
        return told + (", which depends on the other factors or on where it stands" if spread > size / 2 else "")


def answered(
    design: Design,
    outputs: Mapping[str, Sequence[float]],
    units: Mapping[str, str],
    replicates: Mapping[str, Sequence[Sequence[float]]] | None = None,
    points: pd.DataFrame | None = None,
) -> Sensitivity:
    """Return the answer to values of measures at a design's points, not-a-number where there is none.

    ``replicates`` are, by measure, the same values in each replicate alone.
    """
    results: dict[str, Indices] = {name: indices(design, values) for name, values in outputs.items()}
    main = MU_STAR if design.method == MORRIS else TOTAL
    firsts = {
        name: [ranked[0].factor for one in alone if (ranked := _ranked(indices(design, one).found, main))]
        for name, alone in (replicates or {}).items()
    }
    notes = {name: one.note for name, one in results.items() if one.note}
    found = {name: one.found for name, one in results.items()}
    return Sensitivity(design, dict(units), found, notes, firsts, points)


def _ranked(found: Sequence[Index], main: str) -> list[Index]:
    """Return the main index of every factor, the largest first."""
    return sorted((one for one in found if one.index == main), key=lambda one: -one.estimate)


def _decides(first: Index, by_kind: Mapping[tuple[str, str], float]) -> str:
    """Return what Sobol says of a factor."""
    whole, low, high, alone = (
        # Estimates of shares stray beyond 0 and 1; the table keeps them as they are.
        min(max(value, 0.0), 1.0)
        for value in (first.estimate, first.low, first.high, by_kind[first.factor, FIRST])
    )
    told = f"{first.factor} drives it: with it comes {whole:.0%} of the variance"
    return f"{told} ({low:.0%} to {high:.0%}), {alone:.0%} by itself"


def _rest(others: Sequence[Index], first: Index) -> str:
    """Return which factors do not matter, and whether more samples are called for."""
    small = [one.factor for one in others if one.high < NEGLIGIBLE]
    told = f"; {', '.join(small)}: less than {NEGLIGIBLE:.0%} each, any value will do" if small else ""
    wide = max(one.high - one.estimate for one in (first, *others)) > WIDE
    return told + (f"; intervals wider than +-{WIDE:.0%}: take more samples" if wide else "")


def _plain(value: float, unit: str) -> str:
    return f"{value:,.4g}"
