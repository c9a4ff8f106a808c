"""Random histories: every type of event, in and out of place."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.records import NONE, Law

from .laws import CATEGORIES, CHANNELS, SPAN
from .ledger import example
from .world import Event, Note

WEIGHTS = {
    "order": 30,
    "deliver": 14,
    "return": 12,
    "cancel": 4,
    "redeem": 10,
    "exchange": 8,
    "use": 5,
    "share": 4,
    "adjust": 4,
    "opening": 3,
    "enrol": 4,
    "invite": 5,
    "draw_entry": 6,
    "close": 0.35,
}
SOCIAL = WEIGHTS | {"order": 24, "deliver": 18, "enrol": 8, "invite": 14, "draw_entry": 14, "close": 0.6}


class Storyteller:
    """Draws events and remembers just enough to refer back to earlier ones."""

    def __init__(self, rng: Random, law: Law, members: int, pace: float, social: bool = False) -> None:
        self.rng = rng
        self.law = law
        self.members = members
        self.pace = pace
        self.day = law.terms[0].starts_day - rng.choice((0, 0, 0, 3))
        self.second = 0
        self.orders: list[dict[str, Any]] = []
        self.reserved: list[dict[str, Any]] = []
        self.serial = 0
        self.told = 0
        self.weights = SOCIAL if social else WEIGHTS
        waits = (0, 4, 10, 20, 30, 45) if social else (0, 0, 3, 8, 20, 45)
        self.arrives = [self.day + rng.choice(waits) for _ in range(members)]
        self.script: list[dict[str, Any]] = []
        self.leaps = rng.random() < 0.35
        self.by_event = law.terms[0].enrolment == codes.BY_EVENT

    def tell(self) -> Event:
        """The next event."""
        rng = self.rng
        if self.script and rng.random() < 0.7:
            return self.scripted(self.script.pop(0))
        early = self.day < self.law.terms[0].starts_day
        if rng.random() < (min(0.1, self.pace) if early else self.pace):
            self.day += 1 if early else rng.choice((1, 1, 1, 2, 5, 11))
            self.second = 0
            if self.leaps and rng.random() < 0.06:
                self.day += rng.choice((20, 45, 100, 370, 800))
        elif rng.random() < 0.6:
            self.second += rng.randrange(1, 3)
        kind = rng.choices(list(self.weights), list(self.weights.values()))[0]
        if self.told < self.members and self.by_event and rng.random() < 0.8:
            kind = "enrol"
        self.told += 1
        if kind == "invite" and rng.random() < 0.6:
            self.script += referral_story(rng, self.somebody(), self.members, self.somebody_new())
        event = example(type=kind, day=self.day, second=self.second, member=self.somebody())
        if kind == "enrol":
            event["member"] = self.told % self.members if rng.random() < 0.5 else self.somebody()
        fill = getattr(self, "fill_" + kind, None)
        if fill is not None:
            fill(event)
        if rng.random() < 0.01:
            self.spoil(event)
        return event

    def scripted(self, part: dict[str, Any]) -> Event:
        """The next event of a story, on this day or after its wait."""
        self.told += 1
        self.day += part.pop("wait", 0)
        self.second += self.rng.choice((0, 1, 2))
        event = example(day=self.day, second=self.second, **part)
        mine = [order for order in self.orders if order["member"] == event["member"]]
        if event["type"] == "order":
            self.fill_order(event)
            event["member"] = part["member"]
        elif event["type"] in ("deliver", "return") and mine:
            self.arrive_or_return(event, mine[-1])
        elif event["type"] == "enrol":
            self.arrives[event["member"]] = min(self.arrives[event["member"]], self.day)
        return event

    def arrive_or_return(self, event: Event, order: dict[str, Any]) -> None:
        """The member's latest order arrives, or comes back whole."""
        event["order"] = order["name"]
        if event["type"] == "return":
            event["lines"] = [{**line, "discount": 0} for line in order["lines"]]
            event["amount"] = sum(line["amount"] for line in order["lines"])

    def somebody(self) -> int:
        """A member who is there by now; now and then anybody."""
        here = [k for k, day in enumerate(self.arrives) if day <= self.day]
        return self.rng.choice(here) if here and self.rng.random() < 0.97 else self.rng.randrange(self.members)

    def somebody_new(self) -> int:
        """Rather a member who is still to come."""
        later = [k for k, day in enumerate(self.arrives) if day > self.day]
        return self.rng.choice(later) if later and self.rng.random() < 0.7 else self.rng.randrange(self.members)

    def spoil(self, event: Event) -> None:
        """Put an amount out of bounds."""
        terms = self.law.terms[0]
        field = self.rng.choice(("amount", "discount", "tokens", "negative"))
        if field == "amount":
            event["amount"] = terms.amount_max + 1
        elif field == "discount":
            event["discount"] = event["amount"] + 1
        elif field == "tokens":
            event["tokens"] = self.rng.choice((-1, 1)) * (terms.tokens_max + 1)
        else:
            event["amount"] = -1

    def basket(self) -> list[dict[str, int]]:
        """One to three lines, discounts included."""
        rng = self.rng
        lines = []
        for number in range(1, rng.choice((1, 1, 2, 3)) + 1):
            amount = rng.choice((0, 1, 9, 10, 11, rng.randrange(1, 60), rng.randrange(1, 60)))
            discount = rng.choice((0, 0, amount, rng.randrange(amount + 1)))
            lines.append(
                {
                    "number": number,
                    "category": rng.randrange(CATEGORIES),
                    "amount": amount,
                    "discount": discount if rng.random() < 0.4 else 0,
                }
            )
        return lines

    def plan(self, member: int) -> dict[str, Any]:
        """A new order, not yet placed."""
        self.serial += 1
        return {"name": f"o{self.serial}", "member": member, "lines": self.basket(), "back": {}}

    def known(self) -> dict[str, Any] | None:
        """An order placed before, rather a recent one."""
        if not self.orders:
            return None
        recent = self.orders[-12:]
        return self.rng.choice(recent if self.rng.random() < 0.8 else self.orders)

    def name(self, event: Event, order: dict[str, Any] | None) -> None:
        """Let the event refer to the order, now and then wrongly."""
        luck = self.rng.random()
        if order is None or luck < 0.02:
            event["order"] = None if luck < 0.3 else f"o{self.serial + 1_000_000}"
            return
        event["order"] = order["name"]
        if luck > 0.05:
            event["member"] = order["member"]

    def fill_order(self, event: Event) -> None:
        """A new order, one that tokens were spent on, or one placed before."""
        rng = self.rng
        luck = rng.random()
        if luck < 0.06 and self.orders:
            order = self.known()
            assert order is not None
        elif luck < 0.5 and self.reserved:
            order = self.reserved.pop(rng.randrange(len(self.reserved)))
        else:
            order = self.plan(event["member"])
        if rng.random() < 0.97:
            event["member"] = order["member"]
        self.orders.append(order)
        del self.orders[:-400]
        event.update(
            order=order["name"],
            lines=[dict(line) for line in order["lines"]],
            amount=sum(line["amount"] for line in order["lines"]),
            discount=sum(line["discount"] for line in order["lines"]),
            channel=rng.randrange(CHANNELS),
        )

    def fill_redeem(self, event: Event) -> None:
        """Tokens for an order that comes soon."""
        rng = self.rng
        if self.reserved and rng.random() < 0.2:
            order = self.reserved[-1]
        elif rng.random() < 0.06 and self.orders:
            order = self.orders[-1]
        else:
            order = self.plan(event["member"])
            self.reserved.append(order)
            del self.reserved[:-30]
        self.name(event, order)
        event["amount"] = sum(line["amount"] for line in order["lines"])
        event["tokens"] = rng.choice((0, 1, 2, 3, 5, 6, 10, 25, 50))

    def fill_deliver(self, event: Event) -> None:
        """An order arrives."""
        self.name(event, self.known())

    def fill_cancel(self, event: Event) -> None:
        """An order is called off; now and then one that was only paid for with tokens."""
        if self.reserved and self.rng.random() < 0.1:
            self.name(event, self.reserved[-1])
            return
        self.name(event, self.known())

    def fill_return(self, event: Event) -> None:
        """Part of an order comes back, or all that is left, or too much."""
        rng = self.rng
        order = self.known()
        self.name(event, order)
        if order is None:
            event["lines"] = self.basket()
            event["amount"] = sum(line["amount"] for line in event["lines"])
            return
        lines = []
        for line in order["lines"]:
            left = line["amount"] - order["back"].get(line["number"], 0)
            part = rng.choice((left, left, left // 2, rng.randrange(left + 1), 0))
            if rng.random() < 0.03:
                part = left + 1
            if part or rng.random() < 0.2:
                lines.append({"number": line["number"], "category": line["category"], "amount": part, "discount": 0})
                order["back"][line["number"]] = min(line["amount"], line["amount"] - left + part)
        if not lines or rng.random() < 0.03:
            lines.append({"number": rng.choice((1, 9)), "category": 0, "amount": 0, "discount": 0})
        event["lines"] = lines
        event["amount"] = sum(line["amount"] for line in lines)

    def fill_item(self, event: Event) -> None:
        """Name an item, rather one that is offered."""
        rng = self.rng
        rows = [k for k, item in enumerate(self.law.items) if item.from_day <= self.day < item.to_day]
        if rows and rng.random() < 0.85:
            event["item"] = rng.choice(rows)
        elif self.law.items and rng.random() < 0.7:
            event["item"] = rng.randrange(len(self.law.items))

    def fill_exchange(self, event: Event) -> None:
        """Tokens for an item."""
        self.fill_item(event)

    def fill_use(self, event: Event) -> None:
        """A coupon is used, perhaps by another member."""
        self.fill_item(event)
        event["lines"] = self.basket()
        event["amount"] = sum(line["amount"] for line in event["lines"])
        if self.rng.random() < 0.3:
            event["counterpart"] = self.rng.randrange(self.members)

    def fill_adjust(self, event: Event) -> None:
        """Tokens by hand, either way."""
        event["tokens"] = self.rng.choice((0, 5, 20, -1, -4, -30))

    def fill_opening(self, event: Event) -> None:
        """A balance from before, with or without a date."""
        event["tokens"] = self.rng.choice((0, 7, 30))
        if self.rng.random() < 0.6:
            event["expiry_day"] = self.day + self.rng.choice((-1, 0, 1, 2, 9, 40))

    def fill_invite(self, event: Event) -> None:
        """Somebody is invited; he may come at once."""
        luck = self.rng.random()
        if luck < 0.9:
            event["counterpart"] = friend = self.somebody_new()
            if self.rng.random() < 0.3:
                self.arrives[friend] = min(self.arrives[friend], self.day)
        elif luck < 0.95:
            event["counterpart"] = event["member"]

    def fill_enrol(self, event: Event) -> None:
        """Somebody registers, naming who brought him and his day of birth, or not."""
        rng = self.rng
        luck = rng.random()
        if luck < 0.5:
            event["counterpart"] = rng.randrange(self.members)
        elif luck < 0.55:
            event["counterpart"] = event["member"]
        if rng.random() < 0.5:
            leap_day, lately = 789, self.day - rng.randrange(9_000)
            event["birthday"] = rng.choice((leap_day, rng.randrange(-5_000, 12_000), lately))

    def fill_draw_entry(self, event: Event) -> None:
        """A post, rather for a draw that is open and by its rules."""
        rng = self.rng
        draws = self.law.draws
        rows = [k for k, draw in enumerate(draws) if draw.opens_day - 2 <= self.day < draw.closes_day + 1]
        if rows and rng.random() < 0.85:
            event["item"] = rng.choice(rows)
        elif draws and rng.random() < 0.8:
            event["item"] = rng.randrange(len(draws))
        if event["item"] >= 0:
            event.update(hashtag=draws[event["item"]].hashtag, tags=2, public=1)
        if rng.random() < 0.4:
            event.update(rng.choice(({"hashtag": rng.randrange(4)}, {"tags": rng.choice((0, 1))}, {"public": 0})))


def referral_story(rng: Random, inviter: int, members: int, friend: int) -> list[dict[str, Any]]:
    """Some events that belong together: invited, come, ordered, returned; rings; a referrer who leaves."""
    if rng.random() < 0.15:
        ring = rng.sample(range(members), min(members, rng.choice((2, 3))))
        return [
            {"type": "enrol", "member": a, "counterpart": b} for a, b in zip(ring, ring[1:] + ring[:1], strict=True)
        ]
    parts: list[dict[str, Any]] = [
        {"type": "invite", "member": inviter, "counterpart": friend},
        {"type": "invite", "member": rng.randrange(members), "counterpart": friend},
        {"type": "enrol", "member": friend, "counterpart": inviter if rng.random() < 0.6 else NONE},
        {"type": "close", "member": inviter},
        {"type": "order", "member": friend},
        {"type": "deliver", "member": friend},
        {"type": "close", "member": inviter},
        {"type": "redeem", "member": inviter, "tokens": 20, "amount": 50, "order": f"r{rng.randrange(10**9)}"},
        {"type": "return", "member": friend},
    ]
    chances = (0.8, 0.2, 0.9, 0.04, 0.9, 0.9, 0.06, 0.4, 0.7)
    told = [part for part, chance in zip(parts, chances, strict=True) if rng.random() < chance]
    for part in told:
        part["wait"] = rng.choice((0, 0, 0, 1, 1, 3))
    return told


def random_history(
    rng: Random, law: Law, count: int = 200, members: int = 5, late: float = 0.05, social: bool = False
) -> list[Event]:
    """Events in canonical order but for a share that arrives late; some ids come again."""
    pace = min(0.2 if social else 0.5, 1.5 * SPAN / max(count, 1))
    teller = Storyteller(rng, law, members, pace, social)
    events = [teller.tell() for _ in range(count)]
    events.sort(key=lambda e: (e["day"], e["second"], codes.EVENT_TYPES[e["type"]]))
    for k in range(len(events)):
        if rng.random() < late:
            events.insert(min(len(events) - 1, k + rng.randrange(1, 30)), events.pop(k))
    told: list[Event] = []
    for event in events:
        told.append(event)
        if rng.random() < 0.02:
            told.append(again(rng, rng.choice(told)))
    for number, event in enumerate(told):
        event["number"] = number
    return told


def again(rng: Random, event: Event) -> Event:
    """The same event id once more, with the same or another payload."""
    copy = {**event, "prior": codes.SAME_PAYLOAD}
    if rng.random() < 0.4:
        copy.update(prior=codes.OTHER_PAYLOAD, amount=event["amount"] + 1)
    return copy


def last_day(events: list[Event]) -> int:
    """The latest day of a history."""
    return max((event["day"] for event in events), default=0)


def unreached(result: Iterable[Note]) -> list[str]:
    """Kinds and causes of notes that were never written."""
    kinds, causes = set(), set()
    for note in result:
        kinds.add(note["kind"])
        causes.add(note["cause"])
    missing = [name for name, number in codes.NOTES.items() if number not in kinds]
    return missing + [name for name, number in codes.CAUSES.items() if number not in causes]


def coverage(outcomes: list[str] | set[str]) -> list[str]:
    """Outcome names that were never reached."""
    seen = set(outcomes)
    return [name for name in codes.OUTCOMES if name not in seen]
