"""From Arrow to the records the law reads: lines, implicit lines, codes, items."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from engine.made import START, canonical
from rewardsim.engine.batches import as_array, as_objects, codes_of, event_records, item_rows
from rewardsim.engine.prepare import PreparedEvents
from rewardsim.programme.names import Names
from rewardsim.rules.records import NONE, Event, EventLine

NAMES = Names(
    categories={"tea": 2, "cups": 1},
    channels={"web": 1, "shop": 2},
    items={"mug": ((18262, 18300, 4), (18300, 99999, 7)), "cup": ((18400, 18500, 5),)},
    draws={"lot": 3},
    hashtags={"#rewardmi": 1, "#strasse": 2},
)


def line(number: int, amount: int, category: str | None = None, discount: int = 0) -> dict[str, Any]:
    return {"number": number, "category": category, "amount_minor": amount, "discount_minor": discount}


def order(name: str, **more: Any) -> dict[str, Any]:
    return {"event_id": name, "type": "order", "member_id": "m", "occurred_day": START, "order_id": name, **more}


def records(*rows: dict[str, Any]) -> tuple[list[Event], list[EventLine], Any]:
    """The records of rows, in canonical order, as objects."""
    source = PreparedEvents(canonical(rows))
    (batch,) = source.batches()
    events, lines, last = event_records(batch, NAMES)
    source.close()
    return as_objects(events, Event), as_objects(lines, EventLine), last


def test_listed_and_implicit_lines_stand_in_one_row() -> None:
    events, lines, _ = records(
        order("a", amount_minor=500, discount_minor=20, category="tea"),
        order("b", amount_minor=90, discount_minor=5, lines=[line(3, 60, "cups", 5), line(1, 30)]),
        order("c", amount_minor=7),
        order("d", amount_minor=4, lines=[line(9, 4, "tea")], category="cups"),
    )
    assert [(event.line_first, event.line_count) for event in events] == [(0, 1), (1, 2), (3, 1), (4, 1)]
    told = [(one.number, one.category, one.amount, one.discount) for one in lines]
    assert told == [(1, 2, 500, 20), (3, 1, 60, 5), (1, 0, 30, 0), (1, 0, 7, 0), (9, 2, 4, 0)]
    assert all(one.basis == one.weight == one.share == 0 for one in lines)


def test_only_listed_and_only_implicit_lines() -> None:
    _, listed, _ = records(order("a", amount_minor=3, lines=[line(1, 1), line(2, 2)]), order("b", lines=[line(1, 0)]))
    assert [one.amount for one in listed] == [1, 2, 0]
    _, bare, _ = records(order("a", amount_minor=3), order("b", amount_minor=4))
    assert [one.amount for one in bare] == [3, 4]


def test_every_field_of_an_event() -> None:
    row = order("a", amount_minor=9, discount_minor=2, tokens=-3, second=86_399, channel="shop", item="mug")
    row |= {"counterpart_id": "z", "expiry_day": date(2020, 1, 9)}
    (event,), _, last = records(row)
    assert (event.amount, event.discount, event.tokens, event.second) == (9, 2, -3, 86_399)
    assert (event.type, event.day, event.expiry_day) == (6, 18262, 18270)
    assert (event.member, event.counterpart, event.order, event.number) == (0, 1, 0, 0)
    assert (event.channel, event.item, event.prior) == (2, 4, 0)
    assert last.tolist() == [1]


def test_what_is_absent() -> None:
    (event,), _, last = records({"event_id": "a", "type": "share", "member_id": "m", "occurred_day": START})
    assert (event.order, event.item, event.counterpart, event.expiry_day) == (NONE, NONE, NONE, NONE)
    assert event.channel == 0
    assert last.tolist() == [0]


def test_words_the_programme_does_not_name_are_0() -> None:
    words = pa.array(["tea", None, "TEA", "cups", "tea ", ""])
    assert codes_of(words, NAMES.categories).tolist() == [2, 0, 0, 1, 0, 0]
    assert codes_of(words, {}).tolist() == [0] * 6
    assert codes_of(pa.nulls(2, pa.string()), NAMES.categories).tolist() == [0, 0]
    assert codes_of(words.slice(3, 2), NAMES.categories).tolist() == [1, 0]


def test_an_item_is_the_row_of_its_day() -> None:
    ids = pa.array(["mug", "mug", "mug", "cup", "none", None])
    days = np.array([18262, 18299, 18300, 18262, 18262, 18262])
    assert item_rows(ids, days, NAMES).tolist() == [4, 4, 7, 5, NONE, NONE]


def test_a_part_of_a_table_is_read_by_its_own_rows() -> None:
    """Arrow slices keep the parent's buffers; lines must not shift."""
    rows = [order(f"o{n}", amount_minor=n, lines=[line(1, n)] if n % 2 else None) for n in range(9)]
    rows = [row | {"occurred_day": START + timedelta(days=n)} for n, row in enumerate(rows)]
    source = PreparedEvents(canonical(rows))
    whole = next(iter(source.batches()))
    for first in range(8):
        events, lines, _ = event_records(whole.slice(first, 2), NAMES)
        assert events["amount"].tolist() == [first, first + 1]
        assert lines["amount"].tolist() == [first, first + 1]
        assert events["line_first"].tolist() == [0, 1]
    source.close()


