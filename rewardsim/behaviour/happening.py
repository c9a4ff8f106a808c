"""The event that is proposed: one row of scratch paper, filled afresh each time."""

from __future__ import annotations

from rewardsim.rules.codes import NEW
from rewardsim.rules.records import NONE, Event

from .records import World


def new_event(world: World, m: int, kind: int, day: int, second: int) -> Event:
    """Return the event row with everything but who, what and when as it is where nothing is said."""
    event = world.events[0]
    event.type = kind
    event.member = m
    event.day = day
    event.second = second
    event.prior = NEW
    event.amount = 0
    event.discount = 0
    event.tokens = 0
    event.order = NONE
    event.channel = 0
    event.item = NONE
    event.counterpart = NONE
    event.expiry_day = NONE
    event.line_first = 0
    event.line_count = 1
    event.birthday = NONE
    event.hashtag = 0
    event.tags = 0
    event.public = 0
    line = world.lines[0]
    line.number = 1
    line.category = 0
    line.amount = 0
    line.discount = 0
    return event


def add_line(world: World, category: int, amount: int, discount: int) -> None:
    """Say what the event's one line holds."""
    line = world.lines[0]
    line.category = category
    line.amount = amount
    line.discount = discount
