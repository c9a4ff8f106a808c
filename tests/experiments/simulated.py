"""A small town, and an engine that is none: lives made up from the seed, so that every effect is known."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rewardsim.behaviour import measures as m
from rewardsim.behaviour.records import EXISTING, ORGANIC, REFERRED, Person
from rewardsim.engine.audit import Auditor
from rewardsim.engine.journal import Chains
from rewardsim.engine.simulation import Simulated
from rewardsim.engine.tables import blank
from rewardsim.population import Population, parse_population
from rewardsim.programme import Programme
from rewardsim.rules.codes import ACCOUNTS, AVAILABLE, ENROLLED, ISSUE, RULE_WELCOME
from rewardsim.rules.records import NEVER, NONE, Member, Standing

TOWN = """
schema = 1
[population]
id = "town"
name = "A small town"
currency = "INR"
members = 60
starts = 2017-06-15
until = 2017-10-31
assumptions = ["made up for tests"]
[arrival]
existing = "40 %"
pattern = "even"
over_weeks = 12
[purchases]
r = 0.8
alpha_weeks = 3.0
[lifetime]
s = 0.606
beta_weeks = 11.67
[basket]
p = 4.0
q = 3.7
v = "1200.00"
[[categories]]
id = "accessory"
weight = 3
factor = 0.4
margin = "40 %"
[[categories]]
id = "phone"
weight = 1
factor = 3.0
margin = "10 %"
[[channels]]
id = "mi.com"
weight = 1
[delivery]
days = [2, 3, 5]
[returns]
share = "5 %"
[referral]
pool = 0.5
[behaviour]
preset = "reference"
"""
LIFTED, PRICE, WELCOME = 3, 10_000, 50


def town(**changes: Any) -> Population:
    """The small town, with values changed by dotted path (dots as double underscores)."""
    found = parse_population(TOWN, "town.toml")
    return found.vary({name.replace("__", "."): value for name, value in changes.items()}) if changes else found


@dataclass
class Stub:
    """Stands in for the engine; counts its runs, and may be told to stop.

    Person i buys a number of times that depends on seed, replicate and i alone; under a programme every
    third person once more. A purchase costs ``PRICE``. Friends: every tenth person brings one, who buys once.
    """

    lift: int = 1  # purchases a lifted person adds
    friends: int = 10  # one of so many brings a friend, 0 for none
    stop_at: tuple[int, bool] | None = None  # (replicate, under a programme) to be interrupted in
    swallow: bool = False  # whether an interrupt comes that nobody hears of
    calls: list[tuple[int, str]] = field(default_factory=list)

    def __call__(
        self,
        programme: Programme | None,
        population: Population,
        *,
        members: int,
        first_day: int,
        last_day: int,
        seed: int,
        replicate: int,
        engine: str,
        threads: int | None,
        folder: Path | None,
        resume: Path | None,
        progress: Callable[[int, int], None] | None,
    ) -> Simulated:
        assert resume is None
        if self.stop_at == (replicate, programme is not None):
            raise KeyboardInterrupt
        if self.swallow:
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        self.calls.append((replicate, programme.id if programme else ""))
        persons = self.persons(programme, members, first_day, seed, replicate)
        if progress:
            progress(last_day - first_day + 1, last_day - first_day + 1)
        rules = sorted(programme.names.rules) if programme else []
        auditor = Auditor(len(persons), first_day, last_day + 1, rules)
        if programme:
            auditor.issued[0, rules.index(RULE_WELCOME)] = WELCOME * len(persons)
            auditor.flows[0, ISSUE * len(ACCOUNTS) + AVAILABLE] = WELCOME * len(persons)
            auditor.balances[:, ISSUE], auditor.balances[:, AVAILABLE] = -WELCOME, WELCOME
        ids = [f"M-{i:07}" for i in range(1, len(persons) + 1)]
        return Simulated(
            digest=f"{seed}/{replicate}/{programme.hash[:8] if programme else ''}",
            member_ids=ids,
            persons=persons,
            tables=self.tables(programme, persons),
            auditor=auditor,
            chains=Chains(lambda: ids, len(ids)),
            draws={},
            tally=self.tally(programme, population, persons, first_day, last_day),
            settled=np.ones((last_day - first_day + 1, 7), dtype=np.int64),
            outcomes={"applied": 5, "limit_reached": 2, "late": 1} if programme else {},
            first_day=first_day,
            last_day=last_day,
            seconds=0.5,
        )

    def persons(self, programme: Programme | None, members: int, first_day: int, seed: int, replicate: int) -> Any:
        luck = np.random.default_rng([seed, replicate])
        people = blank(Person, members, True)
        number = np.arange(members)
        people["kind"] = np.where(number % 2, ORGANIC, EXISTING)
        people["cohort"] = number % 2
        people["arrival"] = first_day + np.where(number % 2, 20.5, 0.0)
        people["rate"] = 0.1
        people["orders"] = luck.poisson(2.0, members)
        people["left_day"] = np.where(luck.random(members) < 0.3, first_day + 40, NEVER)
        if programme:
            people["orders"] += np.where(number % 3 == 0, self.lift, 0)
            people["tier"] = np.where(people["orders"] >= LIFTED, 1, 0)
            joined = blank(Person, members // self.friends if self.friends else 0, True)
            joined["kind"], joined["cohort"], joined["arrival"] = REFERRED, 1, first_day + 30.25
            joined["inviter"], joined["generation"], joined["orders"] = np.arange(len(joined)) * self.friends, 1, 1
            joined["rate"] = 0.1
            people = np.concatenate([people, joined])
        people["revenue"] = people["orders"] * PRICE
        return people

    def tables(self, programme: Programme | None, persons: Any) -> dict[str, Any]:
        if programme is None:
            return {"members": blank(Member, 0, True), "standings": blank(Standing, 0, True), "ties": []}
        accounts = blank(Member, len(persons), True)
        enrolled = np.arange(len(persons)) % 5 != 4
        accounts["status"] = np.where(enrolled, ENROLLED, 0)
        accounts["enrolled_day"] = np.where(enrolled, 17_400, NEVER)
        accounts["available"], accounts["events"] = WELCOME, 3
        standings = blank(Standing, len(persons), True)
        standings["tier"] = persons["tier"]
        persons["tier"] = np.where(enrolled, persons["tier"], NONE)
        return {"members": accounts, "standings": standings, "ties": np.zeros(len(persons))}

    def tally(
        self, programme: Programme | None, population: Population, persons: Any, first_day: int, last_day: int
    ) -> Any:
        tiers = len(programme.names.levels) + 1 if programme else 1
        cohorts = len(population.tables(programme, first_day, last_day)["cohort_names"])
        counted = np.zeros((last_day - first_day + 1, tiers, cohorts, m.WIDTH), dtype=np.int64)
        place = (30, persons["tier"] + 1 if programme else np.zeros(len(persons), int), persons["cohort"])
        for measure, values in ((m.PURCHASES, persons["orders"]), (m.REVENUE, persons["revenue"])):
            np.add.at(counted, (*place, np.full(len(persons), measure)), values)
        np.add.at(counted, (*place, np.full(len(persons), m.PRESENT)), 1)
        if programme:
            for measure in (m.ENROLLED, m.MEMBERS):
                np.add.at(counted, (*place, np.full(len(persons), measure)), 1)
        return counted
