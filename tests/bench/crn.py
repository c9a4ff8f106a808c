"""What common random numbers save: a small change of a programme, under the same luck and under other luck.

    python tests/bench/crn.py [--replicates 60] [--members 5000]

5,000 members, 52 weeks, a purchase in 0.2 of the weeks, baskets exponential about 20.00, 2 % leave a
week; from 200 tokens on a member earns 10 % more and leaves 5 % less readily. Two changes are
measured: one token for 1.00 becomes 1.1 tokens, and the club is opened at all. Under common random
numbers both variants live with the same seed; under independent ones the variance of their
difference is the sum of their own. "For 1 %" is how many replicates bring the standard error of
the effect to 1 % of it.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rewardsim.engine.simulation import Simulated
    from rewardsim.population import Population
    from rewardsim.programme import Programme

ROOT = Path(__file__).parents[2]
FIRST_DAY = 17_167  # 2017-01-01
DAYS = 364
PROMISED = 100
PROGRAMME = """
schema = 1
[programme]
id = "club"
name = "Club"
currency = "EUR"
timezone = "Europe/Paris"
token = { name = "Point", decimals = 2 }
starts = 2017-01-01
late_events = "post"
[earning.purchase]
basis = "gross"
rate = { tokens = 1, per = "1.00" }
proration = "pro_rata"
rounding = "floor"
round_at = "order"
released_on = "purchase"
[expiry]
policy = "never"
[tiers]
criterion = "tokens_earned"
window = { kind = "lifetime" }
downgrade = "never"
[[tiers.levels]]
id = "club"
from = 200
earn_multiplier = "1.1"
"""
POPULATION = f"""
schema = 1
[population]
id = "toy"
name = "Toy"
currency = "EUR"
members = 5000
starts = 2017-01-01
until = 2017-12-31
[arrival]
pattern = "at_once"
[purchases]
per_week = 0.2
[lifetime]
weeks = {-1 / math.log(0.98)}
[basket]
p = 1
q = 100000
v = "1999980.00"
[[categories]]
id = "any"
weight = 1
[[channels]]
id = "app"
weight = 1
[referral]
pool = 0
[behaviour]
preset = "no_response"
stay_tier_step = {-math.log(0.95)}
"""
QUANTITIES = ("tokens issued", "purchases", "revenue")


def main() -> None:
    """Measure both changes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=60)
    parser.add_argument("--members", type=int, default=5000)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from rewardsim.population import parse_population
    from rewardsim.programme import parse_programme

    club, population = parse_programme(PROGRAMME), parse_population(POPULATION)
    more = club.vary({"earning.purchase.rate.tokens": "1.1"})
    began = time.perf_counter()
    found = {
        name: _runs(programme, population, options.members, options.replicates)
        for name, programme in (("none", club.without("tiers")), ("club", club), ("more", more))
    }
    seconds = time.perf_counter() - began
    print(f"{options.members:,} members, {DAYS} days, {options.replicates} replicates, {seconds:.1f} s")
    heads = ("quantity", "effect", "of all", "sd common", "sd other", "variance", "for 1 %", "other luck")
    print("{:<18} {:<14} {:>12} {:>8} {:>12} {:>12} {:>10} {:>9} {:>11}".format("change", *heads))
    compare("earn rate +10 %", found["club"], found["more"])
    compare("club opened", found["none"], found["club"])


def compare(change: str, base: Any, varied: Any) -> None:
    """Print what a change does to each quantity, and how well it is known."""
    for k, name in enumerate(QUANTITIES):
        difference = varied[:, k] - base[:, k]
        effect, together = difference.mean(), difference.var(ddof=1)
        apart = base[:, k].var(ddof=1) + varied[:, k].var(ddof=1)
        ratio = apart / together if together else math.inf
        print(
            f"{change:<18} {name:<14} {effect:>12,.1f} {effect / base[:, k].mean():>8.2%} {math.sqrt(together):>12,.1f}"
            f" {math.sqrt(apart):>12,.1f} {ratio:>9,.0f}x {needed(together, effect):>9,} {needed(apart, effect):>11,}"
            + ("" if ratio >= PROMISED else f"  {PROMISED}x promised: NOT HELD")
        )


def needed(variance: float, effect: float, share: float = 0.01) -> int:
    """Return how many replicates bring the standard error of an effect down to a share of it."""
    return math.ceil(variance / (share * effect) ** 2) if effect else 0


def _runs(programme: Programme, population: Population, members: int, replicates: int) -> Any:
    """Return every quantity of every replicate."""
    from rewardsim.engine.simulation import simulate_population

    days = {"first_day": FIRST_DAY, "last_day": FIRST_DAY + DAYS - 1}
    rows = []
    for replicate in range(replicates):
        done = simulate_population(programme, population, members=members, **days, seed=1, replicate=replicate)
        rows.append(_quantities(done))
    return np.array(rows, dtype=np.float64)


def _quantities(done: Simulated) -> tuple[int, ...]:
    """Return what is compared, in the order of ``QUANTITIES``."""
    from rewardsim.behaviour import measures
    from rewardsim.rules import codes

    accounts = len(codes.ACCOUNTS)
    issued = done.auditor.flows[:, codes.ISSUE * accounts : (codes.ISSUE + 1) * accounts].sum()
    bought = (done.tally[..., measure].sum() for measure in (measures.PURCHASES, measures.REVENUE))
    return int(issued), *map(int, bought)


if __name__ == "__main__":
    main()
