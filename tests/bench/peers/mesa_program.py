"""The reduced model in Mesa 3: members are agents, and a day is a step of the model.

An agent keeps the moment of his next candidate, so that most of his steps are two comparisons.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import deque

import mesa
import numpy as np

from .model import (
    BASELINE,
    CEILING,
    COLUMNS,
    DAYS,
    DELIVERY,
    EXPIRED,
    GOAL,
    ISSUED,
    LEAST,
    LIFE,
    PER,
    PURCHASES,
    REDEEM,
    REDEEMED,
    REDEMPTIONS,
    RELEASED,
    REVENUE,
    SHARE_BP,
    STEPS,
    THINNING,
    VALUE,
    WORTH,
    Outcome,
    Traits,
)


def run(traits: Traits, seed: int) -> Outcome:
    """Run all agents through all days."""
    shop = Shop(traits, seed)
    for _ in range(DAYS):
        shop.step()
    pending = sum(member.pending for member in shop.agents)
    return Outcome(np.array(shop.daily), pending, sum(member.available for member in shop.agents))


class Shop(mesa.Model):
    """All agents, the day, and the books."""

    def __init__(self, traits: Traits, seed: int) -> None:
        super().__init__(rng=seed)
        self.day = 0
        self.baskets = traits.baskets.tolist()
        self.daily = [[0] * len(COLUMNS) for _ in range(DAYS)]
        columns = (traits.rate, traits.lifetime / traits.hazard, traits.spend, traits.reluctance)
        Member.create_agents(self, len(traits), *(column.tolist() for column in columns))

    def step(self) -> None:
        """Let everybody live a day."""
        self.agents.do("step")
        self.day += 1

    def basket(self, spend: float) -> int:
        """Return the size of a basket in minor units."""
        place = self.random.random() * (len(self.baskets) - 1)
        cell = int(place)
        size = self.baskets[cell] + (place - cell) * (self.baskets[cell + 1] - self.baskets[cell])
        return max(int(size * spend + 0.5), 1)


class Member(mesa.Agent):
    """One member and his account."""

    def __init__(self, model: Shop, rate: float, leaves: float, spend: float, reluctance: float) -> None:
        super().__init__(model)
        self.rate, self.spend, self.reluctance = rate, spend, reluctance
        self.pending = self.available = 0
        self.lots: deque[list[int]] = deque()  # day of expiry, tokens
        self.parcels: list[tuple[float, int]] = []  # moment, tokens
        self.leaves = leaves
        self.next = self.random.expovariate(THINNING * rate)

    def step(self) -> None:
        """Live a day."""
        day = self.model.day
        if self.lots and self.lots[0][0] <= day:
            self.expire(day)
        while self.next < day + 1 and self.next < self.leaves:
            self.deliver(self.next)
            self.consider(day, self.random.random() * THINNING)
            self.next += self.random.expovariate(THINNING * self.rate)
        if self.parcels:
            self.deliver(math.nextafter(day + 1, 0))

    def consider(self, day: int, mark: float) -> None:
        """Buy or not."""
        if mark >= CEILING:
            return
        tokens = self.available + self.pending
        pull = tokens % STEPS[0] / STEPS[0] if tokens < STEPS[-1] else 0.0
        if mark >= 1.0 and mark >= math.exp(GOAL * pull):
            return
        amount = self.model.basket(self.spend)
        today = self.model.daily[day]
        today[PURCHASES] += 1
        today[BASELINE] += mark < 1.0
        today[REVENUE] += amount
        today[ISSUED] += amount // PER
        self.checkout(today, amount)
        self.pending += amount // PER
        insort(self.parcels, (day + DELIVERY + self.random.random(), amount // PER))

    def checkout(self, today: list[int], amount: int) -> None:
        """Redeem what the order can take, if he wants to."""
        tokens = min(self.available, amount * SHARE_BP // 10_000 // VALUE)
        if tokens < LEAST:
            return
        wish = self.reluctance + REDEEM * math.log(1.0 + self.available * WORTH / amount)
        if self.random.random() * (1.0 + math.exp(-wish)) >= 1.0:
            return
        today[REDEMPTIONS] += 1
        today[REDEEMED] += tokens
        self.available -= tokens
        while tokens:
            lot = self.lots[0]
            taken = min(lot[1], tokens)
            lot[1] -= taken
            tokens -= taken
            if not lot[1]:
                self.lots.popleft()

    def deliver(self, until: float) -> None:
        """Release the tokens of parcels that have come."""
        while self.parcels and self.parcels[0][0] <= until:
            moment, tokens = self.parcels.pop(0)
            self.pending -= tokens
            self.available += tokens
            self.model.daily[int(moment)][RELEASED] += tokens
            self.lots.append([int(moment) + LIFE, tokens])

    def expire(self, day: int) -> None:
        """Take what is left of lots whose day has come."""
        while self.lots and self.lots[0][0] <= day:
            _, tokens = self.lots.popleft()
            self.available -= tokens
            self.model.daily[day][EXPIRED] += tokens
