"""Referral, tiers and draws in stored runs: journal, accounts, explanations, secrets and differences."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine.made import DATA, canonical

from rewardsim.draws import rank_tickets
from rewardsim.draws.keys import commitment
from rewardsim.engine.journal import JOURNAL
from rewardsim.experiments.against import Difference
from rewardsim.experiments.replay import replay
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import RunError
from rewardsim.programme import parse_programme
from rewardsim.rules.codes import CAUSES, NOTES

from .test_explain import check_told

TEXT = (DATA / "programmes" / "reward-mi.toml").read_text(encoding="utf-8")
DRAW = "rewardmi-launch"
SECRET = hashlib.sha512(b"of a test").digest()
both = pytest.mark.parametrize("name", ["phases", "club"])


@pytest.fixture
def run(name: str, phases: Run, club: Run) -> Run:
    """All phases under one of the programmes."""
    return {"phases": phases, "club": club}[name]


def replaced(*changes: tuple[str, str]) -> Any:
    """Reward Mi with pieces of its text replaced."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse_programme(text)


def notes_of(run: Run, *kinds: str) -> Any:
    """The journal's notes of some kinds."""
    return run.journal[run.journal["kind"].isin(kinds)]


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


# ---------------------------------------------------------------- explained


@both
def test_every_members_history_is_the_runs(run: Run) -> None:
    """Entries in order, balances, outcomes; every note that names the member, once."""
    journal = run.journal
    for member in run.members["member_id"]:
        told = check_told(run, member)
        mine = journal[(journal["member_id"] == member) | (journal["counterpart_id"] == member)]
        assert sum(len(step.notes) for step in told.steps) == len(mine), member
        days = [step.day for step in told.steps]
        assert {str(day)[:10] for day in mine["day"]} <= set(days)


def test_who_was_only_invited_is_told_of(phases: Run) -> None:
    invited, misspelt = phases.explain("M-161"), phases.explain("M-1O7")
    assert invited.balances == {}
    assert [(step.day, step.notes) for step in invited.steps] == [("2018-12-02", ["invited: M-115 invited M-161"])]
    assert "referrer unknown" in str(misspelt)
    with pytest.raises(RunError, match="found no event of "):
        phases.explain("M-107 ")


LATE = """
schema = 1
[programme]
id = "late"
name = "Late"
currency = "EUR"
timezone = "UTC"
token = { name = "point" }
starts = 2020-01-01
[earning.purchase]
rate = { tokens = 1, per = "1.00" }
[referral]
referrer_tokens = 5
"""


def test_what_arrives_after_a_settlement_is_told(tmp_path: Path) -> None:
    """The bond of Anna and Bela is noted on the 3rd; an order of his of the 2nd that arrives later is posted then."""
    told = [
        ("enrol", "anna", 2, {}),
        ("enrol", "bela", 2, {"counterpart_id": "anna"}),
        ("enrol", "cora", 5, {}),
        ("order", "bela", 2, {"order_id": "o", "amount_minor": 1_000}),
    ]
    events = [
        {"event_id": f"{n}", "type": kind, "member_id": member, "occurred_day": date(2020, 1, dom), **more}
        for n, (kind, member, dom, more) in enumerate(told)
    ]
    run = replay(parse_programme(LATE), canonical(events), out=tmp_path, engine="interpreted", order="recorded")
    assert list(run.ledger["day"].astype(str)) == ["2020-01-03"]
    assert check_told(run, "bela").balances["available"] == 10


def test_every_members_history_where_events_are_late(phases: Run, phase_events: pa.Table, store: Path) -> None:
    """In order of arrival, which is up to a dozen events off the order of occurrence."""
    shuffle = random.Random(5)
    rows = [row | {"recorded": row["recorded"] + shuffle.randrange(24)} for row in phase_events.to_pylist()]
    run = replay(phases.programme, canonical(rows), out=store, engine="interpreted", order="recorded")
    for member in run.events["member_id"].unique():
        check_told(run, member)


