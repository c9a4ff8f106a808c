"""Production against its forecast: no alarm without a cause, and one broken assumption at a time, found and named."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import rewardsim as rs
from experiments.simulated import town
from rewardsim.experiments.drifts.drift import Drift, drift
from rewardsim.experiments.drifts.forecast import crowds
from rewardsim.experiments.drifts.judge import Crowd, holm, judge
from rewardsim.experiments.drifts.measures import Measure, follows, measures
from rewardsim.experiments.drifts.world import Span
from rewardsim.experiments.replays.kept import kept_events
from rewardsim.population import Population
from rewardsim.programme import Programme, load_programme
from rewardsim.transactions import event_schema
from rewardsim.transactions.events import in_order
from rewardsim.transactions.exported import read_exported, write_exported

DATA = Path(__file__).resolve().parents[2] / "data"
LAUNCH = "rewardmi-launch"
UNTIL, EARLY = date(2018, 5, 31), date(2017, 11, 30)
REPLICATES, WORLDS = 8, 24
PEOPLE = 250


def people(**changes: Any) -> Population:
    """A town that buys often, stays long, and invites."""
    usual = {"purchases__alpha_weeks": 5, "lifetime__beta_weeks": 60, "referral__pool": 1.0}
    usual |= {"response__invites__mean": 0.35}
    return town(**(usual | changes))


def produced(programme: Programme, population: Population, seed: int, store: Path) -> pa.Table:
    """What production would have seen of a world: its events, in canonical order."""
    asked = {"members": PEOPLE, "until": UNTIL, "replicates": 1, "counterfactual": False, "ledger": True}
    run = rs.simulate(programme, population, seed=seed, out=store, **asked)
    kept = kept_events(run.path)
    assert kept is not None
    recorded = kept.table.schema.get_field_index("recorded")
    return kept.table.set_column(recorded, event_schema().field(recorded), pa.array(range(kept.table.num_rows)))


@pytest.fixture(scope="module")
def law() -> Programme:
    """The programme production serves."""
    return load_programme(DATA / "programmes" / "reward-mi.toml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run store of these tests."""
    return tmp_path_factory.mktemp("drift")


@pytest.fixture(scope="module")
def forecast(law: Programme, folder: Path) -> rs.SimulationRun:
    """What was expected."""
    asked = {"members": PEOPLE, "until": UNTIL, "replicates": REPLICATES, "counterfactual": False}
    return rs.simulate(law, people(), seed=1, out=folder, **asked)


@pytest.fixture(scope="module")
def usual(law: Programme, folder: Path) -> pa.Table:
    """The events of a production that is as expected."""
    return produced(law, people(), 77, folder)


