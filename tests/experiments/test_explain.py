"""Every member's history can be told, with the ledger's own entries, and the silence of rules explained."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from engine.made import canonical

from rewardsim.experiments.replays.explain import Explanation
from rewardsim.experiments.replays.replay import replay
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import RunError
from rewardsim.programme import Programme, parse_programme
from rewardsim.rules.codes import OUTCOMES

FIELDS = ("day", "source", "target", "tokens", "rule", "reason", "lot", "expiry_day")


def entries_in(told: Explanation) -> list[tuple[Any, ...]]:
    """All entries of an explanation, in order."""
    return [tuple(entry[name] for name in FIELDS) for step in told.steps for entry in step.entries]


@lru_cache(maxsize=8)
def ledgers_of(run: Run) -> dict[str, list[tuple[Any, ...]]]:
    """Each member's entries as the ledger has them."""
    found: dict[str, list[tuple[Any, ...]]] = {member: [] for member in run.members["member_id"]}
    names = list(found)
    for e in pq.read_table(run.path / "ledger.parquet").to_pylist():
        lot, expiry = -1 if e["lot"] is None else e["lot"], e["expiry_day"].isoformat() if e["expiry_day"] else ""
        entry = (e["day"].isoformat(), e["source"], e["target"], e["tokens"], e["rule"], e["reason"], lot, expiry)
        found[names[e["member"]]].append(entry)
    return found


def check_told(run: Run, member: str) -> Explanation:
    """Entries, balances, outcomes and order of steps are the run's own."""
    told = run.explain(member)
    assert entries_in(told) == ledgers_of(run)[member]
    row = run.members.set_index("member_id").loc[member]
    assert told.balances == {name: int(row[name]) for name in told.balances}
    mine = run.events[run.events["member_id"] == member]
    steps = [(s.event_id, s.outcome, s.desired, s.applied) for s in told.steps if s.event_id]
    assert [step[:2] for step in steps] == list(zip(mine["event_id"], mine["outcome"].astype(str), strict=True))
    figures = [(e.event_id, e.outcome, int(e.desired), int(e.applied)) for e in mine.itertuples()]
    accepted = {name for name, code in OUTCOMES.items() if code < 50}
    assert [step for step in steps if step[1] in accepted] == [figure for figure in figures if figure[1] in accepted]
    return told


def test_every_member_of_the_sample(base: Run) -> None:
    members = list(base.members["member_id"])
    assert len(members) == 11
    for member in members:
        check_told(base, member)


def test_every_member_of_the_busy_events(busy_run: Run) -> None:
    members = list(busy_run.members["member_id"])
    assert len(members) == 40
    for member in members:
        check_told(busy_run, member)


@pytest.mark.parametrize("more", [{"order": "recorded"}, {"until": date(2022, 1, 1)}], ids=["late", "until"])
def test_every_member_of_other_runs(busy: tuple[Programme, pa.Table], store: Path, more: dict[str, Any]) -> None:
    programme, table = busy
    rows = [row | {"recorded": (row["recorded"] * 37) % 400 + row["recorded"]} for row in table.to_pylist()]
    run = replay(programme, canonical(rows), out=store, engine="interpreted", **more)
    for member in list(run.members["member_id"])[::4]:
        check_told(run, member)


def test_why_a_campaign_was_silent_on_the_sample(base: Run) -> None:
    steps = {s.event_id: s for m in ("M-003", "M-004", "M-006", "NA") for s in base.explain(m).steps}
    silent = [{"rule": "campaign:accessory-week", "why": "not_in_window"}]
    assert steps["E0014"].silent == []  # 2017-07-10, the first day
    assert steps["E0017"].silent == []  # 2017-07-16, the last second of the last
    assert steps["E0019"].silent == silent  # 2017-07-17, the day after
    assert steps["E0054"].silent == silent
    assert steps["E0015"].silent == []  # a delivery


WEEK = """
schema = 1
[programme]
id = "week"
name = "Week"
currency = "EUR"
timezone = "UTC"
token = { name = "point" }
starts = 2020-01-01
[earning.purchase]
rate = { tokens = 1, per = "1.00" }
[[campaigns]]
id = "window"
starts = 2020-02-01
tokens = 1
[[campaigns]]
id = "weekday"
weekdays = ["sat"]
tokens = 1
[[campaigns]]
id = "channel"
channels = ["app"]
tokens = 1
[[campaigns]]
id = "category"
categories = ["tea"]
tokens = 1
[[campaigns]]
id = "minimum"
minimum_order = "50.00"
tokens = 1
"""
EXCLUSIVE = """
[[campaigns]]
id = "winner"
stacking = "exclusive"
priority = 9
tokens = 5
[[campaigns]]
id = "loser"
stacking = "exclusive"
priority = 3
tokens = 7
"""