def test_a_journal_that_says_otherwise_is_not_explained(phases: Run, tmp_path: Path) -> None:
    shutil.copytree(phases.path, tmp_path / "run")
    path = tmp_path / "run" / "journal.parquet"
    rows = pq.read_table(path).to_pylist()
    mine = [row for row in rows if row["member"] == 0 and row["kind"] == "tier_changed"]
    mine[-1]["amount"] += 1
    pq.write_table(pa.Table.from_pylist(rows, JOURNAL), path)
    with pytest.raises(RunError, match="differ from the run's journal"):
        Run(tmp_path / "run").explain(phases.members["member_id"][0])


# ---------------------------------------------------------------- secrets and engines


@pytest.fixture(scope="module")
def drawn(phase_events: pa.Table, store: Path) -> Run:
    """The launch draw by a secret."""
    return replay(replaced(), phase_events, out=store, engine="interpreted", secrets={DRAW: SECRET})


def test_the_run_key_holds_the_commitment_to_a_secret(
    phases: Run, drawn: Run, phase_events: pa.Table, store: Path
) -> None:
    assert phases.manifest["inputs"]["draws"] == {}
    assert drawn.manifest["inputs"]["draws"] == {DRAW: commitment(DRAW, SECRET)}
    again = replay(replaced(), phase_events, out=store, engine="compiled", secrets={DRAW: SECRET})
    other = replay(replaced(), phase_events, out=store, engine="interpreted", secrets={DRAW: SECRET[::-1]})
    assert again.path == drawn.path
    assert len({run.path for run in (phases, drawn, other)}) == 3
    assert len({run.digest for run in (phases, drawn, other)}) == 3
    assert drawn.summary()["tokens"] == other.summary()["tokens"]
    assert drawn.summary()["draws"][DRAW]["luck"] == "a secret"
    assert "public key" in phases.summary()["draws"][DRAW]["luck"]
    drawn.verify()


def test_a_secret_stands_nowhere_in_the_run(drawn: Run) -> None:
    forms = [SECRET, SECRET.hex().encode(), SECRET.hex().upper().encode(), base64.b64encode(SECRET)]
    forms += [repr(SECRET).encode(), json.dumps(SECRET.decode("latin-1")).encode(), SECRET.decode("latin-1").encode()]
    for path in drawn.path.rglob("*"):
        content = path.read_bytes()
        assert [form for form in forms if form in content] == [], path.name
        if path.suffix == ".parquet":
            told = repr(pq.read_table(path).to_pydict()).encode()
            assert [form for form in forms if form in told] == [], path.name


def test_a_replay_draws_as_a_real_draw_would(drawn: Run) -> None:
    """By the secret and the entrants that the journal names."""
    entered, won = notes_of(drawn, "draw_entered"), notes_of(drawn, "draw_won").sort_values("number")
    tickets = list(zip(entered["member_id"], entered["number"].astype(int), strict=True))
    ranked = rank_tickets(DRAW, SECRET, tickets)
    assert list(won["member_id"]) == [tickets[place][0] for place in ranked]
    assert list(won["number"]) == list(range(10))
    assert set(won["day"].astype(str)) == {"2017-06-26"}


@both
def test_both_engines_agree_on_every_table(
    name: str, run: Run, phase_events: pa.Table, later_events: pa.Table, tmp_path: Path
) -> None:
    events = phase_events if name == "phases" else later_events
    other = replay(run.programme, events, out=tmp_path, engine="compiled")
    assert other.digest == run.digest
    for table in ("ledger", "journal", "events", "members", "daily"):
        one, two = (pq.read_table(r.path / f"{table}.parquet") for r in (run, other))
        assert one.equals(two), table


def test_the_digest_sees_what_only_the_journal_does(phase_events: pa.Table, tmp_path: Path) -> None:
    """Another threshold of a tier that gives no tokens: the same ledger, another digest."""
    flat = ('earn_multiplier = "1.1"', 'earn_multiplier = "1"')
    one, other = (
        replay(replaced(flat, *more), phase_events, out=tmp_path, engine="interpreted")
        for more in ([], [('from = "15000.00"', 'from = "17000.00"')])
    )
    assert pq.read_table(one.path / "ledger.parquet").equals(pq.read_table(other.path / "ledger.parquet"))
    assert not pq.read_table(one.path / "journal.parquet").equals(pq.read_table(other.path / "journal.parquet"))
    assert one.digest != other.digest


