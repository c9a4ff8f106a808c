"""The auditor finds what was tampered with; its arithmetic is that of any 64-bit language."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from engine.made import Done, python_link, run
from rewardsim.engine.audit import APART, FACTOR_A, FACTOR_B, MASK, RANGE, Auditor, LedgerError, link
from rewardsim.engine.batches import as_array, as_objects, event_records
from rewardsim.engine.machine import Machine
from rewardsim.engine.prepare import PreparedEvents
from rewardsim.engine.tables import dtype_of
from rewardsim.programme import Programme
from rewardsim.rules.records import NONE, Entry, Event, EventLine

Busy = tuple[Programme, pa.Table]
ENGINES = ("interpreted", "compiled")


class Kept:
    """A machine that has run, and its entries as one array."""

    def __init__(self, programme: Programme, table: pa.Table, engine: str) -> None:
        source = PreparedEvents(table)
        self.first, self.last, self.ids = source.first_day, source.last_day, source.member_ids().to_pylist()
        kept: list[Any] = []
        self.machine = Machine(
            programme.law(), source.members, source.orders, engine, lambda rows, n: kept.append(_array(rows[:n]))
        )
        for part in source.batches():
            events, lines, last = event_records(part, programme.names)
            if engine == "compiled":
                self.machine.run(events, lines, last)
            else:
                self.machine.run(as_objects(events, Event), as_objects(lines, EventLine), last.tolist())
        self.machine.finish(self.last)
        source.close()
        self.entries = np.concatenate(kept)

    def audit(self, entries: Any = None) -> Auditor:
        """An auditor that has read the entries and checked the book."""
        auditor = Auditor(len(self.ids), self.first, self.last)
        auditor.read(self.entries if entries is None else entries)
        auditor.check(self.machine.book)
        return auditor


def _array(rows: Any) -> Any:
    return as_array(rows, Entry) if isinstance(rows, list) else rows.copy()


@pytest.fixture(params=ENGINES)
def kept(request: pytest.FixtureRequest, busy: Busy) -> Kept:
    """A fresh run to tamper with."""
    programme, table = busy
    return Kept(programme, table.slice(0, 1_200), request.param)


def test_an_honest_book_passes(kept: Kept) -> None:
    auditor = kept.audit()
    assert auditor.entries == len(kept.entries) > 800
    assert int(auditor.balances.sum()) == 0


TAMPERED: dict[str, Callable[[Any, int], None]] = {
    "tokens": lambda e, i: e["tokens"].__setitem__(i, e["tokens"][i] + 1),
    "member": lambda e, i: e["member"].__setitem__(i, (e["member"][i] + 1) % 10),
    "source": lambda e, i: e["source"].__setitem__(i, 3 if e["source"][i] != 3 else 7),
    "target": lambda e, i: e["target"].__setitem__(i, 3 if e["source"][i] != 3 else 7),
}


@pytest.mark.parametrize("field", list(TAMPERED))
@pytest.mark.parametrize("which", [0, 111, -1])
def test_one_changed_entry_is_found(kept: Kept, field: str, which: int) -> None:
    touched = np.flatnonzero(kept.entries["target"] == 2)
    TAMPERED[field](kept.entries, int(touched[which]))
    with pytest.raises(LedgerError, match="member "):
        kept.audit()


def test_an_entry_left_out_or_told_twice_is_found(kept: Kept) -> None:
    with pytest.raises(LedgerError):
        kept.audit(kept.entries[:-1])
    with pytest.raises(LedgerError):
        kept.audit(np.concatenate([kept.entries, kept.entries[-1:]]))


@pytest.mark.parametrize(("field", "value"), [("tokens", 0), ("tokens", -5), ("target", None)])
def test_what_is_no_transfer_is_refused_at_once(kept: Kept, field: str, value: int | None) -> None:
    kept.entries[field][7] = kept.entries["source"][7] if value is None else value
    with pytest.raises(LedgerError, match="entry 7 of the batch is no transfer"):
        kept.audit()


@pytest.mark.parametrize("field", ["available", "pending", "held", "debt", "lot_count"])
@pytest.mark.parametrize("by", [1, -1])
def test_one_changed_balance_is_found(kept: Kept, field: str, by: int) -> None:
    change(kept.machine.book.members, 3, field, by)
    with pytest.raises(LedgerError, match="member 3"):
        kept.audit()


def test_one_changed_lot_is_found(kept: Kept) -> None:
    row, member = open_lot(kept)
    for field in ("tokens", "serial"):
        change(kept.machine.book.lots, row, field, 1)
        with pytest.raises(LedgerError, match=f"member {member}"):
            kept.audit()
        change(kept.machine.book.lots, row, field, -1)
    kept.audit()


def test_tokens_moved_between_two_lots_of_one_member_are_found(kept: Kept) -> None:
    """No balance differs; only the fingerprint of the lots does."""
    book = kept.machine.book
    row, member = open_lot(kept, at_least=2)
    after = read(book.lots, row, "next")
    change(book.lots, row, "tokens", 1)
    change(book.lots, after, "tokens", -1)
    with pytest.raises(LedgerError, match=f"member {member}"):
        kept.audit()


def test_entries_that_name_another_lot_are_found(kept: Kept) -> None:
    row, member = open_lot(kept)
    serial = read(kept.machine.book.lots, row, "serial")
    mine = (kept.entries["member"] == member) & (kept.entries["lot"] == serial) & (kept.entries["target"] == 2)
    kept.entries["lot"][np.flatnonzero(mine)[0]] += 1
    with pytest.raises(LedgerError, match=f"member {member}"):
        kept.audit()


def test_pending_tokens_on_the_wrong_order_are_found(kept: Kept) -> None:
    book = kept.machine.book
    owner = next(m for m in range(len(book.members)) if read(book.members, m, "order_first") != NONE)
    change(book.orders, read(book.members, owner, "order_first"), "pending", 1)
    with pytest.raises(LedgerError, match=f"member {owner}"):
        kept.audit()


def read(table: Any, row: int, field: str) -> int:
    return int(getattr(table[row], field) if isinstance(table, list) else table[row][field])


def change(table: Any, row: int, field: str, by: int) -> None:
    value = read(table, row, field) + by
    if isinstance(table, list):
        setattr(table[row], field, value)
    else:
        table[field][row] = value


def open_lot(kept: Kept, at_least: int = 1) -> tuple[int, int]:
    """The first lot of a member who has so many with two tokens each."""
    book = kept.machine.book
    for m in range(len(book.members)):
        row = read(book.members, m, "lot_first")
        if read(book.members, m, "lot_count") < at_least:
            continue
        after = read(book.lots, row, "next")
        if at_least == 1 or read(book.lots, after, "tokens") > 1:
            return row, m
    raise AssertionError("no member with such lots")


# ---------------------------------------------------------------- digest


def test_link_compiled_is_link_in_python() -> None:
    draw = random.Random(20)
    edges = [0, 1, -1, MASK, -MASK - 1, MASK - 1, 2**62, -(2**62)]
    given = [(draw.getrandbits(63), *(draw.getrandbits(64) - 2**63 for _ in range(2))) for _ in range(5_000)]
    for words in given + [(abs(a) & MASK, b, c) for a in edges for b in edges for c in edges]:
        for factor in (FACTOR_A, FACTOR_B):
            found = int(link(*words, factor))
            assert found == link.py_func(*words, factor) == python_link(*words, factor)
            assert 0 <= found <= MASK


def test_neighbours_in_two_fields_do_not_cancel() -> None:
    """One token more and a day less, an event later under the next rule, and all their like: no two chains agree."""
    entry = {"ordinal": 3, "day": 17_000, "source": 0, "target": 2, "tokens": 100, "lot": 7, "expiry_day": 17_364}
    entry |= {"rule": 70, "reason": 1}
    near = {name: [value + step for step in range(-2, 3)] for name, value in entry.items()}
    near |= {"source": [0, 1, 3, 4], "target": [5, 6, 7, 8], "reason": [0, 1, 2]}
    seen: list[set[int]] = [set(), set()]
    count = 0
    for names in itertools.combinations(entry, 3):
        for values in itertools.product(*(near[name] for name in names)):
            if sum(value != entry[name] for name, value in zip(names, values, strict=True)) < 3:
                continue
            rows = np.zeros(1, dtype_of(Entry))
            for name, value in (entry | dict(zip(names, values, strict=True))).items():
                rows[name] = value
            auditor = Auditor(1, 16_000, 18_000)
            auditor.read(rows)
            count += 1
            for lane in (0, 1):
                seen[lane].add(int(auditor.chains[0, lane]))
    assert [len(lane) for lane in seen] == [count, count]


def python_digest(done: Done, ids: list[str]) -> str:
    """The digest of a run's entries by the text of invariants.md, in plain Python."""
    chains = {member: [0, 0] for member in range(len(ids))}
    for entry in done.entries:
        _, ordinal, member, day, source, target, tokens, lot, expiry, rule, reason, _ = entry
        kind = (((day + 2**24) * 128 + source * 9 + target) * 32 + reason) * 65536 + rule
        head = ordinal * APART + kind
        tail = tokens * APART + (lot + 1) * 2**25 + expiry + 1
        one, two = chains[member]
        chains[member] = [python_link(one, head, tail, FACTOR_A), python_link(two, tail, head, FACTOR_B)]
    whole = hashlib.sha256()
    for first in range(0, len(ids), RANGE):
        rows = [(ids[m].encode(), chains[m]) for m in range(first, min(first + RANGE, len(ids))) if any(chains[m])]
        part = b"".join(
            len(name).to_bytes(8, "little") + name + b"".join(c.to_bytes(8, "little") for c in pair)
            for name, pair in rows
        )
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def test_the_digest_is_what_python_makes_of_the_entries(busy: Busy) -> None:
    programme, table = busy
    ids = sorted(set(table["member_id"].to_pylist()))
    done = run(programme, table)
    assert done.digest == python_digest(done, ids)


