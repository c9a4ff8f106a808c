"""Someone: a member as behaviour written in plain Python sees him, and what he may do.

    def regular(someone):
        yield someone.sleep(3)
        someone.enrol()
        while True:
            yield someone.sleep(7)
            order = someone.buy(1_200_00, category="phone", channel="mi.com", tokens=someone.available)
            yield someone.sleep(4)
            order.deliver()

What he does goes to the same law as everything else, at the environment's present moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rewardsim.behaviour import measures
from rewardsim.behaviour.moments import SECONDS, luck, second_of
from rewardsim.behaviour.philox import uniform
from rewardsim.behaviour.presence import notice_tier
from rewardsim.rules import codes
from rewardsim.rules.records import NONE, Event

OWN_PURPOSE = 1 << 15  # luck of written behaviour: numbered from here on, apart from the package's own


class Someone:
    """One member. ``environment`` is SimPy's, its clock counts days since 1970-01-01."""

    def __init__(self, environment: Any, society: Any, scene: Any, m: int) -> None:
        self.environment = environment
        self.number = m
        self.id: str = scene.ids[m]
        self._society = society
        self._names = scene.programme.names if scene.programme else None
        self._law = scene.law
        self._latest = (0, 0, 0)  # day, second and type of what he did last

    @property
    def day(self) -> int:
        """Today, in days since 1970-01-01."""
        return int(self.environment.now)

    @property
    def traits(self) -> Any:
        """The person as the population made him (``behaviour.records.Person``): rate, spend, ..."""
        return self._society.ground.worlds[0].persons[self.number]

    @property
    def available(self) -> int:
        """Tokens he may spend today."""
        if self._law is None:
            return 0
        self._society.advance_one(self.number, self.day)
        return int(self._society.ground.books[0].members[self.number].available)

    @property
    def tier(self) -> str:
        """Id of his tier, empty below the first."""
        standings = self._society.ground.books[0].standings
        return self._names.level(standings[self.number].tier) if len(standings) else ""

    def sleep(self, days: float) -> Any:
        """Return what to yield to do nothing for some days."""
        return self.environment.timeout(days)

    def luck(self, purpose: int, step: int = 0) -> float:
        """Return a number between 0 and 1, his own for this purpose and step under every variant."""
        world = self._society.ground.worlds[0]
        return uniform(luck(world, self.traits, step, OWN_PURPOSE + purpose, 0)[0])

    def enrol(self) -> str:
        """Enrol; return the outcome, as everything below does."""
        outcome = self._do(codes.ENROL, birthday=self.traits.birthday, counterpart=self.traits.inviter)
        if outcome == "applied":
            self._count(measures.ENROLLED, 1)
            self._count(measures.MEMBERS, 1)
        return outcome

    def exchange(self, item: str) -> str:
        """Exchange tokens for an item of the programme, by its id."""
        return self._do(codes.EXCHANGE, item=self._names.item(item, self.day))

    def share(self) -> str:
        """Share something."""
        return self._do(codes.SHARE)

    def buy(
        self,
        amount: int,
        *,
        category: str = "",
        channel: str = "",
        tokens: int = 0,
        coupon: str = "",
        discount: int = 0,
    ) -> Bought:
        """Buy for an amount in minor units, asking for tokens or showing a coupon first."""
        person, hand = self.traits, self._society.ground.worlds[0].hands[0]
        hand.order = NONE
        if self._law is not None:
            if tokens:
                self._do(codes.REDEEM, amount=amount, tokens=tokens)
            place = self._names.category(category)
            if coupon:
                item = self._names.item(coupon, self.day)
                if self._do(codes.USE, place, item=item, order=hand.order) != "applied":
                    discount = 0
            channel_code = self._names.channel(channel)
            self._do(codes.ORDER, place, amount=amount, discount=discount, channel=channel_code, order=hand.order)
        bought = Bought(self, hand.order, amount, category)
        person.orders += 1
        person.revenue += amount
        hand.order = NONE
        self._count(measures.PURCHASES, 1)
        self._count(measures.REVENUE, amount)
        return bought

    def _do(self, kind: int, category: int = 0, **fields: int) -> str:
        """Have an event happen now."""
        day = self.day
        blank = {name: getattr(EMPTY, name) for name in Event.__dataclass_fields__}
        line = self._society.ground.worlds[0].lines[0]
        line.number, line.category = 1, category
        line.amount, line.discount = fields.get("amount", 0), fields.get("discount", 0)
        said = {"type": kind, "member": self.number, "day": day, "second": self._next_second(kind, day)}
        outcome = self._society.happens(**(blank | said | {"line_count": 1} | fields))
        ground = self._society.ground
        if len(ground.books[0].standings):
            notice_tier(ground.books[0], ground.worlds[0], self.number, day)
        return next(name for name, code in codes.OUTCOMES.items() if code == outcome)

    def _next_second(self, kind: int, day: int) -> int:
        """Return the second of what he does now: never before, in order of time and type, what he did last."""
        second = second_of(self.environment.now, day)
        last_day, last_second, last_kind = self._latest
        if day == last_day and (second, kind) < (last_second, last_kind):
            second = min(SECONDS - 1, last_second + int(kind < last_kind))
        self._latest = (day, second, kind)
        return second

    def _count(self, measure: int, amount: int) -> None:
        measures.tally(self._society.ground.worlds[0], self.traits, self.day, measure, amount)


EMPTY = Event()


@dataclass
class Bought:
    """A purchase somebody made, to be delivered and perhaps given back."""

    someone: Someone
    row: int
    amount: int
    category: str

    def deliver(self) -> str:
        """Have it delivered now."""
        return self._befall(codes.DELIVER)

    def give_back(self, amount: int | None = None) -> str:
        """Give it back now, or a part of it worth ``amount`` minor units."""
        return self._befall(codes.RETURN, amount=self.amount if amount is None else amount)

    def _befall(self, kind: int, **fields: int) -> str:
        if self.row == NONE:
            return ""
        place = self.someone._names.category(self.category)
        return self.someone._do(kind, place, order=self.row, **fields)
