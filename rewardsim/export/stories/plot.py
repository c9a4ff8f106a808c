"""A story being written: every event is told to a scorer at once, and its answer is what will be expected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rewardsim.export.stories.world import World
from rewardsim.rules.counters import used
from rewardsim.rules.records import NONE
from rewardsim.scoring.reply import day_text
from rewardsim.scoring.vectors import Step, Teller

LAST_EDGE = 47_000  # days an event may name end at 2199-12-31, 83 years later


class Plot:
    """One story. ``brief``, or a world that is, keeps of replies how it went and the member's chain only."""

    def __init__(
        self, world: World, name: str, day: int, pools: Iterable[tuple[int, int, int]] = (), brief: bool = False
    ) -> None:
        self.world, self.day, self.second = world, day, 0
        self.brief = brief or world.brief
        self._events = self._orders = 0
        self._teller = Teller(world.law, world.names)
        self.steps: list[Step] = []
        head: Step = {"story": name}
        listed = [list(row) for row in pools]
        if listed:
            head["pools"] = listed
        self._keep(head)

    def _keep(self, step: Step) -> Step:
        told = self._teller.tell(step)
        self.steps.append({**step, **told})
        return told

    def at(self, day: int) -> Plot:
        """Go on at a day."""
        if day != self.day:
            self.day, self.second = min(day, LAST_EDGE), 0
        return self

    def tell(self, kind: str, member: str = "a", **said: Any) -> dict[str, Any]:
        """Let something happen; return the reply."""
        self._events += 1
        self.second = min(self.second + 1, 86_399)
        event: dict[str, Any] = {
            "event_id": f"e{self._events}", "type": kind, "member_id": member, "occurred_day": day_text(self.day),
            "second": self.second, "amount_minor": 0, "discount_minor": 0, "tokens": 0,
        }  # fmt: skip
        event |= {name: value for name, value in said.items() if value is not None}
        return self.send(event)

    def send(self, event: dict[str, Any]) -> dict[str, Any]:
        """Send an event as it stands."""
        step: Step = {"event": event}
        if self.brief:
            step["status"] = ""
        told = self._keep(step)
        reply: dict[str, Any] = told.get("reply", told)
        return reply

    def again(self, back: int = 1, **changed: Any) -> dict[str, Any]:
        """Send an earlier event once more, as it was or changed."""
        events = [step["event"] for step in self.steps if "event" in step]
        return self.send({**events[-back], **changed})

    def enrol(self, *members: str, **said: Any) -> Plot:
        """Enrol members."""
        for member in members or ("a",):
            self.tell("enrol", member, **said)
        return self

    def available(self, member: str = "a") -> int:
        """Let time pass for a member; return what he may spend."""
        self.tell("adjust", member)
        store = self._teller.store
        row = store.find(member)
        return store.book.members[row].available if row != NONE else 0

    @property
    def applied(self) -> int:
        """Tokens that the last event moved, or asked of a budget."""
        head = self._teller.store.book.head[0]
        return head.applied + head.proposed

    def used(self, member: str, counter: int, period: int) -> int:
        """Return what a member has used of a limit in today's period."""
        book, row = self._teller.store.book, self._teller.store.find(member)
        return used(book, self.world.terms_at(self.day), row, counter, period, self.day) if row != NONE else 0

    def tier(self, member: str) -> int:
        """Return the place of a member's tier, NONE without."""
        book, row = self._teller.store.book, self._teller.store.find(member)
        return book.standings[row].tier if book.standings and row != NONE else NONE

    def look(self, *members: str) -> Plot:
        """Let time pass for members, and see what they have."""
        for member in members or ("a",):
            self.tell("adjust", member)
        return self

    def order(self, amount: int, member: str = "a", **said: Any) -> str:
        """Place an order that earns, unless ``said`` has it otherwise; return its id."""
        self._orders += 1
        terms = self.world.terms_at(self.day)
        name = said.pop("order_id", f"o{self._orders}")
        said = {"channel": self.world.channel(terms), "category": self.world.category(terms), **said}
        self.tell("order", member, order_id=name, amount_minor=max(0, amount), **said)
        return str(name)

    def buy(self, amount: int, member: str = "a", **said: Any) -> str:
        """Place an order and have it delivered."""
        name = self.order(amount, member, **said)
        self.tell("deliver", member, order_id=name)
        return name

    def fund(self, tokens: int, member: str = "a") -> Plot:
        """Give a member tokens by hand."""
        if tokens > 0:
            self.tell("adjust", member, tokens=tokens)
        return self

    def settle(self, day: int, secrets: dict[str, bytes] | None = None) -> Plot:
        """Settle the days before a day."""
        step: Step = {"settle": day_text(day)}
        if secrets:
            step["secrets"] = {name: secret.hex() for name, secret in secrets.items()}
        self._keep(step)
        return self

    def end(self, day: int | None = None) -> Plot:
        """Carry everybody on to a day and close the story."""
        self._keep({"end": day_text(min(self.day if day is None else day, LAST_EDGE))})
        return self
