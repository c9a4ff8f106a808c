"""Nonsense is refused before it reaches the rules, and named; nothing changes."""

from __future__ import annotations

import ctypes
import hashlib
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.native.stories import assert_same, native
from export.native.test_parity import conform
from rewardsim.export.native import library as lib
from rewardsim.export.native.build import write_terms
from rewardsim.export.native.library import Library, NativeBook, NativeStatus
from rewardsim.export.native.terms import terms_bytes
from rewardsim.export.native.vectors import Story, tell, vector_bytes

HUGE = 1 << 40
BAD_FIELDS = [
    ("type", -1), ("type", 14), ("member", -1), ("member", HUGE), ("day", 10_000_000), ("day", -(1 << 62)),
    ("second", -1), ("second", 86_400), ("prior", 3), ("number", -1), ("order", -2), ("order", HUGE), ("channel", -1),
    ("channel", 3), ("item", -2), ("item", 3), ("counterpart", -2), ("counterpart", HUGE), ("expiry_day", HUGE),
    ("birthday", HUGE), ("tokens", -(1 << 63)), ("amount", -(1 << 63)), ("public", 2), ("tags", -1),
]  # fmt: skip
BAD_LINES = [("category", -1), ("category", 2), ("amount", -1), ("amount", 1 << 61), ("discount", -5)]
FLIPPED = [
    ("welcome_tokens", 1), ("share_tokens", 1), ("expiry_dom", -1), ("referrer_tokens", 1), ("orders_max", -1),
    ("referral_delay", 1), ("grace_days", 1), ("redeem_value_num", 1),
]  # fmt: skip


def status_of(call: Any, *arguments: Any) -> int:
    """The status a refused call answers."""
    with pytest.raises(NativeStatus) as refused:
        call(*arguments)
    return refused.value.status


def an_exchange(phases: Story) -> tuple[Any, Any]:
    """An event that reads every index, and its line."""
    event = np.zeros(1, lib.EVENT)
    event[0] = phases.events[0]
    event["type"], event["line_first"], event["line_count"] = 10, 0, 1
    event["item"], event["order"], event["counterpart"] = 0, 0, 1
    line = np.zeros(1, lib.LINE)
    line["number"] = 1
    return event, line


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
def test_an_index_out_of_range_is_named(field: str, value: int, book: NativeBook, phases: Story) -> None:
    event, line = an_exchange(phases)
    assert book.faults(event, line) == []
    event[field] = value
    before = book.save()
    (fault,) = book.faults(event, line)
    assert fault[:3] == (field, -1, value)
    assert not fault[3] <= value <= fault[4]
    assert status_of(book.apply, event, line) == lib.INVALID
    assert book.save() == before


@pytest.mark.parametrize(("field", "value"), BAD_LINES)
def test_a_bad_line_is_named(field: str, value: int, book: NativeBook, phases: Story) -> None:
    event, line = an_exchange(phases)
    line[field] = value
    (fault,) = book.faults(event, line)
    assert fault[:3] == (field, 0, value)
    assert status_of(book.apply, event, line) == lib.INVALID


def test_all_faults_are_told_together(book: NativeBook, phases: Story) -> None:
    event, line = an_exchange(phases)
    event["member"], event["day"], event["channel"], line["category"] = -7, HUGE, 99, 5
    assert [fault[0] for fault in book.faults(event, line)] == ["member", "day", "channel", "category"]
    assert [fault[0] for fault in book.faults(event, line, room=1)] == ["member"]


def test_one_bad_event_keeps_all_from_being_applied(book: NativeBook, phases: Story) -> None:
    events = phases.events[:50].copy()
    events["member"][49] = HUGE
    before = book.save()
    assert status_of(book.apply, events, phases.lines) == lib.INVALID
    assert book.save() == before


@pytest.mark.parametrize(("first", "count"), [(-1, 1), (HUGE, 1), (0, HUGE), (1 << 62, 1 << 62), (0, -1)])
def test_lines_out_of_range_are_refused(first: int, count: int, book: NativeBook, phases: Story) -> None:
    event, line = an_exchange(phases)
    event["line_first"], event["line_count"] = first, count
    assert status_of(book.apply, event, line) == lib.INVALID


def test_random_numbers_never_reach_the_rules(book: NativeBook, phases: Story) -> None:
    """A thousand events of random words, some of them in range."""
    random = np.random.default_rng(5)
    for _ in range(1_000):
        event, line = an_exchange(phases)
        for field in random.choice(lib.EVENT.names, 3):
            event[field] = random.integers(-(1 << 63), (1 << 63) - 1) >> random.integers(0, 64)
        event["line_first"], event["line_count"] = 0, 1
        try:
            book.apply(event, line)
        except NativeStatus as refused:
            assert refused.status == lib.INVALID
        else:
            assert book.faults(event, line) == []


