"""A sweep in a process of its own, to be killed: ``python driver.py OUT LOG``; each life begun is noted in LOG."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from experiments.sweeps.town_sweep import SETTING, plan  # noqa: E402
from rewardsim.experiments.sweeps.crew import Crew  # noqa: E402
from rewardsim.experiments.sweeps.jobs import Job  # noqa: E402
from rewardsim.experiments.sweeps.sweep import sweep  # noqa: E402

WORKERS = 2
FORTY = plan(5, 8, setting=replace(SETTING, members=200, counterfactual=False))


def noting(log: Path) -> None:
    """Have every life noted when a worker is asked to live it."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    ask = Crew._ask

    def noted(crew: Crew, text: str) -> Any:
        os.write(file, f"{Job.from_json(text).key}\n".encode())
        return ask(crew, text)

    Crew._ask = noted  # type: ignore[method-assign]


if __name__ == "__main__":
    noting(Path(sys.argv[2]))
    run = sweep(FORTY, workers="processes", jobs=WORKERS, out=sys.argv[1])
    print(run.digest, run.complete)