def order(name: str, day: int, **more: Any) -> dict[str, Any]:
    when = date(2020, 1, 6) + timedelta(days=day)  # day 0 is a Monday
    more = {"amount_minor": 4_000, "channel": "web", "category": "cups", **more}
    return {"event_id": name, "type": "order", "member_id": "m", "order_id": name, "occurred_day": when, **more}


def silence(text: str, *orders: dict[str, Any], out: Path) -> dict[str, dict[str, str]]:
    """Order -> rule -> why it was silent."""
    run = replay(parse_programme(text), canonical(orders), out=out, engine="interpreted")
    return {s.event_id: {row["rule"]: row["why"] for row in s.silent} for s in run.explain("m").steps if s.event_id}


def test_an_order_of_another_member_is_told(tmp_path: Path) -> None:
    """Two members name one order; the run knows whose it is, and so must the explanation."""
    rows = [order("a", 0), order("b", 1, order_id="a", member_id="n"), order("c", 2, member_id="n")]
    run = replay(parse_programme(WEEK), canonical(rows), out=tmp_path, engine="interpreted")
    check_told(run, "m")
    check_told(run, "n")
    assert [s.outcome for s in run.explain("n").steps if s.event_id] == ["other_members_order", "applied"]


def test_each_word_of_silence(tmp_path: Path) -> None:
    good = {"amount_minor": 5_000, "channel": "app", "category": "tea"}
    said = silence(WEEK, order("bad", 0), order("sat", 5, **good), order("feb", 33, **good), out=tmp_path)
    assert said["bad"] == {
        "campaign:window": "not_in_window",
        "campaign:weekday": "wrong_weekday",
        "campaign:channel": "wrong_channel",
        "campaign:category": "no_eligible_line",
        "campaign:minimum": "below_campaign_minimum",
    }
    assert said["sat"] == {"campaign:window": "not_in_window"}
    assert said["feb"] == {}


def test_beaten_by_an_exclusive_one(tmp_path: Path) -> None:
    said = silence(WEEK + EXCLUSIVE, order("o", 33, amount_minor=5_000, channel="app", category="tea"), out=tmp_path)
    names = {"window", "weekday", "channel", "category", "minimum", "loser"}
    assert said["o"] == {f"campaign:{name}": "beaten_by_exclusive" for name in names}


def test_an_order_that_earns_nothing_is_told_too(base: Run) -> None:
    steps = {s.event_id: s for s in base.explain("M-006").steps}
    assert steps["E0024"].outcome == "channel_excluded"
    assert [entry["rule"] for entry in steps["E0024"].entries] == ["earning.welcome"]


def test_the_words_for_a_person(base: Run) -> None:
    text = str(base.explain("M-003"))
    assert text.startswith("member M-003: 0 pending, 1531 available, 0 held, 0 debt, 0 shortfall\n")
    assert "2017-07-10  order E0014 of order O-1003: " in text
    assert "           114 ISSUE -> PENDING  campaign:accessory-week" in text
    assert "campaign:accessory-week did not fire: not in window" in text


def test_an_unknown_member_is_refused(base: Run) -> None:
    with pytest.raises(RunError, match="found no event of "):
        base.explain("M-999")


@pytest.mark.parametrize("field", ["tokens", "day", "rule"])
def test_a_ledger_that_says_otherwise_is_not_explained(base: Run, tmp_path: Path, field: str) -> None:
    shutil.copytree(base.path, tmp_path / "run")
    path = tmp_path / "run" / "ledger.parquet"
    table = pq.read_table(path)
    changed = {
        "tokens": lambda: pc.add(table["tokens"], 1),
        "day": lambda: pc.add(table["day"].cast(pa.int32()), pa.scalar(1, pa.int32())).cast(pa.date32()),
        "rule": lambda: pa.chunked_array([pa.array(["expiry"] * table.num_rows)]).cast(table.schema.field("rule").type),
    }[field]()
    pq.write_table(table.set_column(table.schema.get_field_index(field), table.schema.field(field), changed), path)
    with pytest.raises(RunError, match="differ from the run's ledger"):
        Run(tmp_path / "run").explain("M-003")