# ---------------------------------------------------------------- compared


def compared(phases: Run, events: pa.Table, store: Path, *changes: tuple[str, str]) -> tuple[Difference, Run]:
    """All phases against a variant."""
    other = replay(replaced(*changes), events, out=store, engine="interpreted")
    return phases.against(other), other


def by_hand(a: Run, b: Run) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, int, int]]]:
    """Tiers and notes that differ, counted the long way."""
    ends = [dict(zip(r.members["member_id"], r.members["tier"].fillna("no tier"), strict=True)) for r in (a, b)]
    levels = [(member, ends[0][member], ends[1][member]) for member in ends[0] if ends[0][member] != ends[1][member]]
    words = [r.journal[["kind", "cause"]].astype(str).itertuples(index=False, name=None) for r in (a, b)]
    one, two = map(Counter, words)
    notes = [(*key, one[key], two[key]) for key in sorted(one | two) if one[key] != two[key]]
    return sorted(levels), notes


def rows(frame: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_against_other_thresholds(phases: Run, phase_events: pa.Table, store: Path) -> None:
    """Silver from 17,000: six fall short of it, each on the day he rose; one rises later and earns less."""
    found, other = compared(phases, phase_events, store, ('from = "15000.00"', 'from = "17000.00"'))
    levels, notes = by_hand(phases, other)
    assert [row[:3] for row in rows(found.levels)] == levels
    assert [(row[0], str(row[3])[:10]) for row in rows(found.levels)] == [
        ("M-108", "2018-01-31"),
        ("M-119", "2017-12-20"),
        ("M-120", "2018-04-05"),
        ("M-155", "2018-02-23"),
        ("M-156", "2018-05-19"),
        ("M-159", "2018-11-02"),
    ]
    assert set(found.levels["tier_a"]) == {"silver"}
    assert set(found.levels["tier_b"]) == {"member"}
    assert rows(found.notes) == notes != []
    assert list(found.members["member_id"]) == ["M-106"]
    assert list(found.members["rule"]) == ["tiers.silver"]
    assert found.totals.loc["issued", "difference"] == -(22_990_0 // 1_000)
    said = json.loads(json.dumps(found.to_dict()))
    assert said["levels_differing"] == len(said["levels"]) == 6
    assert "6 members end in another tier" in str(found)
    assert "what the journals note differently" in str(found)


def test_against_other_referral_amounts(phases: Run, phase_events: pa.Table, store: Path) -> None:
    """A hundred less for each of the 27 friends who brought something; the journal is the same."""
    found, other = compared(phases, phase_events, store, ("referrer_tokens = 500", "referrer_tokens = 400"))
    qualified = len(notes_of(phases, "referral_qualified"))
    unpaid = (notes_of(phases, "referral_refused")["cause"] == "referrer_limit").sum()
    assert (qualified, unpaid) == (29, 2)
    assert found.totals.loc["issued", "difference"] == -100 * (qualified - unpaid)
    assert found.totals.loc["clawed_back", "difference"] == -100
    assert by_hand(phases, other) == ([], [])
    assert len(found.levels) == len(found.notes) == 0
    assert set(found.members["rule"]) == {"referral"}
    assert "another tier" not in str(found)
    assert found.to_dict()["levels"] == found.to_dict()["notes"] == []


def test_against_another_cap(phases: Run, phase_events: pa.Table, store: Path) -> None:
    """Five friends a month instead of ten: M-114 goes without five more rewards."""
    found, other = compared(phases, phase_events, store, ("= { count = 10, period", "= { count = 5, period"))
    assert rows(found.notes) == [("referral_refused", "referrer_limit", 2, 7)] == by_hand(phases, other)[1]
    assert list(found.members["member_id"]) == ["M-114"]
    assert found.totals.loc["issued", "difference"] == -5 * 500


def test_against_a_programme_without_tiers(phases: Run, phase_events: pa.Table, store: Path) -> None:
    """Everybody who stood somewhere stands nowhere."""
    programme = phases.programme.without("tiers")
    other = replay(programme, phase_events, out=store, engine="interpreted")
    found = phases.against(other)
    assert set(found.levels["tier_b"]) == {"no tier"}
    assert sorted(found.levels["member_id"]) == sorted(phases.members[phases.members["tier"].notna()]["member_id"])
    assert {row[0] for row in rows(found.notes)} == {"tier_changed", "tier_kept", "tier_in_grace", "express_delivery"}


# ---------------------------------------------------------------- long gaps, late entries, draws to come


MONTHLY = """
[tiers]
criterion = "orders"
window = { kind = "rolling_months", count = 1 }
upgrade = "at_review"
review = { months = 1 }
[[tiers.levels]]
id = "member"
from = 0
[[tiers.levels]]
id = "friend"
from = 3
"""
RAFFLE = """
[[draws]]
id = "raffle"
opens = 2020-01-01
closes = 2020-02-01
draws_on = 2020-02-03
winners = 1
tokens = 50
entry = { kind = "purchase" }
"""


def told_of(*events: tuple[str, str, date, dict[str, Any]]) -> pa.Table:
    return canonical(
        [
            {"event_id": f"{n}", "type": kind, "member_id": member, "occurred_day": day, **more}
            for n, (kind, member, day, more) in enumerate(events)
        ]
    )


def test_twelve_years_of_reviews_after_a_single_event_are_told(tmp_path: Path) -> None:
    events = told_of(("enrol", "anna", date(2020, 1, 5), {}))
    programme = parse_programme(LATE + MONTHLY)
    run = replay(programme, events, out=tmp_path, engine="interpreted", until=date(2032, 1, 1))
    kept = [step for step in check_told(run, "anna").steps if any("tier kept" in words for words in step.notes)]
    assert len(kept) == 12 * 12 - 1
    assert kept[0].day == "2020-02-05"


@pytest.mark.parametrize(("other", "tickets"), [(date(2020, 1, 31), 1), (date(2020, 2, 1), 0), (date(2020, 4, 1), 0)])
def test_an_order_that_arrives_after_the_freeze_enters_no_draw(tmp_path: Path, other: date, tickets: int) -> None:
    """Bela's day decides, not only Anna's: the entrants' digest may be published already."""
    order = {"order_id": "o", "amount_minor": 1_000}
    events = told_of(("enrol", "bela", other, {}), ("order", "anna", date(2020, 1, 6), order))
    run = replay(
        parse_programme(LATE + RAFFLE), events, out=tmp_path, engine="interpreted", order="recorded",
        until=date(2020, 5, 1),
    )  # fmt: skip
    assert len(notes_of(run, "draw_entered")) == tickets
    assert run.summary()["draws"]["raffle"]["entries"] == tickets
    check_told(run, "anna")


def test_a_draw_to_come_is_said_to_be(tmp_path: Path) -> None:
    events = told_of(("enrol", "anna", date(2020, 1, 5), {}))
    run = replay(parse_programme(LATE + RAFFLE), events, out=tmp_path, engine="interpreted")
    assert run.summary()["draws"] == {"raffle": {"held": False, "draws_on": "2020-02-03"}}


def test_a_friend_whose_invitation_came_too_early_is_known(tmp_path: Path) -> None:
    early = {"counterpart_id": "bela"}
    events = told_of(("invite", "anna", date(2020, 1, 5), early))
    text = LATE.replace("[earning", '[[phases]]\nid = "later"\nstarts = 2020-02-01\n[earning', 1)
    programme = parse_programme(text.replace("[referral]", '[referral]\nphase = "later"'))
    run = replay(programme, events, out=tmp_path, engine="interpreted")
    assert list(run.events["outcome"]) == ["referral_not_started"]
    assert run.explain("bela").steps == []
    with pytest.raises(RunError, match="found no event of"):
        run.explain("cora")


def test_a_renamed_tier_is_told_under_its_name(phases: Run, phase_events: pa.Table, store: Path) -> None:
    renamed = replay(replaced(('id = "gold"', 'id = "or"')), phase_events, out=store, engine="interpreted")
    assert renamed.digest == phases.digest
    assert renamed.summary()["tiers"]["or"] == phases.summary()["tiers"]["gold"]
    assert "tiers.or" in set(renamed.ledger["rule"])
