"""The integers a programme becomes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from rewardsim.programme import Programme, ProgrammeError
from rewardsim.rules import codes
from rewardsim.rules.records import BP, NEVER, NONE

Tiny = Callable[[str], Programme]


def fields(record: Any) -> dict[str, int]:
    return {name: getattr(record, name) for name in record.__slots__}


def test_reward_mi(reward_mi: Programme) -> None:
    law = reward_mi.law()
    (terms,) = law.terms
    assert fields(terms) == {
        "from_day": 17332, "to_day": NEVER, "starts_day": 17332, "ends_day": NEVER,
        "enrolment": codes.AUTOMATIC, "late": codes.POST, "amount_max": 10**9, "tokens_max": 10**9,
        "counter_width": 6, "category_width": 2, "channel_width": 3,
        "earn_on": 1, "basis": codes.NET_OF_TOKENS, "band_first": 0, "band_count": 1, "proration": codes.STEP,
        "rounding": codes.FLOOR, "round_at": codes.AT_ORDER, "minimum_order": 0,
        "channel_set": 1, "category_set": 0, "factor_row": 0, "counts_from_day": 17287,
        "release_kind": codes.ON_DELIVERY, "release_days": 0, "release_day": NEVER,
        "orders_max": 5, "orders_period": codes.PER_PROGRAMME, "orders_counted_on": codes.COUNT_ON_DELIVERY,
        "limit_first": 0, "limit_count": 0, "welcome_tokens": 50,
        "share_tokens": 5, "share_limit": 1, "share_period": codes.PER_DAY,
        "redeem_on": 1, "redeem_value_num": 10, "redeem_value_den": 1, "redeem_min": 100, "redeem_step": 1,
        "redeem_share_bp": 2000, "redeem_excess": codes.REDUCE, "consumption": codes.EARLIEST_EXPIRY,
        "expiry_kind": codes.CALENDAR, "expiry_month": 12, "expiry_dom": 31, "expiry_years": 1,
        "expiry_days": 0, "expiry_months": 0, "expiry_from": codes.FROM_RELEASE,
        "clawback": codes.VALUE_SHARE, "claw_rounding": codes.FLOOR, "when_spent": codes.TO_DEBT, "debt_limit": 5000,
        "spent_tokens": codes.REVERSE, "window_days": 30, "unlinked": codes.REJECT,
        "referral_from": 17379, "referral_to": NEVER, "invitation_required": 0,
        "referrer_tokens": 500, "referee_tokens": 100, "qualifies_on": codes.BY_FIRST_DELIVERY,
        "referral_minimum": 50_000, "referral_days": 60, "referral_delay": 1,
        "referral_limit": 10, "referral_limit_unit": codes.LIMIT_FRIENDS, "referral_period": codes.PER_MONTH,
        "referral_excess": codes.REJECT, "referral_counter": 4,
        "referral_levels": 1, "level_share_1": BP, "level_share_2": 0, "level_share_3": 0, "referral_revoke": 1,
        "tiers_from": 17471, "tiers_to": NEVER, "criterion": codes.BY_SPEND,
        "tier_window": codes.ROLLING_MONTHS, "tier_months": 12, "upgrade": codes.IMMEDIATE,
        "rate_applies": codes.RATE_BEFORE, "review_months": 12, "downgrade": codes.ONE_STEP, "grace_days": 30,
        "requalify": 1, "level_first": 0, "level_count": 4, "express_counter": 5,
    }  # fmt: skip
    assert [fields(band) for band in law.bands] == [
        {"upper": NONE, "tokens": 1, "per": 1000, "common": 1, "denominator": 1000}
    ]
    assert law.channel_sets == [1, 1, 1, 0, 1, 1]
    assert law.category_sets == [1, 1, 0, 1]
    assert law.category_factors == [BP, BP]
    assert [(pool.size, pool.period, pool.excess) for pool in law.pools] == [
        (5_000_000, codes.PER_PROGRAMME, codes.REDUCE),
        (5000, codes.PER_WEEK, codes.REJECT),
    ]
    assert [row.tokens for row in law.items] == [1000, 2500, 10000]
    assert [row.kind for row in law.items] == [0, 1, 2]
    assert [tuple(fields(level).values()) for level in law.levels] == [
        (0, BP, 0, 0, 0, 0, codes.RULE_LEVEL_BASE),
        (1_500_000, 11_000, 1, 9900, 0, 0, codes.RULE_LEVEL_BASE + 1),
        (4_000_000, 12_500, 4, 9900, 60, 0, codes.RULE_LEVEL_BASE + 2),
        (10_000_000, 15_000, NONE, 9900, 240, 500, codes.RULE_LEVEL_BASE + 3),
    ]
    assert [fields(draw) for draw in law.draws] == [
        {
            "opens_day": 17332, "closes_day": 17339, "draws_day": 17342,
            "winners": 100, "prize_first": 0, "prize_count": 1,
            "entry": codes.BY_POST, "hashtag": 1, "tags_min": 5, "public": 1, "entries_max": 1,
            "rule": codes.RULE_DRAW_BASE,
        }
    ]  # fmt: skip
    assert [(prize.upto, prize.tokens) for prize in law.prizes] == [(100, 500)]


def test_names_of_reward_mi(reward_mi: Programme) -> None:
    names = reward_mi.names
    assert names.rule(codes.RULE_PURCHASE) == "earning.purchase"
    assert names.rule(codes.RULE_CAMPAIGN_BASE) == "campaign:accessory-week"
    assert names.rule_codes("exchange:coupon-1000") == [codes.RULE_ITEM_BASE + 2]
    assert (names.category("accessory"), names.category("phone"), names.category(None)) == (1, 0, 0)
    assert (names.channel("mi-store-app"), names.channel("mi.com"), names.channel("Mi.com")) == (1, 2, 0)
    assert (names.item("coupon-100", 17332), names.item("coupon-101", 17332), names.kind("nothing")) == (
        1,
        NONE,
        NONE,
    )


def test_an_item_that_changed_is_found_by_day(tea_club: Programme) -> None:
    names, law = tea_club.names, tea_club.law()
    changed = 19358  # 2023-01-01
    rows = [names.item("teapot", day) for day in (0, changed - 1, changed, NEVER)]
    assert [law.items[row].tokens for row in rows] == [240_000, 240_000, 265_050, 265_050]
    assert len({law.items[row].kind for row in rows}) == 1
    assert len({law.items[row].pool for row in rows}) == 1, "one stock, though the price changed"
    assert len({law.items[row].counter for row in rows}) == 1


def test_tea_club(tea_club: Programme) -> None:
    law = tea_club.law()
    first = law.terms[0]
    assert [fields(band) for band in law.bands] == [
        {"upper": 5000, "tokens": 8, "per": 1, "common": 16, "denominator": 2},
        {"upper": 20000, "tokens": 10, "per": 1, "common": 20, "denominator": 2},
        {"upper": NONE, "tokens": 25, "per": 2, "common": 25, "denominator": 2},
    ]
    assert [terms.rounding for terms in law.terms] == [codes.HALF_UP] * 2 + [codes.HALF_EVEN] * 4
    assert [terms.share_tokens for terms in law.terms] == [0, 300, 300, 300, 300, 0]
    assert (first.release_kind, first.release_days) == (codes.DAYS_AFTER_PURCHASE, 14)
    assert (first.redeem_value_num, first.redeem_value_den, first.redeem_step) == (1, 200, 5000)
    assert (first.expiry_kind, first.expiry_months, first.clawback) == (codes.SLIDING, 18, codes.BY_LINE)
    assert [(limit.tokens, limit.period, limit.excess) for limit in law.limits] == [
        (250_000, codes.PER_ORDER, codes.REDUCE),
        (400_000, codes.PER_DAY, codes.REJECT),
        (3_000_000, codes.PER_MONTH, codes.REDUCE),
    ]
    assert [row.priority for row in law.campaigns] == [50, 50, 5, 0]
    assert [row.weekdays for row in law.campaigns] == [127, 127, 96, 127]
    counters = [
        first.counter_width,
        *[limit.counter for limit in law.limits],
        *[row.limit_counter for row in law.campaigns],
    ]
    assert counters == [11, 4, 2, 3, NONE, NONE, 5, 6]
    everything, width = [1] * first.category_width, first.category_width
    row = law.category_sets[first.category_set * width : (first.category_set + 1) * width]
    assert law.category_sets[:width] == everything
    assert row == [1, 0, 1, 1, 1], "all but gift-card"
    assert law.category_factors[width : 2 * width] == [BP, BP, 12500, BP, 5000]
    assert [terms.referrer_tokens for terms in law.terms] == [10_000] * 3 + [12_000] * 3
    assert {(terms.referral_counter, terms.express_counter) for terms in law.terms} == {(9, 10)}
    assert [(level.start, level.factor_bp) for level in law.levels] == [(150_000, 10_500), (750_000, 12_000)]
    assert [(prize.upto, prize.tokens) for prize in law.prizes] == [(1, 100_000), (11, 9950), (20, 5000)]
    assert [(draw.prize_first, draw.prize_count, draw.winners) for draw in law.draws] == [(0, 2, 11), (2, 1, 20)]


@pytest.mark.parametrize(
    ("rate", "pair"),
    [
        ('"8%"', (2, 2500)),
        ('"10%"', (1, 1000)),
        ('"0.5%"', (1, 20000)),
        ('"100 %"', (1, 100)),
        ('"250%"', (5, 200)),
        ('{ tokens = 4, per = "10.00" }', (4, 1000)),
        ('"0.0001%"', (1, 100_000_000)),
    ],
)
def test_rates(tiny: Tiny, rate: str, pair: tuple[int, int]) -> None:
    (band,) = tiny(f"[earning.purchase]\nrate = {rate}").law().bands
    assert (band.tokens, band.per) == pair


def test_only_pro_rata_is_reduced(tiny: Tiny) -> None:
    text = '[earning.purchase]\nrate = { tokens = 4, per = "10.00" }\n'
    step, exact = tiny(text).law().bands[0], tiny(text + 'proration = "pro_rata"').law().bands[0]
    assert (step.tokens, step.per) == (4, 1000)
    assert (exact.tokens, exact.per, exact.common, exact.denominator) == (1, 250, 1, 250)


@pytest.mark.parametrize(
    ("text", "kind", "days"),
    [
        ('"purchase"', codes.ON_PURCHASE, 0),
        ('"delivery"', codes.ON_DELIVERY, 0),
        ("{ days = 14 }", codes.DAYS_AFTER_PURCHASE, 14),
        ('{ days = 3, after = "delivery" }', codes.DAYS_AFTER_DELIVERY, 3),
        ("{ days = 0 }", codes.ON_PURCHASE, 0),
        ("{ date = 2020-02-01 }", codes.ON_DATE, 0),
    ],
)
def test_release(tiny: Tiny, text: str, kind: int, days: int) -> None:
    (terms,) = tiny(f'[earning.purchase]\nrate = "1%"\nreleased_on = {text}').law().terms
    assert (terms.release_kind, terms.release_days) == (kind, days)
    assert terms.release_day == (18293 if kind == codes.ON_DATE else NEVER)


def test_a_programme_of_nothing(tiny: Tiny) -> None:
    law = tiny("").law()
    (terms,) = law.terms
    assert (terms.earn_on, terms.redeem_on, terms.expiry_kind, terms.counter_width) == (
        0,
        0,
        codes.EXPIRES_NEVER,
        2,
    )
    assert (terms.category_width, terms.channel_width, law.category_sets, law.category_factors) == (
        1,
        1,
        [1],
        [BP],
    )
    assert (terms.redeem_value_den, terms.redeem_step) == (1, 1), "nothing divides by zero"


def test_a_changed_cap_keeps_its_use(tiny: Tiny) -> None:
    one = '{ tokens = 500, period = "month" }, { tokens = 50, period = "day" }'
    two = '{ tokens = 40, period = "day" }, { tokens = 400, period = "month" }'
    law = tiny(
        f"[earning.purchase]\n"
        f'rate = "1%"\n'
        f"limits = [ {{ from = 2020-01-01, value = [{one}] }}, {{ from = 2021-01-01, value = [{two}] }} ]"
    ).law()
    assert [(limit.period, limit.counter) for limit in law.limits] == [(2, 3), (0, 2), (0, 2), (2, 3)]
    assert [(terms.limit_first, terms.limit_count) for terms in law.terms] == [(0, 2), (2, 2)]


def test_worth_of_items_and_books_are_beyond_the_law(reward_mi: Programme) -> None:
    books = {"from_day": 17332, "to_day": NEVER, "recognition": 0, "breakage": 0}
    assert reward_mi.law_extra == {"accounting": [books], "item_values": [NONE, 10_000, 100_000]}


def test_whatever_is_not_named_in_bounds_fits_by_itself(tiny: Tiny) -> None:
    small = (
        "[earning.purchase]\n"
        'rate = "1%"\n'
        'basis = "net_of_tokens"\n'
        "[redemption.checkout]\n"
        'value_per_token = "0.01"\n'
    )
    assert tiny("").law().terms[0].amount_max == 10**10
    assert tiny(small).law().terms[0].amount_max == 10**9
    with pytest.raises(
        ProgrammeError, match=r'bounds.amount_max: .* do: set bounds.amount_max to "10000000.00" or less'
    ):
        tiny('[bounds]\namount_max = "100000000.00"\n' + small)
    assert tiny('[bounds]\namount_max = "10000000.00"\n' + small).law().terms[0].amount_max == 10**9


def test_campaigns_count_towards_overflow(tiny: Tiny) -> None:
    text = '[bounds]\namount_max = "10000000.00"\n[earning.purchase]\nrate = "500%"\n'
    assert tiny(text)
    rows = [f'[[campaigns]]\nid = "c{n}"\nmultiplier = "10"\nstacking = "multiply"\n' for n in range(4)]
    with pytest.raises(ProgrammeError, match=r"set bounds\.amount_max"):
        tiny(text + "".join(rows))


def test_no_float_and_nothing_heavy() -> None:
    heavy = {"numpy", "pandas", "numba", "pyarrow", "plotly"}
    code = f"import sys; from rewardsim.programme import load_programme; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_integer_is_one(reward_mi: Programme, tea_club: Programme) -> None:
    def leaves(value: object) -> list[object]:
        if isinstance(value, dict):
            return [leaf for part in value.values() for leaf in leaves(part)]
        return [leaf for part in value for leaf in leaves(part)] if isinstance(value, list) else [value]

    for programme in (reward_mi, tea_club):
        canonical = programme.canonical()
        assert all(type(leaf) is int for key in ("law", "extra") for leaf in leaves(canonical[key]))
