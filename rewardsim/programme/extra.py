"""The sections whose rules come later, lowered to plain integers already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rewardsim.programme.check import Stretch
from rewardsim.programme.later import Draw, Referral, Tiers
from rewardsim.programme.model import ProgrammeFile
from rewardsim.programme.units import Scale
from rewardsim.rules import codes
from rewardsim.rules.records import NONE

_WORDS: dict[str, tuple[str, ...]] = {
    "qualifies_on": ("enrol", "first_delivered_order"),
    "criterion": ("spend", "tokens_earned", "orders"),
    "window": ("rolling_months", "calendar_year", "anniversary", "lifetime"),
    "upgrade": ("immediate", "at_review"),
    "rate_applies": ("before", "after", "marginal"),
    "downgrade": ("one_step", "reassess", "never"),
    "entry": ("social_post", "purchase", "enrol"),
    "recognition": ("ifrs15", "incremental_cost"),
    "breakage": ("estimate", "when_remote"),
}
"""Choices as numbers: the place in the list. Append, never reorder."""


def code(key: str, word: str) -> int:
    """Number of a choice."""
    return _WORDS[key].index(word)


def law_extra(stretches: tuple[Stretch, ...], scale: Scale) -> dict[str, Any]:
    """Integers beyond the law: by section a list of stretches or rows. Ids are not among them."""
    file = stretches[0].file
    extra: dict[str, Any] = {"accounting": spans(stretches, accounting)}
    if any(stretch.file.referral for stretch in stretches):
        extra["referral"] = spans(stretches, referral)
    if any(stretch.file.tiers for stretch in stretches):
        extra["tiers"] = spans(stretches, lambda part: tiers(part, scale))
    if file.draws:
        extra["draws"] = sorted((draw(file, row) for row in file.draws), key=lambda row: sorted(row.items()))
    return extra


def spans(
    stretches: tuple[Stretch, ...], lower: Callable[[ProgrammeFile], dict[str, Any]]
) -> list[dict[str, Any]]:
    """One row a stretch of time in which a section says the same."""
    rows: list[dict[str, Any]] = []
    for stretch in stretches:
        fields = lower(stretch.file)
        if rows and {key: rows[-1][key] for key in rows[-1] if key not in ("from_day", "to_day")} == fields:
            rows[-1]["to_day"] = stretch.to_day
        else:
            rows.append({"from_day": stretch.from_day, "to_day": stretch.to_day, **fields})
    return rows


def window(file: ProgrammeFile, section: Referral | Tiers | None) -> dict[str, int]:
    """Days on which a section stands."""
    first, last = file.window(section.phase if section else None)
    return {"on": int(section is not None), "starts_day": first, "ends_day": last}


def accounting(file: ProgrammeFile) -> dict[str, int]:
    """Choices of the books."""
    rule = file.accounting
    return {"recognition": code("recognition", rule.recognition), "breakage": code("breakage", rule.breakage)}


def referral(file: ProgrammeFile) -> dict[str, Any]:
    """Bringing friends."""
    rule = file.referral
    if rule is None:
        return window(file, None)
    limit = rule.limit_per_referrer
    return window(file, rule) | {
        "referrer_tokens": rule.referrer_tokens,
        "referee_tokens": rule.referee_tokens,
        "qualifies_on": code("qualifies_on", rule.qualifies_on),
        "minimum_order": rule.minimum_order,
        "within_days": rule.within_days if rule.within_days is not None else NONE,
        "post_after_days": rule.post_after_days,
        "limit_count": limit.count if limit else NONE,
        "limit_period": codes.PERIODS[limit.period] if limit else 0,
        "limit_excess": codes.EXCESSES[limit.when_exceeded] if limit else 0,
        "levels_share_bp": list(rule.levels_share),
        "revoke_if_returned": int(rule.revoke_if_returned),
    }


def tiers(file: ProgrammeFile, scale: Scale) -> dict[str, Any]:
    """Standing of members."""
    rule = file.tiers
    if rule is None:
        return window(file, None)
    return window(file, rule) | {
        "criterion": code("criterion", rule.criterion),
        "window": code("window", rule.window.kind),
        "window_months": rule.window.count or 0,
        "upgrade": code("upgrade", rule.upgrade),
        "rate_applies": code("rate_applies", rule.rate_applies),
        "review_months": rule.review.months if rule.review else NONE,
        "downgrade": code("downgrade", rule.downgrade),
        "grace_days": rule.grace_days,
        "requalify": int(file.returns.requalify_tier),
        "levels": [level(row, start) for row, start in zip(rule.levels, rule.thresholds(scale), strict=True)],
    }


def level(row: Any, start: int) -> dict[str, int]:
    """One tier."""
    gives = row.privileges
    express = gives.express_delivery
    orders = NONE if express and express.unlimited else express.orders_per_month or 0 if express else 0
    return {
        "from": start,
        "factor_bp": row.earn_multiplier,
        "express_orders_per_month": orders,
        "express_cost": express.cost_per_order if express else 0,
        "early_minutes": gives.early_access.minutes if gives.early_access else 0,
        "birthday_tokens": gives.birthday.tokens if gives.birthday else 0,
    }


def draw(file: ProgrammeFile, row: Draw) -> dict[str, int]:
    """One draw."""
    first, last = file.window(row.phase, row.opens, row.closes)
    return {
        "opens_day": first,
        "closes_day": last,
        "draws_day": row.draws_on,
        "winners": row.winners,
        "tokens": row.tokens,
        "entry": code("entry", row.entry.kind),
        "tags_min": row.entry.tags_min,
        "public": int(row.entry.public),
        "entries_max": row.entries_per_member_max,
    }
