"""Referral, tiers and draws in stored runs: journal and accounts, and what was changed in them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardsim.engine.journal import JOURNAL
from rewardsim.experiments.replays.replay import replay
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import RunError
from rewardsim.rules.codes import CAUSES, NOTES

from .phased import both, notes_of, replaced

# ---------------------------------------------------------------- the journal


@both
def test_the_journal_has_its_columns_and_the_ids_of_both(run: Run) -> None:
    journal = run.journal
    assert list(journal.columns) == [*JOURNAL.names, "member_id", "counterpart_id"]
    assert list(journal["seq"]) == list(range(len(journal)))
    assert set(journal["kind"]) <= set(NOTES)
    assert set(journal["cause"]) <= set(CAUSES)
    ids = dict(zip(run.members["member"], run.members["member_id"], strict=True))
    assert list(journal["member_id"]) == [ids[m] for m in journal["member"]]
    named = journal[journal["counterpart"].notna()]
    assert list(named["counterpart_id"]) == [ids[m] for m in named["counterpart"]]
    assert journal[journal["counterpart"].isna()]["counterpart_id"].isna().all()
    assert run.summary()["journal"] == dict(Counter(journal["kind"].astype(str)))
    assert run.sql("SELECT count(*) AS n FROM journal")["n"][0] == len(journal)


@both
def test_a_note_is_caused_by_its_members_event_or_by_time(run: Run) -> None:
    by_event = run.journal[run.journal["event"].notna()]
    causes = run.events.set_index("number").loc[by_event["event"].astype(int)]
    foreign = {"referral_refused", "referral_revoked", "referral_accepted"}  # may stand in the other's event
    own = [k not in foreign for k in by_event["kind"]]
    assert list(causes["member_id"][own]) == list(by_event["member_id"][own])
    timed = run.journal[run.journal["event"].isna()]
    assert set(timed["kind"]) <= {"tier_changed", "tier_kept", "tier_in_grace"}
    assert set(timed["cause"]) <= {"begins", "review", "grace_over", "never_downgraded"}


def test_what_the_sample_was_made_to_hold(phases: Run) -> None:
    """As its README tells: refusals one by one."""
    refused = notes_of(phases, "referral_refused")
    assert list(zip(refused["member_id"], refused["counterpart_id"], refused["cause"], strict=True)) == [
        ("M-103", "M-104", "existing_member"),
        ("M-132", "M-132", "self"),
        ("M-106", "M-133", "existing_member"),
        ("M-108", "M-134", "second_referrer"),
        ("M-107", "M-134", "invited_already"),
        ("M-135", "M-1O7", "referrer_unknown"),
        ("M-131", "M-130", "cycle"),
        ("M-137", "M-109", "order_too_small"),
        ("M-114", "M-152", "referrer_limit"),
        ("M-114", "M-153", "referrer_limit"),
        ("M-138", "M-109", "lapsed"),
        ("M-136", "M-122", "referrer_closed"),
    ]
    assert list(notes_of(phases, "referral_revoked")["member_id"]) == ["M-139"]
    fell = phases.journal[phases.journal["cause"].isin(["grace_over", "order_returned"])]
    assert list(zip(fell["member_id"], fell["tier_before"], fell["tier"], fell["cause"], strict=True)) == [
        ("M-121", "silver", "member", "order_returned"),
        ("M-105", "silver", "member", "grace_over"),
        ("M-106", "silver", "silver", "grace_over"),
        ("M-114", "silver", "member", "grace_over"),
    ]


@both
def test_invariant_33_one_referrer_no_ring_one_reward(run: Run) -> None:
    accepted = notes_of(run, "referral_accepted")
    assert accepted["member_id"].is_unique
    up = dict(zip(accepted["member_id"], accepted["counterpart_id"], strict=True))
    for member in up:
        seen, at = {member}, up.get(member)
        while at is not None:
            assert at not in seen
            seen.add(at)
            at = up.get(at)
    assert notes_of(run, "referral_qualified")["member_id"].is_unique
    assert set(notes_of(run, "referral_qualified")["member_id"]) <= set(up)
    granted = run.ledger[(run.ledger["rule"] == "referral") & (run.ledger["source"] == "ISSUE")]
    assert not granted.duplicated(["member_id", "event"]).any()
    assert set(granted["event"]) <= set(notes_of(run, "referral_qualified")["event"])


def test_invariant_33_the_cap_holds_at_every_prefix(phases: Run) -> None:
    """Ten friends a month, those of one month counted as they come."""
    granted = phases.ledger[(phases.ledger["rule"] == "referral") & (phases.ledger["tokens"] == 500)]
    months = phases.events["occurred_day"].dt.strftime("%Y-%m")
    counts = Counter((e.member_id, months[e.event]) for e in granted.itertuples())
    assert max(counts.values()) == counts["M-114", "2017-10"] == 10


# ---------------------------------------------------------------- the accounts


@both
def test_the_accounts_say_what_the_journal_adds_up_to(run: Run) -> None:
    last = {note.member_id: note.tier for note in notes_of(run, "tier_changed").itertuples()}
    enrolled = run.members[run.members["status"] == "enrolled"].set_index("member_id")
    assert enrolled["tier"].fillna("").to_dict() == {
        member: last[member] if isinstance(last.get(member), str) else "" for member in enrolled.index
    }
    others = run.members[run.members["status"] != "enrolled"]
    assert others[["tier", "projected_tier", "tier_since", "review_day", "to_rise"]].isna().all().all()
    accepted = notes_of(run, "referral_accepted")
    friends = Counter(accepted["counterpart_id"])
    assert dict(zip(run.members["member_id"], run.members["friends"], strict=True)) == {
        member: friends[member] for member in run.members["member_id"]
    }
    named = run.members[run.members["referrer_id"].notna()]
    assert dict(zip(named["member_id"], named["referrer_id"], strict=True)) == dict(
        zip(accepted["member_id"], accepted["counterpart_id"], strict=True)
    )
    standing = enrolled["tier"].value_counts()
    assert run.summary()["tiers"] == {name: int(standing.get(name, 0)) for name in run.programme.names.levels}
    assert run.summary()["referred"] == len(accepted)


# Worked out from the file: what was paid in the twelve months to 20 December 2018, by discounts and tokens less.
STANDINGS = {
    "M-101": ("silver", "2018-02-20", "silver", 15_857_00, 0, 24_143_00),
    "M-104": ("gold", "2018-11-13", "silver", 40_195_00, 23_101_00, 59_805_00),
    "M-105": ("member", "2018-12-01", "member", 0, 0, 15_000_00),
    "M-154": ("member", "2018-01-21", "member", 14_999_00, 0, 1_00),
    "M-159": ("silver", "2018-11-02", "silver", 16_999_00, 0, 23_001_00),
}


@pytest.mark.parametrize("member", STANDINGS)
def test_a_standing_worked_by_hand(phases: Run, member: str) -> None:
    row = phases.members.set_index("member_id").loc[member]
    found = (row["tier"], str(row["tier_since"])[:10], row["projected_tier"])
    assert (*found, int(row["qualifying"]), int(row["to_keep"]), int(row["to_rise"])) == STANDINGS[member]


def test_who_was_only_named_has_an_account_of_nothing(phases: Run) -> None:
    never = phases.members[phases.members["status"] == "not enrolled"]
    assert list(never["member_id"]) == ["M-161", "M-1O7"]
    assert never["tier"].isna().all()
    assert never["tier_since"].isna().all()
    assert never["referrer_id"].isna().all()
    assert never["to_rise"].isna().all()
    assert (never[["events", "issued", "available", "friends"]] == 0).all().all()


def test_a_programme_without_phases_has_none_of_these_columns(base: Run) -> None:
    assert {"tier", "projected_tier", "referrer_id", "friends"} & set(base.members.columns) == set()
    assert base.summary()["journal"] == {}
    assert {"tiers", "referred", "draws"} & set(base.summary()) == set()
    assert len(base.journal) == 0


def test_a_renamed_tier_is_told_under_its_name(phases: Run, phase_events: pa.Table, store: Path) -> None:
    renamed = replay(replaced(('id = "gold"', 'id = "or"')), phase_events, out=store, engine="interpreted")
    assert renamed.digest == phases.digest
    assert renamed.summary()["tiers"]["or"] == phases.summary()["tiers"]["gold"]
    assert "tiers.or" in set(renamed.ledger["rule"])


# ---------------------------------------------------------------- damage


CHANGES = {
    "amount": lambda rows: rows[40].update(amount=rows[40]["amount"] + 1),
    "day": lambda rows: rows[40].update(day=rows[41]["day"].replace(year=2019)),
    "cause": lambda rows: next(row for row in rows if row["cause"] == "cycle").update(cause="self"),
    "kind": lambda rows: next(row for row in rows if row["kind"] == "tier_kept").update(kind="tier_in_grace"),
    "tier": lambda rows: next(row for row in rows if row["tier"] == "gold").update(tier="silver"),
    "tier_before": lambda rows: next(row for row in rows if row["tier"] == "gold").update(tier_before="member"),
    "draw number": lambda rows: next(row for row in rows if row["kind"] == "draw_won").update(number=9),
    "counterpart": lambda rows: next(row for row in rows if row["kind"] == "invited").update(counterpart=3),
    "member": lambda rows: next(row for row in rows if row["kind"] == "invited").update(member=3),
    "ordinal": lambda rows: next(row for row in rows if row["kind"] == "invited").update(ordinal=99),
    "left out": lambda rows: rows.pop(40),
    "told twice": lambda rows: rows.insert(40, rows[40]),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_verify_notices_a_changed_journal(phases: Run, tmp_path: Path, what: str) -> None:
    """Also where whoever changed it wrote the new file's hash into the manifest."""
    shutil.copytree(phases.path, tmp_path / "run")
    Run(tmp_path / "run").verify()
    path, manifest = tmp_path / "run" / "journal.parquet", tmp_path / "run" / "manifest.json"
    rows = pq.read_table(path).to_pylist()
    CHANGES[what](rows)
    pq.write_table(pa.Table.from_pylist(rows, JOURNAL), path)
    with pytest.raises(RunError, match=r"journal\.parquet"):
        Run(tmp_path / "run").verify()
    said = json.loads(manifest.read_text(encoding="utf-8"))
    said["tables"]["journal.parquet"] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(RunError, match="digest"):
        Run(tmp_path / "run").verify()