def test_objects_and_arrays_are_the_same_records() -> None:
    events, lines, _ = records(order("a", amount_minor=5, lines=[line(2, 5, "tea")]))
    assert as_objects(as_array(events, Event), Event) == events
    assert as_objects(as_array(lines, EventLine), EventLine) == lines
    assert as_array([], Event).dtype == as_array(events, Event).dtype


def entry(name: str, post: dict[str, Any] | None, item: str | None = "lot") -> dict[str, Any]:
    more = {"type": "draw_entry", "member_id": "m", "occurred_day": START, "item": item, "post": post}
    return {"event_id": name, **more}


def test_a_post_is_read_without_regard_to_case() -> None:
    said = [("#RewardMi", 5, True), ("rewardmi", 0, False), ("#STRASSE", 1, True), ("#straße", 1, True)]
    said += [("#other", 9, True), (None, 1000, True), ("#", 1, True)]
    posts = [dict(zip(("hashtag", "tags", "public"), one, strict=True)) for one in said]
    events, _, _ = records(*(entry(f"e{n}", post) for n, post in enumerate([*posts, None])))
    assert [event.hashtag for event in events] == [1, 1, 2, 2, 0, 0, 0, 0]
    assert [event.tags for event in events] == [5, 0, 1, 1, 9, 1000, 1, 0]
    assert [event.public for event in events] == [1, 0, 1, 1, 1, 1, 1, 0]


def test_the_item_of_a_draw_entry_is_a_draw() -> None:
    rows = [entry("a", None), entry("b", None, "mug"), entry("c", None, "none"), entry("d", None, None)]
    exchange = {"event_id": "e", "type": "exchange", "member_id": "m", "occurred_day": START}
    events, _, _ = records(*rows, {**exchange, "item": "mug"}, {**exchange, "event_id": "f", "item": "lot"})
    told = {(event.type, event.number): event.item for event in events}
    assert [told[key] for key in sorted(told)] == [4, NONE, 3, NONE, NONE, NONE]


def test_a_birthday_is_a_day_number() -> None:
    days = [None, date(1970, 1, 1), date(1990, 5, 17), date(1969, 12, 30), date(1900, 1, 1), date(1969, 12, 31)]
    enrol = {"type": "enrol", "occurred_day": START}
    rows = [{**enrol, "event_id": f"e{n}", "member_id": f"m{n}", "birthday": day} for n, day in enumerate(days)]
    events, _, _ = records(*rows)
    assert [event.birthday for event in events[:5]] == [NONE, 0, 7441, -2, -25567]
    # Day -1 would read as NONE: the same month and day a year before.
    moved = date(1970, 1, 1) + timedelta(days=events[5].birthday)
    assert (moved.year, moved.month, moved.day) == (1968, 12, 31)


def test_events_without_birthday_and_post_have_nothing_there() -> None:
    (event,), _, _ = records(order("a", amount_minor=5))
    assert (event.birthday, event.hashtag, event.tags, event.public) == (NONE, 0, 0, 0)


def test_many_items_on_many_days_are_looked_up_as_one_by_one() -> None:
    rng = np.random.default_rng(7)
    words = ["mug", "cup", "none", None]
    ids = [words[n] for n in rng.integers(0, 4, 500)]
    days = rng.integers(-40_000, 40_000, 500)
    expected = [NAMES.item(name, int(day)) for name, day in zip(ids, days, strict=True)]
    assert item_rows(pa.array(ids), days, NAMES).tolist() == expected
    assert item_rows(pa.array(ids).slice(100, 50), days[100:150], NAMES).tolist() == expected[100:150]
    assert item_rows(pa.array([], pa.string()), days[:0], NAMES).tolist() == []
