"""The [tiers] section as integers of the law."""

from __future__ import annotations

from collections.abc import Iterable

from rewardsim.programme.tiers import Level, Tiers
from rewardsim.programme.units import Scale
from rewardsim.rules import codes
from rewardsim.rules.records import NONE


def tier_terms(rule: Tiers | None, days: tuple[int, int], requalify: bool, counter: int) -> dict[str, int]:
    """Standing of members; ``counter`` is the member's counter of express deliveries."""
    if rule is None:
        return {}
    return {
        "tiers_from": days[0],
        "tiers_to": days[1],
        "criterion": codes.CRITERIA[rule.criterion],
        "tier_window": codes.TIER_WINDOWS[rule.window.kind],
        "tier_months": rule.window.count or 0,
        "upgrade": codes.UPGRADES[rule.upgrade],
        "rate_applies": codes.RATES_APPLY[rule.rate_applies],
        "review_months": rule.review.months if rule.review else NONE,
        "downgrade": codes.DOWNGRADES[rule.downgrade],
        "grace_days": rule.grace_days,
        "requalify": int(requalify),
        "level_count": len(rule.levels),
        "express_counter": counter,
    }


def level_rows(rule: Tiers | None, scale: Scale) -> list[tuple[int, ...]]:
    """The tiers, lowest first; a tier's rule goes by its place, so that it keeps its name when its values change."""
    if rule is None:
        return []
    pairs = zip(rule.thresholds(scale), rule.levels, strict=True)
    return [level_row(place, start, level) for place, (start, level) in enumerate(pairs)]


def level_row(place: int, start: int, level: Level) -> tuple[int, ...]:
    """The fields of ``Level`` in their order."""
    gives = level.privileges
    return (
        start,
        level.earn_multiplier,
        express_orders(level),
        gives.express_delivery.cost_per_order if gives.express_delivery else 0,
        gives.early_access.minutes if gives.early_access else 0,
        gives.birthday.tokens if gives.birthday else 0,
        codes.RULE_LEVEL_BASE + place,
    )


def express_orders(level: Level) -> int:
    """Express deliveries a month, NONE without limit."""
    rule = level.privileges.express_delivery
    if rule is None:
        return 0
    return NONE if rule.unlimited else rule.orders_per_month or 0


def any_express(rules: Iterable[Tiers]) -> bool:
    """Whether some tier gives express deliveries at some time."""
    return any(express_orders(level) for rule in rules for level in rule.levels)
