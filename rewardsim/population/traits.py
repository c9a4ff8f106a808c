"""From luck to persons: traits drawn once, each by inversion of its own word.

A person's traits are a function of the world's key and of his own stream; neither the others nor
their number, their order or the size of a block can be seen in them. They are kept in single
precision: the last bits of exp and log differ between processors, and a digest must not.
Moments are whole seconds.
"""

from __future__ import annotations

import math
from dataclasses import astuple, fields
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from rewardsim.behaviour import philox
from rewardsim.behaviour.purposes import ARRIVAL, JOINING, TRAITS
from rewardsim.behaviour.records import EXISTING, ORGANIC, REFERRED, Person
from rewardsim.population.cohorts import cohort_places
from rewardsim.population.growth import growth_of
from rewardsim.population.model import PopulationFile
from rewardsim.population.quantiles import Trait, beta, constant, gamma, lognormal, normal
from rewardsim.rules.records import BP, NEVER, NONE

SECONDS = 86_400
WEEK = 7.0
YEAR = 365.25
SPEND_MAX = 1e12
"""Largest mean basket in minor units; beyond it a basket would leave 63 bits."""

# Which four traits a block of words under TRAITS is for. Append, never reorder.
BUYING, LEAVING, ACTING, BORN = 0, 1, 2, 3

Key = tuple[int, int]
Streams = tuple[Any, Any]


def person_type() -> np.dtype[Any]:
    """Return the numpy type of a person: an integer or double a field, in order."""
    return np.dtype([(field.name, {"int": np.int64, "float": np.float64}[str(field.type)]) for field in fields(Person)])


def uniforms(key: Key, low: Any, high: Any, purpose: int, sub: int = 0) -> tuple[Any, Any, Any, Any]:
    """Return four numbers between 0 and 1 for each stream."""
    found = philox.words(*key, low, high, 0, purpose, sub)
    return tuple(philox.uniform(word) for word in found)  # type: ignore[return-value]


def single(values: Any) -> Any:
    """Values as single precision has them."""
    return values.astype(np.float32)


