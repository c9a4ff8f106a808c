"""Draws, worked by hand. The ranking is by member, best first, unless said."""

from __future__ import annotations

from typing import Any

import pytest

from oracle import run
from oracle.engines import ENGINES
from oracle.ledger import Result
from oracle.small import START, history, journal, moves, on, programme
from oracle.stepper import replayed
from oracle.world import Event
from rewardsim.rules import codes

every_engine = pytest.mark.parametrize("engine", ENGINES)
DRAW = {"opens_day": 2, "closes_day": 10, "draws_day": 12, "winners": 2, "tokens": 50}


def by_member(draw: int, tickets: list[tuple[int, int]]) -> list[int]:
    """The lowest member first, his latest ticket."""
    best = {member: k for k, (member, _) in sorted(enumerate(tickets), key=lambda pair: pair[1])}
    return [best[member] for member in sorted(best)]


def told(engine: str, *events: Event, until: int = 90, **draw: Any) -> Result:
    """What becomes of a few events under the usual draw with changes."""
    law = programme(draws=[{**DRAW, **draw}], earn_on=0)
    rows = history(*events)
    if engine == "oracle":
        return run(law, rows, START + until, by_member)
    return replayed(law, rows, START + until, engine, rank=by_member)


def post(day: int, member: int, **more: int) -> Event:
    """A post that enters by all rules."""
    return on(day, "draw_entry", member, **{"item": 0, "public": 1, "tags": 5, "hashtag": 1, **more})


@every_engine
def test_won_on_the_day_after_the_draw(engine: str) -> None:
    """Two of three win; the third does not; entries name the tickets' events."""
    found = told(engine, post(2, 2), post(9, 1), post(5, 0), on(40, "share", 2))
    assert found.outcomes == ["applied", "applied", "applied", "rule_off"]
    assert journal(found) == [
        "2 m2 draw_entered 0>1",
        "9 m1 draw_entered 0>1",
        "5 m0 draw_entered 0>1",
        "13 m0 draw_won 0>0 50",
        "13 m1 draw_won 0>1 50",
    ]
    assert moves(found) == ["13 m0 ISSUE>AVAILABLE 50 4000", "13 m1 ISSUE>AVAILABLE 50 4000"]
    assert [entry["event"] for entry in found.entries] == [2, 1]


@every_engine
def test_why_a_post_does_not_enter(engine: str) -> None:
    """In order of precedence, one after the other."""
    rules = {"public": 1, "hashtag": 1, "tags_min": 5}
    found = told(
        engine,
        post(1, 0, item=-1),
        post(1, 0),
        post(2, 0, public=0, hashtag=2, tags=0),
        post(2, 0, hashtag=2, tags=0),
        post(2, 0, tags=4),
        post(2, 0),
        post(3, 0),
        post(10, 0),
        **rules,
    )
    assert found.outcomes == [
        "unknown_draw",
        "draw_not_open",
        "post_not_public",
        "wrong_hashtag",
        "too_few_tags",
        "applied",
        "limit_reached",
        "draw_closed",
    ]
    assert told(engine, post(2, 0), entry=codes.BY_PURCHASE).outcomes == ["not_by_post"]


@every_engine
def test_a_late_post_must_arrive_before_the_close(engine: str) -> None:
    """Posted in time, arrived after: too late; arrived before: counts."""
    assert told(engine, on(10, "share", 0), post(9, 0)).outcomes[1] == "draw_closed"
    assert told(engine, on(9, "share", 0), post(8, 0)).outcomes[1] == "applied"


@every_engine
def test_tickets_by_purchase_come_and_go(engine: str) -> None:
    """At most two; a full return or a cancellation before the close withdraws, after it does not."""
    found = told(
        engine,
        *(on(3, "order", 0, order=f"o{k}", amount=10, second=k) for k in range(3)),
        on(4, "return", 0, order="o1", amount=10),
        on(5, "order", 0, order="o3", amount=10),
        on(6, "cancel", 0, order="o3"),
        on(10, "return", 0, order="o0", amount=10),
        entry=codes.BY_PURCHASE,
        entries_max=2,
    )
    assert journal(found) == [
        "3 m0 draw_entered 0>1 o0",
        "3 m0 draw_entered 0>2 o1",
        "4 m0 draw_entry_withdrawn 0>2 o1",
        "5 m0 draw_entered 0>2 o3",
        "6 m0 draw_entry_withdrawn 0>2 o3",
        "13 m0 draw_won 0>0 50",
    ]


@every_engine
def test_by_enrolment_and_closing(engine: str) -> None:
    """Who leaves before the close is out; who leaves after it lets the prize lapse, and nobody moves up."""
    found = told(
        engine,
        *(on(2, "enrol", k) for k in range(4)),
        on(5, "close", 0),
        on(11, "close", 1),
        entry=codes.BY_ENROL,
    )
    assert journal(found)[4:] == ["5 m0 draw_entry_withdrawn 0>1", "13 m1 prize_lapsed 0>0", "13 m2 draw_won 0>1 50"]


@every_engine
def test_held_at_the_runs_end_only_if_its_day_is_over(engine: str) -> None:
    """The day itself must end."""
    assert told(engine, post(2, 0), until=12).entries == []
    assert len(told(engine, post(2, 0), until=13).entries) == 1
