"""Two programmes on the same events: what differs, for whom, and by which rule; and what must not differ."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from engine.made import BUSY, DATA, canonical

from rewardsim.experiments.replays.against import Difference
from rewardsim.experiments.replays.replay import replay
from rewardsim.experiments.run import Run
from rewardsim.experiments.store import RunError
from rewardsim.programme import Programme, parse_programme
from rewardsim.transactions import import_transactions, read_events

Rerun = Callable[..., Run]
SHOWN = ("day", "source", "target", "tokens", "lot", "expiry_day", "rule", "reason", "order")


@pytest.fixture
def rerun(reward_mi: Programme, events: Path, store: Path) -> Rerun:
    """The sample under Reward Mi with changes."""

    def run(changes: dict[str, Any], until: date | None = None) -> Run:
        return replay(reward_mi.vary(changes), events, out=store, engine="interpreted", until=until)

    return run


def entries_of(run: Run) -> dict[str, list[tuple[str, ...]]]:
    """Each member's entries as text."""
    found: dict[str, list[tuple[str, ...]]] = {member: [] for member in run.members["member_id"]}
    for row in run.ledger.itertuples():
        found[row.member_id].append(tuple(str(getattr(row, name)) for name in SHOWN))
    return found


def differing(a: Run, b: Run) -> set[str]:
    """Members whose entries differ, found the long way."""
    one, other = entries_of(a), entries_of(b)
    return {member for member in one if one[member] != other[member]}


def made_by(difference: Difference) -> set[str]:
    return set(difference.members["rule"].astype(str))


def test_another_rate_makes_the_difference_by_the_purchase_rule(base: Run, rerun: Rerun) -> None:
    other = rerun({"earning.purchase.rate": {"tokens": 1, "per": "20.00"}})
    found = base.against(other)
    assert set(found.members["member_id"]) == differing(base, other)
    assert len(found.members) >= 8
    assert made_by(found) == {"earning.purchase"}
    row = found.totals.loc["issued"]
    assert row["a"] == base.summary()["tokens"]["issued"]
    assert row["b"] == other.summary()["tokens"]["issued"]
    assert row["difference"] == row["b"] - row["a"] < 0
    assert int((found.members["issued_b"] - found.members["issued_a"]).sum()) == row["difference"]


