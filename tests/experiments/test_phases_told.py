"""Referral, tiers and draws explained: members' histories, late entries, long gaps, draws to come."""

from __future__ import annotations

import random
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine.made import canonical

from rewardsim.engine.journal import JOURNAL
from rewardsim.experiments.replays.replay import replay
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import RunError
from rewardsim.programme import parse_programme

from .phased import LATE, both, notes_of, told_of
from .test_explain import check_told


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