@pytest.mark.parametrize(
    "field", ["ordinal", "day", "source", "target", "tokens", "lot", "expiry_day", "rule", "reason"]
)
def test_the_digest_sees_every_field_of_every_entry(kept: Kept, field: str) -> None:
    whole = kept.audit().digest(kept.ids)
    row = np.flatnonzero((kept.entries["source"] == 0) & (kept.entries["target"] == 1))[50]
    kept.entries[field][row] += 2 if field == "source" else 1
    auditor = Auditor(len(kept.ids), kept.first, kept.last + 1)
    auditor.read(kept.entries)
    assert auditor.digest(kept.ids) != whole


def test_the_digest_sees_the_order_of_a_members_entries(kept: Kept) -> None:
    whole = kept.audit().digest(kept.ids)
    mine = np.flatnonzero(kept.entries["member"] == 4)[:2]
    kept.entries[mine] = kept.entries[mine[::-1]]
    assert kept.audit().digest(kept.ids) != whole


def test_the_digest_does_not_see_how_members_interleave(kept: Kept) -> None:
    by_member = kept.entries[np.argsort(kept.entries["member"], kind="stable")]
    assert kept.audit(by_member).digest(kept.ids) == kept.audit().digest(kept.ids)
    assert kept.audit().digest([*kept.ids[:-1], "other"]) != kept.audit().digest(kept.ids)
