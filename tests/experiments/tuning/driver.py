"""A tuning in a process of its own, to be killed: ``python driver.py OUT LOG``; each life begun is noted in LOG."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from experiments.sweeps.driver import WORKERS, noting  # noqa: E402
from experiments.tuning.real import plan  # noqa: E402
from rewardsim.experiments.tuning.tune import tune  # noqa: E402

if __name__ == "__main__":
    noting(Path(sys.argv[2]))
    run = tune(plan(), workers="processes", jobs=WORKERS, out=sys.argv[1])
    print(run.digest, run.path.name)
