"""The reduced model as many short scenarios: what each contender of the sweep's bench is given.

It is the model of ``model.py`` without goals (GOAL = 0), over 180 days, and with one thing varied: how much
must be spent for a token (PER). Members' traits are rewardsim's own, drawn from a population file, and
handed to the other programs as arrays, so that all have the same members and differ in luck alone.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from peers import model  # noqa: E402

DAYS = 180
PER_FIRST, PER_LAST = 500, 1_500  # minor units for a token
COLUMNS = ("purchases", "revenue", "issued", "released", "redemptions", "redeemed")
ERRORS = 4.5  # standard errors: some dozens of comparisons are made
SEED = 3
POPULATION = f"""
schema = 1
[population]
id = "reduced"
name = "Reduced model"
currency = "INR"
members = 1000
starts = 2017-01-01
until = 2017-12-31
[arrival]
pattern = "at_once"
[purchases]
r = 1.5
alpha_weeks = 7.14
[lifetime]
s = 2.0
beta_weeks = 285.0
[basket]
p = 6.0
q = 4.0
v = "300.00"
[[categories]]
id = "any"
weight = 1
[[channels]]
id = "app"
weight = 1
[delivery]
days = [{model.DELIVERY}]
[referral]
pool = 0
[cohorts]
by = "kind"
[behaviour]
preset = "no_response"
redeem_value = {model.REDEEM}
redeem_expiring = 0.0
redeem_all = 1.0
token_worth = {model.WORTH / model.VALUE}
"""


def scenarios(count: int) -> list[int]:
    """Return the values of PER of so many scenarios."""
    return np.linspace(PER_FIRST, PER_LAST, count).astype(int).tolist()


def set_days(program: Any) -> None:
    """Have a program of the reduced model live the shorter time, without goals."""
    program.DAYS, program.GOAL, program.CEILING = DAYS, 0.0, 1.0


def write_traits(folder: Path, members: int) -> None:
    """Draw the members of the first replicate and write their traits as raw numbers."""
    from peers.ours import programme
    from rewardsim.population import parse_population

    file, last = parse_population(POPULATION), model.FIRST_DAY + DAYS - 1
    people, _ = file.people(programme(), members, SEED, 0, model.FIRST_DAY, last)
    assert (people["arrival"] == model.FIRST_DAY).all()
    assert (people["enrol_day"] == model.FIRST_DAY).all()
    table = file.tables(programme(), model.FIRST_DAY, last, members)["baskets"]
    traits = model.Traits(*(people[name].astype(np.float64) for name in model.OWN), np.array(table, np.float64))
    model.save(traits, folder)


def totals_of(outcome: model.Outcome) -> dict[str, int]:
    """Return a program's totals by the names of ``COLUMNS``."""
    found = outcome.totals()
    return {name: found[name] for name in COLUMNS}


def expected(folder: Path, members: int, per: int, runs: int = 12) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation of every total, from the program in numpy under other luck."""
    from peers import numpy_program

    set_days(numpy_program)
    numpy_program.PER = per
    traits = model.load(folder, members)
    found = [totals_of(numpy_program.run(traits, 1_000 + seed)) for seed in range(runs)]
    spread = {name: [one[name] for one in found] for name in COLUMNS}
    return {name: (float(np.mean(all_)), float(np.std(all_, ddof=1))) for name, all_ in spread.items()}


def faults(
    name: str, per: int, found: dict[str, int], wanted: dict[str, tuple[float, float]], runs: int = 12
) -> list[str]:
    """Return what a contender's totals have against them."""
    said = []
    for column, (mean, deviation) in wanted.items():
        error = max(deviation, 1e-9) * (1 + 1 / runs) ** 0.5
        off = (found[column] - mean) / error
        if abs(off) > ERRORS:
            said.append(f"{name}, PER {per}: {column} {found[column]:,} instead of {mean:,.0f}, {off:+.1f} errors")
    return said
