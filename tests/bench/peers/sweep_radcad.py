"""Many scenarios by radCAD: ``python sweep_radcad.py FOLDER MEMBERS COUNT PROCESSES OUT``.

A timestep is a day; members are arrays, as in ``numpy_program``, since radCAD knows no agents. What radCAD
carries from day to day are the totals only: it would copy members' arrays at every step.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import numpy as np  # noqa: E402
from radcad import Engine, Experiment, Model, Simulation  # noqa: E402
from radcad.engine import Backend  # noqa: E402

from peers import model, numpy_program  # noqa: E402
from peers.contenders import peak_kib  # noqa: E402
from peers.sweep_model import COLUMNS, DAYS, scenarios, set_days  # noqa: E402

set_days(numpy_program)
SHOPS: dict[int, Any] = {}  # the scenario this process is at


def live(params: Any, substep: int, history: Any, state: dict[str, Any], signals: Any) -> tuple[str, dict[str, int]]:
    """Let everybody live a day."""
    per = params["per"]
    numpy_program.PER = per
    if per not in SHOPS:
        SHOPS.clear()
        traits = model.load(Path(params["folder"]), params["members"])
        SHOPS[per] = numpy_program.Shop(traits, np.random.SFC64([per]), model.THINNING)
    shop = SHOPS[per]
    day = state["totals"].get("day", 0)
    shop.expire(day)
    shop.live(day)
    sums = shop.daily.sum(axis=0)
    found = {name: int(sums[model.COLUMNS.index(name)]) for name in COLUMNS}
    return "totals", {**found, "day": day + 1}


def main() -> None:
    """Run the experiment and write what it found."""
    folder, members, count, processes, out = sys.argv[1:]
    pers = scenarios(int(count))
    began = time.perf_counter()
    block = {"policies": {}, "variables": {"totals": live}}
    params = {"per": pers, "folder": [folder], "members": [int(members)]}
    simulation = Simulation(model=Model({"totals": {}}, [block], params), timesteps=DAYS, runs=1)
    engine = Engine(backend=Backend.MULTIPROCESSING, processes=int(processes), deepcopy=False, drop_substeps=True)
    experiment = Experiment([simulation])
    experiment.engine = engine
    rows = experiment.run()
    seconds = time.perf_counter() - began
    last = [row for row in rows if row["timestep"] == DAYS]
    found = {str(pers[row["subset"]]): {name: row["totals"][name] for name in COLUMNS} for row in last}
    Path(out).write_text(json.dumps({"seconds": seconds, "peak_kib": peak_kib(), "found": found}))


if __name__ == "__main__":
    main()
