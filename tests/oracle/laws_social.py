"""Random referral, tiers and draws: every choice, small numbers, some of them dated."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE, DrawTerms, Level, Prize, Terms

if TYPE_CHECKING:
    from .laws import Maker

PERIODS = (codes.PER_DAY, codes.PER_WEEK, codes.PER_MONTH, codes.PER_YEAR, codes.PER_PROGRAMME)
STARTS = {
    codes.BY_SPEND: ((0, 40, 120), (15, 60), (30,), (0, 25, 50, 75)),
    codes.BY_TOKENS_EARNED: ((0, 10, 25), (3, 12), (5,), (0, 4, 8, 16)),
    codes.BY_ORDERS: ((0, 2, 4), (1, 3), (2,), (0, 1, 2, 5)),
}


def referral_choices(maker: Maker) -> dict[str, int]:
    """What a programme may change from one day to another."""
    rng = maker.rng
    return {
        "invitation_required": rng.choice((0, 0, 1)),
        "referrer_tokens": rng.choice((0, 4, 10, 11, 25)),
        "referee_tokens": rng.choice((0, 3, 8)),
        "qualifies_on": rng.randrange(3),
        "referral_minimum": rng.choice((0, 0, 10, 25)),
        "referral_days": rng.choice((NONE, NONE, 0, 3, 12)),
        "referral_delay": rng.choice((0, 1, 1, 2, 9)),
        "referral_limit": rng.choice((NONE, 0, 1, 2, 12)),
        "referral_excess": rng.randrange(2),
        "referral_levels": rng.choice((0, 1, 1, 2, 3)),
        "level_share_1": rng.choice((10_000, 10_000, 5_000)),
        "level_share_2": rng.choice((0, 3_333, 5_000, 10_000)),
        "level_share_3": rng.choice((500, 2_500, 12_000)),
        "referral_revoke": rng.choice((1, 1, 0)),
    }


def add_referral(maker: Maker, rows: list[Terms]) -> None:
    """Referral in all stretches, or in none."""
    rng = maker.rng
    first = maker.start + rng.choice((0, 0, 0, 8))
    fixed = {
        "referral_from": first,
        "referral_to": rng.choice((NEVER, NEVER, first + 12, first + 40)),
        "referral_limit_unit": rng.randrange(2),
        "referral_period": rng.choice(PERIODS),
        "referral_counter": maker.counter(),
    }
    choices = referral_choices(maker)
    for row in rows:
        write(row, fixed | choices)
        if rng.random() < 0.6:
            choices = referral_choices(maker)


def write(row: Terms, values: dict[str, int]) -> None:
    """Set fields of some terms."""
    for name, value in values.items():
        setattr(row, name, value)


def tier_choices(rng: Random) -> dict[str, int]:
    """What a programme may change from one day to another."""
    return {
        "upgrade": rng.choice((codes.IMMEDIATE, codes.IMMEDIATE, codes.AT_REVIEW)),
        "rate_applies": rng.randrange(3),
        "review_months": rng.choice((NONE, 1, 1, 2, 3, 12)),
        "downgrade": rng.randrange(3),
        "grace_days": rng.choice((0, 0, 2, 15, 40)),
        "requalify": rng.choice((1, 1, 0)),
    }


def add_levels(maker: Maker, starts: tuple[int, ...]) -> dict[str, int]:
    """Tiers with these thresholds, or all of them a little higher."""
    rng = maker.rng
    first = len(maker.levels)
    shift = rng.choice((0, 0, 0, 1, 7))
    for k, start in enumerate(starts):
        maker.levels.append(
            Level(
                start=start + shift if start else 0,
                factor_bp=rng.choice((10_000, 11_000, 15_000, 20_001, 33_333)),
                express_orders=rng.choice((0, 1, 2, NONE)),
                express_cost=rng.choice((0, 99)),
                early_minutes=rng.choice((0, 60)),
                birthday_tokens=rng.choice((0, 5, 20)),
                rule=codes.RULE_LEVEL_BASE + k,
            )
        )
    return {"level_first": first, "level_count": len(starts)}


def add_tiers(maker: Maker, rows: list[Terms]) -> None:
    """Tiers in all stretches; criterion, window and number of tiers stay."""
    rng = maker.rng
    first = maker.start + rng.choice((0, 0, 0, 9, 25))
    criterion = rng.randrange(3)
    starts = rng.choice(STARTS[criterion])
    fixed = {
        "tiers_from": first,
        "tiers_to": rng.choice((NEVER, NEVER, NEVER, first + 30, first + 400)),
        "criterion": criterion,
        "tier_window": rng.randrange(4),
        "tier_months": rng.choice((1, 1, 2, 12)),
        "express_counter": maker.counter(),
    }
    choices, levels = tier_choices(rng), add_levels(maker, starts)
    for row in rows:
        write(row, fixed | choices | levels)
        if rng.random() < 0.5:
            choices = tier_choices(rng)
        if rng.random() < 0.5:
            levels = add_levels(maker, starts)


def add_draws(maker: Maker) -> None:
    """Up to three draws, in order of their days."""
    rng = maker.rng
    rows = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        opens = maker.start + rng.randrange(-2, 20)
        closes = opens + rng.choice((1, 5, 20, 40))
        rows.append(
            DrawTerms(
                opens_day=opens,
                closes_day=closes,
                draws_day=closes + rng.choice((0, 0, 1, 3, 30, 30)),
                entry=rng.choice((codes.BY_POST, codes.BY_POST, codes.BY_PURCHASE, codes.BY_ENROL)),
                hashtag=rng.choice((0, 1, 2)),
                tags_min=rng.choice((0, 0, 2)),
                public=rng.randrange(2),
                entries_max=rng.choice((1, 1, 2, 4)),
            )
        )
    rows.sort(key=lambda draw: draw.draws_day)
    for k, draw in enumerate(rows):
        draw.rule = codes.RULE_DRAW_BASE + k
        draw.prize_first = len(maker.prizes)
        upto = 0
        for _ in range(rng.choice((1, 1, 2, 3))):
            upto += rng.choice((1, 1, 2, 5))
            maker.prizes.append(Prize(upto=upto, tokens=rng.choice((3, 10, 40))))
        draw.prize_count = len(maker.prizes) - draw.prize_first
        draw.winners = upto
    maker.draws = rows


def add_social(maker: Maker, rows: list[Terms], social: bool) -> None:
    """Any of the three, or none."""
    rng = maker.rng
    chance = 0.95 if social else 0.6
    if rng.random() < chance:
        add_referral(maker, rows)
    if rng.random() < chance:
        add_tiers(maker, rows)
    if rng.random() < chance:
        add_draws(maker)
