"""The figures of a run agree with one another: totals, days, members, events and entries."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardsim.experiments.run import Run
from rewardsim.rules.codes import ACCOUNTS, OUTCOMES, REASONS

FLOWS = ("issued", "voided", "released", "redeemed", "exchanged", "given_back", "expired", "clawed_back", "adjusted")
BALANCES = ("pending", "available", "held", "debt", "outstanding")


@pytest.fixture(scope="module", params=["sample", "busy"])
def run(request: pytest.FixtureRequest, base: Run, busy_run: Run) -> Run:
    """Each stored run."""
    return base if request.param == "sample" else busy_run


@pytest.fixture(scope="module")
def tokens(run: Run) -> dict[str, int]:
    """Its totals."""
    return dict(run.summary()["tokens"])


def by_hand(run: Run) -> dict[str, int]:
    """The totals again, from the rows of the ledger alone."""
    found: dict[str, int] = defaultdict(int)
    for e in run.ledger.itertuples():
        source, target, void = e.source, e.target, e.reason.startswith("void_")
        found["issued"] += e.tokens * (source == "ISSUE")
        found["voided"] += e.tokens * void
        found["released"] += e.tokens * (source == "PENDING" and target in ("AVAILABLE", "DEBT"))
        exchanged = target == "REDEEMED" and e.rule.startswith("exchange:")
        found["exchanged"] += e.tokens * exchanged
        found["redeemed"] += e.tokens * (target == "REDEEMED" and not exchanged)
        found["given_back"] += e.tokens * (source == "REDEEMED")
        found["expired"] += e.tokens * (target == "EXPIRED")
        found["clawed_back"] += e.tokens * (target == "CLAWED" and not void)
        found["adjusted"] += e.tokens * ((source == "ADJUST") - (target == "ADJUST"))
        for account, name in (("PENDING", "pending"), ("AVAILABLE", "available"), ("HELD", "held")):
            found[name] += e.tokens * ((target == account) - (source == account))
        found["debt"] += e.tokens * ((source == "DEBT") - (target == "DEBT"))
    found["outstanding"] = found["pending"] + found["available"] + found["held"] - found["debt"]
    return {name: int(value) for name, value in found.items()}


def test_totals_are_those_of_the_ledger(run: Run, tokens: dict[str, int]) -> None:
    assert {name: tokens[name] for name in (*FLOWS, *BALANCES)} == by_hand(run)
    assert all(type(value) is int and value >= 0 for name, value in tokens.items() if name != "adjusted")


def test_every_figure_is_exercised(busy_run: Run) -> None:
    tokens = busy_run.summary()["tokens"]
    assert [name for name in (*FLOWS, "clawback_shortfall", "debt") if tokens[name] == 0 and name != "voided"] == []


def test_conservation(tokens: dict[str, int]) -> None:
    t = tokens
    there = t["pending"] + t["available"] + t["held"] - t["debt"]
    gone = t["redeemed"] + t["exchanged"] - t["given_back"] + t["expired"] + t["clawed_back"] + t["voided"]
    assert t["issued"] + t["adjusted"] == there + gone
    assert t["outstanding"] == there


def test_days_sum_to_the_totals(run: Run, tokens: dict[str, int]) -> None:
    daily = run.daily
    for name in FLOWS:
        assert int(daily[name].sum()) == tokens[name], name
    for name in BALANCES:
        assert int(daily[name].iloc[-1]) == tokens[name], name


def test_each_day_follows_from_the_day_before(run: Run) -> None:
    daily = run.daily
    change = daily["issued"] + daily["adjusted"] + daily["given_back"]
    change -= daily["redeemed"] + daily["exchanged"] + daily["expired"] + daily["clawed_back"] + daily["voided"]
    assert (daily["outstanding"] == change.cumsum()).all()
    assert (daily["outstanding"] == daily["pending"] + daily["available"] + daily["held"] - daily["debt"]).all()


def test_every_day_is_there_once_up_to_the_end(run: Run) -> None:
    days = [day.date() for day in run.daily["day"]]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert days[0] == min(run.events["occurred_day"]).date()
    assert days[-1] == date.fromisoformat(run.summary()["until"])


def test_members_sum_to_the_totals(run: Run, tokens: dict[str, int]) -> None:
    members = run.members
    shared = [name for name in members.columns if name in tokens]
    assert len(shared) >= 9
    assert {name: int(members[name].sum()) for name in shared} == {name: tokens[name] for name in shared}
    assert int(members["shortfall"].sum()) == tokens["clawback_shortfall"]


def test_counts_of_members(run: Run) -> None:
    members, said = run.members, run.summary()
    assert said["members"] == int((members["events"] > 0).sum())
    assert said["members_in_debt"] == int((members["debt"] > 0).sum())
    assert said["members_short"] == int((members["shortfall"] > 0).sum())
    assert list(members["member_id"]) == sorted(members["member_id"])


def test_each_member_is_the_sum_of_his_entries(run: Run) -> None:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for e in run.ledger.itertuples():
        found[e.member_id][e.target] += e.tokens
        found[e.member_id][e.source] -= e.tokens
    for m in run.members.itertuples():
        mine = found[m.member_id]
        assert (m.pending, m.available, m.held, m.debt) == (
            mine["PENDING"], mine["AVAILABLE"], mine["HELD"], -mine["DEBT"],
        ), m.member_id  # fmt: skip
        assert m.issued == -mine["ISSUE"]
        assert m.expired == mine["EXPIRED"]


def test_every_event_has_one_outcome(run: Run) -> None:
    events, said = run.events, run.summary()
    counts = said["events"]
    assert counts["read"] == len(events) == sum(said["outcomes"].values())
    assert counts["read"] == sum(counts[name] for name in ("applied", "no_op", "duplicate", "conflict", "rejected"))
    assert dict(Counter(events["outcome"].astype(str))) == said["outcomes"]
    classes = Counter(kind(OUTCOMES[name]) for name in events["outcome"].astype(str))
    assert {name: classes[name] for name in counts if name != "read"} == {
        n: c for n, c in counts.items() if n != "read"
    }


def kind(code: int) -> str:
    """The class of an outcome by its number."""
    if code >= 50:
        return {50: "duplicate", 51: "conflict"}.get(code, "rejected")
    return "applied" if code < 10 else "no_op"


def test_entries_are_numbered_without_a_gap(run: Run) -> None:
    ledger = run.ledger
    assert list(ledger["seq"]) == list(range(run.summary()["entries"]))
    assert (ledger["tokens"] > 0).all()
    assert (ledger["source"].astype(str) != ledger["target"].astype(str)).all()
    assert set(ledger["source"].astype(str)) | set(ledger["target"].astype(str)) <= set(ACCOUNTS)
    assert set(ledger["reason"].astype(str)) <= set(REASONS)


def test_every_entry_names_a_rule_and_what_caused_it(run: Run) -> None:
    ledger, names = run.ledger, set(run.programme.names.rules.values())
    assert set(ledger["rule"].astype(str)) <= names
    by_time = ledger["event"].isna()
    assert set(ledger[by_time]["rule"].astype(str)) <= {"expiry", "earning.release"}
    assert set(ledger[~by_time]["rule"].astype(str)) & {"expiry"} == set()
    causes = run.events.set_index("number").loc[ledger[~by_time]["event"].astype(int)]
    assert list(causes["member_id"]) == list(ledger[~by_time]["member_id"])
    assert set(causes["outcome"].astype(str)) <= {name for name, code in OUTCOMES.items() if code < 50}


def test_amounts_are_whole_numbers(run: Run) -> None:
    """In the files; pandas shows a nullable integer column as float."""
    for name in ("ledger", "members", "daily", "events"):
        kinds = pq.read_schema(run.path / f"{name}.parquet").types
        assert [kind for kind in kinds if pa.types.is_floating(kind) or pa.types.is_decimal(kind)] == []


def test_sql_over_all_tables(run: Run) -> None:
    (row,) = run.sql(
        "SELECT (SELECT count(*) FROM ledger), (SELECT count(*) FROM events), (SELECT count(*) FROM members)"
    ).itertuples(index=False)
    assert tuple(row) == (run.summary()["entries"], run.summary()["events"]["read"], len(run.members))
