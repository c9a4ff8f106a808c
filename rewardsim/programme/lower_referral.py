"""The [referral] section as integers of the law."""

from __future__ import annotations

from collections.abc import Iterable

from rewardsim.programme.referral import Referral
from rewardsim.rules import codes
from rewardsim.rules.records import NONE
from rewardsim.rules.terms import REFERRAL_LEVELS_MAX


def limit_key(rule: Referral) -> tuple[int, int] | None:
    """Period and unit of a referrer's limit, None without; a changed limit of one key keeps its use."""
    limit = rule.limit_per_referrer
    if limit is None:
        return None
    unit = codes.LIMIT_FRIENDS if limit.tokens is None else codes.LIMIT_TOKENS
    return codes.PERIODS[limit.period], unit


def limit_keys(rules: Iterable[Referral]) -> list[tuple[int, int]]:
    """Every kind of limit that ever stands."""
    return sorted({key for key in map(limit_key, rules) if key is not None})


def referral_terms(rule: Referral | None, days: tuple[int, int], counter: int) -> dict[str, int]:
    """Bringing friends; ``counter`` is the member's counter of the limit."""
    if rule is None:
        return {}
    shares = [*rule.levels_share, *[0] * (REFERRAL_LEVELS_MAX - len(rule.levels_share))]
    return {
        "referral_from": days[0],
        "referral_to": days[1],
        "invitation_required": int(rule.invitation == "required"),
        "referrer_tokens": rule.referrer_tokens,
        "referee_tokens": rule.referee_tokens,
        "qualifies_on": codes.QUALIFIES_ON[rule.qualifies_on],
        "referral_minimum": rule.minimum_order,
        "referral_days": rule.within_days if rule.within_days is not None else NONE,
        "referral_delay": rule.post_after_days,
        "referral_levels": rule.levels,
        "level_share_1": shares[0],
        "level_share_2": shares[1],
        "level_share_3": shares[2],
        "referral_revoke": int(rule.revoke_if_returned),
        **limit_terms(rule, counter),
    }


def limit_terms(rule: Referral, counter: int) -> dict[str, int]:
    """A referrer's limit."""
    limit, key = rule.limit_per_referrer, limit_key(rule)
    if limit is None or key is None:
        return {"referral_limit": NONE, "referral_counter": NONE}
    return {
        "referral_limit": limit.count if limit.tokens is None else limit.tokens,
        "referral_limit_unit": key[1],
        "referral_period": key[0],
        "referral_excess": codes.EXCESSES[limit.when_exceeded],
        "referral_counter": counter,
    }
