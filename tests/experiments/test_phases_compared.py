"""Referral, tiers and draws by secrets, by both engines, and under other programmes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardsim.draws import rank_tickets
from rewardsim.draws.keys import commitment
from rewardsim.experiments.replays.against import Difference
from rewardsim.experiments.replays.replay import replay
from rewardsim.experiments.run import Run

from .phased import both, notes_of, replaced

DRAW = "rewardmi-launch"
SECRET = hashlib.sha512(b"of a test").digest()


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