def test_another_multiplier_makes_the_difference_by_that_campaign(base: Run, rerun: Rerun) -> None:
    other = rerun({"campaigns.accessory-week.multiplier": "3"})
    found = base.against(other)
    assert set(found.members["member_id"]) == differing(base, other) == {"M-003", "NA"}
    assert made_by(found) == {"campaign:accessory-week"}
    flows = {(r.rule, r.source, r.target): r.difference for r in found.by_rule.itertuples()}
    assert flows["campaign:accessory-week", "ISSUE", "PENDING"] == found.totals.loc["issued", "difference"] > 0


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"earning.welcome.tokens": 60}, "earning.welcome"),
        ({"earning.share.tokens": 6}, "earning.share"),
        ({"redemption.checkout.share_of_order_max": "5%"}, "redemption.checkout"),
        ({"exchange.coupon-100.tokens": 2_400}, "exchange:coupon-100"),
        ({"returns.window_days": 1}, "returns"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_rule_that_made_the_difference(base: Run, rerun: Rerun, changes: dict[str, Any], rule: str) -> None:
    other = rerun(changes)
    found = base.against(other)
    assert made_by(found) == {rule}
    assert set(found.members["member_id"]) == differing(base, other) != set()


def test_members_a_change_cannot_reach_are_unchanged(base: Run, rerun: Rerun) -> None:
    """Invariant 42: exactly those who exchange for the coupon may differ."""
    other = rerun({"exchange.coupon-100.tokens": 2_400})
    reached = set(base.events[base.events["item"] == "coupon-100"]["member_id"])
    assert differing(base, other) <= reached
    assert differing(base, other)
    late = rerun({"campaigns.accessory-week.limit_per_member.tokens": 20})
    assert differing(base, late) <= {"M-003", "NA"}


def test_longer_life_is_seen_once_tokens_would_have_died(rerun: Rerun) -> None:
    end = date(2021, 1, 1)
    short, long = rerun({}, end), rerun({"expiry.years_after": 5}, end)
    found = short.against(long)
    assert set(short.members[short.members["available"] > 0]["member_id"]) == set()
    assert "expiry" in made_by(found)
    assert found.totals.loc["expired", "difference"] < 0 < found.totals.loc["available", "difference"]


def test_nothing_differs_from_itself(base: Run) -> None:
    found = base.against(base)
    assert len(found.members) == len(found.by_rule) == 0
    assert (found.totals["difference"] == 0).all()
    assert "0 members differ" in str(found)
    assert json.loads(json.dumps(found.to_dict()))["members_differing"] == 0


def test_there_and_back_are_opposite(base: Run, rerun: Rerun) -> None:
    other = rerun({"earning.welcome.tokens": 60})
    there, back = base.against(other), other.against(base)
    assert (there.totals["difference"] == -back.totals["difference"]).all()
    assert set(there.members["member_id"]) == set(back.members["member_id"])


def test_other_events_are_refused(base: Run, reward_mi: Programme, events: Path, store: Path) -> None:
    other = replay(reward_mi, read_events(events).slice(5), out=store, engine="interpreted")
    with pytest.raises(RunError, match="do: "):
        base.against(other)


def test_other_ends_are_refused_or_told(base: Run, reward_mi: Programme, events: Path, store: Path) -> None:
    """What only a longer run expires is no difference between programmes."""
    longer = replay(reward_mi, events, out=store, engine="interpreted", until=date(2021, 1, 1))
    with pytest.raises(RunError, match="do: "):
        base.against(longer)


def test_the_json_of_a_difference_is_plain(base: Run, rerun: Rerun) -> None:
    other = rerun({"earning.purchase.rate": {"tokens": 1, "per": "20.00"}})
    said = json.loads(json.dumps(base.against(other).to_dict()))
    assert {"a", "b", "totals", "by_rule", "members_differing", "made_by", "members"} <= set(said)
    assert said["members_differing"] == sum(said["made_by"].values()) == len(said["members"])


# ---------------------------------------------------------------- metamorphic, invariant 43


def digest_of(text: str, events: Any, out: Path) -> str:
    return replay(
        parse_programme(text).without("referral", "tiers", "draws"), events, out=out, engine="interpreted"
    ).digest


TEXT = (DATA / "programmes" / "reward-mi.toml").read_text(encoding="utf-8")
REWRITTEN = {
    "comments": lambda text: "\n".join(line.split("  #")[0] for line in text.splitlines() if not line.startswith("#")),
    "names": lambda text: text.replace("Mi Token", "Coin").replace("Reward Mi (India)", "Other"),
    "ids": lambda text: text.replace("accessory-week", "some-week"),
    "phases": lambda text: text.replace('phase = "earn"', 'phase = "p"').replace('id = "earn"', 'id = "p"'),
    "order": lambda text: text.replace("\n[expiry]", "\n#cut\n[expiry]").replace("[returns]", "#cut\n[returns]"),
    "written": lambda text: parse_programme(text).to_toml(),
}  # fmt: skip


@pytest.mark.parametrize("how", REWRITTEN)
def test_rewriting_a_programme_does_not_change_the_digest(base: Run, events: Path, tmp_path: Path, how: str) -> None:
    text = REWRITTEN[how](TEXT)
    if how == "order":
        head, expiry, tail = text.split("#cut\n")
        text = head + tail + "\n" + expiry
    assert text != TEXT
    assert digest_of(text, events, tmp_path) == base.digest


def test_the_order_of_the_sources_rows_does_not_change_the_digest(
    base: Run, reward_mi: Programme, tmp_path: Path
) -> None:
    head, *rows = (DATA / "samples" / "reward-mi-events.csv").read_text().splitlines()
    groups = [list(group) for _, group in groupby(rows, key=lambda row: row.split(",")[0])]
    repeated = [group for group in groups if group[0].startswith("E0042,")]
    others = [group for group in groups if group not in repeated]
    random.Random(3).shuffle(others)
    path = tmp_path / "shuffled.csv"
    path.write_text("\n".join([head, *(row for group in others + repeated for row in group)]) + "\n")
    made = import_transactions(path, DATA / "mappings" / "generic.toml")
    assert made.events["recorded"].to_pylist() != list(base.events["recorded"])
    assert replay(reward_mi, made, out=tmp_path, engine="interpreted").digest == base.digest


def test_renamed_members_change_nothing_but_the_digest(
    base: Run, reward_mi: Programme, events: Path, tmp_path: Path
) -> None:
    table = read_events(events)
    names = [f"X{name}" for name in table["member_id"].to_pylist()]
    at = table.schema.get_field_index("member_id")
    renamed = table.set_column(at, table.schema.field(at), [names])
    other = replay(reward_mi, renamed, out=tmp_path, engine="interpreted")
    assert other.digest != base.digest
    assert other.summary()["tokens"] == base.summary()["tokens"]


# ---------------------------------------------------------------- monotone, invariant 45


def test_a_higher_rate_never_issues_less(rerun: Rerun) -> None:
    pers = ("100.00", "20.00", "10.00", "7.00", "5.00", "1.00")
    runs = [rerun({"earning.purchase.rate": {"tokens": 1, "per": per}}) for per in pers]
    issued = [run.summary()["tokens"]["issued"] for run in runs]
    assert issued == sorted(issued)
    assert len(set(issued)) == len(issued)
    for lower, higher in pairwise(runs):
        assert (lower.members["issued"] <= higher.members["issued"]).all()


def test_shorter_expiry_never_expires_less(rerun: Rerun) -> None:
    end = date(2020, 6, 1)
    expired = [rerun({"expiry.years_after": n}, end).summary()["tokens"]["expired"] for n in (4, 2, 1, 0)]
    assert expired == sorted(expired)
    assert expired[0] == 0 < expired[1] or expired[0] < expired[-1]


def test_nothing_promised_nothing_issued(rerun: Rerun) -> None:
    gone = ("earning.purchase", "earning.welcome", "earning.share", "campaigns.accessory-week")
    run = rerun(dict.fromkeys(gone))
    assert run.summary()["tokens"]["issued"] == 0
    assert set(run.ledger["rule"].astype(str)) & {"earning.purchase", "earning.welcome", "earning.share"} == set()


def test_no_rule_no_entry(tmp_path: Path) -> None:
    text = BUSY.partition("[earning.purchase]")[0]
    rows = [purchase(n, 1_000 + n) for n in range(20)]
    run = replay(parse_programme(text), canonical(rows), out=tmp_path, engine="interpreted")
    assert run.summary()["entries"] == 0
    assert len(run.ledger) == 0
    assert run.summary()["events"] == {
        "read": 20,
        "applied": 0,
        "no_op": 20,
        "duplicate": 0,
        "conflict": 0,
        "rejected": 0,
    }


def purchase(n: int, amount: int, **more: Any) -> dict[str, Any]:
    row = {"event_id": f"e{n:03d}", "type": "order", "member_id": f"m{n % 3}", "order_id": f"o{n}", "second": n}
    return {**row, "occurred_day": date(2020, 1, 2) + timedelta(days=n), "amount_minor": amount, **more}


@pytest.mark.parametrize("rounding", ["floor", "half_up", "half_even", "ceil"])
def test_doubling_amounts_doubles_tokens_up_to_rounding(tmp_path: Path, rounding: str) -> None:
    text = BUSY.partition("[earning.purchase]")[0] + (
        f'[earning.purchase]\nrate = "7%"\nproration = "pro_rata"\nrounding = "{rounding}"\n'
    )
    programme = parse_programme(text)
    once, twice = (
        replay(
            programme,
            canonical([purchase(n, k * (137 * n + 1_061)) for n in range(60)]),
            out=tmp_path,
            engine="interpreted",
        )
        for k in (1, 2)
    )
    single, double = (dict(zip(run.ledger["event"], run.ledger["tokens"], strict=True)) for run in (once, twice))
    assert len(double) == 60
    for event, tokens in double.items():
        assert abs(tokens - 2 * single.get(event, 0)) <= 1
    assert twice.summary()["tokens"]["issued"] > once.summary()["tokens"]["issued"]


# ---------------------------------------------------------------- edges, invariant 46


def test_one_event_and_one_day(tmp_path: Path) -> None:
    programme = parse_programme(BUSY)
    run = replay(programme, canonical([purchase(0, 5_000)]), out=tmp_path, engine="interpreted")
    assert run.summary()["events"]["applied"] == 1
    assert run.summary()["tokens"]["issued"] == 70
    assert run.summary()["until"] == "2020-01-02"
    assert len(run.daily) == 1


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2000, 2, 29), date(2199, 12, 31)])
def test_far_days(tmp_path: Path, day: date) -> None:
    rows = [purchase(0, 5_000, occurred_day=day), purchase(1, 5_000)]
    runs = [
        replay(parse_programme(BUSY), canonical(rows), out=tmp_path / e, engine=e) for e in ("interpreted", "compiled")
    ]
    assert runs[0].digest == runs[1].digest
    assert runs[0].summary()["events"]["read"] == 2
    counted = {name: count for name, count in runs[0].summary()["outcomes"].items() if count}
    assert counted == ({"applied": 1, "before_start": 1} if day.year < 2020 else {"applied": 2})


@pytest.mark.parametrize("engine", ["interpreted", "compiled"])
def test_no_event_at_all(tmp_path: Path, engine: str) -> None:
    programme = parse_programme(BUSY)
    empty = replay(programme, canonical([]), out=tmp_path, engine=engine)
    assert set(empty.summary()["tokens"].values()) == {0}
    assert empty.against(empty).members.empty
    empty.verify()