def test_null_pointers(book: NativeBook) -> None:
    c, null, here = book.c, None, ctypes.byref(ctypes.c_void_p())
    reply = ctypes.byref(lib.Reply())
    layout = ctypes.c_uint64(0)
    answers = [
        c.rs_terms_open(layout, null, here), c.rs_terms_read(layout, null, ctypes.c_size_t(8), here),
        c.rs_book_new(null, null, here), c.rs_book_new(book.terms, null, null), c.rs_apply(null, null, null, 0, reply),
        c.rs_apply(book.book, null, null, 0, reply), c.rs_apply_many(book.book, null, 1, null, 0, null, reply),
        c.rs_apply_many(book.book, null, 0, null, 0, null, null), c.rs_settle(book.book, 0, null),
        c.rs_settle(null, 0, reply), c.rs_account_of(book.book, 0, null), c.rs_digest(null, null),
        c.rs_save(book.book, null, null), c.rs_save_file(book.book, null), c.rs_restore(null, null, null, 0, here),
        c.rs_restore_file(book.terms, null, null, here), c.rs_add_orders(null, 1, null), c.rs_forget_order(null, 0),
    ]  # fmt: skip
    assert set(answers) == {lib.NULL}
    c.rs_book_free(null)
    c.rs_terms_free(null)
    assert c.rs_members(null) == c.rs_orders(null) == 0
    assert c.rs_terms_hash(null) == b""


def test_days_and_numbers_out_of_range(book: NativeBook) -> None:
    assert status_of(book.settle, 10_000_000) == lib.INVALID
    assert status_of(book.finish, -(1 << 62)) == lib.INVALID
    assert status_of(book.account, 1 << 40) == lib.INVALID
    assert status_of(book.add_orders, -1) == lib.INVALID
    assert status_of(book.add_orders, 1 << 60) == lib.INVALID
    assert status_of(book.add_members, 3) == lib.NO_IDS


def signed(content: bytes) -> bytes:
    """Changed terms with a checksum that fits."""
    return content[:-32] + hashlib.sha256(content[:-32]).digest()


def test_damaged_terms(library: Library, phases: Story) -> None:
    whole = terms_bytes(phases.law)
    for size in range(0, len(whole), 24):
        assert status_of(library.terms, whole[:size]) == lib.NOT_TERMS
        changed = whole[:size] + bytes([whole[size] ^ 4]) + whole[size + 1 :]
        assert status_of(library.terms, changed) == lib.NOT_TERMS
    assert status_of(library.terms, whole + bytes(8)) == lib.NOT_TERMS
    assert status_of(library.terms, signed(whole[:-40] + bytes(32))) == lib.NOT_TERMS


def test_terms_of_another_layout_or_other_rules(library: Library, phases: Story) -> None:
    whole = terms_bytes(phases.law)
    assert status_of(library.terms, whole, 1) == lib.LAYOUT_DIFFERS
    assert status_of(library.terms, signed(whole[:8] + struct.pack("<Q", 1) + whole[16:])) == lib.LAYOUT_DIFFERS
    assert status_of(library.terms, signed(whole[:16] + bytes(32) + whole[48:])) == lib.RULES_DIFFER


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("terms", {"band_first": 9}), ("terms", {"band_count": -1}), ("terms", {"channel_set": 2}),
        ("terms", {"factor_row": 1}), ("terms", {"level_first": 1 << 62}), ("terms", {"counter_width": 0}),
        ("terms", {"category_width": 0}), ("terms", {"referral_counter": 6}), ("campaigns", {"pool": 2}),
        ("campaigns", {"category_set": -1}), ("items", {"pool": 7}), ("items", {"counter": 6}),
        ("draws", {"prize_count": 2}),
    ],
)  # fmt: skip
def test_terms_whose_rows_lead_nowhere(table: str, changes: dict[str, int], library: Library, phases: Story) -> None:
    first, *rest = getattr(phases.law, table)
    law = phases.law._replace(**{table: [replace(first, **changes), *rest]})
    assert status_of(library.terms, terms_bytes(law)) == lib.NOT_TERMS


def test_rules_that_break_off_spoil_the_book_and_nothing_else(library: Library, busy: Story) -> None:
    """Terms no programme lowers to: a division by zero."""
    bands = [replace(band, per=0, denominator=0) for band in busy.law.bands]
    story = replace(busy, law=busy.law._replace(bands=bands))
    book = NativeBook(library, terms_bytes(story.law), story.ids, story.orders)
    assert status_of(book.apply, story.events, story.lines) == lib.FAULT
    assert status_of(book.finish, story.until) == lib.FAULT
    assert status_of(book.save) == lib.FAULT
    book.close()
    assert_same(native(library, busy), tell(busy, "compiled"))


