"""Each figure from small tables: what is drawn, how it is named, and that it is the same each time."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from rewardsim import figures
from rewardsim.figures.style import UPLOADS

from .lived import lived
from .searched import RATE, SHARE, searched

MADE = {
    "tokens_over_time": lambda t: figures.tokens_over_time(t["daily"], token="Bean", phases={"earn": "2017-12-31"}),
    "lots_by_expiry": lambda t: figures.lots_by_expiry(t["ledger"], on="2018-12-31", token="Bean"),
    "drift": lambda t: figures.drift(t["sim_production"], currency="INR", digits=2, token="Bean", decimals=1),
    "outcomes": lambda t: figures.outcomes(t["events"]),
    "difference_over_time": lambda t: figures.difference_over_time(t["daily"], t["daily"].head(2), ("x", "y")),
    "phases": lambda t: figures.phases(t["moves"], {"earn": "2017-06-15", "tiers": "2017-09-01"}, token="Bean"),
    "referral_tree": lambda t: figures.referral_tree(t["journal"]),
    "referral_refusals": lambda t: figures.referral_refusals(t["journal"]),
    "tier_flows": lambda t: figures.tier_flows(t["journal"], LEVELS),
    "privilege_cost": lambda t: figures.privilege_cost(t["journal"], t["moves"], LEVELS, currency="INR", digits=2),
    "effects": lambda t: figures.effects(t["sim_effects"], levels=LEVELS, currency="INR", digits=2),
    "revenue_parts": lambda t: figures.revenue_parts(t["sim_effects"], currency="INR", digits=2),
    "effect_by_cohort": lambda t: figures.effect_by_cohort(t["sim_effects"], currency="INR", digits=2),
    "effect_by_arm": lambda t: figures.effect_by_arm(t["sim_effects"], currency="INR", digits=2),
    "purchases_over_time": lambda t: figures.purchases_over_time(t["sim_daily"], phases={"earn": "2017-06-15"}),
    "people_over_time": lambda t: figures.people_over_time(t["sim_daily"], t["sim_moves"]),
    "members_by_tier": lambda t: figures.members_by_tier(t["sim_daily"], LEVELS),
    "tokens_by_purpose": lambda t: figures.tokens_by_purpose(t["sim_issued"], t["sim_tokens"], token="Bean"),
    "referral_funnel": lambda t: figures.referral_funnel(t["sim_daily"], t["sim_friends"]),
    "scenario_effects": lambda t: figures.scenario_effects(t["swp_effects"], currency="INR", digits=2),
    "effect_over_time": lambda t: figures.effect_over_time(t["swp_periods"], phases={"earn": "2017-06-15"}),
    "tornado": lambda t: figures.tornado(t["swp_swings"], currency="INR", digits=2),
    "sensitivity": lambda t: figures.sensitivity(t["swp_sobol"]),
    "robustness": lambda t: figures.robustness(t["swp_samples"], unit="money", currency="INR", digits=2),
    "pareto_front": lambda t: figures.pareto_front(t["swp_trials"], ("liability", "money"), ("net", "money")),
    "parallel_coordinates": lambda t: figures.parallel_coordinates(t["swp_trials"], (RATE, SHARE), {"net": "money"}),
}
WRITES = {"report"}
LEVELS = ("member", "silver", "gold")


@pytest.fixture
def tables(request: pytest.FixtureRequest) -> dict[str, pd.DataFrame]:
    """The small tables by name."""
    replayed = {name: request.getfixturevalue(name) for name in ("daily", "ledger", "events", "moves", "journal")}
    return replayed | lived() | searched()


@pytest.fixture(params=MADE)
def figure(request: pytest.FixtureRequest, tables: dict[str, pd.DataFrame]) -> go.Figure:
    """Each figure in turn."""
    return MADE[request.param](tables)


def trace(figure: go.Figure, name: str) -> Any:
    """The one trace with this name."""
    (found,) = [one for one in figure.data if one.name == name]
    return found


def test_every_figure_of_the_house_is_here() -> None:
    assert set(figures.__all__) == {*MADE, *WRITES, "TEMPLATE"}


def test_axes_and_figures_are_titled(figure: go.Figure) -> None:
    assert figure.layout.title.text
    assert figure.layout.title.subtitle.text
    hidden = {"xaxis"} if "yaxis2" in figure.layout else set()  # the upper panel shares the lower one's days
    axes = [] if figure.data[0].type == "parcoords" else [*figure.select_xaxes(), *figure.select_yaxes()]
    for axis in axes:
        assert axis.title.text or axis.plotly_name in hidden or axis.visible is False  # a tree measures nothing


def test_the_template_is_given_and_uploads_are_off(figure: go.Figure) -> None:
    assert figure.layout.template == figures.TEMPLATE
    assert set(figure.layout.template.layout.modebar.remove) == set(UPLOADS)


def test_no_value_is_missing(figure: go.Figure) -> None:
    for one in figure.data:
        places = one.node if one.type == "sankey" else one
        axes = [axis.values for axis in one.dimensions] if one.type == "parcoords" else [places.x, places.y]
        assert len({len(axis) for axis in axes}) == 1
        values = tuple(value for axis in axes for value in axis)
        assert values
        if one.name == "brought":  # branches are apart from each other
            values = tuple(value for value in values if value is not None)
        for value in values:
            assert value is not None
            assert not (isinstance(value, float) and math.isnan(value))


@pytest.mark.parametrize("name", MADE)
def test_the_same_tables_give_the_same_bytes(name: str, tables: dict[str, pd.DataFrame]) -> None:
    copies = {key: table.copy() for key, table in tables.items()}
    assert MADE[name](tables).to_json() == MADE[name](copies).to_json()


@pytest.mark.parametrize("name", MADE)
def test_tables_are_left_as_they_were(name: str, tables: dict[str, pd.DataFrame]) -> None:
    copies = {key: table.copy() for key, table in tables.items()}
    MADE[name](tables)
    for key, table in tables.items():
        pd.testing.assert_frame_equal(table, copies[key])


def test_flows_add_up_and_those_that_never_were_say_so(daily: pd.DataFrame) -> None:
    figure = figures.tokens_over_time(daily)
    assert list(trace(figure, "issued").y) == [100, 100, 100]
    assert list(trace(figure, "redeemed").y) == [0, 30, 30]
    assert trace(figure, "exchanged (none)").visible == "legendonly"


def test_balances_stack_up_to_what_is_outstanding(daily: pd.DataFrame) -> None:
    figure = figures.tokens_over_time(daily)
    names = ("available", "pending", "held (none)", "debt")
    stacked = [sum(column) for column in zip(*(trace(figure, name).y for name in names), strict=True)]
    assert stacked == list(trace(figure, "outstanding").y) == [100, 70, 50]
    assert list(trace(figure, "debt").y) == [0, -10, -10]


def test_decimals_turn_smallest_units_into_tokens(daily: pd.DataFrame) -> None:
    figure = figures.tokens_over_time(daily, decimals=2)
    assert list(trace(figure, "issued").y) == [1.0, 1.0, 1.0]
    assert trace(figure, "issued").hovertemplate == "%{y:,.2f}"


def test_marked_days_are_named_in_order(daily: pd.DataFrame) -> None:
    figure = figures.tokens_over_time(daily, phases={"later": "2018-01-01", "first": pd.Timestamp("2017-12-30")})
    assert [(note.text, note.x) for note in figure.layout.annotations] == [
        ("first", "2017-12-30"),
        ("later", "2018-01-01"),
    ]
    assert [shape.x0 for shape in figure.layout.shapes] == ["2017-12-30", "2018-01-01"]


def test_lots_stand_in_the_month_of_their_last_usable_day(ledger: pd.DataFrame) -> None:
    (bars,) = figures.lots_by_expiry(ledger, on="2018-12-31").data
    months = ["2018-12", "2019-01", "2019-02", "2019-03", "never", "not released"]
    assert dict(zip(bars.x, bars.y, strict=True)) == dict(zip(months, [33, 0, 0, 30, 5, 7], strict=True))
    assert list(bars.x) == months
    assert list(bars.customdata[0]) == ["2", "2", "2018-12-31", "2018-12-31"]
    assert bars.text[0] == "33"
    assert bars.text[1] == ""


def test_lots_of_the_last_day_are_what_is_left(ledger: pd.DataFrame) -> None:
    (bars,) = figures.lots_by_expiry(ledger).data
    assert dict(zip(bars.x, bars.y, strict=True))["2019-03"] == 30
    assert sum(bars.y) == 42


@pytest.mark.parametrize(("months", "labelled"), [(14, True), (15, False)])
def test_bars_are_labelled_where_there_is_room(months: int, labelled: bool) -> None:
    ends = pd.date_range("2019-02-01", periods=months, freq="MS")
    lots = pd.DataFrame({"lot": range(months), "expiry_day": ends}).astype({"lot": "Int32"})
    lots = lots.assign(day=pd.Timestamp("2019-01-01"), member_id="ann", source="ISSUE", target="AVAILABLE", tokens=9)
    (bars,) = figures.lots_by_expiry(lots).data
    assert len(bars.x) == months
    assert set(bars.text) == ({"9"} if labelled else {""})


def test_outcomes_are_counted_by_type_in_order_of_precedence(events: pd.DataFrame) -> None:
    figure = figures.outcomes(events)
    assert [bars.name for bars in figure.data] == ["order", "deliver"]
    said = ["applied", "nothing earned<br>(no effect)", "order exists<br>(rejected)"]
    assert list(trace(figure, "order").y) == said
    assert list(trace(figure, "order").x) == [2, 1, 1]
    assert list(trace(figure, "deliver").x) == [2, 0, 0]
    assert trace(figure, "deliver").text[0] == " 2 (100.0%)"
    assert "1 rejected" in figure.layout.title.subtitle.text


def test_many_types_of_events_are_stacked_and_none_looks_like_another() -> None:
    kinds = ("enrol", "order", "deliver", "return", "redeem", "exchange", "share", "close", "invite")
    figure = figures.outcomes(pd.DataFrame({"type": kinds, "outcome": "applied"}))
    assert figure.layout.barmode == "stack"
    assert len({(bars.marker.color, bars.marker.pattern.shape) for bars in figure.data}) == len(kinds)
    assert [(note.y, note.x, note.text) for note in figure.layout.annotations] == [("applied", 9, "9")]


def test_an_outcome_unknown_to_this_version_stands_last(events: pd.DataFrame) -> None:
    events.loc[len(events)] = ["order", "brand_new"]
    assert list(trace(figures.outcomes(events), "order").y)[-1] == "brand new<br>(rejected)"


def test_the_difference_is_second_minus_first(daily: pd.DataFrame) -> None:
    other = daily.assign(issued=[150, 0, 0], outstanding=daily["outstanding"] + 50)
    figure = figures.difference_over_time(daily, other, ("as it was", "more"))
    assert list(trace(figure, "issued").y) == [50, 50, 50]
    assert list(trace(figure, "more").y) == [150, 120, 100]
    assert trace(figure, "expired (none)").visible == "legendonly"
    assert trace(figure, "as it was").line.dash != trace(figure, "more").line.dash
    assert "+50 tokens" in figure.layout.title.subtitle.text


def test_a_shorter_run_keeps_its_balance_and_moves_nothing(daily: pd.DataFrame) -> None:
    figure = figures.difference_over_time(daily, daily.head(2), ("long", "short"))
    assert list(trace(figure, "short").y) == [100, 70, 70]
    assert list(trace(figure, "expired").y) == [0, 0, -20]


def test_runs_that_do_not_differ_say_so(daily: pd.DataFrame) -> None:
    figure = figures.difference_over_time(daily, daily)
    assert "never differ" in figure.layout.title.subtitle.text


def test_the_package_alone_loads_no_plotting() -> None:
    code = "import sys, rewardsim; sys.exit(any(name.startswith('plotly') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_figures_changes_no_other_figure() -> None:
    code = (
        "import plotly.io as pio, sys; before = (pio.templates.default, list(pio.templates)); "
        "import rewardsim.figures; "
        "rooms = ('rewardsim.engine', 'rewardsim.experiments'); "
        "found = [name for name in sys.modules if name.startswith(rooms)]; "
        "sys.exit(bool(found) or before != (pio.templates.default, list(pio.templates)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_production_lies_over_whole_weeks_of_its_forecast(tables: dict[str, pd.DataFrame]) -> None:
    figure = MADE["drift"](tables)
    orders = [one for one in figure.data if one.xaxis == "x2"]
    assert {one.name: list(one.y) for one in orders if one.mode == "lines" and one.fill is None} == {
        "forecast": [7, 7, 7],
        "production": [14, 14, 14],
    }
    money = [one for one in figure.data if one.xaxis == "x3" and one.name == "production"]
    assert list(money[0].y) == [140, 140, 140]
    assert figures.drift(tables["sim_production"].head(0), currency="INR", digits=2, token="", decimals=0).layout.title
