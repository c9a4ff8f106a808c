"""What a service asks of a member's tier: express deliveries left, head start in sales."""

from __future__ import annotations

from datetime import date

import pytest

from rewardsim.engine.machine import Machine
from rewardsim.programme import load_programme
from rewardsim.rules import early_minutes, express_left
from rewardsim.rules.codes import DELIVER, ORDER
from rewardsim.rules.records import NONE, Event, EventLine

EPOCH = date(1970, 1, 1)


def day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


@pytest.fixture
def machine() -> Machine:
    """One member of Reward Mi who spends 40,000 INR on 2017-11-02, delivered on the 5th."""
    law = load_programme("data/programmes/reward-mi.toml").without("draws").law()
    machine = Machine(law, 1, 1, "interpreted", lambda entries, count: None)
    events = [
        Event(type=ORDER, day=day("2017-11-02"), amount=40_000_00, order=0, line_count=1),
        Event(type=DELIVER, day=day("2017-11-05"), order=0, number=1),
    ]
    machine.run(events, [EventLine(number=1, amount=40_000_00)], [0, 1])
    return machine


def test_gold_has_an_hour_and_four_express_deliveries_a_month(machine: Machine) -> None:
    law, book, terms = machine.law, machine.book, machine.law.terms[-1]
    assert book.standings[0].tier == 2
    assert early_minutes(law, terms, book, 0, day("2017-11-05")) == 60
    assert express_left(law, terms, book, 0, day("2017-11-05")) == 3
    assert express_left(law, terms, book, 0, day("2017-12-01")) == 4


def test_nothing_before_the_tiers_and_no_end_for_diamonds(machine: Machine) -> None:
    law, book, terms = machine.law, machine.book, machine.law.terms[-1]
    assert early_minutes(law, terms, book, 0, day("2017-10-31")) == 0
    assert express_left(law, terms, book, 0, day("2017-10-31")) == 0
    book.standings[0].tier = 3
    assert express_left(law, terms, book, 0, day("2017-11-05")) == NONE
    assert early_minutes(law, terms, book, 0, day("2017-11-05")) == 240
    book.standings[0].tier = NONE
    assert early_minutes(law, terms, book, 0, day("2017-11-05")) == 0