class Traits:
    """Draws persons of a population."""

    def __init__(self, file: PopulationFile, digits: int, days: int) -> None:
        self._file = file
        self._by = file.cohorts.by
        self._rate = rate_trait(file)
        self._hazard = hazard_trait(file)
        self._spend = spend_trait(file, digits)
        self._mixing = mixing(file)
        self._growth = growth_of(file.arrival, days)
        response = file.response
        self._reluctance = normal(response.reluctance.mean, response.reluctance.sd)
        self._patience = lognormal(response.patience.median_days, response.patience.spread)
        invites = response.invites
        spread = invites.mean > 0 and invites.shape is not None
        self._invites = gamma(invites.shape, invites.mean / invites.shape) if spread else constant(invites.mean)
        self._returns = beta(file.returns.share / BP, file.returns.concentration)
        self._shares = beta(response.shares.share / BP, response.shares.concentration)
        self._posts = beta(response.posts.share / BP, response.posts.concentration)
        self._fresh = np.array(astuple(Person()), person_type())

    def people(self, rows: Any, streams: Streams, key: Key, first_day: int, last_day: int, joins_from: int) -> None:
        """Fill rows with members who come by themselves and may enrol from a day on."""
        self._begin(rows, streams)
        age = self._arrive(rows, streams, key, first_day)
        ready = self._draw(rows, streams, key, first_day, age)
        self._enrol(rows, ready, joins_from)
        rows["cohort"] = cohort_places(self._by, rows["kind"], rows["arrival"], first_day, last_day)

    def friends(self, rows: Any, streams: Streams, key: Key, first_day: int, last_day: int | None, day: int) -> None:
        """Fill rows with friends whom a day's invitations brought: they come when they enrol."""
        self._begin(rows, streams)
        self._draw(rows, streams, key, first_day, np.zeros(len(rows)))
        lag, second, _, _ = uniforms(key, *streams, JOINING)
        rows["kind"] = REFERRED
        rows["enrol_day"] = day + 1 + np.floor(-np.log(lag) * self._file.referral.days).astype(np.int64)
        rows["enrol_second"] = np.floor(second * SECONDS).astype(np.int64)
        rows["arrival"] = rows["enrol_day"] + rows["enrol_second"] / SECONDS
        rows["wearing"] = rows["arrival"]
        rows["cohort"] = cohort_places(self._by, rows["kind"], rows["arrival"], first_day, last_day)

    def _begin(self, rows: Any, streams: Streams) -> None:
        rows[:] = self._fresh
        rows["low"], rows["high"] = streams

    def _arrive(self, rows: Any, streams: Streams, key: Key, first_day: int) -> Any:
        """Say who was there before and when the others come; return how long ago, in weeks."""
        luck, tenure, _, _ = uniforms(key, *streams, ARRIVAL)
        share = self._file.arrival.existing / BP
        there = luck < share
        days = self._growth(np.where(there, 0.0, (luck - share) / (1 - share) if share < 1 else 0.0))
        rows["kind"] = np.where(there, EXISTING, ORGANIC)
        rows["arrival"] = first_day + np.where(there, 0.0, np.floor(days * SECONDS) / SECONDS)
        rows["wearing"] = rows["arrival"]
        return np.where(there, 2 * tenure * self._file.arrival.tenure_weeks, 0.0)

    def _draw(self, rows: Any, streams: Streams, key: Key, first_day: int, age: Any) -> Any:
        """Draw what a person is; return how ready he is to enrol, as a normal score.

        Who is still there after some weeks is likelier one of those who stay: given survival a
        hazard of Gamma(s, beta) is one of Gamma(s, beta + weeks).
        """
        rate, spend, ready, hazard = (ndtri(luck) for luck in uniforms(key, *streams, TRAITS, BUYING))
        mix = self._mixing
        ready = mix.ready_rate * rate + mix.ready_spend * spend + mix.ready_own * ready
        spend = mix.spend_rate * rate + mix.spend_own * spend
        rows["rate"] = single(self._rate(rate))
        rows["spend"] = single(np.minimum(self._spend(spend), SPEND_MAX))
        rows["hazard"] = single(self._hazard(hazard) * remaining(self._file, age))
        lifetime, goal, reluctance, patience = uniforms(key, *streams, TRAITS, LEAVING)
        rows["lifetime"] = single(-np.log(lifetime))
        goal = self._mixing.goal_own * ndtri(goal) - self._mixing.goal_rate * rate
        rows["goal"] = ndtr(goal) < self._file.response.goal_share / BP
        rows["reluctance"] = single(self._reluctance(ndtri(reluctance)))
        rows["patience"] = single(self._patience(ndtri(patience)))
        acting = uniforms(key, *streams, TRAITS, ACTING)
        traits: tuple[Trait, ...] = (self._invites, self._returns, self._shares, self._posts)
        for name, trait, luck in zip(("invites", "returns", "shares", "posts"), traits, acting, strict=True):
            rows[name] = single(trait(ndtri(luck)))
        self._be_born(rows, streams, key, first_day)
        return ready

    def _be_born(self, rows: Any, streams: Streams, key: Key, first_day: int) -> None:
        said = self._file.birthdays
        if not said.known:
            return
        known, age, _, _ = uniforms(key, *streams, TRAITS, BORN)
        days = np.floor((said.youngest + age * (said.oldest - said.youngest)) * YEAR).astype(np.int64)
        born = first_day - days
        # a day before the first of 1970 that reads as "unknown" is taken a day earlier
        born = np.where(born == NONE, NONE - 1, born)
        rows["birthday"] = np.where(known < said.known / BP, born, NONE)

    def _enrol(self, rows: Any, ready: Any, joins_from: int) -> None:
        """Say who enrols and when: the readiest do, and the readier the sooner."""
        there = rows["kind"] == EXISTING
        said = self._file.enrolment
        share = np.where(there, said.existing.share, said.arriving.share) / BP
        wait = np.where(there, said.existing.days, said.arriving.days)
        rank = ndtr(-ready)
        joins = rank < share
        lag = -np.log1p(-np.where(joins, rank / np.maximum(share, 1 / BP), 0.0)) * wait
        begins = np.rint(np.maximum(rows["arrival"], joins_from) * SECONDS)
        at = (begins + np.floor(lag * SECONDS)).astype(np.int64)
        rows["enrol_day"] = np.where(joins, at // SECONDS, NEVER)
        rows["enrol_second"] = np.where(joins, at % SECONDS, 0)


def rate_trait(file: PopulationFile) -> Trait:
    """Purchases a day."""
    said = file.purchases
    if said.r is None or said.alpha_weeks is None:
        return constant(said.mean_per_day())
    return gamma(said.r, 1 / (WEEK * said.alpha_weeks))


def hazard_trait(file: PopulationFile) -> Trait:
    """Attrition a day of somebody new."""
    said = file.lifetime
    if said is None:
        return constant(0.0)
    if said.s is None or said.beta_weeks is None:
        return constant(1 / (WEEK * (said.weeks or 1.0)))
    return gamma(said.s, 1 / (WEEK * said.beta_weeks))


def remaining(file: PopulationFile, age: Any) -> Any:
    """What is left of the hazard of somebody new in somebody who has stayed so many weeks."""
    beta_weeks = file.lifetime.beta_weeks if file.lifetime else None
    return 1.0 if beta_weeks is None else beta_weeks / (beta_weeks + age)


def spend_trait(file: PopulationFile, digits: int) -> Trait:
    """Mean basket in minor units, over all categories."""
    said, level = file.basket, price_level(file)
    if said.p is None or said.q is None or said.v is None:
        return constant((said.amount or 0) * level)
    scale = said.p * float(said.v) * 10**digits * level
    over = gamma(said.q)
    return lambda score: scale / over(-score)


def price_level(file: PopulationFile) -> float:
    """Mean factor of the categories, by how often they are bought."""
    rows = file.categories
    return math.fsum(row.weight * row.factor for row in rows) / math.fsum(row.weight for row in rows)


class Mixing(NamedTuple):
    """How independent normal scores become correlated ones."""

    spend_rate: float
    spend_own: float
    ready_rate: float
    ready_spend: float
    ready_own: float
    goal_rate: float
    goal_own: float


def mixing(file: PopulationFile) -> Mixing:
    """Return the rows of the correlation matrix's Cholesky factor."""
    said = file.correlation
    own = math.sqrt(1 - said.rate_spend**2)
    cross = (said.spend_enrolment - said.rate_spend * said.rate_enrolment) / own
    return Mixing(
        spend_rate=said.rate_spend,
        spend_own=own,
        ready_rate=said.rate_enrolment,
        ready_spend=cross,
        ready_own=math.sqrt(1 - said.rate_enrolment**2 - cross**2),
        goal_rate=said.rate_goal,
        goal_own=math.sqrt(1 - said.rate_goal**2),
    )
