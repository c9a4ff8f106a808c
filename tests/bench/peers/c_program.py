"""The reduced model in C: ``reduced.c``, compiled here and run as a program of its own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .model import CEILING, COLUMNS, DAYS, Outcome

SOURCE = Path(__file__).with_name("reduced.c")
COMPILE = ("cc", "-O3", "-march=native", "-ffp-contract=off")
VARIANTS = {"c": (), "c-xoshiro": ("-DXOSHIRO",), "c-tight": (f"-DTHINNING={CEILING!r}",)}


@dataclass(frozen=True)
class Ran:
    """One run of the program: what it found, and what it says it took."""

    outcome: Outcome
    seconds: float
    processor: float
    peak_kib: int


def build(folder: Path) -> None:
    """Compile every variant into a folder."""
    for name, flags in VARIANTS.items():
        subprocess.run([*COMPILE, *flags, str(SOURCE), "-o", str(folder / name), "-lm"], check=True)


def run(folder: Path, members: int, key: tuple[int, int], first_day: int, variant: str = "c", first: int = 0) -> Ran:
    """Run a variant over members of the traits in a folder, from the ``first`` on."""
    out = folder / f"{variant}-{first}.i64"
    numbers = [first, members, first_day, DAYS, *key]
    command = [str(folder / variant), str(folder), *map(str, numbers), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, processor, pending, available, peak = done.stdout.split()
    daily = np.fromfile(out, np.int64).reshape(DAYS, len(COLUMNS))
    return Ran(Outcome(daily, int(pending), int(available)), float(seconds), float(processor), int(peak))
