"""Many scenarios by Mesa's batch runner: ``python sweep_mesa.py FOLDER MEMBERS COUNT PROCESSES OUT``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import mesa  # noqa: E402
from mesa.batchrunner import batch_run  # noqa: E402

from peers import mesa_program, model  # noqa: E402
from peers.contenders import peak_kib  # noqa: E402
from peers.sweep_model import COLUMNS, DAYS, scenarios, set_days  # noqa: E402

set_days(mesa_program)


class Scenario(mesa_program.Shop):
    """The shop as the batch runner wants it: made from parameters, with a collector."""

    def __init__(self, per: int, folder: str, members: int) -> None:
        mesa_program.PER = per
        super().__init__(model.load(Path(folder), members), seed=per)
        self.sums = [0] * len(model.COLUMNS)
        reporters = {name: (lambda shop, at=model.COLUMNS.index(name): shop.sums[at]) for name in COLUMNS}
        self.datacollector = mesa.DataCollector(reporters)

    def step(self) -> None:
        """Live a day, and tell the totals so far, as the batch runner wants it after every step."""
        super().step()
        self.sums = [one + other for one, other in zip(self.sums, self.daily[self.day - 1], strict=True)]
        self.datacollector.collect(self)


def main() -> None:
    """Run the batch and write what it found."""
    folder, members, count, processes, out = sys.argv[1:]
    began = time.perf_counter()
    parameters = {"per": scenarios(int(count)), "folder": folder, "members": int(members)}
    rows = batch_run(Scenario, parameters, number_processes=int(processes), max_steps=DAYS - 1, display_progress=False)
    seconds = time.perf_counter() - began
    found = {str(row["per"]): {name: int(row[name]) for name in COLUMNS} for row in rows}
    Path(out).write_text(json.dumps({"seconds": seconds, "peak_kib": peak_kib(), "found": found}))


if __name__ == "__main__":
    main()
