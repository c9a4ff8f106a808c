"""Referral, tiers and draws as integers of the law: every key, on its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from rewardsim.programme import Programme, ProgrammeError, parse_programme
from rewardsim.programme.units import day_number
from rewardsim.rules import codes
from rewardsim.rules.records import BP, NEVER, NONE, Terms

from .conftest import HEAD

Tiny = Callable[[str], Programme]

REFERRAL = "[referral]\nreferrer_tokens = 7\n"
TIERS = '[tiers]\ncriterion = "orders"\nwindow = { kind = "lifetime" }\ndowngrade = "never"\n'
LEVELS = 'levels = [{ id = "a", from = 0 }, { id = "b", from = 5 }]\n'


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def only(programme: Programme) -> Terms:
    (terms,) = programme.law().terms
    return terms


# ---------------------------------------------------------------- referral


def test_referral_by_default(tiny: Tiny) -> None:
    terms = only(tiny(REFERRAL))
    said = {name: getattr(terms, name) for name in Terms.__slots__ if "refer" in name or "level_share" in name}
    assert said == {
        "referral_from": day("2020-01-01"), "referral_to": NEVER, "referrer_tokens": 7, "referee_tokens": 0,
        "referral_minimum": 0, "referral_days": NONE, "referral_delay": 1,
        "referral_limit": NONE, "referral_limit_unit": 0, "referral_period": 0, "referral_excess": 0,
        "referral_counter": NONE, "referral_levels": 1, "level_share_1": BP, "level_share_2": 0, "level_share_3": 0,
        "referral_revoke": 1,
    }  # fmt: skip
    assert (terms.qualifies_on, terms.invitation_required) == (codes.BY_FIRST_DELIVERY, 0)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("referee_tokens = 3", "referee_tokens", 3),
        ('invitation = "required"', "invitation_required", 1),
        ('qualifies_on = "enrol"', "qualifies_on", codes.BY_ENROLMENT),
        ('qualifies_on = "first_delivered_order"', "qualifies_on", codes.BY_FIRST_DELIVERY),
        ('qualifies_on = "delivered_order"', "qualifies_on", codes.BY_ANY_DELIVERY),
        ('minimum_order = "5.00"', "referral_minimum", 500),
        ("within_days = 9", "referral_days", 9),
        ("post_after_days = 4", "referral_delay", 4),
        ("revoke_if_returned = false", "referral_revoke", 0),
        ("limit_per_referrer = { count = 2 }", "referral_limit", 2),
        ("limit_per_referrer = { count = 2 }", "referral_period", codes.PER_PROGRAMME),
        ("limit_per_referrer = { count = 2 }", "referral_excess", codes.REJECT),
        ("limit_per_referrer = { count = 2 }", "referral_limit_unit", codes.LIMIT_FRIENDS),
        ("limit_per_referrer = { count = 2 }", "referral_counter", 2),
        ("limit_per_referrer = { count = 2 }", "counter_width", 3),
        ("limit_per_referrer = { tokens = 20 }", "referral_limit", 20),
        ("limit_per_referrer = { tokens = 20 }", "referral_limit_unit", codes.LIMIT_TOKENS),
        ('limit_per_referrer = { tokens = 20, period = "week" }', "referral_period", codes.PER_WEEK),
        ('limit_per_referrer = { tokens = 20, when_exceeded = "reduce" }', "referral_excess", codes.REDUCE),
        ('levels = 3\nlevels_share = ["100%", "50%", "0.5%"]', "referral_levels", 3),
        ('levels = 3\nlevels_share = ["100%", "50%", "0.5%"]', "level_share_2", 5000),
        ('levels = 3\nlevels_share = ["100%", "50%", "0.5%"]', "level_share_3", 50),
    ],
)
def test_each_key_of_referral(tiny: Tiny, text: str, field: str, value: int) -> None:
    programme = tiny(REFERRAL + text)
    assert getattr(only(programme), field) == value
    default = text == 'qualifies_on = "first_delivered_order"'
    assert (programme.hash == tiny(REFERRAL).hash) == default


def test_a_changed_limit_keeps_its_use(tiny: Tiny) -> None:
    law = tiny(
        REFERRAL + "limit_per_referrer = [\n"
        '{ from = 2020-01-01, count = 5, period = "month" },\n'
        '{ from = 2021-01-01, count = 3, period = "month" },\n'
        '{ from = 2022-01-01, tokens = 9, period = "month" },\n'
        '{ from = 2023-01-01, count = 2, period = "day" },\n]'
    ).law()
    assert [(terms.referral_limit, terms.referral_counter) for terms in law.terms] == [(5, 3), (3, 3), (9, 4), (2, 2)]
    assert {terms.counter_width for terms in law.terms} == {5}


# ---------------------------------------------------------------- when sections stand


def test_phases_and_the_end_of_the_programme_cut_sections() -> None:
    head = HEAD + 'ends = 2023-01-01\n[[phases]]\nid = "p"\nstarts = 2020-05-01\nends = 2021-05-01\n'
    inside = only(parse_programme(head + REFERRAL + 'phase = "p"\n' + TIERS + 'phase = "p"\n' + LEVELS))
    open_end = only(parse_programme(head + REFERRAL + TIERS + LEVELS))
    phase, life = (day("2020-05-01"), day("2021-05-01")), (day("2020-01-01"), day("2023-01-01"))
    assert (inside.referral_from, inside.referral_to) == (inside.tiers_from, inside.tiers_to) == phase
    assert (open_end.referral_from, open_end.referral_to) == (open_end.tiers_from, open_end.tiers_to) == life


def test_a_section_that_comes_later_says_the_same_before(tiny: Tiny) -> None:
    base = tiny(REFERRAL + TIERS + LEVELS)
    for area in ("referral", "tiers"):
        text = base.source.document[area]
        law = base.without(area).vary({area: text}, start="2020-06-01", end="2021-06-01").law()
        (terms,) = law.terms
        days = (getattr(terms, f"{area}_from"), getattr(terms, f"{area}_to"))
        assert days == (day("2020-06-01"), day("2021-06-01"))
        assert (terms.level_count, terms.criterion, terms.referrer_tokens) == (2, codes.BY_ORDERS, 7)


# ---------------------------------------------------------------- tiers


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ('"orders"', '"tokens_earned"', "criterion", codes.BY_TOKENS_EARNED),
        ('kind = "lifetime"', 'kind = "calendar_year"', "tier_window", codes.CALENDAR_YEAR),
        ('kind = "lifetime"', 'kind = "anniversary"', "tier_window", codes.ANNIVERSARY),
        ('kind = "lifetime"', 'kind = "rolling_months", count = 7', "tier_window", codes.ROLLING_MONTHS),
        ('kind = "lifetime"', 'kind = "rolling_months", count = 7', "tier_months", 7),
        ('downgrade = "never"', 'downgrade = "one_step"\nreview = { months = 6 }', "downgrade", codes.ONE_STEP),
        ('downgrade = "never"', 'downgrade = "reassess"\nreview = { months = 6 }', "downgrade", codes.REASSESS),
        ('downgrade = "never"', 'downgrade = "never"\nreview = { months = 6 }', "review_months", 6),
        ('downgrade = "never"', 'downgrade = "never"\nrate_applies = "after"', "rate_applies", codes.RATE_AFTER),
        ('downgrade = "never"', 'downgrade = "never"\nrate_applies = "marginal"', "rate_applies", codes.RATE_MARGINAL),
        ('downgrade = "never"', 'downgrade = "never"\ngrace_days = 3', "grace_days", 3),
        (
            'downgrade = "never"',
            'upgrade = "at_review"\nreview = { months = 6 }\ndowngrade = "never"',
            "upgrade",
            codes.AT_REVIEW,
        ),
        ("levels =", "x", "requalify", 1),
        ("[tiers]", "[returns]\nrequalify_tier = false\n[tiers]", "requalify", 0),
    ],
)
def test_each_key_of_tiers(tiny: Tiny, old: str, new: str, field: str, value: int) -> None:
    text = TIERS + LEVELS
    programme = tiny(text.replace(old, new) if new != "x" else text)
    assert getattr(only(programme), field) == value
    assert (programme.hash == tiny(text).hash) == (new == "x")


def test_tiers_by_default(tiny: Tiny) -> None:
    terms = only(tiny(TIERS + LEVELS))
    assert (terms.upgrade, terms.rate_applies, terms.review_months, terms.downgrade, terms.grace_days) == (
        codes.IMMEDIATE,
        codes.RATE_BEFORE,
        NONE,
        codes.NEVER_DOWN,
        0,
    )
    assert (terms.tier_window, terms.tier_months, terms.express_counter) == (codes.LIFETIME, 0, NONE)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("", "start", 5),
        ('earn_multiplier = "1.25"', "factor_bp", 12_500),
        ("privileges = { express_delivery = { orders_per_month = 3 } }", "express_orders", 3),
        ("privileges = { express_delivery = { unlimited = true } }", "express_orders", NONE),
        ('privileges = { express_delivery = { unlimited = true, cost_per_order = "1.50" } }', "express_cost", 150),
        ("privileges = { early_access = { minutes = 30 } }", "early_minutes", 30),
        ("privileges = { birthday = { tokens = 8 } }", "birthday_tokens", 8),
        ("", "rule", codes.RULE_LEVEL_BASE + 1),
    ],
)
def test_each_key_of_a_tier(tiny: Tiny, text: str, field: str, value: int) -> None:
    rows = f'[[tiers.levels]]\nid = "a"\nfrom = 0\n[[tiers.levels]]\nid = "b"\nfrom = 5\n{text}\n'
    programme = tiny(TIERS + rows)
    assert getattr(programme.law().levels[1], field) == value
    assert only(programme).express_counter == (2 if "express" in text else NONE)
    assert (programme.hash == tiny(TIERS + LEVELS).hash) == (text == "")


@pytest.mark.parametrize(
    ("criterion", "start", "value"),
    [("spend", '"12.50"', 1250), ("tokens_earned", "12", 12), ("orders", "12", 12)],
)
def test_thresholds_count_in_the_criterions_unit(tiny: Tiny, criterion: str, start: str, value: int) -> None:
    levels = f'levels = [{{ id = "a", from = {start} }}]'
    assert tiny(TIERS.replace("orders", criterion) + levels).law().levels[0].start == value


def test_thresholds_may_change_by_date(tiny: Tiny) -> None:
    base = tiny(TIERS + LEVELS)
    rows = [{"id": "a", "from": 1}, {"id": "b", "from": 9, "earn_multiplier": "2"}]
    law = base.vary({"tiers.levels": rows}, start="2021-01-01", end="2022-01-01").law()
    assert [(terms.level_first, terms.level_count) for terms in law.terms] == [(0, 2), (2, 2), (0, 2)]
    assert [(level.start, level.factor_bp) for level in law.levels] == [(0, BP), (5, BP), (1, BP), (9, 2 * BP)]
    assert [level.rule - codes.RULE_LEVEL_BASE for level in law.levels] == [0, 1, 0, 1], "a tier keeps its name"


def test_what_is_counted_may_not_change_by_date(tiny: Tiny) -> None:
    base = tiny(TIERS + LEVELS)
    changes = {"tiers.criterion": "spend", "tiers.window": {"kind": "anniversary"}, "tiers.window.kind": "anniversary"}
    for path, value in changes.items():
        with pytest.raises(ProgrammeError) as caught:
            base.vary({path: value}, start="2021-01-01")
        assert [(fault.code, fault.place.path) for fault in caught.value.faults] == [("not-dated", path)]
    rows = [{"id": "a", "from": 0}, {"id": "c", "from": 5}]
    with pytest.raises(ProgrammeError, match="found a, c, before a, b, allowed the same for the whole life"):
        base.vary({"tiers.levels": rows}, start="2021-01-01")


# ---------------------------------------------------------------- draws


def draw(name: str = "d", more: str = "winners = 3\ntokens = 10", entry: str = 'kind = "purchase"') -> str:
    days = "opens = 2020-02-01\ncloses = 2020-03-01\ndraws_on = 2020-03-05\n"
    return f'[[draws]]\nid = "{name}"\n{days}entry = {{ {entry} }}\n{more}\n'


@pytest.mark.parametrize(
    ("more", "entry", "field", "value"),
    [
        ("winners = 3\ntokens = 10", 'kind = "purchase"', "winners", 3),
        ("winners = 4\ntokens = 10", 'kind = "purchase"', "winners", 4),
        ("winners = 3\ntokens = 10\nentries_per_member_max = 2", 'kind = "purchase"', "entries_max", 2),
        ("winners = 3\ntokens = 10", 'kind = "enrol"', "entry", codes.BY_ENROL),
        ("winners = 3\ntokens = 10", 'kind = "social_post"', "entry", codes.BY_POST),
        ("winners = 3\ntokens = 10", 'kind = "social_post"', "public", 1),
        ("winners = 3\ntokens = 10", 'kind = "social_post", public = false', "public", 0),
        ("winners = 3\ntokens = 10", 'kind = "social_post", tags_min = 2', "tags_min", 2),
        ("winners = 3\ntokens = 10", 'kind = "social_post"', "hashtag", 0),
        ("winners = 3\ntokens = 10", 'kind = "social_post", hashtag = "#A"', "hashtag", 1),
        ("winners = 3\ntokens = 10", 'kind = "purchase"', "rule", codes.RULE_DRAW_BASE),
    ],
)
def test_each_key_of_a_draw(tiny: Tiny, more: str, entry: str, field: str, value: int) -> None:
    programme = tiny(draw(more=more, entry=entry))
    (row,) = programme.law().draws
    assert getattr(row, field) == value
    plain = (more, entry) == ("winners = 3\ntokens = 10", 'kind = "purchase"')
    assert (programme.hash == tiny(draw()).hash) == plain


def test_days_of_a_draw(tiny: Tiny) -> None:
    phase = '[[phases]]\nid = "p"\nstarts = 2020-02-10\nends = 2020-02-20\n'
    rows = [tiny(text).law().draws[0] for text in (draw(), phase + draw(more='winners = 3\ntokens = 10\nphase = "p"'))]
    assert [(row.opens_day, row.closes_day, row.draws_day) for row in rows] == [
        (day("2020-02-01"), day("2020-03-01"), day("2020-03-05")),
        (day("2020-02-10"), day("2020-02-20"), day("2020-03-05")),
    ]


def test_prizes_by_rank(tiny: Tiny) -> None:
    law = tiny(
        draw("a", "prizes = [{ count = 1, tokens = 50 }, { count = 10, tokens = 5 }]")
        + draw("b", "prizes = [{ count = 2, tokens = 7 }, { count = 3, tokens = 7 }]", 'kind = "enrol"')
        + draw("c", "winners = 5\ntokens = 7", 'kind = "social_post"')
    ).law()
    assert [(prize.upto, prize.tokens) for prize in law.prizes] == [(5, 7), (1, 50), (11, 5)]
    rows = [(row.entry, row.winners, row.prize_first, row.prize_count) for row in law.draws]
    assert rows == [(codes.BY_POST, 5, 0, 1), (codes.BY_PURCHASE, 11, 1, 2), (codes.BY_ENROL, 5, 0, 1)]


def test_what_is_won_counts(tiny: Tiny) -> None:
    prizes = [
        "winners = 3\ntokens = 10",
        "winners = 3\ntokens = 11",
        "prizes = [{ count = 1, tokens = 10 }, { count = 2, tokens = 11 }]",
        "prizes = [{ count = 1, tokens = 11 }, { count = 2, tokens = 10 }]",
    ]
    assert len({tiny(draw(more=text)).hash for text in prizes}) == len(prizes)
    days = ("2020-02-01", "2020-03-01", "2020-03-05")
    moved = [draw().replace(text, text[:-1] + "2") for text in days]
    assert len({tiny(text).hash for text in (draw(), *moved)}) == len(days) + 1


def test_draws_stand_by_day_then_content(tiny: Tiny) -> None:
    early = draw("z").replace("2020-03-05", "2020-03-02")
    rich = draw("a", "winners = 3\ntokens = 99")
    post = draw("b", entry='kind = "social_post", hashtag = "#One"')
    also = draw("c", entry='kind = "social_post", hashtag = "#two"')
    more = draw("e", entry='kind = "social_post", hashtag = "#ONE", tags_min = 1')
    base = tiny(early + rich + post + also + more)
    assert list(base.names.draws) == ["z", "a", "c", "b", "e"]
    assert [row.hashtag for row in base.law().draws] == [0, 0, 1, 2, 2]
    for other in (more + also + post + rich + early, also + early + more + rich + post):
        assert tiny(other) == base
        assert tiny(other).hash == base.hash
    renamed = early + rich + post.replace('"b"', '"y"').replace("#One", "#x") + also.replace("#two", "#a")
    renamed += more.replace("#ONE", "#X")
    assert tiny(renamed).hash == base.hash
    assert tiny(renamed).key != base.key, "the words that data must use have changed"


def test_names_of_members_rules(reward_mi: Programme) -> None:
    names = reward_mi.names
    assert names.levels == ["member", "silver", "gold", "diamond"]
    assert [names.level(place) for place in (NONE, 0, 3)] == ["", "member", "diamond"]
    assert (names.draws, names.draw("rewardmi-launch"), names.draw("other"), names.draw(None)) == (
        {"rewardmi-launch": 0},
        0,
        NONE,
        NONE,
    )
    assert names.hashtags == {"#rewardmi": 1}
    assert [names.hashtag(word) for word in ("#RewardMi", "rewardmi", "#else", "", None)] == [1, 1, 0, 0, 0]
    said = {code: names.rule(code) for code in (12, 13, codes.RULE_LEVEL_BASE + 1, codes.RULE_DRAW_BASE)}
    assert list(said.values()) == ["referral", "tiers.birthday", "tiers.silver", "draws.rewardmi-launch"]


def test_hashtags_are_compared_folded(tiny: Tiny) -> None:
    names = tiny(draw(entry='kind = "social_post", hashtag = "#CAFÉ"')).names
    assert [names.hashtag(word) for word in ("#café", "cafe\u0301", "#CAFE\u0301", "#cafe")] == [1, 1, 1, 0]


def test_renamed_tiers_are_the_same_programme(tiny: Tiny) -> None:
    base, renamed = tiny(TIERS + LEVELS), tiny(TIERS + LEVELS.replace('"a"', '"z"').replace('"b"', '"y"'))
    turned = tiny(TIERS + 'levels = [{ from = 0, id = "a" }, { from = 5, id = "b" }]\n')
    assert base.hash == renamed.hash == turned.hash
    assert base == renamed


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize("text", [REFERRAL, TIERS + LEVELS])
def test_returned_shares_count_towards_overflow(tiny: Tiny, text: str) -> None:
    assert only(tiny("")).amount_max == 10**10
    assert only(tiny(text)).amount_max == 10**9
    bounds = '[bounds]\namount_max = "100000000.00"\n'
    with pytest.raises(ProgrammeError, match=r"what was paid for the part .* to \"10000000.00\" or less"):
        tiny(bounds + text)


@pytest.mark.parametrize(
    ("criterion", "rate_applies", "what"),
    [
        ("spend", "marginal", "the parts of an award in each tier"),
        ("tokens_earned", "marginal", "the parts of an award in each tier"),
        ("tokens_earned", "before", "what a member's tokens count for his tier"),
        ("orders", "marginal", "the tier's factor of an award"),
    ],
)
def test_awards_of_tiers_count_towards_overflow(criterion: str, rate_applies: str, what: str) -> None:
    from rewardsim.programme.bounds import LIMIT, products

    start = '"0.00"' if criterion == "spend" else "0"
    text = (
        "[bounds]\n"
        'amount_max = "100000.00"\n'
        '[earning.purchase]\nrate = "100%"\n'
        f'[tiers]\ncriterion = "{criterion}"\nwindow = {{ kind = "lifetime" }}\ndowngrade = "never"\n'
        f'rate_applies = "{rate_applies}"\nlevels = [{{ id = "a", from = {start}, earn_multiplier = "100" }}]\n'
    )
    law = parse_programme(HEAD + text).law()
    found = {product.what: product for product in products(law.terms[0], law)}
    award, amount = 10**5 + 1, 10**7
    expected = {
        ("spend", "marginal"): award * amount,
        ("tokens_earned", "marginal"): award * award,
        ("tokens_earned", "before"): (award * 100 + 1) * 10**6,
        ("orders", "marginal"): award * 100 * BP,
    }[criterion, rate_applies]
    assert expected <= found[what].value <= expected * 11 // 10 < LIMIT
    assert found["the tokens of an order with its campaigns"].value >= award * 100 * BP
