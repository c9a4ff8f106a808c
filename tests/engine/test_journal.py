"""The journal: written and read back as it was, and seen whole by the digest."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.made import python_link
from rewardsim.engine.audit import APART, FACTOR_A, FACTOR_B, Auditor
from rewardsim.engine.journal import JOURNAL, Chains, id_hash, read_journal
from rewardsim.engine.prepare import PreparedEvents
from rewardsim.engine.recording import Recording
from rewardsim.engine.replay import replay_events
from rewardsim.engine.tables import dtype_of
from rewardsim.programme import Programme
from rewardsim.rules import codes
from rewardsim.rules.records import NONE, Note

IDS = ["anna", "Béla", "007", "NA"]
NOTES = [
    {"kind": codes.NOTE_INVITED, "counterpart": 1, "event": 7, "ordinal": 2},
    {"kind": codes.NOTE_REFUSED, "cause": codes.WHY_CYCLE, "counterpart": 2, "event": 8, "ordinal": 3},
    {"kind": codes.NOTE_QUALIFIED, "counterpart": 3, "amount": 5, "order": 12, "event": 9, "ordinal": 4},
    {"kind": codes.NOTE_TIER, "cause": codes.WHY_BEGINS, "after": 0},
    {"kind": codes.NOTE_TIER, "cause": codes.WHY_ROSE, "before": 0, "after": 1, "amount": 10**12, "event": 1},
    {"kind": codes.NOTE_TIER, "cause": codes.WHY_RETURNED, "before": 0},
    {"kind": codes.NOTE_KEPT, "cause": codes.WHY_REVIEW, "before": 1, "after": 1, "amount": 3},
    {"kind": codes.NOTE_GRACE, "cause": codes.WHY_REVIEW, "before": 1},
    {"kind": codes.NOTE_EXPRESS, "before": 1, "after": 4, "amount": 99, "order": 3},
    {"kind": codes.NOTE_ENTERED, "before": 1, "after": 2, "order": 5},
    {"kind": codes.NOTE_WITHDRAWN, "before": 1, "after": 2, "order": 5},
    {"kind": codes.NOTE_WON, "before": 0, "after": 0, "amount": 500},
    {"kind": codes.NOTE_LAPSED, "before": 0, "after": 99},
]


def notes_of(rows: list[dict[str, int]]) -> Any:
    """Notes as the engines hand them on, of members in turn, before and after 1970."""
    made = [Note(**{"member": k % 4, "day": 17_000 - 9_000 * (k % 3), **row}) for k, row in enumerate(rows)]
    values = [tuple(getattr(note, field.name) for field in fields(Note)) for note in made]
    return np.array(values, dtype=dtype_of(Note))


def digest(notes: Any, ids: list[str] = IDS) -> str:
    """The digest of no entry and some notes."""
    chains = Chains(lambda: ids, len(ids))
    chains.read(notes)
    return Auditor(len(ids), 0, 1).digest(ids, chains.chains)


def test_what_is_written_is_read(tea_club: Programme, tmp_path: Path) -> None:
    """Every kind of note, in two batches."""
    notes, chains = notes_of(NOTES), Chains(lambda: IDS, 4)
    with Recording(tea_club, tmp_path, Auditor(4, 0, 1), chains) as recording:
        recording.notes(notes, 5)
        recording.notes(notes[5:], len(notes) - 5)
    found = np.concatenate(list(read_journal(tmp_path / "journal.parquet", tea_club.names)))
    for name in notes.dtype.names:
        assert found[name].tolist() == notes[name].tolist(), name
    assert chains.notes == len(notes)
    again = Chains(lambda: IDS, 4)
    again.read(found)
    assert (again.chains == chains.chains).all()
    assert (again.counts == chains.counts).all()


def test_a_journal_speaks_in_words(tea_club: Programme, tmp_path: Path) -> None:
    """Tiers, draws, kinds and causes by name; whole numbers elsewhere; nothing where nothing applies."""
    with Recording(tea_club, tmp_path, Auditor(4, 0, 1), Chains(lambda: IDS, 4)) as recording:
        recording.notes(notes_of(NOTES), len(NOTES))
    table = pq.read_table(tmp_path / "journal.parquet")
    assert table.schema.names == JOURNAL.names
    rows = table.to_pylist()
    assert [row["seq"] for row in rows] == list(range(len(rows)))
    assert [(row["tier_before"], row["tier"]) for row in rows[3:9]] == [
        (None, "sprout"), ("sprout", "bush"), ("sprout", None), ("bush", "bush"), ("bush", None), (None, "bush"),
    ]  # fmt: skip
    assert [(row["draw"], row["number"]) for row in rows[8:]] == [
        (None, 4), ("newcomers", 2), ("newcomers", 2), ("first-cup", 0), ("first-cup", 99),
    ]  # fmt: skip
    assert [row["kind"] for row in rows[:3]] == ["invited", "referral_refused", "referral_qualified"]
    assert [row["cause"] for row in rows[:4]] == ["", "cycle", "", "begins"]
    assert {row["draw"] for row in rows[:9]} == {None}


def test_a_chain_is_what_python_makes_of_the_notes() -> None:
    """By the text of the fold, written again."""
    notes, chains = notes_of(NOTES), Chains(lambda: IDS, 4)
    chains.read(notes)
    wanted = [[0, 0] for _ in IDS]
    for note in notes.tolist():
        n = dict(zip(notes.dtype.names, note, strict=True))
        other = 0 if n["counterpart"] == NONE else id_hash(IDS[n["counterpart"]])
        kind = ((n["day"] + 2**24) * 128 + n["kind"]) * 128 + n["cause"]
        head = n["ordinal"] * APART + kind + other
        tail = n["amount"] * APART + (n["before"] + 1) * 2**25 + n["after"] + 1
        one, two = wanted[n["member"]]
        wanted[n["member"]] = [python_link(one, head, tail, FACTOR_A), python_link(two, tail, head, FACTOR_B)]
    assert chains.chains.tolist() == wanted


@pytest.mark.parametrize("field", ["ordinal", "day", "kind", "cause", "before", "after", "counterpart", "amount"])
@pytest.mark.parametrize("row", [1, 4, 11])
def test_the_digest_sees_every_field_of_a_note(field: str, row: int) -> None:
    notes = notes_of(NOTES)
    whole = digest(notes)
    notes[field][row] = 3 if field == "counterpart" and notes[field][row] != 3 else notes[field][row] + 1
    assert digest(notes) != whole


def test_the_digest_sees_the_order_of_a_members_notes_and_no_other() -> None:
    notes = notes_of(NOTES)
    whole = digest(notes)
    assert digest(notes[np.argsort(notes["member"], kind="stable")]) == whole
    mine = np.flatnonzero(notes["member"] == 0)[:2]
    notes[mine] = notes[mine[::-1]]
    assert digest(notes) != whole


def test_the_digest_knows_the_other_member_by_name() -> None:
    notes = notes_of(NOTES[:1])
    assert digest(notes, ["anna", "Béla"]) != digest(notes, ["anna", "Carl"])
    swapped = notes_of([{"member": 0, "counterpart": 2, **{k: v for k, v in NOTES[0].items() if k != "counterpart"}}])
    chains = [Chains(lambda names=names: names, 3) for names in (["anna", "Béla", "x"], ["anna", "x", "Béla"])]
    chains[0].read(notes)
    chains[1].read(swapped)
    assert chains[0].chains[0].tolist() == chains[1].chains[0].tolist()


def test_without_notes_the_digest_is_that_of_the_entries_alone() -> None:
    """Digests of before there was a journal stand."""
    auditor = Auditor(4, 0, 1)
    assert auditor.digest(IDS, np.zeros((4, 2), dtype=np.int64)) == auditor.digest(IDS)
    assert digest(notes_of(NOTES[:1])) != auditor.digest(IDS)


def test_a_programme_without_phases_writes_no_note(sample: pa.Table, reward_mi: Programme, tmp_path: Path) -> None:
    prepared = PreparedEvents(sample)
    done = replay_events(reward_mi, prepared, tmp_path, engine="interpreted")
    prepared.close()
    assert done.chains.notes == pq.read_table(tmp_path / "journal.parquet").num_rows == 0
    assert len(done.tables["standings"]) == len(done.tables["ties"]) == 0
