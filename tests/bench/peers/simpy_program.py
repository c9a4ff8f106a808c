"""The reduced model in SimPy: a process a member, a process a parcel.

``run`` is what SimPy is for: whatever happens, happens in the environment's own time, so that a
monitor may look at any account at any moment. ``run_lean`` is the least SimPy can be asked to do:
a process still is a member, but skips candidates nobody would ever buy without waiting for them, and
settles deliveries and expiries when he next comes to the shop.
"""

from __future__ import annotations

import math
import random
from bisect import insort
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import simpy

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
    """Run all members as processes, everything an event."""
    return _run(traits, seed, Member)


def run_lean(traits: Traits, seed: int) -> Outcome:
    """Run all members as processes that wait for little."""
    return _run(traits, seed, LeanMember)


def _run(traits: Traits, seed: int, kind: type[Member]) -> Outcome:
    shop = Shop(traits, seed)
    columns = (traits.rate, traits.lifetime / traits.hazard, traits.spend, traits.reluctance)
    members = [kind(shop, *each) for each in zip(*(column.tolist() for column in columns), strict=True)]
    for member in members:
        shop.env.process(member.live())
    shop.env.run(until=DAYS)
    for member in members:
        member.settle(math.nextafter(DAYS, 0))
    pending = sum(member.pending for member in members)
    return Outcome(np.array(shop.daily), pending, sum(member.available for member in members))


class Shop:
    """What members share: time, luck, the basket table and the books."""

    def __init__(self, traits: Traits, seed: int) -> None:
        self.env = simpy.Environment()
        self.luck = random.Random(seed)
        self.baskets = traits.baskets.tolist()
        self.daily = [[0] * len(COLUMNS) for _ in range(DAYS)]

    def basket(self, spend: float) -> int:
        """Return the size of a basket in minor units."""
        place = self.luck.random() * (len(self.baskets) - 1)
        cell = int(place)
        size = self.baskets[cell] + (place - cell) * (self.baskets[cell + 1] - self.baskets[cell])
        return max(int(size * spend + 0.5), 1)


class Member:
    """One member and his account."""

    __slots__ = ("available", "leaves", "lots", "parcels", "pending", "rate", "reluctance", "shop", "spend")

    def __init__(self, shop: Shop, rate: float, leaves: float, spend: float, reluctance: float) -> None:
        self.shop, self.rate, self.leaves, self.spend, self.reluctance = shop, rate, leaves, spend, reluctance
        self.pending = self.available = 0
        self.lots: deque[list[int]] = deque()  # day of expiry, tokens
        self.parcels: list[tuple[float, int]] = []  # moment, tokens

    def live(self) -> Iterator[Any]:
        """Consider one candidate after another until he leaves."""
        env, luck = self.shop.env, self.shop.luck
        while True:
            yield env.timeout(luck.expovariate(THINNING * self.rate))
            if env.now >= self.leaves:
                return
            self.consider(luck.random() * THINNING)

    def consider(self, mark: float) -> None:
        """Buy or not."""
        if mark < 1.0 or (mark < CEILING and mark < math.exp(GOAL * self.pull())):
            self.buy(mark < 1.0)

    def pull(self) -> float:
        """Return how near the next step is."""
        tokens = self.available + self.pending
        return tokens % STEPS[0] / STEPS[0] if tokens < STEPS[-1] else 0.0

    def buy(self, baseline: bool) -> None:
        """Buy a basket, redeem or not, and have it sent."""
        shop, day = self.shop, int(self.shop.env.now)
        amount = shop.basket(self.spend)
        today = shop.daily[day]
        today[PURCHASES] += 1
        today[BASELINE] += baseline
        today[REVENUE] += amount
        today[ISSUED] += amount // PER
        self.checkout(today, amount)
        self.pending += amount // PER
        self.send(day + DELIVERY + shop.luck.random(), amount // PER)

    def checkout(self, today: list[int], amount: int) -> None:
        """Redeem what the order can take, if he wants to."""
        tokens = min(self.available, amount * SHARE_BP // 10_000 // VALUE)
        if tokens < LEAST:
            return
        wish = self.reluctance + REDEEM * math.log(1.0 + self.available * WORTH / amount)
        if self.shop.luck.random() * (1.0 + math.exp(-wish)) >= 1.0:
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

    def send(self, moment: float, tokens: int) -> None:
        """Put a parcel on its way."""
        if tokens:
            self.shop.env.process(self.parcel(moment, tokens))

    def parcel(self, moment: float, tokens: int) -> Iterator[Any]:
        """Be delivered, and expire in time."""
        env = self.shop.env
        yield env.timeout(moment - env.now)
        lot = self.deliver(int(moment), tokens)
        yield env.timeout(lot[0] - env.now)
        self.expire(lot)

    def deliver(self, day: int, tokens: int) -> list[int]:
        """Release the tokens of a parcel as a lot."""
        self.pending -= tokens
        self.available += tokens
        self.shop.daily[day][RELEASED] += tokens
        lot = [day + LIFE, tokens]
        self.lots.append(lot)
        return lot

    def expire(self, lot: list[int]) -> None:
        """Take what is left of a lot."""
        if lot[1]:
            self.lots.popleft()  # earlier lots have expired, or were spent before this one
            self.shop.daily[lot[0]][EXPIRED] += lot[1]
            self.available -= lot[1]

    def settle(self, until: float) -> None:
        """Nothing is left to settle where everything is an event."""


class LeanMember(Member):
    """A member who waits only for candidates he may buy, and settles when he looks."""

    __slots__ = ()

    def live(self) -> Iterator[Any]:
        """Consider one candidate after another until he leaves."""
        env, luck = self.shop.env, self.shop.luck
        while True:
            gap, mark = luck.expovariate(THINNING * self.rate), luck.random() * THINNING
            while mark >= CEILING:
                gap, mark = gap + luck.expovariate(THINNING * self.rate), luck.random() * THINNING
            yield env.timeout(gap)
            if env.now >= self.leaves:
                return
            self.settle(env.now)
            self.consider(mark)

    def send(self, moment: float, tokens: int) -> None:
        """Note a parcel, the earliest first."""
        if tokens:
            insort(self.parcels, (moment, tokens))

    def settle(self, until: float) -> None:
        """Post what falls due until a moment."""
        while self.parcels and self.parcels[0][0] <= until:
            moment, tokens = self.parcels.pop(0)
            self.deliver(int(moment), tokens)
        while self.lots and self.lots[0][0] <= until:
            self.expire(self.lots[0])
