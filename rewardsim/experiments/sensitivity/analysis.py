"""Indices of what was found at a design's points, by SALib, with 95 % confidence.

Morris: ``mu_star``, the mean size of what a factor does when it goes through its whole range, in
the measure's unit; ``mu``, the same with its sign; ``sigma``, how much that depends on where it
and the others stand. Sobol: ``first``, the share of the measure's variance a factor decides alone, ``total``, with
all it acts together with, ``second``, by two together. Sources: as of the designs; Sobol (2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any, NamedTuple

from .design import LEAST, LEVELS, MORRIS, Design, quietly

FIRST, TOTAL, SECOND = "first", "total", "second"
MU_STAR, MU, SIGMA = "mu_star", "mu", "sigma"
RESAMPLES = 200
"""Bootstrap samples behind an interval."""
FLAT = 1e-12
"""Spread of a measure, as a share of its size, that is rounding only."""
PAIR = " x "


class Index(NamedTuple):
    """One index of one factor, or of a pair; without an interval where the method has none."""

    factor: str
    index: str
    estimate: float
    low: float = nan
    high: float = nan


class Indices(NamedTuple):
    """What a measure owes to the factors; ``note`` says why there is nothing, or what was left out."""

    found: list[Index]
    note: str


def indices(design: Design, outputs: Sequence[float]) -> Indices:
    """Return the indices of a measure from its value at every point, not-a-number where there is none.

    A block with a missing value is left out. A measure that is the same everywhere owes nothing to any
    factor; there is nothing to share out.
    """
    import numpy as np

    blocks = np.asarray(outputs, dtype=float).reshape(design.samples, design.block)
    whole = np.isfinite(blocks).all(axis=1)
    kept, lost = int(whole.sum()), design.samples - int(whole.sum())
    left_out = f"{lost} of {design.samples} samples left out, for lives that failed or had no value" if lost else ""
    if kept < LEAST[design.method]:
        told = f"{left_out}; the {kept} that remain are too few, {LEAST[design.method]} at least are needed"
        return Indices([], told)
    values = blocks[whole].ravel()
    if np.ptp(values) <= FLAT * np.abs(values).max():
        said = "it is the same at every point: none of these factors changes it"
        return Indices([], f"{said}; {left_out}" if left_out else said)
    shares = design.shares.reshape(design.samples, design.block, -1)[whole].reshape(len(values), -1)
    found = _morris(design, shares, values) if design.method == MORRIS else _sobol(design, values)
    return Indices(found, left_out)


def _morris(design: Design, shares: Any, values: Any) -> list[Index]:
    with quietly():
        from SALib.analyze import morris

        found = morris.analyze(
            design.problem, shares, values, num_levels=LEVELS, num_resamples=RESAMPLES, seed=design.seed
        )
    rows = []
    for place, name in enumerate(design.names):
        size, sure = float(found["mu_star"][place]), float(found["mu_star_conf"][place])
        rows.append(Index(name, MU_STAR, size, max(size - sure, 0.0), size + sure))
        rows += [Index(name, index, float(found[index][place])) for index in (MU, SIGMA)]
    return rows


def _sobol(design: Design, values: Any) -> list[Index]:
    import numpy as np

    with quietly():
        from SALib.analyze import sobol

        # A generator, since SALib takes the number 0 for no seed.
        luck = np.random.default_rng(design.seed)
        found = sobol.analyze(
            design.problem, values, calc_second_order=design.second_order, num_resamples=RESAMPLES, seed=luck
        )
    rows = []
    for place, name in enumerate(design.names):
        for index, key in ((FIRST, "S1"), (TOTAL, "ST")):
            rows.append(_index(name, index, found[key][place], found[f"{key}_conf"][place]))
    count = len(design.names) if design.second_order else 0
    for i in range(count):
        for j in range(i + 1, count):
            pair = f"{design.names[i]}{PAIR}{design.names[j]}"
            rows.append(_index(pair, SECOND, found["S2"][i, j], found["S2_conf"][i, j]))
    return rows


def _index(name: str, index: str, estimate: float, sure: float) -> Index:
    return Index(name, index, float(estimate), float(estimate - sure), float(estimate + sure))
