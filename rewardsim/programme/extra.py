"""What a programme says beyond the law, as plain integers: the choices of its books."""

from __future__ import annotations

from typing import Any

from rewardsim.programme.check import Stretch
from rewardsim.programme.model import ProgrammeFile

RECOGNITIONS = {"ifrs15": 0, "incremental_cost": 1}
BREAKAGES = {"estimate": 0, "when_remote": 1}


def law_extra(stretches: tuple[Stretch, ...]) -> dict[str, Any]:
    """Integers beyond the law, one row a stretch of time in which a section says the same."""
    rows: list[dict[str, int]] = []
    for stretch in stretches:
        fields = accounting(stretch.file)
        if rows and fields.items() <= rows[-1].items():
            rows[-1]["to_day"] = stretch.to_day
        else:
            rows.append({"from_day": stretch.from_day, "to_day": stretch.to_day, **fields})
    return {"accounting": rows}


def accounting(file: ProgrammeFile) -> dict[str, int]:
    """Choices of the books."""
    rule = file.accounting
    return {"recognition": RECOGNITIONS[rule.recognition], "breakage": BREAKAGES[rule.breakage]}
