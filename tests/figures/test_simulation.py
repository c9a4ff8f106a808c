"""Figures of simulations: what is drawn is what the tables say, arm by arm and replicate by replicate."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from rewardsim import figures
from rewardsim.economics.intervals import mean_interval
from rewardsim.figures.replicated import ALONE, stock, weekly
from rewardsim.figures.weighing import amount_of, share_of

from . import lived

HOSTILE = "<b>x</b> <a href='http://evil.example'>$y$</a>\n\u202e%{x}"
Tables = dict[str, pd.DataFrame]


@pytest.fixture
def tables() -> Tables:
    return lived.lived()


@pytest.fixture
def alone(tables: Tables) -> Tables:
    """The first replicate only."""
    found = {name: table[table["replicate"] == 0] if "replicate" in table else table for name, table in tables.items()}
    effects = tables["sim_effects"].assign(replicates=1, low=float("nan"), high=float("nan"), half_width=float("nan"))
    return found | {"sim_effects": effects}


MADE = {
    "effects": lambda t, **more: figures.effects(t["sim_effects"], **more),
    "revenue_parts": lambda t, **more: figures.revenue_parts(t["sim_effects"], **more),
    "effect_by_cohort": lambda t, **more: figures.effect_by_cohort(t["sim_effects"], **more),
    "purchases_over_time": lambda t, **more: figures.purchases_over_time(t["sim_daily"], **more),
    "people_over_time": lambda t, **more: figures.people_over_time(t["sim_daily"], t["sim_moves"], **more),
}


def trace(figure: go.Figure, name: str) -> Any:
    """The one trace with this name."""
    (found,) = [one for one in figure.data if one.name == name]
    return found


def notes(figure: go.Figure) -> dict[str, str]:
    """What is written beside each row."""
    return {note.y: note.text for note in figure.layout.annotations}


# ---------------------------------------------------------------- over time


def test_weeks_are_counted_from_the_first_day_and_only_whole_ones(tables: Tables) -> None:
    found = weekly(tables["sim_daily"], "purchases", "programme")
    assert found.columns.tolist() == [lived.FIRST, lived.FIRST + pd.Timedelta(days=7)]
    assert found.to_numpy().tolist() == [[21, 21], [28, 28]]


def test_a_stock_is_there_for_every_day_and_replicate(tables: Tables) -> None:
    found = stock(tables["sim_daily"], "present", "programme")
    assert found.shape == (2, 15)
    assert found.loc[0].tolist() == [10] * 15
    assert found.loc[1].tolist() == [10] * 5 + [9] * 5 + [8] * 5


def test_purchases_with_and_without_and_their_paired_difference(tables: Tables) -> None:
    figure = figures.purchases_over_time(tables["sim_daily"], phases={"earn": "2017-06-15", "later": "2019-01-01"})
    assert list(trace(figure, "with the programme").y) == [24.5, 24.5]
    assert list(trace(figure, "without it").y) == [10.5, 10.5]
    assert list(trace(figure, "difference").y) == [14, 14]  # in both replicates: the interval has no width
    area = trace(figure, "95 % interval")
    assert list(area.y) == [14, 14, 14, 14]
    assert list(area.x) == ["2017-06-15", "2017-06-22", "2017-06-22", "2017-06-15"]
    assert [note.text for note in figure.layout.annotations] == ["earn"]  # a phase that begins later is not drawn
    assert "2 paired replicates" in figure.layout.title.subtitle.text


def test_the_band_is_the_interval_of_the_paired_difference(tables: Tables) -> None:
    figure = figures.people_over_time(tables["sim_daily"], tables["sim_moves"])
    assert trace(figure, "with the programme").y[-1] == 9
    assert trace(figure, "without it").y[-1] == 8
    wanted = mean_interval([2, 0])
    assert trace(figure, "difference").y[-1] == wanted.estimate
    area = trace(figure, "95 % interval")
    assert (area.y[14], area.y[15]) == (wanted.high, wanted.low)
    assert "(-11.7 to 13.7)" in trace(figure, "difference").customdata[-1]


def test_friends_are_those_who_are_there(tables: Tables) -> None:
    figure = figures.people_over_time(tables["sim_daily"], tables["sim_moves"])
    line = trace(figure, "of these friends who joined (first replicate)")
    assert list(line.y) == [4] * 3 + [3] * 12
    assert len(figures.people_over_time(tables["sim_daily"], tables["sim_moves"].iloc[:0]).data) == 4


def test_members_stand_in_a_panel_a_tier_the_highest_on_top(tables: Tables) -> None:
    figure = figures.members_by_tier(tables["sim_daily"], lived.LEVELS)
    assert [axis.title.text for axis in figure.select_yaxes()] == ["silver,<br>members", "no tier,<br>members"]
    silver, none = trace(figure, "silver: 2 at the end"), trace(figure, "no tier: 0 at the end")
    assert list(silver.y) == [0] * 7 + [2.5] * 8
    assert list(none.y) == [3] * 7 + [0.5] * 8
    lowest = min(value for one in figure.data if one.name == "95 % interval" for value in one.y)
    assert lowest == 0  # members cannot be fewer, though an interval may
    assert [one.showlegend for one in figure.data if one.name == "95 % interval"] == [True, False]


def test_tokens_by_purpose_are_means_by_month(tables: Tables) -> None:
    figure = figures.tokens_by_purpose(tables["sim_issued"], tables["sim_tokens"], token="Bean", decimals=1)
    bars = {one.name: dict(zip(one.x, one.y, strict=True)) for one in figure.data if one.type == "bar"}
    assert bars == {
        "purchases: 30.1": {"2017-06-01": 30.1},
        "welcome and shares: 5.0": {"2017-06-01": 5.05},
        "void or taken back: -0.5": {"2017-06-01": -0.5},
    }
    standing = trace(figure, "outstanding: 11.9 at the end")
    assert list(standing.y) == [(105 + k) / 10 for k in range(15)]
    assert figure.layout.yaxis2.title.text == "outstanding,<br>Beans"


def test_an_account_that_ends_earlier_keeps_its_last_balance(tables: Tables) -> None:
    longer = tables["sim_tokens"].query("replicate == 0").tail(1)
    longer = longer.assign(day=longer["day"] + pd.Timedelta(days=1), outstanding=200)
    figure = figures.tokens_by_purpose(tables["sim_issued"], pd.concat([tables["sim_tokens"], longer]))
    (standing,) = [one for one in figure.data if str(one.name).startswith("outstanding")]
    assert standing.y[-1] == (200 + 124) / 2


# ---------------------------------------------------------------- effects


def test_effects_are_shares_of_the_base_with_their_intervals(tables: Tables) -> None:
    figure = figures.effects(tables["sim_effects"], levels=lived.LEVELS, currency="INR", digits=2)
    table = tables["sim_effects"].query("arm == 'programme' and base > 0")
    wanted = {
        **table.query("by == 'all'").set_index("quantity")["relative"].to_dict(),
        **table.query("by == 'tier' and quantity == 'revenue'").set_index("group")["relative"].to_dict(),
    }
    drawn = {row: x for one in figure.data for row, x in zip(one.y, one.x, strict=True)}
    assert drawn == pytest.approx(
        {
            "purchases": wanted["purchases"],
            "revenue": wanted["revenue"],
            "margin less the cost": wanted["net"],
            "days people stayed": wanted["person_days"],
            "revenue: member": wanted["member"],
            "revenue: silver": wanted["silver"],
        }
    )
    sure = trace(figure, "interval without zero")
    assert list(sure.y) == ["days people stayed"]  # 30 in both replicates
    assert list(sure.error_x.array) == [0]
    unsure = trace(figure, "interval with zero: perhaps no effect")
    row = table.query("quantity == 'revenue' and by == 'all'").iloc[0]
    place = list(unsure.y).index("revenue")
    assert unsure.error_x.array[place] == pytest.approx(row["half_width"] / row["base"])
    assert unsure.customdata[place] == "+1,000 INR"
    assert notes(figure)["revenue"] == "+9.5%"
    assert list(figure.layout.yaxis.categoryarray)[:3] == ["purchases", "revenue", "margin less the cost"]


def test_the_parts_of_revenue_lead_up_to_the_whole(tables: Tables) -> None:
    figure = figures.revenue_parts(tables["sim_effects"], currency="INR", digits=2)
    bars = {
        name: (one.name, base, x)
        for one in figure.data
        if one.type == "bar"
        for name, base, x in zip(one.y, one.base, one.x, strict=True)
    }
    assert bars == {
        "attrition": ("adds", 0, 700),
        "frequency": ("adds", 700, 400),
        "basket": ("takes away", 1100, -250),
        "mix": ("adds", 850, 50),
        "referral": ("adds", 900, 100),
        "revenue": ("sum", 0, 1000),
    }
    assert list(trace(figure, "sum so far").x) == [700, 1100, 850, 900, 1000]
    assert notes(figure) == {
        "attrition": "+700.00",
        "frequency": "+400.00",
        "basket": "-250.00",
        "mix": "+50.00",
        "referral": "+100.00",
        "revenue": "+1,000",
    }
    half = mean_interval([100_000, 40_000]).half_width
    assert half is not None
    assert trace(figure, "adds").error_x.array[0] == pytest.approx(half / 100)
    assert figure.layout.xaxis.range[1] > 1000


def test_cohorts_stand_in_the_order_of_arrival(tables: Tables) -> None:
    figure = figures.effect_by_cohort(tables["sim_effects"], currency="INR", digits=2)
    money, shares = trace(figure, "change of revenue"), trace(figure, "as a share")
    assert list(money.x) == ["existing", "2017-06", "2017-07"]
    assert list(money.y) == [0, 35, 0]
    assert list(money.customdata) == ["+0.00 INR", "+35.00 INR", "+0.00 INR"]
    assert dict(zip(shares.x, shares.y, strict=True)) == {
        "existing": 0,
        "2017-06": 0.05,
    }  # nothing was sold to the last
    half = mean_interval([1_000, 6_000]).half_width
    assert half is not None
    assert money.error_y.array[1] == pytest.approx(half / 100)
    assert list(figure.layout.xaxis2.categoryarray) == list(money.x)


def test_one_quantity_in_every_arm(tables: Tables) -> None:
    effects = tables["sim_effects"]
    figure = figures.effect_by_arm(
        effects, "revenue", arms={"same": "nothing", "programme": "it"}, digits=2, currency="INR"
    )
    (marks,) = figure.data
    assert list(marks.y) == ["nothing", "it"]
    assert list(marks.x) == [0, 1000]
    assert notes(figure) == {"nothing": "+0.00", "it": "+1,000"}
    assert figure.layout.xaxis.title.text == "revenue, INR"
    assert list(figures.effect_by_arm(effects).data[0].y) == ["with the programme", "same"]
    share = figures.effect_by_arm(effects, "incremental_share")
    assert share.layout.title.text.startswith("Share of sales that is extra")
    assert notes(share)["with the programme"] == "+8.7%"
    assert not figures.effect_by_arm(effects, "nonsense").data


# ---------------------------------------------------------------- referral


def test_the_funnel_counts_and_says_the_share_of_the_step_before(tables: Tables) -> None:
    counts = tables["sim_daily"].query("replicate == 0 and arm == 'programme'")
    figure = figures.referral_funnel(counts, tables["sim_friends"])
    funnel = figure.data[0]
    assert dict(zip(funnel.y, funnel.x, strict=True)) == {"invitations": 60, "accepted": 15, "joined": 7, "bought": 3}
    assert list(funnel.text) == [" 60", " 15 (25.0% of these)", " 7 (46.7% of these)", " 3 (42.9% of these)"]
    assert dict(zip(trace(figure, "joined").y, trace(figure, "joined").x, strict=True)) == {"1": 5, "2": 2}
    assert list(trace(figure, "bought").x) == [3, 0]
    assert list(trace(figure, "joined").text) == [" 5 (3 bought)", " 2 (0 bought)"]


def test_nobody_was_invited(tables: Tables) -> None:
    figure = figures.referral_funnel(tables["sim_daily"].iloc[:0], tables["sim_friends"].iloc[:0])
    assert figure.layout.annotations[0].text == "nobody was invited"


# ---------------------------------------------------------------- what every one of them does


@pytest.mark.parametrize("name", MADE)
def test_arms_may_be_named_and_those_that_are_not_there_are_said(tables: Tables, name: str) -> None:
    swapped = MADE[name](tables, arm="without", against="programme")
    assert swapped.layout.title.text.count("no programme") == 1
    missing = MADE[name](tables, arm="nonsense")
    assert not missing.data
    assert "nothing to compare with" in missing.layout.annotations[0].text
    assert missing.layout.template == figures.TEMPLATE


def test_a_single_arm_has_tiers_and_tokens_or_says_why_not(tables: Tables) -> None:
    nobody = figures.members_by_tier(tables["sim_daily"], lived.LEVELS, arm="without")
    assert nobody.layout.annotations[0].text == "nobody enrolled"
    nothing = figures.tokens_by_purpose(tables["sim_issued"], tables["sim_tokens"], arm="without")
    assert "was not simulated" in nothing.layout.annotations[0].text


@pytest.mark.parametrize("name", MADE)
def test_a_single_replicate_has_no_interval_and_says_so(alone: Tables, name: str) -> None:
    figure = MADE[name](alone)
    assert ALONE in figure.layout.title.subtitle.text
    assert not [one for one in figure.data if one.name == "95 % interval"]
    for one in figure.data:
        halves = [*(one.error_x.array or ()), *(one.error_y.array or ())] if one.type in ("bar", "scatter") else []
        assert set(halves) <= {0}


@pytest.mark.parametrize("name", MADE)
def test_assumptions_stand_below_the_title(tables: Tables, name: str) -> None:
    figure = MADE[name](tables, assumed="phi = 0.3")
    assert figure.layout.title.subtitle.text.endswith("<br>assumed: phi = 0.3")


def test_less_than_a_week_is_too_short_for_weeks(tables: Tables) -> None:
    short = tables["sim_daily"].query("day < '2017-06-20'")
    assert figures.purchases_over_time(short).layout.annotations[0].text == "less than a week was simulated"


def texts(value: Any) -> list[str]:
    """Every text of a figure as plain data."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def test_names_are_shown_as_they_stand_and_never_obeyed(tables: Tables) -> None:
    said = {"currency": HOSTILE, "assumed": HOSTILE}
    effects = tables["sim_effects"].replace(
        {"group": {"silver": HOSTILE, "existing": HOSTILE}, "arm": {"same": HOSTILE}}
    )
    daily = tables["sim_daily"].replace({"tier": {"silver": HOSTILE}, "arm": {"without": HOSTILE}})
    levels, marks = ("member", HOSTILE), {HOSTILE: "2017-06-20"}
    drawn = [
        figures.effects(effects, levels=levels, **said),
        figures.effects(effects, arm=HOSTILE, **said),
        figures.revenue_parts(effects, **said),
        figures.effect_by_cohort(effects, **said),
        figures.effect_by_arm(effects, token=HOSTILE, **said),
        figures.purchases_over_time(daily, against=HOSTILE, phases=marks, assumed=HOSTILE),
        figures.people_over_time(daily, tables["sim_moves"], against=HOSTILE, phases=marks, assumed=HOSTILE),
        figures.members_by_tier(daily, levels, phases=marks, assumed=HOSTILE),
        figures.tokens_by_purpose(tables["sim_issued"], tables["sim_tokens"], token=HOSTILE, assumed=HOSTILE),
        figures.referral_funnel(daily, tables["sim_friends"], assumed=HOSTILE),
    ]
    said_all = [text for one in drawn for part in ("data", "layout") for text in texts(one.to_dict()[part])]
    assert sum("&lt;b&gt;" in text for text in said_all) >= len(drawn)
    for text in said_all:
        assert "<b>" not in text
        assert "<a " not in text
        assert "$" not in text
        assert "\n" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (123_456, "money", "+1,235 INR"), (-99_950, "money", "-999.50 INR"), (0.0, "money", "+0.00 INR"),
        (12.5, "count", "+12.5"), (-1_500_000, "tokens", "-15,000"), (-0.0004, "share", "-0.04%"),
        (-0.00001, "share", "+0.00%"), (0.0716, "share", "+7.2%"),
    ],
)  # fmt: skip
def test_effects_in_words(value: float, unit: str, said: str) -> None:
    assert amount_of(value, unit, currency="INR", digits=2, decimals=2) == said


def test_small_shares_have_more_digits() -> None:
    assert [share_of(value) for value in (0, 0.004, 0.0149, -0.2)] == ["+0.0%", "+0.40%", "+1.5%", "-20.0%"]
