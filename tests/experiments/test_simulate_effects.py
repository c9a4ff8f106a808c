"""What a simulation says a programme changes, where it is known: with an engine that is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from rewardsim.economics.intervals import differences, mean_interval, ratio_interval
from rewardsim.experiments.simulations.compare import compare
from rewardsim.experiments.simulations.growth import ReproductionWarning
from rewardsim.experiments.simulations.plan import SimulationError
from rewardsim.experiments.simulations.plots import PICTURES
from rewardsim.experiments.simulations.run import SimulationRun
from rewardsim.experiments.simulations.selection import LABEL
from rewardsim.experiments.simulations.simulate import simulate
from rewardsim.experiments.store import RunError
from rewardsim.programme import Programme, load_programme

from .simulated import PRICE, Stub, town

DATA = Path(__file__).resolve().parents[2] / "data"
REPLICATES = 4
FRIENDS_INVITE = 1.4  # times as many as others do, in the reference preset
Simulate = Callable[..., SimulationRun]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme(DATA / "programmes" / "reward-mi.toml")


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    found = Stub()
    monkeypatch.setattr("rewardsim.engine.simulation.simulate_population", found)
    return found


@pytest.fixture
def run(stub: Stub, programme: Programme, tmp_path: Path) -> Simulate:
    def of(programme: Programme = programme, population: Any = None, **more: Any) -> SimulationRun:
        return simulate(programme, population or town(), **{"out": tmp_path, "replicates": REPLICATES, **more})

    return of


def effect(run: SimulationRun, quantity: str, by: str = "all", group: str = "", arm: str = "programme") -> Any:
    """The one row of a quantity's effect against no programme."""
    table = run.effects
    rows = table[
        (table["quantity"] == quantity) & (table["by"] == by) & (table["group"] == group)
        & (table["arm"] == arm) & (table["against"] == "without")
    ]  # fmt: skip
    assert len(rows) == 1
    return rows.iloc[0]


# ---------------------------------------------------------------- effects


def test_a_known_effect_without_noise(run: Simulate) -> None:
    found = run()
    row = effect(found, "purchases")  # 20 of 60 buy once more, 6 friends once
    assert (row["estimate"], row["low"], row["high"], row["replicates"]) == (26, 26, 26, REPLICATES)
    assert effect(found, "revenue")["estimate"] == 26 * PRICE
    assert effect(found, "referred")["estimate"] == 6
    assert effect(found, "issued")["estimate"] == effect(found, "issued_welcome_and_shares")["estimate"] == 66 * 50
    assert effect(found, "outstanding")["estimate"] == 66 * 50
    assert effect(found, "liability")["estimate"] == 66 * 50 * 10  # 0.10 a token
    assert effect(found, "liability_expected")["estimate"] == 66 * 50 * 10  # none has ended


def test_intervals_are_of_paired_replicates(run: Simulate) -> None:
    found = run()
    mine, base = found.totals("programme"), found.totals("without")
    share = effect(found, "incremental_share")
    wanted = ratio_interval(differences(mine["revenue"], base["revenue"]), mine["revenue"])
    assert wanted is not None
    assert (share["estimate"], share["low"], share["high"]) == (wanted.estimate, wanted.low, wanted.high)
    row = effect(found, "margin")
    wanted = mean_interval(differences(mine["margin"], base["margin"]))
    assert (row["estimate"], row["half_width"]) == (wanted.estimate, pytest.approx(wanted.half_width))
    assert row["relative"] == pytest.approx(row["estimate"] / (sum(base["margin"]) / REPLICATES))


