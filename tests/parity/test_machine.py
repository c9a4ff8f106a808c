"""A state machine: engine and oracle side by side, checked after each event."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from oracle import Oracle
from oracle.generate import random_law
from oracle.histories import Storyteller, again
from oracle.stepper import Stepper
from oracle.world import Entry, Event

from parity.checks import check_all, check_debt, check_notes, plain
from rewardsim.rules import codes
from rewardsim.rules.records import Law

MEMBERS = 3


class SideBySide(RuleBasedStateMachine):
    """One programme, one book and one oracle; any event, any time."""

    law: Law
    oracle: Oracle
    engine: Stepper
    teller: Storyteller

    @initialize(seed=st.integers(0, 2**32), social=st.booleans())
    def start(self, seed: int, social: bool) -> None:
        """Draw a programme and open both ledgers."""
        rng = Random(seed)
        self.law = random_law(rng, social)
        self.oracle = Oracle(self.law)
        self.engine = Stepper(self.law, MEMBERS)
        self.teller = Storyteller(rng, self.law, MEMBERS, 0.2, social)
        self.told: list[Event] = []
        self.entries: list[Entry] = []

    def tell(self, event: Event) -> str:
        """Let both handle the event and compare."""
        event["number"] = len(self.told)
        self.told.append(event)
        before = self.oracle.balances()
        mine = self.oracle.apply(event)
        theirs = self.engine.apply(event)
        assert mine == theirs, event
        self.entries += theirs[1]
        assert self.engine.notes == self.oracle.world.notes
        if event["prior"] != codes.NEW:
            assert theirs[1] == []
            assert self.oracle.balances() == before
        return theirs[0]

    @rule(count=st.integers(1, 12))
    def events(self, count: int) -> None:
        """A few events, whatever they are."""
        for _ in range(count):
            self.tell(self.teller.tell())

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        """Time passes before the next event."""
        self.teller.day += days
        self.teller.second = 0

    @rule(back=st.integers(1, 10))
    def late(self, back: int) -> None:
        """An event that happened days ago arrives now."""
        event = self.teller.tell()
        event["day"] -= back
        self.tell(event)

    @precondition(lambda self: self.told)
    @rule(seed=st.integers(0, 1000))
    def repeat(self, seed: int) -> None:
        """An event id comes again: seen before or in conflict, whatever became of the first."""
        rng = Random(seed)
        event = again(rng, rng.choice(self.told))
        outcome = self.tell(event)
        assert outcome == ("duplicate" if event["prior"] == codes.SAME_PAYLOAD else "conflict")

    @precondition(lambda self: self.told)
    @rule(member=st.integers(0, MEMBERS - 1))
    def return_everything(self, member: int) -> None:
        """The latest order of the generator comes back whole."""
        if not self.teller.orders:
            return
        event = self.teller.tell()
        order = self.teller.orders[-1]
        lines = [dict(line) for line in order["lines"]]
        event.update(
            type="return",
            order=order["name"],
            member=order["member"],
            tokens=0,
            discount=0,
            lines=lines,
            amount=sum(line["amount"] for line in lines),
        )
        self.tell(event)

    @invariant()
    def books_agree(self) -> None:
        """Balances are equal, and every bound holds."""
        if not hasattr(self, "engine"):
            return
        found = self.engine.balances()
        assert found == self.oracle.balances()
        check_all(self.law, self.told, self.entries, found)
        check_debt(self.law, found)
        check_notes(self.engine.notes)

    def teardown(self) -> None:
        """Time passes to the end: the last settlement, draws, reviews, releases and expiries."""
        if not hasattr(self, "engine") or not self.told:
            return
        until = max(event["day"] for event in self.told) + 700
        assert plain(self.oracle.finish(until)) == plain(self.engine.finish(until))
        assert self.engine.balances() == self.oracle.balances()
        assert self.engine.notes == self.oracle.world.notes
        assert self.engine.facts() == self.oracle.facts(until)


SideBySide.TestCase.settings = settings(
    deadline=None,
    derandomize=True,
    print_blob=True,
    max_examples=120,
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestSideBySide = SideBySide.TestCase
