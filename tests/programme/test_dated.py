"""Values by date, phases, and variants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from rewardsim.programme import Programme, ProgrammeError, parse_programme
from rewardsim.programme.units import day_number
from rewardsim.rules.records import NEVER

Tiny = Callable[[str], Programme]


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def history(programme: Programme, field: str) -> list[tuple[int, int]]:
    """First day and value of a field, wherever it changes."""
    rows = [(terms.from_day, getattr(terms, field)) for terms in programme.law().terms]
    return [row for index, row in enumerate(rows) if index == 0 or row[1] != rows[index - 1][1]]


def rates(programme: Programme) -> list[tuple[int, int, int]]:
    law = programme.law()
    bands = [(terms.from_day, law.bands[terms.band_first]) for terms in law.terms]
    return [(first, band.tokens, band.per) for first, band in bands]


def test_the_rate_of_the_example_changes_on_its_day(tiny: Tiny) -> None:
    programme = tiny(
        "[earning.purchase]\n"
        'rate = [ { from = 2020-01-01, tokens = 1, per = "10.00" }, { from = 2021-01-01, tokens = 1, per = "12.50" } ]'
    )
    assert rates(programme) == [(day("2020-01-01"), 1, 1000), (day("2021-01-01"), 1, 1250)]
    first, second = programme.law().terms
    assert (first.to_day, second.from_day, second.to_day) == (day("2021-01-01"), day("2021-01-01"), NEVER)


def test_values_may_be_absent_for_a_while(tiny: Tiny) -> None:
    programme = tiny(
        "[earning.purchase]\n"
        'rate = "1%"\n'
        'minimum_order = [ { from = 2020-01-01, absent = true }, { from = 2020-06-01, value = "5.00" } ]'
    )
    assert history(programme, "minimum_order") == [(day("2020-01-01"), 0), (day("2020-06-01"), 500)]


def test_a_whole_section_by_date(tiny: Tiny) -> None:
    programme = tiny(
        "[earning.purchase]\n"
        'rate = "1%"\n'
        "[[expiry]]\n"
        "from = 2020-01-01\n"
        'policy = "never"\n'
        "[[expiry]]\n"
        "from = 2022-01-01\n"
        'policy = "rolling"\n'
        "days = 90"
    )
    assert history(programme, "expiry_kind") == [(day("2020-01-01"), 0), (day("2022-01-01"), 2)]


def test_entries_that_say_the_same_are_one_stretch(tiny: Tiny) -> None:
    dated = tiny(
        "[earning.purchase]\n"
        'rate = [ { from = 2020-01-01, value = "10%" }, { from = 2021-01-01, tokens = 1, per = "10.00" } ]'
    )
    assert len(dated.law().terms) == 1
    assert dated.hash == tiny('[earning.purchase]\nrate = "10%"').hash


def test_nested_dates(tiny: Tiny) -> None:
    programme = tiny(
        "[[redemption.checkout]]\n"
        "from = 2020-01-01\n"
        "absent = true\n"
        "[[redemption.checkout]]\n"
        "from = 2020-07-01\n"
        'value_per_token = "0.01"\n'
        "tokens_min = [ { from = 2020-01-01, value = 5 }, { from = 2021-01-01, value = 9 } ]\n"
        "[earning.purchase]\n"
        'rate = "1%"'
    )
    assert history(programme, "redeem_on") == [(day("2020-01-01"), 0), (day("2020-07-01"), 1)]
    assert history(programme, "redeem_min") == [
        (day("2020-01-01"), 0),
        (day("2020-07-01"), 5),
        (day("2021-01-01"), 9),
    ]


def test_a_dated_value_may_begin_with_its_phase(tiny: Tiny) -> None:
    phases = (
        "[[phases]]\n"
        'id = "late"\n'
        "starts = 2020-05-01\n"
        "ends = 2020-09-01\n"
        "[earning.purchase]\n"
        'phase = "late"\n'
    )
    programme = tiny(
        phases + 'rate = [ { from = 2020-05-01, to = 2020-07-01, value = "1%" }, '
        '{ from = 2020-07-01, to = 2020-09-01, value = "2%" } ]'
    )
    assert history(programme, "earn_on") == [
        (day("2020-01-01"), 0),
        (day("2020-05-01"), 1),
        (day("2020-09-01"), 0),
    ]
    with pytest.raises(ProgrammeError, match="no value before 2020-06-01"):
        tiny(phases + 'rate = [ { from = 2020-06-01, value = "1%" } ]')


def test_phases_cut_campaigns_and_items(tiny: Tiny) -> None:
    programme = tiny(
        '[[phases]]\nid = "p"\nstarts = 2020-05-01\nends = 2020-09-01\n'
        '[[campaigns]]\nid = "c"\nphase = "p"\nstarts = 2020-08-01\nends = 2020-12-01\ntokens = 5\n'
        '[[campaigns]]\nid = "gone"\nphase = "p"\nstarts = 2020-10-01\ntokens = 5\n'
        '[[exchange]]\nid = "x"\nphase = "p"\nkind = "code"\ntokens = 5\nstock = { count = 3 }'
    )
    law = programme.law()
    assert [(row.from_day, row.to_day) for row in law.campaigns] == [(day("2020-08-01"), day("2020-09-01"))]
    assert [(row.from_day, row.to_day) for row in law.items] == [(day("2020-05-01"), day("2020-09-01"))]


# ---------------------------------------------------------------- variants


def test_vary_for_ever(tiny: Tiny) -> None:
    base = tiny('[earning.purchase]\nrate = "10%"\nrounding = "ceil"')
    varied = base.vary(
        {"earning.purchase.rate": "8%", "earning.welcome": {"tokens": 9}, "earning.purchase.rounding": None}
    )
    assert rates(varied) == [(day("2020-01-01"), 2, 2500)]
    assert (varied.law().terms[0].welcome_tokens, varied.law().terms[0].rounding) == (9, 0)
    assert base.law().terms[0].rounding == 3, "the programme itself does not change"


def test_vary_for_a_while_keeps_the_old_value_around_it(tiny: Tiny) -> None:
    base = tiny('[earning.purchase]\nrate = "10%"')
    varied = base.vary({"earning.purchase.rate": "8%"}, start="2020-03-01", end=date(2020, 4, 1))
    assert rates(varied) == [
        (day("2020-01-01"), 1, 1000),
        (day("2020-03-01"), 2, 2500),
        (day("2020-04-01"), 1, 1000),
    ]


def test_vary_a_dated_value_again(tiny: Tiny) -> None:
    base = tiny(
        "[earning.purchase]\n"
        'rate = [ { from = 2020-01-01, value = "1%" }, { from = 2021-01-01, value = "2%" } ]'
    )
    varied = base.vary({"earning.purchase.rate": "3%"}, start="2020-12-01", end="2021-02-01").vary(
        {"earning.purchase.rate": "4%"}, start="2021-01-01"
    )
    expected = [("2020-01-01", 1, 10000), ("2020-12-01", 3, 10000), ("2021-01-01", 1, 2500)]
    assert rates(varied) == [(day(first), tokens, per) for first, tokens, per in expected]


def test_vary_what_was_not_written(tiny: Tiny) -> None:
    base = tiny('[earning.purchase]\nrate = "10%"')
    varied = base.vary(
        {"earning.purchase.minimum_order": "5.00", "redemption.checkout": {"value_per_token": "0.01"}},
        start="2020-03-01",
    )
    assert history(varied, "minimum_order") == [(day("2020-01-01"), 0), (day("2020-03-01"), 500)]
    assert history(varied, "redeem_on") == [(day("2020-01-01"), 0), (day("2020-03-01"), 1)]


def test_vary_before_the_start_is_for_ever(tiny: Tiny) -> None:
    base = tiny('[earning.purchase]\nrate = "10%"')
    assert (
        base.vary({"earning.purchase.rate": "8%"}, start="2019-01-01").hash
        == base.vary({"earning.purchase.rate": "8%"}).hash
    )


def test_vary_within_the_past_changes_nothing(tiny: Tiny) -> None:
    base = tiny('[earning.purchase]\nrate = "10%"')
    assert base.vary({"earning.purchase.rate": "8%"}, start="2019-01-01", end="2019-06-01") == base
    around = base.vary({"earning.purchase.rate": "8%"}, start="2019-01-01", end="2020-06-01")
    assert rates(around) == [(day("2020-01-01"), 2, 2500), (day("2020-06-01"), 1, 1000)]


def test_vary_rows_by_id(tiny: Tiny) -> None:
    base = tiny(
        "[[campaigns]]\n"
        'id = "sale"\n'
        "starts = 2020-05-01\n"
        "ends = 2020-06-01\n"
        'multiplier = "1.5"\n'
        "budget = { tokens = 9 }"
    )
    for_ever = base.vary({"campaigns.sale.multiplier": "2"})
    assert [row.factor_bp for row in for_ever.law().campaigns] == [20000]
    split = base.vary({"campaigns.sale.multiplier": "2"}, start="2020-05-10", end="2020-05-20")
    rows = sorted((row.from_day, row.to_day, row.factor_bp, row.pool) for row in split.law().campaigns)
    days = [day(text) for text in ("2020-05-01", "2020-05-10", "2020-05-20", "2020-06-01")]
    assert rows == [(days[0], days[1], 15000, 0), (days[1], days[2], 20000, 0), (days[2], days[3], 15000, 0)]
    assert len(split.law().pools) == 1, "the parts of a campaign share its budget"
    assert base.vary({"campaigns.sale.multiplier": "2"}, start="2020-07-01").hash == base.hash


def test_vary_adds_and_removes_rows(tiny: Tiny) -> None:
    base = tiny('[[campaigns]]\nid = "sale"\nmultiplier = "1.5"')
    more = base.vary({"campaigns.extra": {"tokens": 5}}, start="2020-02-01")
    assert sorted((row.from_day, row.bonus_tokens) for row in more.law().campaigns) == [
        (day("2020-01-01"), 0),
        (day("2020-02-01"), 5),
    ]
    assert base.vary({"campaigns.sale": None}).law().campaigns == []
    (ended,) = base.vary({"campaigns.sale": None}, start="2020-03-01").law().campaigns
    assert ended.to_day == day("2020-03-01")


TIERS = """
[tiers]
criterion = "spend"
window = { kind = "rolling_months", count = 12 }
upgrade = "immediate"
rate_applies = "before"
review = { months = 12 }
downgrade = "one_step"
[[tiers.levels]]
id = "member"
from = "0.00"
[[tiers.levels]]
id = "gold"
from = "400.00"
earn_multiplier = "1.25"
"""


def levels(programme: Programme) -> list[tuple[int, str, str]]:
    """First day, id and threshold of the highest tier, wherever they change."""
    tops = [(part.from_day, part.file.tiers.levels[-1]) for part in programme.stretches]
    rows = [(first, top.id, top.from_) for first, top in tops]
    return [row for place, row in enumerate(rows) if place == 0 or row[1:] != rows[place - 1][1:]]


def test_vary_a_row_within_a_section(tiny: Tiny) -> None:
    base, start = tiny(TIERS), day("2020-01-01")
    for_ever = base.vary({"tiers.levels.gold.from": "500.00"})
    assert levels(for_ever) == [(start, "gold", "500.00")]
    a_while = base.vary({"tiers.levels.gold.from": "500.00"}, start="2020-03-01", end="2020-05-01")
    days = [start, day("2020-03-01"), day("2020-05-01")]
    thresholds = ("400.00", "500.00", "400.00")
    assert levels(a_while) == [(first, "gold", at) for first, at in zip(days, thresholds, strict=True)]
    assert parse_programme(a_while.to_toml()) == a_while


def test_vary_a_row_that_changes_already(tiny: Tiny) -> None:
    once = tiny(TIERS).vary({"tiers.levels.gold.from": "500.00"}, start="2020-03-01")
    both = once.vary({"tiers.levels.gold.earn_multiplier": "2"})
    assert [part.file.tiers.levels[-1].earn_multiplier for part in both.stretches] == [20_000, 20_000]
    assert [at for _, _, at in levels(both)] == ["400.00", "500.00"]
    later = once.vary({"tiers.levels.gold.from": "600.00"}, start="2020-02-01", end="2020-04-01")
    assert [at for _, _, at in levels(later)] == ["400.00", "600.00", "500.00"]


def test_vary_adds_and_removes_rows_within_a_section(tiny: Tiny) -> None:
    more = tiny(TIERS).vary({"tiers.levels.diamond": {"from": "900.00"}})
    assert more.names.levels == ["member", "gold", "diamond"]
    assert more.vary({"tiers.levels.diamond": None}) == tiny(TIERS)


@pytest.mark.parametrize(
    ("path", "value", "code", "todo"),
    [
        ("tiers.levels.god.from", "1.00", "unknown-path", 'did you mean "gold"?'),
        ("tiers.levels.platinum", None, "unknown-path", "name a row by its id"),
        ("tiers.levels.gold", 5, "wrong-type", "write the whole row, or name one of its keys"),
        ("tiers.levels.gold.frm", "1.00", "unknown-key", 'did you mean "from"?'),
    ],
)
def test_a_row_within_a_section_that_cannot_be_changed(
    tiny: Tiny, path: str, value: object, code: str, todo: str
) -> None:
    with pytest.raises(ProgrammeError) as caught:
        tiny(TIERS).vary({path: value})
    (fault,) = caught.value.faults
    assert (fault.code, fault.todo) == (code, todo)


def test_a_change_to_the_same_value_changes_nothing(tiny: Tiny) -> None:
    base = tiny(
        "[earning.purchase]\n"
        'rate = "1%"\n'
        "[[campaigns]]\n"
        'id = "sale"\n'
        'multiplier = "1.5"\n'
        "budget = { tokens = 9 }"
    )
    same = base.vary({"campaigns.sale.multiplier": "1.5", "earning.purchase.rate": "1%"}, start="2020-03-01")
    assert same == base
    assert same.hash == base.hash


@pytest.mark.parametrize(
    ("changes", "start", "text"),
    [
        (
            {"earning.purchase.rat": "8%"},
            None,
            'earning.purchase.rat: found unknown key "rat", allowed phase, basis, rate',
        ),
        ({"earnings.purchase.rate": "8%"}, None, 'did you mean "earning"?'),
        ({"campaigns.sail.multiplier": "2"}, None, 'did you mean "campaigns.sale"?'),
        (
            {"campaigns.sale.multiplyer": "2"},
            None,
            'campaigns.sale.multiplyer: found unknown key "multiplyer"',
        ),
        ({"campaigns.sale.multiplier": 2}, None, 'write "2" if 2 times is meant'),
        (
            {"earning.purchase.rate.tokens": 5},
            None,
            'earning.purchase.rate.tokens: found "1%", allowed a table with keys of its own',
        ),
        ({"campaigns.sale": "2"}, None, 'campaigns.sale: found "2", allowed a table'),
        ({"draws.new": {}}, "2020-03-01", "draws.new: found a change from 2020-03-01, allowed a change for the whole"),
        ({"earning..rate": 5}, None, 'found "earning..rate", allowed a dotted path'),
        ({"earning.purchase.rate": "8%"}, "soon", 'start: found "soon", allowed a date such as "2017-09-01"'),
        (
            {"earning.purchase.minimum_order": object},
            None,
            "allowed a text, whole number, date, list or mapping",
        ),
    ],
)
def test_bad_changes(tiny: Tiny, changes: dict[str, object], start: str | None, text: str) -> None:
    base = tiny('[earning.purchase]\nrate = "1%"\n[[campaigns]]\nid = "sale"\nmultiplier = "1.5"')
    with pytest.raises(ProgrammeError) as caught:
        base.vary(changes, start=start)
    assert str(caught.value).startswith("tiny.toml (varied): ")
    assert text in str(caught.value)


def test_variants_write_files_that_load(reward_mi: Programme, tea_club: Programme) -> None:
    changes = {"earning.purchase.rounding": "ceil", "returns.window_days": 7}
    for base, start in ((reward_mi, "2017-09-01"), (tea_club, "2022-09-01")):
        for programme in (base, base.vary(changes, start=start)):
            again = parse_programme(programme.to_toml())
            assert again == programme
            assert again.to_toml() == programme.to_toml()
