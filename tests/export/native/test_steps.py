"""Many events a call are applied step by step within the library; nobody can tell from outside."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from export.native.stories import assert_same, native
from export.native.test_bad_input import HUGE, status_of
from export.native.test_memory import MANY, Memory
from rewardsim.export.native import library as lib
from rewardsim.export.native.library import Library, NativeBook
from rewardsim.export.native.terms import terms_bytes
from rewardsim.export.native.vectors import Story, tell
from rewardsim.rules.codes import ORDER

STEP = 128  # as in events.c
SAME_PAYLOAD = 1


def called(book: NativeBook, events: Any, lines: Any) -> tuple[int, Any, lib.Reply]:
    """Status, outcomes and reply of one call."""
    outcomes, reply = np.zeros(len(events), lib.OUTCOME), lib.Reply()
    status = book.c.rs_apply_many(
        book.book, lib.Address(events.ctypes.data), lib.Number(len(events)), lib.Address(lines.ctypes.data),
        lib.Number(len(lines)), lib.Address(outcomes.ctypes.data), ctypes.byref(reply),
    )  # fmt: skip
    return status, outcomes, reply


def in_pieces(book: NativeBook, story: Story) -> tuple[list[int], list[int], list[Any], list[Any]]:
    """All events in one call, which is repeated with what is left; statuses, steps taken, outcomes and entries."""
    at, statuses, steps, outcomes, entries = 0, [], [], [], []
    while at < len(story.events):
        status, found, reply = called(book, story.events[at:], story.lines)
        statuses.append(status)
        steps.append(reply.applied)
        outcomes.append(found[: reply.applied])
        assert (found[reply.applied :]["code"] == 0).all()
        if status == lib.OK:
            entries.append(
                np.frombuffer(ctypes.string_at(reply.entries, reply.entry_count * lib.ENTRY.itemsize), lib.ENTRY)
            )
        else:
            assert (reply.entry_count, reply.entries) == (0, None)
        at += reply.applied
    return statuses, steps, outcomes, entries


def with_duplicates(story: Story, at: int, count: int) -> Story:
    """A story in which an event comes again and again, which changes nothing."""
    again = np.repeat(story.events[at : at + 1], count)
    again["prior"] = SAME_PAYLOAD
    parts = story.events[: at + 1], again, story.events[at + 1 :]
    return replace(story, events=np.concatenate(parts), last=np.insert(story.last, at + 1, np.zeros(count, np.int64)))


@pytest.mark.parametrize("batch", [1, 2, STEP // 2, STEP - 1, STEP, STEP + 1, 2 * STEP + 1, 4096])
def test_however_many_a_call(batch: int, library: Library, busy: Story) -> None:
    assert_same(native(library, busy, batch, forget=batch % 2 == 1), tell(busy, "compiled"))


def test_no_events_are_no_error(book: NativeBook, phases: Story) -> None:
    before = book.save()
    status, _, reply = called(book, phases.events[:0], phases.lines)
    assert (status, reply.applied, reply.entry_count) == (lib.OK, 0, 0)
    assert book.save() == before


@pytest.mark.parametrize("bad", [0, STEP - 1, STEP, 3 * STEP + 5, -1])
@pytest.mark.parametrize("field", ["member", "type", "line_first", "line"])
def test_a_bad_event_in_a_later_step_leaves_no_effect(bad: int, field: str, library: Library, busy: Story) -> None:
    book = NativeBook(library, terms_bytes(busy.law), busy.ids, busy.orders)
    events, lines, before = busy.events.copy(), busy.lines.copy(), book.save()
    if field == "line":
        lines = np.append(lines, np.zeros(1, lib.LINE))
        lines["category"][-1] = -1
        events["line_first"][bad], events["line_count"][bad] = len(lines) - 1, 1
    else:
        events[field][bad] = HUGE
    status, outcomes, reply = called(book, events, lines)
    assert (status, reply.applied, reply.entry_count) == (lib.INVALID, 0, 0)
    assert not outcomes["code"].any()
    assert book.save() == before
    book.close()


@pytest.mark.parametrize("nth", [2, 3, 5])
def test_memory_refused_within_a_batch_loses_nothing(nth: int, library: Library, busy: Story) -> None:
    """What was applied is said; what it wrote is handed out by the call that goes on."""
    expected, memory = tell(busy, "compiled"), Memory()
    memory.spare = MANY
    book = NativeBook(library, terms_bytes(busy.law), busy.ids, busy.orders, reallocate=memory.call)
    memory.nth, memory.spare = nth, -1
    statuses, steps, outcomes, entries = in_pieces(book, busy)
    assert set(statuses) == {lib.OK, lib.NO_MEMORY}
    assert any(0 < applied < len(busy.events) for applied in steps)
    memory.spare = MANY
    assert np.concatenate(outcomes).tolist() == expected.outcomes.tolist()
    last, _ = book.finish(busy.until)
    assert np.concatenate([*entries, last]).tolist() == expected.entries.tolist()
    assert book.digest() == expected.digest
    book.close()
    assert memory.held == 0


def test_a_draw_that_waits_in_a_later_step(library: Library, phases: Story) -> None:
    """The call says how far it came; repeated with the rest, it hands out what both of them wrote."""
    story = with_duplicates(phases, 0, 3 * STEP)
    expected, refusals = tell(story), iter([True])

    def later(draw: int, tickets: list[tuple[int, int]]) -> list[int]:
        if next(refusals, False):
            raise LookupError
        return story.rank(draw, tickets)

    book = NativeBook(library, terms_bytes(story.law), story.ids, story.orders, rank=later)
    statuses, steps, outcomes, entries = in_pieces(book, story)
    assert statuses == [lib.UNRANKED, lib.OK]
    assert 3 * STEP < steps[0] < len(story.events)
    assert np.concatenate(outcomes).tolist() == expected.outcomes.tolist()
    last, _ = book.finish(story.until)
    assert np.concatenate([*entries, last]).tolist() == expected.entries.tolist()
    assert book.digest() == expected.digest
    book.close()


@pytest.mark.parametrize("longest", [2 * STEP - 1, 2 * STEP, 2 * STEP + 1, 1_000])
def test_events_with_more_lines_than_a_step_expects(longest: int, library: Library, busy: Story) -> None:
    events, lines = busy.events.copy(), np.zeros(longest, lib.LINE)
    lines["number"], lines["amount"] = np.arange(1, longest + 1), 10
    orders = np.flatnonzero(busy.events["line_count"] > 1)[[0, 1, 50, 51, 200]]
    events["line_first"][orders], events["line_count"][orders] = len(busy.lines), longest
    story = replace(busy, events=events, lines=np.concatenate([busy.lines, lines]))
    assert_same(native(library, story), tell(story, "compiled"))
    assert_same(native(library, story, 3), tell(story, "compiled"))


def test_a_book_whose_orders_are_forgotten_does_not_grow(book: NativeBook, phases: Story) -> None:
    """Rows that come free are used again; nothing else is enlarged for it, however often."""
    events, sizes, calls = np.repeat(phases.events[:1], 100), [], 200
    book.add_orders(calls * len(events))
    events["type"], events["line_count"] = ORDER, 0
    for call in range(calls):
        events["order"] = phases.orders + call * len(events) + np.arange(len(events))
        book.apply(events, phases.lines)
        book.forget(events["order"])
        sizes.append(len(book.save()))
    assert len(set(sizes[20:])) == 1


def test_a_book_without_members_takes_nobody(library: Library, phases: Story) -> None:
    """No number is a member's: neither the first nor the last there could be."""
    book = NativeBook(library, terms_bytes(phases.law), [], phases.orders)
    event = phases.events[:1].copy()
    for member in (0, 1, -1, (1 << 63) - 1, -(1 << 63)):
        event["member"] = member
        assert "member" in [fault[0] for fault in book.faults(event, phases.lines[:0])]
        assert status_of(book.apply, event, phases.lines) == lib.INVALID
    book.close()
