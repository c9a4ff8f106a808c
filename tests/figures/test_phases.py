"""Tokens by purpose, who brought whom, tiers and privileges: what is drawn from small tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from rewardsim import figures
from rewardsim.figures.invited import chains, referral_notes, referral_pairs
from rewardsim.figures.style import plain

LEVELS = ("member", "silver", "gold")
HOSTILE = "<b>x</b> <a href='http://evil.example'>$y$</a>\n\u202e%{x}"


def bars_of(figure: go.Figure) -> dict[str, dict[str, float]]:
    """What each trace of bars says, zeros left out."""
    return {one.name: {x: y for x, y in zip(one.x, one.y, strict=True) if y} for one in figure.data}


def test_tokens_stand_by_purpose_and_month(moves: pd.DataFrame) -> None:
    assert bars_of(figures.phases(moves, {})) == {
        "purchases: 100": {"2017-06-01": 100},
        "campaigns: 25": {"2017-06-01": 25},
        "welcome and shares: 55": {"2017-06-01": 50, "2017-07-01": 5},
        "referral: 9": {"2017-07-01": 9},
        "birthdays: 500": {"2017-09-01": 500},
        "extra by tier: 7": {"2017-09-01": 7},
        "draws: 30": {"2017-09-01": 30},
        "opening and adjustment: 3": {"2017-09-01": 3},
        "void or taken back: -40": {"2017-06-01": -40},
    }


def test_every_purpose_is_drawn_its_own_way(moves: pd.DataFrame) -> None:
    figure = figures.phases(moves, {})
    assert len({(one.marker.color, one.marker.pattern.shape) for one in figure.data}) == len(figure.data)


@pytest.mark.parametrize(("every", "first"), [("day", "2017-06-20"), ("week", "2017-06-19"), ("month", "2017-06-01")])
def test_periods_begin_on_their_first_day(moves: pd.DataFrame, every: str, first: str) -> None:
    figure = figures.phases(moves, {"earn": "2017-06-15"}, every=every)
    assert figure.data[0].x == (first,)
    assert figure.layout.title.subtitle.text == "729 issued in all"
    assert [(note.text, note.x) for note in figure.layout.annotations] == [("earn", "2017-06-15")]


def test_an_unknown_period_is_refused(moves: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="every: found 'year', allowed day, week, month"):
        figures.phases(moves, {}, every="year")


def test_decimals_turn_smallest_units_into_tokens(moves: pd.DataFrame) -> None:
    figure = figures.phases(moves, {}, decimals=2)
    assert figure.data[0].name == "purchases: 1.00"
    assert figure.data[0].y == (1.0,)


def test_a_pair_is_what_was_noted_of_it_last(journal: pd.DataFrame) -> None:
    pairs = referral_pairs(journal).set_index(["referrer", "friend"])["state"].to_dict()
    assert pairs == {
        ("ann", "bob"): "qualified",  # a second invitation was refused later, and changes nothing
        ("ann", "dan"): "refused",
        ("bob", "cem"): "revoked",
        ("dan", "dan"): "refused",
        ("cem", "eve"): "refused",
        ("dan", "fay"): "invited",
    }


def test_refusals_stand_at_their_step(journal: pd.DataFrame) -> None:
    notes = referral_notes(journal)
    stages = notes[notes["state"] == "refused"].set_index("cause")["stage"].to_dict()
    assert stages == {
        "existing_member": "invitation",
        "referrer_limit": "reward",
        "self": "enrolment",
        "lapsed": "first order",
        "invited_already": "invitation",
    }


def test_a_referrer_who_left_is_told_apart_by_step() -> None:
    columns = ["seq", "event", "day", "kind", "cause", "member_id", "counterpart_id"]
    rows = [
        (0, 1, "2018-01-01", "referral_refused", "referrer_closed", "new", "gone"),
        (1, 2, "2018-01-02", "referral_accepted", "", "friend", "gone"),
        (2, 3, "2018-01-03", "referral_qualified", "", "friend", "gone"),
        (3, 3, "2018-01-03", "referral_refused", "referrer_closed", "gone", "friend"),
    ]
    table = pd.DataFrame(rows, columns=columns).assign(day=lambda t: pd.to_datetime(t["day"]))
    refused = referral_notes(table).query("state == 'refused'")
    assert refused[["referrer", "friend", "stage"]].values.tolist() == [
        ["gone", "new", "enrolment"],
        ["gone", "friend", "reward"],
    ]


def test_chains_lead_from_the_top_down(journal: pd.DataFrame) -> None:
    found = [[(depth, member) for depth, member, _ in chain] for chain in chains(referral_pairs(journal))]
    assert found == [
        [(0, "ann"), (1, "dan"), (1, "bob"), (2, "cem"), (3, "eve")],
        [(0, "dan"), (1, "dan"), (1, "fay")],
    ]


def test_the_tree_marks_states_and_names_causes(journal: pd.DataFrame) -> None:
    figure = figures.referral_tree(journal, assumed="all of it")
    marks = {one.name: [text.strip() for text in one.text] for one in figure.data if one.text}
    assert marks == {
        "at the top": ["ann", "dan"],
        "invited": ["fay"],
        "qualified": ["bob"],
        "revoked": ["cem"],
        "refused": ["dan \u00b7 existing member", "eve \u00b7 lapsed", "dan \u00b7 self"],
    }
    assert figure.layout.title.subtitle.text == "1 invited, 1 qualified, 1 revoked, 3 refused<br>assumed: all of it"


def forest(sizes: tuple[int, ...]) -> pd.DataFrame:
    """A journal of members who brought so many friends each."""
    rows = [(f"top{top}", f"friend{top}.{k:03}") for top, size in enumerate(sizes) for k in range(size)]
    table = pd.DataFrame(rows, columns=["counterpart_id", "member_id"])
    return table.assign(
        seq=range(len(table)), event=range(len(table)), day=pd.Timestamp("2018-01-01"),
        kind="referral_accepted", cause="",
    )  # fmt: skip


def test_what_has_no_room_is_left_out_and_said() -> None:
    figure = figures.referral_tree(forest((3, 5, 2, 1)), most=11)
    assert figure.layout.title.subtitle.text == (
        "11 accepted<br>drawn: 8 of 11, the largest chains; left out: 3, 2 chains of at most 2 friends among them"
    )
    names = [text.strip() for one in figure.data if one.name == "at the top" for text in one.text]
    assert names == ["top1", "top0"]


def test_of_a_chain_that_is_too_large_the_first_rows_are_drawn() -> None:
    figure = figures.referral_tree(forest((9,)), most=5)
    assert figure.layout.title.subtitle.text == "9 accepted<br>drawn: 4 of 9, the largest chains; left out: 5"


def test_tall_chains_are_continued_in_the_next_column() -> None:
    figure = figures.referral_tree(forest((60,)))
    tops = next(one for one in figure.data if one.name == "at the top")
    assert [text.strip() for text in tops.text] == ["top0", "top0 (continued)", "top0 (continued)"]
    assert len(set(tops.x)) == 3
    friends = next(one for one in figure.data if one.name == "accepted")
    assert len(set(zip(friends.x, friends.y, strict=True))) == 60


def test_a_chain_of_any_length_is_drawn_within_the_picture() -> None:
    rows = [(f"m{k}", f"m{k - 1}") for k in range(1, 200)]
    table = forest((199,)).assign(
        member_id=[friend for friend, _ in rows], counterpart_id=[referrer for _, referrer in rows]
    )
    figure = figures.referral_tree(table)
    (accepted,) = (one for one in figure.data if one.name == "accepted")
    assert len(accepted.x) == 199
    assert max(accepted.x) < 1000


def test_refusals_are_counted_by_cause_and_step(journal: pd.DataFrame) -> None:
    figure = figures.referral_refusals(journal)
    found = {one.name: {y: x for x, y in zip(one.x, one.y, strict=True) if x} for one in figure.data}
    assert found == {
        "invitation": {"existing member": 1, "invited already": 1},
        "enrolment": {"self": 1},
        "first order": {"lapsed": 1},
        "reward": {"referrer limit": 1},
    }
    assert figure.layout.title.subtitle.text == "5 refusals noted, 2 friends qualified"


def flows(figure: go.Figure) -> list[tuple[str, str, int, str]]:
    """From, to, members and what it is called."""
    (one,) = figure.data
    at = list(one.node.customdata)
    link = one.link
    return [
        (at[link.source[k]], at[link.target[k]], link.value[k], link.customdata[k].split(":")[0])
        for k in range(len(link.value))
    ]


def test_members_flow_between_tiers(journal: pd.DataFrame) -> None:
    figure = figures.tier_flows(journal, LEVELS, ["2018-03-31", "2017-08-31", pd.Timestamp("2017-12-31")])
    none = "not yet at the end of {}".format
    assert flows(figure) == [
        (none("2017-08-31"), "gold at the end of 2017-12-31", 1, "began"),
        (none("2017-08-31"), none("2017-12-31"), 1, "stayed"),
        (none("2017-08-31"), "silver at the end of 2017-12-31", 1, "began"),
        ("gold at the end of 2017-12-31", "gold at the end of 2018-03-31", 1, "stayed"),
        (none("2017-12-31"), "member at the end of 2018-03-31", 1, "began"),
        ("silver at the end of 2017-12-31", "member at the end of 2018-03-31", 1, "fell"),
    ]
    said = "3 members; counted at the end of 3 days, between them 0 rose and 1 fell"
    assert figure.layout.title.subtitle.text == said


def test_labels_carry_numbers_and_days(journal: pd.DataFrame) -> None:
    figure = figures.tier_flows(journal, LEVELS, ["2017-08-31", "2017-12-31"], assumed="thresholds")
    texts = {note.text for note in figure.layout.annotations}
    assert {"2017-08-31", "2017-12-31", "not yet 2", "gold 1", "silver 1"} < texts  # cem's tier comes too late
    assert figure.layout.title.subtitle.text.endswith("<br>assumed: thresholds")


def test_quarters_are_the_days_of_choice_up_to_the_last_note(journal: pd.DataFrame) -> None:
    figure = figures.tier_flows(journal, LEVELS)
    days = [note.text for note in figure.layout.annotations if note.text[:2] == "20"]
    assert days == ["2017-06-30", "2017-09-30", "2017-12-31", "2018-03-31"]


def test_years_are_where_quarters_are_too_many(journal: pd.DataFrame) -> None:
    late = journal.tail(1).assign(day=pd.Timestamp("2019-05-05"), tier="silver", seq=len(journal))
    figure = figures.tier_flows(pd.concat([journal, late]), LEVELS)
    days = [note.text for note in figure.layout.annotations if note.text[:2] == "20"]
    assert days == ["2016-12-31", "2017-12-31", "2018-12-31", "2019-05-05"]


def test_boxes_do_not_overlap(journal: pd.DataFrame) -> None:
    (one,) = figures.tier_flows(journal, LEVELS).data
    columns: dict[float, list[float]] = {}
    for x, y in zip(one.node.x, one.node.y, strict=True):
        assert 0 < x < 1
        assert 0 < y < 1
        columns.setdefault(x, []).append(y)
    assert all(sorted(ys, reverse=True) == ys and len(set(ys)) == len(ys) for ys in columns.values())


def test_tiers_that_were_not_named_are_refused(journal: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="levels: found tiers gold in the journal"):
        figures.tier_flows(journal, ("member", "silver"))


def test_privileges_cost_money_above_and_tokens_below(journal: pd.DataFrame, moves: pd.DataFrame) -> None:
    figure = figures.privilege_cost(
        journal, moves, LEVELS, currency="INR", digits=2, token="Bean", assumed="99.00 INR a delivery"
    )
    found = [(one.name, one.yaxis, {x: y for x, y in zip(one.x, one.y, strict=True) if y}) for one in figure.data]
    assert found == [
        ("silver", "y", {"2017-09": 99.0}),
        ("gold", "y", {"2017-11": 99.5}),
        ("silver", "y2", {"2017-09": 500}),
    ]
    assert list(figure.data[0].x) == ["2017-09", "2017-10", "2017-11"]
    assert [one.showlegend for one in figure.data] == [True, True, False]
    assert figure.layout.title.subtitle.text == (
        "express deliveries: 2, 198.50 INR; birthdays: 1, 500 Beans<br>assumed: 99.00 INR a delivery"
    )
    assert figure.layout.yaxis.title.text == "express deliveries,<br>INR a month"
    assert figure.layout.yaxis2.title.text == "birthdays,<br>Beans a month"


def test_a_gift_before_any_tier_says_so(journal: pd.DataFrame, moves: pd.DataFrame) -> None:
    early = moves.assign(day=moves["day"] - pd.Timedelta(days=60))
    figure = figures.privilege_cost(journal.iloc[:0], early, LEVELS, currency="INR", digits=2)
    assert [one.name for one in figure.data] == ["no tier"]
    assert len(list(figure.select_yaxes())) == 1


EMPTY = {
    "phases": lambda j, m: figures.phases(m, {"earn": "2017-06-15"}),
    "referral_tree": lambda j, m: figures.referral_tree(j),
    "referral_refusals": lambda j, m: figures.referral_refusals(j),
    "tier_flows": lambda j, m: figures.tier_flows(j, LEVELS),
    "tier_flows on a day": lambda j, m: figures.tier_flows(j, LEVELS, ["2017-01-01"]),
    "privilege_cost": lambda j, m: figures.privilege_cost(j, m, LEVELS, currency="INR", digits=2),
}


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_to_draw_is_said(name: str, journal: pd.DataFrame, moves: pd.DataFrame) -> None:
    figure = EMPTY[name](journal.iloc[:0], moves.iloc[:0])
    assert not figure.data
    (note,) = figure.layout.annotations
    assert note.text == figure.layout.title.subtitle.text
    assert note.text.startswith(("no", "at least"))
    assert figure.layout.template == figures.TEMPLATE


def texts(value: Any) -> list[str]:
    """Every text of a figure as plain data."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def test_names_are_shown_as_they_stand_and_never_obeyed(journal: pd.DataFrame, moves: pd.DataFrame) -> None:
    named = {"ann": HOSTILE, "bob": f"bob {HOSTILE}", "dan": f"dan {HOSTILE}"}
    j = journal.assign(**{name: journal[name].replace(named) for name in ("member_id", "counterpart_id")})
    j["tier"] = j["tier"].replace("gold", HOSTILE)
    m = moves.assign(member_id=moves["member_id"].replace(named))
    levels = ("member", "silver", HOSTILE)
    drawn = [
        figures.phases(m, {HOSTILE: "2017-06-15"}, token=HOSTILE),
        figures.referral_tree(j, assumed=HOSTILE),
        figures.referral_refusals(j),
        figures.tier_flows(j, levels, assumed=HOSTILE),
        figures.privilege_cost(j, m, levels, currency=HOSTILE, digits=2, token=HOSTILE, assumed=HOSTILE),
    ]
    said = [text for figure in drawn for text in texts(figure.to_dict()["data"]) + texts(figure.to_dict()["layout"])]
    assert any("&lt;b&gt;" in text for text in said)
    for text in said:
        assert "<b>" not in text
        assert "<a " not in text
        assert "$" not in text
        assert "\n" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize(
    ("name", "shown"), [("M-101", "M-101"), (7, "7"), ("a & b", "a &amp; b"), ("x" * 50, "x" * 39 + "\u2026")]
)
def test_ordinary_names_stay_what_they_are(name: Any, shown: str) -> None:
    assert plain(name) == shown
