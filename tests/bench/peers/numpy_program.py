"""The reduced model in numpy, by hand: members are arrays, a day is a step.

Each member's next candidate is known, so that a day touches only those who have one; what happens
to a member twice a day takes another round of the same step. A member's tokens are four running
sums. Because lots are consumed in the order in which they were released, what expires is what of the
sum released by that day has not been used since: no lots are kept, only, by day of release, who then
had how much released to him.
"""

from __future__ import annotations

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
    Floats,
    Integers,
    Outcome,
    Traits,
)

BLOCK = 200_000  # members at a time: 20,000 took 2.5 times as long a purchase, 1,000,000 1.2 times

Parcels = tuple[Integers, Floats, Integers]  # members, moments, tokens


def run(traits: Traits, seed: int, thinning: float = THINNING) -> Outcome:
    """Run all members through all days; ``thinning`` may be as low as ``CEILING``."""
    daily = np.zeros((DAYS, len(COLUMNS)), np.int64)
    pending = available = 0
    for block, first in enumerate(range(0, len(traits), BLOCK)):
        shop = Shop(traits.part(first, first + BLOCK), np.random.SFC64([seed, block]), thinning)
        for day in range(DAYS):
            shop.expire(day)
            shop.live(day)
        daily += shop.daily
        pending += int(shop.pending.sum())
        available += int((shop.released - shop.used).sum())
    return Outcome(daily, pending, available)


class Shop:
    """All members, as arrays."""

    def __init__(self, traits: Traits, luck: np.random.BitGenerator, thinning: float) -> None:
        members = len(traits)
        self.traits, self.thinning = traits, thinning
        self.rng = np.random.Generator(luck)
        self.gap = 1.0 / (thinning * traits.rate)
        self.end = np.minimum(traits.lifetime / traits.hazard, DAYS)
        self.next = self.rng.standard_exponential(members) * self.gap
        self.next[self.next >= self.end] = np.inf
        self.pending = np.zeros(members, np.int64)
        self.released = np.zeros(members, np.int64)
        self.used = np.zeros(members, np.int64)  # redeemed or expired
        self.place = np.zeros(members, np.int32)  # scratch of ``_distinct``
        self.daily = np.zeros((DAYS, len(COLUMNS)), np.int64)
        self.parcels: list[list[Parcels]] = [[] for _ in range(DAYS + DELIVERY)]
        self.lots: list[tuple[Integers, Integers] | None] = [None] * DAYS

    def expire(self, day: int) -> None:
        """Take away what was released ``LIFE`` days ago and has not been used."""
        if day < LIFE or self.lots[day - LIFE] is None:
            return
        who, released = self.lots[day - LIFE]
        left = np.maximum(released - self.used[who], 0)
        self.used[who] += left
        self.daily[day, EXPIRED] = left.sum()
        self.lots[day - LIFE] = None

    def live(self, day: int) -> None:
        """Let everybody who has a candidate today consider it; deliver before each what is due by then."""
        due = _joined(self.parcels[day])
        delivered = due[0]
        self.parcels[day] = []
        who = np.flatnonzero(self.next < day + 1)
        while who.size:
            at = self.next[who]
            mark = self.rng.random(who.size) * self.thinning
            seen = mark < CEILING
            due = self._consider(day, who[seen], mark[seen], due)
            at += self.rng.standard_exponential(who.size) * self.gap[who]
            at[at >= self.end[who]] = np.inf
            self.next[who] = at
            who = who[at < day + 1]
        self._deliver(day, due[0], due[2])
        if delivered.size:
            who = self._distinct(delivered)
            self.lots[day] = (who, self.released[who])

    def _consider(self, day: int, who: Integers, mark: Floats, due: Parcels) -> Parcels:
        """Buy or not, redeem or not; return the parcels that are still on the way."""
        if due[0].size:
            clock = self.next[due[0]]  # of others it is a later day: theirs can wait
            now = due[1] <= np.where(clock < day + 1, clock, -1.0)
            self._deliver(day, due[0][now], due[2][now])
            due = (due[0][~now], due[1][~now], due[2][~now])
        bought = mark < 1.0
        baseline = np.count_nonzero(bought)
        unsure = np.flatnonzero(~bought)
        bought[unsure] = mark[unsure] < np.exp(GOAL * self._pull(who[unsure]))
        who = who[bought]
        amount = self._baskets(who)
        self._redeem(day, who, amount)
        earned = amount // PER
        self.pending[who] += earned
        arrival = day + DELIVERY + self.rng.random(who.size)
        self.parcels[day + DELIVERY].append((who, arrival, earned))
        today = self.daily[day]
        today[PURCHASES] += who.size
        today[BASELINE] += baseline
        today[REVENUE] += amount.sum()
        today[ISSUED] += earned.sum()
        return due

    def _pull(self, who: Integers) -> Floats:
        tokens = self.released[who] - self.used[who] + self.pending[who]
        return np.where(tokens < STEPS[-1], tokens % STEPS[0] / STEPS[0], 0.0)

    def _baskets(self, who: Integers) -> Integers:
        table = self.traits.baskets
        place = self.rng.random(who.size) * (len(table) - 1)
        cell = place.astype(np.int64)
        size = table[cell] + (place - cell) * (table[cell + 1] - table[cell])
        return np.maximum((size * self.traits.spend[who] + 0.5).astype(np.int64), 1)

    def _redeem(self, day: int, who: Integers, amount: Integers) -> None:
        available = self.released[who] - self.used[who]
        tokens = np.minimum(available, amount * SHARE_BP // 10_000 // VALUE)
        able = np.flatnonzero(tokens >= LEAST)
        who, tokens = who[able], tokens[able]
        gain = np.log1p(available[able] * WORTH / amount[able])
        odds = np.exp(-(self.traits.reluctance[who] + REDEEM * gain))
        wishes = self.rng.random(who.size) * (1.0 + odds) < 1.0
        self.used[who[wishes]] += tokens[wishes]
        self.daily[day, REDEMPTIONS] += np.count_nonzero(wishes)
        self.daily[day, REDEEMED] += tokens[wishes].sum()

    def _deliver(self, day: int, who: Integers, tokens: Integers) -> None:
        np.subtract.at(self.pending, who, tokens)
        np.add.at(self.released, who, tokens)
        self.daily[day, RELEASED] += tokens.sum()

    def _distinct(self, who: Integers) -> Integers:
        """Return each member once, without sorting."""
        order = np.arange(who.size, dtype=np.int32)
        self.place[who] = order
        return who[self.place[who] == order]


def _joined(parcels: list[Parcels]) -> Parcels:
    if not parcels:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64)
    who, moments, tokens = zip(*parcels, strict=True)
    return np.concatenate(who), np.concatenate(moments), np.concatenate(tokens)