def test_damaged_books(book: NativeBook, phases: Story) -> None:
    book.apply(phases.events, phases.lines)
    saved = book.save()
    for at in range(0, len(saved), len(saved) // 50):
        assert status_of(book.restore, saved[:at]) == lib.NOT_A_BOOK
        assert status_of(book.restore, saved[:at] + bytes([saved[at] ^ 1]) + saved[at + 1 :]) == lib.NOT_A_BOOK
    for place in range(48, 48 + 8 * 26, 8):
        for wrong in (-1, 1 << 39, 1 << 61):
            changed = signed(saved[:place] + struct.pack("<q", wrong) + saved[place + 8 :])
            assert status_of(book.restore, changed) in (lib.NOT_A_BOOK, lib.NO_MEMORY), place
    assert book.save() == saved


def test_a_book_of_other_terms(book: NativeBook, library: Library, busy: Story) -> None:
    other = NativeBook(library, terms_bytes(busy.law), busy.ids, busy.orders)
    assert status_of(other.restore, book.save()) == lib.OTHER_TERMS
    other.close()


def test_files_that_are_not_there(book: NativeBook, tmp_path: Path) -> None:
    here = ctypes.byref(ctypes.c_void_p())
    nowhere = str(tmp_path / "no" / "file").encode()
    assert book.c.rs_save_file(book.book, nowhere) == lib.FILE
    assert book.c.rs_restore_file(book.terms, None, nowhere, here) == lib.FILE
    assert book.c.rs_terms_open(ctypes.c_uint64(0), nowhere, here) == lib.FILE
    good = str(tmp_path / "book").encode()
    assert book.c.rs_save_file(book.book, good) == lib.OK
    assert (tmp_path / "book").read_bytes() == book.save()
    assert [path.name for path in tmp_path.iterdir()] == ["book"]


def test_a_draw_that_cannot_be_ranked_now_waits(library: Library, phases: Story) -> None:
    """Nothing is lost: the call is repeated when the ranking is there."""
    expected = tell(phases)
    refusals = iter([True, False])

    def later(draw: int, tickets: list[tuple[int, int]]) -> list[int]:
        if next(refusals, False):
            raise LookupError
        return phases.rank(draw, tickets)

    book = NativeBook(library, terms_bytes(phases.law), phases.ids, phases.orders, rank=later)
    parts, waited = [], 0
    for i in range(len(phases.events)):
        one = phases.events[i : i + 1]
        try:
            parts.append(book.apply(one, phases.lines))
        except NativeStatus as refused:
            assert refused.status == lib.UNRANKED
            waited += 1
            book.restore(book.save())
            parts.append(book.apply(one, phases.lines))
    entries, notes = book.finish(phases.until)
    assert waited == 1
    assert np.concatenate([*(part[1] for part in parts), entries]).tolist() == expected.entries.tolist()
    assert np.concatenate([*(part[2] for part in parts), notes]).tolist() == expected.notes.tolist()
    assert book.digest() == expected.digest
    book.close()


@pytest.mark.parametrize("places", [[0, 0], [-1], [1 << 40], None])
def test_a_ranking_that_is_none(places: list[int] | None, library: Library, phases: Story) -> None:
    rank = None if places is None else lambda draw, tickets: places
    book = NativeBook(library, terms_bytes(phases.law), phases.ids, phases.orders, rank=rank)
    assert status_of(book.apply, phases.events, phases.lines) == lib.UNRANKED
    book.close()


@pytest.mark.parametrize(("field", "by"), FLIPPED)
def test_a_flipped_term_fails_conformance(
    field: str, by: int, built: dict[str, Path], phases: Story, tmp_path: Path
) -> None:
    """Vectors of the programme, and terms that differ by one in one field."""
    vectors = vector_bytes(phases, tell(phases, "compiled"))
    terms = [replace(row, **{field: getattr(row, field) + by}) for row in phases.law.terms]
    write_terms(phases.law._replace(terms=terms), tmp_path)
    (tmp_path / "vectors.bin").write_bytes(vectors)
    assert conform(built, tmp_path).returncode == 2, "vectors say which terms they are of"
    changed = (tmp_path / "terms.bin").read_bytes()[-32:]
    (tmp_path / "vectors.bin").write_bytes(vectors[:16] + changed + vectors[48:])
    done = conform(built, tmp_path)
    assert done.returncode == 1, done.stdout
    assert "expected" in done.stdout


def test_damaged_vectors(built: dict[str, Path], phases: Story, tmp_path: Path) -> None:
    vectors = vector_bytes(phases, tell(phases, "compiled"))
    write_terms(phases.law, tmp_path)
    for size in (0, 7, 100, len(vectors) // 2, len(vectors) - 1):
        (tmp_path / "vectors.bin").write_bytes(vectors[:size])
        assert conform(built, tmp_path).returncode == 2
    (tmp_path / "vectors.bin").write_bytes(vectors[:-1] + b"x")
    assert conform(built, tmp_path).returncode == 1
    assert conform(built, tmp_path / "nowhere").returncode == 2