@pytest.fixture(scope="module")
def exported(law: Programme, usual: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What its store wrote."""
    return served(law, usual, tmp_path_factory.mktemp("production"))


def served(law: Programme, events: pa.Table, at: Path, secrets: dict[str, bytes] | None = None) -> Path:
    """A production that took these events in, draws held by its secrets; where it wrote its records."""
    from rewardsim.scoring import Scorer, SqliteStore
    from rewardsim.scoring.commands import records

    store = SqliteStore(str(at / "production.db"))
    said = {"programme": law.id, "currency": law.currency, "timezone": law.timezone}
    scorer = Scorer(law.law(), law.names, store, bundle_hash=f"toml:{law.key}", secrets=secrets or {}, **said)
    write_exported(events, at / "sent.jsonl")
    for line in (at / "sent.jsonl").read_text(encoding="utf-8").splitlines():
        scorer.apply(json.loads(line))
    records(scorer, at / "before")
    scorer.advance_to((UNTIL - date(1970, 1, 1)).days)
    records(scorer, at / "records")
    (at / "digest").write_text(scorer.digest())
    store.close()
    return at


def compared(forecast: rs.SimulationRun, events: pa.Table, folder: Path, **more: Any) -> Drift:
    """The comparison with a replay of these events."""
    found = rs.replay(forecast.programme, events, out=folder, until=UNTIL)
    return drift(forecast, found.path, **more)


def test_an_export_replays_to_the_stores_digest(law: Programme, exported: Path, folder: Path) -> None:
    run = rs.replay(law, exported / "records", out=folder, order="recorded", until=UNTIL)
    assert run.digest == (exported / "digest").read_text()
    again = rs.replay(law, exported / "records" / "events.jsonl", out=folder, order="recorded", until=UNTIL)
    assert again.path == run.path


def test_what_is_as_forecast_is_no_alarm(forecast: rs.SimulationRun, exported: Path) -> None:
    found = rs.drift(forecast, exported / "records")
    assert found.holds
    assert found.differences == []
    assert found.assumptions == []
    assert "within the forecast" in str(found)
    assert "every entry is the one" in str(found)
    said = json.loads(json.dumps(found.to_dict()))
    assert said["ledger"] == {"checked": True, "members_different": 0, "not_posted_yet": 0, "differences": []}
    for row in said["measures"]:
        assert row["low"] <= row["forecast"] <= row["high"]
    for total in said["totals"]:
        product = 1.0
        for factor in total["factors"].values():
            product *= factor
        assert product == pytest.approx(total["actual"] / total["forecast"], rel=1e-6)
    figure = found.plot()
    assert {trace.name for trace in figure.data} == {"forecast", "production", "95 % interval"}


def test_what_is_not_posted_yet_is_no_difference(forecast: rs.SimulationRun, exported: Path) -> None:
    found = rs.drift(forecast, exported / "before", until="2019-01-05")
    assert found.holds
    assert found.unposted > 0, "a year's tokens have expired, and nobody has come since"
    assert "not posted yet" in str(found)


def test_fewer_days_are_compared_where_they_are_asked_for(forecast: rs.SimulationRun, exported: Path) -> None:
    found = rs.drift(forecast, exported / "records", until=EARLY)
    assert found.span.last == EARLY
    assert found.holds
    assert found.daily()["day"].max().date() <= EARLY


BROKEN = {
    "basket": ({"basket__v": "2400.00"}, "basket", "basket.v"),
    "rate": ({"purchases__alpha_weeks": 2.5}, "purchases_before", "purchases.alpha_weeks"),
    "reluctance": ({"response__reluctance": {"mean": 1.5, "sd": 1.0}}, "redemptions", "response.reluctance"),
    "acceptance": ({"behaviour__accept": 1.0}, "acceptance", "behaviour.accept"),
    "delivery": ({"delivery__days": [7, 8, 9]}, "delivery", "delivery.days"),
    "returns": ({"returns__share": "25 %"}, "returns", "returns.share"),
}


@pytest.mark.filterwarnings("ignore:arm 'programme'. the settings imply")
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_assumption_is_found_and_named(
    what: str, law: Programme, forecast: rs.SimulationRun, folder: Path
) -> None:
    changes, measure, assumption = BROKEN[what]
    found = compared(forecast, produced(law, people(**changes), 77, folder), folder)
    causes = [one.measure.name for one in found.causes]
    assert not found.holds
    assert causes[0] == measure
    assert found.findings[0].measure.name == "enrolments"
    assert assumption in found.assumptions
    assert f"{measure}: " in str(found)
    assert assumption in str(found)


def test_more_people_than_forecast_are_only_more_enrolments(
    forecast: rs.SimulationRun, usual: pa.Table, folder: Path
) -> None:
    found = compared(forecast, usual, folder, people=2 * PEOPLE)
    assert [one.measure.name for one in found.causes] == ["enrolments"]
    assert found.causes[0].actual == pytest.approx(compared(forecast, usual, folder).findings[0].actual / 2)


def test_unanswered_invitations_tell_sending_from_accepting(
    forecast: rs.SimulationRun, usual: pa.Table, folder: Path
) -> None:
    rows = usual.to_pylist()
    invites = [row for row in rows if row["type"] == "invite"]
    sent = round(forecast.replicates["invitations"].mean())
    more = [
        invites[k % len(invites)]
        | {"event_id": f"more-{k}", "counterpart_id": f"nobody-{k}", "recorded": len(rows) + k}
        for k in range(sent - len(invites))
    ]
    found = compared(forecast, in_order(pa.Table.from_pylist(rows + more, event_schema())), folder)
    assert found.unanswered
    assert found.holds
    assert {"invitations", "acceptance"} <= {one.measure.name for one in found.findings}


def test_a_ledger_that_was_changed_is_found(forecast: rs.SimulationRun, exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported / "records", tmp_path / "records")
    at = tmp_path / "records" / "ledger.jsonl"
    rows = [json.loads(line) for line in at.read_text(encoding="utf-8").splitlines()]
    victim = next(row for row in rows if row["rule"] == "earning.purchase")
    victim["tokens"] += 1
    at.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = rs.drift(forecast, tmp_path / "records")
    assert not found.holds
    assert len(found.differences or []) == 1
    first = (found.differences or [])[0]
    assert (first.member_id, first.line, first.rule) == (victim["member_id"], victim["line"], "earning.purchase")
    assert str(found).index("LEDGER") < str(found).index("within the forecast")


def test_entries_left_out_or_added_are_found(forecast: rs.SimulationRun, exported: Path, tmp_path: Path) -> None:
    lines = (exported / "records" / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    events = (exported / "records" / "events.jsonl").read_text(encoding="utf-8")
    last = {row["member_id"]: row for row in rows}
    victims = [row for row in last.values() if row["event_id"] is not None][:2]
    kept = [row for row in rows if row is not victims[0]]
    kept.append(victims[1] | {"line": victims[1]["line"] + 1})
    (tmp_path / "events.jsonl").write_text(events, encoding="utf-8")
    (tmp_path / "ledger.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    found = rs.drift(forecast, tmp_path)
    told = {one.member_id: one for one in found.differences or []}
    assert set(told) == {row["member_id"] for row in victims}
    assert told[victims[0]["member_id"]].produced == "has none"
    assert told[victims[1]["member_id"]].replayed == "has none"


@pytest.fixture(scope="module")
def worlds(law: Programme, folder: Path) -> list[Crowd]:
    """Many small worlds of one population."""
    asked = {"members": 120, "until": EARLY, "replicates": WORLDS, "counterfactual": False}
    run = rs.simulate(law, people(), seed=9, out=folder, **asked)
    return crowds(run, Span(date(2017, 6, 15), EARLY))


def test_false_alarms_are_as_rare_as_said(worlds: list[Crowd]) -> None:
    """Each world in turn is production, others the forecast: 5 % false alarms at most, and not none by blindness."""
    compared = measures([one.world for one in worlds], unanswered=False)
    alarms = trials = seen = judged = 0
    for k, production in enumerate(worlds):
        for stride in (1, 5, 7):
            others = [worlds[(k + 1 + stride * j) % WORLDS] for j in range(REPLICATES)]
            found = judge(compared, [one for one in others if one is not production], production)
            ps = [one.p for one in found if one.p is not None]
            alarms, trials = alarms + any(one.broken for one in found), trials + 1
            seen, judged = seen + sum(p < 0.05 for p in ps), judged + len(ps)
    assert trials == 3 * WORLDS
    assert alarms <= 9, "binomial, 72 trials at 5 %: more than 9 once in 200"
    assert 0.01 <= seen / judged <= 0.07


def test_adjusted_values_are_holms() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_every_cause_that_is_named_is_measured_before_its_consequence() -> None:
    from rewardsim.experiments.drifts import measures as d

    names = ["enrolments"]
    for one in (*d.FIRST, *d.ALL_INVITATIONS, *d.FRIENDS, *d.SPENDING):
        assert set(one.after) - {"invitations"} <= {*names, one.name}
        names.append(one.name)
    assert follows(Measure("a", "x", "y", "", (), ("item:*", "b")), ["item:mug", "c", "b"]) == ["item:mug", "b"]


def test_every_assumption_that_is_named_can_be_varied() -> None:
    from rewardsim.behaviour.parameters import PARAMETERS
    from rewardsim.experiments.drifts import measures as d
    from rewardsim.population.model import PopulationFile

    for one in (*d.FIRST, *d.ALL_INVITATIONS, *d.ANSWERED, *d.FRIENDS, *d.SPENDING, *d.LAST):
        for name in one.assumptions:
            section, _, rest = name.partition(".")
            if name == d.RULES:
                continue
            assert section in PopulationFile.model_fields
            if section == "behaviour":
                assert rest in PARAMETERS


def refused(run: Any, actual: Path, **options: Any) -> list[str]:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - which faults it has is what is asserted
        drift(run, actual, **options)
    return [fault.code for fault in caught.value.faults]  # type: ignore[attr-defined]


def test_bad_requests_are_refused(
    law: Programme, forecast: rs.SimulationRun, usual: pa.Table, exported: Path, folder: Path, tmp_path: Path
) -> None:
    sent = exported / "records"
    one = rs.simulate(law, people(), members=20, until=EARLY, replicates=1, counterfactual=False, out=folder)
    replayed = rs.replay(law, usual, out=folder, until=UNTIL)
    assert refused(one, sent, until="soon", people=0) == ["bad_date", "one_replicate", "out_of_range"]
    assert refused(replayed.path, sent) == ["other_kind"]
    assert refused(tmp_path, sent) == ["no_run"]
    assert refused(forecast, tmp_path / "nothing.parquet") == ["no_file"]
    assert refused(forecast, tmp_path / "nothing.jsonl") == ["no_file"]
    assert refused(forecast, one.path) == ["other_kind"]
    other = rs.replay(law.without("draws"), usual, out=folder, until=UNTIL)
    assert refused(forecast, other.path) == ["other_programme"]
    assert refused(forecast, sent, until="2017-01-31") == ["other_days"]


def test_faults_of_an_export_are_told_together(forecast: rs.SimulationRun, exported: Path, tmp_path: Path) -> None:
    first = json.loads((exported / "records" / "events.jsonl").read_text(encoding="utf-8").splitlines()[0])
    odd = [first | {"amount_minor": 1.5}, first | {"colour": "red"}, first | {"occurred_day": "today"}, [1]]
    missing = {name: value for name, value in first.items() if name != "member_id"}
    lines = [*(json.dumps(row) for row in (*odd, missing)), "{"]
    (tmp_path / "events.jsonl").write_text("\n".join(lines), encoding="utf-8")
    codes = ["wrong_type", "unknown_key", "bad_date", "wrong_type", "missing", "not_json"]
    assert refused(forecast, tmp_path) == codes


def test_a_ledger_of_another_programme_is_refused(forecast: rs.SimulationRun, exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported / "records", tmp_path / "records")
    at = tmp_path / "records" / "ledger.jsonl"
    rows = [json.loads(line) | {"bundle": "toml:0123"} for line in at.read_text(encoding="utf-8").splitlines()]
    rows[3]["tokens"] = "many"
    at.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert refused(forecast, tmp_path / "records") == ["bad_entry", "other_programme"]


def test_secrets_that_cannot_be_are_refused_together(forecast: rs.SimulationRun, exported: Path) -> None:
    with pytest.raises(rs.TransactionError) as caught:
        drift(forecast, exported / "records", secrets={"nothing": b"x" * 32, LAUNCH: b"short"})
    assert [fault.code for fault in caught.value.faults] == ["unknown_draw", "short_secret"]


def entered(usual: pa.Table, count: int) -> pa.Table:
    """The same production, with so many entries in the launch draw besides."""
    post = {"hashtag": "#rewardmi", "tags": 5, "public": True}
    blank = dict.fromkeys(event_schema().names) | {"type": "draw_entry", "item": LAUNCH, "post": post}
    blank |= dict.fromkeys(("amount_minor", "discount_minor", "tokens"), 0) | {"occurred_day": date(2017, 6, 20)}
    rows = [
        blank | {"event_id": f"entry-{k:03}", "member_id": f"entrant-{k:03}", "second": k, "recorded": -count + k}
        for k in range(count)
    ]
    return in_order(pa.concat_tables([usual, pa.Table.from_pylist(rows, event_schema()).cast(usual.schema)]))


def test_draws_are_held_with_productions_secrets(
    law: Programme, forecast: rs.SimulationRun, usual: pa.Table, tmp_path: Path
) -> None:
    """Of 130 who enter a hundred win: by another secret, or none, others."""
    secret = {LAUNCH: b"s" * 32}
    records = served(law, entered(usual, 130), tmp_path, secret) / "records"
    right = drift(forecast, records, secrets=secret)
    assert right.differences == []
    prizes = right.actual.ledger.query("rule == 'draws.rewardmi-launch'")
    assert len(prizes) == 100
    for wrong in ({LAUNCH: b"t" * 32}, None):
        found = drift(forecast, records, secrets=wrong)
        assert not found.holds
        assert "draws.rewardmi-launch" in {one.rule for one in found.differences}
        won = set(found.actual.ledger.query("rule == 'draws.rewardmi-launch'")["member_id"])
        assert len(won) == 100
        assert won != set(prizes["member_id"])


def test_events_written_and_read_are_the_same(usual: pa.Table, tmp_path: Path) -> None:
    assert write_exported(usual, tmp_path / "events.jsonl") == usual.num_rows
    assert read_exported(tmp_path / "events.jsonl").equals(usual)


def test_the_command(forecast: rs.SimulationRun, exported: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from rewardsim.cli import app

    def call(*words: Any) -> Any:
        return CliRunner().invoke(app, ["drift", *map(str, words)])

    sent = exported / "records"
    done = call(forecast.path, "--actual", sent, "--figure", tmp_path / "drift.html")
    assert done.exit_code == 0
    assert "within the forecast" in done.stdout
    assert (tmp_path / "drift.html").stat().st_size > 10_000
    done = call(forecast.path, "--actual", sent, "--people", 10 * PEOPLE, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["broken"][0]["measure"] == "enrolments"
    done = call(forecast.path, "--actual", tmp_path / "none.parquet", "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["faults"][0]["code"] == "no_file"