def test_the_margin_is_the_populations_or_an_assumption(run: Simulate) -> None:
    said = run()
    assert said.manifest["population"]["margin_bp"] == 1857  # (3 * .4 * 40 % + 3 * 10 %) / 4.2
    assert said.totals("programme")["margin"] == [n * 1857 // 10_000 for n in said.totals("programme")["revenue"]]
    assert "margin 18.57 % of revenue after returns (as the population says)" in str(said)
    assumed = run(population=town(categories__accessory__margin=None, categories__phone__margin=None))
    assert assumed.manifest["population"]["margin_bp"] == 2500
    assert "margin 25 % of revenue after returns (assumed, the population does not say)" in str(assumed)


def test_a_programme_that_does_nothing_has_no_effect(run: Simulate, stub: Stub) -> None:  # A1
    stub.lift, stub.friends = 0, 0
    found = run()
    for quantity in ("purchases", "revenue", "margin", "person_days"):
        rows = found.effects[found.effects["quantity"] == quantity]
        assert (rows[["estimate", "low", "high"]] == 0).all().all()
    assert (found.parts.drop(columns=["arm", "against", "replicate"]) == 0).all().all()


def test_the_parts_sum_to_the_effect_in_every_replicate(run: Simulate) -> None:  # A8
    found = run()
    mine, base = found.totals("programme")["revenue"], found.totals("without")["revenue"]
    assert found.parts["total"].tolist() == differences(mine, base)
    assert found.parts["referral"].tolist() == [6 * PRICE] * REPLICATES
    assert (found.parts["basket"] == 0).all()  # every purchase costs the same
    rows = found.effects[found.effects["by"] == "part"]
    assert rows["estimate"].sum() == pytest.approx(effect(found, "revenue")["estimate"])


def test_tiers_and_cohorts_are_the_same_people_in_both_arms(run: Simulate) -> None:
    found = run()
    by_tier = found.effects[(found.effects["by"] == "tier") & (found.effects["quantity"] == "purchases")]
    assert set(by_tier["group"]) == {"member", "silver", "not enrolled"}
    assert by_tier["estimate"].sum() == 20  # friends apart
    cohorts = found.effects[(found.effects["by"] == "cohort") & (found.effects["quantity"] == "purchases")]
    assert cohorts.set_index("group")["estimate"].to_dict() == {"existing": 10, "2017-06": 10}
    days = found.effects[(found.effects["by"] == "cohort") & (found.effects["quantity"] == "days")]
    assert (days["estimate"] == 0).all()


def test_one_replicate_has_no_interval_and_says_so(run: Simulate) -> None:
    found = run(replicates=1)
    assert found.effects[["low", "high", "half_width"]].isna().all().all()
    assert "one replicate: no interval can be given" in str(found)
    assert json.loads(json.dumps(found.summary()))["effect"]["revenue"]["low"] is None


def test_without_the_counterfactual_there_is_nothing_to_say(run: Simulate) -> None:
    found = run(counterfactual=False)
    assert found.effects.empty
    assert found.parts.empty
    assert "purchases_without" not in found.members
    assert "nothing to compare with" in str(found)
    assert "effect" not in found.summary()
    with pytest.raises(RunError, match="no arm without the programme"):
        found.selection()


def test_the_return_stands_beside_phi(run: Simulate, programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    from rewardsim.experiments.simulations import totals

    monkeypatch.setattr(totals, "spent_value", lambda *_: 1_000)
    found = run()
    row = effect(found, "roi")
    mine, base = found.totals("programme"), found.totals("without")
    gained = [n - b for n, b in zip(mine["net"], base["net"], strict=True)]
    assert row["estimate"] == pytest.approx(sum(gained) / (1_000 * REPLICATES))
    text = str(found)
    assert "return on the cost" in text
    assert "phi = 0.6 of extra purchases are new" in text
    assert "to pay for itself, the programme must raise revenue by" in text
    assert found.summary()["phi"] == 0.6


# ---------------------------------------------------------------- variants


def test_variants_are_compared_with_the_programme_and_with_none(run: Simulate, programme: Programme) -> None:
    """Other people are not: what they would buy without any programme has not been simulated."""
    variants = {"richer": programme.vary({"earning.welcome.tokens": 80}), "poorer": town(basket__v="900.00")}
    found = run(variants=variants)
    assert [tuple(pair) for pair in found.manifest["pairs"]] == [
        ("programme", "without"), ("richer", "without"), ("poorer", "programme"), ("richer", "programme"),
    ]  # fmt: skip
    against = found.effects[(found.effects["arm"] == "richer") & (found.effects["against"] == "programme")]
    assert (against.loc[against["quantity"] == "purchases", "estimate"] == 0).all()  # the stub knows one lift
    assert 'variant "richer" changes against Reward Mi (India)' in str(found)
    both = run(variants={"both": (programme.vary({"earning.welcome.tokens": 80}), town(basket__v="900.00"))})
    assert both.manifest["arms"][2]["name"] == "both"


# ---------------------------------------------------------------- selection


def test_gaps_are_labelled_and_stand_beside_those_without(run: Simulate, stub: Stub) -> None:  # A2
    stub.lift, stub.friends = 0, 0
    found = run().selection()
    assert str(found).startswith(LABEL)
    assert LABEL in found._repr_html_()
    table = found.table
    assert (table["with_programme"].dropna() == table["without_programme"].dropna()).all()
    assert table.loc["silver", "with_programme"] > table.loc["member", "with_programme"]
    assert table.loc["enrolled", "persons"] == 48
    gap = table.loc["enrolled"] - table.loc["not enrolled"]
    assert table.loc["gap", "with_programme"] == pytest.approx(gap["with_programme"])


# ---------------------------------------------------------------- invitations


def test_a_reproduction_number_above_the_limit_is_warned_of(run: Simulate, stub: Stub) -> None:
    assert run().summary()["reproduction"] == pytest.approx(6 / 66, abs=1e-4)
    assert "warning" not in str(run())
    stub.friends = 1  # everybody brings one: 60 of 120
    found = run(seed=1)
    assert found.summary()["reproduction"] == 0.5
    assert "warning" not in str(found)


def test_what_came_about_is_warned_of(run: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rewardsim.experiments.simulations.text.REPRODUCTION_MAX", 0.05)
    assert "warning: with Reward Mi (India) each member brought 0.09 friends who buy, more than 0.05" in str(run())


def test_settings_that_imply_growth_without_end_are_warned_of(run: Simulate, programme: Programme) -> None:
    """Thirty-day visits over 139 days; certain acceptance; who stays is as the Pareto lifetimes say."""
    eager = town(response__invites={"mean": 0.5}, behaviour__accept=20.0, behaviour__convert=0.8)
    with pytest.warns(ReproductionWarning, match=r"arm 'programme': the settings imply .* brings 1\.03 friends"):
        found = run(population=eager)
    visits = [after for after in range(15, 139, 30) if referral_runs(programme, after)]
    share = sum((11.67 / (11.67 + after / 7)) ** 0.606 for after in visits)
    assert found.summary()["reproduction_implied"] == pytest.approx(0.8 * 0.5 * FRIENDS_INVITE * share, abs=1e-4)
    assert "warning: with Reward Mi (India) the settings imply" in str(found)
    assert run().summary()["reproduction_implied"] < 0.6


def referral_runs(programme: Programme, after: int) -> bool:
    """Whether friends can be referred so many days after the town's first."""
    day = date(2017, 6, 15) + timedelta(days=after)
    number = (day - date(1970, 1, 1)).days
    return any(
        row.from_day <= number < row.to_day and row.referral_from <= number < row.referral_to
        for row in programme.law().terms
    )


# ---------------------------------------------------------------- two runs


def test_two_runs_are_compared_by_replicate(run: Simulate, stub: Stub, programme: Programme) -> None:
    one = run()
    stub.lift = 2
    other = run(programme.vary({"earning.welcome.tokens": 80}))
    found = compare(one, other)
    table = found.effects[found.effects["by"] == "all"].set_index("quantity")
    assert table.loc["purchases", ["estimate", "low", "high"]].tolist() == [20, 20, 20]
    parts = found.effects[found.effects["by"] == "part"]
    assert parts["estimate"].sum() == 20 * PRICE
    assert table.loc["issued", "estimate"] == 66 * 0  # the stub's welcome is its own
    cohorts = found.effects[(found.effects["by"] == "cohort") & (found.effects["quantity"] == "purchases")]
    assert cohorts["estimate"].tolist() == [10, 10]
    said = found.to_dict()
    assert (said["base"], said["other"], said["replicates"]) == (str(one.path), str(other.path), REPLICATES)
    assert said["effects"]["revenue"] == {
        "unit": "money", "estimate": "2000.00", "low": "2000.00", "high": "2000.00", "replicates": REPLICATES,
    }  # fmt: skip
    assert "what b changes against a" in str(found)
    assert found.variance_reduction("purchases") is None  # no difference between the replicates' differences
    assert one.compare(other).found == found.found == one.against(other).found


def test_a_run_compared_with_itself_differs_by_nothing(run: Simulate) -> None:
    found = compare(run(), run().path)
    assert (found.effects[["estimate", "low", "high"]].dropna() == 0).all().all()


def test_runs_of_other_people_or_luck_are_refused_with_every_reason(run: Simulate) -> None:
    one = run()
    other = run(population=town(returns__share="6 %"), seed=1, members=50, replicates=2)
    with pytest.raises(SimulationError) as refused:
        compare(one, other)
    codes = [fault.code for fault in refused.value.faults]
    assert codes == ["other_members", "other_seed", "other_replicates", "other_population"]
    assert f"{other.path}: found seed 1, allowed seed 0, as in {one.path}, do: simulate both" in str(refused.value)


# ---------------------------------------------------------------- for machines, and pictures


def test_the_object_for_machines(run: Simulate) -> None:
    said = json.loads(json.dumps(run().summary()))
    wanted = {
        "members", "members_in_debt", "events", "tokens", "purchases", "revenue", "referred", "tiers", "effect",
        "seconds", "replicates", "phi", "reproduction",
    }  # fmt: skip
    assert wanted <= set(said)
    assert said["events"] == {"read": 8, "applied": 5, "no_op": 2, "rejected": 1, "duplicate": 0, "conflict": 0}
    assert said["revenue"] == f"{said['purchases'] * 100}.00"
    assert said["effect"]["purchases"]["estimate"] == 26
    assert said["effect"]["revenue"]["estimate"] == "2600.00"
    assert {"issued", "released", "redeemed", "exchanged", "expired", "clawed_back", "clawback_shortfall", "debt",
            "pending", "available", "outstanding"} <= set(said["tokens"])  # fmt: skip
    assert set(said["effects"]["programme against without"]) == {"all", "part", "tier", "cohort"}


def test_pictures_are_known_by_name(run: Simulate) -> None:
    found = run()
    assert dir(found.plot) == sorted(PICTURES)
    assert all(name in repr(found.plot) for name in PICTURES)
    with pytest.raises(AttributeError, match="no picture 'nonsense'; there are effects, parts"):
        _ = found.plot.nonsense


def test_a_picture_is_drawn_from_the_runs_tables(run: Simulate) -> None:
    figure = run().plot.tokens(token="coin")
    assert type(figure).__name__ == "Figure"
    assert "coins over time" in figure.layout.title.text


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_has_its_tables(run: Simulate, name: str) -> None:
    tables = PICTURES[name].tables(run())
    assert any(hasattr(value, "columns") and len(value) for value in tables.values())
