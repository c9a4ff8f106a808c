"""A world that is a formula: lives whose totals follow from programme, population and luck, so that the best is known.

A world may be noisy. Luck that all programmes share (a replicate's own) is large; luck of a
programme's own is smaller, and is what makes a winner's curse.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rewardsim.economics.guards import Guard
from rewardsim.economics.objectives import UNITS
from rewardsim.experiments.scenarios import Factor, Setting
from rewardsim.experiments.scenarios.scenario import Builder
from rewardsim.experiments.sweeps.jobs import Job
from rewardsim.experiments.sweeps.outcome import FAILED
from rewardsim.experiments.tuning.plan import Objective, Robustness, TunePlan
from rewardsim.population import parse_population
from rewardsim.programme import Programme, load_programme, parse_programme

from ..simulated import town

DATA = Path(__file__).resolve().parents[3] / "data"
RATE, WELCOME = "programme.earning.purchase.rate", "programme.earning.welcome.tokens"
ORDERS = "programme.earning.purchase.orders_max.count"
SETTING = Setting(60, date(2017, 6, 15), date(2017, 9, 12), seed=3)
Law = Callable[[dict[str, float]], dict[str, int]]
"""From the world's numbers (rate in percent, welcome, orders, phi) to totals."""


def programme(**changes: Any) -> Programme:
    """Reward Mi at 10 percent, written as a percentage."""
    return _first_phase().vary(changes) if changes else _first_phase()


@functools.cache
def _first_phase() -> Programme:
    """Reward Mi without what makes it long to read."""
    found = load_programme(DATA / "programmes" / "reward-mi.toml").without("referral", "tiers", "draws")
    return found.vary({"earning.purchase.rate": "10%", "exchange.coupon-100": None, "campaigns.accessory-week": None})


def hill(numbers: dict[str, float]) -> dict[str, int]:
    """Net is best at a rate of 6 % and a welcome of 100; the liability grows with both."""
    rate, welcome = numbers["rate"], numbers["welcome"]
    net = 100_000 - round(1_000 * (rate - 6) ** 2 + 2 * (welcome - 100) ** 2)
    return {
        "net": net,
        "liability": round(1_000 * rate + 50 * welcome),
        "revenue": 1_000_000,
        "cost": round(100 * rate),
    }


class World(Executor):
    """An executor of lives that are a formula; counts them."""

    def __init__(
        self, law: Law = hill, shared: int = 0, own: int = 0, fails: str = "", stage: str = "simulate"
    ) -> None:
        self.law, self.shared, self.own, self.fails, self.stage = law, shared, own, fails, stage
        self.lived: list[str] = []

    def submit(self, function: Any, /, *args: Any, **named: Any) -> Future[Any]:
        """Live at once, whatever is asked."""
        future: Future[Any] = Future()
        future.set_result(self._live(Job.from_json(args[0])))
        return future

    def _live(self, job: Job) -> tuple[str, bytes]:
        self.lived.append(job.key)
        numbers = numbers_of(job.programme, job.population)
        if self.fails and f'"{self.fails}"' in job.programme:
            said = {"stage": self.stage, "error": "no life", "traceback": "", "seed": job.seed}
            return json.dumps({FAILED: said | {"replicate": job.replicate}}), b""
        found = self.law(numbers) if job.programme else {"net": 50_000, "revenue": 900_000}
        common = luck(f"{job.seed} {job.replicate}", self.shared)
        mine = luck(f"{job.seed} {job.replicate} {job.programme}", self.own) if job.programme else 0
        totals = dict.fromkeys(UNITS, 0) | found
        totals["net"] += common + mine
        digest = hashlib.sha256(json.dumps([job.key, totals]).encode()).hexdigest()
        return json.dumps({"totals": totals, "tiers": {}, "digest": digest, "seconds": 0.001}), DAYS


@functools.cache
def numbers_of(programme_text: str, population_text: str) -> dict[str, float]:
    """Return the world's numbers as programme and population have them."""
    if not programme_text:
        return {}
    earning = parse_programme(programme_text).source.document["earning"]
    rate = earning["purchase"]["rate"]
    return {
        "rate": float(rate.rstrip("%")) if isinstance(rate, str) else 10.0,
        "welcome": float(earning["welcome"]["tokens"]),
        "orders": float(earning["purchase"]["orders_max"]["count"]),
        "phi": parse_population(population_text).habits_values()["incremental"],
    }


def luck(name: str, size: int) -> int:
    """Return a whole number from -size to size that a name decides."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return number % (2 * size + 1) - size if size else 0


def _days() -> bytes:
    with io.BytesIO() as file:
        pq.write_table(pa.table({"day": pa.array([0], pa.int32())}), file)
        return file.getvalue()


DAYS = _days()


def plan(**changes: Any) -> TunePlan:
    """A tuning of rate and welcome in the world of the hill."""
    people = town()
    shipped = changes.pop("programme", None) or programme()
    builder = Builder(shipped, people)
    parameters = changes.pop("parameters", (Factor(RATE, "1%", "12%", "1%"), Factor(WELCOME, 0, 200, 20)))
    said = TunePlan(
        name="made",
        programme=shipped,
        population=people,
        setting=SETTING,
        replicates=3,
        trials=40,
        batch=4,
        fresh_replicates=6,
        leaders=3,
        sampler="tpe",
        parameters=tuple(one.fitted(builder) for one in parameters),
        objectives=(Objective("incremental_net", "maximise"),),
    )
    return replace(said, **changes)


def robustness(samples: int = 8) -> Robustness:
    """Samples of the share of extra purchases that are new."""
    return Robustness(samples, 2, 0, (Factor("population.behaviour.incremental", 0.1, 0.9),))


def at_most(measure: str, limit: int) -> Guard:
    """A limit."""
    return Guard(measure, at_most=limit)
