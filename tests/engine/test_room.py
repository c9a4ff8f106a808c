"""The loop asks for room for the most that one event can write; here events that write much."""

from __future__ import annotations

import pytest

from rewardsim.engine.machine import Machine
from rewardsim.programme import parse_programme
from rewardsim.rules.codes import CLOSE, DUPLICATE, ENROL, SAME_PAYLOAD, SHARE
from rewardsim.rules.records import Event

HEAD = """
schema = 1
[programme]
id = "room"
name = "Room"
currency = "EUR"
timezone = "UTC"
token = { name = "point" }
starts = 2017-01-01
[earning.share]
tokens = 5
"""
DRAW = """
[[draws]]
id = "draw-{n}"
opens = 2017-01-01
closes = 2017-02-01
draws_on = 2017-02-01
winners = 1
tokens = 10
entry = {{ kind = "enrol" }}
"""
DAY = 17_170  # 2017-01-04


def machine(text: str, members: int, engine: str = "interpreted", **sizes: int) -> tuple[Machine, list[int]]:
    """A machine and the numbers of notes it hands on."""
    handed: list[int] = []
    built = Machine(
        parse_programme(text).law(), members, 0, engine, lambda entries, count: None,
        note_sink=lambda notes, count: handed.append(count), rank=lambda draw, tickets: [], **sizes,
    )  # fmt: skip
    return built, handed


@pytest.mark.parametrize("others", range(8))
def test_closing_at_once_withdraws_what_enrolling_entered(others: int) -> None:
    """Twenty draws entered and left by one event, wherever the table of notes happens to end."""
    text = HEAD + "".join(DRAW.format(n=n) for n in range(20))
    built, handed = machine(text, others + 1, entries=64, rows=64)
    events = [Event(type=ENROL, member=m, day=DAY, number=m) for m in range(others)]
    events.append(Event(type=CLOSE, member=others, day=DAY, number=others))
    built.run(events, [], [0] * len(events))
    built.finish(DAY)
    assert sum(handed) == 20 * others + 40


def test_an_event_seen_before_has_no_figures_of_its_own() -> None:
    built, _ = machine(HEAD, 1)
    events = [
        Event(type=SHARE, day=DAY),
        Event(type=SHARE, day=DAY, number=1, prior=SAME_PAYLOAD),
    ]
    first, second = built.run(events, [], [0, 0])
    assert (first.desired, first.applied) == (5, 5)
    assert (second.code, second.desired, second.applied) == (DUPLICATE, 0, 0)
