"""What tokens are issued for: rules grouped by purpose, the first group that fits a rule's name."""

from __future__ import annotations

from collections.abc import Iterable

PURPOSES = {
    "purchases": ("earning.purchase",),
    "campaigns": ("campaign:",),
    "welcome_and_shares": ("earning.welcome", "earning.share"),
    "referral": ("referral",),
    "birthdays": ("tiers.birthday",),
    "extra_by_tier": ("tiers.",),
    "draws": ("draws.",),
}
"""Purpose -> beginnings of the names of its rules."""
OTHER = "opening_and_adjustment"


def purpose_of(rule: str) -> str:
    """Return what tokens issued by a rule are for."""
    return next((name for name, beginnings in PURPOSES.items() if rule.startswith(beginnings)), OTHER)


def by_purpose(issued: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return tokens by purpose, of (rule, tokens); every purpose is there."""
    totals = dict.fromkeys((*PURPOSES, OTHER), 0)
    for rule, tokens in issued:
        totals[purpose_of(rule)] += tokens
    return totals
