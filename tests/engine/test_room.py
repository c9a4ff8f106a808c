"""The loop asks for room for the most that one event can write; here events that write much."""

from __future__ import annotations

import pytest

from rewardsim.engine import loop, room
from rewardsim.engine.machine import Machine
from rewardsim.programme import parse_programme
from rewardsim.rules.codes import CLOSE, DUPLICATE, ENROL, EXCHANGE, ORDER, SAME_PAYLOAD, SHARE
from rewardsim.rules.records import Book, Event, EventLine, Law

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


SHOP = (
    HEAD
    + """
[earning.purchase]
rate = { tokens = 1, per = "1.00" }
released_on = "purchase"
[[exchange]]
id = "cup"
kind = "code"
tokens = 3
stock = { count = 1000 }
"""
)


@pytest.mark.parametrize(("rows", "entries"), [(16, 64), (40, 64), (64, 100), (100, 512), (4096, 100), (4096, 1 << 14)])
def test_no_look_at_the_tables_is_left_out_that_would_find_no_room(
    rows: int, entries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two busy days: awards fill lots and entries, exchanges requests; every event had the room it was let in with."""
    spared: list[bool] = []

    def watched(law: Law, book: Book, event: Event, row: int, free: int) -> int:
        left = room.left_after(law, book, event, row, free)
        if left >= 0:
            assert room.has_room(law, book, event.member, event.day, event.line_count, row)
            spared.append(0 < left < free)
        return left

    monkeypatch.setattr(loop, "left_after", watched)
    law, members = parse_programme(SHOP).law(), 60
    built = Machine(law, members, 4 * members, "interpreted", lambda found, count: None, entries=entries, rows=rows)
    events = [
        Event(type=kind, member=m, day=DAY + day, amount=900, line_first=order, line_count=1, order=order, item=0)
        for day in range(2)
        for m in range(members)
        for kind, order in ((ORDER, 2 * m + 120 * day), (ORDER, 2 * m + 120 * day + 1), (EXCHANGE, -1), (SHARE, -1))
    ]
    built.run(events, [EventLine(number=1, amount=900) for _ in range(4 * members)], [0] * len(events))
    built.finish(DAY + 2)
    if entries == 1 << 14:
        assert sum(spared) > len(events) // 2
