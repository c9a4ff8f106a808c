"""``rs.simulate`` with the engines themselves, on a small town: what its tables say fits together."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from rewardsim.experiments.simulations.compare import compare
from rewardsim.experiments.simulations.run import SimulationRun
from rewardsim.experiments.simulations.simulate import simulate
from rewardsim.programme import Programme, load_programme

from .simulated import town

DATA = Path(__file__).resolve().parents[2] / "data"
RESPONSE = ("purchases", "revenue", "returned", "person_days", "margin")


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme(DATA / "programmes" / "reward-mi.toml")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulations")


@pytest.fixture(scope="module")
def run(programme: Programme, store: Path) -> SimulationRun:
    """The town, three replicates, everything kept."""
    return simulate(programme, town(), replicates=3, ledger=True, engine="simpy", out=store)


def test_both_engines_make_the_same_run(run: SimulationRun, programme: Programme, tmp_path: Path) -> None:
    other = simulate(programme, town(), replicates=3, ledger=True, engine="compiled", out=tmp_path)
    assert other.digest == run.digest
    for name in ("replicates", "groups", "daily", "tokens", "issued", "settled", "members"):
        pd.testing.assert_frame_equal(_named(other, name), _named(run, name))
    assert len(other.ledger) == len(run.ledger) > 100


def _named(run: SimulationRun, name: str) -> pd.DataFrame:
    return run.sql("SELECT * FROM groups ORDER BY ALL") if name == "groups" else getattr(run, name)


def test_a_programme_nobody_responds_to_changes_nothing(programme: Programme, store: Path) -> None:  # A1
    found = simulate(programme, town(behaviour__preset="no_response"), replicates=2, engine="simpy", out=store)
    table = found.effects[found.effects["quantity"].isin(RESPONSE)]
    assert (table[["estimate", "low", "high"]] == 0).all().all()
    assert found.totals("programme")["issued"][0] > 0
    assert (found.members["purchases"] == found.members["purchases_without"]).all()


def test_members_and_days_add_up(run: SimulationRun) -> None:
    members = run.members
    first = run.replicates[(run.replicates["replicate"] == 0) & (run.replicates["arm"] == "programme")].iloc[0]
    twin = run.replicates[(run.replicates["replicate"] == 0) & (run.replicates["arm"] == "without")].iloc[0]
    assert members["purchases"].sum() == first["purchases"]
    assert members["revenue"].sum() == first["revenue"]
    assert members["revenue_without"].sum() == twin["revenue"]
    assert members["available"].sum() == first["available"]
    assert members["issued"].sum() == first["issued"]
    assert (members["kind"] == "referred").sum() == first["referred"]


def test_person_days_are_those_of_the_people_present(run: SimulationRun) -> None:
    days = pd.date_range("2017-06-15", "2017-10-31")
    for (replicate, arm), one in run.daily.groupby(["replicate", "arm"]):
        moves = one.assign(tier=one["tier"].fillna("")).pivot_table("present", "day", ["tier", "cohort"], "sum")
        stock = moves.reindex(days).fillna(0).cumsum()
        assert (stock >= 0).all().all()
        # A person counts on the day he leaves, but is no longer there at its end; friends' days are told apart.
        totals = run.replicates[(run.replicates["replicate"] == replicate) & (run.replicates["arm"] == arm)].iloc[0]
        friends = run.sql(f"""
            SELECT coalesce(sum(days), 0)::BIGINT AS days FROM groups
            WHERE arm = '{arm}' AND against = '{arm}' AND origin = 'referred' AND replicate = {replicate}""")["days"][0]
        assert friends > 0 or arm == "without"
        assert stock.to_numpy().sum() + one["left"].sum() == totals["person_days"] + friends


def test_the_ledger_is_that_of_the_first_replicate(run: SimulationRun) -> None:
    issued = run.sql("SELECT sum(tokens) AS tokens FROM ledger WHERE source = 'ISSUE'")["tokens"][0]
    assert issued == run.totals("programme")["issued"][0]
    by_rule = run.sql("SELECT rule, sum(tokens) AS tokens FROM ledger WHERE source = 'ISSUE' GROUP BY 1 ORDER BY 1")
    told = run.sql("SELECT rule, sum(tokens) AS tokens FROM issued WHERE replicate = 0 GROUP BY 1 ORDER BY 1")
    assert by_rule["tokens"].tolist() == told["tokens"].tolist()
    read = run.summary()["events"]
    assert read["read"] == len(run.events) == sum(n for name, n in read.items() if name != "read")


def test_tokens_are_conserved(run: SimulationRun) -> None:  # A9
    for row in run.replicates[run.replicates["arm"] == "programme"].to_dict("records"):
        ended = row["redeemed"] + row["exchanged"] - row["given_back"] + row["expired"] + row["voided"]
        assert row["issued"] + row["adjusted"] == ended + row["clawed_back"] + row["outstanding"]


def test_people_the_programme_cannot_reach_are_the_same(run: SimulationRun) -> None:
    untouched = run.effects[(run.effects["by"] == "tier") & (run.effects["group"] == "not enrolled")]
    assert (untouched[["estimate", "low", "high"]] == 0).all().all()
    mine = run.members[(run.members["status"] == "not enrolled") & (run.members["kind"] != "referred")]
    assert (mine["revenue"] == mine["revenue_without"]).all()


def test_the_parts_sum_to_the_change_of_revenue(run: SimulationRun) -> None:  # A8
    mine, base = run.totals("programme")["revenue"], run.totals("without")["revenue"]
    assert run.parts["total"].tolist() == [one - other for one, other in zip(mine, base, strict=True)]


def test_a_change_of_the_rules_meets_the_same_people(run: SimulationRun, programme: Programme, store: Path) -> None:
    double = programme.vary({"earning.purchase.rate": {"tokens": 2, "per": "10.00"}})
    other = simulate(double, town(), replicates=3, engine="simpy", out=store)
    assert other.totals("without") == run.totals("without")
    found = compare(run, other)
    issued = next(one for one in found.found if one.quantity == "issued")
    assert issued.interval.low > 0  # type: ignore[operator]
