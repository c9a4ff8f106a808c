"""The reduced model in rewardsim: a programme file, a population file, and the traits put in by hand.

Nothing of the engine is left out: the law keeps its ledger, the auditor reads every entry, and the digest
of the run is made. Goals are codes at 1,000 to 5,000 tokens that are worth nothing, so that they pull
and nobody takes one; nobody's next visit to the programme falls within his days. Because luck is
addressed and C uses the same addresses, both must find the same numbers, not only like ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardsim.engine.simulation import Simulated, simulate_population
from rewardsim.population import Population, parse_population
from rewardsim.population.streams import Ids
from rewardsim.programme import Programme, parse_programme
from rewardsim.rules import codes

from .model import (
    DAYS,
    DELIVERY,
    FIRST_DAY,
    GOAL,
    LEAST,
    LIFE,
    PER,
    REDEEM,
    SHARE_BP,
    STEPS,
    VALUE,
    Outcome,
    Traits,
)

VISIT = 100_000  # number of the first visit: some thousands of years from now
PROGRAMME = f"""
schema = 1
[programme]
id = "reduced"
name = "Reduced model"
currency = "INR"
timezone = "Asia/Kolkata"
token = {{ name = "Token", decimals = 0 }}
starts = 2017-01-01
late_events = "post"
[earning.purchase]
basis = "gross"
rate = {{ tokens = 1, per = "{PER / 100:.2f}" }}
proration = "step"
rounding = "floor"
round_at = "order"
released_on = "delivery"
[redemption.checkout]
enabled = true
value_per_token = "{VALUE / 100:.2f}"
tokens_min = {LEAST}
tokens_step = 1
share_of_order_max = "{SHARE_BP // 100}%"
consumption = "earliest_expiry_first"
[expiry]
policy = "rolling"
days = {LIFE}
counted_from = "release"
""" + "".join(f'[[exchange]]\nid = "step-{step}"\nkind = "code"\ntokens = {step}\n' for step in STEPS)
POPULATION = f"""
schema = 1
[population]
id = "reduced"
name = "Reduced model"
currency = "INR"
members = 1000
starts = 2017-01-01
until = 2018-12-31
[arrival]
pattern = "at_once"
[purchases]
per_week = 0.2
[basket]
amount = "600.00"
[[categories]]
id = "any"
weight = 1
[[channels]]
id = "app"
weight = 1
[delivery]
days = [{DELIVERY}]
[referral]
pool = 0
[cohorts]
by = "kind"
[behaviour]
preset = "no_response"
"""
HABITS = {"goal": GOAL, "goal_shape": 1.0, "goal_reach": 1e9, "incremental": 1.0, "token_worth": 0.8}
HABITS |= {"redeem_value": REDEEM, "redeem_expiring": 0.0, "redeem_all": 1.0}


@dataclass(frozen=True)
class Given:
    """The population of the file, but with members of given traits."""

    file: Population
    persons: Any
    ids: Ids
    baskets: list[float]

    @property
    def members(self) -> int:
        """How many there are."""
        return len(self.persons)

    def people(self, *_: Any, **__: Any) -> tuple[Any, list[str]]:
        """Return the members, whose traits do not depend on luck any more; the engine writes on rows of its own."""
        return self.persons, self.ids

    def tables(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Return what members share, with the model's table of baskets."""
        return self.file.tables(*arguments, **named) | {"baskets": self.baskets}

    def habits_values(self) -> dict[str, float]:
        """Return the model's parameters, also where a person may not write them."""
        return self.file.habits_values() | HABITS

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def programme() -> Programme:
    """Return the reduced programme."""
    return parse_programme(PROGRAMME)


def given(traits: Traits) -> Given:
    """Return a population of members with these traits."""
    file = parse_population(POPULATION)
    persons, ids = file.people(programme(), len(traits), 0, 0, FIRST_DAY, FIRST_DAY + DAYS - 1)
    for name in ("rate", "hazard", "lifetime", "spend", "reluctance"):
        persons[name] = getattr(traits, name)
    persons["arrival"], persons["enrol_day"], persons["enrol_second"] = FIRST_DAY, FIRST_DAY, 0
    persons["goal"], persons["returns"], persons["visit"] = 1.0, 0.0, VISIT
    return Given(file, persons, ids, traits.baskets.tolist())


def run(population: Given, law: Programme, seed: int, threads: int, progress: Any = None) -> Simulated:
    """Run all members through all days."""
    return simulate_population(
        law,
        population,
        first_day=FIRST_DAY,
        last_day=FIRST_DAY + DAYS - 1,
        seed=seed,
        threads=threads,
        progress=progress,
    )


def outcome(done: Simulated) -> Outcome:
    """Return a run's numbers as the other programs have them."""
    from rewardsim.behaviour import measures

    tally = done.tally.sum(axis=(1, 2))
    purchases, extra, revenue, redemptions = (
        tally[:, place] for place in (measures.PURCHASES, measures.EXTRA, measures.REVENUE, measures.REDEMPTIONS)
    )
    issued, released, redeemed, expired = (
        _flow(done, *way)
        for way in (
            (codes.ISSUE, codes.PENDING),
            (codes.PENDING, codes.AVAILABLE),
            (codes.AVAILABLE, codes.REDEEMED),
            (codes.AVAILABLE, codes.EXPIRED),
        )
    )
    columns = (purchases, purchases - extra, revenue, issued, released, redemptions, redeemed, expired)
    members = done.tables["members"]
    return Outcome(np.stack(columns, axis=1), int(members["pending"].sum()), int(members["available"].sum()))


def _flow(done: Simulated, source: int, target: int) -> Any:
    """Return the tokens that went from one account to another, by day."""
    return done.auditor.flows[:DAYS, source * len(codes.ACCOUNTS) + target]
